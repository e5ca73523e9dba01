//! One block of a file: which keys it may have, and the blocks in it.

use vouchsafe_shared::diagnostic::{Code, Severity};

use super::{Findings, coercion, home, nearest};
use crate::{
    keys::{self, Treatment},
    syntax::{Document, Item, Key, Kind, Position, Value},
};

pub(super) struct Block<'a> {
    /// Its name in the list of keys, which is also the one that messages show.
    pub(super) name: &'static str,
    pub(super) position: Position,
    pub(super) label: Option<&'a Key>,
    items: &'a [Item],
}

impl<'a> Block<'a> {
    pub(super) fn top(document: &'a Document) -> Self {
        Self {
            name: keys::TOP,
            position: Position::START,
            label: None,
            items: &document.items,
        }
    }

    /// Tells of the keys that are not known or not supported.
    pub(super) fn check(&self, findings: &mut Findings) {
        for item in self.items {
            let Some(key) = item.keys.first() else {
                continue;
            };
            let row = keys::rows(self.name).find(|row| row.key.eq_ignore_ascii_case(&key.name));
            match row.map(|row| (row, row.treatment)) {
                None => self.unknown(findings, key),
                Some((row, Treatment::Warned)) if !is_off(&item.value.kind) => findings.add(
                    Severity::Warning,
                    Code::VaultConfigIgnored,
                    key.position,
                    format!("{} has no effect", self.path(row.key)),
                    row.note,
                ),
                Some((row, Treatment::Refused)) if !is_off(&item.value.kind) => {
                    let (reason, help) =
                        row.note.split_once("; ").unwrap_or((row.note, "remove it"));
                    findings.error(
                        Code::VaultConfigUnsupported,
                        key.position,
                        format!("{} is not supported: {reason}", self.path(row.key)),
                        help,
                    );
                }
                Some(_) => {}
            }
        }
    }

    fn unknown(&self, findings: &mut Findings, key: &Key) {
        let known = keys::rows(self.name).map(|row| row.key);
        let help = if let Some(near) = nearest(&key.name, known) {
            format!("did you mean {near}?")
        } else if let Some(block) = home(&key.name) {
            format!("it belongs into {block}")
        } else {
            "remove it, or correct its name".to_owned()
        };
        let place = if self.name.is_empty() {
            String::new()
        } else {
            format!(" in {}", self.name)
        };
        let name: String = key.name.chars().take(60).collect();
        let message = format!("there is no key {}{place}", name.escape_debug());
        findings.error(Code::VaultConfigUnknownKey, key.position, message, help);
    }

    /// A key with the name of its block, for messages.
    pub(super) fn path(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        }
    }

    pub(super) fn items(&self, key: &'static str) -> impl Iterator<Item = &'a Item> {
        debug_assert!(
            keys::rows(self.name).any(|row| row.key == key && row.treatment == Treatment::Used),
            "{}",
            self.path(key)
        );
        self.items.iter().filter(move |item| {
            item.keys
                .first()
                .is_some_and(|first| first.name.eq_ignore_ascii_case(key))
        })
    }

    /// The blocks under a key, whether written as blocks, as an object or as a list of objects.
    /// With labels, `key "label" { … }` may also be `key { label { … } }`, as JSON has it.
    pub(super) fn blocks(
        &self,
        findings: &mut Findings,
        key: &'static str,
        name: &'static str,
        labelled: bool,
    ) -> Vec<Self> {
        let mut blocks = Vec::new();
        for item in self.items(key) {
            let Some(first) = item.keys.first() else {
                continue;
            };
            let (label, rest) = match item.keys.get(1..) {
                Some([label, rest @ ..]) if labelled => (Some(label), rest),
                Some(rest) => (None, rest),
                None => (None, &[][..]),
            };
            if let Some(extra) = rest.first() {
                findings.error(
                    Code::VaultConfigValue,
                    extra.position,
                    format!("{} takes no label here", self.path(key)),
                    "remove the label",
                );
                continue;
            }
            let mut add = |position, label, items| {
                blocks.push(Self {
                    name,
                    position,
                    label,
                    items,
                });
            };
            for (position, items) in objects(findings, &item.value, first.position, &self.path(key))
            {
                if labelled && label.is_none() && holds_labels(items, name) {
                    for inner in items {
                        let label = inner.keys.first();
                        let position = label.map_or(position, |label| label.position);
                        for (_, items) in objects(findings, &inner.value, position, &self.path(key))
                        {
                            add(position, label, items);
                        }
                    }
                } else {
                    add(position, label, items);
                }
            }
        }
        for block in &blocks {
            block.check(findings);
        }
        blocks
    }

    /// The block under a key that may have one only.
    pub(super) fn block(
        &self,
        findings: &mut Findings,
        key: &'static str,
        name: &'static str,
        labelled: bool,
    ) -> Option<Self> {
        let mut blocks = self.blocks(findings, key, name, labelled).into_iter();
        let first = blocks.next()?;
        if let Some(second) = blocks.next() {
            findings.error(
                Code::VaultConfigIncomplete,
                second.position,
                format!(
                    "there is a second block {}; the first is in line {}",
                    self.path(key),
                    first.position.line
                ),
                "keep one of them",
            );
        }
        Some(first)
    }
}

/// The objects that a value is or lists.
fn objects<'a>(
    findings: &mut Findings,
    value: &'a Value,
    position: Position,
    path: &str,
) -> Vec<(Position, &'a [Item])> {
    let values = match &value.kind {
        Kind::Object(items) => return vec![(position, items)],
        Kind::List(values) => values.as_slice(),
        Kind::Null => &[],
        _ => std::slice::from_ref(value),
    };
    let mut found = Vec::new();
    for value in values {
        if let Kind::Object(items) = &value.kind {
            found.push((value.position, items.as_slice()));
        } else {
            findings.error(
                Code::VaultConfigValue,
                value.position,
                format!(
                    "{path} is {} and not a block",
                    coercion::describe(&value.kind)
                ),
                "write it as a block { … }",
            );
        }
    }
    found
}

/// Whether the keys of an object are labels of blocks: none is known there, and all hold objects.
fn holds_labels(items: &[Item], name: &'static str) -> bool {
    !items.is_empty()
        && items.iter().all(|item| {
            let key = item.keys.first().map_or("", |key| key.name.as_str());
            let known = keys::rows(name).any(|row| row.key.eq_ignore_ascii_case(key));
            let object = match &item.value.kind {
                Kind::Object(_) => true,
                Kind::List(values) => {
                    !values.is_empty()
                        && values
                            .iter()
                            .all(|value| matches!(value.kind, Kind::Object(_)))
                }
                _ => false,
            };
            !known && object && item.keys.len() == 1
        })
}

/// Whether a value switches off what its key is about.
fn is_off(kind: &Kind) -> bool {
    match kind {
        Kind::Null => true,
        Kind::List(values) => values.is_empty(),
        Kind::Object(_) => false,
        Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {
            coercion::flag(kind) == Ok(false)
                || coercion::duration(kind).is_ok_and(|duration| duration.as_duration().is_zero())
        }
    }
}
