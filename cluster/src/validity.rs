//! When a certificate begins and ends: just as much of X.509 as that takes.
//!
//! Source: <https://www.rfc-editor.org/rfc/rfc5280#section-4.1>.

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// Context-specific, constructed, number 0.
const EXPLICIT_VERSION: u8 = 0xa0;

/// The time for which a certificate is good, in seconds since the start of 1970.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Validity {
    pub not_before: i64,
    pub not_after: i64,
}

/// Reads it from a certificate in DER; `None` for what is no certificate.
pub fn validity(certificate: &[u8]) -> Option<Validity> {
    let (_, certificate, _) = element(certificate, &[SEQUENCE])?;
    let (_, to_be_signed, _) = element(certificate, &[SEQUENCE])?;
    let rest = match element(to_be_signed, &[EXPLICIT_VERSION]) {
        Some((_, _, rest)) => rest,
        None => to_be_signed,
    };
    let (_, _serial_number, rest) = element(rest, &[INTEGER])?;
    let (_, _signature, rest) = element(rest, &[SEQUENCE])?;
    let (_, _issuer, rest) = element(rest, &[SEQUENCE])?;
    let (_, validity, _) = element(rest, &[SEQUENCE])?;
    let times = [UTC_TIME, GENERALIZED_TIME];
    let (begin_tag, not_before, rest) = element(validity, &times)?;
    let (end_tag, not_after, _) = element(rest, &times)?;
    Some(Validity {
        not_before: time(begin_tag, not_before)?,
        not_after: time(end_tag, not_after)?,
    })
}

/// One element of DER, if it is of one of these kinds: its tag, its content and what follows it.
fn element<'a>(bytes: &'a [u8], tags: &[u8]) -> Option<(u8, &'a [u8], &'a [u8])> {
    let (&tag, rest) = bytes.split_first()?;
    if !tags.contains(&tag) {
        return None;
    }
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        // The number of bytes that hold the length. More than three would be 16 MiB.
        0x81..=0x83 => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = length
                .iter()
                .fold(0, |length, byte| length << 8 | usize::from(*byte));
            (length, rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`, the only forms that a certificate may use.
fn time(tag: u8, text: &[u8]) -> Option<i64> {
    let digits = text.strip_suffix(b"Z")?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |digits: &[u8]| {
        digits
            .iter()
            .fold(0, |number, digit| number * 10 + i64::from(digit - b'0'))
    };
    let (year, rest) = if tag == UTC_TIME {
        let (year, rest) = digits.split_at_checked(2)?;
        let year = number(year);
        (if year < 50 { 2000 + year } else { 1900 + year }, rest)
    } else {
        let (year, rest) = digits.split_at_checked(4)?;
        (number(year), rest)
    };
    if rest.len() != 10 {
        return None;
    }
    let [month, day, hour, minute, second] = [0, 2, 4, 6, 8].map(|at| number(&rest[at..at + 2]));
    let days = days_since_1970(year, month, day);
    Some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// Counts from 1 March, so that the leap day is a year's last.
/// Source: <https://howardhinnant.github.io/date_algorithms.html#days_from_civil>.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn begin_and_end_are_read_from_both_forms_of_time() {
        for (year, month, day, expected) in [
            (2026, 11, 24, 1_795_478_400),
            (2028, 2, 29, 1_835_395_200),
            (2049, 12, 31, 2_524_521_600),
            (2050, 1, 1, 2_524_608_000),
            (4000, 3, 1, 64_065_772_800),
        ] {
            let mut parameters = CertificateParams::new(["vouchsafe".to_owned()]).unwrap();
            parameters.not_before = date_time_ymd(1999, 12, 31);
            parameters.not_after = date_time_ymd(year, month, day);
            let expected_by_rcgen = parameters.not_after.unix_timestamp();
            let key = KeyPair::generate().unwrap();
            let certificate = parameters.self_signed(&key).unwrap();
            let found = Validity {
                not_before: 946_598_400,
                not_after: expected_by_rcgen,
            };
            assert_eq!(validity(certificate.der()), Some(found));
            assert_eq!(expected, expected_by_rcgen);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, text in "[0-9]{0,16}Z?") {
            let _ = validity(&bytes);
            let _ = time(UTC_TIME, text.as_bytes());
            let _ = time(GENERALIZED_TIME, text.as_bytes());
        }
    }
}
