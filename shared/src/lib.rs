//! What Vouchsafe's webhook and agent agree on, and nothing else.
//!
//! - [`annotations`]: what a pod's annotations ask for, parsed once into an
//!   [`annotations::InjectSpec`] whose illegal states do not exist.
//! - [`config`]: the [`config::AgentConfig`] that the webhook writes into the agent's container and
//!   the agent reads. It holds no secret.
//! - [`diagnostic`]: the only way a problem is told to a user, with a stable code.
//! - [`json`]: how either writes JSON.
//! - [`secret`]: values that redact themselves when printed and are wiped when dropped.
//! - [`value`]: the small types both sides share (paths, names, modes, durations, sizes).
//!
//! No runtime, no network, no clock and no Kubernetes types: this crate is linked into an agent of
//! a few MiB.

pub mod annotations;
pub mod config;
pub mod diagnostic;
pub mod json;
pub mod secret;
pub mod value;
