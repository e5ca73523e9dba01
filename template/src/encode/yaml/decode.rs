//! YAML as values: what `yaml.Unmarshal` makes of it when the target is any value.

use std::collections::BTreeMap;

use super::{
    super::{DEEPEST, base64},
    reader,
    resolve::{Resolved, resolve},
    tag::Tag,
    tree::{Content, Id, Node, Tree, fault},
};
use crate::{
    encode::output::too_deep,
    fault::Fault,
    value::{Entries, Key, Map, Type, UintType, Value},
};

/// Reads the first document; the last of two equal keys counts, times stay text.
///
/// # Errors
/// The bytes are no YAML; the message says where, and nothing of what is written there.
pub fn decode(document: &[u8]) -> Result<Value, Fault> {
    let Some(tree) = Tree::read(&reader::read(document)?)? else {
        return Ok(Value::Nil);
    };
    let mut decoder = Decoder {
        tree: &tree,
        count: 1,
        from_aliases: 0,
        aliases: Vec::new(),
        depth: 0,
    };
    decoder.value(Tree::ROOT)
}

struct Decoder<'t> {
    tree: &'t Tree,
    /// Nodes made into values, and how many of them by following aliases.
    count: u32,
    from_aliases: u32,
    /// The aliases being followed.
    aliases: Vec<Id>,
    depth: usize,
}

impl<'t> Decoder<'t> {
    fn value(&mut self, id: Id) -> Result<Value, Fault> {
        let node = self.enter(id)?;
        let value = match &node.content {
            Content::Scalar { text, plain } => scalar(node, text, *plain),
            Content::List(items) => self.list(items),
            Content::Map(children) => self.map(children),
            Content::Alias(target) => self.alias(id, node, *target),
        }?;
        self.depth -= 1;
        Ok(value)
    }

    fn list(&mut self, items: &[Id]) -> Result<Value, Fault> {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            values.push(self.value(*item)?);
        }
        Ok(Value::list(values))
    }

    fn map(&mut self, children: &[Id]) -> Result<Value, Fault> {
        let mut entries = BTreeMap::new();
        self.entries(children, &mut entries)?;
        Ok(Value::Map(Map::of(Type::ANY_MAP, Entries::Any(entries))))
    }

    fn alias(&mut self, id: Id, node: &Node, target: Id) -> Result<Value, Fault> {
        self.follow(id, node)?;
        let value = self.value(target)?;
        self.aliases.pop();
        Ok(value)
    }

    fn enter(&mut self, id: Id) -> Result<&'t Node, Fault> {
        self.count += 1;
        self.from_aliases += u32::from(!self.aliases.is_empty());
        if self.from_aliases > 100
            && self.count > 1000
            && f64::from(self.from_aliases) / f64::from(self.count) > allowed_share(self.count)
        {
            return Err(Fault::function(
                "the YAML document uses aliases to grow too large",
            ));
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(too_deep());
        }
        // The parser never leaves a document without a node.
        self.tree
            .node(id)
            .ok_or_else(|| fault(1, "a value is expected"))
    }

    fn follow(&mut self, id: Id, node: &Node) -> Result<(), Fault> {
        if self.aliases.contains(&id) {
            return Err(fault(node.line, "the value of an anchor contains itself"));
        }
        self.aliases.push(id);
        Ok(())
    }

    fn entries(
        &mut self,
        children: &[Id],
        entries: &mut BTreeMap<Key, Value>,
    ) -> Result<(), Fault> {
        for pair in children.chunks_exact(2) {
            let [key, value] = *pair else { continue };
            if self.tree.node(key).is_some_and(is_merge) {
                self.merge(value, entries)?;
                continue;
            }
            let line = self.tree.node(key).map_or(1, |node| node.line);
            let key = self.value(key)?;
            let Some(key) = Key::from_value(&key) else {
                return Err(fault(line, "a key must be a scalar"));
            };
            let value = self.value(value)?;
            entries.insert(key, value.stored());
        }
        Ok(())
    }

    /// A map, or a list of maps of which the first counts most.
    fn merge(&mut self, id: Id, entries: &mut BTreeMap<Key, Value>) -> Result<(), Fault> {
        let Some(node) = self.tree.node(id) else {
            return Ok(());
        };
        match &node.content {
            Content::List(items) => {
                for item in items.iter().rev() {
                    self.merge_map(*item, entries)?;
                }
                Ok(())
            }
            _ => self.merge_map(id, entries),
        }
    }

    fn merge_map(&mut self, id: Id, entries: &mut BTreeMap<Key, Value>) -> Result<(), Fault> {
        let node = self.enter(id)?;
        match &node.content {
            Content::Map(children) => self.entries(children, entries)?,
            Content::Alias(target)
                if self
                    .tree
                    .node(*target)
                    .is_some_and(|target| matches!(target.content, Content::Map(_))) =>
            {
                self.follow(id, node)?;
                self.merge_map(*target, entries)?;
                self.aliases.pop();
            }
            _ => return Err(fault(node.line, "<< needs a map or a list of maps")),
        }
        self.depth -= 1;
        Ok(())
    }
}

fn is_merge(node: &Node) -> bool {
    matches!(&node.content, Content::Scalar { text, plain } if **text == *b"<<"
        && (*plain && node.tag.is_none() || node.tag == Some(Tag::Merge)))
}

/// How much of a document of that many nodes may come from aliases: nearly all of a small one, a
/// tenth of a large one.
fn allowed_share(count: u32) -> f64 {
    const SMALL: u32 = 400_000;
    const LARGE: u32 = 4_000_000;
    let beyond = count.clamp(SMALL, LARGE) - SMALL;
    0.99 - 0.89 * (f64::from(beyond) / f64::from(LARGE - SMALL))
}

fn scalar(node: &Node, text: &crate::value::Text, plain: bool) -> Result<Value, Fault> {
    let resolved = match node.tag {
        None if !plain => Resolved::Text,
        Some(Tag::Text | Tag::Merge | Tag::Other) => Resolved::Text,
        Some(Tag::Binary) => {
            return base64::decode(text)
                .map(|bytes| Value::string(bytes.to_vec()))
                .ok_or_else(|| fault(node.line, "this is no base64"));
        }
        None => resolve(text, true),
        Some(tag) => tagged(node, tag, resolve(text, tag == Tag::Timestamp))?,
    };
    Ok(match resolved {
        Resolved::Null => Value::Nil,
        Resolved::Bool(value) => Value::Bool(value),
        Resolved::Int(value) => Value::int(value),
        Resolved::Uint(value) => Value::Uint(UintType::Uint64, value),
        Resolved::Float(value) => Value::float(value),
        Resolved::Timestamp | Resolved::Text => Value::String(text.clone()),
    })
}

fn tagged(node: &Node, tag: Tag, resolved: Resolved) -> Result<Resolved, Fault> {
    match (tag, resolved) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "to be a floating-point number is what is asked for"
        )]
        (Tag::Float, Resolved::Int(value)) => Ok(Resolved::Float(value as f64)),
        (tag, resolved) if resolved.tag() == tag => Ok(resolved),
        (tag, _) => Err(fault(
            node.line,
            &format!("this cannot be read as a {}", tag.name()),
        )),
    }
}
