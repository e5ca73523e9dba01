//! The agent as a process, with everything that it emits in reach.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, OpenOptions},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    child::{self, Child},
    free_port, put,
};
use crate::wait;

/// A directory with a configuration, and perhaps an agent running by it; killed when dropped.
#[derive(Debug)]
pub struct Agent {
    directory: TempDir,
    port: u16,
    child: Option<Child>,
    /// What starts the agent's program: `program argument… agent`.
    through: Vec<String>,
    variables: BTreeMap<&'static str, OsString>,
    binary: PathBuf,
    /// It has mounts of its own, so its files are looked at as it sees them.
    is_apart: bool,
}

impl Agent {
    /// Prepares an agent that logs in as `role` at a store with this address, with the token that
    /// is put into its file `token`. `files` are entries of the configuration's `files`, without
    /// store; `change` may alter the rest.
    pub fn new(address: &str, role: &str, files: &Value, change: impl FnOnce(&mut Value)) -> Self {
        let directory = tempfile::tempdir().expect("a directory for the agent");
        let port = free_port();
        let at = |name: &str| directory.path().join(name).display().to_string();
        let mut files = files.as_array().expect("a list of files").clone();
        for file in &mut files {
            file["store"] = json!("vault");
        }
        let mut config = json!({
            "version": 1,
            "stores": [{
                "name": "vault", "kind": "vault", "address": address,
                // Vault's auth method `jwt` takes the same login as its method `kubernetes`, and
                // needs no cluster to check it.
                "auth": { "method": "kubernetes", "mount": "auth/jwt", "role": role, "token_file": at("token") },
                "login": { "max_backoff": "2s" },
                "connection": { "timeout": "2s" },
            }],
            "volumes": [{ "path": at("secrets") }],
            "files": files,
            "refresh": { "interval": "500ms", "jitter": 0.1 },
            "log": { "level": "trace" },
            "run_directory": at("run"),
            "listen": format!("127.0.0.1:{port}"),
        });
        change(&mut config);
        put(&directory.path().join("config.json"), config.to_string()).expect("a configuration");
        Self {
            directory,
            port,
            child: None,
            through: Vec::new(),
            variables: BTreeMap::new(),
            binary: binary(),
            is_apart: false,
        }
    }

    /// Has the agent started by another program, which becomes it.
    pub fn through(&mut self, program: &[&str]) {
        self.through = program.iter().map(|&word| word.to_owned()).collect();
    }

    /// Has the agent run where mounts are its own: the shell commands of `mounts` make them, with the
    /// agent's directory as `$1`. Needs root.
    pub fn apart(&mut self, mounts: &str) {
        let script = format!("{mounts}\nshift\nexec \"$@\"");
        let directory = self.directory.path().display().to_string();
        self.through(&[
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "bash",
            "-euc",
            &script,
            "apart",
            &directory,
        ]);
        self.is_apart = true;
    }

    /// Runs a shell command among the agent's own mounts, with its directory as `$1`.
    ///
    /// # Panics
    /// When it fails.
    pub fn within(&mut self, command: &str) {
        let mounts = format!("--mount=/proc/{}/ns/mnt", self.child().pid());
        let status = Command::new("nsenter")
            .args([&mounts, "bash", "-euc", command, "within"])
            .arg(self.directory.path())
            .status();
        assert!(status.is_ok_and(|status| status.success()), "{command}");
    }

    /// Has the agent be one that the system's C library can be changed under.
    pub fn linked_dynamically(&mut self) {
        self.binary = beside();
    }

    /// Sets a variable of the agent's environment.
    pub fn variable(&mut self, name: &'static str, value: impl Into<OsString>) {
        self.variables.insert(name, value.into());
    }

    /// Starts `vouchsafe-agent run`.
    pub fn start(&mut self) {
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.path("log"))
            .expect("a log");
        let config = self.path("config.json");
        let (binary, config) = (
            self.binary.display().to_string(),
            config.display().to_string(),
        );
        let mut program: Vec<&str> = self.through.iter().map(String::as_str).collect();
        program.extend([binary.as_str(), "run", "--config", config.as_str()]);
        let child = child::start(&program, |command| {
            command.envs(&self.variables).stderr(Stdio::from(log));
        });
        self.child = Some(child);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Replaces the token that the agent logs in with.
    pub fn put_token(&self, token: &str) {
        put(&self.path("token"), token).expect("the token's file");
    }

