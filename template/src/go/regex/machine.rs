//! Runs a program over a text by following all ways to match at once, in the order in which they are
//! preferred ([Pike's algorithm](https://swtch.com/~rsc/regexp/regexp2.html)).
//!
//! Other engines are faster. This one counts what it does: a search may look at the whole text
//! before it settles for a match near its beginning, so many searches in one text can take time that
//! grows with the square of its length, and only the engine can know.

use std::mem;

use regex_automata::{
    nfa::thompson::State,
    util::primitives::{NonMaxUsize, StateID},
};

use super::program::Program;
use crate::{fault::Fault, scope::Budget};

/// Visits of states, and copies of as many slots as fit into [`SLOTS_PER_OPERATION`], for the price
/// of one step of the budget.
const OPERATIONS_PER_STEP: usize = 16;
const SLOTS_PER_OPERATION: usize = 8;
/// Alternatives of one state that are looked through for the price of one operation.
const TRANSITIONS_PER_OPERATION: usize = 8;
/// Bytes that are passed over for the price of one operation, where no match can begin.
const BYTES_PER_OPERATION: usize = 4;

/// An end of a group: a position in the text.
type Slot = Option<NonMaxUsize>;

/// Searches with one program, which share their memory.
pub(super) struct Machine<'program> {
    program: &'program Program,
    /// How many slots each way keeps.
    width: usize,
    now: Ways,
    next: Ways,
    /// What is left to follow of one way.
    open: Vec<Follow>,
    /// The slots of the way that is followed.
    slots: Vec<Slot>,
    /// The slots of the match.
    found: Vec<Slot>,
    /// Operations that the budget does not know of yet.
    uncounted: usize,
}

/// The states that are reached without reading, the preferred one first, each once.
#[derive(Default)]
struct Ways {
    states: Vec<StateID>,
    /// A state was reached if its mark is `mark`.
    marks: Vec<u64>,
    mark: u64,
    /// `width` for every state of the program.
    slots: Vec<Slot>,
}

enum Follow {
    State(StateID),
    /// Back to what the slot held before the states followed last.
    Slot(usize, Slot),
}

impl<'program> Machine<'program> {
    /// `groups`: how many groups the caller will ask for, counted from the whole match; with none a
    /// search ends as soon as there is a match.
    ///
    /// # Errors
    /// The budget does not allow its memory.
    pub(super) fn new(
        program: &'program Program,
        groups: usize,
        budget: &mut Budget,
    ) -> Result<Self, Fault> {
        let width = groups * 2;
        let states = program.nfa.states().len();
        let mut machine = Self {
            program,
            width,
            now: Ways::new(states, width),
            next: Ways::new(states, width),
            open: Vec::new(),
            slots: vec![None; width],
            found: vec![None; width],
            uncounted: 0,
        };
        machine.count(states * (2 + width) / SLOTS_PER_OPERATION, budget)?;
        Ok(machine)
    }

    /// Looks for the first match that starts at `from` or behind it. The text is UTF-8.
    ///
    /// # Errors
    /// The budget is used up.
    pub(super) fn search(
        &mut self,
        text: &[u8],
        from: usize,
        budget: &mut Budget,
    ) -> Result<bool, Fault> {
        let mut found = false;
        let mut at = from;
        self.now.clear();
        loop {
            if self.now.states.is_empty() {
                if found {
                    break;
                }
                let beginning = self.program.beginning(text, at);
                let passed = beginning.unwrap_or(text.len()).saturating_sub(at);
                self.count(passed / BYTES_PER_OPERATION, budget)?;
                match beginning {
                    Some(beginning) => at = beginning,
                    None => break,
                }
            }
            let mut operations = 1;
            if !found && self.program.can_begin(text, at) {
                self.slots.fill(None);
                let start = self.program.nfa.start_anchored();
                operations += self.width / SLOTS_PER_OPERATION;
                operations += follow(
                    self.program,
                    &mut self.now,
                    &mut self.open,
                    &mut self.slots,
                    start,
                    (text, at),
                );
            }
            let (is_match, more) = self.step(text, at);
            found |= is_match;
            self.count(operations + more, budget)?;
            if at == text.len() || found && self.width == 0 {
                break;
            }
            mem::swap(&mut self.now, &mut self.next);
            self.next.clear();
            at += 1;
        }
        Ok(found)
    }

    /// Where the group starts and ends in the text, of the match found last.
    pub(super) fn group(&self, index: usize) -> Option<(usize, usize)> {
        let start = self.found.get(index * 2).copied().flatten()?;
        let end = self.found.get(index * 2 + 1).copied().flatten()?;
        Some((start.get(), end.get()))
    }

