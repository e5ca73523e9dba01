//! The webhook's command line. See [`vouchsafe_webhook`] for what it does.

use std::{
    io::{self, Write},
    process::ExitCode,
    thread::available_parallelism,
};

use clap::Parser as _;
use tokio::runtime::Builder;
use tracing::{error, info};
use vouchsafe_webhook::{
    app::{App, Config},
    args::{Arguments, Command, completion},
    log, shutdown,
};

/// `EX_USAGE` of sysexits: a wrong command line or configuration.
const USAGE: u8 = 64;

/// More would wait for each other: a decision takes some 100 µs.
const THREAD_LIMIT: usize = 4;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(message) => {
            drop(message.print());
            // Help and version are asked for and no mistake.
            return if message.use_stderr() {
                ExitCode::from(USAGE)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    match arguments.command {
        Command::Serve(arguments) => {
            log::start(arguments.log_options());
            match arguments.into_config() {
                Ok(config) => serve(config),
                Err(failure) => {
                    say(io::stderr(), format!("vouchsafe-webhook: {failure}\n"));
                    ExitCode::from(USAGE)
                }
            }
        }
        Command::Version => {
            let version = concat!("vouchsafe-webhook ", env!("CARGO_PKG_VERSION"), "\n");
            say(io::stdout(), version);
            ExitCode::SUCCESS
        }
        Command::Completion { shell } => {
            say(io::stdout(), completion(shell));
            ExitCode::SUCCESS
        }
    }
}

fn serve(config: Config) -> ExitCode {
    info!(version = env!("CARGO_PKG_VERSION"), "starting");
    let threads = available_parallelism().map_or(1, |threads| threads.get().min(THREAD_LIMIT));
    let result = Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(run(config)));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            error!(%failure, "failed");
            ExitCode::FAILURE
        }
    }
}

async fn run(config: Config) -> Result<(), Box<dyn std::error::Error>> {
    let shutdown = shutdown::on_signals()?;
    let app = App::bind(config).await?;
    let addresses = app.addresses()?;
    info!(admissions = %addresses.admissions, health = %addresses.health, "serving");
    Ok(app.run(shutdown).await?)
}

/// A closed pipe is no reason to fail.
fn say(mut stream: impl Write, text: impl AsRef<[u8]>) {
    drop(stream.write_all(text.as_ref()));
}
