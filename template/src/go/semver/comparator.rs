//! One comparison: an operator and a version that may be cut short or have wildcards.

use std::cmp::Ordering;

use super::{SemverError, Version, take_identifiers, take_while, version::compare_prereleases};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

/// The longer spellings first.
const OPERATORS: [(&[u8], Operator); 11] = [
    (b"!=", Operator::NotEqual),
    (b">=", Operator::GreaterOrEqual),
    (b"=>", Operator::GreaterOrEqual),
    (b"<=", Operator::LessOrEqual),
    (b"=<", Operator::LessOrEqual),
    (b"~>", Operator::Tilde),
    (b"=", Operator::Equal),
    (b">", Operator::Greater),
    (b"<", Operator::Less),
    (b"~", Operator::Tilde),
    (b"^", Operator::Caret),
];

/// How much of the version was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Precision {
    Nothing,
    Major,
    Minor,
    Patch,
}

#[derive(Clone, Debug)]
pub(super) struct Comparator {
    operator: Operator,
    version: Version,
    precision: Precision,
}

/// The text of a version in a constraint, in parts; a missing part is empty.
pub(super) struct Pattern<'text> {
    pub(super) text: &'text [u8],
    major: &'text [u8],
    minor: &'text [u8],
    patch: &'text [u8],
    prerelease: &'text [u8],
}

impl Comparator {
    pub(super) fn parse(text: &mut &[u8]) -> Result<Self, SemverError> {
        let found = OPERATORS
            .iter()
            .find(|(spelling, _)| text.starts_with(spelling));
        let operator = match found {
            Some((spelling, operator)) => {
                *text = text.get(spelling.len()..).unwrap_or_default();
                *operator
            }
            None => Operator::Equal,
        };
        take_while(text, |byte| {
            matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
        });
        let pattern = take_version(text).ok_or(SemverError::ImproperConstraint)?;
        let is_open = |part: &[u8]| matches!(part, b"" | b"x" | b"X" | b"*");
        let (precision, numbers) = if is_open(pattern.major) {
            (Precision::Nothing, b"0.0.0".to_vec())
        } else if is_open(pattern.minor) {
            (Precision::Major, [pattern.major, b".0.0"].concat())
        } else if is_open(pattern.patch) {
            (
                Precision::Minor,
                [pattern.major, b".", pattern.minor, b".0"].concat(),
            )
        } else {
            (
                Precision::Patch,
                [pattern.major, b".", pattern.minor, b".", pattern.patch].concat(),
            )
        };
        let mut version = numbers;
        if !pattern.prerelease.is_empty() {
            version.push(b'-');
            version.extend_from_slice(pattern.prerelease);
        }
        let version = Version::parse(&version).map_err(|_| SemverError::ConstraintVersion)?;
        Ok(Self {
            operator,
            version,
            precision,
        })
    }

    pub(super) fn check(&self, version: &Version) -> bool {
        let exact_inequality =
            self.operator == Operator::NotEqual && self.precision == Precision::Patch;
        // Who does not ask for prereleases gets none.
        let unwanted = !version.prerelease().is_empty() && self.version.prerelease().is_empty();
        if unwanted && !exact_inequality {
            return false;
        }
        let order = version.compare(&self.version);
        match self.operator {
            Operator::Equal if self.precision == Precision::Patch => order.is_eq(),
            Operator::Equal | Operator::Tilde => order.is_ge() && self.tilde(version),
            Operator::NotEqual => self.differs(version),
            Operator::Greater => self.is_exceeded_by(version),
            Operator::Less => order.is_lt(),
            Operator::GreaterOrEqual => order.is_ge(),
            Operator::LessOrEqual => match self.precision {
                Precision::Patch => order.is_le(),
                Precision::Major => version.major <= self.version.major,
                Precision::Nothing | Precision::Minor => self.compare_minors(version).is_le(),
            },
            Operator::Caret => order.is_ge() && self.caret(version),
        }
    }

    fn compare_minors(&self, version: &Version) -> Ordering {
        let ours = (self.version.major, self.version.minor);
        (version.major, version.minor).cmp(&ours)
    }

    fn differs(&self, version: &Version) -> bool {
        match self.precision {
            Precision::Major => version.major != self.version.major,
            Precision::Minor => {
                let ours = self.version.prerelease();
                self.compare_minors(version)
                    .then_with(|| compare_prereleases(version.prerelease(), ours))
                    .is_ne()
            }
            Precision::Nothing | Precision::Patch => version.compare(&self.version).is_ne(),
        }
    }

    fn is_exceeded_by(&self, version: &Version) -> bool {
        match self.precision {
            Precision::Major => version.major > self.version.major,
            Precision::Minor => self.compare_minors(version).is_gt(),
            Precision::Nothing | Precision::Patch => version.compare(&self.version).is_gt(),
        }
    }

    /// The same minor version, or major version where only that was said.
    fn tilde(&self, version: &Version) -> bool {
        let ours = &self.version;
        match self.precision {
            Precision::Major => version.major == ours.major,
            Precision::Minor => self.compare_minors(version).is_eq(),
            // No version at all, or 0.0.0, allows everything.
            Precision::Nothing | Precision::Patch => {
                (ours.major, ours.minor, ours.patch) == (0, 0, 0)
                    || self.compare_minors(version).is_eq()
            }
        }
    }

    /// The same up to the first number that is not zero.
    fn caret(&self, version: &Version) -> bool {
        let ours = &self.version;
        if version.major != ours.major {
            return false;
        }
        if ours.major > 0 || self.precision == Precision::Major {
            return true;
        }
        if version.minor != ours.minor {
            return false;
        }
        ours.minor > 0 || self.precision == Precision::Minor || version.patch == ours.patch
    }
}

/// Takes a version from the start of a constraint. A bar counts as a digit here and fails later,
/// but two of them reach into the next alternative of a range.
pub(super) fn take_version<'text>(text: &mut &'text [u8]) -> Option<Pattern<'text>> {
    let start = *text;
    let mut rest = start.strip_prefix(b"v").unwrap_or(start);
    let is_part = |byte: u8| matches!(byte, b'0'..=b'9' | b'x' | b'X' | b'*' | b'|');
    let major = take_while(&mut rest, is_part);
    if major.is_empty() {
        return None;
    }
    let mut next_part = || {
        let mut behind = rest.strip_prefix(b".").unwrap_or_default();
        let part = take_while(&mut behind, is_part);
        if !part.is_empty() {
            rest = behind;
        }
        part
    };
    let minor = next_part();
    let patch = if minor.is_empty() { minor } else { next_part() };
    let prerelease = take_identifiers(&mut rest, b'-').unwrap_or_default();
    take_identifiers(&mut rest, b'+');
    let taken = start.get(..start.len() - rest.len())?;
    *text = rest;
    Some(Pattern {
        text: taken,
        major,
        minor,
        patch,
        prerelease,
    })
}
