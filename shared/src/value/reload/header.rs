use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::super::ValueError;

const EXPECTED: &str = "expected lines such as X-Reload: now";

/// The agent says these itself.
const OWN: [&str; 3] = ["connection", "content-length", "transfer-encoding"];

/// Headers of a request: an object in JSON, lines of `Name: value` in an annotation. They are
/// written where everybody reads them who may read the pod.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(
    try_from = "BTreeMap<String, String>",
    into = "BTreeMap<String, String>"
)]
pub struct Headers(BTreeMap<String, String>);

impl Headers {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.keys().any(|own| own.eq_ignore_ascii_case(name))
    }

    fn add(&mut self, name: &str, value: &str) -> Result<(), ValueError> {
        let problem = |message: String| Err(ValueError::new(format!("{message}; {EXPECTED}")));
        let (name, value) = (name.trim(), value.trim());
        // Source: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2>.
        let is_token =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_token) {
            return problem(format!("{name:?} is no name of a header"));
        }
        if !value.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
            return problem(format!("the value of {name} is not printable ASCII"));
        }
        if OWN.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(ValueError::new(format!(
                "{name} is written by the agent; expected other headers only"
            )));
        }
        if self.has(name) {
            return problem(format!("{name} is there twice"));
        }
        self.0.insert(name.to_owned(), value.to_owned());
        Ok(())
    }
}

impl TryFrom<BTreeMap<String, String>> for Headers {
    type Error = ValueError;

    fn try_from(map: BTreeMap<String, String>) -> Result<Self, ValueError> {
        let mut headers = Self::default();
        for (name, value) in &map {
            headers.add(name, value)?;
        }
        Ok(headers)
    }
}

impl From<Headers> for BTreeMap<String, String> {
    fn from(headers: Headers) -> Self {
        headers.0
    }
}

impl FromStr for Headers {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let mut headers = Self::default();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            // Not the line itself: what is written in place of a header may be a secret.
            let (name, value) = line
                .split_once(':')
                .ok_or_else(|| ValueError::new(format!("a line has no colon; {EXPECTED}")))?;
            headers.add(name, value)?;
        }
        Ok(headers)
    }
}

impl fmt::Display for Headers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(formatter, "{separator}{name}: {value}")?;
        }
        Ok(())
    }
}
