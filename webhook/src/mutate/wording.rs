//! Texts of a user in messages: never longer than helps.

use vouchsafe_shared::diagnostic::{Code, Diagnostic};

/// A text as it is, or its beginning.
pub(super) fn shortened(text: &str) -> String {
    /// Longer than any name that Kubernetes accepts for a container or a volume (63 bytes).
    const LIMIT: usize = 100;
    cut(text, LIMIT)
}

/// A text of so many characters at most, and a sign that there was more.
pub(super) fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

pub(super) fn quoted(text: &str) -> String {
    format!("{:?}", shortened(text))
}

/// `a, b and 3 more`
pub(super) fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const LIMIT: usize = 10;
    let more = names.len().saturating_sub(LIMIT);
    let shown: Vec<_> = names.take(LIMIT).map(shortened).collect();
    let shown = shown.join(", ");
    if more == 0 {
        shown
    } else {
        format!("{shown} and {more} more")
    }
}

/// A warning of an annotation that changes nothing.
pub(super) fn no_effect(annotation: &str, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(
        Code::NoEffect,
        format!("annotation {annotation}"),
        message,
        "remove it",
    )
    .as_warning()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_and_lists_are_cut_between_characters() {
        assert_eq!(quoted("a\"b"), r#""a\"b""#);
        assert_eq!(shortened(&"ß".repeat(101)), format!("{}…", "ß".repeat(100)));
        assert_eq!(listed(["a", "b"].into_iter()), "a, b");
        assert!(listed(["a"; 12].into_iter()).ends_with("a and 2 more"));
    }
}
