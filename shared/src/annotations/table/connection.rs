//! How the store is reached.

use super::{Annotation, Name};
use crate::annotations::kind::Kind;

pub(super) const ROWS: &[Annotation] = &[
    Annotation::pod(Name::Address, "address", Kind::Address)
        .original("service")
        .default("the webhook's --vault-address")
        .effect("The store's address."),
    Annotation::pod(Name::Namespace, "namespace", Kind::Text)
        .same()
        .values("a namespace of the store")
        .default("the webhook's --vault-namespace")
        .effect("The store's namespace for all requests."),
    Annotation::pod(Name::TlsSecret, "tls-secret", Kind::Text)
        .same()
        .values("a Secret of the pod's namespace")
        .effect("Its keys are files below /vault/tls in the agent's container."),
    Annotation::pod(Name::CaCertificate, "ca-cert", Kind::Text)
        .same()
        .values("a path in the agent's container")
        .default("the webhook's CA, or the public ones")
        .effect("The CA of the store's certificate."),
    Annotation::pod(Name::CaDirectory, "ca-directory", Kind::Text)
        .original("ca-key")
        .values("a path in the agent's container")
        .effect("A directory of CA certificates, whatever the original's name for it says."),
    Annotation::pod(Name::ClientCertificate, "client-cert", Kind::Text)
        .same()
        .values("a path in the agent's container")
        .effect("The agent's certificate; needs `client-key`."),
    Annotation::pod(Name::ClientKey, "client-key", Kind::Text)
        .same()
        .values("a path in the agent's container")
        .effect("The key of the agent's certificate."),
    Annotation::pod(Name::TlsServerName, "tls-server-name", Kind::Text)
        .same()
        .values("a name")
        .default("the address's host")
        .effect("The name to expect in the store's certificate."),
    Annotation::pod(Name::TlsSkipVerify, "tls-skip-verify", Kind::Boolean)
        .same()
        .default("false")
        .effect("Believes any certificate: whoever answers gets the login. For tests alone."),
    Annotation::pod(Name::Proxy, "proxy-address", Kind::Text)
        .same()
        .values("a URL")
        .default("the webhook's")
        .effect("The HTTP proxy on the way to the store. `$(NAME)` stands for a variable of the agent's container, as in a pod: `http://$(HOST_IP):3128`."),
    Annotation::pod(Name::ClientTimeout, "client-timeout", Kind::Duration)
        .same()
        .default("60s")
        .effect("How long one request may take."),
    Annotation::pod(Name::ClientRetries, "client-max-retries", Kind::Count)
        .same()
        .default("2")
        .effect("How often one request is repeated at once after a failure."),
    Annotation::pod(Name::DisableKeepAlives, "disable-keep-alives", Kind::Parts)
        .original("agent-disable-keep-alives")
        .default("the webhook's")
        .effect("With `auto-auth` or `templating` the connection is closed after each answer."),
    Annotation::pod(
        Name::DisableIdleConnections,
        "disable-idle-connections",
        Kind::Parts,
    )
    .original("agent-disable-idle-connections")
    .default("the webhook's")
    .effect("Has no effect: the agent has one connection."),
    Annotation::pod(
        Name::MaxConnectionsPerHost,
        "max-connections-per-host",
        Kind::Integer,
    )
    .original("template-max-connections-per-host")
    .default("1")
    .effect("Has no effect: the agent has one connection."),
];
