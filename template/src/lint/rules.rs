//! Mistakes that people make, found before the template runs: the shape of KV version 2 on other
//! engines and the other way round, names that a secret does not have, certificates without a
//! request.

use super::{
    kind::{Engine, Kind},
    requests::request,
};
use crate::{
    object::secret::FIELDS as SECRET_FIELDS,
    scope::Dependency,
    syntax::{Command, Node, Operand, OperandKind, Pipe, Span, Target, Tree, Variable},
};

/// More than anybody reads.
const MOST: usize = 50;

/// A probable mistake.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) offset: usize,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

pub(crate) fn warnings(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for definition in &tree.definitions {
        let mut linter = Linter {
            tree,
            variables: vec![Kind::Unknown; definition.variables],
            findings: &mut findings,
        };
        linter.nodes(&definition.nodes, Kind::Unknown);
    }
    findings.sort_by_key(|finding| finding.offset);
    findings.truncate(MOST);
    findings.dedup_by(|left, right| left.offset == right.offset && left.message == right.message);
    findings
}

/// What was probably meant by a field that a secret does not have.
pub(crate) fn secret_field_hint(name: &str, is_kv_two: bool) -> String {
    match SECRET_FIELDS
        .iter()
        .find(|field| field.eq_ignore_ascii_case(name))
    {
        Some(field) => format!("names are written as in Go: .{field}"),
        None if is_kv_two => format!("the values lie below .Data.data: .Data.data.{name}"),
        None => format!(
            "the values lie below .Data: .Data.{name}, or .Data.data.{name} in KV version 2"
        ),
    }
}

struct Linter<'f> {
    tree: &'f Tree,
    variables: Vec<Kind>,
    findings: &'f mut Vec<Finding>,
}

