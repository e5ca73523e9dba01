//! The three volumes of the injection.

use serde_json::{Value, json};
use vouchsafe_shared::{
    annotations::{Dialect, InjectSpec},
    diagnostic::Diagnostic,
};

use super::{
    Settings,
    comparison::without_nulls,
    edits::Edits,
    names::{RUN_VOLUME, SECRETS_VOLUME, TOKEN_VOLUME},
    pod::{Pod, name_taken},
};

pub(super) fn edit(
    spec: &InjectSpec,
    settings: &Settings,
    pod: &Pod<'_>,
    edits: &mut Edits,
    problems: &mut Vec<Diagnostic>,
) {
    let mut missing = Vec::new();
    for (name, desired) in [
        (SECRETS_VOLUME, secrets(settings)),
        (TOKEN_VOLUME, token(spec, settings)),
        (RUN_VOLUME, run()),
    ] {
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

/// Secrets never reach a disk: tmpfs.
fn secrets(settings: &Settings) -> Value {
    let size = settings.secrets_volume_size.to_string();
    json!({ "name": SECRETS_VOLUME, "emptyDir": { "medium": "Memory", "sizeLimit": size } })
}

/// Holds a state file of some KiB and a socket.
fn run() -> Value {
    json!({ "name": RUN_VOLUME, "emptyDir": { "medium": "Memory", "sizeLimit": "1Mi" } })
}

/// A token of the pod's own service account, for the store alone.
///
/// `defaultMode` is left to the API server: the kubelet gives a token file to the user that all
/// containers share (0600) or to the pod's `fsGroup` (0640), and where there is neither, everybody
/// may read it (0644). A mode of ours would count in the last case alone, and there hide the token
/// from the agent itself: the file is root's.
/// Source: <https://github.com/kubernetes/enhancements/tree/master/keps/sig-auth/1205-bound-service-account-tokens#file-permission>.
fn token(spec: &InjectSpec, settings: &Settings) -> Value {
    let own_default = match spec.dialect {
        Dialect::Own => Some("vouchsafe"),
        // The original injector logs in with the application's own token, whose audience is the
        // API server's.
        Dialect::Original => None,
    };
    let audience = spec
        .identity_token
        .audience
        .as_deref()
        .or(settings.token_audience.as_deref())
        .or(own_default);
    json!({
        "name": TOKEN_VOLUME,
        "projected": {
            "sources": [{
                "serviceAccountToken": {
                    "path": "token",
                    "expirationSeconds": settings.token_expiration.seconds(),
                    "audience": audience,
                },
            }],
        },
    })
}
