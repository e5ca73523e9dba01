//! The cluster, through the real `kubectl`: what users use.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
    time::Duration,
};

use serde_json::Value;

use crate::wait;

/// How long anything in the cluster may take on a busy machine of two cores.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// A namespace of a test's own, which enforces Pod Security `restricted`; deleted when dropped.
#[derive(Debug)]
pub struct Namespace {
    pub name: String,
}

impl Namespace {
    /// Makes one with a name that starts with `prefix`.
    pub fn new(prefix: &str) -> Self {
        let name = format!("{prefix}-{:06x}", fastrand::u32(0..1 << 24));
        apply(&format!(
            "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n  labels:\n    pod-security.kubernetes.io/enforce: restricted\n"
        ));
        let namespace = Self { name };
        // The controller makes it a moment later, and pods cannot start without.
        wait::until(PATIENCE, "the default service account", || {
            namespace.try_kubectl(&["get", "serviceaccount", "default"])
        });
        namespace
    }

    /// Applies a manifest here.
    pub fn apply(&self, manifest: &Value) {
        self.try_apply(manifest)
            .unwrap_or_else(|error| panic!("kubectl apply: {error}\n{manifest}"));
    }

    /// The same, for manifests that are meant to be refused: what kubectl says.
    pub fn try_apply(&self, manifest: &Value) -> Result<String, String> {
        pipe(
            &["apply", "--namespace", &self.name, "--filename", "-"],
            &manifest.to_string(),
        )
    }

    /// Applies a manifest that is admitted: the warnings that kubectl prints.
    pub fn apply_warned(&self, manifest: &Value) -> Vec<String> {
        let output = piped(
            &["apply", "--namespace", &self.name, "--filename", "-"],
            &manifest.to_string(),
        )
        .expect("kubectl runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "kubectl apply: {said}\n{manifest}");
        said.lines()
            .filter_map(|line| line.strip_prefix("Warning: "))
            .map(str::to_owned)
            .collect()
    }

    /// The standard output of `kubectl` in this namespace.
    pub fn kubectl(&self, arguments: &[&str]) -> String {
        self.try_kubectl(arguments)
            .unwrap_or_else(|error| panic!("kubectl {arguments:?}: {error}"))
    }

    pub fn try_kubectl(&self, arguments: &[&str]) -> Result<String, String> {
        let mut all = vec!["--namespace", &self.name];
        all.extend(arguments);
        output(kubectl().args(all).output())
    }

    /// The standard output of a shell command in a container.
    pub fn shell(&self, pod: &str, container: &str, command: &str) -> String {
        self.try_shell(pod, container, command)
            .unwrap_or_else(|error| panic!("{command:?} in {pod}/{container}: {error}"))
    }

    pub fn try_shell(&self, pod: &str, container: &str, command: &str) -> Result<String, String> {
        self.try_kubectl(&[
            "exec",
            pod,
            "--container",
            container,
            "--",
            "sh",
            "-c",
            command,
        ])
    }

    /// An object as JSON.
    pub fn get(&self, kind: &str, name: &str) -> Value {
        let text = self.kubectl(&["get", kind, name, "--output", "json"]);
        serde_json::from_str(&text).expect("kubectl prints JSON")
    }

    pub fn logs(&self, pod: &str, container: &str) -> String {
        self.try_kubectl(&["logs", pod, "--container", container])
            .unwrap_or_default()
    }

    /// Waits until the logs of a container hold `text`.
    pub fn wait_log(&self, pod: &str, container: &str, text: &str, limit: Duration) -> String {
        wait::until(
            limit,
            &format!("{text:?} in the logs of {pod}/{container}"),
            || {
                let logs = self.logs(pod, container);
                if logs.contains(text) {
                    Ok(logs)
                } else {
                    Err(format!("{logs}\n{}", self.describe(pod)))
                }
            },
        )
    }

    /// Waits until all containers of a pod are ready.
    pub fn wait_ready(&self, pod: &str) {
        wait::until(PATIENCE, &format!("pod {pod} to be ready"), || {
            self.try_kubectl(&[
                "wait",
                "--for=condition=Ready",
                &format!("pod/{pod}"),
                "--timeout=2s",
            ])
            .map_err(|error| format!("{error}\n{}", self.describe(pod)))
        });
    }

    /// What `kubectl describe` and the agent's log say: for messages of failed tests, and for tests
    /// of what users see.
    pub fn describe(&self, pod: &str) -> String {
        let described = self.try_kubectl(&["describe", "pod", pod]);
        let described = described.unwrap_or_else(|error| error);
        format!(
            "{described}\nagent's log:\n{}",
            self.logs(pod, "vouchsafe-agent")
        )
    }

    /// The name of the only pod with a label `app`.
    pub fn pod_of(&self, app: &str) -> String {
        wait::until(PATIENCE, &format!("a pod of {app}"), || {
            let selector = format!("app={app}");
            let names =
                self.try_kubectl(&["get", "pods", "--selector", &selector, "--output", "name"])?;
            match names.lines().collect::<Vec<_>>().as_slice() {
                [name] => Ok(name.trim_start_matches("pod/").to_owned()),
                other => Err(format!(
                    "{other:?}; {}",
                    self.try_kubectl(&["get", "events"])?
                )),
            }
        })
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = kubectl()
            .args(["delete", "namespace", &self.name, "--wait=false"])
            .output();
    }
}

/// Applies a manifest that names its own namespaces.
pub fn apply(manifest: &str) {
    pipe(&["apply", "--filename", "-"], manifest)
        .unwrap_or_else(|error| panic!("kubectl apply: {error}"));
}

/// Adds an entry to the ConfigMap with the defaults of the cluster, which all tests share.
pub fn add_defaults(key: &str, text: &str) {
    let patch = serde_json::json!({ "data": { key: text } }).to_string();
    let arguments = [
        "--namespace",
        "vouchsafe",
        "patch",
        "configmap",
        "vouchsafe-defaults",
    ];
    output(
        kubectl()
            .args(arguments)
            .args(["--type=merge", "--patch", &patch])
            .output(),
    )
    .unwrap_or_else(|error| panic!("kubectl patch: {error}"));
}

/// A `kubectl` command for this cluster.
pub fn kubectl() -> Command {
    crate::from_test_bed("KUBECONFIG");
    Command::new("kubectl")
}

fn pipe(arguments: &[&str], input: &str) -> Result<String, String> {
    output(piped(arguments, input))
}

fn piped(arguments: &[&str], input: &str) -> std::io::Result<Output> {
    let mut child = kubectl()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes())?;
    drop(stdin);
    child.wait_with_output()
}

fn output(output: std::io::Result<Output>) -> Result<String, String> {
    let output = output.map_err(|error| error.to_string())?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    }
}
