//! How many questions a store is asked at once: one, but at the start of a pod that waits for many
//! secrets.

/// So many first reads at once make a store answer as fast as it can to one agent. More would take
/// from others what this one does not gain.
const AT_ONCE: usize = 3;
/// Fewer secrets than this are read before more connections are made.
const MANY: usize = 6;

/// What a store is being asked.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Inquiry {
    #[default]
    Nothing,
    /// Something that nothing else is asked beside.
    One,
    /// So many secrets that were never there, and no pause goes by for them.
    FirstReads(usize),
}

impl Inquiry {
    pub(super) fn is_none(self) -> bool {
        self == Self::Nothing
    }

    /// Whether a first read may join, where the agent needs so many `secrets` of the store.
    pub(super) fn may_grow(self, secrets: usize) -> bool {
        matches!(self, Self::FirstReads(count) if count < AT_ONCE) && secrets >= MANY
    }

    pub(super) fn first_read_began(&mut self) {
        *self = match *self {
            Self::FirstReads(count) => Self::FirstReads(count + 1),
            Self::Nothing | Self::One => Self::FirstReads(1),
        };
    }

    pub(super) fn ended(&mut self) {
        *self = match *self {
            Self::FirstReads(count) if count > 1 => Self::FirstReads(count - 1),
            _ => Self::Nothing,
        };
    }
}
