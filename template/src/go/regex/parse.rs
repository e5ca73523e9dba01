//! Go's pattern syntax with the Perl flags, as `regexp.Compile` reads it.
//! Rules: <https://pkg.go.dev/regexp/syntax>.

use regex_syntax::hir::{Capture, Dot, Hir, Look, Repetition};

use super::{
    RegexError,
    class::Set,
    escape,
    group::{self, Opening},
    set,
    work::Work,
};

/// The largest product of counted repetitions inside one another.
const MAX_COPIES: u32 = 1_000;
/// Go allows 1000 levels; the compiler of the engine recurses, on stacks of 2 MiB.
const MAX_HEIGHT: u32 = 250;
/// Bounds the memory of all sets of a pattern; every `\pL` takes about 700.
const MAX_SET_RANGES: usize = 200_000;

#[derive(Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one independent letter of the syntax"
)]
pub(super) struct Flags {
    pub(super) fold_case: bool,
    pub(super) multi_line: bool,
    pub(super) dot_newline: bool,
    pub(super) ungreedy: bool,
}

pub(super) struct Parsed {
    pub(super) hir: Hir,
    /// Of every group but the whole match; empty for a group without a name.
    pub(super) group_names: Vec<String>,
}

/// Counts the work, also that for a pattern that is refused.
pub(super) fn parse(pattern: &[u8], work: &mut Work) -> Result<Parsed, RegexError> {
    let pattern = std::str::from_utf8(pattern).map_err(|_| RegexError::Utf8)?;
    let mut parser = Parser {
        rest: pattern,
        flags: Flags::default(),
        open: Vec::new(),
        group: Group::default(),
        group_names: Vec::new(),
        set_ranges: 0,
        work,
    };
    parser.run()?;
    Ok(Parsed {
        hir: parser.group.close()?.hir,
        group_names: parser.group_names,
    })
}

struct Item {
    hir: Hir,
    height: u32,
    copies: u32,
}

/// What stands between two parentheses.
#[derive(Default)]
struct Group {
    sequence: Vec<Item>,
    alternatives: Vec<Item>,
    capture: Option<u32>,
    /// The flags to go on with behind the group.
    flags_behind: Flags,
}

struct Parser<'pattern> {
    rest: &'pattern str,
    flags: Flags,
    open: Vec<Group>,
    group: Group,
    group_names: Vec<String>,
    set_ranges: usize,
    work: &'pattern mut Work,
}

impl Parser<'_> {
    fn run(&mut self) -> Result<(), RegexError> {
        let mut behind_repetition = false;
        while let Some(character) = self.rest.chars().next() {
            if let Some((least, most, length)) = repetition(self.rest)? {
                if behind_repetition {
                    return Err(RegexError::RepeatOperator);
                }
                self.advance(length);
                self.repeat(least, most)?;
                behind_repetition = true;
                continue;
            }
            behind_repetition = false;
            match character {
                '(' => self.open_group()?,
                ')' => self.close_group()?,
                '|' => {
                    self.advance(1);
                    self.group.close_alternative()?;
                }
                '[' => {
                    let set = set::parse(&mut self.rest, self.flags, self.work)?;
                    self.push_set(set)?;
                }
                '\\' => self.escape()?,
                '^' if self.flags.multi_line => self.push_simple(Hir::look(Look::StartLF)),
                '^' => self.push_simple(Hir::look(Look::Start)),
                '$' if self.flags.multi_line => self.push_simple(Hir::look(Look::EndLF)),
                '$' => self.push_simple(Hir::look(Look::End)),
                '.' if self.flags.dot_newline => self.push_simple(Hir::dot(Dot::AnyChar)),
                '.' => self.push_simple(Hir::dot(Dot::AnyCharExceptLF)),
                literal => {
                    self.advance(literal.len_utf8());
                    self.push_literal(literal.into());
                }
            }
        }
        if self.open.is_empty() {
            Ok(())
        } else {
            Err(RegexError::MissingParenthesis)
        }
    }

    fn advance(&mut self, length: usize) {
        self.rest = self.rest.get(length..).unwrap_or_default();
    }

    /// For what one ASCII character of the pattern stands for.
    fn push_simple(&mut self, hir: Hir) {
        self.advance(1);
        self.push(hir);
    }

    fn push(&mut self, hir: Hir) {
        self.group.sequence.push(Item {
            hir,
            height: 1,
            copies: 1,
        });
    }

    fn push_literal(&mut self, code_point: u32) {
        let mut set = Set::default();
        set.add(code_point, code_point);
        self.push(
            if self.flags.fold_case {
                set.folded()
            } else {
                set
            }
            .into_hir(),
        );
    }

    fn push_set(&mut self, set: Set) -> Result<(), RegexError> {
        self.set_ranges += set.len();
        self.work.ranges(set.len())?;
        if self.set_ranges > MAX_SET_RANGES {
            return Err(RegexError::TooLarge);
        }
        self.push(set.into_hir());
        Ok(())
    }

    fn open_group(&mut self) -> Result<(), RegexError> {
        let (opening, length) = group::parse(self.rest, self.flags)?;
        self.advance(length);
        let flags_behind = self.flags;
        let capture = match opening {
            Opening::Flags(flags) => {
                self.flags = flags;
                return Ok(());
            }
            Opening::Plain(flags) => {
                self.flags = flags;
                None
            }
            Opening::Capture(name) => {
                self.group_names.push(name.to_owned());
                let index = u32::try_from(self.group_names.len());
                Some(index.map_err(|_| RegexError::TooLarge)?)
            }
        };
        let inner = Group {
            capture,
            flags_behind,
            ..Group::default()
        };
        self.open.push(std::mem::replace(&mut self.group, inner));
        Ok(())
    }

    fn close_group(&mut self) -> Result<(), RegexError> {
        self.advance(1);
        let outer = self.open.pop().ok_or(RegexError::UnexpectedParenthesis)?;
        let group = std::mem::replace(&mut self.group, outer);
        self.flags = group.flags_behind;
        let capture = group.capture;
        let mut item = group.close()?;
        if let Some(index) = capture {
            item = Item {
                hir: Hir::capture(Capture {
                    index,
                    name: None,
                    sub: Box::new(item.hir),
                }),
                height: higher(item.height)?,
                copies: item.copies,
            };
        }
        self.group.sequence.push(item);
        Ok(())
    }

    fn repeat(&mut self, least: u32, most: Option<u32>) -> Result<(), RegexError> {
        let mut greedy = !self.flags.ungreedy;
        if self.rest.starts_with('?') {
            self.advance(1);
            greedy = !greedy;
        }
        let item = self
            .group
            .sequence
            .pop()
            .ok_or(RegexError::MissingRepeatArgument)?;
        let copies = match most.unwrap_or(least) {
            // What is left out does not count, and neither does what has no upper bound alone.
            0 if most.is_some() => 1,
            times => times.max(1).saturating_mul(item.copies),
        };
        if copies > MAX_COPIES {
            return Err(RegexError::RepeatCount);
        }
        let sub = Box::new(item.hir);
        self.group.sequence.push(Item {
            hir: Hir::repetition(Repetition {
                min: least,
                max: most,
                greedy,
                sub,
            }),
            height: higher(item.height)?,
            copies,
        });
        Ok(())
    }

    fn escape(&mut self) -> Result<(), RegexError> {
        let letter = self.rest.as_bytes().get(1).copied();
        let look = match letter {
            Some(b'A') => Some(Look::Start),
            Some(b'z') => Some(Look::End),
            Some(b'b') => Some(Look::WordAscii),
            Some(b'B') => Some(Look::WordAsciiNegate),
            _ => None,
        };
        if let Some(look) = look {
            self.advance(2);
            self.push(Hir::look(look));
            return Ok(());
        }
        if letter == Some(b'Q') {
            self.advance(2);
            let (quoted, rest) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
            self.rest = rest;
            for character in quoted.chars() {
                self.push_literal(character.into());
            }
            return Ok(());
        }
        if let Some(set) = set::parse_escape(&mut self.rest, self.flags, self.work)? {
            return self.push_set(set);
        }
        let literal = escape::parse(&mut self.rest)?;
        self.push_literal(literal);
        Ok(())
    }
}

