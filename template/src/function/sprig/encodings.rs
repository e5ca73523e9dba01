//! Base64 and Base32, both with padding. Decoding ignores line breaks and never fails: for a text
//! that is no such encoding, the message of Go's error is the result, with the place of the first
//! byte that is wrong.

use vouchsafe_shared::secret::SecretBuffer;
use zeroize::Zeroizing;

use super::{Arguments, Function, Outcome, STRING, large};
use crate::{scope::Scope, value::Value};

pub(super) const TABLE: &[Function] = &[
    Function::new("sprig_b32dec", STRING, |_, a| {
        Ok(decoded("base32", base32(a.bytes(0))))
    }),
    Function::new("sprig_b32enc", STRING, |scope, a| {
        encoded(scope, a, BASE32, 5)
    }),
    Function::new("sprig_b64dec", STRING, |_, a| {
        Ok(decoded("base64", base64(a.bytes(0))))
    }),
    Function::new("sprig_b64enc", STRING, |scope, a| {
        encoded(scope, a, BASE64, 6)
    }),
];

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Where the text stops being an encoding.
struct Corrupt(usize);

fn encoded(
    scope: &mut Scope<'_>,
    arguments: &Arguments<'_>,
    alphabet: &[u8],
    bits: usize,
) -> Outcome {
    // So many bytes make a whole number of letters.
    let group = if bits == 5 { 5 } else { 3 };
    let text = arguments.bytes(0);
    scope.budget.memory(large(text.len()).saturating_mul(2))?;
    let mut out = SecretBuffer::default();
    for bytes in text.chunks(group) {
        let padded = bytes
            .iter()
            .copied()
            .chain(std::iter::repeat(0))
            .take(group);
        let value = padded.fold(0_u64, |value, byte| value << 8 | u64::from(byte));
        let letters = group * 8 / bits;
        let used = (bytes.len() * 8).div_ceil(bits);
        for index in 0..letters {
            let place = value >> (bits * (letters - 1 - index)) & ((1 << bits) - 1);
            let letter = usize::try_from(place)
                .ok()
                .and_then(|place| alphabet.get(place));
            out.push(match letter {
                Some(letter) if index < used => *letter,
                _ => b'=',
            });
        }
    }
    Ok(Value::String(out.into()))
}

fn decoded(encoding: &str, result: Result<SecretBuffer, Corrupt>) -> Value {
    match result {
        Ok(bytes) => Value::String(bytes.into()),
        Err(Corrupt(place)) => {
            Value::string(format!("illegal {encoding} data at input byte {place}"))
        }
    }
}

fn digit(alphabet: &[u8], letter: u8) -> Option<u64> {
    let place = alphabet.iter().position(|other| *other == letter)?;
    u64::try_from(place).ok()
}

/// The bytes that the bits of some letters make; bits that are left over do not count.
fn push_bytes(out: &mut SecretBuffer, mut value: u64, bits: usize) {
    value <<= u64::BITS as usize - bits;
    for byte in value.to_be_bytes().into_iter().take(bits / 8) {
        out.push(byte);
    }
}

fn base64(text: &[u8]) -> Result<SecretBuffer, Corrupt> {
    let mut out = SecretBuffer::default();
    let (mut value, mut letters) = (0, 0);
    let mut rest = text
        .iter()
        .enumerate()
        .filter(|(_, byte)| !matches!(byte, b'\r' | b'\n'));
    while let Some((place, letter)) = rest.next() {
        if let Some(digit) = digit(BASE64, *letter) {
            value = value << 6 | digit;
            letters += 1;
            if letters == 4 {
                push_bytes(&mut out, value, 24);
                (value, letters) = (0, 0);
            }
            continue;
        }
        if *letter != b'=' || letters < 2 {
            return Err(Corrupt(place));
        }
        if letters == 2 {
            match rest.next() {
                Some((_, b'=')) => {}
                Some((place, _)) => return Err(Corrupt(place - 1)),
                None => return Err(Corrupt(text.len())),
            }
        }
        if let Some((place, _)) = rest.next() {
            return Err(Corrupt(place));
        }
        push_bytes(&mut out, value, letters * 6);
        return Ok(out);
    }
    // Go counts back from the end, line breaks or not.
    if letters > 0 {
        return Err(Corrupt(text.len() - letters));
    }
    Ok(out)
}

fn base32(text: &[u8]) -> Result<SecretBuffer, Corrupt> {
    let text: Zeroizing<Vec<u8>> = Zeroizing::new(
        text.iter()
            .copied()
            .filter(|byte| !matches!(byte, b'\r' | b'\n'))
            .collect(),
    );
    let mut out = SecretBuffer::default();
    let (mut value, mut letters) = (0, 0);
    for (place, letter) in text.iter().enumerate() {
        let behind = text.get(place + 1..).unwrap_or_default();
        if *letter == b'=' && letters >= 2 && behind.len() < 8 {
            check_padding(&text, place, letters, behind)?;
            push_bytes(&mut out, value, letters * 5);
            return Ok(out);
        }
        value = value << 5 | digit(BASE32, *letter).ok_or(Corrupt(place))?;
        letters += 1;
        if letters == 8 {
            push_bytes(&mut out, value, 40);
            (value, letters) = (0, 0);
        }
    }
    if letters > 0 {
        return Err(Corrupt(text.len() - letters));
    }
    Ok(out)
}

/// Whether the group is filled up, and could end where it does.
fn check_padding(text: &[u8], place: usize, letters: usize, behind: &[u8]) -> Result<(), Corrupt> {
    let missing = 7 - letters;
    if behind.len() < missing {
        return Err(Corrupt(text.len()));
    }
    if let Some(wrong) = behind.iter().take(missing).position(|byte| *byte != b'=') {
        return Err(Corrupt(place + wrong));
    }
    if matches!(letters, 3 | 6) {
        return Err(Corrupt(place));
    }
    Ok(())
}
