//! The properties of characters that Go's [`unicode`](https://pkg.go.dev/unicode) tells, of Unicode
//! 15.0 as in Go 1.26: Rust's own tables are of a later version. `generate.go` writes the files.
//!
//! Numbers are little-endian base 128. A table of runs is pairs of a length and a byte for the
//! characters from U+0000 on. A table of a mapping is groups of four numbers: the gap behind the
//! last character, how many characters follow, their step, and by how much they change, the sign
//! in the lowest bit.

use std::{iter, sync::LazyLock};

#[cfg(test)]
mod tests;

const CATEGORIES: &[u8] = include_bytes!("categories.bin");
const SCRIPTS: &[u8] = include_bytes!("scripts.bin");
const SCRIPT_NAMES: &str = include_str!("scripts.txt");
const FOLDS: &[u8] = include_bytes!("folds.bin");
const TITLES: &[u8] = include_bytes!("titles.bin");
const TITLE_EXCEPTIONS: &[u8] = include_bytes!("title_exceptions.bin");
const WORD_CLASSES: &[u8] = include_bytes!("word_classes.bin");

/// In the order of the table.
const CATEGORY_NAMES: [&str; 30] = [
    "Cn", "Cc", "Cf", "Co", "Cs", "Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl", "No",
    "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "So", "Zl", "Zp", "Zs",
];

/// What a character does to the word around it when words get a capital.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordClass {
    Break,
    Cased,
    Continue,
    /// Continues a word, but two in a row end it.
    Middle,
}

/// Every run of characters of one general category, in order.
pub fn category_runs() -> impl Iterator<Item = (u32, u32, &'static str)> {
    runs(CATEGORIES).map(|(first, last, index)| {
        let name = CATEGORY_NAMES
            .get(usize::from(index))
            .copied()
            .unwrap_or_default();
        (first, last, name)
    })
}

pub fn category(character: char) -> &'static str {
    let index = run_value(CATEGORIES, character);
    CATEGORY_NAMES
        .get(usize::from(index))
        .copied()
        .unwrap_or_default()
}

/// The characters of a script; none when Go's patterns know no script of that name.
pub fn script(name: &str) -> Option<impl Iterator<Item = (u32, u32)>> {
    let position = SCRIPT_NAMES.lines().position(|known| known == name)?;
    let wanted = u8::try_from(position + 1).ok()?;
    Some(
        runs(SCRIPTS)
            .filter_map(move |(first, last, index)| (index == wanted).then_some((first, last))),
    )
}

pub fn is_letter(character: char) -> bool {
    category(character).starts_with('L')
}

pub fn is_digit(character: char) -> bool {
    category(character) == "Nd"
}

/// Sorted: patterns ask for many.
static FOLD_PAIRS: LazyLock<Vec<(u32, u32)>> = LazyLock::new(|| {
    let mut pairs: Vec<_> = changes(FOLDS).flat_map(Change::pairs).collect();
    pairs.sort_unstable();
    pairs
});

/// The next character that differs in case only, around in a circle.
pub fn simple_fold(character: u32) -> u32 {
    let position = FOLD_PAIRS.binary_search_by_key(&character, |(from, _)| *from);
    let pair = position.ok().and_then(|position| FOLD_PAIRS.get(position));
    pair.map_or(character, |(_, next)| *next)
}

/// All characters that differ from another in case only, with the next of their circle, in order.
pub fn folds() -> impl Iterator<Item = (u32, u32)> {
    FOLD_PAIRS.iter().copied()
}

/// The title case of one character as one character.
pub fn to_title(character: char) -> char {
    char::from_u32(mapped(TITLES, character.into())).unwrap_or(character)
}

/// The title case of one character where it takes several.
pub fn long_title(character: char) -> Option<&'static [u8]> {
    let mut numbers = TITLE_EXCEPTIONS;
    let mut current = 0;
    while current < u32::from(character) {
        current += number(&mut numbers)?;
        let length = usize::try_from(number(&mut numbers)?).ok()?;
        let (title, rest) = numbers.split_at_checked(length)?;
        if current == u32::from(character) {
            return Some(title);
        }
        numbers = rest;
    }
    None
}

pub fn word_class(character: char) -> WordClass {
    match run_value(WORD_CLASSES, character) {
        1 => WordClass::Cased,
        2 => WordClass::Continue,
        3 => WordClass::Middle,
        _ => WordClass::Break,
    }
}

fn number(table: &mut &[u8]) -> Option<u32> {
    let (mut value, mut shift) = (0_u32, 0_u32);
    loop {
        let (byte, rest) = table.split_first()?;
        *table = rest;
        value |= u32::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
        shift += 7;
    }
}

fn runs(mut table: &'static [u8]) -> impl Iterator<Item = (u32, u32, u8)> {
    let mut next = 0;
    iter::from_fn(move || {
        let first = next;
        next += number(&mut table)?;
        let (value, rest) = table.split_first()?;
        table = rest;
        Some((first, next - 1, *value))
    })
}

fn run_value(table: &'static [u8], character: char) -> u8 {
    runs(table)
        .find(|(_, last, _)| u32::from(character) <= *last)
        .map_or(0, |(_, _, value)| value)
}

#[derive(Clone, Copy)]
struct Change {
    first: u32,
    count: u32,
    step: u32,
    delta: i32,
}

impl Change {
    fn pairs(self) -> impl Iterator<Item = (u32, u32)> {
        (0..self.count).map(move |index| {
            let from = self.first + index * self.step;
            (from, from.wrapping_add_signed(self.delta))
        })
    }

    fn last(self) -> u32 {
        self.first + (self.count.saturating_sub(1)) * self.step
    }
}

fn changes(mut table: &'static [u8]) -> impl Iterator<Item = Change> {
    let mut behind = 0;
    iter::from_fn(move || {
        let first = behind + number(&mut table)?;
        let count = number(&mut table)?;
        let step = number(&mut table)?;
        let zigzag = number(&mut table)?.cast_signed();
        let delta = if zigzag & 1 == 0 {
            zigzag / 2
        } else {
            -(zigzag / 2) - 1
        };
        let change = Change {
            first,
            count,
            step,
            delta,
        };
        behind = change.last();
        Some(change)
    })
}

fn mapped(table: &'static [u8], character: u32) -> u32 {
    changes(table)
        .take_while(|change| change.first <= character)
        .filter(|change| character <= change.last())
        .find(|change| (character - change.first).is_multiple_of(change.step))
        .map_or(character, |change| {
            character.wrapping_add_signed(change.delta)
        })
}
