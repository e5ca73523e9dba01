//! Values as documents, and documents as values: JSON, YAML and TOML byte for byte as the encoders
//! of Go write them, and the formats of our own functions.
//!
//! Everything written here may be secret: it goes into a
//! [`SecretBuffer`](vouchsafe_shared::secret::SecretBuffer), and no error shows any of it.

mod base64;
pub mod dotenv;
mod fields;
mod flat;
#[cfg(test)]
mod golden;
pub mod json;
mod output;
pub mod properties;
pub mod shell;
pub mod toml;
pub mod yaml;

use self::output::Output;

/// How deep lists and maps may be nested.
const DEEPEST: usize = 1000;
