//! The first document of a text as a tree.

use std::collections::HashMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, StructureStyle, options};

use super::{
    super::DEEPEST,
    dialect,
    place::{End, Place, is_node},
    tag::Tag,
};
use crate::{encode::output::too_deep, fault::Fault, value::Text};

/// How often a document is read anew.
const MOST_REPAIRS: usize = 20;

/// Where a node stands in its tree.
pub(super) type Id = usize;

pub(super) struct Node {
    pub(super) line: usize,
    pub(super) tag: Option<Tag>,
    pub(super) content: Content,
}

pub(super) enum Content {
    Scalar {
        text: Text,
        /// Without quotes: what it is decides its text.
        plain: bool,
    },
    List(Vec<Id>),
    /// Keys and values in turn.
    Map(Vec<Id>),
    Alias(Id),
}

#[derive(Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    anchors: HashMap<usize, Id>,
    /// The collections that are not closed yet.
    open: Vec<Open>,
}

struct Open {
    id: Id,
    in_brackets: bool,
}

impl Tree {
    /// Nothing for a text without a document.
    pub(super) fn read(document: &str) -> Result<Option<Self>, Fault> {
        dialect::check_start(document)?;
        let mut repaired = None;
        for _ in 0..MOST_REPAIRS {
            let text = repaired.as_deref().map_or(document, String::as_str);
            let mut tree = Self::default();
            let error = match tree.parse(text) {
                Ok(found) => return Ok(found.then_some(tree)),
                Err(Failure::Fault(fault)) => return Err(fault),
                Err(Failure::Syntax(error)) => error,
            };
            // Nobody looks at what follows a whole document.
            let is_behind = matches!(
                error.kind(),
                ErrorKind::InvalidDocumentEnd | ErrorKind::MisplacedFlowCollectionEnd
            );
            if is_behind && tree.is_whole() {
                return Ok(Some(tree));
            }
            let is_first = tree.nodes.is_empty();
            repaired =
                Some(dialect::repaired(text, &error, is_first).ok_or_else(|| invalid(&error))?);
        }
        Err(fault(1, "too much of it is not as YAML should be"))
    }

    /// Whether there was a document.
    fn parse(&mut self, document: &str) -> Result<bool, Failure> {
        let options = options! {
            bom_inside_document_as_content: true,
            block_scalar_eof_without_line_feed: true,
            emit_anchor_events: true,
            flow_nesting_limit: DEEPEST,
            block_nesting_limit: DEEPEST,
            emit_comments: false,
        };
        let mut end = End::default();
        for next in Parser::new_from_str_with_options(document, options) {
            let (event, span) = next?;
            match event {
                Event::DocumentStart(_, Some(version))
                    if (version.major, version.minor) != (1, 1) =>
                {
                    return Err(fault(span.start.line(), "only YAML 1.1 is known").into());
                }
                Event::DocumentEnd => return Ok(true),
                event => {
                    let place = Place::new(document, span, end);
                    self.check(&event, &place)?;
                    if is_node(&event) {
                        end = place.end(&event);
                    }
                    self.add(event, &place)?;
                }
            }
        }
        Ok(false)
    }

    fn is_whole(&self) -> bool {
        self.open.is_empty() && !self.nodes.is_empty()
    }

