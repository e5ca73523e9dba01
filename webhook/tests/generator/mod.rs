//! Pods of many shapes, which ask for anything that there is an annotation for.
//!
//! The same seed gives the same pod. A pod is its parts put together, each with chances of its own,
//! so that one with fewer parts has the others as they were: that is how a failure is made small.

mod annotations;
mod shape;
mod values;

use std::collections::BTreeSet;

use fastrand::Rng;
use serde_json::{Value, json};

/// What a pod is made of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Recipe {
    seed: u64,
    parts: BTreeSet<usize>,
}

impl Recipe {
    /// # Panics
    /// Never: every seed is one.
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let shapes = (0..shape::PARTS.len()).filter(|_| rng.u8(0..4) == 0);
        let mut parts: BTreeSet<_> = shapes.collect();
        let annotations = rng.usize(0..10);
        parts.extend((0..annotations).map(|part| shape::PARTS.len() + part));
        Self { seed, parts }
    }

    /// The pod, as it would be sent to the API server.
    pub(crate) fn pod(&self) -> Value {
        let mut pod = shape::plain(self.seed);
        let prefix = annotations::prefix(self.seed);
        annotations::ask(&mut pod, prefix);
        for part in &self.parts {
            let mut rng = Rng::with_seed(self.seed ^ (*part as u64 + 1).wrapping_mul(0x9E37_79B9));
            match shape::PARTS.get(*part) {
                Some((_, change)) => change(&mut pod, &mut rng),
                None => annotations::add(&mut pod, prefix, &mut rng),
            }
        }
        pod
    }

    /// Recipes with one part less.
    pub(crate) fn smaller(&self) -> impl Iterator<Item = Self> {
        self.parts.iter().map(|part| {
            let mut smaller = self.clone();
            smaller.parts.remove(part);
            smaller
        })
    }
}

/// The pod of a seed with fields that no version of Kubernetes knows.
pub(crate) fn from_the_future(mut pod: Value) -> Value {
    pod["spec"]["fromTheFuture"] = json!({ "kept": [1.50, null, { "as": "it is" }] });
    pod["spec"]["containers"][0]["fromTheFuture"] = json!({ "a": 1e3 });
    pod["metadata"]["fromTheFuture"] = json!([]);
    pod
}
