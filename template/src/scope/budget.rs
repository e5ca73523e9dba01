//! How much a template may use before it is stopped: a template is a program, and not always a
//! friendly one.

use crate::fault::{ErrorClass, Fault};

/// What a run may use. The defaults are far above what any template that renders secrets needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Nodes, iterations and elements visited, and what regular expressions look at.
    pub steps: u64,
    /// Bytes of the output and of all texts and lists made on the way.
    pub memory: u64,
    /// Blocks and parentheses open at once in the text of a template.
    pub nesting: u32,
    /// Templates that call each other; Go's own limit is the default.
    pub templates: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 20_000_000,
            memory: 256 << 20,
            nesting: 250,
            templates: 100_000,
        }
    }
}

/// How deep `executeTemplate` may be nested: each level is on the stack of the thread.
const CALLS: u32 = 100;

/// What is left of the limits.
#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    steps: u64,
    memory: u64,
    templates: u32,
    calls: u32,
}

impl Budget {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            steps: limits.steps,
            memory: limits.memory,
            templates: 0,
            calls: 0,
        }
    }

    /// Counts work that is about to be done: one per element or node.
    ///
    /// # Errors
    /// The limit is reached.
    pub fn work(&mut self, steps: u64) -> Result<(), Fault> {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => Err(Fault::limit(format!(
                "the template does more than the {} steps allowed",
                self.limits.steps
            ))),
        }
    }

    /// Counts bytes that are about to be made. A function whose result can be much larger than its
    /// arguments (repeating, padding, counting) calls it before it makes anything.
    ///
    /// # Errors
    /// The limit is reached.
    pub fn memory(&mut self, bytes: u64) -> Result<(), Fault> {
        match self.memory.checked_sub(bytes) {
            Some(left) => {
                self.memory = left;
                Ok(())
            }
            None => Err(Fault::limit(format!(
                "the template makes more than the {} bytes allowed",
                self.limits.memory
            ))),
        }
    }

    /// Whether one more template may be called.
    pub(crate) fn fits_template(&self) -> Result<(), Fault> {
        // The main template does not count.
        if self.templates > self.limits.templates {
            return Err(endless(self.limits.templates));
        }
        Ok(())
    }

    pub(crate) fn enter_template(&mut self) -> Result<(), Fault> {
        self.fits_template()?;
        self.templates += 1;
        Ok(())
    }

    pub(crate) fn leave_template(&mut self) {
        self.templates = self.templates.saturating_sub(1);
    }

    pub(crate) fn enter_call(&mut self) -> Result<(), Fault> {
        if self.calls >= CALLS {
            return Err(endless(CALLS));
        }
        self.calls += 1;
        Ok(())
    }

    pub(crate) fn leave_call(&mut self) {
        self.calls = self.calls.saturating_sub(1);
    }
}

fn endless(limit: u32) -> Fault {
    Fault::new(
        ErrorClass::Recursion,
        format!("templates call each other deeper than the {limit} levels allowed"),
    )
}