    /// Refuses what YAML 1.1 has not.
    fn check(&self, event: &Event<'_>, place: &Place<'_>) -> Result<(), Fault> {
        let refused = match event {
            Event::Anchor(_, name) if !dialect::is_anchor_name(name) => {
                "an anchor is named with letters and digits"
            }
            Event::Alias(_) if !dialect::is_anchor_name(place.source.trim_start_matches('*')) => {
                "an anchor is named with letters and digits"
            }
            Event::Scalar(_, ScalarStyle::DoubleQuoted, ..)
                if dialect::has_newer_escape(place.source) =>
            {
                "this is no escape"
            }
            Event::Scalar(_, ScalarStyle::Plain, 0, None)
                if self.expects_key() && place.is_key_left_out() =>
            {
                "a key is expected"
            }
            Event::Scalar(_, ScalarStyle::Plain, ..)
                if self.is_in_brackets()
                    && place.is_behind_bare_colon()
                    && self.is_behind_plain_text() =>
            {
                "a blank is expected after the colon"
            }
            Event::Scalar(_, ScalarStyle::Plain, ..)
                if self.is_in_brackets() && place.is_behind_sign() =>
            {
                "a text in brackets cannot start like that"
            }
            Event::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded, ..)
                if place.is_block_of_tabs() =>
            {
                "a tab cannot indent"
            }
            event if starts_node(event) && place.has_odd_tag => "a blank is expected after the tag",
            event if starts_node(event) && !self.is_in_brackets() && place.is_indented_by_tab() => {
                "a tab cannot indent"
            }
            _ => return Ok(()),
        };
        Err(fault(place.line, refused))
    }

    fn is_in_brackets(&self) -> bool {
        self.open.last().is_some_and(|open| open.in_brackets)
    }

    fn is_behind_plain_text(&self) -> bool {
        let last = self.nodes.last().map(|node| &node.content);
        matches!(last, Some(Content::Scalar { plain: true, .. }))
    }

    fn expects_key(&self) -> bool {
        let parent = self.open.last().and_then(|open| self.nodes.get(open.id));
        parent.is_some_and(
            |parent| matches!(&parent.content, Content::Map(children) if children.len() % 2 == 0),
        )
    }

    pub(super) const ROOT: Id = 0;

    pub(super) fn node(&self, id: Id) -> Option<&Node> {
        self.nodes.get(id)
    }

    fn add(&mut self, event: Event<'_>, place: &Place<'_>) -> Result<(), Fault> {
        let mut opens = None;
        let (content, anchor, tag) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                let text = match style {
                    // The text of a whole document must be indented, too, or is none of it.
                    ScalarStyle::Literal | ScalarStyle::Folded
                        if self.open.is_empty() && place.is_at_margin() =>
                    {
                        Text::default()
                    }
                    _ => Text::from(&*text),
                };
                (Content::Scalar { text, plain }, anchor, tag)
            }
            Event::SequenceStart(style, anchor, tag) => {
                opens = Some(style);
                (Content::List(Vec::new()), anchor, tag)
            }
            Event::MappingStart(style, anchor, tag) => {
                opens = Some(style);
                (Content::Map(Vec::new()), anchor, tag)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.open.pop();
                return Ok(());
            }
            Event::Alias(anchor) => {
                let Some(target) = self.anchors.get(&anchor) else {
                    return Err(fault(place.line, "there is no such anchor"));
                };
                (Content::Alias(*target), 0, None)
            }
            _ => return Ok(()),
        };
        let id = self.nodes.len();
        self.nodes.push(Node {
            line: place.line,
            tag: tag.map(|tag| Tag::of(tag.handle(), tag.suffix())),
            content,
        });
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        if let Some(parent) = self
            .open
            .last()
            .and_then(|open| self.nodes.get_mut(open.id))
            && let Content::List(children) | Content::Map(children) = &mut parent.content
        {
            children.push(id);
        }
        if let Some(style) = opens {
            self.open.push(Open {
                id,
                in_brackets: style == StructureStyle::Flow,
            });
            if self.open.len() > DEEPEST {
                return Err(too_deep());
            }
        }
        Ok(())
    }
}

enum Failure {
    Syntax(ScanError),
    Fault(Fault),
}

impl From<ScanError> for Failure {
    fn from(error: ScanError) -> Self {
        Self::Syntax(error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

fn starts_node(event: &Event<'_>) -> bool {
    is_node(event) && !matches!(event, Event::SequenceEnd | Event::MappingEnd)
}

/// The parser's own words are left out: they can show what is written there.
fn invalid(error: &ScanError) -> Fault {
    let marker = error.marker();
    Fault::function(format!(
        "invalid YAML at line {}, column {}",
        marker.line(),
        marker.col() + 1
    ))
}

pub(super) fn fault(line: usize, what: &str) -> Fault {
    Fault::function(format!("invalid YAML at line {line}: {what}"))
}
