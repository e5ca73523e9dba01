//! Scalars in their styles.

use super::{
    emitter::Emitter,
    scalar::{is_break, is_printable},
};

/// Where a line that goes on is broken at the next blank.
const WIDTH: usize = 80;

const HEXADECIMAL: &[u8; 16] = b"0123456789ABCDEF";

impl Emitter<'_> {
    pub(super) fn plain(&mut self, text: &str, fold: bool) {
        if !self.whitespace {
            self.put(' ');
        }
        let mut after_space = false;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let is_space = character == ' ';
            if is_space
                && fold
                && !after_space
                && self.column > WIDTH
                && characters.peek() != Some(&' ')
            {
                self.start_line();
            } else {
                self.put(character);
                self.indention &= is_space;
            }
            after_space = is_space;
        }
        self.whitespace = false;
        self.indention = false;
    }

    pub(super) fn single_quoted(&mut self, text: &str, fold: bool) {
        self.indicator('\'');
        let (mut after_space, mut after_break) = (false, false);
        let mut characters = text.char_indices().peekable();
        while let Some((offset, character)) = characters.next() {
            if character == ' ' {
                let breaks = fold
                    && !after_space
                    && self.column > WIDTH
                    && offset > 0
                    && characters.peek().is_some_and(|(_, next)| *next != ' ');
                if breaks {
                    self.start_line();
                } else {
                    self.put(' ');
                }
                after_space = true;
            } else if is_break(character) {
                self.write_break(character);
                after_break = true;
            } else {
                if after_break {
                    self.start_line();
                }
                if character == '\'' {
                    self.put('\'');
                }
                self.put(character);
                self.indention = false;
                (after_space, after_break) = (false, false);
            }
        }
        self.closing('\'');
    }

    pub(super) fn double_quoted(&mut self, text: &str, fold: bool) {
        self.indicator('"');
        // The package looks for a byte order mark at the start of the text whichever character it
        // is at, and then escapes them all.
        let escape_all = text.starts_with('\u{FEFF}');
        let mut after_space = false;
        let mut characters = text.char_indices().peekable();
        while let Some((offset, character)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            if escape_all
                || matches!(character, '"' | '\\')
                || is_break(character)
                || !is_printable(character)
            {
                self.escape(character);
                after_space = false;
            } else if character == ' ' {
                if fold && !after_space && self.column > WIDTH && offset > 0 && next.is_some() {
                    self.start_line();
                    if next == Some(' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                after_space = true;
            } else {
                self.put(character);
                after_space = false;
            }
        }
        self.closing('"');
    }

    fn escape(&mut self, character: char) {
        self.put('\\');
        let short = match character {
            '\0' => '0',
            '\x07' => 'a',
            '\x08' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\x0B' => 'v',
            '\x0C' => 'f',
            '\r' => 'r',
            '\x1B' => 'e',
            '"' | '\\' => character,
            '\u{85}' => 'N',
            '\u{A0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => return self.escape_code(character),
        };
        self.put(short);
    }

    fn escape_code(&mut self, character: char) {
        let code = u32::from(character);
        let (letter, digits) = match code {
            0..=0xFF => ('x', 2),
            0x100..=0xFFFF => ('u', 4),
            _ => ('U', 8),
        };
        self.put(letter);
        for place in (0..digits).rev() {
            let digit = (code >> (4 * place)) as usize & 15;
            self.put(HEXADECIMAL.get(digit).copied().map_or('0', char::from));
        }
    }

    pub(super) fn literal(&mut self, text: &str) {
        self.indicator('|');
        if text.starts_with(|first| first == ' ' || is_break(first)) {
            self.closing('2');
        }
        let mut last = text.chars().rev();
        match (last.next(), last.next()) {
            (Some(last), _) if !is_break(last) => self.closing('-'),
            (Some(_), None) => self.closing('+'),
            (Some(_), Some(second_last)) if is_break(second_last) => self.closing('+'),
            _ => {}
        }
        self.line_break();
        self.indention = true;
        self.whitespace = true;
        let mut after_break = true;
        for character in text.chars() {
            if is_break(character) {
                self.write_break(character);
                after_break = true;
            } else {
                if after_break {
                    self.start_line();
                }
                self.put(character);
                self.indention = false;
                after_break = false;
            }
        }
    }

    fn write_break(&mut self, character: char) {
        self.put(character);
        self.column = 0;
        self.indention = true;
    }
}
