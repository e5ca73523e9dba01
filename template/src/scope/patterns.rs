//! Patterns that were compiled in this run: a loop asks for the same one again and again, and
//! compiling is what takes the time.

use std::{collections::VecDeque, rc::Rc};

use super::Budget;
use crate::{
    fault::Fault,
    go::regex::{Regex, RegexError},
    value::Text,
};

/// How many are kept.
const MOST: usize = 16;
/// The largest that is kept, in bytes.
const LARGEST: usize = 256 << 10;
/// Bytes of a pattern that are compared for the price of one step.
const BYTES_PER_STEP: usize = 64;

#[derive(Default)]
pub(super) struct Patterns(VecDeque<(Text, Rc<Regex>)>);

impl Patterns {
    /// # Errors
    /// The outer one: the budget is used up.
    pub(super) fn compile(
        &mut self,
        pattern: &[u8],
        budget: &mut Budget,
    ) -> Result<Result<Rc<Regex>, RegexError>, Fault> {
        let steps = 1 + pattern.len() / BYTES_PER_STEP;
        budget.work(u64::try_from(steps).unwrap_or(u64::MAX))?;
        if let Some((_, regex)) = self.0.iter().find(|(known, _)| **known == *pattern) {
            return Ok(Ok(Rc::clone(regex)));
        }
        let regex = match Regex::compile(pattern, budget)? {
            Ok(regex) => Rc::new(regex),
            Err(error) => return Ok(Err(error)),
        };
        if regex.size() <= LARGEST {
            self.0.truncate(MOST - 1);
            self.0.push_front((Text::from(pattern), Rc::clone(&regex)));
        }
        Ok(Ok(regex))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::Limits;

    #[test]
    fn a_pattern_is_paid_for_once() {
        let mut patterns = Patterns::default();
        let mut budget = Budget::new(Limits {
            steps: 40_000,
            ..Limits::default()
        });
        for _ in 0..1_000 {
            patterns
                .compile(br"(?i)^\pL+$", &mut budget)
                .unwrap()
                .unwrap();
        }
        let another = (0..1_000).try_for_each(|number| {
            let pattern = format!(r"(?i)^\pL+{number}$");
            patterns.compile(pattern.as_bytes(), &mut budget).map(drop)
        });
        assert!(another.is_err());
        assert!(patterns.0.len() <= MOST);
    }

    #[test]
    fn what_is_wrong_or_large_is_not_kept() {
        let mut patterns = Patterns::default();
        let mut budget = Budget::new(Limits::default());
        assert!(patterns.compile(b"(", &mut budget).unwrap().is_err());
        assert!(patterns.compile(br"\pL{50}", &mut budget).unwrap().is_ok());
        assert_eq!(patterns.0.len(), 0);
        assert!(patterns.compile(b"a", &mut budget).unwrap().is_ok());
        assert_eq!(patterns.0.len(), 1);
    }
}
