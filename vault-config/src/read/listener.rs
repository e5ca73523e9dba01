//! `listener`, `cache` and `api_proxy`: what the agent serves.

use vouchsafe_shared::diagnostic::Code;

use super::{Findings, block::Block};
use crate::{
    config::{ApiProxy, AutoAuthToken, Cache, Listener},
    keys,
};

const AUTO_AUTH_TOKEN: &[(&str, AutoAuthToken)] = &[
    ("true", AutoAuthToken::Yes),
    ("t", AutoAuthToken::Yes),
    ("1", AutoAuthToken::Yes),
    ("false", AutoAuthToken::No),
    ("f", AutoAuthToken::No),
    ("0", AutoAuthToken::No),
    ("force", AutoAuthToken::Force),
];

pub(super) fn read_all(top: &Block<'_>, findings: &mut Findings) -> Vec<Listener> {
    let blocks = top.blocks(findings, "listener", keys::LISTENER, true);
    let listeners: Vec<Option<Listener>> =
        blocks.iter().map(|block| read(block, findings)).collect();
    listeners.into_iter().flatten().collect()
}

fn read(block: &Block<'_>, findings: &mut Findings) -> Option<Listener> {
    let kind = block.kind(findings, "write listener \"tcp\" { … }")?;
    if kind.value != "tcp" {
        let code = if kind.value == "unix" {
            Code::VaultConfigUnsupported
        } else {
            Code::VaultConfigValue
        };
        let message = "listeners of this type are not supported";
        findings.error(code, kind.position, message, "write listener \"tcp\" { … }");
        return None;
    }
    let tls_disable = block.flag(findings, "tls_disable");
    if tls_disable != Some(true) {
        findings.error(
            Code::VaultConfigUnsupported,
            block.position,
            "a listener with TLS is not supported: the agent serves plain HTTP",
            "set tls_disable = true, and an address on 127.0.0.1",
        );
    }
    let agent_api = block.block(findings, "agent_api", keys::AGENT_API, false);
    let enable_quit = agent_api.and_then(|api| api.flag(findings, "enable_quit"));
    let roles = [("default", false), ("metrics_only", true)];
    let metrics_only = block.choice(findings, "role", &roles);
    Some(Listener {
        position: block.position,
        address: block.needed(findings, "address")?,
        enable_quit: enable_quit.unwrap_or(false),
        metrics_only: metrics_only.unwrap_or(false),
    })
}

pub(super) fn read_cache(top: &Block<'_>, findings: &mut Findings) -> Option<Cache> {
    let block = top.block(findings, "cache", keys::CACHE, false)?;
    let use_auto_auth_token = auto_auth_token(&block, findings);
    let persist = block.block(findings, "persist", keys::PERSIST, true);
    if let Some(persist) = &persist
        && let Some(kind) = persist.kind(findings, "write persist \"kubernetes\" { … }")
        && kind.value != "kubernetes"
    {
        findings.error(
            Code::VaultConfigValue,
            kind.position,
            "a cache of this type does not exist",
            "write persist \"kubernetes\" { … }",
        );
    }
    Some(Cache {
        position: block.position,
        use_auto_auth_token,
        persist: persist.is_some(),
    })
}

pub(super) fn read_api_proxy(top: &Block<'_>, findings: &mut Findings) -> Option<ApiProxy> {
    let block = top.block(findings, "api_proxy", keys::API_PROXY, false)?;
    Some(ApiProxy {
        position: block.position,
        use_auto_auth_token: auto_auth_token(&block, findings),
    })
}

fn auto_auth_token(block: &Block<'_>, findings: &mut Findings) -> AutoAuthToken {
    block
        .choice_or_flag(findings, "use_auto_auth_token", AUTO_AUTH_TOKEN)
        .unwrap_or_default()
}
