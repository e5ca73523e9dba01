//! The real agent as a process of the test's own: same binary as in the image, without a pod.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{cluster, from_test_bed, vault::Vault, wait};

/// A directory with a configuration, and perhaps an agent running by it; killed when dropped.
#[derive(Debug)]
pub struct Agent {
    directory: TempDir,
    metrics_port: u16,
    child: Option<Child>,
}

impl Agent {
    /// Prepares an agent that logs in as `role` with a token of the service account `default` in
    /// `namespace`. `files` are entries of the configuration's `files`, without volume and store;
    /// `change` may alter the rest.
    pub fn new(
        vault: &Vault,
        role: &str,
        namespace: &str,
        files: &Value,
        change: impl FnOnce(&mut Value),
    ) -> Self {
        let directory = tempfile::tempdir().expect("a directory for the agent");
        let metrics_port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let at = |name: &str| directory.path().join(name).display().to_string();
        let token = cluster::kubectl()
            .args([
                "create",
                "token",
                "default",
                "--namespace",
                namespace,
                "--audience",
                "vouchsafe",
            ])
            .output()
            .expect("kubectl runs");
        assert!(
            token.status.success(),
            "{}",
            String::from_utf8_lossy(&token.stderr)
        );
        put(&directory.path().join("token"), &token.stdout);
        let files: Vec<Value> = files
            .as_array()
            .expect("a list of files")
            .iter()
            .map(|file| {
                let mut file = file.clone();
                file["store"] = json!("vault");
                file
            })
            .collect();
        let mut config = json!({
            "version": 1,
            "stores": [{
                "name": "vault", "kind": "vault", "address": vault.address,
                "tls": { "ca_file": vault.ca_file },
                "auth": { "method": "kubernetes", "mount": "auth/kubernetes", "role": role, "token_file": at("token") },
            }],
            "volumes": [{ "path": at("secrets") }],
            "files": files,
            "refresh": { "interval": "1s", "jitter": 0.1 },
            "run_directory": at("run"),
            "listen": format!("127.0.0.1:{metrics_port}"),
        });
        change(&mut config);
        put(
            &directory.path().join("config.json"),
            config.to_string().as_bytes(),
        );
        Self {
            directory,
            metrics_port,
            child: None,
        }
    }

    /// Starts `vouchsafe-agent run`.
    pub fn start(&mut self) {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.path("log"))
            .expect("a log");
        let child = Command::new(binary())
            .args(["run", "--config"])
            .arg(self.path("config.json"))
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the agent starts");
        self.child = Some(child);
    }

    /// Runs another command of the agent with the same configuration to its end.
    pub fn command(&self, command: &str, more: &[&str]) -> std::process::Output {
        let config = self.path("config.json");
        let mut agent = Command::new(binary());
        agent
            .arg(command)
            .arg("--config")
            .arg(config)
            .args(more)
            .output()
            .expect("the agent runs")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The content of a rendered file.
    pub fn file(&self, name: &str) -> std::io::Result<Vec<u8>> {
        fs::read(self.path("secrets").join(name))
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    pub fn wait_file(&self, name: &str, content: &[u8], limit: Duration) {
        wait::until(
            limit,
            &format!("the expected content of {name}"),
            || match self.file(name) {
                Ok(found) if found == content => Ok(()),
                Ok(found) => Err(format!(
                    "{:?}\n{}",
                    String::from_utf8_lossy(&found),
                    self.log()
                )),
                Err(error) => Err(format!("{error}\n{}", self.log())),
            },
        );
    }

    pub fn wait_log(&self, text: &str, limit: Duration) {
        wait::until(limit, &format!("{text:?} in the agent's log"), || {
            let log = self.log();
            if log.contains(text) { Ok(()) } else { Err(log) }
        });
    }

    /// One value of the metrics page, by its name and labels as they stand there.
    pub fn metric(&self, name: &str) -> Result<u64, String> {
        let address = format!("http://127.0.0.1:{}/metrics", self.metrics_port);
        let mut response = ureq::get(&address)
            .call()
            .map_err(|error| error.to_string())?;
        let page = response
            .body_mut()
            .read_to_string()
            .map_err(|error| error.to_string())?;
        let line = page
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let line = line.ok_or_else(|| format!("no {name} in\n{page}"))?;
        line.parse().map_err(|_| format!("{line:?} is no number"))
    }

    /// Memory that belongs to the process at present (`VmRSS`), in KiB.
    pub fn resident_kib(&self) -> u64 {
        self.memory_kib("VmRSS:")
    }

    /// What of it is no file (`RssAnon`): code comes and goes, what leaks stays.
    pub fn anonymous_kib(&self) -> u64 {
        self.memory_kib("RssAnon:")
    }

    fn memory_kib(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("it runs");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .expect("the kernel tells it");
        line.trim()
            .trim_end_matches(" kB")
            .parse()
            .expect("a number")
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("the agent was started").id()
    }

    /// Sends a signal by name.
    pub fn signal(&self, signal: &str) {
        let status = Command::new("kill")
            .args(["-s", signal, &self.pid().to_string()])
            .status();
        assert!(status.expect("kill runs").success());
    }

    /// Waits for the agent's end.
    pub fn wait_end(&mut self, limit: Duration) -> ExitStatus {
        let child = self.child.as_mut().expect("the agent was started");
        wait::until(limit, "the end of the agent", || match child.try_wait() {
            Ok(Some(status)) => Ok(status),
            Ok(None) => Err("it runs".to_owned()),
            Err(error) => Err(error.to_string()),
        })
    }

    /// Ends it without any warning.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The static agent that is in the image under test.
pub fn binary() -> PathBuf {
    PathBuf::from(from_test_bed("VOUCHSAFE_TEST_AGENT"))
}

fn put(path: &Path, content: &[u8]) {
    use std::io::Write;
    let mut file = fs::File::create(path).expect("a file in the agent's directory");
    file.write_all(content)
        .expect("a file in the agent's directory");
}
