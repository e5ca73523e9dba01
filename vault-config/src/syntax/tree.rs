//! What a file says, with the places where it says it.

use std::collections::{BTreeMap, btree_map::Entry};

/// A place in a text. Both count from 1; the column counts characters.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Position {
    pub const START: Self = Self { line: 1, column: 1 };
}

/// A whole file.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub items: Vec<Item>,
    /// Keys that are assigned a second time in the same object, which the original refuses in HCL;
    /// in JSON those whose second value is no object, of which the original takes the last.
    pub duplicates: Vec<Duplicate>,
}

/// A key that is assigned again, and where it was first.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Duplicate {
    pub key: Key,
    pub first: Position,
}

/// `key = value`, or a block `key "label" { … }`, whose value is an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Never empty; the second and later ones are labels.
    pub keys: Vec<Key>,
    /// Whether a `=` or `:` stands between.
    pub assigned: bool,
    pub value: Value,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Key {
    pub name: String,
    pub position: Position,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    pub position: Position,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// JSON only.
    Null,
    Bool(bool),
    Number(Number),
    /// Escapes are resolved, `${…}` stands as written.
    String(String),
    List(Vec<Value>),
    Object(Vec<Item>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Number {
    /// The text tells apart `0644` and `420`.
    Integer { text: String, value: i64 },
    /// Finite.
    Float(f64),
}

/// Why a text is no tree: where, what is wrong and what to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SyntaxError {
    pub position: Position,
    pub message: String,
    pub help: String,
}

impl SyntaxError {
    pub(super) fn new(
        position: Position,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            position,
            message: message.into(),
            help: help.into(),
        }
    }
}

/// Collects the items of an object and notes which keys are assigned again.
pub(super) struct ObjectBuilder<'a> {
    items: Vec<Item>,
    assigned: BTreeMap<String, Position>,
    duplicates: &'a mut Vec<Duplicate>,
}

impl<'a> ObjectBuilder<'a> {
    pub(super) fn new(duplicates: &'a mut Vec<Duplicate>) -> Self {
        Self {
            items: Vec::new(),
            assigned: BTreeMap::new(),
            duplicates,
        }
    }

    /// A key that is `unique` is not to come again.
    pub(super) fn add(&mut self, item: Item, unique: bool) {
        if unique && let Some(key) = item.keys.first() {
            match self.assigned.entry(key.name.clone()) {
                Entry::Vacant(entry) => {
                    entry.insert(key.position);
                }
                Entry::Occupied(entry) => self.duplicates.push(Duplicate {
                    key: key.clone(),
                    first: *entry.get(),
                }),
            }
        }
        self.items.push(item);
    }

    pub(super) fn finish(self) -> Vec<Item> {
        self.items
    }
}
