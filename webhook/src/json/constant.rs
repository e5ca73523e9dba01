use super::Json;

/// A tree that is the same in every patch, with its text. It says nothing of what is to be absent.
#[derive(Debug)]
pub struct Constant {
    tree: Json<'static>,
    text: Vec<u8>,
}

impl Constant {
    pub(crate) fn of(tree: Json<'static>) -> Self {
        let mut text = Vec::new();
        tree.write(&mut text);
        Self { tree, text }
    }

    pub(super) const fn tree(&self) -> &Json<'static> {
        &self.tree
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }
}
