//! The template of a replacement. Rules: <https://pkg.go.dev/regexp#Regexp.Expand>.

use vouchsafe_shared::secret::SecretBuffer;

use super::{append, steps};
use crate::{fault::Fault, go::unicode, scope::Budget};

/// Parts of a template that are written for the price of one step.
const PARTS_PER_STEP: usize = 8;

pub(super) struct Template<'template>(Vec<Part<'template>>);

enum Part<'template> {
    Literal(&'template [u8]),
    /// The groups of a name or number; the first of them that matched counts.
    Groups(Vec<usize>),
}

impl<'template> Template<'template> {
    pub(super) fn parse(template: &'template [u8], group_names: &[String]) -> Self {
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some(dollar) = rest.iter().position(|byte| *byte == b'$') {
            let (literal, variable) = rest.split_at(dollar);
            parts.push(Part::Literal(literal));
            let (part, length) = match variable.get(1..).unwrap_or_default() {
                [b'$', ..] => (Part::Literal(b"$".as_slice()), 2),
                behind => match reference(behind) {
                    Some((name, length)) => (Part::Groups(groups(name, group_names)), length + 1),
                    None => (Part::Literal(b"$".as_slice()), 1),
                },
            };
            parts.push(part);
            rest = variable.get(length..).unwrap_or_default();
        }
        parts.push(Part::Literal(rest));
        Self(parts)
    }

    pub(super) fn has_groups(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Groups(_)))
    }

    pub(super) fn expand<'text>(
        &self,
        group: impl Fn(usize) -> Option<&'text [u8]>,
        output: &mut SecretBuffer,
        budget: &mut Budget,
    ) -> Result<(), Fault> {
        budget.work(steps(self.0.len(), PARTS_PER_STEP))?;
        for part in &self.0 {
            match part {
                Part::Literal(literal) => append(output, literal, budget)?,
                Part::Groups(indexes) => {
                    let text = indexes.iter().find_map(|index| group(*index));
                    append(output, text.unwrap_or_default(), budget)?;
                }
            }
        }
        Ok(())
    }
}

/// The name behind a dollar, as long as can be, and its length with the braces around it.
fn reference(text: &[u8]) -> Option<(&str, usize)> {
    let braced = text.strip_prefix(b"{");
    let start = braced.unwrap_or(text);
    let valid = start.utf8_chunks().next()?.valid();
    let belongs = |c: char| c == '_' || unicode::is_letter(c) || unicode::is_digit(c);
    let length = valid
        .find(|character| !belongs(character))
        .unwrap_or(valid.len());
    let name = valid.get(..length).filter(|name| !name.is_empty())?;
    match braced {
        None => Some((name, length)),
        Some(braced) => (braced.get(length) == Some(&b'}')).then_some((name, length + 2)),
    }
}

/// A number without leading zeros is an index, everything else a name.
fn groups(name: &str, group_names: &[String]) -> Vec<usize> {
    let numeric = name.bytes().all(|byte| byte.is_ascii_digit());
    let padded = name.len() > 1 && name.starts_with('0');
    if numeric && !padded && name.len() <= 9 {
        return name.parse().into_iter().collect();
    }
    let named = group_names
        .iter()
        .enumerate()
        .filter(|(_, group_name)| *group_name == name);
    named.map(|(position, _)| position + 1).collect()
}
