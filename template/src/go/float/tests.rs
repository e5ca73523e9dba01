use proptest::prelude::*;

use super::*;
use crate::go::number::parse_float;

fn format(value: f64, verb: u8, precision: Option<usize>, size: FloatSize) -> String {
    let mut out = SecretBuffer::default();
    let format = FloatFormat::from_verb(verb).unwrap();
    append_float(&mut out, value, format, precision, size);
    String::from_utf8(out.expose_secret().to_vec()).unwrap()
}

#[test]
fn numbers_are_written_as_in_go() {
    let table = include_str!("../../../tests/data/go/format_float.tsv");
    let mut rows = 0;
    for row in table.lines().filter(|row| !row.starts_with('#')) {
        let [bits, verb, precision, size, expected] =
            row.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let value = f64::from_bits(u64::from_str_radix(bits, 16).unwrap());
        let size = if size == "32" {
            FloatSize::Single
        } else {
            FloatSize::Double
        };
        let written = format(value, verb.as_bytes()[0], precision.parse().ok(), size);
        assert_eq!(written, expected, "{row}");
        rows += 1;
    }
    assert!(rows > 300);
}

#[test]
fn precision_beyond_the_exact_value_is_zeros() {
    let zeros = "0".repeat(99_999);
    let written = format(0.5, b'f', Some(100_000), FloatSize::Double);
    assert_eq!(written, format!("0.5{zeros}"));
    let written = format(-2.0, b'e', Some(100_000), FloatSize::Double);
    assert_eq!(written, format!("-2.0{zeros}e+00"));
    let written = format(1.0, b'x', Some(100_000), FloatSize::Double);
    assert_eq!(written, format!("0x1.0{zeros}p+00"));
    let written = format(2.0, b'g', Some(usize::MAX), FloatSize::Double);
    assert_eq!(written, "2");
}

#[test]
fn of_two_equally_near_texts_the_even_one_is_taken() {
    let value = f64::from_bits(0x4310_0000_0000_0001);
    assert_eq!(
        format(value, b'f', Some(2), FloatSize::Double),
        "1125899906842624.25"
    );
    let written = format(value, b'f', None, FloatSize::Double);
    assert_eq!(written, "1125899906842624.2");
    // The one exception of Go 1.26.
    let written = format(1.0 / 4096.0, b'e', None, FloatSize::Single);
    assert_eq!(written, "2.4414063e-04");
}

proptest! {
    #[test]
    fn the_shortest_text_reads_back(value: f64, verb in "[eEfgGxX]") {
        let written = format(value, verb.as_bytes()[0], None, FloatSize::Double);
        prop_assert_eq!(parse_float(written.as_bytes(), FloatSize::Double), Ok(value));
    }

    #[test]
    fn the_shortest_text_of_a_single_reads_back(value: f32, verb in "[eEfgGxX]") {
        let value = f64::from(value);
        let written = format(value, verb.as_bytes()[0], None, FloatSize::Single);
        prop_assert_eq!(parse_float(written.as_bytes(), FloatSize::Single), Ok(value));
    }

    #[test]
    fn any_number_can_be_written(bits: u64, verb in "[beEfgGxX]", precision in 0..2000usize) {
        let value = f64::from_bits(bits);
        for size in [FloatSize::Single, FloatSize::Double] {
            format(value, verb.as_bytes()[0], Some(precision), size);
        }
    }
}
