//! Is what is there what should be there?

use crate::json::{Json, Object};

/// Whether `actual` says everything that `desired` says; it may say more, because the API server
/// adds defaults between two calls and other webhooks add what is theirs.
///
/// A `null` in `desired` says that there must be nothing. A list of objects may be in any order and
/// hold others; any other list must be the same.
pub(super) fn contains(actual: &Object<'_>, desired: &Object<'_>) -> bool {
    desired
        .iter()
        .all(|(key, desired)| match (actual.get(key), desired) {
            (None | Some(Json::Null), Json::Null) => true,
            (Some(actual), desired) => value_contains(actual, desired),
            (None, _) => false,
        })
}

fn value_contains(actual: &Json<'_>, desired: &Json<'_>) -> bool {
    if let (Some(actual), Some(desired)) = (actual.as_object(), desired.as_object()) {
        return contains(actual, desired);
    }
    match (actual.as_list(), desired.as_list()) {
        (Some(actual), Some(desired))
            if desired.iter().all(|desired| desired.as_object().is_some()) =>
        {
            desired
                .iter()
                .all(|desired| actual.iter().any(|actual| value_contains(actual, desired)))
        }
        _ => actual == desired,
    }
}

/// What must be found of a container that is to be like this one, with what must not be there: what
/// would change the program that runs, how long, and what it reads or may write.
pub(super) fn expectation(container: Object<'_>) -> Object<'_> {
    let mut container = container.without_nulls();
    forbid(
        &mut container,
        &["command", "restartPolicy", "startupProbe"],
    );
    for (list, keys) in [
        ("env", &["valueFrom"][..]),
        ("volumeMounts", &["readOnly", "subPath", "subPathExpr"]),
    ] {
        for item in container.list_mut(list).into_iter().flatten() {
            if let Json::Object(item) = item {
                forbid(item, keys);
            }
        }
    }
    container
}

fn forbid(members: &mut Object<'_>, keys: &[&'static str]) {
    for key in keys {
        if members.get(key).is_none() {
            members.push(key, Json::Null);
        }
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
                value_contains(&Json::from(&actual), &Json::from(&desired)),
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
        let Json::Object(members) = Json::from(&container) else {
            unreachable!()
        };
        let expected = Json::Object(expectation(members));
        assert!(value_contains(&Json::from(&container), &expected));
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
            assert!(!value_contains(&Json::from(&other), &expected), "{key}");
        }
    }
}
