//! The volumes of the injection.

use vouchsafe_shared::{annotations::InjectSpec, diagnostic::Diagnostic};

use super::{
    Settings,
    edits::Edits,
    layout::Layout,
    names::{CONFIG_VOLUME, EXTRA_VOLUME, HOME_VOLUME, RUN_VOLUME, TLS_VOLUME, TOKEN_VOLUME},
    pod::{Pod, name_taken},
    token,
};
use crate::json::{Json, object};

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
        let name = desired.get("name").and_then(Json::as_text);
        match pod.volumes.iter().find(|volume| Some(volume.name) == name) {
            None => missing.push(desired),
            Some(present) if present.node.contains(&desired) => {}
            Some(present) if pod.is_ours => {
                edits.replace(&present.node.place, &desired);
            }
            Some(present) => problems.push(name_taken("volume", present.name)),
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

fn desired<'e>(
    spec: &'e InjectSpec,
    settings: &'e Settings,
    layout: &'e Layout<'_>,
) -> Vec<Json<'e>> {
    let size = spec.volume_size.unwrap_or(settings.secrets_volume_size);
    let mut volumes: Vec<_> = layout
        .volumes
        .iter()
        .map(|volume| in_memory(&volume.name, size.to_string()))
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
        let source = object([("name", asked.value.as_str().into())]);
        volumes.push(object([
            ("name", CONFIG_VOLUME.into()),
            ("configMap", source),
        ]));
    }
    for (name, asked) in [
        (EXTRA_VOLUME, &spec.container.extra_secret),
        (TLS_VOLUME, &spec.connection.tls_secret),
    ] {
        if let Some(asked) = asked {
            let source = object([("secretName", asked.value.as_str().into())]);
            volumes.push(object([("name", name.into()), ("secret", source)]));
        }
    }
    volumes
}

/// On tmpfs: secrets never reach a disk.
fn in_memory<'e>(name: &'e str, size: impl Into<Json<'e>>) -> Json<'e> {
    let source = object([("medium", "Memory".into()), ("sizeLimit", size.into())]);
    object([("name", name.into()), ("emptyDir", source)])
}
