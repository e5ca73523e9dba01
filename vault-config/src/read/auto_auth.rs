//! `auto_auth`: how to log in, and where to put the token.

use vouchsafe_shared::{diagnostic::Code, value::FileMode};

use super::{Findings, block::Block, login};
use crate::{
    config::{AutoAuth, Located, Method, Sink},
    keys,
};

pub(super) fn read(top: &Block<'_>, findings: &mut Findings) -> Option<AutoAuth> {
    let block = top.block(findings, "auto_auth", keys::AUTO_AUTH, false)?;
    let sinks = block.blocks(findings, "sink", keys::SINK, true);
    let sinks: Vec<Option<Sink>> = sinks.iter().map(|block| sink(block, findings)).collect();
    let Some(method) = block.block(findings, "method", keys::METHOD, true) else {
        block.missing(findings, "method");
        return None;
    };
    Some(AutoAuth {
        position: block.position,
        method: read_method(&method, findings)?,
        sinks: sinks.into_iter().flatten().collect(),
    })
}

fn read_method(block: &Block<'_>, findings: &mut Findings) -> Option<Method> {
    let kind = block.kind(findings, "write method \"kubernetes\" { … }");
    let mount_path = block.text(findings, "mount_path");
    let namespace = block.text(findings, "namespace");
    let min_backoff = block.duration(findings, "min_backoff");
    let max_backoff = block.duration(findings, "max_backoff");
    let exit_on_error = block.flag(findings, "exit_on_err").unwrap_or(false);
    let kind = kind?;
    let login = login::read(block, &kind, findings)?;
    let mount_path = mount_path.map_or_else(
        || Located {
            value: format!("auth/{}", kind.value),
            position: kind.position,
        },
        |path| Located {
            value: path
                .value
                .strip_suffix('/')
                .unwrap_or(&path.value)
                .to_owned(),
            position: path.position,
        },
    );
    Some(Method {
        position: block.position,
        mount_path,
        namespace: namespace
            .map(|namespace| namespace.value.trim_matches('/').to_owned())
            .filter(|namespace| !namespace.is_empty() && namespace != "root"),
        min_backoff,
        max_backoff,
        exit_on_error,
        login,
    })
}

fn sink(block: &Block<'_>, findings: &mut Findings) -> Option<Sink> {
    /// Source: <https://developer.hashicorp.com/vault/docs/agent-and-proxy/autoauth/sinks/file>.
    const MODE: &str = "0640";
    let kind = block.kind(findings, "write sink \"file\" { … }")?;
    if kind.value != "file" {
        findings.error(
            Code::VaultConfigUnsupported,
            kind.position,
            "sinks of this type do not exist",
            "write sink \"file\" { … }",
        );
        return None;
    }
    let Some(config) = block.block(findings, "config", keys::SINK_CONFIG, false) else {
        block.missing(findings, "config");
        return None;
    };
    let mode = config.mode(findings, "mode");
    let user = config.id(findings, "uid");
    let group = config.id(findings, "gid");
    Some(Sink {
        path: config.needed(findings, "path")?,
        mode: mode
            .or_else(|| MODE.parse().ok())
            .unwrap_or(FileMode::DEFAULT),
        user,
        group,
    })
}