    /// The content of a rendered file.
    ///
    /// # Errors
    /// When there is none.
    pub fn file(&self, name: &str) -> std::io::Result<String> {
        fs::read_to_string(self.volume().join(name))
    }

    /// The directory of rendered files, as the agent sees it.
    pub fn volume(&self) -> PathBuf {
        let path = self.path("secrets");
        match &self.child {
            Some(child) if self.is_apart => {
                let path = path.strip_prefix("/").unwrap_or(&path);
                Path::new("/proc")
                    .join(child.pid().to_string())
                    .join("root")
                    .join(path)
            }
            _ => path,
        }
    }

    pub fn log(&self) -> String {
        let log = fs::read(self.path("log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// The page of metrics.
    ///
    /// # Errors
    /// When nobody serves it.
    pub fn metrics(&self) -> Result<String, String> {
        self.page("metrics")
    }

    /// Any page that the agent serves, whatever its status.
    ///
    /// # Errors
    /// When nobody serves it.
    pub fn page(&self, path: &str) -> Result<String, String> {
        let client = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(5)))
            .build();
        let address = format!("http://127.0.0.1:{}/{path}", self.port);
        let response = ureq::Agent::from(client).get(&address).call();
        let mut response = response.map_err(|error| error.to_string())?;
        let page = response.body_mut().read_to_string();
        page.map_err(|error| error.to_string())
    }

    /// The sum of a metric's values whose labels contain this text; zero while there are none.
    pub fn count(&self, name: &str, labels: &str) -> u64 {
        let page = self.metrics().unwrap_or_default();
        let name = format!("vouchsafe_agent_{name}");
        let lines = page.lines().filter_map(|line| line.strip_prefix(&name));
        let values = lines.filter_map(|line| {
            let (found, value) = line.rsplit_once(' ')?;
            let is_wanted = found.is_empty() || found.starts_with('{');
            (is_wanted && found.contains(labels)).then(|| value.parse::<u64>().ok())?
        });
        values.sum()
    }

    /// What another command of the agent says with the same configuration.
    pub fn command(&self, command: &str) -> String {
        let mut program = Command::new(&self.binary);
        let program = program
            .args([command, "--config"])
            .arg(self.path("config.json"));
        let output = program.output().expect("the agent runs");
        let said = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&said).into_owned()
    }

    /// The process.
    ///
    /// # Panics
    /// When it was not started.
    pub fn child(&mut self) -> &mut Child {
        self.child.as_mut().expect("the agent was started")
    }

    pub fn signal(&mut self, signal: &str) {
        self.child().signal(signal);
    }

    pub fn wait_end(&mut self, limit: Duration) -> ExitStatus {
        self.child().wait_end(limit)
    }

    pub fn wait_log(&self, text: &str, limit: Duration) {
        wait::until(limit, &format!("{text:?} in the agent's log"), || {
            let log = self.log();
            if log.contains(text) { Ok(()) } else { Err(log) }
        });
    }

    /// Ends it without any warning.
    pub fn kill(&mut self) {
        self.child = None;
    }
}

/// The agent that `VOUCHSAFE_TEST_AGENT` names, or the one beside this program.
///
/// # Panics
/// When there is none.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("VOUCHSAFE_TEST_AGENT") {
        return path.into();
    }
    beside()
}

/// The agent as it was built for tests, which is linked with the system's C library.
///
/// # Panics
/// When there is none.
pub fn beside() -> PathBuf {
    let own = std::env::current_exe().expect("a program knows itself");
    let directory = own
        .ancestors()
        .nth(2)
        .expect("tests are in target/debug/deps");
    let binary = directory.join("vouchsafe-agent");
    assert!(
        binary.is_file(),
        "there is no agent at {}: cargo build --package vouchsafe-agent",
        binary.display()
    );
    binary
}
