//! The volumes of the injection.

use serde_json::{Value, json};
use vouchsafe_shared::{annotations::InjectSpec, diagnostic::Diagnostic};

use super::{
    Settings,
    comparison::without_nulls,
    edits::Edits,
    layout::Layout,
    names::{CONFIG_VOLUME, EXTRA_VOLUME, HOME_VOLUME, RUN_VOLUME, TLS_VOLUME, TOKEN_VOLUME},
    pod::{Pod, name_taken},
    token,
};

pub(super) fn edit(
    spec: &InjectSpec,
    settings: &Settings,
    layout: &Layout<'_>,
    pod: &Pod<'_>,
    edits: &mut Edits,
    problems: &mut Vec<Diagnostic>,
) {
    let mut missing = Vec::new();
    for desired in desired(spec, settings, layout) {
        let name = desired["name"].as_str().unwrap_or_default();
        match pod.volumes.iter().find(|volume| volume.name == name) {
            None => missing.push(without_nulls(desired)),
            Some(present) if present.node.contains(&desired) => {}
            Some(present) if pod.is_ours => {
                edits.replace(&present.node.place, without_nulls(desired));
            }
            Some(_) => problems.push(name_taken("volume", name)),
        }
    }
    edits.append(&pod.spec, "volumes", missing);
}

/// Whether a volume of a pod is one that we add to it.
pub(super) fn is_own(name: &str, layout: &Layout<'_>) -> bool {
    [
        TOKEN_VOLUME,
        RUN_VOLUME,
        HOME_VOLUME,
        CONFIG_VOLUME,
        EXTRA_VOLUME,
        TLS_VOLUME,
    ]
    .contains(&name)
        || layout.volumes.iter().any(|volume| volume.name == name)
}

fn desired(spec: &InjectSpec, settings: &Settings, layout: &Layout<'_>) -> Vec<Value> {
    let size = spec.volume_size.unwrap_or(settings.secrets_volume_size);
    let mut volumes: Vec<_> = layout
        .volumes
        .iter()
        .map(|volume| in_memory(&volume.name, &size.to_string()))
        .collect();
    if spec.identity_token.volume.is_none() {
        volumes.push(token::volume(spec, settings));
    }
    // What the agent must remember of what it read, and a socket.
    volumes.push(in_memory(RUN_VOLUME, "4Mi"));
    if let Some(asked) = &spec.config_map {
        // What a configuration of the user's own writes beside its files is little: a token and
        // the number of a process.
        volumes.push(in_memory(HOME_VOLUME, "1Mi"));
        volumes.push(json!({ "name": CONFIG_VOLUME, "configMap": { "name": asked.value } }));
    }
    for (name, asked) in [
        (EXTRA_VOLUME, &spec.container.extra_secret),
        (TLS_VOLUME, &spec.connection.tls_secret),
    ] {
        if let Some(asked) = asked {
            volumes.push(json!({ "name": name, "secret": { "secretName": asked.value } }));
        }
    }
    volumes
}

/// On tmpfs: secrets never reach a disk.
fn in_memory(name: &str, size: &str) -> Value {
    json!({ "name": name, "emptyDir": { "medium": "Memory", "sizeLimit": size } })
}
