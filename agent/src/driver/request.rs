//! Requests to stores: starting them, and what comes of them.

use std::time::SystemTime;

use tracing::{debug, info, warn};
use vouchsafe_shared::{diagnostic::Code, secret::SecretString};
use vouchsafe_template::{redact::redacted, scope::Dependency};

use super::{Done, Driver, clients::Client};
use crate::{
    answer::Answer,
    fault::{Fault, Retry, Whose},
    lifecycle::{Action, Event},
    metrics::RequestKind,
    plan::{SecretIndex, StoreIndex},
    store::{KnownVersion, Lease, Lifetime, Reader, Response, Store, TokenLease},
};

pub(super) enum Outcome {
    Adopt(Result<TokenLease, Fault>),
    Login(Result<TokenLease, Fault>),
    Renew(Result<TokenLease, Fault>),
    Read(SecretIndex, Result<Response, Fault>),
    RenewLease(SecretIndex, Result<Lease, Fault>),
    Revoke(Result<(), Fault>),
}

impl Outcome {
    /// Why there was no answer, or one that refuses.
    pub(super) fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Adopt(result) | Self::Login(result) | Self::Renew(result) => {
                result.as_ref().err()
            }
            Self::Read(_, result) => result.as_ref().err(),
            Self::RenewLease(_, result) => result.as_ref().err(),
            Self::Revoke(result) => result.as_ref().err(),
        }
    }
}

impl<S: Store> Driver<S> {
    /// Carries out what is about secrets and tokens; what needs no store is done at once.
    pub(super) fn start(&mut self, action: Action) -> Option<Event> {
        match action {
            Action::Adopt(store) => {
                let token = self.memory.token(store).cloned();
                let token = token.unwrap_or_else(|| SecretString::from(""));
                self.request(store, RequestKind::LookUp, |mut client| async {
                    let result = client.adopt(token).await;
                    (client, Outcome::Adopt(result))
                });
            }
            Action::Login(store) => {
                self.request(store, RequestKind::Login, |mut client| async {
                    let result = client.login().await;
                    (client, Outcome::Login(result))
                });
            }
            Action::Renew(store) => {
                self.request(store, RequestKind::RenewToken, |mut client| async {
                    let result = client.renew().await;
                    (client, Outcome::Renew(result))
                });
            }
            Action::Revoke(store) => {
                self.watches.end(store);
                self.request(store, RequestKind::Revoke, |mut client| async {
                    let result = client.revoke().await;
                    (client, Outcome::Revoke(result))
                });
            }
            Action::Read(secret) => return self.read(secret),
            Action::RenewLease(secret) => self.renew_lease(secret),
            Action::Watch(store) => self.watches.begin(store),
            Action::Recall(secret) => {
                if let Some(planned) = self.lifecycle.demand().secret(secret) {
                    debug!(secret = %planned.dependency, "secret_recalled");
                    let recalled = self.memory.recall(secret, planned);
                    self.put(secret, recalled);
                }
            }
            Action::Forget(secret) => {
                self.ledger.forget(secret);
                self.memory.forget(secret);
                self.put(secret, None);
            }
            Action::Render(_)
            | Action::DropPrevious(_)
            | Action::Reload(_)
            | Action::Run(_)
            | Action::GiveUp(_)
            | Action::Stop => {}
        }
        None
    }

    /// Starts a read; one that needs no store is done at once.
    fn read(&mut self, secret: SecretIndex) -> Option<Event> {
        let planned = self.lifecycle.demand().secret(secret)?.clone();
        let Some(store) = planned.store else {
            return Some(match Answer::of_file(planned.dependency.path()) {
                Ok(answer) => self.learnt(secret, answer, Lifetime::Unlimited),
                Err(fault) => Event::ReadFailed { secret, fault },
            });
        };
        let kind = match planned.dependency {
            Dependency::Read { .. } | Dependency::File { .. } => RequestKind::Read,
            Dependency::List { .. } => RequestKind::List,
            Dependency::Write { .. } => RequestKind::Write,
            Dependency::Certificate { .. } => RequestKind::Certificate,
        };
        let known = self.known_version(secret);
        let mut client = self.stores[store.0].take()?;
        self.tasks.spawn(async move {
            let result = client.ask(&planned.dependency, known.as_ref()).await;
            Done::Request {
                store,
                client,
                kind,
                outcome: Outcome::Read(secret, result),
            }
        });
        None
    }

    /// The version of an answer that may be asked about by its number.
    fn known_version(&self, secret: SecretIndex) -> Option<KnownVersion> {
        let refresh = self.lifecycle.demand().refresh_of(secret);
        let answer = self.answers.get(secret.0)?.as_ref()?;
        answer.known_version().filter(|_| refresh.version_first)
    }

