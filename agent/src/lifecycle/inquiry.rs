//! How many questions a store is asked at once: one, but at the start of a pod that waits for many
//! secrets.

/// So many first reads at once. Each takes a connection of its own, and a whole fleet may start.
const AT_ONCE: usize = 3;
/// Fewer secrets than this are nearly there when another connection is.
const MANY: usize = 6;

/// What a store is being asked.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Inquiry {
    #[default]
    Nothing,
    /// Something that nothing else is asked beside.
    One,
    /// So many secrets that were never there.
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
