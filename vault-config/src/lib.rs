//! Reads a configuration file of Vault Agent, so that an agent can run from it unchanged.
//!
//! Text in, [`VaultAgentConfig`] or all problems out, each with its place: no files, no clock, no
//! threads. The file is HCL 1, or JSON where its first character is `{`.
//!
//! - [`syntax`]: the text as a tree, as the original's HCL library reads it.
//! - [`keys`]: the one list of the keys that exist and of what becomes of each: used, ignored, warned
//!   of, or refused. `docs/vault-agent-config.md` is generated from it.
//! - [`config`]: what a file says, by type; [`VaultAgentConfig::into_agent_config`] says it in our
//!   agent's terms.
//!
//! Three rules decide about a key. What would change a file's content, its owner or who can read
//! it, and is not done here, is refused. What is lost without harm is a warning. What loses nothing
//! is ignored. An unknown key is refused, because it may be one of the first kind, misspelt.
//!
//! Source: <https://developer.hashicorp.com/vault/docs/agent-and-proxy/agent>.

pub mod config;
mod convert;
pub mod keys;
mod read;
mod source;
pub mod syntax;

use vouchsafe_shared::diagnostic::{Code, Diagnostic};

pub use config::VaultAgentConfig;
pub use convert::{Context, Conversion, variables};
pub use source::Source;

/// Reads a file; its name is for messages. With the value come its warnings.
///
/// # Errors
/// The first mistake of a text that is neither HCL nor JSON; otherwise all problems there are, in
/// the file's order, warnings among them.
pub fn parse(
    name: &str,
    text: &str,
) -> Result<(VaultAgentConfig, Vec<Diagnostic>), Vec<Diagnostic>> {
    let source = Source::new(name, text);
    match syntax::parse(text) {
        Ok(document) => read::read(&document, source),
        Err(error) => {
            let code = Code::VaultConfigSyntax;
            let diagnostic = source.diagnostic(code, error.position, &error.message, error.help);
            Err(vec![diagnostic])
        }
    }
}
