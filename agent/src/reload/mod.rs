//! Tells the application that its files changed.

mod http;
mod process;
mod signal;
mod touch;

use std::{thread, time::Duration};

use tokio::{sync::oneshot, time::timeout};
use vouchsafe_shared::{
    config::{CommandConfig, CommandReload, ReloadAction, ReloadConfig},
    value::HumanDuration,
};

use crate::{
    command,
    fault::{Fault, Retry},
};

/// Sends one reload and waits for its result: what was done, for the log.
///
/// # Errors
/// When the application was not reached in time or did not accept it; nothing is tried again here.
pub async fn send(config: &ReloadConfig) -> Result<String, Fault> {
    let limit = config.timeout;
    match config.action.clone() {
        ReloadAction::Signal(reload) => {
            let failed = |reason: &str| signal::failed(&reload, reason, Retry::Backoff);
            let sent = reload.clone();
            aside(limit, move || signal::send(&sent), failed).await
        }
        ReloadAction::Http(reload) => http::send(&reload, limit).await,
        ReloadAction::Command(reload) => run(reload, limit).await,
        ReloadAction::Touch(reload) => {
            let failed = |reason: &str| touch::failed(&reload, reason, Retry::Backoff);
            let touched = reload.clone();
            aside(limit, move || touch::touch(&touched), failed).await
        }
    }
}

async fn run(reload: CommandReload, timeout: HumanDuration) -> Result<String, Fault> {
    let run = reload.run;
    match command::run(&CommandConfig { run, timeout }).await {
        Ok(()) => Ok("command".to_owned()),
        // A program may well succeed when the application is up.
        Err(fault) => Err(Fault {
            retry: Retry::Backoff,
            ..fault
        }),
    }
}

/// Does what may wait for the kernel on a thread of its own, which is left alone when its time is
/// over: nothing else in the agent waits for it.
async fn aside(
    limit: HumanDuration,
    work: impl FnOnce() -> Result<String, Fault> + Send + 'static,
    failed: impl Fn(&str) -> Fault,
) -> Result<String, Fault> {
    let (sender, receiver) = oneshot::channel();
    let thread = thread::Builder::new().name("reload".to_owned());
    let spawned = thread.spawn(move || {
        // Nobody listens any more when it took too long.
        let _ = sender.send(work());
    });
    if let Err(error) = spawned {
        return Err(failed(&format!("no thread for it: {error}")));
    }
    match timeout(Duration::from(limit), receiver).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(failed("it was broken off")),
        Err(_) => Err(failed(&format!("not done within {limit}"))),
    }
}

#[cfg(test)]
mod tests;
