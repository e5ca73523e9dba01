//! In which styles a text can be written.

/// What the characters of a text allow outside of flow collections.
#[expect(
    clippy::struct_excessive_bools,
    reason = "what a text allows is as many independent answers"
)]
#[derive(Clone, Copy, Debug)]
pub(super) struct Analysis {
    pub(super) has_breaks: bool,
    pub(super) plain: bool,
    pub(super) single_quoted: bool,
    pub(super) literal: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Space,
    Break,
    Other,
}

impl Kind {
    fn of(character: char) -> Self {
        match character {
            ' ' => Self::Space,
            character if is_break(character) => Self::Break,
            _ => Self::Other,
        }
    }
}

impl Analysis {
    pub(super) fn of(text: &str) -> Self {
        let mut has_indicators = text.starts_with("---") || text.starts_with("...");
        let (mut has_breaks, mut has_special) = (false, false);
        let (mut space_after_break, mut break_after_space) = (false, false);
        let mut previous = None;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let blank_follows = matches!(characters.peek(), None | Some(' ' | '\t'));
            has_indicators |= is_indicator(character, previous, blank_follows);
            has_special |= !is_printable(character);
            let kind = Kind::of(character);
            has_breaks |= kind == Kind::Break;
            match (previous.map(Kind::of), kind) {
                (Some(Kind::Break), Kind::Space) => space_after_break = true,
                (Some(Kind::Space), Kind::Break) => break_after_space = true,
                _ => {}
            }
            previous = Some(character);
        }
        let edge = |character: Option<char>| character.map_or(Kind::Other, Kind::of);
        let (first, last) = (edge(text.chars().next()), edge(previous));
        let has_blank_edge = first != Kind::Other || last != Kind::Other;
        let single_quoted = !space_after_break && !break_after_space && !has_special;
        Self {
            has_breaks,
            plain: single_quoted && !has_blank_edge && !has_breaks && !has_indicators,
            single_quoted,
            literal: last != Kind::Space && !break_after_space && !has_special,
        }
    }

    /// The wanted style, or the next that is possible; a key stays on its line.
    pub(super) fn choose(self, wanted: Style, is_key: bool) -> Style {
        match wanted {
            Style::Plain if self.plain => Style::Plain,
            Style::Plain | Style::SingleQuoted if self.single_quoted => Style::SingleQuoted,
            Style::Literal if self.literal && !is_key => Style::Literal,
            _ => Style::DoubleQuoted,
        }
    }
}

/// Whether the character would mean something without quotes.
fn is_indicator(character: char, previous: Option<char>, blank_follows: bool) -> bool {
    match (previous, character) {
        (
            None,
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
            | '@' | '`',
        ) => true,
        (None, '?' | '-') | (_, ':') => blank_follows,
        (Some(previous), '#') => matches!(previous, ' ' | '\t' | '\0') || is_break(previous),
        _ => false,
    }
}

pub(super) fn is_break(character: char) -> bool {
    matches!(character, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Characters above U+FFFF are none for the package.
pub(super) fn is_printable(character: char) -> bool {
    matches!(
        character,
        '\n' | ' '..='~' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FEFE}' | '\u{FF00}'..='\u{FFFD}'
    )
}
