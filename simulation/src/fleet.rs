//! All agents, and time that passes.

use std::sync::Arc;

use crate::{
    HOUR, MINUTE, Millis, SECOND, agent::Agent, population::Population, schedule::Schedule,
    store::Store,
};

/// While the store has enough for all, agents know nothing of each other, so each runs on its own
/// for so long: what it is made of is in the processor's cache then.
const LONG: Millis = MINUTE;

/// No time will come.
const NEVER: Millis = Millis::MAX;

/// A fleet and its store.
#[derive(Debug)]
pub struct Fleet {
    population: Population,
    agents: Vec<Agent>,
    /// When something happens to each agent next: looked through each second, so it lies together.
    next: Vec<Millis>,
    pub store: Store,
}

impl Fleet {
    pub fn new(pods: usize, seed: u64, population: Population, schedule: Schedule) -> Self {
        let store = Store::new(schedule, population.nominal_rate() * pods as f64);
        let agents: Vec<_> = (0..pods)
            .map(|pod| Agent::new(pod, pods, seed, &store))
            .collect();
        Self {
            next: agents
                .iter()
                .map(|agent| agent.next().unwrap_or(NEVER))
                .collect(),
            agents,
            population,
            store,
        }
    }

    /// Runs to the end of the schedule; `progress` is told each simulated hour.
    pub fn run(&mut self, mut progress: impl FnMut(Millis)) {
        let length = self.store.schedule.length;
        let mut now = 0;
        while now < length {
            let window = window(&self.store.schedule, now);
            let end = ((now / window + 1) * window).min(length);
            // Who comes first when there is not enough for all changes from time to time.
            let first = (now / SECOND * 7919) as usize % self.agents.len().max(1);
            self.step(first..self.agents.len(), end);
            self.step(0..first, end);
            self.store.look_back(now, end);
            if end.is_multiple_of(HOUR) {
                progress(end);
            }
            now = end;
        }
        for agent in &self.agents {
            agent.close(length, &mut self.store);
        }
    }

    fn step(&mut self, pods: std::ops::Range<usize>, end: Millis) {
        let Self {
            population,
            agents,
            next,
            store,
        } = self;
        let plan = |kind| Arc::clone(population.plan(kind));
        for (agent, next) in agents[pods.clone()].iter_mut().zip(&mut next[pods]) {
            if *next < end {
                *next = agent.run(end, plan, store).unwrap_or(NEVER);
            }
        }
    }

    pub fn pods(&self) -> usize {
        self.agents.len()
    }

    pub fn population(&self) -> &Population {
        &self.population
    }

    /// How many agents have all files and nothing to complain of.
    pub fn well(&self) -> usize {
        self.agents.iter().filter(|agent| agent.is_well()).count()
    }
}

/// How long each agent runs on its own from now on.
fn window(schedule: &Schedule, now: Millis) -> Millis {
    let mut spells = schedule.spells.iter();
    let is_near = spells.any(|spell| spell.from < now + LONG && now < spell.to + 2 * LONG);
    if is_near { SECOND } else { LONG }
}
