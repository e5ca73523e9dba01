//! What a running template has around it: the host, the answers to what it asks, its limits.

mod budget;
mod dependency;
mod host;
mod interface;
mod patterns;

use std::{fmt, rc::Rc};

use smallvec::SmallVec;

pub use self::{
    budget::{Budget, Limits},
    dependency::{Answer, Dependency, Source},
    host::{FileWrite, Host, NoHost},
    interface::{InterfaceFlags, NetworkInterface},
};
use crate::{
    fault::Fault,
    go::regex::{Regex, RegexError},
    network::{self, InterfaceAddress},
    value::Value,
};

/// Passed to every function.
pub struct Scope<'r> {
    pub source: &'r mut dyn Source,
    pub host: &'r mut dyn Host,
    pub budget: Budget,
    /// What `scratch` gives: one for the whole run.
    pub scratch: Option<Rc<dyn crate::value::Object>>,
    /// Everything asked for, each once, in the order of asking.
    pub(crate) used: Vec<Dependency>,
    /// The answers, in the same order; none where it is not known yet.
    pub(crate) answers: SmallVec<[Option<Value>; 4]>,
    /// Once they were asked for.
    addresses: Option<Rc<[InterfaceAddress]>>,
    patterns: patterns::Patterns,
}

impl<'r> Scope<'r> {
    pub fn new(source: &'r mut dyn Source, host: &'r mut dyn Host, limits: Limits) -> Self {
        Self {
            source,
            host,
            budget: Budget::new(limits),
            scratch: None,
            used: Vec::new(),
            answers: SmallVec::new(),
            addresses: None,
            patterns: patterns::Patterns::default(),
        }
    }

    /// Asks the source, once for each thing, so that a run sees one state of it.
    ///
    /// # Errors
    /// The source's own, as an error of the function that asked.
    pub fn ask(&mut self, dependency: Dependency) -> Result<Option<Value>, Fault> {
        // Looking through what was asked for takes as long as there is of it.
        self.budget
            .work(u64::try_from(self.used.len()).unwrap_or(u64::MAX))?;
        let known = self.used.iter().position(|used| *used == dependency);
        if let Some(answer) = known.and_then(|index| self.answers.get(index)) {
            return Ok(answer.clone());
        }
        let answer = match self.source.answer(&dependency) {
            Answer::Value(value) => Some(value),
            Answer::Missing => None,
            Answer::Refused(reason) => return Err(Fault::function(reason)),
        };
        self.used.push(dependency);
        self.answers.push(answer.clone());
        Ok(answer)
    }

    /// A pattern, compiled, or why it cannot be.
    ///
    /// # Errors
    /// The outer one: the budget is used up.
    pub(crate) fn regex(&mut self, pattern: &[u8]) -> Result<Result<Rc<Regex>, RegexError>, Fault> {
        self.patterns.compile(pattern, &mut self.budget)
    }

    /// The addresses of all network interfaces: asked for once, so that a run sees one state.
    pub(crate) fn addresses(&mut self) -> Result<Rc<[InterfaceAddress]>, Fault> {
        if let Some(addresses) = &self.addresses {
            return Ok(Rc::clone(addresses));
        }
        let interfaces = self.host.interfaces().map_err(Fault::function)?;
        let addresses: Rc<[InterfaceAddress]> = network::all(interfaces).into();
        self.addresses = Some(Rc::clone(&addresses));
        Ok(addresses)
    }

    /// What was asked for and is not known yet.
    pub(crate) fn missing(&self) -> Vec<Dependency> {
        self.used
            .iter()
            .zip(&self.answers)
            .filter(|(_, answer)| answer.is_none())
            .map(|(dependency, _)| dependency.clone())
            .collect()
    }
}

impl fmt::Debug for Scope<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Scope({:?})", self.used)
    }
}
