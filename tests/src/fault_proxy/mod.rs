//! A proxy before a store that does to requests what networks and servers do on bad days, and counts
//! them.
//!
//! It speaks plain HTTP/1.1 and passes each request on over a connection of its own. What it does
//! can be changed at any time, and counts from the next request on. After a change of the protocol
//! it passes bytes on, and only cutting the connection has an effect. Before a store that speaks TLS
//! it cannot read anything: there it passes bytes on ([`FaultProxy::blind`]) and each connection counts as a
//! request.

mod blind;
mod exchange;
mod message;

use std::{
    io,
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, SystemTime},
};

use crate::solo::free_port;

/// What happens to a request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The answer comes this much later.
    Delay(Duration),
    /// The answer breaks off in the middle of its body: the connection is reset.
    ResetMidBody,
    /// The answer is whole for HTTP, but its body is only the first half.
    TruncatedBody,
    /// This answer instead of the store's; the store is not asked.
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// Bytes that are no HTTP; the store is not asked.
    Garbage,
    /// An answer of this many bytes, without the store's; most of it is never read.
    Oversized(usize),
    /// The request arrives and no answer ever comes.
    BlackHole,
    /// The store is asked and its answer is lost.
    AnswerLost,
    /// The connection is reset as soon as it is made.
    Reset,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub at: SystemTime,
    pub method: String,
    /// With `/v1/`, and the query.
    pub path: String,
}

/// Listens at one address until dropped.
#[derive(Debug)]
pub struct FaultProxy {
    at: SocketAddr,
    shared: Arc<Shared>,
    serve: Serve,
    listening: Option<Listening>,
}

type Serve = fn(&TcpStream, &Shared);

#[derive(Debug)]
struct Listening {
    listener: TcpListener,
    ending: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    upstream: u16,
    state: Mutex<State>,
    /// Told when rules change and when connections are to end.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The first whose start of the path fits counts.
    rules: Vec<(String, Fault)>,
    seen: Vec<Seen>,
    connections: usize,
    open: Vec<Weak<TcpStream>>,
    /// Bumped to end what waits.
    cut: u64,
    /// Tokens that requests and answers had.
    tokens: Vec<String>,
}

/// On loopback. Whoever else looks at a free port has it for a moment, so that others are tried.
fn here() -> TcpListener {
    let mut tries = (0..100).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, free_port())));
    tries
        .find_map(Result::ok)
        .expect("one of a hundred free ports")
}

impl FaultProxy {
    /// Before a store's port for plain HTTP.
    pub fn start(upstream: u16) -> Self {
        Self::listening(here(), upstream, exchange::serve)
    }

    /// Before any port; passes on what it cannot read.
    pub fn blind(upstream: u16) -> Self {
        Self::listening(here(), upstream, blind::serve)
    }

    /// The same as [`FaultProxy::start`] for whoever reaches `listener`, which may be in another
    /// network.
    ///
    /// # Panics
    /// When that does not listen.
    pub fn behind(listener: TcpListener, upstream: u16) -> Self {
        Self::listening(listener, upstream, exchange::serve)
    }

