//! The values of a block by type; what is wrong with one is told, and it counts as absent.

use vouchsafe_shared::{
    diagnostic::Code,
    value::{FileMode, HumanDuration},
};

use super::{
    Findings,
    block::Block,
    coercion::{self, Expectation},
};
use crate::{
    config::Located,
    syntax::{Item, Kind, Value},
};

impl<'a> Block<'a> {
    /// The value under a key that may have one only.
    fn value(&self, findings: &mut Findings, key: &'static str) -> Option<&'a Value> {
        let mut items = self.items(key);
        let first = items.next()?;
        for second in items.filter(|item| !is_told_already(first, item)) {
            let position = second
                .keys
                .first()
                .map_or(self.position, |key| key.position);
            findings.error(
                Code::VaultConfigIncomplete,
                position,
                format!("{} is set a second time", self.path(key)),
                "keep one of them",
            );
        }
        Some(&first.value)
    }

    fn coerced<T>(
        &self,
        findings: &mut Findings,
        key: &'static str,
        coerce: impl FnOnce(&Kind) -> Result<T, Expectation>,
    ) -> Option<Located<T>> {
        let value = self.value(findings, key)?;
        let position = value.position;
        match coerce(&value.kind) {
            Ok(value) => Some(Located { value, position }),
            Err(expectation) => {
                let message = format!("{} is {}", self.path(key), expectation.problem);
                findings.error(Code::VaultConfigValue, position, message, expectation.help);
                None
            }
        }
    }

    /// A text that is not empty.
    pub(super) fn text(
        &self,
        findings: &mut Findings,
        key: &'static str,
    ) -> Option<Located<String>> {
        self.coerced(findings, key, coercion::text)
            .filter(|text| !text.value.is_empty())
    }

    /// A text that must be there.
    pub(super) fn needed(
        &self,
        findings: &mut Findings,
        key: &'static str,
    ) -> Option<Located<String>> {
        if let Some(value) = self.value(findings, key) {
            let is_empty = matches!(&value.kind, Kind::String(text) if text.is_empty());
            if !is_empty && value.kind != Kind::Null {
                return self.coerced(findings, key, coercion::text);
            }
        }
        self.missing(findings, key);
        None
    }

    pub(super) fn missing(&self, findings: &mut Findings, key: &'static str) {
        findings.error(
            Code::VaultConfigIncomplete,
            self.position,
            format!("{} is missing", self.path(key)),
            format!("add {key}"),
        );
    }

    pub(super) fn flag(&self, findings: &mut Findings, key: &'static str) -> Option<bool> {
        self.located_flag(findings, key).map(|flag| flag.value)
    }

    pub(super) fn located_flag(
        &self,
        findings: &mut Findings,
        key: &'static str,
    ) -> Option<Located<bool>> {
        self.coerced(findings, key, coercion::flag)
    }

    pub(super) fn float(&self, findings: &mut Findings, key: &'static str) -> Option<Located<f64>> {
        self.coerced(findings, key, coercion::float)
    }

    /// A length of time; zero stands for the default.
    pub(super) fn duration(
        &self,
        findings: &mut Findings,
        key: &'static str,
    ) -> Option<HumanDuration> {
        self.coerced(findings, key, coercion::duration)
            .map(|duration| duration.value)
            .filter(|duration| !duration.as_duration().is_zero())
    }

    /// A length of time with its unit; zero is one too.
    pub(super) fn timeout(
        &self,
        findings: &mut Findings,
        key: &'static str,
    ) -> Option<HumanDuration> {
        self.coerced(findings, key, coercion::timeout)
            .map(|duration| duration.value)
    }

    pub(super) fn mode(&self, findings: &mut Findings, key: &'static str) -> Option<FileMode> {
        self.coerced(findings, key, coercion::mode)
            .and_then(|mode| mode.value)
    }

    /// The number of a user or group; −1 stands for none.
    pub(super) fn id(&self, findings: &mut Findings, key: &'static str) -> Option<u32> {
        self.coerced(findings, key, coercion::id)
            .and_then(|id| id.value)
    }

    pub(super) fn texts(
        &self,
        findings: &mut Findings,
        key: &'static str,
    ) -> Option<Located<Vec<String>>> {
        self.coerced(findings, key, coercion::texts)
    }

    /// One of several words, in any case.
    pub(super) fn choice<T: Copy>(
        &self,
        findings: &mut Findings,
        key: &'static str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let text = self.text(findings, key)?;
        self.chosen(findings, key, &text, choices)
    }

    /// The same, where `true` and `false` may stand without quotes.
    pub(super) fn choice_or_flag<T: Copy>(
        &self,
        findings: &mut Findings,
        key: &'static str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let text = self
            .coerced(findings, key, |kind| match kind {
                Kind::Bool(flag) => Ok(flag.to_string()),
                kind => coercion::text(kind),
            })
            .filter(|text| !text.value.is_empty())?;
        self.chosen(findings, key, &text, choices)
    }

    fn chosen<T: Copy>(
        &self,
        findings: &mut Findings,
        key: &'static str,
        text: &Located<String>,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let word = text.value.trim();
        let found = choices
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(word));
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            findings.error(
                Code::VaultConfigValue,
                text.position,
                format!("{} is none of the words it can be", self.path(key)),
                format!("write one of {}", names.join(", ")),
            );
        }
        found.map(|(_, value)| *value)
    }

    /// The type of a block, from its key `type` or its label, in lower case.
    pub(super) fn kind(&self, findings: &mut Findings, help: &str) -> Option<Located<String>> {
        let kind = self.text(findings, "type").or_else(|| {
            self.label.map(|label| Located {
                value: label.name.clone(),
                position: label.position,
            })
        });
        if kind.is_none() {
            let message = format!("{} has no type", self.name);
            findings.error(Code::VaultConfigIncomplete, self.position, message, help);
        }
        kind.map(|kind| Located {
            value: kind.value.to_ascii_lowercase(),
            ..kind
        })
    }
}

/// Whether the parser has found the two to be duplicates.
fn is_told_already(first: &Item, second: &Item) -> bool {
    let name = |item: &Item| item.keys.first().map(|key| key.name.clone());
    let object = matches!(second.value.kind, Kind::Object(_));
    first.assigned && second.assigned && !object && name(first) == name(second)
}
