//! Which generations before the current one stay, and for how long.

use std::time::Duration;

use tokio::time::Instant;

/// How many are kept at most, whatever was asked for: a volume for secrets is small.
const LIMIT: usize = 8;

/// The generations that were current once, the last one at the end.
#[derive(Debug, Default)]
pub(super) struct Kept {
    generations: Vec<Past>,
    least: Duration,
}

#[derive(Debug)]
struct Past {
    name: String,
    /// When another took its place.
    since: Instant,
}

impl Kept {
    pub(super) fn for_at_least(least: Duration) -> Self {
        Self {
            generations: Vec::new(),
            least,
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.generations.iter().any(|past| past.name == name)
    }

    /// Another took the place of this one just now. The others stay as long as they are to.
    pub(super) fn add(&mut self, name: String) {
        let now = Instant::now();
        let least = self.least;
        self.generations
            .retain(|past| now.duration_since(past.since) < least);
        self.generations.push(Past { name, since: now });
        let surplus = self.generations.len().saturating_sub(LIMIT);
        self.generations.drain(..surplus);
    }

    /// All but the last one, if there is any.
    pub(super) fn forget_older(&mut self) -> bool {
        let older = self.generations.len().saturating_sub(1);
        self.generations.drain(..older);
        older > 0
    }

    pub(super) fn forget_all(&mut self) {
        self.generations.clear();
    }
}
