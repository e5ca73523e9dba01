//! What happens to the store and to the fleet, and when.

use crate::{HOUR, MINUTE, Millis, SECOND};

/// How the store answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Condition {
    Well,
    /// Connections are refused.
    Down,
    /// 503 to everything.
    Sealed,
    /// 500 to everything: no leader.
    Leaderless,
    /// 429 to what is above its quota, which is then a little below what the fleet needs.
    Tight,
}

/// A time in which the store answers in one way.
#[derive(Clone, Copy, Debug)]
pub struct Spell {
    pub from: Millis,
    pub to: Millis,
    pub condition: Condition,
}

/// What a container goes on with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Start {
    /// A new pod: nothing.
    Empty,
    /// The same pod: what the life before had saved.
    Resumed,
}

/// One run.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub name: &'static str,
    pub length: Millis,
    /// In the order of time, not overlapping.
    pub spells: Vec<Spell>,
    /// When every KV secret changes.
    pub rotations: Vec<Millis>,
    /// When the store loses all tokens and leases.
    pub loss: Option<Millis>,
    /// From when to when each pod is replaced by another.
    pub rolling: Option<(Millis, Millis)>,
    /// From when to when each tenth container starts again in its pod.
    pub in_place: Option<(Millis, Millis)>,
}

/// All pods are there after this time.
pub const ROLLOUT: Millis = 30 * MINUTE;

/// The scenarios by name.
pub const NAMES: [&str; 3] = ["day", "quarter", "calm"];

impl Condition {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Down => "connections refused",
            Self::Sealed => "sealed",
            Self::Leaderless => "leader change",
            Self::Tight => "rate limit",
        }
    }

    pub const fn answers(self) -> bool {
        matches!(self, Self::Well | Self::Tight)
    }
}

impl Schedule {
    /// A scenario by its name, cut off after some hours.
    pub fn named(name: &str, hours: Option<u64>) -> Option<Self> {
        let mut schedule = match name {
            "day" => Self::day(),
            "quarter" => Self::quarter(),
            "calm" => Self::calm(),
            _ => return None,
        };
        if let Some(hours) = hours {
            schedule.length = hours * HOUR;
            schedule.spells.retain(|spell| spell.to <= hours * HOUR);
        }
        Some(schedule)
    }

    /// Everything there is, with calm hours between.
    fn day() -> Self {
        Self {
            name: "day",
            length: 24 * HOUR,
            spells: vec![
                spell(3 * HOUR, 10 * MINUTE, Condition::Down),
                spell(5 * HOUR, 30 * MINUTE, Condition::Sealed),
                spell(9 * HOUR, 30 * SECOND, Condition::Leaderless),
                spell(14 * HOUR, HOUR, Condition::Tight),
                // A process takes a moment to start.
                spell(17 * HOUR, 10 * SECOND, Condition::Down),
            ],
            rotations: vec![7 * HOUR],
            loss: Some(17 * HOUR),
            rolling: Some((11 * HOUR, 11 * HOUR + 30 * MINUTE)),
            in_place: Some((13 * HOUR, 13 * HOUR + 2 * MINUTE)),
        }
    }

    /// The same events in six hours, for tests.
    fn quarter() -> Self {
        let minutes = |minutes: u64| minutes * MINUTE;
        Self {
            name: "quarter",
            length: 6 * HOUR,
            spells: vec![
                spell(minutes(60), 10 * MINUTE, Condition::Down),
                spell(minutes(90), 30 * MINUTE, Condition::Sealed),
                spell(minutes(150), 30 * SECOND, Condition::Leaderless),
                spell(minutes(260), 20 * MINUTE, Condition::Tight),
                spell(minutes(310), 10 * SECOND, Condition::Down),
            ],
            rotations: vec![minutes(140)],
            loss: Some(minutes(310)),
            rolling: Some((minutes(180), minutes(210))),
            in_place: Some((minutes(235), minutes(237))),
        }
    }

    /// Nothing happens.
    fn calm() -> Self {
        Self {
            name: "calm",
            length: 24 * HOUR,
            spells: Vec::new(),
            rotations: Vec::new(),
            loss: None,
            rolling: None,
            in_place: None,
        }
    }

    pub fn condition(&self, now: Millis) -> Condition {
        let mut spells = self.spells.iter();
        let spell = spells.find(|spell| spell.from <= now && now < spell.to);
        spell.map_or(Condition::Well, |spell| spell.condition)
    }

    /// For how much of a time the store answered.
    pub fn answering_between(&self, from: Millis, to: Millis) -> Millis {
        let silent = self
            .spells
            .iter()
            .filter(|spell| !spell.condition.answers());
        let overlaps = silent.map(|spell| spell.to.min(to).saturating_sub(spell.from.max(from)));
        to.saturating_sub(from).saturating_sub(overlaps.sum())
    }

    /// The version of every KV secret.
    pub fn version(&self, now: Millis) -> u32 {
        let changes = self.rotations.iter().filter(|change| **change <= now);
        1 + u32::try_from(changes.count()).unwrap_or(u32::MAX)
    }

    /// When and how a pod's agent starts, the first time not before `now`.
    pub fn start(&self, pod: usize, pods: usize, now: Millis) -> Option<(Millis, Start)> {
        let within = |(from, to): (Millis, Millis)| from + (to - from) * pod as u64 / pods as u64;
        let restarted = self.in_place.filter(|_| pod % 10 == 3);
        [
            Some((within((0, ROLLOUT)), Start::Empty)),
            self.rolling.map(|times| (within(times), Start::Empty)),
            restarted.map(|times| (within(times), Start::Resumed)),
        ]
        .into_iter()
        .flatten()
        .filter(|(at, _)| *at >= now)
        .min_by_key(|(at, _)| *at)
    }

    /// What is told of, with its place in time.
    pub fn events(&self) -> Vec<(Millis, Millis, &'static str)> {
        let lost = |spell: &Spell| self.loss == Some(spell.from);
        let spells = self.spells.iter().map(|spell| {
            let name = if lost(spell) {
                "all tokens lost"
            } else {
                spell.condition.name()
            };
            (spell.from, spell.to, name)
        });
        let mut events: Vec<_> = spells.collect();
        let rotations = self.rotations.iter();
        events.extend(rotations.map(|at| (*at, *at, "every KV secret changes")));
        events.extend(self.rolling.map(|(from, to)| (from, to, "rolling restart")));
        let in_place = self.in_place;
        events.extend(in_place.map(|(from, to)| (from, to, "a tenth restarts in place")));
        events.push((0, ROLLOUT, "first rollout"));
        events.retain(|(from, _, _)| *from < self.length);
        events.sort_unstable();
        events
    }
}

fn spell(from: Millis, length: Millis, condition: Condition) -> Spell {
    Spell {
        from,
        to: from + length,
        condition,
    }
}
