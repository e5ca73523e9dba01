//! What is written in little languages of its own: formats, layouts, patterns, versions, literals.
//!
//! Input: `kind first NUL second`, the kind being one of the letters below.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vouchsafe_shared::secret::SecretBuffer;
use vouchsafe_template::{
    encode::json::{self, Numbers},
    go::{
        float::FloatSize,
        format,
        number::{parse_float, parse_int, parse_uint},
        quote::{append_quote, append_quote_to_ascii, unquote},
        regex::{Regex, quote_meta},
        semver::{Constraints, Version},
        time::{Duration, Time},
    },
    fault::Fault,
    object::{certificate::Certificate, time},
    scope::{Budget, Limits},
    value::{FloatType, IntType, List, Text, Type, Value},
};

const LIMITS: Limits = Limits { steps: 100_000, memory: 4 << 20, nesting: 250, templates: 1 };

fuzz_target!(|input: &[u8]| {
    let Some((kind, rest)) = input.split_first() else { return };
    let middle = rest.iter().position(|byte| *byte == 0);
    let (first, second) = match middle {
        Some(middle) => (&rest[..middle], &rest[middle + 1..]),
        None => (rest, rest),
    };
    match kind {
        b'p' => printf(first, second),
        b't' => times(first, second),
        b'r' => patterns(first, second),
        b's' => versions(first, second),
        _ => literals(first),
    }
});

/// The format, and values of every kind from the place on that the second part says.
fn printf(pattern: &[u8], second: &[u8]) {
    let mut values = vec![
        Value::string("text"),
        Value::int(-42),
        Value::float(1.5e-7),
        Value::Bool(true),
        Value::Nil,
        Value::string(&b"\xff\x00\xe2\x98\x83\\\"`"[..]),
        Value::Int(IntType::Duration, i64::MIN),
        Value::Number(Text::from("1.50")),
        Value::Float(FloatType::Float64, f64::NAN),
        Value::Int(IntType::Int64, 0x10_FFFF),
        Value::NilInterface,
        Value::list(vec![Value::int(1), Value::Nil, Value::string("x")]),
        Value::strings([Text::from("a"), Text::default()]),
        Value::List(List::nil(Type::Any)),
        time::value(Time::unix(1_700_000_000, 1)),
        Certificate::new(Text::from("c"), Text::from("k"), Text::default(), Vec::new()).into_value(),
        Value::Float(FloatType::Float64, f64::MAX),
    ];
    let start = second.first().map_or(0, |byte| usize::from(*byte)) % values.len();
    values.rotate_left(start);
    for numbers in [Numbers::Literal, Numbers::Float] {
        let decoded = json::decode(second.get(1..).unwrap_or_default(), numbers);
        values.insert(0, decoded.unwrap_or(Value::int(i64::MIN)));
    }
    let mut output = SecretBuffer::default();
    let _ = format::printf(&mut output, pattern, &values, &mut Budget::new(LIMITS));
    assert!(output.len() as u64 <= LIMITS.memory + 1024);
    for one in values {
        let _ = format::value(&mut output, &one, &mut Budget::new(LIMITS));
        let _ = format::printf(&mut output, pattern, &[one], &mut Budget::new(LIMITS));
    }
}

fn times(layout: &[u8], text: &[u8]) {
    for time in [Time::ZERO, Time::unix(1_700_000_000, 120_000_000), Time::unix(i64::MAX, i64::MAX)] {
        let _ = Time::parse(layout, time.format(layout).expose_secret());
    }
    if let Ok(time) = Time::parse(layout, text) {
        for hours in [1, i64::MAX, i64::MIN] {
            let _ = time.add(Duration(hours)).since(&time).to_string();
        }
        time.text();
        time.rfc3339();
        let _ = (time.iso_week(), time.year_day(), time.weekday(), time.unix_nanoseconds());
        time.format(layout);
    }
    if let Ok(duration) = Duration::parse(text) {
        let shown = duration.to_string();
        assert_eq!(Duration::parse(shown.as_bytes()).map(|again| again.0), Ok(duration.0), "{shown}");
        for unit in [0, 1, 60_000_000_000, i64::MAX, i64::MIN, duration.0] {
            let _ = (duration.round(Duration(unit)), duration.truncate(Duration(unit)).abs());
        }
    }
}

fn patterns(pattern: &[u8], text: &[u8]) {
    // Whatever costs too much ends with an error, which says nothing of the answers compared here.
    let _ = search(pattern, text, &mut Budget::new(LIMITS));
}

fn search(pattern: &[u8], text: &[u8], budget: &mut Budget) -> Result<(), Fault> {
    let literal = Regex::compile(quote_meta(pattern).expose_secret(), budget)?;
    if let Ok(literal) = literal
        && std::str::from_utf8(pattern).is_ok()
    {
        assert!(literal.is_match(pattern, budget)?);
    }
    let Ok(regex) = Regex::compile(pattern, budget)? else {
        return Ok(());
    };
    let all = regex.find_all(text, -1, budget)?;
    assert_eq!(regex.is_match(text, budget)?, !all.is_empty());
    assert_eq!(regex.find(text, budget)?, all.first().copied());
    assert!(regex.find_all(text, 2, budget)?.len() <= 2);
    assert!(regex.split(text, 3, budget)?.len() <= 3);
    regex.split(text, -1, budget)?;
    regex.replace_all(text, b"<$1-${name}$$>", budget)?;
    regex.replace_all(text, pattern, budget)?;
    regex.replace_all_literal(text, b"$1", budget)?;
    Ok(())
}

fn versions(constraint: &[u8], version: &[u8]) {
    let constraints = Constraints::parse(constraint);
    for text in [version, b"1.2.3", b"0.0.0-0"] {
        let Ok(version) = Version::parse(text) else { continue };
        let again = Version::parse(version.text().as_bytes()).expect("cannot be read again");
        assert!(again.compare(&version).is_eq());
        if let Ok(constraints) = &constraints {
            constraints.check(&version);
        }
    }
}

/// As in a template's text: strings come back as they went.
fn literals(text: &[u8]) {
    let _ = unquote(text);
    for quote in [append_quote, append_quote_to_ascii] {
        let mut quoted = SecretBuffer::default();
        quote(&mut quoted, text);
        let again = unquote(quoted.expose_secret()).expect("cannot be read again");
        assert!(*again == text, "{again:?}");
    }
    for base in [0, 2, 8, 10, 16, 36] {
        for bits in [0, 8, 64] {
            let _ = (parse_int(text, base, bits), parse_uint(text, base, bits));
        }
    }
    for size in [FloatSize::Single, FloatSize::Double] {
        let _ = parse_float(text, size);
    }
}
