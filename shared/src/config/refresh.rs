//! How often secrets without a lease are looked at.

use serde::{Deserialize, Serialize};

use crate::value::HumanDuration;

/// How often secrets without a lease are read again.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RefreshConfig {
    pub interval: HumanDuration,
    /// Share of the interval by which each wait is lengthened or shortened at random, 0 to 0.5.
    /// The default keeps looks no rarer, and no more frequent, than the original agent's, which
    /// looks after 85 to 95 % of its interval.
    #[serde(default = "default_jitter")]
    pub jitter: f64,
    /// Look more often after a change, and less often while nothing changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adaptive: Option<AdaptiveRange>,
    /// Ask for the version of a KV version 2 secret first, where that is allowed, and for its data
    /// only when it is another.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub version_first: bool,
}

/// Between what the interval moves: to the shortest with a change, and half as long again with each
/// look that finds none.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AdaptiveRange {
    pub shortest: HumanDuration,
    pub longest: HumanDuration,
}

impl RefreshConfig {
    pub const DEFAULT_INTERVAL: HumanDuration = HumanDuration::from_secs(60);

    /// This often, and otherwise as by default.
    pub fn every(interval: HumanDuration) -> Self {
        Self {
            interval,
            ..Self::default()
        }
    }

    /// What is wrong with it: the field and why.
    pub(super) fn problem(&self) -> Option<(&'static str, &'static str)> {
        if !(0.0..=0.5).contains(&self.jitter) {
            return Some(("jitter", "not between 0 and 0.5"));
        }
        if self.interval.as_duration().is_zero() {
            return Some(("interval", "longer than zero, please"));
        }
        let range = self.adaptive?;
        let is_range = !range.shortest.as_duration().is_zero()
            && range.shortest.as_duration() <= range.longest.as_duration();
        (!is_range).then_some(("adaptive", "shortest is above zero and not above longest"))
    }
}

impl Default for RefreshConfig {
    fn default() -> Self {
        Self {
            interval: Self::DEFAULT_INTERVAL,
            jitter: default_jitter(),
            adaptive: None,
            version_first: true,
        }
    }
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde wants it")]
const fn is_yes(is: &bool) -> bool {
    *is
}

const fn default_jitter() -> f64 {
    0.05
}
