//! The wish to stop, handed to whoever has to know.

use std::{future::pending, io};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use tracing::info;

/// Somebody wants the program to stop: once gracefully, twice at once.
#[derive(Debug)]
pub struct Trigger(watch::Sender<Wish>);

/// Hears of it. Every clone hears the same.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<Wish>);

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Wish {
    Run,
    Stop,
    StopAtOnce,
}

pub fn channel() -> (Trigger, Shutdown) {
    let (sender, receiver) = watch::channel(Wish::Run);
    (Trigger(sender), Shutdown(receiver))
}

/// Takes SIGTERM and SIGINT as the wish to stop, from now until the runtime ends.
///
/// # Errors
/// When the kernel refuses a handler.
pub fn on_signals() -> io::Result<Shutdown> {
    let (trigger, shutdown) = channel();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        loop {
            let name = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            };
            info!(signal = name, "signal_received");
            trigger.stop();
        }
    });
    Ok(shutdown)
}

impl Trigger {
    pub fn stop(&self) {
        self.0.send_modify(|wish| {
            *wish = match *wish {
                Wish::Run => Wish::Stop,
                Wish::Stop | Wish::StopAtOnce => Wish::StopAtOnce,
            };
        });
    }
}

impl Shutdown {
    /// Waits for the first wish; forever if there will be none.
    pub async fn asked(&self) {
        self.reached(Wish::Stop).await;
    }

    /// Waits for the second.
    pub async fn insisted(&self) {
        self.reached(Wish::StopAtOnce).await;
    }

    async fn reached(&self, least: Wish) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|wish| *wish >= least).await.is_err() {
            pending::<()>().await;
        }
    }
}
