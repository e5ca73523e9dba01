//! How the agent logs in.

use super::{Annotation, Name};
use crate::annotations::kind::Kind;

pub(super) const ROWS: &[Annotation] = &[
    Annotation::pod(Name::Role, "role", Kind::Text)
        .same()
        .values("a role of the auth method")
        .default("none; required for Kubernetes")
        .effect("The role to log in as; goes before `auth-config-role`."),
    Annotation::pod(Name::AuthType, "auth-type", Kind::Filled)
        .same()
        .values("kubernetes, jwt, approle, cert or token_file")
        .default("the webhook's, kubernetes")
        .effect("The auth method."),
    Annotation::pod(Name::AuthPath, "auth-path", Kind::Mount)
        .same()
        .default("the webhook's --vault-auth-mount, auth/kubernetes")
        .effect("Where the auth method is mounted."),
    Annotation::parameter(Name::AuthConfig, "auth-config", Kind::Text)
        .same()
        .effect("A parameter of the auth method, with `-` for `_` in its name: `auth-config-role-id-file-path`."),
    Annotation::pod(Name::AuthMinBackoff, "auth-min-backoff", Kind::Backoff)
        .same()
        .default("the webhook's")
        .effect("The shortest wait after a failed login."),
    Annotation::pod(Name::AuthMaxBackoff, "auth-max-backoff", Kind::Backoff)
        .same()
        .default("the webhook's")
        .effect("The longest wait after a failed login."),
    Annotation::pod(Name::AuthExitOnError, "auth-exit-on-error", Kind::Boolean)
        .original("agent-auto-auth-exit-on-err")
        .default("false")
        .effect("Ends the agent at the first failed login, for Kubernetes to start it again."),
    Annotation::pod(Name::TokenAudience, "token-audience", Kind::Text)
        .values("an audience")
        .default("vouchsafe under vouchsafe.dev/, the API server's under the other prefixes")
        .effect("The audience of the token that the agent logs in with."),
    Annotation::pod(Name::TokenExpiration, "token-expiration", Kind::Lifetime)
        .default("the webhook's")
        .effect("How long that token is good for; the kubelet replaces it in time."),
    Annotation::pod(
        Name::TokenVolume,
        "service-account-token-volume-name",
        Kind::Text,
    )
    .original("agent-service-account-token-volume-name")
    .values("a volume of the pod with a service-account token")
    .default("one of our own")
    .effect("Where the token for logging in is."),
];
