//! The original programs, where Go is installed.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::Value;

use super::{Outcome, expected};

/// The original programs, waiting for templates.
pub(crate) struct Oracle {
    program: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Oracle {
    pub(crate) fn start(binary: &Path) -> Self {
        let mut program = Command::new(binary)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let requests = program.stdin.take().unwrap();
        let answers = BufReader::new(program.stdout.take().unwrap());
        Self {
            program,
            requests,
            answers,
        }
    }

    pub(crate) fn ask(&mut self, request: &Value) -> Outcome {
        writeln!(self.requests, "{request}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        expected(&serde_json::from_str(&answer).unwrap())
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

pub(crate) fn build() -> Option<PathBuf> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/oracle");
    Command::new("go").arg("version").output().ok()?;
    let binary = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oracle");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&binary)
        .arg(".")
        .current_dir(sources)
        .output()
        .unwrap();
    assert!(
        built.status.success(),
        "the oracle does not build: {}",
        String::from_utf8_lossy(&built.stderr)
    );
    Some(binary)
}
