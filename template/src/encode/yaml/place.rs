//! Where in its document an event of the parser stands, and what stands before it.

use granit_parser::{Event, ScalarStyle, Span};

use super::dialect;

#[expect(
    clippy::struct_excessive_bools,
    reason = "as many independent answers about one place"
)]
pub(super) struct Place<'d> {
    pub(super) line: usize,
    /// What is written there.
    pub(super) source: &'d str,
    /// Whether a tag ends elsewhere in YAML 1.1: before a number sign, but not before a bracket.
    pub(super) has_odd_tag: bool,
    /// Signs, properties and comments since the node before.
    before: &'d str,
    after: &'d str,
    starts_document: bool,
    follows_block: bool,
    starts_line: bool,
    end: usize,
}

/// Where a node ended.
#[derive(Clone, Copy, Default)]
pub(super) struct End {
    offset: usize,
    of_block: bool,
}

impl<'d> Place<'d> {
    /// `last` is where the node before ended.
    pub(super) fn new(document: &'d str, span: Span, last: End) -> Self {
        let start = span.start.byte_offset();
        let end = span.end.byte_offset();
        let before = start.and_then(|start| document.get(last.offset..start));
        let tag = span.tag_span().and_then(|tag| tag.byte_range());
        let (tag, after_tag) = tag
            .and_then(|tag| document.get(tag.start..)?.split_at_checked(tag.len()))
            .unwrap_or_default();
        let line_before = start.and_then(|start| document.get(..start));
        Self {
            line: span.start.line(),
            source: span.slice(document).unwrap_or_default(),
            before: before.unwrap_or_default(),
            after: end.and_then(|end| document.get(end..)).unwrap_or_default(),
            has_odd_tag: tag.contains('#') || after_tag.starts_with([',', '[', ']', '{', '}']),
            starts_document: last.offset == 0,
            follows_block: last.of_block,
            starts_line: line_before.is_some_and(|line| line.is_empty() || line.ends_with('\n')),
            end: end.unwrap_or_default().max(last.offset),
        }
    }

    pub(super) fn end(&self, event: &Event<'_>) -> End {
        End {
            offset: self.end,
            of_block: matches!(
                event,
                Event::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded, ..)
            ),
        }
    }

    pub(super) fn is_key_left_out(&self) -> bool {
        self.source.is_empty() && !dialect::has_question_mark(self.before)
    }

    pub(super) fn is_indented_by_tab(&self) -> bool {
        // Tabs may be a part of the block, whose end says nothing of its last lines.
        !self.follows_block && dialect::has_tab_as_indentation(self.before, self.starts_document)
    }

    /// Whether the text of a block scalar starts at the margin.
    pub(super) fn is_at_margin(&self) -> bool {
        let is_text = |first| !matches!(first, ' ' | '\n' | '\r');
        // Without text the source is the header.
        let is_behind_header = self.before.contains(['|', '>']);
        self.starts_line && is_behind_header && self.source.starts_with(is_text)
    }

    /// Whether the text of a block scalar starts with a tab and nothing says how far it is indented.
    pub(super) fn is_block_of_tabs(&self) -> bool {
        self.source.starts_with('\t') && !dialect::has_indentation_in_header(self.before)
    }

    /// Whether a value is left out behind a colon that has no blank behind it.
    pub(super) fn is_behind_bare_colon(&self) -> bool {
        let is_bare = |rest: &str| rest.starts_with([',', '[', ']', '{', '}']);
        self.source.is_empty() && self.after.strip_prefix(':').is_some_and(is_bare)
    }

    /// Whether a text in brackets starts with a sign that is one of its own there.
    pub(super) fn is_behind_sign(&self) -> bool {
        self.source.starts_with([':', '?'])
    }
}

/// Whether an event is a part of the tree.
pub(super) fn is_node(event: &Event<'_>) -> bool {
    matches!(
        event,
        Event::Scalar(..)
            | Event::Alias(_)
            | Event::SequenceStart(..)
            | Event::MappingStart(..)
            | Event::SequenceEnd
            | Event::MappingEnd
    )
}
