//! A compiled pattern, ready to be run by a [machine](super::machine).

use regex_automata::{
    nfa::thompson::{self, NFA, State, WhichCaptures},
    util::primitives::StateID,
};
use regex_syntax::hir::Hir;

use super::RegexError;

/// Of a compiled pattern. Go's bound is 128 MiB of a program in which a set is one instruction.
pub(super) const MAX_PROGRAM_BYTES: usize = 16 << 20;
/// A search remembers the ends of every group for every state of the program.
const MAX_SEARCH_SLOTS: usize = 2 << 20;

pub(super) struct Program {
    pub(super) nfa: NFA,
    /// Which bytes a match can begin with; none where it can be empty.
    first: Option<Box<[bool; 256]>>,
}

impl Program {
    pub(super) fn new(hir: &Hir) -> Result<Self, RegexError> {
        let configuration = thompson::Config::new()
            .nfa_size_limit(Some(MAX_PROGRAM_BYTES))
            .which_captures(WhichCaptures::All);
        let nfa: NFA = thompson::Compiler::new()
            .configure(configuration)
            .build_from_hir(hir)
            .map_err(|_| RegexError::TooLarge)?;
        let slots = nfa
            .states()
            .len()
            .saturating_mul(nfa.group_info().slot_len());
        if slots > MAX_SEARCH_SLOTS {
            return Err(RegexError::TooLarge);
        }
        let first = first_bytes(&nfa);
        Ok(Self { nfa, first })
    }

    /// In bytes.
    pub(super) fn size(&self) -> usize {
        self.nfa.memory_usage()
    }

    /// Whether a match can begin at `position`.
    pub(super) fn can_begin(&self, text: &[u8], position: usize) -> bool {
        if position > 0 && self.nfa.is_always_start_anchored() {
            return false;
        }
        match (text.get(position), &self.first) {
            (None, first) => first.is_none(),
            (Some(byte), None) => !is_continuation(*byte),
            (Some(byte), Some(first)) => first.get(usize::from(*byte)) == Some(&true),
        }
    }

    /// The first position from `from` on where a match can begin.
    pub(super) fn beginning(&self, text: &[u8], from: usize) -> Option<usize> {
        if self.nfa.is_always_start_anchored() {
            return self.can_begin(text, from).then_some(from);
        }
        (from..=text.len()).find(|position| self.can_begin(text, *position))
    }
}

pub(super) fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

/// Every byte behind which the program could go on, if nothing is read before: conditions such as
/// `^` and `\b` are taken to hold.
fn first_bytes(nfa: &NFA) -> Option<Box<[bool; 256]>> {
    let mut first = Box::new([false; 256]);
    let mut allow = |start: u8, end: u8| {
        let bytes = first.get_mut(usize::from(start)..=usize::from(end));
        bytes.unwrap_or_default().fill(true);
    };
    let mut seen = vec![false; nfa.states().len()];
    let mut open: Vec<StateID> = vec![nfa.start_anchored()];
    while let Some(state) = open.pop() {
        match seen.get_mut(state.as_usize()) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        match nfa.state(state) {
            State::Match { .. } => return None,
            State::Fail => {}
            State::ByteRange { trans } => allow(trans.start, trans.end),
            State::Sparse(sparse) => {
                for transition in &sparse.transitions {
                    allow(transition.start, transition.end);
                }
            }
            State::Dense(_) => allow(0, 255),
            State::Look { next, .. } | State::Capture { next, .. } => open.push(*next),
            State::Union { alternates } => open.extend(alternates.iter()),
            State::BinaryUnion { alt1, alt2 } => open.extend([*alt1, *alt2]),
        }
    }
    Some(first)
}
