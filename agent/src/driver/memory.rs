//! What this life has of the one before, and keeps for the one after.

use std::time::{Duration, SystemTime};

use tracing::{info, warn};
use vouchsafe_shared::secret::SecretString;
use vouchsafe_template::scope::Dependency;

use super::Driver;
use crate::{
    answer::Answer,
    lifecycle::{Event, Lifecycle, Moment, Resume, ResumedSecret, ResumedToken},
    plan::{PlannedSecret, SecretIndex, StoreIndex},
    state::{SavedSecret, SavedToken, State, StateFile},
    store::{Lifetime, Store},
};

#[derive(Debug)]
pub(super) struct Memory {
    file: StateFile,
    beginning: Moment,
    /// By store.
    tokens: Vec<Option<Token>>,
    /// By secret: when it came, or what it hangs on was last renewed, and how long it was good then.
    times: Vec<Option<(Moment, Lifetime)>>,
    /// Of the life before, until the lifecycle knows whether somebody needs it.
    answers: Vec<(StoreIndex, Dependency, Answer, Moment, Lifetime)>,
    unsaved: Unsaved,
    /// There is none after this one.
    is_last_life: bool,
    /// The last attempt to save failed, and that was told.
    has_failed: bool,
}

#[derive(Debug)]
struct Token {
    token: SecretString,
    at: ResumedToken,
}

/// What would be lost if the agent were killed now.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Unsaved {
    Nothing,
    /// What can be read again.
    Replaceable,
    /// What was issued to this agent.
    Issued,
}

impl Memory {
    /// What an earlier life left, for the lifecycle to go on with.
    pub(super) fn load(file: StateFile, stores: usize) -> (Self, Resume) {
        let state = file.load().unwrap_or_else(|failure| {
            warn!(%failure, "state_ignored: logging in anew");
            State::default()
        });
        let tokens = state.tokens.iter().flatten().map(|token| token.age);
        let secrets = state.secrets.iter().map(|secret| secret.age);
        let beginning = Moment(tokens.chain(secrets).max().unwrap_or_default());
        let at = |age: Duration| Moment(beginning.0.saturating_sub(age));
        let mut memory = Self {
            file,
            beginning,
            tokens: (0..stores).map(|_| None).collect(),
            times: Vec::new(),
            answers: Vec::new(),
            unsaved: Unsaved::Nothing,
            is_last_life: false,
            has_failed: false,
        };
        for (place, saved) in memory.tokens.iter_mut().zip(state.tokens) {
            *place = saved.map(|saved| Token {
                at: ResumedToken {
                    at: at(saved.age),
                    lease: saved.lease,
                    full: saved.full,
                },
                token: saved.token,
            });
        }
        let now = SystemTime::now();
        for saved in state.secrets {
            let came = now.checked_sub(saved.age).unwrap_or(now);
            // One that this version cannot read is asked for again.
            if let Ok((answer, _)) = Answer::decode(&saved.dependency, &saved.reply, came) {
                let at = at(saved.age);
                let SavedSecret {
                    store,
                    dependency,
                    lifetime,
                    ..
                } = saved;
                memory
                    .answers
                    .push((store, dependency, answer, at, lifetime));
            }
        }
        let secrets = memory.answers.iter();
        let secrets = secrets.map(|(store, dependency, _, at, lifetime)| ResumedSecret {
            store: *store,
            dependency: dependency.clone(),
            at: *at,
            lifetime: *lifetime,
        });
        let resume = Resume {
            now: beginning,
            tokens: memory
                .tokens
                .iter()
                .map(|token| token.as_ref().map(|token| token.at))
                .collect(),
            secrets: secrets.collect(),
            told: Vec::new(),
        };
        let tokens = resume.tokens.iter().flatten().count();
        if tokens + resume.secrets.len() > 0 {
            info!(tokens, secrets = resume.secrets.len(), "resumed");
        }
        (memory, resume)
    }

    /// When this life began.
    pub(super) fn beginning(&self) -> Moment {
        self.beginning
    }

