use std::{borrow::Cow, vec};

use super::Json;

/// Members in order, each key once.
///
/// A member that is `null` says that there is to be none: it counts when objects are compared, and
/// is not written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Object<'a> {
    /// Of members with keys that differ.
    pub(crate) fn of(members: impl IntoIterator<Item = (&'static str, Json<'a>)>) -> Self {
        let members = members.into_iter();
        Self(
            members
                .map(|(key, value)| (Cow::Borrowed(key), value))
                .collect(),
        )
    }

    /// Of members as somebody wrote them: in the order of their keys, and of several with one key
    /// the last, as Go reads them.
    pub(super) fn read(mut members: Vec<(Cow<'a, str>, Json<'a>)>) -> Self {
        if !members.is_sorted_by(|one, next| one.0 < next.0) {
            members.reverse();
            members.sort_by(|one, other| one.0.cmp(&other.0));
            members.dedup_by(|one, kept| one.0 == kept.0);
        }
        Self(members)
    }

    pub fn get(&self, key: &str) -> Option<&Json<'a>> {
        let mut members = self.0.iter();
        members
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json<'a>)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), value))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The list that a member is; none for anything else.
    pub(crate) fn list_mut(&mut self, key: &str) -> Option<&mut Vec<Json<'a>>> {
        let mut members = self.0.iter_mut();
        match members.find(|(name, _)| name == key) {
            Some((_, Json::List(items))) => Some(items),
            _ => None,
        }
    }

    /// In place of a member that is there.
    pub(crate) fn set(&mut self, key: &'static str, value: Json<'a>) {
        match self.0.iter_mut().find(|(name, _)| name == key) {
            Some((_, member)) => *member = value,
            None => self.push(key, value),
        }
    }

    /// A member whose key is not there yet.
    pub(crate) fn push(&mut self, key: &'static str, value: Json<'a>) {
        self.0.push((Cow::Borrowed(key), value));
    }

    /// What says nothing of what is to be absent, here or below.
    pub(crate) fn without_nulls(mut self) -> Self {
        self.0.retain(|(_, value)| !value.is_null());
        for (_, value) in &mut self.0 {
            value.strip_nulls();
        }
        self
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.0.retain(|(key, _)| keep(key));
    }
}

impl<'a> IntoIterator for Object<'a> {
    type IntoIter = vec::IntoIter<(Cow<'a, str>, Json<'a>)>;
    type Item = (Cow<'a, str>, Json<'a>);

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
