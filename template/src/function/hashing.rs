//! Digests in hexadecimal: `sha256Hex`, `md5sum`, `hmacSHA256Hex`.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha2::{Digest, Sha256};

use super::{Arguments, Function, Outcome};
use crate::{
    fault::Fault,
    scope::Scope,
    value::{Type, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function::new("hmacSHA256Hex", &[Type::String, Type::String], hmac_sha256),
    Function::new("md5sum", &[Type::String], |scope, arguments| {
        count(scope, arguments)?;
        Ok(hexadecimal(&Md5::digest(arguments.bytes(0))))
    }),
    Function::new("sha256Hex", &[Type::String], |scope, arguments| {
        count(scope, arguments)?;
        Ok(hexadecimal(&Sha256::digest(arguments.bytes(0))))
    }),
];

/// Bytes digested for the price of one step.
const BYTES_PER_STEP: u64 = 32;

fn count(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Result<(), Fault> {
    let length = u64::try_from(arguments.bytes(0).len()).unwrap_or(u64::MAX);
    scope.budget.work(length / BYTES_PER_STEP)
}

/// The message comes first, the key second.
fn hmac_sha256(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    count(scope, arguments)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(arguments.bytes(1))
        .map_err(|_| Fault::function("the key cannot be used"))?;
    mac.update(arguments.bytes(0));
    Ok(hexadecimal(&mac.finalize().into_bytes()))
}

fn hexadecimal(bytes: &[u8]) -> Value {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or_default();
    let mut text = Vec::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.extend([digit(byte >> 4), digit(byte & 15)]);
    }
    Value::string(text)
}

#[cfg(test)]
mod tests {
    use crate::function::calls::text;

    #[test]
    fn digests_are_those_of_the_published_vectors() {
        assert_eq!(
            text("sha256Hex", &["abc"]),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(text("md5sum", &[""]), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(
            text("hmacSHA256Hex", &["what do ya want for nothing?", "Jefe"]),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn an_empty_key_is_a_key() {
        assert_eq!(
            text("hmacSHA256Hex", &["", ""]),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        );
    }
}
