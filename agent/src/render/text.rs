use base64::{Engine, engine::general_purpose::STANDARD};
use vouchsafe_shared::secret::SecretBuffer;
use zeroize::Zeroizing;

/// Standard base64 with padding.
pub(super) fn push_base64(buffer: &mut SecretBuffer, bytes: &[u8]) {
    // Piece by piece through one wiped buffer: a `String` would leave copies behind as it grows.
    const PIECE: usize = 3 * 64;
    let mut encoded = Zeroizing::new([0; PIECE / 3 * 4]);
    for piece in bytes.chunks(PIECE) {
        #[expect(
            clippy::expect_used,
            reason = "every 3 bytes, or the last 1 or 2, become 4 characters"
        )]
        let length = STANDARD
            .encode_slice(piece, &mut *encoded)
            .expect("a piece fits its buffer");
        buffer.push_bytes(&encoded[..length]);
    }
}

/// The last `digits` hexadecimal digits of a number, upper case.
pub(super) fn push_hex(buffer: &mut SecretBuffer, number: u32, digits: u32) {
    for digit in (0..digits).rev() {
        let nibble = usize::try_from(number >> (4 * digit) & 0xF).unwrap_or_default();
        buffer.push(b"0123456789ABCDEF"[nibble]);
    }
}

pub(super) fn push_char(buffer: &mut SecretBuffer, character: char) {
    let mut encoded = Zeroizing::new([0; 4]);
    buffer.push_str(character.encode_utf8(&mut *encoded));
}

pub(super) fn bool_text(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}