impl Group {
    fn close_alternative(&mut self) -> Result<(), RegexError> {
        let sequence = std::mem::take(&mut self.sequence);
        self.alternatives.push(combine(sequence, Hir::concat)?);
        Ok(())
    }

    fn close(mut self) -> Result<Item, RegexError> {
        self.close_alternative()?;
        combine(self.alternatives, Hir::alternation)
    }
}

fn combine(mut items: Vec<Item>, join: fn(Vec<Hir>) -> Hir) -> Result<Item, RegexError> {
    if items.len() == 1
        && let Some(only) = items.pop()
    {
        return Ok(only);
    }
    let height = items
        .iter()
        .map(|item| item.height)
        .max()
        .unwrap_or_default();
    let copies = items.iter().map(|item| item.copies).max().unwrap_or(1);
    let hirs = items.into_iter().map(|item| item.hir).collect();
    Ok(Item {
        hir: join(hirs),
        height: higher(height)?,
        copies,
    })
}

fn higher(height: u32) -> Result<u32, RegexError> {
    if height >= MAX_HEIGHT {
        Err(RegexError::Nesting)
    } else {
        Ok(height + 1)
    }
}

/// The bounds of the repetition at the start, and its length without a question mark behind it.
fn repetition(pattern: &str) -> Result<Option<(u32, Option<u32>, usize)>, RegexError> {
    Ok(match pattern.as_bytes().first() {
        Some(b'*') => Some((0, None, 1)),
        Some(b'+') => Some((1, None, 1)),
        Some(b'?') => Some((0, Some(1), 1)),
        Some(b'{') => match counts(pattern) {
            Some((least, most, length)) => {
                let most_allowed = most.unwrap_or(least);
                if least > most_allowed || most_allowed > MAX_COPIES {
                    return Err(RegexError::RepeatCount);
                }
                Some((least, most, length))
            }
            None => None,
        },
        _ => None,
    })
}

/// `{2}`, `{2,}` or `{2,3}`; any other brace is a literal.
fn counts(pattern: &str) -> Option<(u32, Option<u32>, usize)> {
    let (inside, _) = pattern.strip_prefix('{')?.split_once('}')?;
    let length = inside.len() + 2;
    match inside.split_once(',') {
        None => count(inside).map(|count| (count, Some(count), length)),
        Some((least, "")) => Some((count(least)?, None, length)),
        Some((least, most)) => Some((count(least)?, Some(count(most)?), length)),
    }
}

/// Without leading zeros; what is too large for a number is too large for a repetition.
fn count(digits: &str) -> Option<u32> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let padded = digits.len() > 1 && digits.starts_with('0');
    (plain && !padded).then(|| digits.parse().unwrap_or(u32::MAX))
}
