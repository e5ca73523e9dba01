//! The order of a map's keys: numbers by size, then text, in which digits count as numbers.

use std::cmp::Ordering;

use crate::{
    go::rune::{is_digit, is_letter, runes},
    value::{Key, Value},
};

/// Sorts entries by key.
///
/// For a few texts with very long numbers the order contradicts itself; the standard library's sort
/// could panic then.
pub(super) fn sort(entries: Vec<(Key, Value)>) -> Vec<(Key, Value)> {
    let mut runs: Vec<Vec<(SortKey, (Key, Value))>> = entries
        .into_iter()
        .map(|entry| vec![(SortKey::new(&entry.0), entry)])
        .collect();
    while runs.len() > 1 {
        let mut merged = Vec::with_capacity(runs.len().div_ceil(2));
        let mut waiting = runs.into_iter();
        while let Some(left) = waiting.next() {
            merged.push(match waiting.next() {
                Some(right) => merge(left, right),
                None => left,
            });
        }
        runs = merged;
    }
    runs.into_iter().flatten().map(|(_, entry)| entry).collect()
}

fn merge<T>(left: Vec<(SortKey, T)>, right: Vec<(SortKey, T)>) -> Vec<(SortKey, T)> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let mut left = left.into_iter().peekable();
    let mut right = right.into_iter().peekable();
    while let (Some((left_key, _)), Some((right_key, _))) = (left.peek(), right.peek()) {
        let next = if right_key.is_less(left_key) {
            right.next()
        } else {
            left.next()
        };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    merged
}

enum SortKey {
    /// Equal numbers of two types stand in the order of Go's kinds.
    Number {
        value: f64,
        kind: u8,
        key: Key,
    },
    Nil,
    Text(zeroize::Zeroizing<Vec<char>>),
}

impl SortKey {
    #[expect(
        clippy::cast_precision_loss,
        reason = "large integers are compared as floating-point numbers first"
    )]
    fn new(key: &Key) -> Self {
        let (value, kind) = match key {
            Key::Nil => return Self::Nil,
            Key::Text(text) => {
                return Self::Text(
                    runes(text)
                        .map(|rune| rune.value)
                        .collect::<Vec<_>>()
                        .into(),
                );
            }
            Key::Bool(value) => (f64::from(u8::from(*value)), 0),
            Key::Int(value) => (*value as f64, 1),
            Key::Uint(value) => (*value as f64, 2),
            Key::Float(value) => (*value, 3),
        };
        Self::Number {
            value,
            kind,
            key: key.clone(),
        }
    }

    fn is_less(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Number { value, kind, key },
                Self::Number {
                    value: other_value,
                    kind: other_kind,
                    key: other_key,
                },
            ) => match value.partial_cmp(other_value) {
                Some(Ordering::Equal) => (kind, key) < (other_kind, other_key),
                Some(ordering) => ordering.is_lt(),
                None => false,
            },
            (Self::Text(left), Self::Text(right)) => is_less(left, right),
            _ => self.rank() < other.rank(),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Number { .. } => 0,
            Self::Nil => 1,
            Self::Text(_) => 2,
        }
    }
}

fn is_less(left: &[char], right: &[char]) -> bool {
    let first_difference = left
        .iter()
        .zip(right)
        .position(|(left, right)| left != right);
    let Some(position) = first_difference else {
        return left.len() < right.len();
    };
    let (before, left) = left.split_at(position);
    let right = right.get(position..).unwrap_or_default();
    let (Some(first), Some(second)) = (left.first(), right.first()) else {
        return false;
    };
    match (is_letter(*first), is_letter(*second)) {
        (true, true) => return first < second,
        (false, false) => {}
        (_, second_is_letter) => return second_is_letter,
    }
    // A zero counts only after another digit of the same number.
    let start = i64::from(
        (*first == '0' || *second == '0')
            && before
                .iter()
                .rev()
                .take_while(|digit| is_digit(**digit))
                .any(|digit| *digit != '0'),
    );
    number(left, start)
        .cmp(&number(right, start))
        .then(first.cmp(second))
        .is_lt()
}

/// The number at the start, and how many digits it has; as in Go it wraps around.
fn number(text: &[char], start: i64) -> (i64, usize) {
    text.iter()
        .take_while(|character| is_digit(**character))
        .fold((start, 0), |(number, count), digit| {
            let digit = i64::from(u32::from(*digit)) - i64::from(u32::from('0'));
            (number.wrapping_mul(10).wrapping_add(digit), count + 1)
        })
}
