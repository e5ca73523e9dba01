//! Upper and lower case, and names in the styles of programming languages. The latter follow
//! [xstrings](https://pkg.go.dev/github.com/huandu/xstrings), which cuts words at changes of case,
//! at numbers and at `-`, `_` and blanks, the others
//! [goutils](https://pkg.go.dev/github.com/Masterminds/goutils).

mod words;

use vouchsafe_shared::secret::SecretBuffer;

use self::words::{in_lower_case, is_connector};
use super::{Arguments, Function, Outcome, STRING, large};
use crate::{
    go::{
        rune::{
            append_lower, append_rune, append_upper, is_lower, is_space, is_upper, runes, to_lower,
            to_title, to_upper,
        },
        title::strings_title,
    },
    scope::Scope,
    value::Value,
};

pub(super) const TABLE: &[Function] = &[
    Function::new("sprig_camelcase", STRING, |scope, a| {
        written(scope, a, in_camel_case)
    }),
    Function::new("sprig_initials", STRING, |scope, a| {
        written(scope, a, initials)
    }),
    Function::new("sprig_kebabcase", STRING, |scope, a| {
        written(scope, a, |out, text| in_lower_case(out, text, '-'))
    }),
    Function::new("sprig_lower", STRING, |scope, a| {
        written(scope, a, append_lower)
    }),
    Function::new("sprig_snakecase", STRING, |scope, a| {
        written(scope, a, |out, text| in_lower_case(out, text, '_'))
    }),
    Function::new("sprig_swapcase", STRING, |scope, a| {
        written(scope, a, swapped)
    }),
    Function::new("sprig_title", STRING, |scope, a| {
        written(scope, a, |out, text| *out = strings_title(text))
    }),
    Function::new("sprig_untitle", STRING, |scope, a| {
        written(scope, a, untitled)
    }),
    Function::new("sprig_upper", STRING, |scope, a| {
        written(scope, a, append_upper)
    }),
];

fn written(
    scope: &mut Scope<'_>,
    arguments: &Arguments<'_>,
    write: fn(&mut SecretBuffer, &[u8]),
) -> Outcome {
    let text = arguments.bytes(0);
    scope.budget.work(large(text.len()))?;
    let mut out = SecretBuffer::default();
    write(&mut out, text);
    Ok(Value::String(out.into()))
}

/// The first character of every word in lower case.
fn untitled(out: &mut SecretBuffer, text: &[u8]) {
    let mut at_start = true;
    for rune in runes(text).map(|rune| rune.value) {
        let blank = is_space(rune);
        append_rune(
            out,
            if at_start && !blank {
                to_lower(rune)
            } else {
                rune
            },
        );
        at_start = blank;
    }
}

/// A small letter at the start of a word gets its title case.
fn swapped(out: &mut SecretBuffer, text: &[u8]) {
    let mut at_start = true;
    for rune in runes(text).map(|rune| rune.value) {
        let other = if is_upper(rune) || is_title(rune) {
            to_lower(rune)
        } else if !is_lower(rune) {
            at_start = is_space(rune);
            append_rune(out, rune);
            continue;
        } else if at_start {
            to_title(rune)
        } else {
            to_upper(rune)
        };
        at_start = false;
        append_rune(out, other);
    }
}

/// `unicode.IsTitle`: the letters that are a capital and a small letter in one.
fn is_title(rune: char) -> bool {
    matches!(
        rune,
        'ǅ' | 'ǈ' | 'ǋ' | 'ǲ'
            | '\u{1F88}'..='\u{1F8F}'
            | '\u{1F98}'..='\u{1F9F}'
            | '\u{1FA8}'..='\u{1FAF}'
            | '\u{1FBC}' | '\u{1FCC}' | '\u{1FFC}'
    )
}

/// The first byte of every word, taken for a character of Latin-1.
fn initials(out: &mut SecretBuffer, text: &[u8]) {
    let mut at_start = true;
    for character in text.iter().copied().map(char::from) {
        let blank = is_space(character);
        if at_start && !blank {
            append_rune(out, character);
        }
        at_start = blank;
    }
}

/// `xstrings.ToPascalCase`. A connector stays at the start, at the end, and next to another one;
/// one alone is written twice. A word in capitals only becomes one with a single capital.
fn in_camel_case(out: &mut SecretBuffer, text: &[u8]) {
    let mut rest = runes(text).map(|rune| rune.value).peekable();
    let Some(mut last) = rest.next() else { return };
    while is_connector(last) {
        append_rune(out, last);
        match rest.next() {
            Some(next) => last = next,
            None => return append_rune(out, last),
        }
    }
    let mut in_capitals = is_upper(last);
    last = to_upper(last);
    for rune in rest {
        let mut next = rune;
        match (is_connector(last), is_connector(rune)) {
            (true, true) => append_rune(out, last),
            (true, false) => {
                in_capitals = is_upper(rune);
                next = to_upper(rune);
            }
            (false, _) => {
                in_capitals &= is_upper(rune);
                if in_capitals {
                    next = to_lower(rune);
                }
                append_rune(out, last);
            }
        }
        last = next;
    }
    append_rune(out, last);
}
