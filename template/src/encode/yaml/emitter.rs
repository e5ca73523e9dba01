//! Where things stand on the lines of the document.

use super::{
    super::Output,
    scalar::{Analysis, Style},
};
use crate::{fault::Fault, scope::Budget};

/// How much deeper a level is.
const STEP: usize = 2;

/// A key that is longer stands on a line of its own, after a question mark.
const LONGEST_SIMPLE_KEY: usize = 128;

/// A scalar in the style that is wanted for it.
#[derive(Clone, Copy)]
pub(super) struct Scalar<'t> {
    pub(super) text: &'t str,
    pub(super) style: Style,
    pub(super) tag: &'static str,
}

/// The indentation to return to.
#[must_use]
#[derive(Clone, Copy)]
pub(super) struct Outer(Option<usize>);

pub(super) struct Emitter<'b> {
    pub(super) out: Output<'b>,
    pub(super) column: usize,
    /// None outside of everything.
    indent: Option<usize>,
    /// Whether a blank was written last, so that none is needed.
    pub(super) whitespace: bool,
    /// Whether the line has nothing but indentation and dashes yet.
    pub(super) indention: bool,
}

impl<'b> Emitter<'b> {
    pub(super) fn new(budget: &'b mut Budget) -> Self {
        Self {
            out: Output::new(budget),
            column: 0,
            indent: None,
            whitespace: true,
            indention: true,
        }
    }

    pub(super) fn finish(mut self) -> Output<'b> {
        self.start_line();
        self.out
    }

    pub(super) fn put(&mut self, character: char) {
        self.out.push_str(character.encode_utf8(&mut [0; 4]));
        self.column += 1;
    }

    pub(super) fn line_break(&mut self) {
        self.out.push(b'\n');
        self.column = 0;
    }

    /// Starts a line at the indentation, unless this one has nothing else yet.
    pub(super) fn start_line(&mut self) {
        let indent = self.indent.unwrap_or_default();
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.line_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    /// An indicator after a blank.
    pub(super) fn indicator(&mut self, indicator: char) {
        self.separate();
        self.closing(indicator);
    }

    /// An indicator that follows at once.
    pub(super) fn closing(&mut self, indicator: char) {
        self.put(indicator);
        self.whitespace = false;
        self.indention = false;
    }

    /// An indicator after which the line still counts as empty.
    fn leading(&mut self, indicator: char) {
        let indention = self.indention;
        self.indicator(indicator);
        self.indention = indention;
    }

    fn separate(&mut self) {
        if !self.whitespace {
            self.put(' ');
        }
    }

    /// The items of a list in a map stand below the key, no deeper.
    pub(super) fn open_list(&mut self, in_map: bool) -> Result<Outer, Fault> {
        self.out.enter()?;
        let same_level = in_map && !self.indention;
        let outer = Outer(self.indent);
        self.indent = match self.indent {
            None => Some(0),
            Some(indent) if same_level => Some(indent),
            Some(indent) => Some(indent + STEP),
        };
        Ok(outer)
    }

    pub(super) fn open_map(&mut self) -> Result<Outer, Fault> {
        self.open_list(false)
    }

    pub(super) fn close(&mut self, outer: Outer) {
        let Outer(indent) = outer;
        self.indent = indent;
        self.out.leave();
    }

    /// `[]` or `{}`.
    pub(super) fn empty(&mut self, open: char, close: char) {
        self.indicator(open);
        self.closing(close);
    }

    pub(super) fn item(&mut self) {
        self.start_line();
        self.leading('-');
    }

    pub(super) fn key(&mut self, key: Scalar<'_>) {
        self.start_line();
        let analysis = Analysis::of(key.text);
        let is_simple =
            !analysis.has_breaks && key.tag.len() + key.text.len() <= LONGEST_SIMPLE_KEY;
        if is_simple {
            self.analyzed(key, analysis, true);
            self.closing(':');
        } else {
            self.leading('?');
            self.analyzed(key, analysis, false);
            self.start_line();
            self.leading(':');
        }
    }

    pub(super) fn scalar(&mut self, scalar: Scalar<'_>) {
        self.analyzed(scalar, Analysis::of(scalar.text), false);
    }

    fn analyzed(&mut self, scalar: Scalar<'_>, analysis: Analysis, is_key: bool) {
        if !scalar.tag.is_empty() {
            self.separate();
            for character in scalar.tag.chars() {
                self.closing(character);
            }
        }
        let outer = self.indent;
        self.indent = Some(outer.map_or(STEP, |indent| indent + STEP));
        match analysis.choose(scalar.style, is_key) {
            Style::Plain => self.plain(scalar.text, !is_key),
            Style::SingleQuoted => self.single_quoted(scalar.text, !is_key),
            Style::DoubleQuoted => self.double_quoted(scalar.text, !is_key),
            Style::Literal => self.literal(scalar.text),
        }
        self.indent = outer;
    }
}
