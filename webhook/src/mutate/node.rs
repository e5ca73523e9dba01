//! Reading raw JSON: every step knows where it is, for messages and for patches.

use std::{fmt, io::Write as _};

use smallvec::SmallVec;
use vouchsafe_shared::diagnostic::{Code, Diagnostic};

use super::comparison;
use crate::json::{Json, Object};

/// Of one list: far more containers, volumes, mounts or variables than any pod has in earnest. It
/// bounds what is looked at, and the patch, which says something about each container.
const LIST_LIMIT: usize = 5000;

/// An object within the pod. A member that is `null` is taken as absent, as the API server does.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    pub(super) members: &'a Object<'a>,
    pub(super) place: Place,
}

/// A way from the pod's root: `spec.containers[0]`, `/spec/containers/0`. Every step into the pod makes
/// one, so none as long as those of `spec.containers[0].env[0].name` is worth an allocation.
#[derive(Clone, Debug, Default)]
pub(super) struct Place(SmallVec<[Step; 6]>);

#[derive(Clone, Copy, Debug)]
enum Step {
    Key(&'static str),
    Index(usize),
}

impl<'a> Node<'a> {
    pub(super) fn root(pod: &'a Json<'a>) -> Result<Self, Diagnostic> {
        match pod {
            Json::Object(members) => Ok(Self {
                members,
                place: Place::default(),
            }),
            _ => Err(wrong_type("pod", "an object")),
        }
    }

    pub(super) fn value(&self, key: &str) -> Option<&'a Json<'a>> {
        self.members.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// See [`comparison::contains`].
    pub(super) fn contains(&self, desired: &Json<'_>) -> bool {
        desired
            .as_object()
            .is_some_and(|desired| comparison::contains(self.members, desired))
    }

    pub(super) fn object(&self, key: &'static str, problems: &mut Vec<Diagnostic>) -> Option<Self> {
        let place = self.place.key(key);
        match self.value(key)? {
            Json::Object(members) => Some(Self { members, place }),
            _ => {
                problems.push(wrong_type(&place.to_string(), "an object"));
                None
            }
        }
    }

    /// The objects of a list; none when it is absent.
    pub(super) fn list(&self, key: &'static str, problems: &mut Vec<Diagnostic>) -> Vec<Self> {
        let place = self.place.key(key);
        let items = match self.value(key) {
            None => return Vec::new(),
            Some(Json::List(items)) if items.len() > LIST_LIMIT => {
                problems.push(Diagnostic::error(
                    Code::NotAPod,
                    place.to_string(),
                    format!("has {} items, of {LIST_LIMIT} at most", items.len()),
                    "make it shorter",
                ));
                return Vec::new();
            }
            Some(Json::List(items)) => items,
            Some(_) => {
                problems.push(wrong_type(&place.to_string(), "a list"));
                return Vec::new();
            }
        };
        let mut nodes = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let place = place.index(index);
            match item {
                Json::Object(members) => nodes.push(Self { members, place }),
                _ => problems.push(wrong_type(&place.to_string(), "an object")),
            }
        }
        nodes
    }

    pub(super) fn text(
        &self,
        key: &'static str,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<&'a str> {
        self.scalar(key, "a text", problems, Json::as_text)
    }

    pub(super) fn boolean(
        &self,
        key: &'static str,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<bool> {
        self.scalar(key, "true or false", problems, Json::as_bool)
    }

    pub(super) fn number(&self, key: &'static str, problems: &mut Vec<Diagnostic>) -> Option<u64> {
        self.scalar(key, "a whole number from 0", problems, Json::as_u64)
    }

    /// A text that must be there and say something.
    pub(super) fn required_text(
        &self,
        key: &'static str,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<&'a str> {
        if self.has(key) {
            return self.text(key, problems);
        }
        problems.push(not_a_pod(
            &self.place.key(key).to_string(),
            "is missing".to_owned(),
        ));
        None
    }

    fn scalar<T>(
        &self,
        key: &'static str,
        expected: &str,
        problems: &mut Vec<Diagnostic>,
        read: impl Fn(&'a Json<'a>) -> Option<T>,
    ) -> Option<T> {
        let value = read(self.value(key)?);
        if value.is_none() {
            problems.push(wrong_type(&self.place.key(key).to_string(), expected));
        }
        value
    }
}

impl Place {
    pub(super) fn key(&self, key: &'static str) -> Self {
        self.then(Step::Key(key))
    }

    pub(super) fn index(&self, index: usize) -> Self {
        self.then(Step::Index(index))
    }

    /// As a patch writes it: keys such as `vouchsafe.dev/status` are escaped.
    /// Source: <https://www.rfc-editor.org/rfc/rfc6901#section-3>.
    ///
    /// Nothing in it needs to be escaped as JSON: keys are names that stand in this program.
    pub(super) fn write_pointer(&self, text: &mut Vec<u8>) {
        for step in &self.0 {
            text.push(b'/');
            match step {
                Step::Index(index) => {
                    // Writing to memory never fails.
                    let _ = write!(text, "{index}");
                }
                Step::Key(key) => {
                    for byte in key.bytes() {
                        match byte {
                            b'~' => text.extend_from_slice(b"~0"),
                            b'/' => text.extend_from_slice(b"~1"),
                            _ => text.push(byte),
                        }
                    }
                }
            }
        }
    }

    fn then(&self, step: Step) -> Self {
        let mut steps = SmallVec::from_slice(&self.0);
        steps.push(step);
        Self(steps)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if position == 0 => formatter.write_str(key)?,
                Step::Key(key) => write!(formatter, ".{key}")?,
                Step::Index(index) => write!(formatter, "[{index}]")?,
            }
        }
        Ok(())
    }
}

pub(super) fn not_a_pod(subject: &str, message: String) -> Diagnostic {
    Diagnostic::error(
        Code::NotAPod,
        subject,
        message,
        "correct it; the API server would not accept it either",
    )
}

fn wrong_type(subject: &str, expected: &str) -> Diagnostic {
    not_a_pod(subject, format!("is not {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_for_people_and_for_patches() {
        let place = Place::default().key("spec").key("containers").index(3);
        assert_eq!(place.to_string(), "spec.containers[3]");
        assert_eq!(pointer(&place), "/spec/containers/3");
        let place = Place::default().key("annotations").key("a.b/c~d");
        assert_eq!(pointer(&place), "/annotations/a.b~1c~0d");
    }

    fn pointer(place: &Place) -> String {
        let mut text = Vec::new();
        place.write_pointer(&mut text);
        String::from_utf8(text).unwrap()
    }
}
