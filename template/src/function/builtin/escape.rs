//! `html`, `js`, `urlquery`: the text of the arguments, made fit for a place.

use vouchsafe_shared::secret::SecretBuffer;

use crate::{
    fault::Fault,
    function::{Arguments, Outcome},
    go::{
        format,
        rune::{Rune, is_print, runes},
    },
    scope::{Budget, Scope},
    value::{Text, Value},
};

const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

pub(super) fn html(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    escape(arguments, &mut scope.budget, |out, text| {
        for byte in text {
            match byte {
                0 => out.push_str("\u{FFFD}"),
                b'"' => out.push_str("&#34;"),
                b'\'' => out.push_str("&#39;"),
                b'&' => out.push_str("&amp;"),
                b'<' => out.push_str("&lt;"),
                b'>' => out.push_str("&gt;"),
                other => out.push(*other),
            }
        }
    })
}

pub(super) fn js(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    escape(arguments, &mut scope.budget, |out, text| {
        for rune in runes(text) {
            push_for_script(out, text, rune);
        }
    })
}

fn push_for_script(out: &mut SecretBuffer, text: &[u8], rune: Rune) {
    match rune.value {
        '\\' => out.push_str("\\\\"),
        '\'' => out.push_str("\\'"),
        '"' => out.push_str("\\\""),
        '<' | '>' | '&' | '=' | '\0'..' ' => push_code(out, u32::from(rune.value)),
        // Go lets DEL through: it looks at control characters below the blank only.
        value if value.is_ascii() || is_print(value) => {
            let own = text.get(rune.offset..rune.offset + rune.width);
            out.push_bytes(own.unwrap_or_default());
        }
        value => push_code(out, u32::from(value)),
    }
}

/// `\u` and four digits, or as many more as it takes.
fn push_code(out: &mut SecretBuffer, code: u32) {
    let length = (8 - code.leading_zeros() / 4).max(4);
    out.push_str("\\u");
    for place in (0..length).rev() {
        push_digit(out, code >> (4 * place));
    }
}

/// The lowest four bits.
fn push_digit(out: &mut SecretBuffer, bits: u32) {
    let digit = usize::try_from(bits & 0xf).ok();
    out.push(
        digit
            .and_then(|digit| DIGITS.get(digit))
            .copied()
            .unwrap_or_default(),
    );
}

pub(super) fn urlquery(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    escape(arguments, &mut scope.budget, |out, text| {
        for byte in text {
            match byte {
                b' ' => out.push(b'+'),
                b'-' | b'_' | b'.' | b'~' => out.push(*byte),
                byte if byte.is_ascii_alphanumeric() => out.push(*byte),
                byte => {
                    out.push(b'%');
                    push_digit(out, u32::from(byte >> 4));
                    push_digit(out, u32::from(*byte));
                }
            }
        }
    })
}

fn escape(
    arguments: &Arguments<'_>,
    budget: &mut Budget,
    write: impl FnOnce(&mut SecretBuffer, &[u8]),
) -> Outcome {
    let text = text(arguments.rest(0), budget)?;
    let mut out = SecretBuffer::default();
    write(&mut out, &text);
    budget.memory(out.len() as u64)?;
    Ok(Value::string(out))
}

/// The arguments printed one after the other, as templates show them.
fn text(values: &[Value], budget: &mut Budget) -> Result<Text, Fault> {
    if let [Value::String(text)] = values {
        return Ok(text.clone());
    }
    let mut out = SecretBuffer::default();
    format::print_shown(&mut out, values, budget)?;
    Ok(Text::from(out))
}
