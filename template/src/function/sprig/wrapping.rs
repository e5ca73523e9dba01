//! Line breaks at blanks, where lines get too long, as
//! [goutils](https://pkg.go.dev/github.com/Masterminds/goutils) sets them. Lengths are in bytes.

use vouchsafe_shared::secret::SecretBuffer;

use super::{Function, INT_AND_STRING, Outcome, large};
use crate::{
    scope::Scope,
    value::{Type, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function::new("sprig_wrap", INT_AND_STRING, |scope, a| {
        wrapped(scope, a.bytes(1), a.int(0), b"", LongWords::Stay)
    }),
    Function::new(
        "sprig_wrapWith",
        &[Type::INT, Type::String, Type::String],
        |scope, a| wrapped(scope, a.bytes(2), a.int(0), a.bytes(1), LongWords::Break),
    ),
];

#[derive(Clone, Copy)]
enum LongWords {
    Stay,
    Break,
}

fn wrapped(
    scope: &mut Scope<'_>,
    text: &[u8],
    width: i64,
    line_break: &[u8],
    long_words: LongWords,
) -> Outcome {
    let line_break = if line_break.is_empty() {
        b"\n"
    } else {
        line_break
    };
    let width = usize::try_from(width).unwrap_or_default().max(1);
    let mut lines = Vec::new();
    let mut rest = text;
    while rest.len() > width {
        if let Some(behind) = rest.strip_prefix(b" ") {
            rest = behind;
            continue;
        }
        let Some((length, skipped)) = first_line(rest, width, long_words) else {
            break;
        };
        scope.budget.work(1)?;
        let (line, behind) = rest.split_at_checked(length).unwrap_or((rest, b""));
        lines.push(line);
        rest = behind.get(skipped..).unwrap_or_default();
    }
    let breaks = large(lines.len()).saturating_mul(large(line_break.len()));
    scope
        .budget
        .memory(breaks.saturating_add(large(text.len())))?;
    let mut out = SecretBuffer::default();
    for line in lines {
        out.push_bytes(line);
        out.push_bytes(line_break);
    }
    out.push_bytes(rest);
    Ok(Value::String(out.into()))
}

/// The length of a line and of the blank behind it; none when there is no place to break.
fn first_line(text: &[u8], width: usize, long_words: LongWords) -> Option<(usize, usize)> {
    let is_blank = |byte: &u8| *byte == b' ';
    let last_blank = text.get(..=width)?.iter().rposition(is_blank);
    match (last_blank, long_words) {
        (Some(blank), _) => Some((blank, 1)),
        (None, LongWords::Break) => Some((width, 0)),
        (None, LongWords::Stay) => {
            let blank = text.get(width..)?.iter().position(is_blank)?;
            Some((width + blank, 1))
        }
    }
}
