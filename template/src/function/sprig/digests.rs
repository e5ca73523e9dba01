//! Digests of texts, in hexadecimal, and the checksum Adler-32, in decimal.

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::{Arguments, BYTES_PER_STEP, Function, Outcome, STRING, large};
use crate::{scope::Scope, value::Value};

pub(super) const TABLE: &[Function] = &[
    Function::new("sprig_adler32sum", STRING, adler32),
    Function::new("sprig_sha1sum", STRING, digest::<Sha1>),
    Function::new("sprig_sha256sum", STRING, digest::<Sha256>),
    Function::new("sprig_sha512sum", STRING, digest::<Sha512>),
];

fn digest<D: Digest>(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let text = arguments.bytes(0);
    scope.budget.work(large(text.len() / BYTES_PER_STEP))?;
    let digest = D::digest(text);
    let nibbles = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits = nibbles.map(|nibble| DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0'));
    Ok(Value::string(digits.collect::<Vec<u8>>()))
}

fn adler32(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    const PRIME: u32 = 65_521;
    let text = arguments.bytes(0);
    scope.budget.work(large(text.len() / BYTES_PER_STEP))?;
    let (low, high) = text.iter().fold((1, 0), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % PRIME;
        (low, (high + low) % PRIME)
    });
    Ok(Value::string((high << 16 | low).to_string()))
}
