//! What the agent does while it runs.

use super::{Annotation, Name};
use crate::annotations::kind::Kind;

pub(super) const ROWS: &[Annotation] = &[
    Annotation::pod(Name::RefreshInterval, "refresh-interval", Kind::Duration)
        .original("template-static-secret-render-interval")
        .default("60s")
        .effect("How often secrets without a lease are read again."),
    Annotation::pod(Name::RefreshAdaptive, "refresh-adaptive", Kind::Range)
        .effect("Moves that interval: to the shortest with each change of a secret, and half as long again with each look that finds none."),
    Annotation::pod(Name::RefreshVersionFirst, "refresh-version-first", Kind::Boolean)
        .default("true")
        .effect("Asks for the version of a KV version 2 secret first, where the policy allows that, and for its data only when it is another."),
    Annotation::pod(Name::Events, "events", Kind::Boolean)
        .default("false")
        .effect("Has the store tell of changes of KV secrets, which are looked at at once then. Vault Enterprise alone does, since 1.16; secrets are looked at at intervals as before."),
    Annotation::pod(Name::KeepPrevious, "keep-previous", Kind::Duration)
        .default("until the next change")
        .effect("How long the files before a change stay in the volume after it."),
    Annotation::pod(
        Name::LeaseRenewalThreshold,
        "lease-renewal-threshold",
        Kind::Share,
    )
    .original("template-lease-renewal-threshold")
    .default("the webhook's")
    .effect("After which share of its life a lease is renewed or replaced."),
    Annotation::pod(
        Name::ExitOnRetryFailure,
        "exit-on-retry-failure",
        Kind::Boolean,
    )
    .original("template-config-exit-on-retry-failure")
    .default("the webhook's")
    .effect("Ends the agent, for Kubernetes to start it again, when a secret cannot be read."),
    Annotation::pod(Name::RevokeOnShutdown, "revoke-on-shutdown", Kind::Boolean)
        .original("agent-revoke-on-shutdown")
        .default("the webhook's, false")
        .effect("Gives the store's token back when the pod stops."),
    Annotation::pod(Name::RevokeGrace, "revoke-grace", Kind::Grace)
        .original("agent-revoke-grace")
        .default("5s")
        .effect("How long the agent waits before it does."),
    Annotation::pod(Name::LogLevel, "log-level", Kind::LogLevel)
        .same()
        .default("info")
        .effect("How much the agent logs."),
    Annotation::pod(Name::LogFormat, "log-format", Kind::LogFormat)
        .same()
        .default("text")
        .effect("How the agent logs."),
    Annotation::pod(Name::EnableQuit, "enable-quit", Kind::Boolean)
        .original("agent-enable-quit")
        .default("false")
        .effect("`POST /agent/v1/quit` on the pod's loopback address ends the agent."),
    Annotation::pod(Name::CacheEnable, "cache-enable", Kind::Boolean)
        .original("agent-cache-enable")
        .default("false")
        .effect("`/v1/…` on the pod's loopback address is passed on to the store. No answers are kept."),
    Annotation::pod(Name::CachePort, "cache-listener-port", Kind::Port)
        .original("agent-cache-listener-port")
        .default("8200")
        .effect("The port of both."),
    Annotation::pod(Name::CacheToken, "cache-use-auto-auth-token", Kind::ProxyToken)
        .original("agent-cache-use-auto-auth-token")
        .default("true")
        .effect("Whether such requests get the agent's token: when they have none (`true`), always (`force`), or never (`false`)."),
    Annotation::pod(Name::CacheExitOnError, "cache-exit-on-error", Kind::Boolean)
        .original("agent-cache-exit-on-err")
        .default("false")
        .effect("Has no effect: no answers are kept."),
    Annotation::parameter(Name::Telemetry, "telemetry", Kind::Text)
        .original("agent-telemetry")
        .effect("Any of them shows metrics at `/agent/v1/metrics` where `enable-quit` or `cache-enable` opens a port. Nothing is sent anywhere."),
    Annotation::pod(Name::ConfigMap, "configmap", Kind::Text)
        .original("agent-configmap")
        .values("a ConfigMap of the pod's namespace")
        .effect("The user's own configuration of the agent, in `config.hcl` and `config-init.hcl`. Then annotations about files, templates and the login do not shape it."),
    Annotation::pod(Name::MaxProcessors, "go-max-procs", Kind::Text)
        .same()
        .values("a number")
        .default("1")
        .effect("Has no effect: the agent has one thread."),
];
