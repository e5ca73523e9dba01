//! Programs that run in the agent's own container after files have changed.
//!
//! A text is for `/bin/sh -c`. Where there is no shell it is split at blanks, with quotes and
//! backslashes as in a shell, and run directly; a text that needs a shell for anything else is
//! refused. What a program prints may hold secrets and goes nowhere. It leads a process group of its
//! own, all of which is killed when its time is over or the agent ends.

mod words;

use std::{
    env,
    ffi::OsStr,
    path::Path,
    process::{ExitStatus, Stdio},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rustix::process::{Pid, Signal, WaitOptions, kill_process_group, waitpgid};
use tokio::{process::Command, time::timeout};
use vouchsafe_shared::{
    config::{CommandConfig, CommandLine},
    diagnostic::Code,
};

use crate::fault::{Fault, Retry, Whose};

/// How long a program that was killed may take to be gone.
const KILL_LIMIT: Duration = Duration::from_secs(5);
/// The groups of programs that ended, by their leaders, as long as there is somebody else in them.
static LEFT: Mutex<Vec<Pid>> = Mutex::new(Vec::new());
const SHELL: &str = "/bin/sh";
/// The agent's own variables, and tokens that were put there for it, are nobody else's.
const HIDDEN: [&str; 2] = ["VOUCHSAFE_", "VAULT_TOKEN"];
const WAY_OUT: &str =
    "the annotation agent-image names an image that has it; a reload by signal or HTTP needs none";

/// Runs the program to its end.
///
/// # Errors
/// It could not be started, did not end in time, or failed. No message holds its arguments.
pub async fn run(config: &CommandConfig) -> Result<(), Fault> {
    run_with(config, Path::new(SHELL)).await
}

async fn run_with(config: &CommandConfig, shell: &Path) -> Result<(), Fault> {
    let (program, arguments) = line(&config.run, shell)?;
    let mut command = Command::new(&program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true);
    for (name, _) in env::vars_os() {
        if is_hidden(&name) {
            command.env_remove(name);
        }
    }
    reap_left();
    let mut child = command.spawn().map_err(|error| {
        let missing = error.kind() == std::io::ErrorKind::NotFound;
        let help = if missing { "; " } else { "" };
        let help = format!("{help}{}", if missing { WAY_OUT } else { "" });
        failed(&format!("{program} cannot be run: {error}{help}"))
    })?;
    let mut group = Group(child.id().and_then(|id| Pid::from_raw(id.cast_signed())));
    match timeout(config.timeout.as_duration(), child.wait()).await {
        Ok(Ok(status)) => {
            // What it left running in the background is meant to be left.
            group.leave();
            ended(status, &program)
        }
        Ok(Err(error)) => Err(failed(&format!("{program} cannot be waited for: {error}"))),
        Err(_) => {
            group.kill();
            // One that may not be killed is not waited for.
            drop(timeout(KILL_LIMIT, child.wait()).await);
            group.leave();
            let limit = config.timeout;
            Err(failed(&format!(
                "{program} did not end within {limit} and was killed"
            )))
        }
    }
}

fn is_hidden(variable: &OsStr) -> bool {
    let name = variable.as_encoded_bytes();
    HIDDEN
        .iter()
        .any(|start| name.starts_with(start.as_bytes()))
}

fn line(line: &CommandLine, shell: &Path) -> Result<(String, Vec<String>), Fault> {
    let words = match line {
        CommandLine::Arguments(words) => words.clone(),
        CommandLine::Shell(text) if shell.exists() => {
            let shell = shell.display().to_string();
            return Ok((shell, vec!["-c".to_owned(), text.clone()]));
        }
        CommandLine::Shell(text) => words::split(text).map_err(|reason| {
            failed(&format!(
                "{reason}, and there is no {}; {WAY_OUT}",
                shell.display()
            ))
        })?,
    };
    let mut words = words.into_iter();
    let program = words.next().filter(|program| !program.is_empty());
    let program = program.ok_or_else(|| failed("it is empty"))?;
    Ok((program, words.collect()))
}

fn ended(status: ExitStatus, program: &str) -> Result<(), Fault> {
    if status.success() {
        return Ok(());
    }
    // `exit status: 3`, `signal: 15 (SIGTERM)`
    Err(failed(&format!("{program} ended with {status}")))
}

fn failed(reason: &str) -> Fault {
    let message = format!("the command: {reason}");
    Fault::new(Code::CommandFailed, Whose::User, Retry::Rarely, message)
}

/// The processes that a program started, killed when dropped.
struct Group(Option<Pid>);

impl Group {
    fn kill(&self) {
        if let Some(leader) = self.0 {
            // Gone already is as good.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }

    /// Its leader has ended; what is left of it goes on or goes down by itself.
    fn leave(&mut self) {
        let mut left = LEFT.lock().unwrap_or_else(PoisonError::into_inner);
        left.extend(self.0.take());
        drop(left);
        reap_left();
    }
}

/// As the first process of a container the agent inherits what programs leave behind, and what ends
/// of that keeps its entry in the table of processes until it is asked how: that is done before
/// and after each program. No other group can get the number of one that has still a member.
fn reap_left() {
    let mut left = LEFT.lock().unwrap_or_else(PoisonError::into_inner);
    left.retain(|leader| {
        loop {
            match waitpgid(*leader, WaitOptions::NOHANG) {
                Ok(Some(_)) => {}
                Ok(None) => break true,
                // Nobody is there, or nobody of the agent's.
                Err(_) => break false,
            }
        }
    });
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(test)]
mod tests;
