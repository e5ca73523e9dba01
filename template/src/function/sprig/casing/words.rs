//! Names cut into words, which are written in lower case with a connector between them.

use vouchsafe_shared::secret::SecretBuffer;

use crate::go::{
    rune::{REPLACEMENT, append_rune, is_letter, is_space, is_upper, runes, to_lower},
    unicode,
};

/// What a piece of a name is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Nothing, or bytes that are no characters.
    Nothing,
    Number,
    /// Capitals, or one capital and the small letters behind it.
    Capitalised,
    Letters,
    Connector,
    Punctuation,
    Other,
}

pub(super) fn is_connector(rune: char) -> bool {
    matches!(rune, '-' | '_') || is_space(rune)
}

/// A letter of a script that has words of several letters.
fn is_alphabetic(rune: char) -> bool {
    is_letter(rune)
        && !matches!(
            rune,
            '\u{3400}'..='\u{4D85}' | '\u{4E00}'..='\u{9FCC}' | '\u{20000}'..='\u{2B81D}'
        )
}

fn is_small(rune: char) -> bool {
    is_alphabetic(rune) && !is_upper(rune)
}

fn is_number(rune: char) -> bool {
    match rune {
        '\0'..='\x7F' => rune.is_ascii_digit(),
        _ => unicode::category(rune).starts_with('N'),
    }
}

fn is_punctuation(rune: char) -> bool {
    match rune {
        '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~' => false,
        '\0'..='\x7F' => rune.is_ascii_punctuation(),
        _ => unicode::category(rune).starts_with('P'),
    }
}

/// The first character of a text and its width, together with the U+FFFD and the bytes that are no
/// characters in front of it. Where nothing else is left, it counts as the character before.
fn next_rune(text: &[u8], before: char) -> (char, usize) {
    let first = runes(text).find(|rune| rune.value != REPLACEMENT);
    first.map_or((before, text.len()), |rune| {
        (rune.value, rune.offset + rune.width)
    })
}

/// How many bytes belong to a word that has been read up to `length`, and the character that ends
/// it, or the last one of it.
fn extend(text: &[u8], mut length: usize, mut last: char, belongs: fn(char) -> bool) -> Extent {
    let mut last_width = 0;
    while let Some(rest @ [_, ..]) = text.get(length..) {
        let (rune, width) = next_rune(rest, last);
        last = rune;
        if !belongs(rune) {
            break;
        }
        length += width;
        last_width = width;
    }
    Extent {
        length,
        last,
        last_width,
    }
}

struct Extent {
    length: usize,
    /// The character that ended the word, or the last one of it at the end of the text.
    last: char,
    /// The width of the last character that was added.
    last_width: usize,
}

/// The kind of the first word of a text, and its length.
fn first_word(text: &[u8]) -> (Kind, usize) {
    let (rune, width) = next_rune(text, REPLACEMENT);
    let while_it = |belongs| extend(text, width, rune, belongs).length;
    match rune {
        REPLACEMENT => (Kind::Nothing, width),
        _ if is_connector(rune) => (Kind::Connector, while_it(is_connector)),
        _ if is_punctuation(rune) => (Kind::Punctuation, while_it(is_punctuation)),
        _ if is_upper(rune) => (Kind::Capitalised, capitalised(text, width, rune)),
        _ if is_alphabetic(rune) => (Kind::Letters, while_it(is_small)),
        _ if is_number(rune) => (Kind::Number, while_it(is_number)),
        _ => (
            Kind::Other,
            while_it(|rune| {
                !(is_connector(rune)
                    || is_alphabetic(rune)
                    || is_number(rune)
                    || is_punctuation(rune))
            }),
        ),
    }
}

/// The last of several capitals belongs to the word behind, if that goes on with small letters.
fn capitalised(text: &[u8], width: usize, first: char) -> usize {
    let Some(rest @ [_, ..]) = text.get(width..) else {
        return width;
    };
    let (second, second_width) = next_rune(rest, first);
    if is_upper(second) {
        let length = width + second_width;
        let capitals = extend(text, length, second, is_upper);
        let last_width = match capitals.last_width {
            0 => second_width,
            last_width => last_width,
        };
        if capitals.length < text.len() && is_alphabetic(capitals.last) {
            return capitals.length - last_width;
        }
        return capitals.length;
    }
    if is_alphabetic(second) {
        return extend(text, width + second_width, second, is_small).length;
    }
    width
}

/// `xstrings.ToSnakeCase` and `xstrings.ToKebabCase`.
pub(super) fn in_lower_case(out: &mut SecretBuffer, text: &[u8], connector: char) {
    let mut name = Name {
        out,
        connector,
        kind: Kind::Nothing,
        word: &[],
        rest: text,
    };
    name.advance();
    while !name.rest.is_empty() {
        name.write_one_and_advance();
    }
    name.write();
}

struct Name<'n> {
    out: &'n mut SecretBuffer,
    connector: char,
    kind: Kind,
    word: &'n [u8],
    rest: &'n [u8],
}

impl Name<'_> {
    fn advance(&mut self) {
        let (kind, length) = first_word(self.rest);
        self.kind = kind;
        (self.word, self.rest) = self
            .rest
            .split_at_checked(length)
            .unwrap_or((self.rest, &[]));
    }

    fn write(&mut self) {
        self.write_word(self.kind, self.word);
    }

    fn write_word(&mut self, kind: Kind, word: &[u8]) {
        if !matches!(kind, Kind::Capitalised | Kind::Connector) {
            return self.out.push_bytes(word);
        }
        for rune in runes(word) {
            let written = match rune.value {
                connector if is_connector(connector) => self.connector,
                rune if is_upper(rune) => to_lower(rune),
                rune => rune,
            };
            append_rune(self.out, written);
        }
    }

    /// Words behind which a connector is missing get one.
    fn connect_unless(&mut self, kinds: &[Kind]) {
        if !kinds.contains(&self.kind) {
            append_rune(self.out, self.connector);
        }
    }

    fn write_letters_and_numbers(&mut self) {
        while matches!(self.kind, Kind::Letters | Kind::Number) {
            self.write();
            self.advance();
        }
    }

    /// Numbers take the small letters behind them along. They belong to the word before when they
    /// stand between it and the next, but not when small letters follow them.
    fn write_one_and_advance(&mut self) {
        let (kind, word) = (self.kind, self.word);
        self.write_word_unless_connector();
        self.advance();
        match kind {
            Kind::Number => {
                self.write_letters_and_numbers();
                self.connect_unless(&[Kind::Nothing, Kind::Punctuation, Kind::Connector]);
            }
            Kind::Connector => self.write_word(kind, word),
            Kind::Punctuation => {}
            _ if self.kind != Kind::Number => {
                self.connect_unless(&[Kind::Connector, Kind::Punctuation]);
            }
            _ if self.rest.is_empty() => {}
            _ => {
                let number = self.word;
                self.advance();
                if self.kind == Kind::Letters {
                    append_rune(self.out, self.connector);
                    self.write_word(Kind::Number, number);
                    self.write_letters_and_numbers();
                    self.connect_unless(&[Kind::Nothing, Kind::Punctuation, Kind::Connector]);
                } else {
                    self.write_word(Kind::Number, number);
                    self.connect_unless(&[Kind::Connector, Kind::Punctuation]);
                }
            }
        }
    }

    fn write_word_unless_connector(&mut self) {
        if self.kind != Kind::Connector {
            self.write();
        }
    }
}
