//! Sets of characters, and the named ones of Go's patterns: `\d`, `[:alpha:]`, `\p{Greek}`.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir};

use crate::go::unicode;

const LAST: u32 = 0x0010_FFFF;

type Range = (u32, u32);

/// Ranges of code points; surrogates may be among them, though no text has any.
#[derive(Clone, Default)]
pub(super) struct Set(Vec<Range>);

impl Set {
    pub(super) fn add(&mut self, first: u32, last: u32) {
        self.0.push((first, last));
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    /// How much memory the set takes.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_character(&self) -> bool {
        matches!(self.0.as_slice(), [(first, last)] if first == last)
    }

    #[must_use]
    pub(super) fn negated(mut self) -> Self {
        self.sort();
        let mut gaps = Vec::with_capacity(self.0.len() + 1);
        let mut next = 0;
        for (first, last) in self.0 {
            if next < first {
                gaps.push((next, first - 1));
            }
            next = last + 1;
        }
        if next <= LAST {
            gaps.push((next, LAST));
        }
        Self(gaps)
    }

    /// With every character that differs from one of the set in case only.
    #[must_use]
    pub(super) fn folded(mut self) -> Self {
        self.sort();
        let mut others = Vec::new();
        if self.is_character()
            && let [(first, _)] = self.0.as_slice()
        {
            let mut other = unicode::simple_fold(*first);
            while other != *first {
                others.push((other, other));
                other = unicode::simple_fold(other);
            }
        } else {
            for (member, mut other) in unicode::folds() {
                if !self.contains(member) {
                    continue;
                }
                while other != member {
                    others.push((other, other));
                    other = unicode::simple_fold(other);
                }
            }
        }
        self.0.extend(others);
        self.sort();
        self
    }

    pub(super) fn into_hir(mut self) -> Hir {
        self.sort();
        let scalars = self
            .0
            .into_iter()
            .flat_map(|(first, last)| [(first, last.min(0xD7FF)), (first.max(0xE000), last)]);
        let ranges = scalars
            .filter(|(first, last)| first <= last)
            .filter_map(|(first, last)| {
                Some(ClassUnicodeRange::new(
                    char::from_u32(first)?,
                    char::from_u32(last)?,
                ))
            });
        Hir::class(Class::Unicode(ClassUnicode::new(ranges)))
    }

    fn contains(&self, character: u32) -> bool {
        let position = self.0.partition_point(|(_, last)| *last < character);
        self.0
            .get(position)
            .is_some_and(|(first, _)| *first <= character)
    }

    fn sort(&mut self) {
        self.0.sort_unstable();
        self.0.dedup_by(|(first, last), (_, last_before)| {
            let touches = *first <= last_before.saturating_add(1);
            if touches {
                *last_before = (*last).max(*last_before);
            }
            touches
        });
    }
}

impl FromIterator<Range> for Set {
    fn from_iter<Ranges: IntoIterator<Item = Range>>(ranges: Ranges) -> Self {
        Self(ranges.into_iter().collect())
    }
}

const DIGITS: Range = (0x30, 0x39);
const UPPER: Range = (0x41, 0x5a);
const LOWER: Range = (0x61, 0x7a);
const UNDERSCORE: Range = (0x5f, 0x5f);

/// The set behind `\d`, `\s` or `\w`, and whether the letter asks for its opposite.
pub(super) fn perl(letter: u8) -> Option<(Set, bool)> {
    let ranges: &[Range] = match letter.to_ascii_lowercase() {
        b'd' => &[DIGITS],
        // Unlike `[:space:]`, without the vertical tab.
        b's' => &[(0x09, 0x0a), (0x0c, 0x0d), (0x20, 0x20)],
        b'w' => &[DIGITS, UPPER, UNDERSCORE, LOWER],
        _ => return None,
    };
    Some((
        ranges.iter().copied().collect(),
        letter.is_ascii_uppercase(),
    ))
}

