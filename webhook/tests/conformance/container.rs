//! What the agent's container amounts to, but for its configuration.

use serde_json::Value;

use crate::{
    effective::{Lines, address, amount},
    pod::{Pair, below, items, mount_of, path_of},
};

/// Both programs' default image.
const DEFAULT_IMAGES: [&str; 2] = ["hashicorp/vault:2.0.4", crate::case::OUR_IMAGE];

pub(crate) fn say(
    lines: &mut Lines<'_>,
    pair: Pair<'_>,
    container: &Value,
    is_told: &dyn Fn(&str) -> bool,
) {
    if let Some(image) = container["image"].as_str()
        && !DEFAULT_IMAGES.contains(&image)
    {
        lines.say("image", image);
    }
    for kind in ["requests", "limits"] {
        for (name, quantity) in container["resources"][kind]
            .as_object()
            .into_iter()
            .flatten()
        {
            let quantity = match quantity {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            lines.say(format!("{kind}.{name}"), amount(&quantity));
        }
    }
    for variable in items(container, "env") {
        let name = variable["name"].as_str().unwrap_or_default();
        if is_told(name) {
            continue;
        }
        let value = match variable["value"].as_str() {
            Some(value) if name == "VAULT_ADDR" => address(value),
            Some(value) => value.to_owned(),
            None => variable["valueFrom"].to_string(),
        };
        lines.say(format!("env.{name}"), value);
    }
    say_security(lines, &container["securityContext"]);
    for mount in items(container, "volumeMounts") {
        let name = mount["name"].as_str().unwrap_or_default();
        let what = match pair.volume(name) {
            Some(volume) if volume["secret"].is_object() => {
                format!("secret {}", volume["secret"]["secretName"])
            }
            Some(volume) if volume["configMap"].is_object() => {
                format!("config map {}", volume["configMap"]["name"])
            }
            Some(volume) if pair.is_own(name) && token_of(volume).is_none() => {
                format!("volume {name}")
            }
            _ => continue,
        };
        lines.say(format!("mount.{}", path_of(mount)), what);
    }
}

fn say_security(lines: &mut Lines<'_>, context: &Value) {
    if context.is_null() {
        lines.say("security_context", "none");
        return;
    }
    lines.maybe("user", context["runAsUser"].as_i64());
    lines.maybe("group", context["runAsGroup"].as_i64());
    lines.flag("must_not_be_root", context["runAsNonRoot"] == true);
    lines.flag(
        "root_is_read_only",
        context["readOnlyRootFilesystem"] == true,
    );
    lines.flag("may_escalate", context["allowPrivilegeEscalation"] != false);
    lines.say("drops", &context["capabilities"]["drop"]);
    lines.maybe("seccomp", context["seccompProfile"]["type"].as_str());
}

/// What a file of the agent's container is, if it is a service-account token; else its path.
pub(crate) fn token(pair: Pair<'_>, container: &Value, path: &str) -> String {
    let described = || {
        let mount = mount_of(container, path)?;
        let volume = pair.volume(mount["name"].as_str()?)?;
        let (file, described) = token_of(volume)?;
        (below(&path_of(mount), path)? == file).then_some(described)
    };
    described().unwrap_or_else(|| path.to_owned())
}

/// The file of the first token in a projected volume, and for whom it is.
pub(crate) fn token_of(volume: &Value) -> Option<(&str, String)> {
    let token = items(&volume["projected"], "sources")
        .map(|source| &source["serviceAccountToken"])
        .find(|token| token.is_object())?;
    let audience = token["audience"].as_str().unwrap_or("the API server");
    Some((
        token["path"].as_str()?,
        format!("service account token for {audience}"),
    ))
}