    /// By store, the last one there was.
    pub(super) fn tokens(&self) -> Vec<Option<&SecretString>> {
        let tokens = self.tokens.iter();
        tokens
            .map(|token| token.as_ref().map(|token| &token.token))
            .collect()
    }

    pub(super) fn token(&self, store: StoreIndex) -> Option<&SecretString> {
        self.tokens[store.0].as_ref().map(|token| &token.token)
    }

    /// When a secret was read, or its lease renewed.
    pub(super) fn came(&self, secret: SecretIndex) -> Option<Moment> {
        let (at, _) = (*self.times.get(secret.0)?)?;
        Some(at)
    }

    /// When what was read ends, if it does.
    pub(super) fn ends(&self, secret: SecretIndex) -> Option<Moment> {
        let (at, lifetime) = (*self.times.get(secret.0)?)?;
        let lasts = match lifetime {
            Lifetime::Leased(lease) => lease.duration,
            Lifetime::Ends { after, .. } | Lifetime::Expires { after } => after,
            Lifetime::Unlimited | Lifetime::Replaced { .. } => return None,
        };
        // Without a duration its end is unknown.
        (!lasts.is_zero()).then(|| at + lasts)
    }

    /// The answer of the life before to what is needed in this one.
    pub(super) fn recall(
        &mut self,
        secret: SecretIndex,
        planned: &PlannedSecret,
    ) -> Option<Answer> {
        let store = planned.store?;
        let mut answers = self.answers.iter();
        let index = answers
            .position(|(of, dependency, ..)| *of == store && *dependency == planned.dependency)?;
        let (_, _, answer, at, lifetime) = self.answers.swap_remove(index);
        *self.time_of(secret) = Some((at, lifetime));
        Some(answer)
    }

    pub(super) fn forget(&mut self, secret: SecretIndex) {
        *self.time_of(secret) = None;
        self.is_unsaved(Unsaved::Replaceable);
    }

    /// What is kept is of no use to anybody after this life.
    pub(super) fn is_last_life(&mut self) {
        self.is_last_life = true;
    }

    /// Saves what this life leaves, or removes it if none comes after.
    pub(super) fn settle(
        &mut self,
        now: Moment,
        lifecycle: &Lifecycle,
        answers: &[Option<Answer>],
    ) {
        if self.unsaved != Unsaved::Nothing || self.is_last_life {
            self.save(now, lifecycle, answers);
        }
    }

    fn time_of(&mut self, secret: SecretIndex) -> &mut Option<(Moment, Lifetime)> {
        if self.times.len() <= secret.0 {
            self.times.resize(secret.0 + 1, None);
        }
        &mut self.times[secret.0]
    }

    fn is_unsaved(&mut self, unsaved: Unsaved) {
        self.unsaved = self.unsaved.max(unsaved);
    }

    fn save(&mut self, now: Moment, lifecycle: &Lifecycle, answers: &[Option<Answer>]) {
        self.unsaved = Unsaved::Nothing;
        let saved = if self.is_last_life {
            self.file.remove().map_err(Into::into)
        } else {
            let state = self.state(now, lifecycle, answers);
            self.file.save(&state)
        };
        let has_failed = saved.is_err();
        if let Err(failure) = saved
            && !self.has_failed
        {
            warn!(%failure, "state_not_saved: the next life of the agent logs in anew");
        }
        self.has_failed = has_failed;
    }

