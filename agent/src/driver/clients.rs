//! Who asks a store: its own client, and others beside it while much is read at once.

use vouchsafe_template::scope::Dependency;

use crate::{
    fault::Fault,
    store::{KnownVersion, Reader, Response, Store},
};

/// The clients of one store.
#[derive(Debug)]
pub(super) struct Clients<S: Store> {
    /// Away while a request of it is under way.
    own: Option<S>,
    /// What the next second one is made of. It has the token in use, and connects to nothing.
    pattern: Option<S::Second>,
    /// Those with a connection, between two requests.
    idle: Vec<S::Second>,
}

/// Whoever is there to ask.
#[derive(Debug)]
pub(super) enum Client<S: Store> {
    Own(S),
    Second(S::Second),
}

impl<S: Store> Clients<S> {
    pub(super) fn new(own: S) -> Self {
        Self {
            own: Some(own),
            pattern: None,
            idle: Vec::new(),
        }
    }

    pub(super) fn own(&mut self) -> Option<&mut S> {
        self.own.as_mut()
    }

    /// For what only the store's own can do.
    pub(super) fn take_own(&mut self) -> Option<S> {
        self.own.take()
    }

    /// For asking; none before anybody has logged in.
    pub(super) fn take(&mut self) -> Option<Client<S>> {
        let own = self.own.take().map(Client::Own);
        let mut second = || self.idle.pop().or_else(|| self.pattern.clone());
        own.or_else(|| second().map(Client::Second))
    }

    pub(super) fn put_back(&mut self, client: Client<S>) {
        match client {
            Client::Own(own) => self.own = Some(own),
            Client::Second(second) => self.idle.push(second),
        }
    }

    /// There is another token: no other is used from now on.
    pub(super) fn token_came(&mut self) {
        self.idle.clear();
        self.pattern = self.own.as_ref().and_then(S::second);
    }

    /// Nothing is to be asked beside the store's own client for now: closes the connections.
    pub(super) fn rest(&mut self) {
        self.idle.clear();
    }
}

impl<S: Store> Reader for Client<S> {
    async fn ask(
        &mut self,
        dependency: &Dependency,
        known: Option<&KnownVersion>,
    ) -> Result<Response, Fault> {
        match self {
            Self::Own(own) => own.ask(dependency, known).await,
            Self::Second(second) => second.ask(dependency, known).await,
        }
    }

    fn take_sent(&mut self) -> u64 {
        match self {
            Self::Own(own) => own.take_sent(),
            Self::Second(second) => second.take_sent(),
        }
    }
}
