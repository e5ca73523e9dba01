//! Collecting the operations of a patch.

use super::node::{Node, Place};
use crate::json::{Json, Object};

/// Operations in the order in which they are applied, as the text that the patch will be: each is
/// written at once, for it is not looked at again.
///
/// Each list and each object of the pod is added to by one call at most: where it is absent, that
/// call adds it as a whole.
#[derive(Debug, Default)]
pub(super) struct Edits(Vec<u8>);

/// Most patches are shorter, in bytes.
const USUAL_LENGTH: usize = 4096;

/// A finished patch, as the text of a list of RFC 6902 operations; without a text when there are none.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Patch(Vec<u8>);

impl Patch {
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The JSON text; empty for a patch without operations.
    pub fn text(&self) -> &[u8] {
        &self.0
    }

    /// The operations, read again.
    pub fn operations(&self) -> json_patch::Patch {
        serde_json::from_slice(&self.0).unwrap_or_default()
    }
}

impl Edits {
    pub(super) fn into_patch(mut self) -> Patch {
        if !self.0.is_empty() {
            self.0.push(b']');
        }
        Patch(self.0)
    }

    /// Adds members to the object `key` of `parent`, in place of members of the same name.
    pub(super) fn merge(
        &mut self,
        parent: &Node<'_>,
        key: &'static str,
        members: Vec<(&'static str, Json<'_>)>,
    ) {
        if members.is_empty() {
            return;
        }
        let place = parent.place.key(key);
        if parent.has(key) {
            for (name, value) in members {
                self.add(&place.key(name), &value);
            }
        } else {
            self.add(&place, &Json::Object(Object::of(members)));
        }
    }

    /// Adds items at the end of the list `key` of `parent`.
    pub(super) fn append(&mut self, parent: &Node<'_>, key: &'static str, items: Vec<Json<'_>>) {
        if items.is_empty() {
            return;
        }
        let place = parent.place.key(key);
        if parent.has(key) {
            for item in items {
                // `-` is the place after the last item: <https://www.rfc-editor.org/rfc/rfc6902#section-4.1>.
                self.add(&place.key("-"), &item);
            }
        } else {
            self.add(&place, &Json::List(items));
        }
    }

    /// Adds an item before the one at `index` of the list `key` of `parent`, which moves that one
    /// and all after it.
    pub(super) fn insert(
        &mut self,
        parent: &Node<'_>,
        key: &'static str,
        index: usize,
        item: Json<'_>,
    ) {
        let place = parent.place.key(key);
        if parent.has(key) {
            self.add(&place.index(index), &item);
        } else {
            self.add(&place, &Json::List(vec![item]));
        }
    }

    pub(super) fn add(&mut self, place: &Place, value: &Json<'_>) {
        self.operation("add", place, value);
    }

    pub(super) fn replace(&mut self, place: &Place, value: &Json<'_>) {
        self.operation("replace", place, value);
    }

    fn operation(&mut self, operation: &str, place: &Place, value: &Json<'_>) {
        let text = &mut self.0;
        if text.is_empty() {
            text.reserve(USUAL_LENGTH);
            text.push(b'[');
        } else {
            text.push(b',');
        }
        text.extend_from_slice(b"{\"op\":\"");
        text.extend_from_slice(operation.as_bytes());
        text.extend_from_slice(b"\",\"path\":\"");
        place.write_pointer(text);
        text.extend_from_slice(b"\",\"value\":");
        value.write(text);
        text.push(b'}');
    }
}
