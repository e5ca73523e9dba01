//! `vault`: where the store is.

use super::{Findings, block::Block};
use crate::{config::Vault, keys};

pub(super) fn read(top: &Block<'_>, findings: &mut Findings) -> Vault {
    let Some(block) = top.block(findings, "vault", keys::VAULT, false) else {
        return Vault::default();
    };
    // Looked at for its keys alone: the agent has no limit of attempts.
    block.block(findings, "retry", keys::RETRY, false);
    let text = |findings: &mut Findings, key| block.text(findings, key).map(|text| text.value);
    Vault {
        address: block.text(findings, "address"),
        ca_cert: block.text(findings, "ca_cert"),
        ca_path: block.text(findings, "ca_path"),
        client_cert: block.text(findings, "client_cert"),
        client_key: block.text(findings, "client_key"),
        tls_skip_verify: block.located_flag(findings, "tls_skip_verify"),
        tls_server_name: text(findings, "tls_server_name"),
        namespace: text(findings, "namespace")
            .map(|namespace| namespace.trim_matches('/').to_owned())
            .filter(|namespace| !namespace.is_empty()),
    }
}