    fn listening(listener: TcpListener, upstream: u16, serve: Serve) -> Self {
        let shared = Arc::new(Shared {
            upstream,
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let mut proxy = Self {
            at: listener.local_addr().expect("a listener has an address"),
            shared,
            serve,
            listening: None,
        };
        proxy.listen_with(listener);
        proxy
    }

    /// Has it take connections again.
    ///
    /// # Panics
    /// When somebody has taken its port.
    pub fn listen(&mut self) {
        self.listen_with(TcpListener::bind(self.at).expect("the proxy's port"));
    }

    fn listen_with(&mut self, listener: TcpListener) {
        let serve = self.serve;
        let accepting = listener.try_clone().expect("a listener");
        let ending = Arc::new(AtomicBool::new(false));
        let (shared, until) = (Arc::clone(&self.shared), Arc::clone(&ending));
        let thread = std::thread::spawn(move || {
            for stream in accepting.incoming() {
                if until.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let shared = Arc::clone(&shared);
                let stream = Arc::new(stream);
                shared.opened(&stream);
                // Closed when this ends: nobody else holds it.
                std::thread::spawn(move || serve(&stream, &shared));
            }
        });
        self.listening = Some(Listening {
            listener,
            ending,
            thread,
        });
    }

    pub fn port(&self) -> u16 {
        self.at.port()
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.at)
    }

    /// From now on all requests meet this fault.
    pub fn all(&self, fault: Fault) {
        self.only("", fault);
    }

    /// From now on requests whose path begins like this meet this fault, and others none.
    pub fn only(&self, path: &str, fault: Fault) {
        self.change(vec![(path.to_owned(), fault)]);
    }

    /// From now on all is well; who waits for an answer goes on waiting.
    pub fn heal(&self) {
        self.change(Vec::new());
    }

    fn change(&self, rules: Vec<(String, Fault)>) {
        self.shared.state().rules = rules;
        self.shared.changed.notify_all();
    }

    /// Breaks all connections there are.
    pub fn cut(&self) {
        let mut state = self.shared.state();
        state.cut += 1;
        for stream in state.open.drain(..).filter_map(|stream| stream.upgrade()) {
            drop(stream.shutdown(Shutdown::Both));
        }
        drop(state);
        self.shared.changed.notify_all();
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.state().seen.clone()
    }

    /// How many requests there were.
    pub fn requests(&self) -> usize {
        self.shared.state().seen.len()
    }

    /// How often somebody connected.
    pub fn connections(&self) -> usize {
        self.shared.state().connections
    }

    /// Requests since there were `before`, whose path begins like this.
    pub fn requests_for(&self, before: usize, path: &str) -> usize {
        let state = self.shared.state();
        let seen = state.seen.iter().skip(before);
        seen.filter(|seen| seen.path.starts_with(path)).count()
    }

    /// All tokens that went through, of either direction.
    pub fn tokens(&self) -> Vec<String> {
        self.shared.state().tokens.clone()
    }
}

impl FaultProxy {
    /// Breaks all connections and refuses new ones.
    pub fn refuse(&mut self) {
        if let Some(Listening {
            listener,
            ending,
            thread,
        }) = self.listening.take()
        {
            ending.store(true, Ordering::SeqCst);
            // Ends the wait for the next connection.
            let _ = rustix::net::shutdown(&listener, rustix::net::Shutdown::Both);
            drop(thread.join());
        }
        self.cut();
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.refuse();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn opened(&self, stream: &Arc<TcpStream>) {
        drop(stream.set_nodelay(true));
        let mut state = self.state();
        state.connections += 1;
        state.open.retain(|open| open.strong_count() > 0);
        state.open.push(Arc::downgrade(stream));
    }

    fn note(&self, method: &str, path: &str, token: Option<&str>) {
        let mut state = self.state();
        state.tokens.extend(token.map(str::to_owned));
        state.seen.push(Seen {
            at: SystemTime::now(),
            method: method.to_owned(),
            path: path.to_owned(),
        });
    }

    fn fault_of(&self, path: &str) -> Option<Fault> {
        let state = self.state();
        let mut rules = state.rules.iter();
        rules
            .find(|(start, _)| path.starts_with(start))
            .map(|(_, fault)| fault.clone())
    }

    /// Waits for this long, or until connections are cut: then there is an error.
    fn wait(&self, time: Duration) -> io::Result<()> {
        let state = self.state();
        let before = state.cut;
        let waited = self
            .changed
            .wait_timeout_while(state, time, |state| state.cut == before);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if state.cut == before {
            Ok(())
        } else {
            Err(io::ErrorKind::ConnectionAborted.into())
        }
    }

    fn connect(&self) -> io::Result<TcpStream> {
        TcpStream::connect(("127.0.0.1", self.upstream))
    }
}

/// Has a connection end as by a crash when it is closed: whoever is at the other end sees a reset.
fn reset(stream: &TcpStream) {
    let at_once = Some(Duration::ZERO);
    let _ = rustix::net::sockopt::set_socket_linger(stream, at_once);
}

#[cfg(test)]
mod tests;
