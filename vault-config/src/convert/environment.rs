//! Environment variables, which win over the file.

use std::{collections::BTreeMap, fmt::Display, str::FromStr};

use vouchsafe_shared::diagnostic::{Code, Diagnostic};

use crate::{config::Located, read::truth, source::Source, syntax::Position};

/// The client's own variables, without the prefix.
const CLIENT: &[&str] = &[
    "ADDR",
    "CACERT",
    "CACERT_BYTES",
    "CAPATH",
    "CLIENT_CERT",
    "CLIENT_KEY",
    "CLIENT_TIMEOUT",
    "HTTP_PROXY",
    "LOG_FORMAT",
    "LOG_LEVEL",
    "MAX_RETRIES",
    "NAMESPACE",
    "PROXY_ADDR",
    "SKIP_VERIFY",
    "TLS_SERVER_NAME",
];

/// In the order in which they are asked: an OpenBao one wins.
const PREFIXES: [&str; 2] = ["BAO", "VAULT"];

const PROXIES: &[&str] = &[
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// The names of all environment variables that are looked at.
pub fn variables() -> impl Iterator<Item = String> {
    let client = PREFIXES
        .iter()
        .flat_map(|prefix| CLIENT.iter().map(move |name| format!("{prefix}_{name}")));
    client.chain(PROXIES.iter().map(|name| (*name).to_owned()))
}

pub(super) struct Environment<'a> {
    variables: &'a BTreeMap<String, String>,
    source: &'a Source,
}

/// A value, and where it was said.
#[derive(Clone, Debug)]
pub(super) struct Setting<T> {
    pub(super) value: T,
    pub(super) origin: Origin,
}

#[derive(Clone, Debug)]
pub(super) enum Origin {
    Variable(String),
    File(Position),
}

impl<'a> Environment<'a> {
    pub(super) fn new(variables: &'a BTreeMap<String, String>, source: &'a Source) -> Self {
        Self { variables, source }
    }

    /// `BAO_NAME`, then `VAULT_NAME`; an empty one counts as absent.
    /// Source: <https://openbao.org/docs/commands/#environment-variables>.
    pub(super) fn variable(&self, name: &str) -> Option<Setting<String>> {
        PREFIXES
            .iter()
            .find_map(|prefix| self.plain(&format!("{prefix}_{name}")))
    }

    /// A variable by its whole name.
    pub(super) fn plain(&self, name: &str) -> Option<Setting<String>> {
        debug_assert!(variables().any(|known| known == name), "{name}");
        let value = self.variables.get(name)?;
        (!value.is_empty()).then(|| Setting {
            value: value.clone(),
            origin: Origin::Variable(name.to_owned()),
        })
    }

    /// What the environment says, else what the file says.
    pub(super) fn or(&self, name: &str, file: Option<&Located<String>>) -> Option<Setting<String>> {
        self.variable(name).or_else(|| {
            file.map(|located| Setting {
                value: located.value.clone(),
                origin: Origin::File(located.position),
            })
        })
    }

    pub(super) fn flag(&self, name: &str, problems: &mut Vec<Diagnostic>) -> Option<Setting<bool>> {
        let setting = self.variable(name)?;
        let Some(value) = truth(setting.value.trim()) else {
            problems.push(self.problem(
                Code::VaultConfigValue,
                &setting.origin,
                "neither true nor false",
                "set it to true or false",
            ));
            return None;
        };
        Some(Setting {
            value,
            origin: setting.origin,
        })
    }

    /// One of several words, in any case.
    pub(super) fn choice<T: Copy>(
        &self,
        name: &str,
        choices: &[(&str, T)],
        problems: &mut Vec<Diagnostic>,
    ) -> Option<T> {
        let setting = self.variable(name)?;
        let word = setting.value.trim();
        let found = choices
            .iter()
            .find(|(choice, _)| choice.eq_ignore_ascii_case(word));
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            problems.push(self.problem(
                Code::VaultConfigValue,
                &setting.origin,
                "none of the words that it can be",
                &format!("set it to one of {}", names.join(", ")),
            ));
        }
        found.map(|(_, value)| *value)
    }

    /// A value of a type that says itself what is wrong with a text.
    pub(super) fn parsed<T: FromStr<Err: Display>>(
        &self,
        setting: &Setting<String>,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<T> {
        match setting.value.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let error = error.to_string();
                let (message, help) = error.split_once("; ").unwrap_or((&error, "correct it"));
                let code = Code::VaultConfigValue;
                problems.push(self.problem(code, &setting.origin, message, help));
                None
            }
        }
    }

    /// An error at a place of the file or about a variable.
    pub(super) fn problem(
        &self,
        code: Code,
        origin: &Origin,
        message: &str,
        help: &str,
    ) -> Diagnostic {
        match origin {
            Origin::File(position) => self.source.diagnostic(code, *position, message, help),
            Origin::Variable(name) => {
                Diagnostic::error(code, format!("environment variable {name}"), message, help)
            }
        }
    }
}