    /// Reads one byte. Gives whether a match ends before it, and the number of operations.
    fn step(&mut self, text: &[u8], at: usize) -> (bool, usize) {
        let byte = text.get(at).copied();
        let mut operations = 0;
        for state in &self.now.states {
            operations += 1;
            let slots = slots(&self.now.slots, self.width, *state);
            let next = match self.program.nfa.state(*state) {
                State::Match { .. } => {
                    self.found.copy_from_slice(slots);
                    // The ways behind it are not preferred to it.
                    return (true, operations);
                }
                State::ByteRange { trans } => byte
                    .filter(|byte| trans.matches_byte(*byte))
                    .map(|_| trans.next),
                State::Sparse(sparse) => {
                    operations += sparse.transitions.len() / TRANSITIONS_PER_OPERATION;
                    byte.and_then(|byte| sparse.matches_byte(byte))
                }
                State::Dense(dense) => byte.and_then(|byte| dense.matches_byte(byte)),
                _ => None,
            };
            if let Some(next) = next {
                self.slots.copy_from_slice(slots);
                operations += self.width / SLOTS_PER_OPERATION;
                operations += follow(
                    self.program,
                    &mut self.next,
                    &mut self.open,
                    &mut self.slots,
                    next,
                    (text, at + 1),
                );
            }
        }
        (false, operations)
    }

    fn count(&mut self, operations: usize, budget: &mut Budget) -> Result<(), Fault> {
        self.uncounted += operations;
        if self.uncounted >= OPERATIONS_PER_STEP {
            let steps = self.uncounted / OPERATIONS_PER_STEP;
            self.uncounted %= OPERATIONS_PER_STEP;
            budget.work(u64::try_from(steps).unwrap_or(u64::MAX))?;
        }
        Ok(())
    }
}

/// Adds all states that are reached from `start` without reading. Gives the number of operations.
fn follow(
    program: &Program,
    ways: &mut Ways,
    open: &mut Vec<Follow>,
    slots: &mut [Slot],
    start: StateID,
    (text, at): (&[u8], usize),
) -> usize {
    let nfa = &program.nfa;
    let mut operations = 0;
    open.push(Follow::State(start));
    while let Some(task) = open.pop() {
        operations += 1;
        let mut state = match task {
            Follow::State(state) => state,
            Follow::Slot(slot, before) => {
                if let Some(slot) = slots.get_mut(slot) {
                    *slot = before;
                }
                continue;
            }
        };
        while ways.reach(state) {
            operations += 1;
            match nfa.state(state) {
                State::Look { look, next } => {
                    if !nfa.look_matcher().matches(*look, text, at) {
                        break;
                    }
                    state = *next;
                }
                State::Union { alternates } => {
                    let Some((first, others)) = alternates.split_first() else {
                        break;
                    };
                    open.extend(others.iter().rev().map(|other| Follow::State(*other)));
                    state = *first;
                }
                State::BinaryUnion { alt1, alt2 } => {
                    open.push(Follow::State(*alt2));
                    state = *alt1;
                }
                State::Capture { next, slot, .. } => {
                    let index = slot.as_usize();
                    if let Some(slot) = slots.get_mut(index) {
                        open.push(Follow::Slot(index, *slot));
                        *slot = NonMaxUsize::new(at);
                    }
                    state = *next;
                }
                State::Fail => break,
                State::ByteRange { .. }
                | State::Sparse(_)
                | State::Dense(_)
                | State::Match { .. } => {
                    operations += slots.len() / SLOTS_PER_OPERATION;
                    ways.keep(state, slots);
                    break;
                }
            }
        }
    }
    operations
}

fn slots(all: &[Slot], width: usize, state: StateID) -> &[Slot] {
    let start = state.as_usize() * width;
    all.get(start..start + width).unwrap_or_default()
}

impl Ways {
    fn new(states: usize, width: usize) -> Self {
        Self {
            states: Vec::new(),
            marks: vec![0; states],
            mark: 1,
            slots: vec![None; states * width],
        }
    }

    fn clear(&mut self) {
        self.states.clear();
        self.mark += 1;
    }

    /// Whether the state was not reached before.
    fn reach(&mut self, state: StateID) -> bool {
        self.marks
            .get_mut(state.as_usize())
            .is_some_and(|mark| mem::replace(mark, self.mark) != self.mark)
    }

    fn keep(&mut self, state: StateID, slots: &[Slot]) {
        self.states.push(state);
        let start = state.as_usize() * slots.len();
        if let Some(kept) = self.slots.get_mut(start..start + slots.len()) {
            kept.copy_from_slice(slots);
        }
    }
}
