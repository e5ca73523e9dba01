//! From the tree to what it means: every problem of a file at once, each with its place.

mod auto_auth;
mod block;
mod coercion;
mod listener;
mod login;
mod template;
mod values;
mod vault;

use vouchsafe_shared::{
    config::{LogFormat, LogLevel},
    diagnostic::{Code, Diagnostic, Severity},
    value::HumanDuration,
};

use self::block::Block;
pub(crate) use self::coercion::truth;
use crate::{
    config::VaultAgentConfig,
    keys,
    source::Source,
    syntax::{Document, Kind, Position},
};

/// What was found so far.
#[derive(Default)]
pub(crate) struct Findings {
    found: Vec<Finding>,
}

struct Finding {
    severity: Severity,
    code: Code,
    position: Position,
    message: String,
    help: String,
}

impl Findings {
    pub(crate) fn error(
        &mut self,
        code: Code,
        position: Position,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(Severity::Error, code, position, message, help);
    }

    fn add(
        &mut self,
        severity: Severity,
        code: Code,
        position: Position,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.found.push(Finding {
            severity,
            code,
            position,
            message: message.into(),
            help: help.into(),
        });
    }

    /// In the order of the file.
    fn into_diagnostics(mut self, source: &Source) -> Vec<Diagnostic> {
        self.found.sort_by_key(|finding| finding.position);
        let diagnostics = self.found.into_iter().map(|finding| Diagnostic {
            severity: finding.severity,
            ..source.diagnostic(
                finding.code,
                finding.position,
                &finding.message,
                finding.help,
            )
        });
        diagnostics.collect()
    }
}

/// Reads a whole file; with the value come its warnings.
pub(crate) fn read(
    document: &Document,
    source: Source,
) -> Result<(VaultAgentConfig, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut findings = Findings::default();
    for duplicate in &document.duplicates {
        let (name, first) = (&duplicate.key.name, duplicate.first);
        findings.error(
            Code::VaultConfigIncomplete,
            duplicate.key.position,
            format!(
                "{name} is set a second time; the first is in line {}",
                first.line
            ),
            "keep one of them",
        );
    }
    let top = Block::top(document);
    top.check(&mut findings);
    let config = VaultAgentConfig {
        auto_auth: auto_auth::read(&top, &mut findings),
        vault: vault::read(&top, &mut findings),
        templates: template::read_all(&top, &mut findings),
        template_config: template::read_config(&top, &mut findings),
        exit_after_auth: top.flag(&mut findings, "exit_after_auth").unwrap_or(false),
        pid_file: top.text(&mut findings, "pid_file"),
        listeners: listener::read_all(&top, &mut findings),
        cache: listener::read_cache(&top, &mut findings),
        api_proxy: listener::read_api_proxy(&top, &mut findings),
        log_level: top.choice(&mut findings, "log_level", LOG_LEVELS),
        log_format: top.choice(&mut findings, "log_format", LOG_FORMATS),
        disable_idle_connections: connections(&top, &mut findings, "disable_idle_connections"),
        disable_keep_alives: connections(&top, &mut findings, "disable_keep_alives"),
        source,
    };
    let diagnostics = findings.into_diagnostics(&config.source);
    if diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
    {
        return Err(diagnostics);
    }
    Ok((config, diagnostics))
}

/// The names that the original's logger knows.
/// Source: <https://pkg.go.dev/github.com/hashicorp/vault/sdk/helper/logging#ParseLogLevel>.
pub(crate) const LOG_LEVELS: &[(&str, LogLevel)] = &[
    ("trace", LogLevel::Trace),
    ("debug", LogLevel::Debug),
    ("info", LogLevel::Info),
    ("notice", LogLevel::Info),
    ("warn", LogLevel::Warn),
    ("warning", LogLevel::Warn),
    ("error", LogLevel::Error),
    ("err", LogLevel::Error),
];

pub(crate) const LOG_FORMATS: &[(&str, LogFormat)] =
    &[("standard", LogFormat::Text), ("json", LogFormat::Json)];

/// Parts of the original whose connections can be set apart.
fn connections(top: &Block<'_>, findings: &mut Findings, key: &'static str) -> Vec<String> {
    const PARTS: [&str; 4] = ["auto-auth", "caching", "proxying", "templating"];
    let Some(names) = top.texts(findings, key) else {
        return Vec::new();
    };
    let split = names.value.iter().flat_map(|name| name.split(','));
    let names_given: Vec<String> = split
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect();
    for name in &names_given {
        if !PARTS.contains(&name.as_str()) {
            findings.error(
                Code::VaultConfigValue,
                names.position,
                format!("{key} names {name}, which is no part of the agent"),
                format!("write any of {}", PARTS.join(", ")),
            );
        }
    }
    names_given
}

/// The known name that a misspelt one was most likely meant to be.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_ascii_lowercase();
    let limit = name.chars().count() / 3 + 1;
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A duration as in the file, for variables of the environment.
pub(crate) fn duration(text: &str) -> Option<HumanDuration> {
    coercion::duration(&Kind::String(text.trim().to_owned())).ok()
}

/// Where else a key belongs, for those that stand in the wrong block.
fn home(key: &str) -> Option<&'static str> {
    keys::KEYS
        .iter()
        .find(|row| row.key.eq_ignore_ascii_case(key) && !row.block.is_empty())
        .map(|row| row.block)
}
