//! Vouchsafe's agent: logs in to a store, renders secrets to files, keeps them fresh and tells the
//! application.
//!
//! - [`lifecycle`] decides when to do what, without I/O; [`driver`] carries it out.
//! - [`store`] asks for secrets, [`answer`] understands what comes; [`render`] and [`template`] turn
//!   it into text; [`sink`] changes the files of a volume together; [`reload`] tells the application,
//!   and [`command`] runs the programs of files.
//! - [`state`] is what the next life of the agent goes on with; [`told`] what the application was
//!   told of.
//! - [`status`], [`metrics`] and [`report`] show what goes on, [`listen`] serves them and [`client`]
//!   asks for them; [`audit`] says who got what, [`termination`] why it ended.
//! - [`harden`] closes what the process itself can close.
//! - [`cli`] is the command line, `expansion` puts variables into a configuration, [`vault_config`]
//!   takes one of Vault Agent; [`app`] puts all of it together.

pub mod answer;
pub mod app;
pub mod audit;
pub mod cli;
pub mod client;
pub mod command;
pub mod driver;
mod expansion;
pub mod fault;
pub mod harden;
pub mod lifecycle;
pub mod listen;
pub mod log;
pub mod metrics;
pub mod pid_file;
pub mod plan;
pub mod publish;
pub mod ready;
pub mod reload;
pub mod render;
pub mod report;
pub mod sink;
mod startup;
pub mod state;
pub mod status;
pub mod store;
pub mod template;
pub mod termination;
pub mod told;
pub mod vault_config;