impl Linter<'_> {
    fn warn(&mut self, operand: &Operand, message: impl Into<String>, hint: impl Into<String>) {
        self.findings.push(Finding {
            offset: operand.offset as usize,
            message: message.into(),
            hint: Some(hint.into()),
        });
    }

    fn nodes(&mut self, nodes: &[Node], dot: Kind) {
        for node in nodes {
            match node {
                Node::Text { .. } | Node::Break | Node::Continue => {}
                Node::Action { pipe, .. } => {
                    self.pipe(pipe, dot);
                    self.printed(pipe);
                }
                Node::Template { pipe, .. } => {
                    if let Some(pipe) = pipe {
                        self.pipe(pipe, dot);
                    }
                }
                Node::Condition {
                    branches,
                    otherwise,
                } => {
                    for branch in branches {
                        let kind = self.pipe(&branch.pipe, dot);
                        self.nodes(&branch.body, if branch.binds_dot { kind } else { dot });
                    }
                    self.nodes(otherwise.as_deref().unwrap_or_default(), dot);
                }
                Node::Range {
                    pipe,
                    body,
                    otherwise,
                    ..
                } => {
                    let ranged = self.pipe(pipe, dot);
                    self.ranged(pipe, ranged);
                    for target in &pipe.targets {
                        self.set(target, Kind::Unknown);
                    }
                    self.nodes(body, Kind::Unknown);
                    self.nodes(otherwise.as_deref().unwrap_or_default(), dot);
                }
            }
        }
    }

    fn pipe(&mut self, pipe: &Pipe, dot: Kind) -> Kind {
        let mut kind = Kind::Unknown;
        for (index, command) in pipe.commands.iter().enumerate() {
            kind = self.command(command, dot, index == 0);
        }
        for target in &pipe.targets {
            self.set(target, kind);
        }
        kind
    }

    fn set(&mut self, target: &Target, kind: Kind) {
        if let Some(variable) = target.slot.and_then(|slot| self.variables.get_mut(slot)) {
            *variable = kind;
        }
    }

    fn command(&mut self, command: &Command, dot: Kind, is_first: bool) -> Kind {
        for argument in &command.arguments {
            self.operand(argument, dot);
        }
        let OperandKind::Function(function) = &command.operand.kind else {
            return self.operand(&command.operand, dot);
        };
        match request(function.name, command, is_first) {
            Some(Ok(dependency @ (Dependency::Read { .. } | Dependency::Write { .. }))) => {
                self.requested(&command.operand, &dependency);
                Kind::Secret(Engine::of(&dependency))
            }
            Some(Err(())) if function.name == "secret" => Kind::Secret(Engine::Unknown),
            _ => Kind::Unknown,
        }
    }

    fn operand(&mut self, operand: &Operand, dot: Kind) -> Kind {
        match &operand.kind {
            OperandKind::Dot => dot,
            OperandKind::Field(fields) => self.fields(operand, dot, fields),
            OperandKind::Variable(Variable::Slot(slot), fields) => {
                let kind = self.variables.get(*slot).copied().unwrap_or(Kind::Unknown);
                self.fields(operand, kind, fields)
            }
            OperandKind::Chain(base, fields) => {
                let kind = self.operand(base, dot);
                self.fields(operand, kind, fields)
            }
            OperandKind::Pipe(pipe) => self.pipe(pipe, dot),
            _ => Kind::Unknown,
        }
    }

    fn fields(&mut self, operand: &Operand, mut kind: Kind, fields: &[Span]) -> Kind {
        let tree = self.tree;
        for (index, name) in fields.iter().enumerate() {
            let name = tree.name(*name);
            kind = match kind {
                Kind::Unknown => return Kind::Unknown,
                Kind::Secret(engine) if name == "Data" => Kind::Data(engine),
                Kind::Secret(engine) => {
                    self.secret_field(operand, name, engine);
                    return Kind::Unknown;
                }
                Kind::Data(engine) => {
                    self.data_field(
                        operand,
                        engine,
                        name,
                        fields.get(index + 1).map(|name| tree.name(*name)),
                    );
                    return Kind::Unknown;
                }
            };
        }
        kind
    }

    fn secret_field(&mut self, operand: &Operand, name: &str, engine: Engine) {
        if SECRET_FIELDS.contains(&name) {
            return;
        }
        let hint = secret_field_hint(name, engine == Engine::KvTwo);
        self.warn(operand, format!("a secret has no field `{name}`"), hint);
    }

    fn data_field(&mut self, operand: &Operand, engine: Engine, name: &str, next: Option<&str>) {
        match engine {
            Engine::KvTwo if !matches!(name, "data" | "metadata") => self.warn(
                operand,
                format!("`.Data.{name}` is asked of a path of KV version 2, which has its values one level deeper"),
                format!("write .Data.data.{name}"),
            ),
            Engine::Issuing if name == "data" && next.is_some() => {
                let next = next.unwrap_or_default();
                self.warn(
                    operand,
                    "`.Data.data` is the shape of KV version 2; this path issues credentials, whose values lie under `.Data`",
                    format!("write .Data.{next}"),
                );
            }
            _ => {}
        }
    }

    fn requested(&mut self, operand: &Operand, dependency: &Dependency) {
        let issues = dependency
            .path()
            .split('/')
            .skip(1)
            .any(|segment| matches!(segment, "issue" | "sign"));
        if issues && matches!(dependency, Dependency::Read { .. }) {
            self.warn(
                operand,
                "a certificate is issued for a request, but none is made: the path is only read",
                format!(
                    "add its arguments: secret \"{}\" \"common_name=…\"",
                    dependency.path()
                ),
            );
        }
    }

    fn ranged(&mut self, pipe: &Pipe, kind: Kind) {
        if kind == Kind::Data(Engine::KvTwo)
            && let [command] = pipe.commands.as_slice()
        {
            self.warn(
                &command.operand,
                "the range goes over `data` and `metadata` of KV version 2, not over the values",
                "range over .Data.data",
            );
        }
    }

    /// A list printed as it is stands in brackets, which no program reads.
    fn printed(&mut self, pipe: &Pipe) {
        if pipe.targets.is_empty()
            && let [command] = pipe.commands.as_slice()
            && command.arguments.is_empty()
            && let OperandKind::Field(fields)
            | OperandKind::Variable(_, fields)
            | OperandKind::Chain(_, fields) = &command.operand.kind
            && fields
                .last()
                .is_some_and(|name| self.tree.name(*name) == "ca_chain")
        {
            self.warn(
                &command.operand,
                "`ca_chain` is a list and is printed in brackets",
                "print its members: {{ range .Data.ca_chain }}{{ . }}\\n{{ end }}",
            );
        }
    }
}
