//! What the agent serves to the pod's containers.

use vouchsafe_shared::{
    config::{ApiConfig, ProxyToken},
    diagnostic::{Code, Diagnostic},
};

use crate::config::{AutoAuthToken, Listener, VaultAgentConfig};

pub(super) fn convert(
    config: &VaultAgentConfig,
    problems: &mut Vec<Diagnostic>,
) -> Option<ApiConfig> {
    let [listener, others @ ..] = config.listeners.as_slice() else {
        return None;
    };
    for other in others {
        problems.push(config.source.diagnostic(
            Code::VaultConfigUnsupported,
            other.position,
            "more than one listener is not supported",
            "remove it: one without a role serves metrics too",
        ));
    }
    let port = port(listener, config, problems)?;
    let token = match (&config.api_proxy, &config.cache) {
        (Some(proxy), _) => proxy.use_auto_auth_token,
        (None, Some(cache)) => cache.use_auto_auth_token,
        (None, None) => AutoAuthToken::No,
    };
    if let (Some(cache), false) = (&config.cache, listener.metrics_only) {
        let warning = config.source.diagnostic(
            Code::VaultConfigIgnored,
            cache.position,
            "answers are not cached: the listener passes each request on to the store",
            "if the application asks often, let it read files",
        );
        problems.push(warning.as_warning());
    }
    Some(ApiConfig {
        port,
        quit: listener.enable_quit,
        proxy: (!listener.metrics_only).then_some(match token {
            AutoAuthToken::No => ProxyToken::Own,
            AutoAuthToken::Yes => ProxyToken::Offer,
            AutoAuthToken::Force => ProxyToken::Force,
        }),
        metrics: true,
    })
}

/// The port of an address within the pod.
fn port(
    listener: &Listener,
    config: &VaultAgentConfig,
    problems: &mut Vec<Diagnostic>,
) -> Option<u16> {
    let problem = |code, message: &str, help: &str| {
        let position = listener.address.position;
        config.source.diagnostic(code, position, message, help)
    };
    let help = "write an address such as 127.0.0.1:8200";
    let address = listener.address.value.trim();
    let parts = address.rsplit_once(':');
    let port = parts.and_then(|(_, port)| port.parse().ok());
    let (Some((host, _)), Some(port @ 1..)) = (parts, port) else {
        let code = Code::VaultConfigValue;
        problems.push(problem(code, "listener.address is not host:port", help));
        return None;
    };
    if host != "127.0.0.1" && !host.eq_ignore_ascii_case("localhost") {
        problems.push(problem(
            Code::VaultConfigUnsupported,
            "the agent listens on 127.0.0.1 alone, for the containers of its pod",
            help,
        ));
        return None;
    }
    Some(port)
}
