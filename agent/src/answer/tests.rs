use std::{
    collections::BTreeMap,
    time::{Duration, UNIX_EPOCH},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use serde_json::json;
use vouchsafe_template::value::Field;
use zeroize::Zeroizing;

use super::*;
use crate::store::Lease;

const CA: &str = include_str!("tests/ca.pem");
const LEAF: &str = include_str!("tests/leaf.pem");
/// When the certificate of `leaf.pem` ends.
const LEAF_ENDS: u64 = 1_881_970_304;

fn path() -> String {
    "x/y".to_owned()
}

fn read() -> Dependency {
    Dependency::Read { path: path() }
}

fn certificate() -> Dependency {
    Dependency::Certificate {
        path: path(),
        arguments: BTreeMap::new(),
    }
}

fn decode(
    dependency: &Dependency,
    layout: Layout,
    body: &str,
) -> Result<(Answer, Lifetime), Fault> {
    let body = Zeroizing::new(body.as_bytes().to_vec());
    let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    Answer::decode(dependency, &Reply { body, layout }, now)
}

fn lifetime(body: &serde_json::Value) -> Lifetime {
    decode(&read(), Layout::Plain, &body.to_string()).unwrap().1
}

fn field(value: &Value, name: &str) -> Value {
    match value {
        Value::Object(object) => {
            let fields: Vec<Field> = object.fields();
            fields
                .into_iter()
                .find(|field| field.name == name)
                .unwrap()
                .value
        }
        _ => panic!("no object"),
    }
}

#[test]
fn numbers_keep_their_text_for_templates_and_plain_files() {
    let body = r#"{"data":{"n":1e3,"m":1.50}}"#;
    let (answer, _) = decode(&read(), Layout::Plain, body).unwrap();
    let Value::Map(data) = field(&answer.value(), "Data") else {
        panic!("no data")
    };
    assert_eq!(data.get(b"n").unwrap().bytes(), b"1e3");
    let number = SecretValue::Number(SecretString::from("1.50"));
    assert!(answer.data()["m"] == number);
}

#[test]
fn version_two_data_come_with_their_number() {
    let body = r#"{"data":{"data":{"a":1.50},"metadata":{"version":7}}}"#;
    let (answer, lifetime) = decode(&read(), Layout::Versioned, body).unwrap();
    assert_eq!((answer.version(), lifetime), (Some(7), Lifetime::Unlimited));
    assert_eq!(answer.data().keys().collect::<Vec<_>>(), ["a"]);
}

#[test]
fn a_destroyed_version_is_said_to_be_gone() {
    let body = r#"{"data":{"data":null,"metadata":{"destroyed":true}}}"#;
    let fault = decode(&read(), Layout::Versioned, body).unwrap_err();
    assert_eq!(fault.code, Code::SecretNotFound);
}

#[test]
fn a_malformed_answer_is_told_without_its_content() {
    for body in [
        r#"{"data":"canary"}"#,
        r#"{"data":{"data":"canary"}}"#,
        "canary",
    ] {
        let fault = decode(&read(), Layout::Versioned, body).unwrap_err();
        assert_eq!(fault.code, Code::BadAnswer);
        assert!(!fault.message.contains("canary"), "{}", fault.message);
    }
}

#[test]
fn an_answer_is_the_same_whatever_the_number_of_its_request() {
    let answer = |id: &str, value: &str| {
        let body = json!({ "request_id": id, "data": { "a": [value, null, { "b": 1 }] } });
        decode(&read(), Layout::Plain, &body.to_string()).unwrap().0
    };
    assert!(answer("1", "x").is_same(&answer("2", "x")));
    assert!(!answer("1", "x").is_same(&answer("1", "y")));
    let empty = decode(&read(), Layout::Plain, r#"{"data":{}}"#).unwrap().0;
    assert!(!answer("1", "x").is_same(&empty) && !empty.is_same(&answer("1", "x")));
}

#[test]
fn how_long_an_answer_is_good_is_read_from_it() {
    let seconds = Duration::from_secs;
    let lease = |renewable| Lease {
        duration: seconds(3600),
        renewable,
    };
    let ends = |after, with_token| Lifetime::Ends {
        after: seconds(after),
        with_token,
    };
    let now = 1_800_000_000;
    for (body, expected) in [
        (
            json!({ "lease_id": "x/1", "lease_duration": 3600, "renewable": true, "data": {} }),
            Lifetime::Leased(lease(true)),
        ),
        (
            json!({ "lease_id": "x/1", "lease_duration": 3600, "data": { "certificate": "", "expiration": now } }),
            Lifetime::Leased(lease(false)),
        ),
        // KV version 1 says how long it would be good, and means nothing by it.
        (
            json!({ "lease_id": "", "lease_duration": 2_764_800, "data": { "a": 1 } }),
            Lifetime::Unlimited,
        ),
        (
            json!({ "data": { "certificate": "", "expiration": now + 100 } }),
            Lifetime::Expires {
                after: seconds(100),
            },
        ),
        (
            json!({ "data": { "secret_id": "", "secret_id_ttl": 60 } }),
            ends(60, false),
        ),
        (
            json!({ "data": { "secret_id": "", "secret_id_ttl": 0 } }),
            Lifetime::Unlimited,
        ),
        (
            json!({ "data": { "rotation_period": 86400, "ttl": 100 } }),
            Lifetime::Replaced {
                after: seconds(100),
            },
        ),
        (
            json!({ "auth": { "client_token": "x", "lease_duration": 60 } }),
            ends(60, true),
        ),
    ] {
        assert_eq!(lifetime(&body), expected, "{body}");
    }
}

#[test]
fn a_list_is_sorted_and_empty_when_nothing_is_there() {
    let list = Dependency::List { path: path() };
    let names = |body: &str| -> Vec<String> {
        let (answer, _) = decode(&list, Layout::Plain, body).unwrap();
        let Value::List(names) = answer.value() else {
            panic!("no list")
        };
        let names = names.items().iter();
        names
            .map(|name| String::from_utf8_lossy(name.bytes()).into_owned())
            .collect()
    };
    assert_eq!(
        names(r#"{"data":{"keys":["b","a/","a"]}}"#),
        ["a", "a/", "b"]
    );
    assert!(names("").is_empty());
    let fault = decode(&list, Layout::Plain, r#"{"data":{"keys":[1]}}"#).unwrap_err();
    assert_eq!(fault.code, Code::BadAnswer);
}

#[test]
fn a_write_that_is_answered_with_nothing_gives_nothing() {
    let write = Dependency::Write {
        path: path(),
        arguments: BTreeMap::new(),
    };
    assert!(
        decode(&write, Layout::Plain, "")
            .unwrap()
            .0
            .value()
            .is_nil()
    );
    for (dependency, layout) in [(&write, Layout::Versioned), (&read(), Layout::Plain)] {
        let fault = decode(dependency, layout, "").unwrap_err();
        assert_eq!(fault.code, Code::SecretNotFound);
    }
}

#[test]
fn a_certificate_is_taken_apart() {
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
    let data = json!({
        "ca_chain": [CA.trim_end(), CA.trim_end()],
        "certificate": LEAF.trim_end(),
        "issuing_ca": CA.trim_end(),
        "private_key": key,
        "private_key_type": "ec",
        "serial_number": "01:02",
    });
    let body = json!({ "data": data }).to_string();
    let (answer, lifetime) = decode(&certificate(), Layout::Plain, &body).unwrap();
    let value = answer.value();
    assert_eq!(field(&value, "Cert").bytes(), LEAF.as_bytes());
    assert_eq!(field(&value, "CA").bytes(), CA.as_bytes());
    assert_eq!(field(&value, "Key").bytes(), format!("{key}\n").as_bytes());
    let Value::List(chain) = field(&value, "CAChain") else {
        panic!("no chain")
    };
    assert_eq!(chain.items().len(), 1);
    let after = Duration::from_secs(LEAF_ENDS - 1_800_000_000);
    assert_eq!(lifetime, Lifetime::Expires { after });

    for data in [
        json!({ "issuing_ca": CA }),
        json!({ "certificate": "canary" }),
        json!({ "certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" }),
        json!({ "certificate": "-----BEGIN CERTIFICATE-----\ncanary" }),
    ] {
        let body = json!({ "data": data }).to_string();
        let fault = decode(&certificate(), Layout::Plain, &body).unwrap_err();
        assert_eq!(fault.code, Code::BadAnswer);
        assert!(!fault.message.contains("canary"), "{}", fault.message);
    }
}

proptest! {
    #[test]
    fn no_body_makes_a_parser_panic(body in ".{0,200}", der in prop::collection::vec(any::<u8>(), 0..200)) {
        for layout in [Layout::Plain, Layout::Versioned] {
            let _ = decode(&read(), layout, &body);
        }
        let _ = x509::parse(&der);
    }

    #[test]
    fn no_time_and_no_extension_make_the_parser_of_certificates_panic(
        time in "[0-9Z+-]{0,16}",
        tag in prop_oneof![Just(0x17_u8), Just(0x18), any::<u8>()],
        extension in prop::collection::vec(any::<u8>(), 0..30),
        is_constraint: bool,
    ) {
        let constraint: &[u8] = if is_constraint { &[0x06, 0x03, 0x55, 0x1D, 0x13] } else { &[] };
        let value = |tag: u8, parts: &[&[u8]]| {
            let content = parts.concat();
            let length = u8::try_from(content.len()).unwrap();
            prop_assume!(length < 0x80);
            Ok([&[tag, length], &*content].concat())
        };
        let empty = value(0x30, &[])?;
        let validity = value(0x30, &[&value(0x17, &[])?, &value(tag, &[time.as_bytes()])?])?;
        let extensions = value(0x30, &[&value(0x30, &[constraint, &extension])?])?;
        let body = value(0x30, &[
            &value(0x02, &[&[1]])?, &empty, &empty, &validity, &empty, &empty,
            &value(0xA3, &[&extensions])?,
        ])?;
        let _ = x509::parse(&value(0x30, &[&body])?);
    }

    #[test]
    fn no_damage_to_a_certificate_makes_its_parser_panic(at in 0_usize..400, byte in any::<u8>()) {
        let pem = LEAF.lines().filter(|line| !line.starts_with('-')).collect::<String>();
        let mut der = STANDARD.decode(pem).unwrap();
        let at = at % der.len();
        der[at] = byte;
        let _ = x509::parse(&der);
        let _ = x509::parse(&der[..at]);
    }
}

fn version(number: u64, created: &str) -> Answer {
    let body = json!({ "data": { "data": { "value": "canary" }, "metadata": {
        "version": number,
        "created_time": created,
        "custom_metadata": { "team": "web" },
    } } });
    decode(&read(), Layout::Versioned, &body.to_string())
        .unwrap()
        .0
}

#[test]
fn a_lower_version_is_older_unless_it_was_made_later() {
    let known = version(3, "2026-01-01T00:00:00.5Z");
    let stale = version(2, "2026-01-01T00:00:00.123456789Z");
    let reason = stale.is_older_than(&known).unwrap();
    assert!(
        reason.contains("version 2") && !reason.contains("canary"),
        "{reason}"
    );
    // Removed with all its versions and written anew.
    assert_eq!(
        version(1, "2026-01-02T00:00:00Z").is_older_than(&known),
        None
    );
    assert_eq!(
        version(3, "2026-01-01T00:00:00.5Z").is_older_than(&known),
        None
    );
    assert_eq!(
        version(4, "2025-01-01T00:00:00Z").is_older_than(&known),
        None
    );
    assert_eq!(version(1, "yesterday").is_older_than(&known), None);
}

#[test]
fn what_is_needed_to_ask_for_a_version_is_known_of_versioned_secrets_alone() {
    let known = version(3, "2026-01-01T00:00:00Z").known_version().unwrap();
    let labels = BTreeMap::from([("team".to_owned(), "web".to_owned())]);
    assert_eq!((known.number, known.custom_metadata), (3, labels));
    let body = json!({ "data": { "value": "x", "metadata": { "version": 3 } } });
    let (plain, _) = decode(&read(), Layout::Plain, &body.to_string()).unwrap();
    assert_eq!(plain.known_version(), None);
}
