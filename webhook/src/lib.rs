//! The mutating admission webhook: adds Vouchsafe's agent to the pods that ask for it.
//!
//! - [`mutate`]: what must this pod look like? A pure function over JSON.
//! - [`admission`]: from the bytes of a review to the bytes of its answer.
//! - [`server`]: TLS and HTTP under limits, and a certificate that may change.
//! - [`health`], [`metrics`], [`log`]: what the program tells about itself.
//! - [`cluster`]: what it asks the API server for, if anything.
//! - [`args`]: the command line. [`app`]: all of it together, from the start to the [`shutdown`].
//! - [`json`]: a tree that borrows from the text it was read from.
//! - [`explain`]: what would become of a pod, without a server.
//!
//! It never sees a secret. With certificate files and no defaults it asks the API server nothing.

pub mod admission;
pub mod app;
pub mod args;
pub mod cluster;
pub mod explain;
pub mod health;
pub mod json;
pub mod log;
pub mod metrics;
pub mod mutate;
pub mod server;
pub mod shutdown;
mod startup;
