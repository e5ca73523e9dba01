//! JSON as the decision reads and writes it.
//!
//! A tree that borrows: what a review says is not copied out of it, and what a patch adds is put
//! together from texts that stand in the program, in the settings and in the annotations. Reading
//! a review and writing its patch is most of what an answer costs, and most of that would be the
//! copies.

mod constant;
mod object;
mod read;
mod value;
mod write;

use std::{borrow::Cow, mem};

pub(crate) use self::constant::Constant;
pub use self::object::Object;

/// A number is kept as it was written.
#[derive(Clone, Debug, Default)]
pub enum Json<'a> {
    #[default]
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(Cow<'a, str>),
    /// A text as it stands between its quotation marks, to be written: it is not read, and costs more
    /// to compare.
    Escaped(String),
    List(Vec<Self>),
    Object(Object<'a>),
    Constant(&'static Constant),
}

/// An object of members in the order in which they are to be written.
pub(crate) fn object<'a, const MEMBERS: usize>(
    members: [(&'static str, Json<'a>); MEMBERS],
) -> Json<'a> {
    Json::Object(Object::of(members))
}

impl<'a> Json<'a> {
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub fn as_text(&self) -> Option<&str> {
        match self.tree() {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self.tree() {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub fn as_u64(&self) -> Option<u64> {
        match self.tree() {
            Self::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Self]> {
        match self.tree() {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_object(&self) -> Option<&Object<'a>> {
        match self.tree() {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Itself, or what a constant stands for.
    fn tree(&self) -> &Self {
        match self {
            Self::Constant(constant) => constant.tree(),
            tree => tree,
        }
    }

    /// Constants have none, but may be changed afterwards.
    fn strip_nulls(&mut self) {
        match self {
            Self::Object(object) => *object = mem::take(object).without_nulls(),
            Self::List(items) => items.iter_mut().for_each(Self::strip_nulls),
            Self::Constant(constant) => *self = constant.tree().clone(),
            _ => {}
        }
    }

    /// A member of an object; none of anything else.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.get(key)
    }
}

/// Empty for what no text is written as.
fn unescaped(text: &str) -> String {
    serde_json::from_str(&format!("\"{text}\"")).unwrap_or_default()
}

impl PartialEq for Json<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.tree(), other.tree()) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(other)) => one == other,
            (Self::Number(one), Self::Number(other)) => one == other,
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Escaped(one), Self::Escaped(other)) => one == other,
            (Self::Escaped(escaped), Self::Text(text))
            | (Self::Text(text), Self::Escaped(escaped)) => unescaped(escaped) == *text,
            (Self::List(one), Self::List(other)) => one == other,
            (Self::Object(one), Self::Object(other)) => one == other,
            _ => false,
        }
    }
}

impl From<bool> for Json<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u64> for Json<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number.into())
    }
}

impl<'a> From<&'a str> for Json<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Json<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<Vec<Self>> for Json<'_> {
    fn from(items: Vec<Self>) -> Self {
        Self::List(items)
    }
}

impl<T: Into<Self>> From<Option<T>> for Json<'_> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests;
