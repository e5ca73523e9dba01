use super::*;
use crate::{
    encode::golden::check_written,
    fault::{ErrorClass, Fault},
    scope::{Budget, Limits},
    value::{Map, Value},
};

#[test]
fn values_are_written_as_the_package_writes_them() {
    check_written("toml", encode);
}

fn written(value: &Value) -> Result<Vec<u8>, Fault> {
    let text = encode(value, &mut Budget::new(Limits::default()))?;
    Ok(text.expose_secret().to_vec())
}

#[test]
fn nesting_has_a_limit() {
    let mut lists = Value::Bool(true);
    let mut maps = Value::Bool(true);
    for _ in 0..999 {
        lists = Value::list(vec![lists]);
        maps = Value::Map(Map::new([("k".into(), maps)].into()));
    }
    assert!(written(&Value::list(vec![lists.clone()])).is_ok());
    assert!(written(&Value::Map(Map::new([("k".into(), maps.clone())].into()))).is_ok());
    for value in [lists, maps] {
        let value = Value::list(vec![Value::list(vec![value])]);
        assert_eq!(written(&value).unwrap_err().class, ErrorClass::Limit);
    }
}

#[test]
fn an_error_shows_no_value() {
    let entries = [("k".into(), Value::Number("canary".into()))];
    let fault = written(&Value::Map(Map::new(entries.into()))).unwrap_err();
    assert_eq!(fault.class, ErrorClass::Function);
    assert!(!fault.message.contains("canary"));
}
