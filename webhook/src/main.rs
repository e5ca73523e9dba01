//! The webhook's command line. See [`vouchsafe_webhook`] for what it does.

use std::{
    env,
    ffi::OsString,
    fmt::Display,
    io::{self, Write},
    process::ExitCode,
};

use tokio::runtime::Builder;
use tracing::{error, info, warn};
use vouchsafe_resident::Allocator;
use vouchsafe_webhook::{
    app::{App, Config},
    args::{AGENT_INJECT, Arguments, Command, completion, original::Original},
    explain::{self, Explained},
    log, shutdown,
};

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// `EX_USAGE` of sysexits: a wrong command line or configuration.
const USAGE: u8 = 64;

fn main() -> ExitCode {
    Allocator::keep_short_blocks();
    let words: Vec<OsString> = env::args_os().collect();
    // The original knows no code but this one.
    let is_original = words.get(1).is_some_and(|word| word == AGENT_INJECT);
    let usage = ExitCode::from(if is_original { 1 } else { USAGE });
    let arguments = match Arguments::read(words) {
        Ok(arguments) => arguments,
        Err(message) => {
            drop(message.print());
            // Help and version are asked for and no mistake.
            return if message.use_stderr() {
                usage
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    match arguments.command {
        Command::Serve(arguments) => {
            log::start(arguments.log_options());
            match arguments.into_config(&|name| env::var(name).ok()) {
                Ok(config) => serve(config),
                Err(failure) => refuse(failure, usage),
            }
        }
        Command::AgentInject(arguments) => match arguments.resolve(&|name| env::var(name).ok()) {
            Ok(Original {
                log,
                config,
                warnings,
            }) => {
                log::start(log);
                for warning in warnings {
                    warn!(%warning, "configuration");
                }
                serve(config)
            }
            Err(failure) => refuse(failure, usage),
        },
        Command::Explain(arguments) => match explain::run(&arguments) {
            Ok(Explained { text, admitted }) => {
                say(io::stdout(), text);
                ExitCode::from(u8::from(!admitted))
            }
            Err(failure) => refuse(failure, usage),
        },
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

fn refuse(failure: impl Display, code: ExitCode) -> ExitCode {
    say(io::stderr(), format!("vouchsafe-webhook: {failure}\n"));
    code
}

fn serve(config: Config) -> ExitCode {
    info!(version = env!("CARGO_PKG_VERSION"), "starting");
    // One thread decides faster than any cluster creates pods; more of them would wait for each
    // other's memory, and each has memory of its own. Large reviews get a thread beside it.
    let result = Builder::new_current_thread()
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
    let health = addresses.health.map(|address| address.to_string());
    info!(admissions = %addresses.admissions, health, "serving");
    Ok(app.run(shutdown).await?)
}

/// A closed pipe is no reason to fail.
fn say(mut stream: impl Write, text: impl AsRef<[u8]>) {
    drop(stream.write_all(text.as_ref()));
}
