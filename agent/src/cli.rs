//! The command line.

use std::{
    ffi::{OsStr, OsString},
    path::PathBuf,
    time::Duration,
};

use vouchsafe_shared::{config::AgentConfig, value::HumanDuration};

use crate::{client::Output, expansion::expand_proxies, vault_config};

/// The text of `--help`.
pub const HELP: &str = "\
Renders secrets from a store to files and keeps them fresh.

Usage: vouchsafe-agent COMMAND [OPTIONS]

Commands:
  run        Render, then renew, refresh and tell the application until stopped
  init       Render once, then exit; run goes on with the same token and secrets
  once       Render once, give the token back if asked, then exit
  ready      Exit with 0 when all files are there, else say why not and exit with 1
  status     Print what the agent that runs here knows: stores, secrets, files, errors
  refresh [SECRET]
             Let it read all secrets again now, or only the one with this path
  version    Print the version

Options:
  --config FILE       Read the configuration from FILE instead of $VOUCHSAFE_CONFIG and the
                      variables that continue it ($VOUCHSAFE_CONFIG_2, _3, ...)
  --vault-agent-config FILE
                      Read it from a configuration FILE of Vault Agent (HCL or JSON) and from
                      $VAULT_ADDR, $VAULT_CACERT and so on; volumes from $VOUCHSAFE_VOLUMES
  --timeout DURATION  For init and once: give up after this long (default: never)
  --output FORMAT     For status: table or json (default: table)
  -h, --help          Print this help

Signals:
  SIGTERM, SIGINT     Stop; give the token back if asked, after the time set for the
                      application to end, within 5 s
  SIGHUP              Read all secrets again now, except what was issued to this pod

Exit codes:
  0   done, or stopped as asked; ready: all files are there
  1   failed at run time: a template with error_fatal, a login with exit_on_error, a secret
      that could not be had for 5 minutes with exit_on_retry_failure, the timeout;
      ready: not ready; status, refresh: the agent refuses or does not answer
  64  wrong command line or configuration, or templates that can never be rendered
  69  status, refresh: no agent runs here
";

/// What is asked for.
#[derive(Debug, PartialEq)]
pub enum Command {
    Run {
        config: ConfigSource,
    },
    Init {
        config: ConfigSource,
        timeout: Option<Duration>,
    },
    Once {
        config: ConfigSource,
        timeout: Option<Duration>,
    },
    Ready {
        config: ConfigSource,
    },
    Status {
        config: ConfigSource,
        output: Output,
    },
    Refresh {
        config: ConfigSource,
        secret: Option<String>,
    },
    Version,
    Help,
}

