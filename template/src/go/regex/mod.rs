//! Go's [`regexp`](https://pkg.go.dev/regexp): patterns are read by Go's rules, and matched by the
//! engine of Rust's `regex` crate, which prefers among matches as Go does and takes time linear in
//! the text.

mod class;
mod error;
mod escape;
mod expand;
mod group;
mod parse;
mod set;
mod subject;

#[cfg(test)]
mod tests;

use std::fmt;

use regex_automata::{
    Input,
    nfa::thompson::{
        self, NFA, WhichCaptures,
        pikevm::{Cache, PikeVM},
    },
    util::primitives::NonMaxUsize,
};
use vouchsafe_shared::secret::SecretBuffer;

pub use self::error::RegexError;
use self::{expand::Template, subject::Subject};

/// Go has no bound, but its parser is not slowed down by case folding.
const MAX_PATTERN_BYTES: usize = 256 << 10;
/// Of a compiled pattern. Go's bound is 128 MiB of a program in which a set is one instruction.
const MAX_PROGRAM_BYTES: usize = 16 << 20;
/// A search remembers the ends of every group for every state of the program.
const MAX_SEARCH_SLOTS: usize = 2 << 20;

/// A compiled pattern.
pub struct Regex {
    machine: PikeVM,
    /// Of every group but the whole match; empty for a group without a name.
    group_names: Vec<String>,
    pattern_is_empty: bool,
}

/// Where a match and its groups are in the subject.
type Span = (usize, usize);

impl Regex {
    pub fn new(pattern: &[u8]) -> Result<Self, RegexError> {
        if pattern.len() > MAX_PATTERN_BYTES {
            return Err(RegexError::TooLarge);
        }
        let parsed = parse::parse(pattern)?;
        let configuration = thompson::Config::new()
            .nfa_size_limit(Some(MAX_PROGRAM_BYTES))
            .which_captures(WhichCaptures::All);
        let program: NFA = thompson::Compiler::new()
            .configure(configuration)
            .build_from_hir(&parsed.hir)
            .map_err(|_| RegexError::TooLarge)?;
        let slots = program
            .states()
            .len()
            .saturating_mul(program.group_info().slot_len());
        if slots > MAX_SEARCH_SLOTS {
            return Err(RegexError::TooLarge);
        }
        let machine = PikeVM::new_from_nfa(program).map_err(|_| RegexError::TooLarge)?;
        Ok(Self {
            machine,
            group_names: parsed.group_names,
            pattern_is_empty: pattern.is_empty(),
        })
    }

    pub fn is_match(&self, text: &[u8]) -> bool {
        let subject = Subject::new(text);
        let input = Input::new(subject.text()).earliest(true);
        self.machine
            .is_match(&mut self.machine.create_cache(), input)
    }

