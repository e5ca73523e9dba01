use super::*;
use crate::{
    encode::json::{Numbers, decode},
    fault::Fault,
    function::calls::json,
};

fn read(response: &str) -> Result<Secret, Fault> {
    Secret::from_response(&decode(response.as_bytes(), Numbers::Literal).unwrap())
}

fn shown(response: &str) -> String {
    json(&read(response).unwrap().into_value())
}

#[test]
fn a_response_gives_all_its_parts() {
    assert_eq!(
        shown(
            r#"{"request_id":"r","lease_id":"l","lease_duration":60,"renewable":true,
            "data":{"n":1.50},"warnings":["w"],
            "auth":{"client_token":"t","accessor":"a","policies":["p"],"metadata":{"u":"v"},
                    "lease_duration":5,"renewable":true},
            "wrap_info":{"token":"wt","ttl":3,"creation_time":"2020-01-02T03:04:05.5Z",
                         "wrapped_accessor":"wa"}}"#
        ),
        concat!(
            r#"{"RequestID":"r","LeaseID":"l","LeaseDuration":60,"Renewable":true,"#,
            r#""Data":{"n":1.50},"Warnings":["w"],"Auth":{"ClientToken":"t","Accessor":"a","#,
            r#""Policies":["p"],"Metadata":{"u":"v"},"LeaseDuration":5,"Renewable":true},"#,
            r#""WrapInfo":{"Token":"wt","TTL":3,"CreationTime":"2020-01-02T03:04:05.5Z","#,
            r#""WrappedAccessor":"wa"}}"#
        )
    );
}

#[test]
fn what_is_empty_is_nil() {
    for response in [
        r#"{"data":{},"warnings":[]}"#,
        r#"{"data":null,"mount_type":"kv"}"#,
        "{}",
        "null",
    ] {
        let secret = read(response).unwrap();
        assert!(secret.data.is_nil(), "{response}");
        assert!(secret.warnings.is_nil(), "{response}");
    }
    let secret = read(r#"{"data":{"a":1},"auth":null}"#).unwrap();
    assert!(secret.field("Auth").unwrap().is_nil());
    assert!(secret.field("WrapInfo").unwrap().is_nil());
    let auth = read(r#"{"auth":{"metadata":{}}}"#).unwrap().auth.unwrap();
    assert!(auth.metadata.is_nil());
    assert!(auth.policies.is_nil());
}

#[test]
fn a_response_of_another_shape_is_the_data() {
    let secret = read(r#"{"foo":"bar"}"#).unwrap();
    assert_eq!(json(&Value::Map(secret.data)), r#"{"foo":"bar"}"#);
    assert!(read(r#"{"errors":["x"]}"#).is_err());
}

#[test]
fn a_part_of_the_wrong_type_is_an_error_that_names_it() {
    for (response, part) in [
        (r#"{"lease_duration":"canary"}"#, "lease_duration"),
        (r#"{"lease_duration":1.5}"#, "lease_duration"),
        (r#"{"data":["canary"]}"#, "data"),
        (r#"{"renewable":"canary"}"#, "renewable"),
        (r#"{"warnings":[1]}"#, "warnings"),
        (r#"{"auth":{"metadata":{"a":1}}}"#, "metadata"),
        (
            r#"{"wrap_info":{"creation_time":"canary"}}"#,
            "creation_time",
        ),
        (r#"["canary"]"#, "response"),
    ] {
        let fault = read(response).unwrap_err();
        assert!(fault.message.contains(part), "{response}");
        assert!(!fault.message.contains("canary"), "{response}");
    }
}

#[test]
fn a_nil_secret_knows_its_fields() {
    let Value::Object(nil) = Secret::nil() else {
        panic!("an object")
    };
    assert!(nil.is_nil());
    assert!(nil.field("Data").is_some());
    assert!(nil.field("data").is_none());
}

#[test]
fn fields_are_gos_and_nothing_else() {
    let secret = Secret::default();
    assert!(secret.field("LeaseDuration").is_some());
    assert!(secret.field("lease_duration").is_none());
    assert_eq!(format!("{secret:?}"), "Secret(..)");
}
