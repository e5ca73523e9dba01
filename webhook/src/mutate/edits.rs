//! Collecting the operations of a patch.

use json_patch::{AddOperation, Patch, PatchOperation, ReplaceOperation};
use serde_json::{Map, Value};

use super::node::{Node, Place};

/// Operations in the order in which they are applied.
///
/// Each list and each object of the pod is added to by one call at most: where it is absent, that
/// call adds it as a whole.
#[derive(Debug, Default)]
pub(super) struct Edits(Vec<PatchOperation>);

impl Edits {
    pub(super) fn into_patch(self) -> Patch {
        Patch(self.0)
    }

    /// Adds members to the object `key` of `parent`, in place of members of the same name.
    pub(super) fn merge(
        &mut self,
        parent: &Node<'_>,
        key: &'static str,
        members: Vec<(&'static str, Value)>,
    ) {
        if members.is_empty() {
            return;
        }
        let place = parent.place.key(key);
        if parent.has(key) {
            for (name, value) in members {
                self.add(&place.key(name), value);
            }
        } else {
            let members: Map<_, _> = members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect();
            self.add(&place, Value::Object(members));
        }
    }

    /// Adds items at the end of the list `key` of `parent`.
    pub(super) fn append(&mut self, parent: &Node<'_>, key: &'static str, items: Vec<Value>) {
        if items.is_empty() {
            return;
        }
        let place = parent.place.key(key);
        if parent.has(key) {
            for item in items {
                // `-` is the place after the last item: <https://www.rfc-editor.org/rfc/rfc6902#section-4.1>.
                self.add(&place.key("-"), item);
            }
        } else {
            self.add(&place, Value::Array(items));
        }
    }

    /// Adds an item before the one at `index` of the list `key` of `parent`, which moves that one
    /// and all after it.
    pub(super) fn insert(
        &mut self,
        parent: &Node<'_>,
        key: &'static str,
        index: usize,
        item: Value,
    ) {
        let place = parent.place.key(key);
        if parent.has(key) {
            self.add(&place.index(index), item);
        } else {
            self.add(&place, Value::Array(vec![item]));
        }
    }

    pub(super) fn add(&mut self, place: &Place, value: Value) {
        self.0.push(PatchOperation::Add(AddOperation {
            path: place.pointer(),
            value,
        }));
    }

    pub(super) fn replace(&mut self, place: &Place, value: Value) {
        self.0.push(PatchOperation::Replace(ReplaceOperation {
            path: place.pointer(),
            value,
        }));
    }
}
