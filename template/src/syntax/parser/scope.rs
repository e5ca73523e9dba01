//! The variables in sight while parsing, numbered.

use super::super::tree::{Span, Variable};

/// The stack of declared variables of one definition.
pub(super) struct Variables<'s> {
    visible: Vec<Entry<'s>>,
    slots: usize,
}

struct Entry<'s> {
    name: &'s [u8],
    /// None: assigned but never declared.
    slot: Option<usize>,
    /// May be named, but what it names is an outer variable: its pipeline is still being read, or
    /// it belongs to another branch of the same condition, which Go's parser does not tell apart.
    hidden: bool,
}

impl<'s> Variables<'s> {
    /// `$` is always there.
    pub(super) fn new() -> Self {
        Self {
            visible: vec![Entry {
                name: b"$",
                slot: Some(0),
                hidden: false,
            }],
            slots: 1,
        }
    }

    /// How many slots a run needs.
    pub(super) fn count(&self) -> usize {
        self.slots
    }

    pub(super) fn mark(&self) -> usize {
        self.visible.len()
    }

    pub(super) fn truncate(&mut self, mark: usize) {
        self.visible.truncate(mark);
    }

    /// A new variable, not yet usable.
    pub(super) fn declare(&mut self, name: &'s [u8]) -> usize {
        let slot = self.slots;
        self.slots += 1;
        self.visible.push(Entry {
            name,
            slot: Some(slot),
            hidden: true,
        });
        slot
    }

    /// The variable that an assignment sets. From here on the name may be used even if there is
    /// none: then the assignment fails when it runs.
    pub(super) fn assign(&mut self, name: &'s [u8]) -> Option<usize> {
        let slot = self.resolve(name);
        self.visible.push(Entry {
            name,
            slot,
            hidden: false,
        });
        slot
    }

    /// The pipeline after a mark is read: its variables can be used.
    pub(super) fn publish(&mut self, mark: usize) {
        for entry in self.visible.iter_mut().skip(mark) {
            entry.hidden = false;
        }
    }

    /// A branch is over, and another of the same condition follows: what the first declared is known
    /// there by name only.
    pub(super) fn hide(&mut self, mark: usize) {
        for entry in self.visible.iter_mut().skip(mark) {
            entry.hidden = true;
        }
    }

    /// The variable of a name, if the name is known.
    pub(super) fn find(&self, name: &[u8], span: Span) -> Option<Variable> {
        self.visible
            .iter()
            .any(|entry| entry.name == name)
            .then(|| {
                self.resolve(name)
                    .map_or_else(|| Variable::Undefined(span), Variable::Slot)
            })
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'s str> {
        self.visible
            .iter()
            .filter_map(|entry| std::str::from_utf8(entry.name).ok())
    }

    fn resolve(&self, name: &[u8]) -> Option<usize> {
        self.visible
            .iter()
            .rev()
            .find(|entry| entry.name == name && !entry.hidden && entry.slot.is_some())
            .and_then(|entry| entry.slot)
    }
}
