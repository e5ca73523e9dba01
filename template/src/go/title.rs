//! Words with a capital at the start: Go's `strings.Title`, and the `cases.Title` of
//! <https://pkg.go.dev/golang.org/x/text/cases> that leaves the rest of a word as it is.

#[cfg(test)]
mod tests;

use vouchsafe_shared::secret::SecretBuffer;

use super::unicode::{self, WordClass};

/// Every letter behind a separator gets its title case: `o'neil` becomes `O'Neil`. Bytes that are
/// part of no character become U+FFFD.
pub fn strings_title(text: &[u8]) -> SecretBuffer {
    let mut output = SecretBuffer::default();
    let mut before = ' ';
    for_each_character(text, |character| {
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        let shown = if is_separator(before) {
            unicode::to_title(character)
        } else {
            character
        };
        push(shown, &mut output);
        before = character;
    });
    output
}

/// The first cased character of every word gets its title case: `o'neil` becomes `O'neil`. Bytes
/// that are part of no character stay as they are and end a word.
pub fn cases_title(text: &[u8]) -> SecretBuffer {
    let mut output = SecretBuffer::default();
    let mut inside_word = false;
    let mut behind_middle = false;
    for_each_character(text, |character| {
        let class = character.map_or(WordClass::Break, unicode::word_class);
        let is_middle = class == WordClass::Middle;
        if behind_middle && is_middle {
            inside_word = false;
        }
        match character {
            Ok(character) if class == WordClass::Cased && !inside_word => {
                match unicode::long_title(character) {
                    Some(title) => output.push_bytes(title),
                    None => push(unicode::to_title(character), &mut output),
                }
                inside_word = true;
            }
            Ok(character) => push(character, &mut output),
            Err(byte) => output.push(byte),
        }
        if class == WordClass::Break {
            inside_word = false;
        }
        behind_middle = is_middle;
    });
    output
}

fn push(character: char, output: &mut SecretBuffer) {
    output.push_str(character.encode_utf8(&mut [0; 4]));
}

fn for_each_character(text: &[u8], mut visit: impl FnMut(Result<char, u8>)) {
    for chunk in text.utf8_chunks() {
        chunk
            .valid()
            .chars()
            .for_each(|character| visit(Ok(character)));
        chunk.invalid().iter().for_each(|byte| visit(Err(*byte)));
    }
}

/// Beyond ASCII, only spaces separate.
fn is_separator(character: char) -> bool {
    if character.is_ascii() {
        return !character.is_ascii_alphanumeric() && character != '_';
    }
    matches!(
        character,
        '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}