/// The set of `[:name:]`.
pub(super) fn posix(name: &[u8]) -> Option<Set> {
    let ranges: &[Range] = match name {
        b"alnum" => &[DIGITS, UPPER, LOWER],
        b"alpha" => &[UPPER, LOWER],
        b"ascii" => &[(0x00, 0x7f)],
        b"blank" => &[(0x09, 0x09), (0x20, 0x20)],
        b"cntrl" => &[(0x00, 0x1f), (0x7f, 0x7f)],
        b"digit" => &[DIGITS],
        b"graph" => &[(0x21, 0x7e)],
        b"lower" => &[LOWER],
        b"print" => &[(0x20, 0x7e)],
        b"punct" => &[(0x21, 0x2f), (0x3a, 0x40), (0x5b, 0x60), (0x7b, 0x7e)],
        b"space" => &[(0x09, 0x0d), (0x20, 0x20)],
        b"upper" => &[UPPER],
        b"word" => &[DIGITS, UPPER, LOWER, UNDERSCORE],
        b"xdigit" => &[DIGITS, (0x41, 0x46), (0x61, 0x66)],
        _ => return None,
    };
    Some(ranges.iter().copied().collect())
}

/// Long names of general categories, in the spelling that [`canonical`] gives.
const CATEGORY_ALIASES: [(&str, &str); 41] = [
    ("Casedletter", "Lc"),
    ("Closepunctuation", "Pe"),
    ("Cntrl", "Cc"),
    ("Combiningmark", "M"),
    ("Connectorpunctuation", "Pc"),
    ("Control", "Cc"),
    ("Currencysymbol", "Sc"),
    ("Dashpunctuation", "Pd"),
    ("Decimalnumber", "Nd"),
    ("Digit", "Nd"),
    ("Enclosingmark", "Me"),
    ("Finalpunctuation", "Pf"),
    ("Format", "Cf"),
    ("Initialpunctuation", "Pi"),
    ("Letter", "L"),
    ("Letternumber", "Nl"),
    ("Lineseparator", "Zl"),
    ("Lowercaseletter", "Ll"),
    ("Mark", "M"),
    ("Mathsymbol", "Sm"),
    ("Modifierletter", "Lm"),
    ("Modifiersymbol", "Sk"),
    ("Nonspacingmark", "Mn"),
    ("Number", "N"),
    ("Openpunctuation", "Ps"),
    ("Other", "C"),
    ("Otherletter", "Lo"),
    ("Othernumber", "No"),
    ("Otherpunctuation", "Po"),
    ("Othersymbol", "So"),
    ("Paragraphseparator", "Zp"),
    ("Privateuse", "Co"),
    ("Punct", "P"),
    ("Punctuation", "P"),
    ("Separator", "Z"),
    ("Spaceseparator", "Zs"),
    ("Spacingmark", "Mc"),
    ("Surrogate", "Cs"),
    ("Symbol", "S"),
    ("Titlecaseletter", "Lt"),
    ("Uppercaseletter", "Lu"),
];

/// The set of `\p{name}`: a general category or a script.
pub(super) fn property(name: &str, fold_case: bool) -> Option<Set> {
    let name = canonical(name);
    let set = unfolded_property(&name)?;
    // Go has no table of what differs from a cased letter in case only: U+0345 does, and is none.
    let folds = fold_case && !matches!(name.as_str(), "Lc" | "Casedletter");
    Some(if folds { set.folded() } else { set })
}

fn unfolded_property(name: &str) -> Option<Set> {
    match name {
        "Any" => return Some(Set(vec![(0, LAST)])),
        "Ascii" => return Some(Set(vec![(0, 0x7f)])),
        "Assigned" => return category("Cn").map(Set::negated),
        "Unassigned" => return category("Cn"),
        _ => {}
    }
    if let Some(set) = category(name) {
        return Some(set);
    }
    if let Some(ranges) = unicode::script(name) {
        return Some(ranges.collect());
    }
    let (_, short) = CATEGORY_ALIASES.iter().find(|(long, _)| *long == name)?;
    category(short)
}

fn category(name: &str) -> Option<Set> {
    let belongs = |category: &str| match name {
        "Lc" => matches!(category, "Lu" | "Ll" | "Lt"),
        name => !name.is_empty() && category.starts_with(name),
    };
    let set: Set = unicode::category_runs()
        .filter(|(_, _, category)| belongs(category))
        .map(|(first, last, _)| (first, last))
        .collect();
    (!set.0.is_empty()).then_some(set)
}

/// One capital at the start, and no blanks, hyphens or underscores.
fn canonical(name: &str) -> String {
    let mut canonical: String = name
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '_'))
        .collect();
    canonical.make_ascii_lowercase();
    if let Some(first) = canonical.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    canonical
}