    fn state(&self, now: Moment, lifecycle: &Lifecycle, answers: &[Option<Answer>]) -> State {
        let age = |at: Moment| now.0.saturating_sub(at.0);
        let tokens = self.tokens.iter().map(|token| {
            token.as_ref().map(|token| SavedToken {
                token: token.token.clone(),
                age: age(token.at.at),
                lease: token.at.lease,
                full: token.at.full,
            })
        });
        let known = self.times.iter().zip(answers).enumerate();
        let known = known.filter_map(|(index, (time, answer))| {
            let ((at, lifetime), answer) = ((*time)?, answer.as_ref()?);
            let planned = lifecycle.demand().secret(SecretIndex(index))?;
            Some(SavedSecret {
                store: planned.store?,
                dependency: planned.dependency.clone(),
                age: age(at),
                lifetime,
                reply: answer.reply()?,
            })
        });
        // What was not taken up yet may still be, unless it was good no longer and there is another.
        let is_superseded = |store: StoreIndex, dependency: &Dependency| {
            let index = lifecycle.demand().find(store, dependency);
            let answer = index.and_then(|index| answers.get(index.0)?.as_ref());
            answer.is_some()
        };
        let left = self.answers.iter();
        let left = left.filter(|(store, dependency, ..)| !is_superseded(*store, dependency));
        let left = left.filter_map(|(store, dependency, answer, at, lifetime)| {
            Some(SavedSecret {
                store: *store,
                dependency: dependency.clone(),
                age: age(*at),
                lifetime: *lifetime,
                reply: answer.reply()?,
            })
        });
        State {
            tokens: tokens.collect(),
            secrets: known.chain(left).collect(),
        }
    }
}

impl<S: Store> Driver<S> {
    /// Takes note of what the next life must know.
    pub(super) fn remember(&mut self, now: Moment, event: &Event) {
        let memory = &mut self.memory;
        match event {
            Event::LoggedIn { store, lease } => {
                let client = self.stores[store.0].own();
                let token = client.and_then(|client| client.token());
                memory.tokens[store.0] = token.map(|token| Token {
                    token: token.clone(),
                    at: ResumedToken {
                        at: now,
                        lease: *lease,
                        full: lease.duration,
                    },
                });
                // What hung on the token before is asked for anew.
                for (index, secret) in self.lifecycle.demand().secrets() {
                    let time = memory.time_of(index);
                    if secret.store == Some(*store) && time.is_some_and(|(_, life)| is_bound(life))
                    {
                        *time = None;
                    }
                }
                memory
                    .answers
                    .retain(|(of, _, _, _, lifetime)| of != store || !is_bound(*lifetime));
                memory.is_unsaved(Unsaved::Issued);
            }
            Event::Renewed { store, lease } => {
                if let Some(token) = &mut memory.tokens[store.0] {
                    token.at.at = now;
                    token.at.lease = *lease;
                }
                memory.is_unsaved(Unsaved::Replaceable);
            }
            Event::Revoked { store } => {
                memory.tokens[store.0] = None;
                memory.is_unsaved(Unsaved::Issued);
            }
            Event::Read {
                secret,
                changed,
                lifetime,
            } => {
                *memory.time_of(*secret) = Some((now, *lifetime));
                if *lifetime != Lifetime::Unlimited {
                    memory.is_unsaved(Unsaved::Issued);
                } else if *changed {
                    memory.is_unsaved(Unsaved::Replaceable);
                }
            }
            Event::LeaseRenewed { secret, lease } => {
                let time = memory.time_of(*secret);
                if time.is_some() {
                    *time = Some((now, Lifetime::Leased(*lease)));
                }
                memory.is_unsaved(Unsaved::Replaceable);
            }
            _ => {}
        }
    }

    /// Saves what was issued at once, and the rest when no request is under way, so that a round of
    /// reads is saved once.
    pub(super) fn keep_up(&mut self) {
        let is_quiet = !self.lifecycle.is_asking();
        if self.lifecycle.is_rendered() && is_quiet {
            // Nobody needs what was not recalled by now.
            self.memory.answers.clear();
            self.lifecycle.forget_past();
        }
        let is_due = match self.memory.unsaved {
            Unsaved::Nothing => false,
            Unsaved::Replaceable => is_quiet,
            Unsaved::Issued => true,
        };
        if is_due {
            let now = self.now();
            self.memory.save(now, &self.lifecycle, &self.answers);
        }
    }
}

/// Whether it ends with the token that it was asked with.
fn is_bound(lifetime: Lifetime) -> bool {
    match lifetime {
        Lifetime::Leased(_) => true,
        Lifetime::Ends { with_token, .. } => with_token,
        Lifetime::Unlimited | Lifetime::Expires { .. } | Lifetime::Replaced { .. } => false,
    }
}
