//! The application that an agent tells of changes: a web server that counts.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use super::free_port;
use crate::wait;

/// Until its port can be had.
const LIMIT: Duration = Duration::from_secs(5);

/// Listens at one port for its whole life, except while it is stopped.
#[derive(Debug)]
pub struct Application {
    port: u16,
    reloads: Arc<AtomicUsize>,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    ending: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Default for Application {
    fn default() -> Self {
        let mut application = Self {
            port: free_port(),
            reloads: Arc::default(),
            running: None,
        };
        application.start();
        application
    }
}

impl Application {
    pub const RELOAD: &'static str = "/-/reload";

    pub fn port(&self) -> u16 {
        self.port
    }

    /// How often it was told, over all its lives.
    pub fn reloads(&self) -> usize {
        self.reloads.load(Ordering::SeqCst)
    }

    /// Has it listen again.
    ///
    /// # Panics
    /// When its port stays taken.
    pub fn start(&mut self) {
        // A process that another thread starts at this moment has all that is open here, the socket
        // that looked whether the port is free among it, until its own program runs.
        let listener = wait::until(LIMIT, "the application's port to be free", || {
            TcpListener::bind(("127.0.0.1", self.port))
        });
        let ending = Arc::new(AtomicBool::new(false));
        let (reloads, until) = (Arc::clone(&self.reloads), Arc::clone(&ending));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if until.load(Ordering::SeqCst) {
                    return;
                }
                if answer(stream) {
                    reloads.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        self.running = Some(Running { ending, thread });
    }

    /// Ends it: connections to it are refused.
    pub fn stop(&mut self) {
        if let Some(Running { ending, thread }) = self.running.take() {
            ending.store(true, Ordering::SeqCst);
            drop(TcpStream::connect(("127.0.0.1", self.port)));
            drop(thread.join());
        }
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Whether it was a reload.
fn answer(mut stream: TcpStream) -> bool {
    drop(stream.set_read_timeout(Some(Duration::from_secs(5))));
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.extend_from_slice(&byte),
            _ => return false,
        }
    }
    let expected = format!("POST {} HTTP/1.1\r\n", Application::RELOAD);
    let is_reload = head.starts_with(expected.as_bytes());
    let status = if is_reload {
        "204 No Content"
    } else {
        "404 Not Found"
    };
    let written = write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    drop(stream.shutdown(Shutdown::Write));
    is_reload && written.is_ok()
}
