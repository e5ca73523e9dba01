//! Integers as text, as Go's [`strconv.AppendInt`](https://pkg.go.dev/strconv#AppendInt) writes
//! them.

use vouchsafe_shared::secret::SecretBuffer;
use zeroize::Zeroizing;

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Base 2 to 36; any other base is taken for the nearest of them.
pub fn append_uint(out: &mut SecretBuffer, value: u64, base: u32) {
    let base = u64::from(base.clamp(2, 36));
    let mut digits = Zeroizing::new([0; u64::BITS as usize]);
    let mut rest = value;
    let mut length = 0;
    for place in digits.iter_mut().rev() {
        let digit = usize::try_from(rest % base).unwrap_or_default();
        *place = DIGITS.get(digit).copied().unwrap_or(b'0');
        rest /= base;
        length += 1;
        if rest == 0 {
            break;
        }
    }
    let start = digits.len() - length;
    out.push_bytes(digits.get(start..).unwrap_or_default());
}

/// Base 2 to 36; any other base is taken for the nearest of them.
pub fn append_int(out: &mut SecretBuffer, value: i64, base: u32) {
    if value < 0 {
        out.push(b'-');
    }
    append_uint(out, value.unsigned_abs(), base);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn int(value: i64, base: u32) -> String {
        let mut out = SecretBuffer::default();
        append_int(&mut out, value, base);
        String::from_utf8(out.expose_secret().to_vec()).unwrap()
    }

    #[test]
    fn integers_are_written_in_any_base() {
        assert_eq!(int(0, 10), "0");
        assert_eq!(int(-255, 16), "-ff");
        assert_eq!(int(35, 36), "z");
        assert_eq!(int(i64::MIN, 10), "-9223372036854775808");
        assert_eq!(int(i64::MIN, 2), format!("-1{}", "0".repeat(63)));
        assert_eq!(int(i64::MAX, 36), "1y2p0ij32e8e7");
        assert_eq!(int(5, 0), "101");
    }

    #[test]
    fn the_largest_unsigned_integer_fits_every_base() {
        let mut out = SecretBuffer::default();
        append_uint(&mut out, u64::MAX, 2);
        out.push(b' ');
        append_uint(&mut out, u64::MAX, 36);
        let expected = format!("{} 3w5e11264sgsf", "1".repeat(64));
        assert_eq!(out.expose_secret(), expected.as_bytes());
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(value: i64, base in 2u32..=36) {
            prop_assert_eq!(i64::from_str_radix(&int(value, base), base).unwrap(), value);
        }
    }
}
