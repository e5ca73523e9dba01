//! The parameters of an auth method, `auth-config-NAME`.

use std::collections::BTreeSet;

use vouchsafe_shared::{
    annotations::InjectSpec,
    diagnostic::{Code, Diagnostic, Severity},
};

use crate::mutate::wording::quoted;

/// Of each method, what its agent in the original knows; the second list is taken and has nothing
/// to do here.
/// Source: <https://developer.hashicorp.com/vault/docs/agent-and-proxy/autoauth/methods>.
fn known(method: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match method {
        "kubernetes" => (&["role", "token_path"], &[]),
        "jwt" => (
            &["role", "path", "remove_jwt_after_reading", "token_path"],
            &["remove_jwt_follows_symlinks", "jwt_read_period"],
        ),
        "approle" => (
            &[
                "role_id_file_path",
                "secret_id_file_path",
                "remove_secret_id_file_after_reading",
                "secret_id_response_wrapping_path",
            ],
            &["role", "token_path"],
        ),
        "cert" => (
            &["name", "ca_cert", "client_cert", "client_key"],
            // Certificates are read at every connection.
            &["reload", "role", "token_path"],
        ),
        _ => (&["token_file_path"], &["role", "token_path"]),
    }
}

/// Reads the parameters of one pod; what nobody asked for in the end is unknown to the method.
#[derive(Debug)]
pub(super) struct Parameters<'s> {
    spec: &'s InjectSpec,
    method: &'s str,
    read: BTreeSet<&'static str>,
    problems: &'s mut Vec<Diagnostic>,
    warnings: &'s mut Vec<Diagnostic>,
    failed: bool,
}

impl<'s> Parameters<'s> {
    pub(super) fn new(
        spec: &'s InjectSpec,
        method: &'s str,
        problems: &'s mut Vec<Diagnostic>,
        warnings: &'s mut Vec<Diagnostic>,
    ) -> Self {
        Self {
            spec,
            method,
            read: BTreeSet::new(),
            problems,
            warnings,
            failed: false,
        }
    }

    /// Blank is as good as absent.
    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        self.read.insert(name);
        let asked = self.spec.auth.parameters.get(name)?;
        let value = asked.value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    pub(super) fn required(&mut self, name: &'static str) -> Option<String> {
        let value = self.text(name);
        if value.is_none() {
            self.problem(Diagnostic::error(
                Code::AuthParameter,
                format!("auth method {}", self.method),
                format!("needs {name}, which no annotation gives"),
                format!("add vouchsafe.dev/auth-config-{}", name.replace('_', "-")),
            ));
        }
        value
    }

    /// As Go reads it.
    pub(super) fn boolean(&mut self, name: &'static str, default: bool) -> bool {
        let Some(text) = self.text(name) else {
            return default;
        };
        match text.as_str() {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => true,
            "0" | "f" | "F" | "FALSE" | "false" | "False" => false,
            _ => {
                let parameter = self.spec.auth.parameters.get(name);
                let annotation = parameter.map_or(name, |asked| asked.annotation.as_str());
                self.problem(Diagnostic::error(
                    Code::BadValue,
                    format!("annotation {annotation}"),
                    format!("{}: not a yes or no", quoted(&text)),
                    "expected \"true\" or \"false\"",
                ));
                default
            }
        }
    }

    pub(super) fn problem(&mut self, diagnostic: Diagnostic) {
        self.failed |= diagnostic.severity == Severity::Error;
        self.problems.push(diagnostic);
    }

    pub(super) fn warning(&mut self, diagnostic: Diagnostic) {
        self.warnings.push(diagnostic.as_warning());
    }

    /// Tells of what the method does not know; false when something is missing or wrong.
    pub(super) fn finish(self) -> bool {
        let (used, unused) = known(self.method);
        for (name, asked) in &self.spec.auth.parameters {
            let name = name.as_str();
            if self.read.contains(name) || used.contains(&name) || unused.contains(&name) {
                continue;
            }
            let help = match nearest(name, used.iter().copied()) {
                Some(nearest) => format!("did you mean {}?", nearest.replace('_', "-")),
                None => "remove it".to_owned(),
            };
            let diagnostic = Diagnostic::error(
                Code::AuthParameter,
                format!("annotation {}", asked.annotation),
                format!(
                    "the auth method {} has no parameter {}",
                    self.method,
                    quoted(name)
                ),
                help,
            );
            self.warnings.push(diagnostic.as_warning());
        }
        !self.failed
    }
}

/// The word that a misspelt one was most likely meant to be, if one is near enough.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // Names of users are no longer than an annotation's name, which bounds the work.
    let limit = word.chars().take(64).count() / 3 + 1;
    candidates
        .into_iter()
        .map(|candidate| (strsim::levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