    pub fn find<'text>(&self, text: &'text [u8]) -> Option<&'text [u8]> {
        let subject = Subject::new(text);
        let (start, end) = Search::new(self, &subject, 1).at(0)?;
        subject.slice(start, end)
    }

    /// At most `limit` matches that do not overlap; all of them when it is negative.
    pub fn find_all<'text>(&self, text: &'text [u8], limit: i64) -> Vec<&'text [u8]> {
        let subject = Subject::new(text);
        let spans = self.find_spans(&subject, limit);
        spans
            .into_iter()
            .filter_map(|(start, end)| subject.slice(start, end))
            .collect()
    }

    /// Puts the template in place of every match: `$1`, `$name` and `${name}` stand for groups.
    pub fn replace_all(&self, text: &[u8], template: &[u8]) -> SecretBuffer {
        let template = Template::parse(template, &self.group_names);
        let groups = if template.has_groups() {
            self.group_names.len() + 1
        } else {
            1
        };
        self.replace(text, groups, |subject, search, output| {
            template.expand(
                |index| {
                    let (start, end) = search.group(index)?;
                    subject.slice(start, end)
                },
                output,
            );
        })
    }

    pub fn replace_all_literal(&self, text: &[u8], replacement: &[u8]) -> SecretBuffer {
        self.replace(text, 1, |_, _, output| output.push_bytes(replacement))
    }

    /// The texts between matches, at most `limit` when that is positive; the last has the rest.
    pub fn split<'text>(&self, text: &'text [u8], limit: i64) -> Vec<&'text [u8]> {
        if limit == 0 {
            return Vec::new();
        }
        if text.is_empty() && !self.pattern_is_empty {
            return vec![text];
        }
        let subject = Subject::new(text);
        let limit_reached = |count| limit > 0 && i64::try_from(count).is_ok_and(|n| n >= limit - 1);
        let (mut parts, mut part_start, mut match_start) = (Vec::new(), 0, 0);
        for (start, end) in self.find_spans(&subject, limit) {
            if limit_reached(parts.len()) {
                break;
            }
            match_start = start;
            // A match of nothing at the start does not split.
            if end != 0 {
                parts.extend(subject.slice(part_start, start));
            }
            part_start = end;
        }
        if match_start != subject.text().len() {
            parts.extend(subject.slice(part_start, subject.text().len()));
        }
        parts
    }

    fn find_spans(&self, subject: &Subject<'_>, limit: i64) -> Vec<Span> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut search = Search::new(self, subject, 1);
        let mut spans = Vec::new();
        let mut end_before = None;
        let mut position = Some(0);
        while spans.len() < limit
            && let Some(from) = position
            && let Some((start, end)) = search.at(from)
        {
            // Nothing is no match right behind another.
            if end > from || end_before != Some(start) {
                spans.push((start, end));
            }
            position = if end > from {
                Some(end)
            } else {
                subject.next_character(from)
            };
            end_before = Some(end);
        }
        spans
    }

    fn replace(
        &self,
        text: &[u8],
        groups: usize,
        mut write: impl FnMut(&Subject<'_>, &Search<'_>, &mut SecretBuffer),
    ) -> SecretBuffer {
        let subject = Subject::new(text);
        let mut search = Search::new(self, &subject, groups);
        let mut output = SecretBuffer::default();
        let mut copied = 0;
        let mut position = Some(0);
        while let Some(from) = position
            && let Some((start, end)) = search.at(from)
        {
            output.push_bytes(subject.slice(copied, start).unwrap_or_default());
            // Nothing is no match right behind another.
            if end > copied || start == 0 {
                write(&subject, &search, &mut output);
            }
            copied = end;
            position = match subject.next_character(from) {
                Some(next) if next <= end => Some(end),
                next => next,
            };
        }
        output.push_bytes(
            subject
                .slice(copied, subject.text().len())
                .unwrap_or_default(),
        );
        output
    }
}

/// Searches in one subject, which share their memory.
struct Search<'search> {
    machine: &'search PikeVM,
    subject: &'search Subject<'search>,
    cache: Cache,
    slots: Vec<Option<NonMaxUsize>>,
}

impl<'search> Search<'search> {
    fn new(regex: &'search Regex, subject: &'search Subject<'search>, groups: usize) -> Self {
        Self {
            machine: &regex.machine,
            subject,
            cache: regex.machine.create_cache(),
            slots: vec![None; groups * 2],
        }
    }

    /// The first match that starts at `from` or behind it.
    fn at(&mut self, from: usize) -> Option<Span> {
        let input = Input::new(self.subject.text()).range(from..);
        self.machine
            .search_slots(&mut self.cache, &input, &mut self.slots)?;
        self.group(0)
    }

    /// Of the last match.
    fn group(&self, index: usize) -> Option<Span> {
        let start = self.slots.get(index * 2).copied().flatten()?;
        let end = self.slots.get(index * 2 + 1).copied().flatten()?;
        Some((start.get(), end.get()))
    }
}

/// A pattern that matches the text itself.
pub fn quote_meta(text: &[u8]) -> SecretBuffer {
    let mut output = SecretBuffer::default();
    for byte in text {
        if br"\.+*?()|[]{}^$".contains(byte) {
            output.push(b'\\');
        }
        output.push(*byte);
    }
    output
}

impl fmt::Debug for Regex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Regex(..)")
    }
}
