//! Go's `text/template` with the functions of consul-template: what a template prints, and which
//! secrets it needs.
//!
//! Pure: no I/O, no clock, no threads. A template is parsed once and run as often as its secrets
//! change. What it asks for comes from a [`scope::Source`], which knows an answer or does not and
//! never waits; a run names what was missing, and is repeated when that is known. What only the
//! program around it can do, such as writing a file, goes through a [`scope::Host`].
//!
//! ```
//! use vouchsafe_template::{DataFile, Options, Template};
//!
//! let template = Template::parse(
//!     br#"{{ with secret "secret/data/app" }}user={{ .Data.data.user }}{{ end }}"#,
//!     Options::new("app.env"),
//! )?;
//! let mut data = DataFile::parse(
//!     br#"{"secret": {"secret/data/app": {"data": {"data": {"user": "root"}}}}}"#,
//! )
//! .map_err(|fault| fault.message)?;
//! assert_eq!(data.render(&template)?.expose_secret(), b"user=root");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | where | question |
//! |---|---|
//! | `syntax/` | Is this text a template, and what does it say? |
//! | `execute/` | What does it do when it runs? |
//! | [`value`] | What kinds of values are there, and how do they differ? |
//! | [`function`] | What does each function do? One file or folder a topic; `sprig/` for those of sprig. |
//! | [`object`] | What fields and methods have secrets, certificates, times? |
//! | [`go`] | How does Go write numbers, quote strings, format times, match patterns? |
//! | [`network`] | Which addresses has the machine, and what can be said of them? |
//! | [`encode`] | How are values written as JSON, YAML, TOML, and read? |
//! | [`scope`] | What does a run ask of the world, and what may it use up? |
//! | `lint/` | What can be said without running? |
//!
//! Behaviour is that of the original programs, errors included: `tests/conformance.rs` compares
//! thousands of cases, `tests/differential.rs` generated ones. Error messages are our own.
#![forbid(unsafe_code)]

mod data_file;
pub mod encode;
mod error;
mod execute;
pub mod fault;
pub mod function;
pub mod go;
mod lint;
pub mod network;
pub mod object;
pub mod redact;
pub mod scope;
mod syntax;
mod template;
pub mod value;

pub use self::{
    data_file::{DataFile, DataFileError},
    error::{Error, Place, Warning},
    lint::Requests,
    template::{Options, RenderError, Rendering, Template},
};