    fn renew_lease(&mut self, secret: SecretIndex) {
        let planned = self.lifecycle.demand().secret(secret);
        let answer = self.answers.get(secret.0).and_then(Option::as_ref);
        let id = answer
            .and_then(Answer::lease)
            .unwrap_or_default()
            .to_owned();
        let Some(store) = planned.and_then(|planned| planned.store) else {
            return;
        };
        self.request(
            store,
            RequestKind::RenewLease,
            move |mut client| async move {
                let result = client.renew_lease(&id).await;
                (client, Outcome::RenewLease(secret, result))
            },
        );
    }

    fn request<F, R>(&mut self, store: StoreIndex, kind: RequestKind, request: F)
    where
        F: FnOnce(S) -> R,
        R: Future<Output = (S, Outcome)> + Send + 'static,
    {
        let Some(client) = self.stores[store.0].take_own() else {
            return;
        };
        let request = request(client);
        self.tasks.spawn(async move {
            let (client, outcome) = request.await;
            Done::Request {
                store,
                client: Client::Own(client),
                kind,
                outcome,
            }
        });
    }

    /// Puts an answer where templates and files find it.
    fn learnt(&mut self, secret: SecretIndex, answer: Answer, lifetime: Lifetime) -> Event {
        let known = self.answers.get(secret.0).and_then(Option::as_ref);
        let changed = known.is_none_or(|known| !known.is_same(&answer));
        if let Some(known) = known
            && let Some(reason) = answer.is_older_than(known)
        {
            let code = Code::AnswerStale;
            let fault = Fault::new(code, Whose::Store, Retry::Backoff, reason);
            return Event::ReadStale { secret, fault };
        }
        if let Some(planned) = self.lifecycle.demand().secret(secret) {
            let version = answer.version();
            debug!(secret = %planned.dependency, changed, version, ?lifetime, "secret_read");
        }
        self.put(secret, Some(answer));
        Event::Read {
            secret,
            changed,
            lifetime,
        }
    }

    /// A store may repeat what it was given, which may be a value of another secret.
    fn without_values(&self, secret: SecretIndex, fault: Fault) -> Fault {
        let planned = self.lifecycle.demand().secret(secret);
        let Some(Dependency::Write { arguments, .. } | Dependency::Certificate { arguments, .. }) =
            planned.map(|planned| &planned.dependency)
        else {
            return fault;
        };
        let answers = self.answers.iter().flatten().map(Answer::value).collect();
        let arguments = arguments.values().map(|argument| &**argument);
        Fault {
            message: redacted(&fault.message, arguments, answers),
            ..fault
        }
    }

    fn put(&mut self, secret: SecretIndex, answer: Option<Answer>) {
        if self.answers.len() <= secret.0 {
            self.answers.resize_with(secret.0 + 1, || None);
        }
        self.answers[secret.0] = answer;
    }

    pub(super) fn answered(&mut self, store: StoreIndex, outcome: Outcome) -> Event {
        match outcome {
            Outcome::Adopt(Ok(lease)) => Event::Adopted { store, lease },
            Outcome::Adopt(Err(fault)) => Event::AdoptionFailed { store, fault },
            Outcome::Login(Ok(lease)) => Event::LoggedIn { store, lease },
            Outcome::Login(Err(fault)) => Event::LoginFailed { store, fault },
            Outcome::Renew(Ok(lease)) => Event::Renewed { store, lease },
            Outcome::Renew(Err(fault)) => Event::RenewFailed { store, fault },
            Outcome::Read(secret, result) => {
                let demand = self.lifecycle.demand();
                let decoded = result.and_then(|found| match (found, demand.secret(secret)) {
                    (Response::Answer(reply), Some(planned)) => {
                        let now = SystemTime::now();
                        Answer::decode(&planned.dependency, &reply, now).map(Some)
                    }
                    _ => Ok(None),
                });
                match decoded {
                    Ok(Some((answer, lifetime))) => self.learnt(secret, answer, lifetime),
                    // It is as it was, or nobody needs it any more.
                    Ok(None) => Event::Read {
                        secret,
                        changed: false,
                        lifetime: Lifetime::Unlimited,
                    },
                    Err(fault) => Event::ReadFailed {
                        secret,
                        fault: self.without_values(secret, fault),
                    },
                }
            }
            Outcome::RenewLease(secret, Ok(lease)) => Event::LeaseRenewed { secret, lease },
            Outcome::RenewLease(secret, Err(fault)) => Event::LeaseRenewFailed { secret, fault },
            Outcome::Revoke(result) => {
                match result {
                    Ok(()) => info!(store = self.store_name(store), "token_revoked"),
                    Err(fault) => {
                        warn!(store = self.store_name(store), code = %fault.code, reason = fault.message, "token_not_revoked");
                    }
                }
                Event::Revoked { store }
            }
        }
    }
}
