//! Go's [`regexp`](https://pkg.go.dev/regexp): patterns are read by Go's rules, compiled by Rust's
//! `regex` crate into programs that prefer among matches as Go does, and run by a
//! [machine] of our own, which tells the budget of every step.

mod class;
mod error;
mod escape;
mod expand;
mod group;
mod machine;
mod parse;
mod program;
mod set;
mod subject;
mod work;

#[cfg(test)]
mod tests;

use std::fmt;

use vouchsafe_shared::secret::SecretBuffer;

pub use self::error::RegexError;
use self::{expand::Template, machine::Machine, program::Program, subject::Subject, work::Work};
use crate::{fault::Fault, scope::Budget};

/// Go has no bound, but its parser is not slowed down by case folding.
const MAX_PATTERN_BYTES: usize = 256 << 10;
/// What of a compiled pattern is made in about a tenth of a microsecond, the price of a step.
const PROGRAM_BYTES_PER_STEP: usize = 8;
/// So are the sets of a pattern, range by range.
const RANGES_PER_STEP: usize = 8;
/// A text is looked through for bytes that are no UTF-8.
const TEXT_BYTES_PER_STEP: usize = 64;

/// A compiled pattern.
pub struct Regex {
    program: Program,
    /// Of every group but the whole match; empty for a group without a name.
    group_names: Vec<String>,
    pattern_is_empty: bool,
}

/// Where a match and its groups are in the subject.
type Span = (usize, usize);

impl Regex {
    pub fn new(pattern: &[u8]) -> Result<Self, RegexError> {
        Self::with_work(pattern, &mut Work::default())
    }

    fn with_work(pattern: &[u8], work: &mut Work) -> Result<Self, RegexError> {
        if pattern.len() > MAX_PATTERN_BYTES {
            return Err(RegexError::TooLarge);
        }
        let parsed = parse::parse(pattern, work)?;
        Ok(Self {
            program: Program::new(&parsed.hir)?,
            group_names: parsed.group_names,
            pattern_is_empty: pattern.is_empty(),
        })
    }

    /// The same, counted.
    ///
    /// # Errors
    /// The outer one: the budget is used up.
    pub fn compile(pattern: &[u8], budget: &mut Budget) -> Result<Result<Self, RegexError>, Fault> {
        budget.work(steps(pattern.len(), 1))?;
        let mut work = Work::default();
        let compiled = Self::with_work(pattern, &mut work);
        budget.work(steps(work.done(), RANGES_PER_STEP))?;
        let size = match &compiled {
            Ok(regex) => regex.size(),
            Err(RegexError::TooLarge) => program::MAX_PROGRAM_BYTES,
            Err(_) => 0,
        };
        budget.work(steps(size, PROGRAM_BYTES_PER_STEP))?;
        Ok(compiled)
    }

    /// What it takes to keep, in bytes.
    pub fn size(&self) -> usize {
        self.program.size()
    }

    pub fn is_match(&self, text: &[u8], budget: &mut Budget) -> Result<bool, Fault> {
        let subject = subject(text, budget)?;
        Machine::new(&self.program, 0, budget)?.search(subject.text(), 0, budget)
    }

