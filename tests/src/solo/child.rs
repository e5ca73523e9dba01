//! Processes that end with the test, also with one that is killed.

use std::{
    io,
    process::{self, Command, ExitStatus, Stdio},
    sync::{
        OnceLock,
        mpsc::{self, Sender},
    },
    time::Duration,
};

use crate::wait;

/// A process, killed when dropped.
#[derive(Debug)]
pub struct Child(process::Child);

type Order = (Command, Sender<io::Result<process::Child>>);

/// Starts a program with its arguments, environment and standard error as `prepare` sets them; its
/// input is empty and its output goes nowhere.
///
/// # Panics
/// When it cannot be started.
pub fn start(program: &[&str], prepare: impl FnOnce(&mut Command)) -> Child {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).args(program);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    prepare(&mut command);
    let (sender, started) = mpsc::channel();
    nursery()
        .send((command, sender))
        .expect("the nursery is open");
    let started = started.recv().expect("the nursery answers");
    Child(started.unwrap_or_else(|error| panic!("{program:?} does not start: {error}")))
}

/// The kernel ends a process with the thread that started it, so it is one that lives as long as
/// the tests.
/// Source: `PR_SET_PDEATHSIG` at <https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html>.
fn nursery() -> &'static Sender<Order> {
    static NURSERY: OnceLock<Sender<Order>> = OnceLock::new();
    NURSERY.get_or_init(|| {
        let (sender, orders) = mpsc::channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, answer) in orders {
                drop(answer.send(command.spawn()));
            }
        });
        sender
    })
}

impl Child {
    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Sends a signal by name.
    ///
    /// # Panics
    /// When the process takes none.
    pub fn signal(&self, signal: &str) {
        let pid = self.pid().to_string();
        let sent = Command::new("kill").args(["-s", signal, &pid]).status();
        assert!(
            sent.is_ok_and(|status| status.success()),
            "process {pid} takes no SIG{signal}"
        );
    }

    /// Whether it has ended, and how.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().expect("a child can be waited for")
    }

    pub fn wait_end(&mut self, limit: Duration) -> ExitStatus {
        wait::until(limit, "the end of a process", || {
            self.ended().ok_or("it runs")
        })
    }

    /// Ends it without any warning.
    pub fn kill(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}
