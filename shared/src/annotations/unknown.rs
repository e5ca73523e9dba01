//! What is said of names that are not in the table.

use super::{
    layers::Source,
    suggest::nearest,
    table::{Prefix, Scope, TABLE},
};
use crate::diagnostic::{Code, Diagnostic};

/// The original injector passes over names that it does not know, and other programs may use its
/// prefix. A name in the defaults of a namespace or cluster is not the pod's mistake.
pub(super) fn unknown(source: Source<'_>, prefix: Prefix, key: &str, rest: &str) -> Diagnostic {
    let help = match nearest_spelling(prefix, rest) {
        Some(suggestion) => format!("did you mean {prefix}{suggestion}?"),
        None => "see docs/annotations.md for the names there are".to_owned(),
    };
    let diagnostic = Diagnostic::error(
        Code::UnknownAnnotation,
        format!("annotation {}", source.label(key)),
        "is not an annotation we know",
        help,
    );
    if prefix == Prefix::Vouchsafe && source.is_chosen() {
        diagnostic
    } else {
        diagnostic.as_warning()
    }
}

/// The nearest spelling; where a NAME or parameter follows, only the part before it is compared.
fn nearest_spelling(prefix: Prefix, rest: &str) -> Option<String> {
    let spellings = |alone: bool| {
        TABLE
            .iter()
            .filter(move |row| (row.scope == Scope::Pod) == alone)
            .flat_map(move |row| row.spellings_under(prefix))
    };
    let about_pod =
        nearest(rest, spellings(true)).map(|(distance, spelling)| (distance, spelling.to_owned()));
    let about_more = rest.match_indices('-').filter_map(|(dash, _)| {
        let (head, tail) = rest.split_at(dash);
        nearest(head, spellings(false))
            .map(|(distance, spelling)| (distance, format!("{spelling}{tail}")))
    });
    about_pod
        .into_iter()
        .chain(about_more)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, spelling)| spelling)
}
