//! Which annotation is meant by what follows a prefix.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    spec::Dialect,
    table::{Annotation, Prefix, Scope, TABLE},
};

/// A row of the table, and the place of a spelling among those of its prefix.
type Meaning = (&'static Annotation, usize);

/// All spellings under a prefix. There are some two hundred, and a pod has ten annotations: looking
/// at each spelling for each annotation would be most of the work of reading them.
#[derive(Debug, Default)]
struct Spellings {
    /// Those that stand alone.
    pod: HashMap<&'static str, Meaning>,
    /// Those that something follows.
    more: HashMap<&'static str, Meaning>,
}

/// The original prefixes have the same spellings.
static OWN: LazyLock<Spellings> = LazyLock::new(|| Spellings::under(Prefix::Vouchsafe));
static ORIGINAL: LazyLock<Spellings> = LazyLock::new(|| Spellings::under(Prefix::Vault));

/// Which setting a key's rest makes: the longest spelling that fits, so that
/// `agent-inject-secret-x` is not a setting `agent-inject` with a remainder, and
/// `agent-inject-template-file-x` never the text of a template for `file-x`.
pub(super) fn identify(
    prefix: Prefix,
    rest: &str,
) -> Option<(&'static Annotation, usize, Option<&str>)> {
    let spellings = match prefix.dialect() {
        Dialect::Own => &OWN,
        Dialect::Original => &ORIGINAL,
    };
    if let Some((row, place)) = spellings.pod.get(rest) {
        return Some((row, *place, None));
    }
    rest.rmatch_indices('-').find_map(|(dash, _)| {
        let (row, place) = spellings.more.get(&rest[..dash])?;
        let about = Some(&rest[dash + 1..]).filter(|about| !about.is_empty());
        about.map(|about| (*row, *place, Some(about)))
    })
}

impl Spellings {
    fn under(prefix: Prefix) -> Self {
        let mut all = Self::default();
        for row in TABLE {
            let spellings = if row.scope == Scope::Pod {
                &mut all.pod
            } else {
                &mut all.more
            };
            for (place, spelling) in row.spellings_under(prefix).enumerate() {
                spellings.entry(spelling).or_insert((row, place));
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every spelling of the table, looked at for itself.
    fn searched(prefix: Prefix, rest: &str) -> Option<(&'static str, usize, Option<&str>)> {
        let spellings = || {
            TABLE.iter().flat_map(|row| {
                let spellings = row.spellings_under(prefix).enumerate();
                spellings.map(move |(place, spelling)| (row, place, spelling))
            })
        };
        let alone = spellings()
            .find(|(row, _, spelling)| row.scope == Scope::Pod && *spelling == rest)
            .map(|(row, place, _)| (row.short, place, None));
        let more = spellings()
            .filter(|(row, ..)| row.scope != Scope::Pod)
            .filter_map(|(row, place, spelling)| {
                let about = rest.strip_prefix(spelling)?.strip_prefix('-')?;
                (!about.is_empty()).then_some((row.short, place, Some(about)))
            });
        alone.or_else(|| more.min_by_key(|(_, _, about)| about.map(str::len)))
    }

    fn found(prefix: Prefix, rest: &str) -> Option<(&'static str, usize, Option<&str>)> {
        identify(prefix, rest).map(|(row, place, about)| (row.short, place, about))
    }

    #[test]
    fn the_longest_spelling_is_meant() {
        for (rest, expected) in [
            ("agent-inject", Some(("inject", 0, None))),
            ("agent-inject-secret-x", Some(("secret", 0, Some("x")))),
            (
                "agent-inject-template-file-x",
                Some(("template-file", 0, Some("x"))),
            ),
            ("agent-inject-secret-", None),
            ("agent-inject-", None),
            ("", None),
        ] {
            assert_eq!(found(Prefix::Vault, rest), expected, "{rest}");
        }
    }

    #[test]
    fn every_spelling_is_found_under_every_prefix() {
        for prefix in Prefix::ALL {
            for row in TABLE {
                for spelling in row.spellings_under(prefix) {
                    for tail in ["", "-", "-x", "-file-x", "-template-x", "x", "--"] {
                        let rest = format!("{spelling}{tail}");
                        assert_eq!(found(prefix, &rest), searched(prefix, &rest), "{rest}");
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_no_spelling_is_told_as_before(
            parts in prop::collection::vec("agent|inject|secret|template|file|role|-|[a-z]{0,3}", 0..6)
        ) {
            let rest = parts.join("-");
            for prefix in Prefix::ALL {
                prop_assert_eq!(found(prefix, &rest), searched(prefix, &rest));
            }
        }
    }
}
