//! The command line: two ways to serve, and what helps with them.
//!
//! [`serve`] is our own spelling, [`original`] the original injector's; [`own`] is what both have.
//! `explain` serves nothing.

mod authorities;
mod certificate;
mod explain;
mod go_flags;
mod listen;
pub mod original;
mod own;
pub mod serve;

use std::{
    env,
    ffi::{OsStr, OsString},
};

use clap::{
    Arg, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, builder::Resettable,
};
use clap_complete::Shell;

pub(crate) use self::own::AGENT_IMAGE;
pub use self::{
    authorities::AuthoritiesError,
    certificate::CertificateMistake,
    explain::{ExplainArguments, Format},
    original::AgentInjectArguments,
    serve::ServeArguments,
};

/// Adds Vouchsafe's agent to the pods that ask for it.
#[derive(Debug, Parser)]
#[command(name = "vouchsafe-webhook", version, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve admissions until stopped.
    Serve(Box<ServeArguments>),
    /// Serve admissions with the original injector's flags, variables and defaults.
    ///
    /// Flags are written with one dash or two. A variable goes before its flag, except for
    /// VOUCHSAFE_ variables; an empty one counts as none. Whatever comes after the flags is
    /// ignored.
    #[command(
        args_override_self = true,
        override_usage = "vouchsafe-webhook agent-inject [OPTIONS]"
    )]
    AgentInject(Box<AgentInjectArguments>),
    /// Tell what would become of a pod, without a cluster.
    Explain(ExplainArguments),
    /// Print the version.
    Version,
    /// Print a completion script for a shell.
    Completion { shell: Shell },
}

const AFTER_HELP: &str = "\
Signals:
  SIGTERM, SIGINT  Fail /ready, serve on for --drain-delay, finish what is under way within
                   20 s, exit; a second one exits at once

Exit codes:
  0   stopped as asked; explain: the pod would be admitted
  1   failed to start, or stopped at once; explain: the pod would be denied;
      agent-inject: also a wrong command line or configuration, as the original
  64  wrong command line, configuration or input";

/// How a variable of the environment is looked up.
pub type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The original's command, in whose words flags are Go's.
pub const AGENT_INJECT: &str = "agent-inject";

impl Arguments {
    /// Reads the program's words, its name among them.
    ///
    /// # Errors
    /// For help, and when they are wrong.
    pub fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut words: Vec<OsString> = words.into_iter().collect();
        if words.get(1).is_some_and(|word| word == AGENT_INJECT) {
            let rest = words.split_off(2);
            let command = Self::command();
            if let Some(command) = command.find_subcommand(AGENT_INJECT) {
                words.extend(go_flags::rewrite(command, rest));
            }
        }
        let command = Self::command().mut_subcommands(|command| command.mut_args(unless_empty));
        let mut matches = command.try_get_matches_from(words)?;
        Self::from_arg_matches_mut(&mut matches)
    }
}

/// An empty variable in a manifest says the same as none.
fn unless_empty(argument: Arg) -> Arg {
    let is_empty = |name: &OsStr| env::var_os(name).is_some_and(|value| value.is_empty());
    if argument.get_env().is_some_and(is_empty) {
        argument.env(Resettable::Reset)
    } else {
        argument
    }
}

/// The script that a shell reads to complete this command line.
pub fn completion(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    let name = command.get_name().to_owned();
    clap_complete::generate(shell, &mut command, name, &mut script);
    script
}

#[cfg(test)]
mod tests;
