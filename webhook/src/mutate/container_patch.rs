//! Changes to the agent's finished containers that the user asks for, as JSON patches.
//!
//! A native sidecar stands for both containers of the original injector, so both patches are
//! applied to it: first the one for the container before the app, then the one for the container
//! beside it; once if they are the same. What a patch makes of the container is the user's
//! business; only its name must be known, by which it is found again.

use json_patch::Patch;
use serde_json::Value;
use vouchsafe_shared::{
    annotations::{Asked, InjectSpec},
    diagnostic::{Code, Diagnostic},
};

use super::{
    shape::Part,
    wording::{cut, quoted},
};
use crate::json::{Json, Object};

/// What the container will be called.
pub(super) fn name(spec: &InjectSpec, part: Part) -> String {
    patches(spec, part)
        .into_iter()
        .rev()
        .find_map(|asked| {
            let operations: Value = serde_json::from_str(&asked.value).ok()?;
            let operations = operations.as_array()?;
            let mut names = operations.iter().rev().filter(|operation| {
                operation["path"] == "/name"
                    && ["add", "replace"]
                        .iter()
                        .any(|name| operation["op"] == *name)
            });
            names.find_map(|operation| operation["value"].as_str().map(str::to_owned))
        })
        .unwrap_or_else(|| part.name().to_owned())
}

/// `None` when a problem was told.
pub(super) fn apply<'e>(
    spec: &InjectSpec,
    part: Part,
    container: Object<'e>,
    problems: &mut Vec<Diagnostic>,
) -> Option<Object<'e>> {
    let patches = patches(spec, part);
    if patches.is_empty() {
        return Some(container);
    }
    let mut container = Value::from(Json::Object(container));
    for asked in &patches {
        let mut problem = |message: String, help: &str| {
            /// An error quotes what it is about, which may be of any length.
            const LIMIT: usize = 200;
            let subject = format!("annotation {}", asked.annotation);
            let message = cut(&message, LIMIT);
            problems.push(Diagnostic::error(Code::BadPatch, subject, message, help));
        };
        let patch = match read(&asked.value) {
            Ok(patch) => patch,
            Err(message) => {
                problem(message, "write an array of RFC 6902 operations");
                return None;
            }
        };
        if let Err(error) = json_patch::patch(&mut container, &patch) {
            problem(
                format!("failed to apply the JSON patch: {error}"),
                "correct the path; it is looked for in the agent's container",
            );
            return None;
        }
    }
    let expected = name(spec, part);
    if let Json::Object(container) = Json::from(container)
        && container.get("name").and_then(Json::as_text) == Some(&expected)
    {
        return Some(container);
    }
    for asked in patches {
        problems.push(Diagnostic::error(
            Code::BadPatch,
            format!("annotation {}", asked.annotation),
            format!("leaves a container that is not named {}", quoted(&expected)),
            "name the container by one operation on /name",
        ));
    }
    None
}

/// Whether a patch may change what the agent has mounted. One that cannot be read is told of where
/// it is applied.
pub(super) fn may_mount(spec: &InjectSpec) -> bool {
    let asked = [&spec.container.json_patch, &spec.container.init_json_patch];
    asked
        .into_iter()
        .flatten()
        .any(|asked| changes_mounts(&asked.value))
}

fn changes_mounts(patch: &str) -> bool {
    if patch.trim().is_empty() {
        return false;
    }
    let Ok(Value::Array(operations)) = serde_json::from_str(patch) else {
        return true;
    };
    let is_about_mounts = |place: &Value| match place.as_str() {
        Some(place) => place.is_empty() || place.split('/').nth(1) == Some("volumeMounts"),
        None => false,
    };
    operations
        .iter()
        .any(|operation| is_about_mounts(&operation["path"]) || is_about_mounts(&operation["from"]))
}

/// A patch of a container that there is not is read nevertheless, as the original injector does.
pub(super) fn check_unused(spec: &InjectSpec, parts: &[Part], problems: &mut Vec<Diagnostic>) {
    let used: Vec<_> = parts.iter().flat_map(|part| patches(spec, *part)).collect();
    let asked = [&spec.container.json_patch, &spec.container.init_json_patch];
    for asked in asked.into_iter().flatten() {
        if used.contains(&asked) || asked.value.trim().is_empty() {
            continue;
        }
        if let Err(message) = read(&asked.value) {
            problems.push(Diagnostic::error(
                Code::BadPatch,
                format!("annotation {}", asked.annotation),
                message,
                "write an array of RFC 6902 operations",
            ));
        }
    }
}

/// The patches of one container, in the order in which they are applied.
fn patches(spec: &InjectSpec, part: Part) -> Vec<&Asked<String>> {
    let (beside, before) = (
        spec.container.json_patch.as_ref(),
        spec.container.init_json_patch.as_ref(),
    );
    let asked = match part {
        Part::Gate if before.map(|asked| &asked.value) == beside.map(|asked| &asked.value) => {
            [None, beside]
        }
        Part::Gate => [before, beside],
        Part::Companion | Part::Sidecar => [None, beside],
        Part::Once | Part::Init => [before, None],
    };
    let asked = asked.into_iter().flatten();
    // As the original injector: nothing is no change.
    asked
        .filter(|asked| !asked.value.trim().is_empty())
        .collect()
}

/// Without the parser's own words where they would quote the patch.
fn read(text: &str) -> Result<Patch, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        format!(
            "error parsing the JSON patch: not JSON at line {}, column {}",
            error.line(),
            error.column()
        )
    })?;
    match value {
        Value::Null => Ok(Patch::default()),
        Value::Array(_) => serde_json::from_value(value)
            .map_err(|error| format!("error parsing the JSON patch: {error}")),
        _ => Err("error parsing the JSON patch: not an array".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_changes_mounts_where_it_touches_them() {
        for (patch, expected) in [
            ("", false),
            ("[]", false),
            (r#"[{"op":"add","path":"/tty","value":true}]"#, false),
            (
                r#"[{"op":"add","path":"/env/-","value":{"name":"volumeMounts"}}]"#,
                false,
            ),
            (
                r#"[{"op":"add","path":"/volumeMountsX","value":[]}]"#,
                false,
            ),
            (
                r#"[{"op":"add","path":"/volumeMounts/-","value":{"name":"run","mountPath":"/run"}}]"#,
                true,
            ),
            (r#"[{"op":"add","path":"/volumeMounts","value":[]}]"#, true),
            (
                r#"[{"op":"test","path":"/tty","value":true},{"op":"replace","path":"","value":{}}]"#,
                true,
            ),
            (
                r#"[{"op":"move","from":"/volumeMounts/0","path":"/x"}]"#,
                true,
            ),
            ("spoilt", true),
        ] {
            assert_eq!(changes_mounts(patch), expected, "{patch}");
        }
    }
}
