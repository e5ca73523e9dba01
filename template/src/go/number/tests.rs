use proptest::prelude::*;

use super::*;
use crate::go::float::FloatSize;

fn rows<const COLUMNS: usize>(
    table: &'static str,
) -> impl Iterator<Item = [&'static str; COLUMNS]> {
    table
        .lines()
        .filter(|row| !row.starts_with('#'))
        .map(|row| {
            let mut columns = row.split('\t');
            std::array::from_fn(|_| columns.next().unwrap_or_default())
        })
}

fn bits(value: f64) -> String {
    if value.is_nan() {
        "nan".to_owned()
    } else {
        format!("{:x}", value.to_bits())
    }
}

#[test]
fn floats_are_read_as_in_go() {
    for [text, size, expected] in rows(include_str!("../../../tests/data/go/parse_float.tsv")) {
        let size = if size == "32" {
            FloatSize::Single
        } else {
            FloatSize::Double
        };
        let read = match parse_float(text.as_bytes(), size) {
            Ok(value) => bits(value),
            Err(NumberError::Syntax) => "syntax".to_owned(),
            Err(NumberError::Range(value)) => format!("range {}", bits(value)),
        };
        assert_eq!(read, expected, "{text}");
    }
}

#[test]
fn constants_are_every_type_that_holds_them() {
    for [text, kind, int, uint, float, complex] in
        rows(include_str!("../../../tests/data/go/constant.tsv"))
    {
        let kind = match kind {
            "c" => ConstantKind::Character,
            "x" => ConstantKind::Complex,
            _ => ConstantKind::Number,
        };
        let column = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        let read = match parse_constant(text.as_bytes(), kind) {
            Ok(constant) => [
                column(constant.int.map(|int| int.to_string())),
                column(constant.uint.map(|uint| uint.to_string())),
                column(constant.float.map(bits)),
                column(
                    constant
                        .complex
                        .map(|(real, imaginary)| format!("{}+{}", bits(real), bits(imaginary))),
                ),
            ],
            Err(error) => {
                let name = match error {
                    InvalidConstant::MalformedCharacter => "malformed",
                    InvalidConstant::IntegerOverflow => "overflow",
                    InvalidConstant::IllegalNumber => "illegal",
                    InvalidConstant::Syntax | InvalidConstant::OutOfRange => "error",
                };
                [name, "", "", ""].map(str::to_owned)
            }
        };
        assert_eq!(read, [int, uint, float, complex], "{text}");
    }
}

#[test]
fn exponents_are_counted_up_to_five_digits() {
    let zeros = "0".repeat(20_000);
    let double = |text: String| parse_float(text.as_bytes(), FloatSize::Double);
    assert_eq!(double(format!("0.{zeros}1e20001")), Ok(1.0));
    assert_eq!(
        double(format!("1e{zeros}999999999999999999")),
        Err(NumberError::Range(f64::INFINITY))
    );
    assert_eq!(double(format!("0.{zeros}1e-99999999999")), Ok(0.0));
    let many = "0".repeat(200_000);
    assert_eq!(double(format!("0.{many}1e200001")), Ok(0.0));
}

#[test]
fn the_prefix_tells_the_base_only_when_none_is_given() {
    for (text, value) in [
        ("0x1F", 31),
        ("0b101", 5),
        ("0o17", 15),
        ("017", 15),
        ("0_7", 7),
        ("0x_ff", 255),
        ("-1_000", -1000),
        ("+5", 5),
    ] {
        assert_eq!(parse_int(text.as_bytes(), 0, 64), Ok(value), "{text}");
    }
    assert_eq!(parse_int(b"017", 10, 64), Ok(17));
    assert_eq!(parse_int(b"zZ", 36, 64), Ok(35 * 36 + 35));
    for text in [
        "", "+", "0x", "0b", "08", "1__0", "_1", "1_", "++1", "0x+1", " 1", "1.0",
    ] {
        assert_eq!(
            parse_int(text.as_bytes(), 0, 64),
            Err(NumberError::Syntax),
            "{text}"
        );
    }
    for text in ["1_000", "0x1", "9_"] {
        assert_eq!(
            parse_int(text.as_bytes(), 10, 64),
            Err(NumberError::Syntax),
            "{text}"
        );
    }
    assert_eq!(parse_uint(b"+1", 10, 64), Err(NumberError::Syntax));
    assert_eq!(parse_uint(b"1", 1, 64), Err(NumberError::Syntax));
    assert_eq!(parse_uint(b"1", 10, 65), Err(NumberError::Syntax));
}

#[test]
fn out_of_range_gives_the_nearest_integer() {
    assert_eq!(parse_int(b"128", 10, 8), Err(NumberError::Range(127)));
    assert_eq!(parse_int(b"-129", 10, 8), Err(NumberError::Range(-128)));
    assert_eq!(parse_int(b"-128", 10, 8), Ok(-128));
    assert_eq!(
        parse_int(b"9223372036854775808", 10, 64),
        Err(NumberError::Range(i64::MAX))
    );
    assert_eq!(parse_int(b"-9223372036854775808", 10, 0), Ok(i64::MIN));
    assert_eq!(
        parse_int(b"-99999999999999999999", 10, 0),
        Err(NumberError::Range(i64::MIN))
    );
    assert_eq!(parse_uint(b"18446744073709551615", 10, 64), Ok(u64::MAX));
    assert_eq!(
        parse_uint(b"18446744073709551616", 10, 64),
        Err(NumberError::Range(u64::MAX))
    );
    // The range is left before the wrong digit is met.
    assert_eq!(parse_uint(b"256z", 10, 8), Err(NumberError::Range(255)));
}

#[test]
fn truth_has_six_spellings_each() {
    assert_eq!(parse_bool(b"True"), Some(true));
    assert_eq!(parse_bool(b"0"), Some(false));
    for text in ["", "tRUE", "yes", "on", "2", " true"] {
        assert_eq!(parse_bool(text.as_bytes()), None, "{text}");
    }
}

proptest! {
    #[test]
    fn integers_read_back(value: i64) {
        prop_assert_eq!(parse_int(value.to_string().as_bytes(), 0, 64), Ok(value));
        prop_assert_eq!(parse_int(value.to_string().as_bytes(), 10, 64), Ok(value));
    }

    #[test]
    fn no_text_is_too_strange_to_read(text: Vec<u8>, almost in "[-+0-9a-fxXpPeEi._']{0,12}") {
        for text in [text.as_slice(), almost.as_bytes()] {
            let _ = (parse_int(text, 0, 64), parse_uint(text, 16, 8));
            let _ = parse_float(text, FloatSize::Single);
            for kind in [ConstantKind::Character, ConstantKind::Complex, ConstantKind::Number] {
                let _ = parse_constant(text, kind);
            }
        }
    }
}
