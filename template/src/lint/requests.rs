//! The secrets that a template asks for.

use std::collections::BTreeMap;

use super::super::{
    scope::Dependency,
    syntax::{Command, Node, Operand, OperandKind, Pipe, Tree},
    value::Text,
};

/// What a template asks for, each once, in the order of its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// Those whose paths and arguments are constants.
    pub constant: Vec<Dependency>,
    /// How many more there are whose path or arguments are computed.
    pub computed: usize,
}

pub(crate) fn requests(tree: &Tree) -> Requests {
    let mut requests = Requests::default();
    for definition in &tree.definitions {
        requests.nodes(&definition.nodes);
    }
    requests
}

/// The request of a command, if it is one whose arguments are constants; `Err` if they are not.
pub(super) fn request(
    name: &str,
    command: &Command,
    is_last: bool,
) -> Option<Result<Dependency, ()>> {
    if !matches!(name, "secret" | "secrets" | "pkiCert" | "file") {
        return None;
    }
    let constants: Option<Vec<&Text>> = command
        .arguments
        .iter()
        .map(|argument| match &argument.kind {
            OperandKind::String(text) => Some(text),
            _ => None,
        })
        .collect();
    // The value before a `|` is one more argument.
    let (Some(constants), true) = (constants, is_last) else {
        return Some(Err(()));
    };
    let Some((path, arguments)) = constants.split_first() else {
        return Some(Err(()));
    };
    let path = String::from_utf8_lossy(path).into_owned();
    let pairs = || -> BTreeMap<Text, Text> {
        arguments
            .iter()
            .filter_map(|argument| {
                let at = memchr::memchr(b'=', argument)?;
                let part = |bytes: &[u8]| Text::from(bytes.trim_ascii());
                Some((part(argument.get(..at)?), part(argument.get(at + 1..)?)))
            })
            .collect()
    };
    let trimmed = || path.trim().trim_matches('/').to_owned();
    Some(Ok(match name {
        "secret" if arguments.is_empty() => Dependency::Read { path: trimmed() },
        "secret" => Dependency::Write {
            path: trimmed(),
            arguments: pairs(),
        },
        "secrets" => Dependency::List { path: trimmed() },
        "pkiCert" => Dependency::Certificate {
            path: trimmed(),
            arguments: pairs(),
        },
        _ => Dependency::File { path },
    }))
}

impl Requests {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Text { .. } | Node::Break | Node::Continue => {}
                Node::Action { pipe, .. } => self.pipe(pipe),
                Node::Template { pipe, .. } => {
                    if let Some(pipe) = pipe {
                        self.pipe(pipe);
                    }
                }
                Node::Condition {
                    branches,
                    otherwise,
                } => {
                    for branch in branches {
                        self.pipe(&branch.pipe);
                        self.nodes(&branch.body);
                    }
                    self.nodes(otherwise.as_deref().unwrap_or_default());
                }
                Node::Range {
                    pipe,
                    body,
                    otherwise,
                    ..
                } => {
                    self.pipe(pipe);
                    self.nodes(body);
                    self.nodes(otherwise.as_deref().unwrap_or_default());
                }
            }
        }
    }

    fn pipe(&mut self, pipe: &Pipe) {
        for (index, command) in pipe.commands.iter().enumerate() {
            self.operand(&command.operand, command, index == 0);
            for argument in &command.arguments {
                let alone = Command {
                    operand: Operand {
                        offset: argument.offset,
                        kind: OperandKind::Dot,
                    },
                    arguments: Vec::new(),
                };
                self.operand(argument, &alone, true);
            }
        }
    }

    fn operand(&mut self, operand: &Operand, command: &Command, is_first: bool) {
        match &operand.kind {
            OperandKind::Function(function) => match request(function.name, command, is_first) {
                Some(Ok(dependency)) if !self.constant.contains(&dependency) => {
                    self.constant.push(dependency);
                }
                Some(Err(())) => self.computed += 1,
                _ => {}
            },
            OperandKind::Chain(base, _) => self.operand(base, command, is_first),
            OperandKind::Pipe(pipe) => self.pipe(pipe),
            _ => {}
        }
    }
}
