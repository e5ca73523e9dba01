//! What a mutated pod amounts to, in one form for both programs: a line for each thing.
//!
//! `app.NAME.…` and `before.NAME.…` are about the pod's own containers, `init.…` and `run.…` about
//! the agent before the app starts and beside it, `rest.…` about what is neither. What is absent
//! has no line.

use std::{collections::BTreeMap, fmt};

use vouchsafe_shared::value::{HumanDuration, Quantity, StoreAddress};

pub(crate) type Effective = BTreeMap<String, String>;

/// Whether the pod is allowed, and whether it is changed.
pub(crate) const ANSWER: &str = "answer";
/// Why it is denied.
pub(crate) const DENIAL: &str = "denial";

pub(crate) fn denied(cause: impl Into<String>) -> Effective {
    [(ANSWER, "denied".to_owned()), (DENIAL, cause.into())]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
}

pub(crate) fn untouched() -> Effective {
    [(ANSWER.to_owned(), "untouched".to_owned())].into()
}

pub(crate) fn injected() -> Effective {
    [(ANSWER.to_owned(), "injected".to_owned())].into()
}

/// Writes lines that begin alike.
pub(crate) struct Lines<'e> {
    pub(crate) effective: &'e mut Effective,
    pub(crate) prefix: String,
}

impl<'e> Lines<'e> {
    pub(crate) fn new(effective: &'e mut Effective, prefix: impl Into<String>) -> Self {
        Self {
            effective,
            prefix: prefix.into(),
        }
    }

    pub(crate) fn say(&mut self, key: impl fmt::Display, value: impl fmt::Display) {
        let key = format!("{}.{key}", self.prefix);
        let value = value.to_string();
        if let Some(before) = self.effective.insert(key.clone(), value.clone()) {
            assert_eq!(before, value, "{key} is said twice");
        }
    }

    pub(crate) fn maybe(&mut self, key: impl fmt::Display, value: Option<impl fmt::Display>) {
        if let Some(value) = value {
            self.say(key, value);
        }
    }

    pub(crate) fn flag(&mut self, key: impl fmt::Display, value: bool) {
        if value {
            self.say(key, "yes");
        }
    }
}

/// A rendered file.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) content: Content,
    pub(crate) mode: u32,
    pub(crate) command: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Template {
        text: String,
        /// Whether that is the path of a file with the text.
        is_file: bool,
        left: String,
        right: String,
        error_on_missing_key: bool,
    },
    Token,
}

impl fmt::Display for File {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.content {
            Content::Template {
                text,
                is_file,
                left,
                right,
                error_on_missing_key,
            } => {
                let kind = if *is_file { "file" } else { "text" };
                write!(formatter, "{kind} {text:?} {left} {right}")?;
                if *error_on_missing_key {
                    formatter.write_str(" error on missing key")?;
                }
            }
            Content::Token => formatter.write_str("token")?,
        }
        write!(formatter, " {:04o}", self.mode)?;
        match &self.command {
            Some(command) => write!(formatter, " then {command:?}"),
            None => Ok(()),
        }
    }
}

/// Whatever unit it was written in.
pub(crate) fn duration(text: &str) -> String {
    match text.parse::<HumanDuration>() {
        Ok(duration) => format!("{} ms", duration.as_duration().as_millis()),
        Err(_) => format!("no duration: {text}"),
    }
}

/// With its port, be it the usual one.
pub(crate) fn address(text: &str) -> String {
    match text.parse::<StoreAddress>() {
        Ok(address) => address.to_string(),
        Err(_) => format!("no address: {text}"),
    }
}

/// Whatever unit it was written in.
pub(crate) fn amount(text: &str) -> String {
    match text.parse::<Quantity>() {
        Ok(quantity) => format!("{} thousandths", quantity.thousandths()),
        Err(_) => format!("no quantity: {text}"),
    }
}

/// What the methods of the original's agent look at among their parameters, with their defaults.
/// Source: <https://developer.hashicorp.com/vault/docs/agent-and-proxy/autoauth/methods>.
pub(crate) fn say_parameters(
    lines: &mut Lines<'_>,
    method: &str,
    parameters: &BTreeMap<String, String>,
    token: &dyn Fn(&str) -> String,
) {
    let get = |name: &str| parameters.get(name).map(String::as_str);
    let removes = |name: &str| get(name).is_none_or(|text| ["1", "t", "T", "true"].contains(&text));
    match method {
        "kubernetes" => {
            lines.maybe("auth.role", get("role"));
            lines.maybe("auth.token", get("token_path").map(token));
        }
        "jwt" => {
            lines.maybe("auth.role", get("role"));
            lines.maybe("auth.token", get("path").map(token));
            lines.flag("auth.removes", removes("remove_jwt_after_reading"));
        }
        "approle" => {
            lines.maybe("auth.role_id", get("role_id_file_path"));
            lines.maybe("auth.secret_id", get("secret_id_file_path"));
            let removes = removes("remove_secret_id_file_after_reading");
            lines.flag(
                "auth.removes",
                removes && get("secret_id_file_path").is_some(),
            );
            lines.maybe(
                "auth.wrapping_path",
                get("secret_id_response_wrapping_path"),
            );
        }
        "cert" => {
            lines.maybe("auth.role", get("name"));
            lines.maybe("auth.client_cert", get("client_cert"));
            lines.maybe("auth.client_key", get("client_key"));
        }
        "token_file" => lines.maybe("auth.token", get("token_file_path")),
        _ => {
            for (name, value) in parameters {
                lines.say(format!("auth.{name}"), value);
            }
        }
    }
}
