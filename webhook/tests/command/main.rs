//! What the program prints, and how it ends, for each of its commands that serve nothing.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod explain;
mod help;

use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
};

/// The code that it ends with, what it prints and what it complains about.
struct Ended {
    code: Option<i32>,
    output: String,
    complaint: String,
}

fn run(words: &[&str], input: &str) -> Ended {
    let mut child = Command::new(env!("CARGO_BIN_EXE_vouchsafe-webhook"))
        .args(words)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A program that does not ask for its input may be gone already.
    drop(stdin.write_all(input.as_bytes()));
    drop(stdin);
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().unwrap();
    Ended {
        code: status.code(),
        output: String::from_utf8(stdout).unwrap(),
        complaint: String::from_utf8(stderr).unwrap(),
    }
}
