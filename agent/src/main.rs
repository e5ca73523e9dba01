//! The agent's command line. See [`vouchsafe_agent`] for what it does.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use vouchsafe_agent::{
    app,
    cli::{Command, ConfigSource, HELP, UsageError},
    client::{self, ClientError},
    ready,
    termination::TerminationLog,
    vault_config,
};
use vouchsafe_shared::config::AgentConfig;

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
        Command::Run { config } => {
            let (config, ends) = load(&config)?;
            Ok(if ends {
                // The original waits as long as it takes, too.
                app::init(config, None)
            } else {
                app::run(config)
            })
        }
        Command::Init { config, timeout } => Ok(app::init(load(&config)?.0, timeout)),
        Command::Once { config, timeout } => Ok(app::once(load(&config)?.0, timeout)),
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
        Command::Status { config, output } => {
            let answer = client::status(&config.load(variable)?, output);
            Ok(tell(answer))
        }
        Command::Refresh { config, secret } => {
            let answer = client::refresh(&config.load(variable)?, secret.as_deref());
            Ok(tell(answer))
        }
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

fn tell(answer: Result<String, ClientError>) -> ExitCode {
    match answer {
        Ok(answer) => {
            say(&mut io::stdout(), &answer);
            ExitCode::SUCCESS
        }
        Err(error) => {
            say(&mut io::stderr(), &format!("vouchsafe-agent: {error}\n"));
            match error {
                ClientError::NoAgent { .. } => ExitCode::from(client::NO_AGENT),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

/// The configuration, and whether it asks to end when everything is written once. Of who is to
/// stay: why it does not even begin is put down where Kubernetes looks.
fn load(source: &ConfigSource) -> Result<(AgentConfig, bool), UsageError> {
    let loaded = match source {
        ConfigSource::VaultAgent(path) => vault_config::load(path, variable).map(|loaded| {
            loaded.tell_warnings();
            (loaded.config, loaded.exit_after_auth)
        }),
        source => source.load(variable).map(|config| (config, false)),
    };
    loaded.inspect_err(|error| TerminationLog::find(variable).write(&error.to_string()))
}

fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}

/// A closed pipe is no reason to fail.
fn say(stream: &mut impl Write, text: &str) {
    drop(stream.write_all(text.as_bytes()));
}
