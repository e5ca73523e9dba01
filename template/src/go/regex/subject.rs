//! The text that a pattern is matched against. It need not be UTF-8: Go sees every byte that is
//! part of no character as U+FFFD.

use zeroize::Zeroizing;

const REPLACEMENT: &[u8] = "\u{FFFD}".as_bytes();
/// A replaced byte is that much shorter than what stands for it.
const GROWTH: usize = REPLACEMENT.len() - 1;

pub(super) struct Subject<'text> {
    original: &'text [u8],
    /// Only when the original is not UTF-8.
    replaced: Option<Replaced>,
}

struct Replaced {
    text: Zeroizing<Vec<u8>>,
    /// Where in the text the replacements start.
    replacements: Vec<usize>,
}

impl<'text> Subject<'text> {
    pub(super) fn new(original: &'text [u8]) -> Self {
        let replaced = std::str::from_utf8(original)
            .is_err()
            .then(|| Replaced::new(original));
        Self { original, replaced }
    }

    /// Positions are of this text.
    pub(super) fn text(&self) -> &[u8] {
        self.replaced
            .as_ref()
            .map_or(self.original, |replaced| &replaced.text)
    }

    /// The bytes of the original between two positions.
    pub(super) fn slice(&self, start: usize, end: usize) -> Option<&'text [u8]> {
        self.original
            .get(self.original_position(start)..self.original_position(end))
    }

    /// The position behind the character at `position`, none at the end.
    pub(super) fn next_character(&self, position: usize) -> Option<usize> {
        let rest = self.text().get(position..)?;
        let (_, behind) = rest.split_first()?;
        let continued = behind
            .iter()
            .take_while(|byte| **byte & 0b1100_0000 == 0b1000_0000);
        Some(position + 1 + continued.count())
    }

    fn original_position(&self, position: usize) -> usize {
        self.replaced.as_ref().map_or(position, |replaced| {
            let before = replaced
                .replacements
                .partition_point(|start| *start < position);
            position - before * GROWTH
        })
    }
}

impl Replaced {
    fn new(original: &[u8]) -> Self {
        // Never moved, so that no copy is left behind.
        let invalid: usize = original
            .utf8_chunks()
            .map(|chunk| chunk.invalid().len())
            .sum();
        let mut text = Zeroizing::new(Vec::with_capacity(original.len() + invalid * GROWTH));
        let mut replacements = Vec::with_capacity(invalid);
        for chunk in original.utf8_chunks() {
            text.extend_from_slice(chunk.valid().as_bytes());
            for _ in chunk.invalid() {
                replacements.push(text.len());
                text.extend_from_slice(REPLACEMENT);
            }
        }
        Self { text, replacements }
    }
}
