//! Is what is there what should be there?

use serde_json::{Map, Value};

/// Whether `actual` says everything that `desired` says; it may say more, because the API server
/// adds defaults between two calls and other webhooks add what is theirs.
///
/// A `null` in `desired` says that there must be nothing. A list of objects may be in any order and
/// hold others; any other list must be the same.
pub(super) fn contains(actual: &Map<String, Value>, desired: &Map<String, Value>) -> bool {
    desired
        .iter()
        .all(|(key, desired)| match (actual.get(key), desired) {
            (None | Some(Value::Null), Value::Null) => true,
            (Some(actual), desired) => value_contains(actual, desired),
            (None, _) => false,
        })
}

fn value_contains(actual: &Value, desired: &Value) -> bool {
    match (actual, desired) {
        (Value::Object(actual), Value::Object(desired)) => contains(actual, desired),
        (Value::Array(actual), Value::Array(desired)) if desired.iter().all(Value::is_object) => {
            desired
                .iter()
                .all(|desired| actual.iter().any(|actual| value_contains(actual, desired)))
        }
        (actual, desired) => actual == desired,
    }
}

/// The same without the members that must not be there.
pub(super) fn without_nulls(mut value: Value) -> Value {
    strip(&mut value);
    value
}

/// What must be found of a container that is to be like this one, with what must not be there: what
/// would change the program that runs, how long, and what it reads or may write.
pub(super) fn expectation(mut container: Value) -> Value {
    forbid(
        &mut container,
        &["command", "restartPolicy", "startupProbe"],
    );
    for (list, keys) in [
        ("env", &["valueFrom"][..]),
        ("volumeMounts", &["readOnly", "subPath", "subPathExpr"]),
    ] {
        let items = container.get_mut(list).and_then(Value::as_array_mut);
        for item in items.into_iter().flatten() {
            forbid(item, keys);
        }
    }
    container
}

fn forbid(value: &mut Value, keys: &[&str]) {
    if let Value::Object(members) = value {
        for key in keys {
            members.entry(*key).or_insert(Value::Null);
        }
    }
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(members) => {
            // Most have none, and looking is cheaper.
            if members.values().any(Value::is_null) {
                members.retain(|_, member| !member.is_null());
            }
            members.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn more_is_fine_and_less_or_other_is_not() {
        for (actual, desired, expected) in [
            (json!({"a": 1, "b": 2}), json!({"a": 1}), true),
            (json!({"b": 2}), json!({"a": 1}), false),
            (json!({"a": "1"}), json!({"a": 1}), false),
            (json!({"a": 1}), json!({"a": null}), false),
            (json!({"a": null}), json!({"a": null, "b": null}), true),
            (json!(["run"]), json!(["run"]), true),
            (json!(["run", "-v"]), json!(["run"]), false),
            (json!([{"n": 2}, {"n": 1, "x": 0}]), json!([{"n": 1}]), true),
            (json!([{"n": 2}]), json!([{"n": 1}]), false),
            (json!({}), json!({"a": [{"n": 1}]}), false),
        ] {
            assert_eq!(
                value_contains(&actual, &desired),
                expected,
                "{actual} {desired}"
            );
        }
    }

    #[test]
    fn a_container_that_is_to_be_like_another_has_nothing_that_changes_what_runs() {
        let container = json!({
            "args": ["run"],
            "env": [{ "name": "a", "value": "b" }],
            "volumeMounts": [{ "name": "a", "mountPath": "/a" }],
        });
        let expected = expectation(container.clone());
        assert!(value_contains(&container, &expected));
        for (pointer, key, value) in [
            ("", "command", json!(["sh"])),
            ("", "restartPolicy", json!("Always")),
            ("", "startupProbe", json!({})),
            ("/env/0", "valueFrom", json!({})),
            ("/volumeMounts/0", "readOnly", json!(true)),
            ("/volumeMounts/0", "subPath", json!("x")),
        ] {
            let mut other = container.clone();
            other.pointer_mut(pointer).unwrap()[key] = value;
            assert!(!value_contains(&other, &expected), "{key}");
        }
    }

    #[test]
    fn nulls_do_not_reach_the_pod() {
        let desired = json!({"a": null, "b": [{"c": null, "d": 1}]});
        assert_eq!(without_nulls(desired), json!({"b": [{"d": 1}]}));
    }
}