/// Where the configuration comes from.
#[derive(Debug, PartialEq)]
pub enum ConfigSource {
    /// [`AgentConfig::VARIABLE`] and the variables that continue it.
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
        let mut output = None;
        let mut secret = None;
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
                Long("output") => {
                    let text = parser.value().map_err(usage)?;
                    output = Some(match &*text.to_string_lossy() {
                        "table" => Output::Table,
                        "json" => Output::Json,
                        other => {
                            return Err(UsageError(format!(
                                "--output {other:?}: expected table or json"
                            )));
                        }
                    });
                }
                Value(name) if command.is_none() => command = Some(name),
                Value(path)
                    if secret.is_none() && command.as_deref() == Some(OsStr::new("refresh")) =>
                {
                    secret = Some(path.to_string_lossy().into_owned());
                }
                other => return Err(usage(other.unexpected())),
            }
        }
        let Some(command) = command else {
            return Err(UsageError("no command; see --help".to_owned()));
        };
        let command = command.to_string_lossy();
        if timeout.is_some() && command != "init" && command != "once" {
            return Err(UsageError(
                "--timeout is for init and once only; see --help".to_owned(),
            ));
        }
        if output.is_some() && command != "status" {
            return Err(UsageError(
                "--output is for status only; see --help".to_owned(),
            ));
        }
        match &*command {
            "run" => Ok(Self::Run { config }),
            "init" => Ok(Self::Init { config, timeout }),
            "once" => Ok(Self::Once { config, timeout }),
            "ready" => Ok(Self::Ready { config }),
            "status" => Ok(Self::Status {
                config,
                output: output.unwrap_or_default(),
            }),
            "refresh" => Ok(Self::Refresh { config, secret }),
            "version" => Ok(Self::Version),
            other => Err(UsageError(format!(
                "{other:?} is not a command; expected run, init, once, ready, status, refresh or version"
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
                let text = joined(&variable)?.ok_or_else(|| {
                    UsageError(format!(
                        "no configuration: set {name} or give --config FILE"
                    ))
                })?;
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
        let mut config = AgentConfig::from_json(&text)
            .map_err(|error| UsageError(format!("configuration in {place}: {error}")))?;
        expand_proxies(&mut config, variable);
        Ok(config)
    }
}

/// More variables than fit what Linux lets a program be started with.
const PARTS: usize = 64;

/// The parts of a configuration that is longer than one variable may be.
fn joined(variable: &impl Fn(&str) -> Option<OsString>) -> Result<Option<String>, UsageError> {
    let name = AgentConfig::VARIABLE;
    let names = (2..=PARTS).map(|number| format!("{name}_{number}"));
    let names = std::iter::once(name.to_owned()).chain(names);
    let parts = names.map_while(|name| Some((variable(&name)?, name)));
    let mut text: Option<String> = None;
    for (part, name) in parts {
        let part = part
            .to_str()
            .ok_or_else(|| UsageError(format!("configuration in {name} is not UTF-8")))?;
        text.get_or_insert_default().push_str(part);
    }
    Ok(text)
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
                timeout: Some(timeout)
            })
        );
        assert_eq!(
            parse(&["once", "--vault-agent-config", "x.hcl"]),
            Ok(Command::Once {
                config: ConfigSource::VaultAgent("x.hcl".into()),
                timeout: None
            })
        );
        assert_eq!(
            parse(&["run", "--vault-agent-config", "x.hcl"]),
            Ok(Command::Run {
                config: ConfigSource::VaultAgent("x.hcl".into())
            })
        );
        assert_eq!(
            parse(&["status", "--output", "json", "--config", "x.json"]),
            Ok(Command::Status {
                config: file(),
                output: Output::Json
            })
        );
        for (arguments, secret) in [
            (&["refresh"][..], None),
            (&["refresh", "kv/a"], Some("kv/a")),
        ] {
            assert_eq!(
                parse(arguments),
                Ok(Command::Refresh {
                    config: ConfigSource::Environment,
                    secret: secret.map(ToOwned::to_owned)
                })
            );
        }
        assert_eq!(parse(&["run", "--help"]), Ok(Command::Help));
    }

    #[test]
    fn a_wrong_command_line_is_told_in_one_line() {
        for (arguments, expected) in [
            (&[][..], "no command"),
            (&["walk"], "\"walk\" is not a command"),
            (&["run", "again"], "again"),
            (&["run", "--fast"], "--fast"),
            (&["run", "--timeout", "1s"], "for init and once only"),
            (&["init", "--timeout", "soon"], "not a duration"),
            (&["refresh", "kv/a", "kv/b"], "kv/b"),
            (&["ready", "--output", "json"], "for status only"),
            (&["status", "--output", "yaml"], "expected table or json"),
        ] {
            let error = parse(arguments).unwrap_err().to_string();
            assert!(
                error.contains(expected) && !error.contains('\n'),
                "{arguments:?}: {error}"
            );
        }
    }

    #[test]
    fn a_configuration_in_parts_is_joined_up_to_the_first_that_is_missing() {
        let text = r#"{"version":1,"stores":[],"volumes":[{"path":"/ß"}],"files":[]}"#;
        let (first, rest) = text.split_at(20);
        let (second, third) = rest.split_at(10);
        let parts = [("", first), ("_2", second), ("_3", third), ("_5", "canary")];
        let load = |parts: &[(&str, &str)]| {
            ConfigSource::Environment.load(|name| {
                let suffix = name.strip_prefix("VOUCHSAFE_CONFIG")?;
                let part = parts.iter().find(|(of, _)| *of == suffix);
                part.map(|(_, part)| part.into())
            })
        };
        let config = load(&parts).unwrap();
        assert_eq!(config, AgentConfig::from_json(text).unwrap());
        let error = load(&parts[..2]).unwrap_err().to_string();
        assert!(error.contains("EOF"), "{error}");
        let error = load(&parts[1..]).unwrap_err().to_string();
        assert!(error.starts_with("no configuration"), "{error}");
    }

    #[test]
    fn the_proxy_may_be_on_the_agents_node() {
        let text = r#"{"version":1,"volumes":[{"path":"/a"}],"files":[],"stores":[{"name":"vault",
            "kind":"vault","address":"https://vault:8200","auth":{"method":"kubernetes","mount":"auth/kubernetes","role":"web","token_file":"/t"},
            "connection":{"proxy":"http://$(HOST_IP):3128"}}]}"#;
        let config = ConfigSource::Environment.load(|name| match name {
            AgentConfig::VARIABLE => Some(text.into()),
            "HOST_IP" => Some("10.0.0.7".into()),
            _ => None,
        });
        let proxy = config.unwrap().stores[0].connection.proxy.clone();
        assert_eq!(proxy.as_deref(), Some("http://10.0.0.7:3128"));
    }

    #[test]
    fn a_missing_or_broken_configuration_names_its_source() {
        let error = ConfigSource::Environment
            .load(|_| None)
            .unwrap_err()
            .to_string();
        assert!(error.contains("VOUCHSAFE_CONFIG"), "{error}");
        let error = ConfigSource::Environment
            .load(|name| (name == "VOUCHSAFE_CONFIG").then(|| "{".into()))
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
