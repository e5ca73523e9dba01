//! What renderings change, and what they show to be needed.

use std::time::Duration;

use super::{
    Action, Asked, Code, Ending, FileFault, Lifecycle, Looked, Mode, Moment, Outcome, Retry,
    SecretIndex, SecretState, SetIndex, endless::Further,
};

impl Lifecycle {
    pub(super) fn tried(
        &mut self,
        now: Moment,
        set: SetIndex,
        asked: Vec<Asked>,
        outcome: Outcome,
        actions: &mut Vec<Action>,
    ) {
        for mut asked in asked {
            let depth = &mut self.depths[asked.file.0];
            if asked.complete || !self.demand.is_more(&asked) {
                depth.asks_for_no_more(asked.complete);
            } else {
                match depth.asks_for_more(now, &mut self.rng) {
                    Further::Besides => {}
                    Further::Instead => asked.complete = true,
                    Further::Not => continue,
                }
            }
            let secrets = &self.secrets;
            let is_free = |index: SecretIndex| {
                let state = secrets.get(index.0);
                state.is_none_or(|state| !state.is_under_way())
            };
            self.demand.learn(asked, is_free);
            self.meet_demand(now);
        }
        for secret in self.demand.retire() {
            self.secrets[secret.0].retire();
            actions.push(Action::Forget(secret));
        }
        let next_question = self.next_question(now, set);
        self.sets[set.0].try_again(next_question);
        match outcome {
            Outcome::Incomplete => self.sets[set.0].is_incomplete(now, &mut self.rng),
            Outcome::Failed(fault) => {
                let retry = match next_question {
                    // Before that nothing else comes of it.
                    Some(at) if fault.code == Code::TemplateFailed => {
                        Retry::After(Duration::saturating_sub(at.0, now.0))
                    }
                    _ => fault.retry,
                };
                self.sets[set.0].failed(now, fault, retry, &mut self.rng);
            }
            Outcome::Fatal(FileFault { fault, .. }) => {
                let retry = fault.retry;
                self.sets[set.0].failed(now, fault, retry, &mut self.rng);
                // One that ends anyway keeps to what was decided about its token and the app.
                if self.ending.is_none() {
                    let ending = match self.mode {
                        Mode::Once => Ending::Work,
                        // Kubernetes starts it again, and the app has its secrets meanwhile.
                        Mode::Stay | Mode::HandOver => Ending::Life,
                    };
                    self.end(ending, now);
                }
            }
            Outcome::Rendered {
                changed,
                first,
                kept,
            } => {
                let kept = kept.into_iter().next();
                let state = &mut self.sets[set.0];
                if !changed.is_empty() {
                    state.swapped(now);
                }
                let untold = state.rendered(kept.map(|kept| kept.fault));
                let plan = self.demand.plan();
                let files = plan.files_of(set).filter(|(_, file)| file.command);
                let files = files.map(|(index, _)| index);
                let runs = files.filter(|index| untold || changed.contains(index));
                let before = actions.len();
                actions.extend(runs.map(Action::Run));
                self.running += actions.len() - before;
                let of_volume: Vec<_> = plan.files_of(set).map(|(index, _)| index).collect();
                self.note_changes(now, set, |file| {
                    let is_news = untold || !first && changed.contains(&file);
                    is_news && of_volume.contains(&file)
                });
            }
        }
    }

    /// Gives every secret that is needed its state, with an earlier life's answer if there is one.
    pub(super) fn meet_demand(&mut self, now: Moment) {
        self.secrets
            .resize_with(self.demand.len(), SecretState::unneeded);
        let secrets = self.demand.secrets();
        let mut needed = Vec::new();
        for (index, planned) in secrets {
            if self.secrets[index.0].take_up(now) {
                needed.push((index, self.resume.take(planned, now)));
            }
        }
        for (index, resumed) in needed {
            let Some(resumed) = resumed else { continue };
            let pace = self.pace_of(index);
            let looked = Looked {
                changed: false,
                lifetime: resumed.lifetime,
            };
            self.secrets[index.0].read(resumed.at, looked, &pace, &mut self.rng);
            self.pending.push(Action::Recall(index));
            for set in self.demand.sets_of(index) {
                self.sets[set.0].changed(now);
            }
        }
    }
}
