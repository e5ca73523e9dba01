//! The agent's command line. See [`vouchsafe_agent`] for what it does.

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use vouchsafe_agent::{
    app,
    cli::{Command, ConfigSource, HELP, UsageError},
    ready, vault_config,
};

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            say(&mut io::stderr(), &format!("vouchsafe-agent: {error}\n"));
            ExitCode::from(app::BAD_CONFIGURATION)
        }
    }
}

fn run() -> Result<ExitCode, UsageError> {
    match Command::parse(std::env::args_os().skip(1))? {
        Command::Run {
            config: ConfigSource::VaultAgent(path),
        } => {
            let loaded = vault_config::load(&path, variable)?;
            loaded.tell_warnings();
            Ok(if loaded.exit_after_auth {
                // The original waits as long as it takes, too.
                app::init(loaded.config, Duration::MAX)
            } else {
                app::run(loaded.config)
            })
        }
        Command::Run { config } => Ok(app::run(config.load(variable)?)),
        Command::Init { config, timeout } => Ok(app::init(config.load(variable)?, timeout)),
        Command::Ready { config } => match ready::check(&config.load(variable)?) {
            Ok(()) => {
                say(&mut io::stdout(), "ready\n");
                Ok(ExitCode::SUCCESS)
            }
            Err(reason) => {
                say(&mut io::stdout(), &format!("{reason}\n"));
                Ok(ExitCode::FAILURE)
            }
        },
        Command::Version => {
            say(
                &mut io::stdout(),
                concat!("vouchsafe-agent ", env!("CARGO_PKG_VERSION"), "\n"),
            );
            Ok(ExitCode::SUCCESS)
        }
        Command::Help => {
            say(&mut io::stdout(), HELP);
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}

/// A closed pipe is no reason to fail.
fn say(stream: &mut impl Write, text: &str) {
    drop(stream.write_all(text.as_bytes()));
}
