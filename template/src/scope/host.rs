//! What only the program around a template can do or know.

use super::NetworkInterface;
use crate::{go::time::Time, value::Text};

/// A file that a template wants written by `writeToFile`.
#[derive(Debug)]
pub struct FileWrite<'a> {
    pub path: &'a [u8],
    /// Name or number; empty: the agent's own.
    pub user: &'a [u8],
    /// Name or number; empty: the agent's own.
    pub group: &'a [u8],
    /// As written by the user: octal.
    pub mode: &'a [u8],
    /// Add to the end instead of replacing.
    pub append: bool,
    /// The newline after the content, where asked for, is part of it.
    pub content: Text,
}

/// The world outside. Every refusal is an error of the function that asked; its text is shown to
/// the user and must not hold a secret.
pub trait Host {
    /// A variable of the environment; none when it is not set.
    fn environment(&self, name: &[u8]) -> Option<Text>;

    /// The time, for `timestamp`.
    fn now(&mut self) -> Time;

    /// A random number below a bound (at least 1), for the functions that shuffle.
    fn random(&mut self, below: u64) -> u64;

    /// `writeToFile`.
    fn write_file(&mut self, write: &FileWrite<'_>) -> Result<(), String>;

    /// The network interfaces for `sockaddr`, in the order of their numbers.
    fn interfaces(&mut self) -> Result<Vec<NetworkInterface>, String> {
        Ok(Vec::new())
    }

    /// `plugin`: runs a program and gives its trimmed output.
    fn plugin(&mut self, program: &[u8], arguments: &[Text]) -> Result<Text, String>;
}

/// A host that knows and allows nothing: for checks, and for programs that only want text.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHost;

impl Host for NoHost {
    fn environment(&self, _name: &[u8]) -> Option<Text> {
        None
    }

    fn now(&mut self) -> Time {
        Time::ZERO
    }

    fn random(&mut self, _below: u64) -> u64 {
        0
    }

    fn write_file(&mut self, _write: &FileWrite<'_>) -> Result<(), String> {
        Err("writing files is not allowed here".to_owned())
    }

    fn plugin(&mut self, _program: &[u8], _arguments: &[Text]) -> Result<Text, String> {
        Err("running programs is not allowed here".to_owned())
    }
}
