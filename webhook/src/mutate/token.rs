//! Which token does the agent show to the store, and where is it?

use vouchsafe_shared::{
    annotations::{Asked, Dialect, InjectSpec},
    diagnostic::{Code, Diagnostic},
};

use super::{
    Settings,
    names::{ORIGINAL_TOKEN_DIRECTORY, TOKEN_DIRECTORY, TOKEN_VOLUME},
    pod::Pod,
    wording::quoted,
};
use crate::json::{Json, object};

#[derive(Debug)]
pub(super) struct Token {
    pub(super) volume: String,
    pub(super) directory: String,
    /// Within the directory.
    pub(super) file: String,
}

impl Token {
    /// A volume of our own, unless the pod names one of its own. `None` with a problem told.
    pub(super) fn resolve(
        spec: &InjectSpec,
        pod: &Pod<'_>,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        match &spec.identity_token.volume {
            Some(asked) => Self::of_pod(asked, spec.dialect, pod, problems),
            None => Some(Self {
                volume: TOKEN_VOLUME.to_owned(),
                directory: TOKEN_DIRECTORY.to_owned(),
                file: "token".to_owned(),
            }),
        }
    }

    pub(super) fn path(&self) -> String {
        format!("{}/{}", self.directory.trim_end_matches('/'), self.file)
    }

    /// As the original injector: where the first container that mounts it does, which the
    /// annotations may have written down.
    fn of_pod(
        asked: &Asked<String>,
        dialect: Dialect,
        pod: &Pod<'_>,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let name = asked.value.as_str();
        let mut problem = |message: String, help: &str| {
            let subject = format!("annotation {}", asked.annotation);
            problems.push(Diagnostic::error(Code::TokenVolume, subject, message, help));
        };
        let Some(volume) = pod.volumes.iter().find(|volume| volume.name == name) else {
            problem(
                format!("the pod has no service account volume {}", quoted(name)),
                "correct the name, or remove it: the agent then gets a token of its own",
            );
            return None;
        };
        let Some(file) = volume.node.value("projected").and_then(token_path) else {
            problem(
                format!(
                    "the volume {} is not projected from a service account token, so there is no \
                     path of a token in it",
                    quoted(name)
                ),
                "add a source serviceAccountToken with a path to it, or remove the annotation",
            );
            return None;
        };
        let mut mounts = pod.app_containers.iter().flat_map(|app| &app.mounts);
        let default = match dialect {
            Dialect::Own => TOKEN_DIRECTORY,
            Dialect::Original => ORIGINAL_TOKEN_DIRECTORY,
        };
        Some(Self {
            volume: name.to_owned(),
            directory: mounts
                .find(|mount| mount.name == Some(name))
                .map_or(default, |mount| mount.path)
                .to_owned(),
            file,
        })
    }
}

/// Of the first such source of a projected volume.
fn token_path(projected: &Json<'_>) -> Option<String> {
    let sources = projected.get("sources")?.as_list()?;
    let token = sources
        .iter()
        .find_map(|source| source.get("serviceAccountToken"))?;
    let path = token.get("path")?.as_text()?;
    (!path.is_empty()).then(|| path.to_owned())
}

/// A token of the pod's own service account, for the store alone.
///
/// `defaultMode` is left to the API server: the kubelet gives a token file to the user that all
/// containers share (0600) or to the pod's `fsGroup` (0640), and where there is neither, everybody
/// may read it (0644). A mode of ours would count in the last case alone, and there hide the token
/// from the agent itself: the file is root's.
/// Source: <https://github.com/kubernetes/enhancements/tree/master/keps/sig-auth/1205-bound-service-account-tokens#file-permission>.
pub(super) fn volume<'s>(spec: &'s InjectSpec, settings: &'s Settings) -> Json<'s> {
    let own_default = match spec.dialect {
        Dialect::Own => Some("vouchsafe"),
        // The original injector logs in with the application's own token, whose audience is the
        // API server's.
        Dialect::Original => None,
    };
    let asked = &spec.identity_token;
    let audience = asked
        .audience
        .as_deref()
        .or(settings.token_audience.as_deref())
        .or(own_default);
    let expiration = asked.expiration.as_ref().map_or_else(
        || settings.token_expiration.seconds(),
        |asked| asked.value.as_duration().as_secs(),
    );
    let token = object([
        ("path", "token".into()),
        ("expirationSeconds", expiration.into()),
        ("audience", audience.into()),
    ]);
    let sources = vec![object([("serviceAccountToken", token)])];
    let projected = object([("sources", sources.into())]);
    object([("name", TOKEN_VOLUME.into()), ("projected", projected)])
}
