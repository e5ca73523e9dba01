//! The result of `loop`: numbers that can be taken once, as from a Go channel.

use std::cell::Cell;

/// Numbers from a start up to an end, each handed out once, whoever asks.
#[derive(Debug)]
pub struct Channel {
    next: Cell<i64>,
    end: i64,
}

impl Channel {
    /// The numbers from `start` up to but without `end`.
    pub fn new(start: i64, end: i64) -> Self {
        Self {
            next: Cell::new(start),
            end,
        }
    }

    pub fn take(&self) -> Option<i64> {
        let next = self.next.get();
        (next < self.end).then(|| {
            self.next.set(next.saturating_add(1));
            next
        })
    }
}
