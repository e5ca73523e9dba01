//! `%20` and its kin, with the characters that Go's [`net/url`](https://pkg.go.dev/net/url) leaves
//! alone in each part of a URL.

use vouchsafe_shared::secret::SecretBuffer;

use super::parse::UrlError;

/// A part of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Path,
    Host,
    /// The zone of an IPv6 address.
    Zone,
    User,
    Fragment,
}

impl Place {
    fn allows(self, byte: u8) -> bool {
        let allowed: &[u8] = match self {
            Self::Path => b"$&+,/:;=@",
            Self::Host | Self::Zone => b"!\"$&'()*+,:;<=>[]",
            Self::User => b"$&+,;=",
            Self::Fragment => b"!$&()*+,/:;=?@",
        };
        byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || allowed.contains(&byte)
    }
}

pub(super) fn escape(out: &mut SecretBuffer, text: &[u8], place: Place) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text {
        if place.allows(*byte) {
            out.push(*byte);
            continue;
        }
        out.push(b'%');
        for nibble in [byte >> 4, byte & 15] {
            out.push(DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0'));
        }
    }
}

pub(super) fn unescape(text: &[u8], place: Place) -> Result<SecretBuffer, UrlError> {
    let mut out = SecretBuffer::default();
    let mut rest = text;
    while let Some((byte, behind)) = rest.split_first() {
        let checked = matches!(place, Place::Host | Place::Zone);
        if *byte != b'%' {
            if checked && byte.is_ascii() && !place.allows(*byte) {
                return Err(UrlError::Host);
            }
            out.push(*byte);
            rest = behind;
            continue;
        }
        let (value, behind) = hexadecimal(behind).ok_or(UrlError::Escape)?;
        let percent = value == b'%';
        let misplaced = match place {
            // What could be written as it is must be.
            Place::Host => value.is_ascii() && !percent,
            Place::Zone => !percent && value != b' ' && !Place::Host.allows(value),
            _ => false,
        };
        if misplaced {
            return Err(UrlError::Escape);
        }
        out.push(value);
        rest = behind;
    }
    Ok(out)
}

fn hexadecimal(text: &[u8]) -> Option<(u8, &[u8])> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let [high, low, rest @ ..] = text else {
        return None;
    };
    let value = digit(*high)? << 4 | digit(*low)?;
    Some((u8::try_from(value).ok()?, rest))
}
