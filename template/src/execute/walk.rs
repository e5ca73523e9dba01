//! Nodes: text, actions, branches, loops, calls of templates.

use super::{
    Execution,
    frame::{Frame, FrameKind, Frames},
    range::Elements,
};
use crate::{
    fault::{ErrorClass, Fault},
    go::format,
    syntax::{Branch, Definition, Node, Offset, Pipe, Span, Target},
    value::Value,
};

impl<'t> Execution<'t, '_, '_> {
    /// Runs a definition with a dot of its own; its variables are not the caller's.
    pub(super) fn walk(&mut self, definition: &'t Definition, dot: Value) -> Result<(), Fault> {
        let mut frames = Frames::new();
        self.enter_template(&mut frames, definition, dot)?;
        while let Some(frame) = frames.last_mut() {
            match frame.nodes.get(frame.next) {
                Some(node) => {
                    frame.next += 1;
                    self.scope.budget.work(1)?;
                    self.node(&mut frames, node)?;
                }
                None => self.end_of_list(&mut frames)?,
            }
        }
        Ok(())
    }

    fn node(&mut self, frames: &mut Frames<'t>, node: &'t Node) -> Result<(), Fault> {
        let Some(frame) = frames.last() else {
            return Ok(());
        };
        match node {
            Node::Text { start, end } => {
                let text = self.tree.span(Span {
                    start: *start,
                    end: *end,
                });
                self.scope.budget.memory(text.len() as u64)?;
                self.output.push_bytes(text);
            }
            Node::Action { offset, pipe } => {
                self.at(*offset);
                if self.print_simple(&frame.dot, pipe)? {
                    return Ok(());
                }
                let value = self.pipeline(&frame.dot, pipe)?;
                if pipe.targets.is_empty() {
                    self.at(*offset);
                    format::shown(&mut self.output, &value, &mut self.scope.budget)?;
                }
            }
            Node::Condition {
                branches,
                otherwise,
            } => self.condition(frames, branches, otherwise.as_deref())?,
            Node::Range {
                offset,
                pipe,
                body,
                otherwise,
            } => self.range(frames, *offset, pipe, body, otherwise.as_deref())?,
            Node::Template { offset, name, pipe } => {
                self.at(*offset);
                let Some(definition) = self.definition(name) else {
                    return Err(Fault::new(
                        ErrorClass::UndefinedTemplate,
                        format!("there is no template `{}`", String::from_utf8_lossy(name)),
                    ));
                };
                self.scope.budget.fits_template()?;
                let dot = match pipe {
                    Some(pipe) => self.pipeline(&frame.dot, pipe)?,
                    None => Value::Nil,
                };
                self.enter_template(frames, definition, dot)?;
            }
            Node::Break => {
                while let Some(frame) = frames.pop() {
                    if let FrameKind::Range { .. } | FrameKind::RangeElse = frame.kind {
                        break;
                    }
                }
            }
            Node::Continue => {
                while let Some(frame) = frames.last_mut() {
                    if let FrameKind::Range { .. } = frame.kind {
                        frame.next = frame.nodes.len();
                        break;
                    }
                    frames.pop();
                }
            }
        }
        Ok(())
    }

    fn enter_template(
        &mut self,
        frames: &mut Frames<'t>,
        definition: &'t Definition,
        dot: Value,
    ) -> Result<(), Fault> {
        self.scope.budget.enter_template()?;
        let callers_first_variable = self.first_variable;
        self.first_variable = self.variables.len();
        self.variables.push(Some(dot.clone()));
        self.variables
            .resize(self.first_variable + definition.variables, None);
        frames.push(Frame {
            nodes: &definition.nodes,
            next: 0,
            dot,
            kind: FrameKind::Template {
                callers_first_variable,
            },
        });
        Ok(())
    }

    /// The list of the innermost frame has come to its end: the next round, or back to what is
    /// around it.
    fn end_of_list(&mut self, frames: &mut Frames<'t>) -> Result<(), Fault> {
        let Some(frame) = frames.last_mut() else {
            return Ok(());
        };
        match &mut frame.kind {
            FrameKind::Range { pipe, elements } => {
                if let Some((key, element)) = elements.next() {
                    self.scope.budget.work(1)?;
                    self.bind(pipe, key, &element)?;
                    frame.dot = element;
                    frame.next = 0;
                    return Ok(());
                }
            }
            FrameKind::Template {
                callers_first_variable,
            } => {
                self.variables.truncate(self.first_variable);
                self.first_variable = *callers_first_variable;
                self.scope.budget.leave_template();
            }
            FrameKind::Block | FrameKind::RangeElse => {}
        }
        frames.pop();
        Ok(())
    }

    fn condition(
        &mut self,
        frames: &mut Frames<'t>,
        branches: &'t [Branch],
        otherwise: Option<&'t [Node]>,
    ) -> Result<(), Fault> {
        let Some(dot) = frames.last().map(|frame| frame.dot.clone()) else {
            return Ok(());
        };
        for branch in branches {
            self.at(branch.offset);
            let value = self.pipeline(&dot, &branch.pipe)?;
            if value.truth() {
                let dot = if branch.binds_dot { value } else { dot };
                frames.push(block(&branch.body, dot, FrameKind::Block));
                return Ok(());
            }
        }
        if let Some(nodes) = otherwise {
            frames.push(block(nodes, dot, FrameKind::Block));
        }
        Ok(())
    }

    fn range(
        &mut self,
        frames: &mut Frames<'t>,
        offset: Offset,
        pipe: &'t Pipe,
        body: &'t [Node],
        otherwise: Option<&'t [Node]>,
    ) -> Result<(), Fault> {
        let Some(dot) = frames.last().map(|frame| frame.dot.clone()) else {
            return Ok(());
        };
        self.at(offset);
        let value = self.pipeline(&dot, pipe)?;
        let mut elements = Elements::of(&value, pipe.targets.len())?;
        match (elements.next(), otherwise) {
            (Some((key, element)), _) => {
                self.bind(pipe, key, &element)?;
                frames.push(block(body, element, FrameKind::Range { pipe, elements }));
            }
            (None, Some(nodes)) => frames.push(block(nodes, dot, FrameKind::RangeElse)),
            (None, None) => {}
        }
        Ok(())
    }

    /// The variables of a range in one round.
    fn bind(&mut self, pipe: &Pipe, key: Value, element: &Value) -> Result<(), Fault> {
        match pipe.targets.as_slice() {
            [] => Ok(()),
            [only] => self.set(only, element.clone()),
            [first, second, ..] => {
                self.set(first, key)?;
                self.set(second, element.clone())
            }
        }
    }

    /// Sets a variable that a pipeline names.
    pub(super) fn set(&mut self, target: &Target, value: Value) -> Result<(), Fault> {
        let first = self.first_variable;
        match target
            .slot
            .and_then(|slot| self.variables.get_mut(first + slot))
        {
            Some(variable) if !target.assigns || variable.is_some() => {
                *variable = Some(value);
                Ok(())
            }
            _ => Err(Fault::new(
                ErrorClass::UndefinedVariable,
                format!(
                    "the variable `{0}` is assigned but not declared; declare it with `{0} := …`",
                    self.tree.name(target.name)
                ),
            )),
        }
    }
}

fn block<'t>(nodes: &'t [Node], dot: Value, kind: FrameKind<'t>) -> Frame<'t> {
    Frame {
        nodes,
        next: 0,
        dot,
        kind,
    }
}