    pub fn find<'text>(
        &self,
        text: &'text [u8],
        budget: &mut Budget,
    ) -> Result<Option<&'text [u8]>, Fault> {
        Ok(self.find_all(text, 1, budget)?.first().copied())
    }

    /// At most `limit` matches that do not overlap; all of them when it is negative.
    pub fn find_all<'text>(
        &self,
        text: &'text [u8],
        limit: i64,
        budget: &mut Budget,
    ) -> Result<Vec<&'text [u8]>, Fault> {
        let subject = subject(text, budget)?;
        let spans = self.find_spans(&subject, limit, budget)?;
        Ok(spans
            .into_iter()
            .filter_map(|(start, end)| subject.slice(start, end))
            .collect())
    }

    /// Puts the template in place of every match: `$1`, `$name` and `${name}` stand for groups.
    pub fn replace_all(
        &self,
        text: &[u8],
        template: &[u8],
        budget: &mut Budget,
    ) -> Result<SecretBuffer, Fault> {
        // Names are looked through letter by letter, and compared with those of all groups.
        let names = self.group_names.len() + 1;
        let names_work = if template.contains(&b'$') {
            8 + names / 16
        } else {
            1
        };
        budget.work(steps(template.len().saturating_mul(names_work), 1))?;
        let template = Template::parse(template, &self.group_names);
        let groups = if template.has_groups() { names } else { 1 };
        self.replace(text, groups, budget, |subject, machine, output, budget| {
            template.expand(
                |index| {
                    let (start, end) = machine.group(index)?;
                    subject.slice(start, end)
                },
                output,
                budget,
            )
        })
    }

    pub fn replace_all_literal(
        &self,
        text: &[u8],
        replacement: &[u8],
        budget: &mut Budget,
    ) -> Result<SecretBuffer, Fault> {
        self.replace(text, 1, budget, |_, _, output, budget| {
            append(output, replacement, budget)
        })
    }

    /// The texts between matches, at most `limit` when that is positive; the last has the rest.
    pub fn split<'text>(
        &self,
        text: &'text [u8],
        limit: i64,
        budget: &mut Budget,
    ) -> Result<Vec<&'text [u8]>, Fault> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        if text.is_empty() && !self.pattern_is_empty {
            return Ok(vec![text]);
        }
        let subject = subject(text, budget)?;
        let limit_reached = |count| limit > 0 && i64::try_from(count).is_ok_and(|n| n >= limit - 1);
        let (mut parts, mut part_start, mut match_start) = (Vec::new(), 0, 0);
        for (start, end) in self.find_spans(&subject, limit, budget)? {
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
        Ok(parts)
    }

    fn find_spans(
        &self,
        subject: &Subject<'_>,
        limit: i64,
        budget: &mut Budget,
    ) -> Result<Vec<Span>, Fault> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut machine = Machine::new(&self.program, 1, budget)?;
        let mut spans = Vec::new();
        let mut end_before = None;
        let mut position = Some(0);
        while spans.len() < limit
            && let Some(from) = position
            && machine.search(subject.text(), from, budget)?
            && let Some((start, end)) = machine.group(0)
        {
            // Nothing is no match right behind another.
            if end > from || end_before != Some(start) {
                budget.memory(size_of::<Span>() as u64)?;
                spans.push((start, end));
            }
            position = if end > from {
                Some(end)
            } else {
                subject.next_character(from)
            };
            end_before = Some(end);
        }
        Ok(spans)
    }

    fn replace(
        &self,
        text: &[u8],
        groups: usize,
        budget: &mut Budget,
        mut write: impl FnMut(
            &Subject<'_>,
            &Machine<'_>,
            &mut SecretBuffer,
            &mut Budget,
        ) -> Result<(), Fault>,
    ) -> Result<SecretBuffer, Fault> {
        let subject = subject(text, budget)?;
        let mut machine = Machine::new(&self.program, groups, budget)?;
        let mut output = SecretBuffer::default();
        let mut copied = 0;
        let mut position = Some(0);
        while let Some(from) = position
            && machine.search(subject.text(), from, budget)?
            && let Some((start, end)) = machine.group(0)
        {
            let before = subject.slice(copied, start).unwrap_or_default();
            append(&mut output, before, budget)?;
            // Nothing is no match right behind another.
            if end > copied || start == 0 {
                write(&subject, &machine, &mut output, budget)?;
            }
            copied = end;
            position = match subject.next_character(from) {
                Some(next) if next <= end => Some(end),
                next => next,
            };
        }
        let rest = subject.slice(copied, subject.text().len());
        append(&mut output, rest.unwrap_or_default(), budget)?;
        Ok(output)
    }
}

fn subject<'text>(text: &'text [u8], budget: &mut Budget) -> Result<Subject<'text>, Fault> {
    budget.work(steps(text.len(), TEXT_BYTES_PER_STEP))?;
    Ok(Subject::new(text))
}

fn append(output: &mut SecretBuffer, bytes: &[u8], budget: &mut Budget) -> Result<(), Fault> {
    budget.memory(bytes.len() as u64)?;
    output.push_bytes(bytes);
    Ok(())
}

fn steps(size: usize, size_of_step: usize) -> u64 {
    u64::try_from(size / size_of_step).unwrap_or(u64::MAX)
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
