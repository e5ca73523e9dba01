//! Words of a POSIX shell.

use vouchsafe_shared::secret::SecretBuffer;

use crate::fault::Fault;

/// The text as one word that no shell changes: as it is if it consists of harmless characters,
/// between single quotes otherwise.
///
/// # Errors
/// The text has a NUL, which no shell can pass on.
pub fn quote(text: &[u8]) -> Result<SecretBuffer, Fault> {
    if text.contains(&0) {
        return Err(Fault::function(
            "a word of a shell cannot hold a NUL: encode the text first, for example with base64Encode",
        ));
    }
    let mut out = SecretBuffer::default();
    if !text.is_empty() && text.iter().all(|byte| is_harmless(*byte)) {
        out.push_bytes(text);
    } else {
        push_quoted(&mut out, text);
    }
    Ok(out)
}

/// Between single quotes; a single quote itself stands between double quotes.
pub(super) fn push_quoted(out: &mut SecretBuffer, text: &[u8]) {
    out.push(b'\'');
    for (index, part) in text.split(|byte| *byte == b'\'').enumerate() {
        if index > 0 {
            out.push_str("'\"'\"'");
        }
        out.push_bytes(part);
    }
    out.push(b'\'');
}

fn is_harmless(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_@%+:,./-".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> String {
        let out = quote(text.as_bytes()).unwrap();
        String::from_utf8(out.expose_secret().to_vec()).unwrap()
    }

    #[test]
    fn harmless_words_stay_bare() {
        assert_eq!(
            quoted("user@host:/srv/a-b_c.txt"),
            "user@host:/srv/a-b_c.txt"
        );
        assert_eq!(quoted("100%,5+1"), "100%,5+1");
    }

    #[test]
    fn all_else_stands_between_quotes() {
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("two words"), "'two words'");
        assert_eq!(quoted("NAME=x"), "'NAME=x'");
        assert_eq!(quoted("~"), "'~'");
        assert_eq!(quoted("$(rm -rf /)`x`\n\\"), "'$(rm -rf /)`x`\n\\'");
        assert_eq!(quoted("é"), "'é'");
        assert_eq!(quoted("it's"), "'it'\"'\"'s'");
    }

    #[test]
    fn a_nul_is_refused() {
        assert!(quote(b"a\0b").is_err());
    }
}
