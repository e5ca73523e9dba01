//! Base64 for bytes that are not text.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{GeneralPurpose, GeneralPurposeConfig},
};
use vouchsafe_shared::secret::SecretBuffer;
use zeroize::Zeroizing;

/// As [`base64.StdEncoding`](https://pkg.go.dev/encoding/base64#pkg-variables) of Go: padding is a
/// must, bits that are left over may be anything.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

pub(super) fn encode(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(ENGINE.encode(bytes))
}

/// Line breaks are skipped.
pub(super) fn decode(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut digits = SecretBuffer::default();
    for part in text.split(|byte| matches!(byte, b'\r' | b'\n')) {
        digits.push_bytes(part);
    }
    ENGINE
        .decode(digits.expose_secret())
        .ok()
        .map(Zeroizing::new)
}
