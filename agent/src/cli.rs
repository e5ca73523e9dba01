//! The command line.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use vouchsafe_shared::{config::AgentConfig, value::HumanDuration};

use crate::vault_config;

/// The text of `--help`.
pub const HELP: &str = "\
Renders secrets from a store to files and keeps them fresh.

Usage: vouchsafe-agent COMMAND [OPTIONS]

Commands:
  run        Render, then renew, refresh and tell the application until stopped
  init       Render once, then exit
  ready      Exit with 0 when all files are there, else say why not and exit with 1
  version    Print the version

Options:
  --config FILE       Read the configuration from FILE instead of $VOUCHSAFE_CONFIG
  --vault-agent-config FILE
                      Read it from a configuration FILE of Vault Agent (HCL or JSON) and from
                      $VAULT_ADDR, $VAULT_CACERT and so on; volumes from $VOUCHSAFE_VOLUMES
  --timeout DURATION  For init: give up after this long (default 5m)
  -h, --help          Print this help

Signals (run):
  SIGTERM, SIGINT     Stop, give the token back if asked, within 5 s
  SIGHUP              Read all secrets again now, except what was issued to this pod

Exit codes:
  0   done, or stopped as asked; ready: all files are there
  1   failed at run time, or a template with error_fatal failed; ready: not ready
  64  wrong command line or configuration, or templates that can never be rendered
";

/// What is asked for.
#[derive(Debug, PartialEq)]
pub enum Command {
    Run {
        config: ConfigSource,
    },
    Init {
        config: ConfigSource,
        timeout: Duration,
    },
    Ready {
        config: ConfigSource,
    },
    Version,
    Help,
}

/// Where the configuration comes from.
#[derive(Debug, PartialEq)]
pub enum ConfigSource {
    Environment,
    File(PathBuf),
    /// A file that was written for Vault Agent.
    VaultAgent(PathBuf),
}

/// A command line or configuration that makes no sense, told in one line; of a file of Vault Agent
/// every problem is told.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub(crate) String);

impl Command {
    const INIT_TIMEOUT: Duration = Duration::from_secs(300);

    /// Reads arguments, the program's own name not among them.
    ///
    /// # Errors
    /// Names the argument that is wrong.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, UsageError> {
        use lexopt::Arg::{Long, Short, Value};
        let usage = |error: lexopt::Error| UsageError(format!("{error}; see --help"));
        let mut parser = lexopt::Parser::from_args(arguments);
        let mut command = None;
        let mut config = ConfigSource::Environment;
        let mut timeout = None;
        while let Some(argument) = parser.next().map_err(usage)? {
            match argument {
                Short('h') | Long("help") => return Ok(Self::Help),
                Long("config") => {
                    config = ConfigSource::File(parser.value().map_err(usage)?.into());
                }
                Long("vault-agent-config") => {
                    config = ConfigSource::VaultAgent(parser.value().map_err(usage)?.into());
                }
                Long("timeout") => {
                    let text = parser.value().map_err(usage)?;
                    let text = text.to_string_lossy();
                    let value: HumanDuration = text
                        .parse()
                        .map_err(|error| UsageError(format!("--timeout {text:?}: {error}")))?;
                    timeout = Some(value.as_duration());
                }
                Value(name) if command.is_none() => command = Some(name),
                other => return Err(usage(other.unexpected())),
            }
        }
        let Some(command) = command else {
            return Err(UsageError("no command; see --help".to_owned()));
        };
        let command = command.to_string_lossy();
        if timeout.is_some() && command != "init" {
            return Err(UsageError(
                "--timeout is for init only; see --help".to_owned(),
            ));
        }
        match &*command {
            "run" => Ok(Self::Run { config }),
            "init" => Ok(Self::Init {
                config,
                timeout: timeout.unwrap_or(Self::INIT_TIMEOUT),
            }),
            "ready" => Ok(Self::Ready { config }),
            "version" => Ok(Self::Version),
            other => Err(UsageError(format!(
                "{other:?} is not a command; expected run, init, ready or version"
            ))),
        }
    }
}

impl ConfigSource {
    /// Reads and checks the configuration; `variable` looks one up in the environment.
    ///
    /// # Errors
    /// Names the source, the place in it and what is wrong there.
    pub fn load(
        &self,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<AgentConfig, UsageError> {
        let (place, text) = match self {
            Self::Environment => {
                let name = AgentConfig::VARIABLE;
                let text = variable(name).ok_or_else(|| {
                    UsageError(format!(
                        "no configuration: set {name} or give --config FILE"
                    ))
                })?;
                let text = text
                    .into_string()
                    .map_err(|_| UsageError(format!("configuration in {name} is not UTF-8")))?;
                (name.to_owned(), text)
            }
            Self::File(path) => {
                let place = path.display().to_string();
                let text = std::fs::read_to_string(path).map_err(|error| {
                    UsageError(format!("configuration {place} cannot be read: {error}"))
                })?;
                (place, text)
            }
            Self::VaultAgent(path) => {
                return vault_config::load(path, variable).map(|loaded| loaded.config);
            }
        };
        AgentConfig::from_json(&text)
            .map_err(|error| UsageError(format!("configuration in {place}: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Command, UsageError> {
        Command::parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn commands_and_options_are_understood_in_any_order() {
        let file = || ConfigSource::File("x.json".into());
        assert_eq!(
            parse(&["run"]),
            Ok(Command::Run {
                config: ConfigSource::Environment
            })
        );
        assert_eq!(
            parse(&["--config", "x.json", "ready"]),
            Ok(Command::Ready { config: file() })
        );
        let timeout = Duration::from_secs(10);
        assert_eq!(
            parse(&["init", "--config=x.json", "--timeout=10s"]),
            Ok(Command::Init {
                config: file(),
                timeout
            })
        );
        assert_eq!(
            parse(&["run", "--vault-agent-config", "x.hcl"]),
            Ok(Command::Run {
                config: ConfigSource::VaultAgent("x.hcl".into())
            })
        );
        assert_eq!(parse(&["run", "--help"]), Ok(Command::Help));
    }

    #[test]
    fn a_wrong_command_line_is_told_in_one_line() {
        for (arguments, expected) in [
            (&[][..], "no command"),
            (&["walk"], "\"walk\" is not a command"),
            (&["run", "again"], "again"),
            (&["run", "--fast"], "--fast"),
            (&["run", "--timeout", "1s"], "for init only"),
            (&["init", "--timeout", "soon"], "not a duration"),
        ] {
            let error = parse(arguments).unwrap_err().to_string();
            assert!(
                error.contains(expected) && !error.contains('\n'),
                "{arguments:?}: {error}"
            );
        }
    }

    #[test]
    fn a_missing_or_broken_configuration_names_its_source() {
        let error = ConfigSource::Environment
            .load(|_| None)
            .unwrap_err()
            .to_string();
        assert!(error.contains("VOUCHSAFE_CONFIG"), "{error}");
        let error = ConfigSource::Environment
            .load(|_| Some("{".into()))
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("configuration in VOUCHSAFE_CONFIG: line 1, column 1"),
            "{error}"
        );
        let error = ConfigSource::File("/nowhere".into())
            .load(|_| None)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("configuration /nowhere cannot be read"),
            "{error}"
        );
    }
}
