//! When answers leave.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use axum::{Router, routing::get};
use tokio::{net::TcpListener, runtime::Builder, sync::watch};
use vouchsafe_webhook::server::{Limits, Phase, Server, Transport};

use crate::running::PATIENCE;

/// The test takes this long; an answer that was sent arrives sooner.
const GLANCE: Duration = Duration::from_millis(300);

/// A server on a thread of its own, as in the program.
struct Running {
    address: SocketAddr,
    phase: watch::Sender<Phase>,
    thread: JoinHandle<()>,
}

impl Running {
    fn start(router: Router) -> Self {
        let (phase, phases) = watch::channel(Phase::Serving);
        let (bound, address) = mpsc::channel();
        let serve = async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            bound.send(listener.local_addr().unwrap()).unwrap();
            let server = Server {
                listener,
                transport: Transport::Plain,
                router,
                limits: Limits::default(),
                metrics: None,
            };
            server.run(phases).await;
        };
        let thread = thread::spawn(|| {
            let runtime = Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(serve);
        });
        Self {
            address: address.recv_timeout(PATIENCE).unwrap(),
            phase,
            thread,
        }
    }

    /// Connected, and known to the server.
    fn client(&self) -> Client {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut client = Client(stream);
        client.ask("/");
        client.answer();
        client
    }

    fn end(self) {
        self.phase.send(Phase::Draining).unwrap();
        self.thread.join().unwrap();
    }
}

struct Client(TcpStream);

impl Client {
    fn ask(&mut self, path: &str) {
        let request = format!("GET {path} HTTP/1.1\r\nHost: webhook\r\n\r\n");
        self.0.write_all(request.as_bytes()).unwrap();
    }

    fn answer(&mut self) {
        let mut answer = [0; 1024];
        let length = self.0.read(&mut answer).unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 200"));
    }
}

fn channel<T>() -> (Sender<T>, Arc<Mutex<Receiver<T>>>) {
    let (sender, receiver) = mpsc::channel();
    (sender, Arc::new(Mutex::new(receiver)))
}

#[test]
fn requests_that_wait_are_all_handled_before_the_first_is_answered() {
    let (others_asked, go_on) = channel();
    let (is_busy, busy) = mpsc::channel();
    let (answered, answers) = channel();
    let (saw, seen) = mpsc::channel();
    let handled = Arc::new(AtomicUsize::new(0));
    // Keeps the server busy until the others have asked.
    let hold = move || async move {
        is_busy.send(()).unwrap();
        go_on.lock().unwrap().recv_timeout(PATIENCE).unwrap();
    };
    // The second of them looks whether the first was answered.
    let other = move || async move {
        if handled.fetch_add(1, Ordering::SeqCst) == 1 {
            saw.send(answers.lock().unwrap().recv_timeout(GLANCE))
                .unwrap();
        }
    };
    let server = Running::start(
        Router::new()
            .route("/", get(|| async {}))
            .route("/hold", get(hold))
            .route("/other", get(other)),
    );
    let mut first = server.client();
    let mut others = [server.client(), server.client()];
    first.ask("/hold");
    busy.recv_timeout(PATIENCE).unwrap();
    for client in &mut others {
        client.ask("/other");
    }
    others_asked.send(()).unwrap();
    first.answer();
    let clients = others.map(|mut client| {
        let answered = answered.clone();
        thread::spawn(move || {
            client.answer();
            answered.send(()).unwrap();
        })
    });
    let seen = seen.recv_timeout(PATIENCE).unwrap();
    assert_eq!(seen, Err(RecvTimeoutError::Timeout));
    for client in clients {
        client.join().unwrap();
    }
    server.end();
}
