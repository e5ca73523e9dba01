//! Templates in pods that are annotated for the original injector, and nothing else about them
//! changed.

mod admission;
mod certificates;
mod database;
mod faults;
mod key_value;
mod peer;

use std::{
    io::Write,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use vouchsafe_tests::{app, cluster::Namespace, vault::Vault, wait};

/// From a change in Vault to a file in the pod, on a busy machine.
const SOON: Duration = Duration::from_secs(20);

/// A namespace and a role of the same name, for agents that log in as the original's do.
fn ready_namespace(prefix: &str) -> (Namespace, Vault) {
    let namespace = Namespace::new(prefix);
    let vault = Vault::shared();
    vault.role(
        &namespace.name,
        &namespace.name,
        &json!({ "audience": "https://kubernetes.default.svc.cluster.local" }),
    );
    (namespace, vault)
}

/// A pod with the original's annotations, which are given without their prefix.
fn pod(role: &str, annotations: &[(&str, &str)], script: &str) -> Value {
    let asking = [
        ("agent-inject", "true"),
        ("role", role),
        ("template-static-secret-render-interval", "1s"),
    ];
    let annotations: Vec<(String, &str)> = asking
        .iter()
        .chain(annotations)
        .map(|(name, value)| (format!("vault.hashicorp.com/{name}"), *value))
        .collect();
    let annotations: Vec<(&str, &str)> = annotations
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    app::pod("web", &annotations, script)
}

/// Waits until a file of the pod `web` is exactly `content`.
fn wait_content(namespace: &Namespace, file: &str, content: &str) {
    wait::until(SOON, &format!("the expected content of {file}"), || {
        let found = namespace.try_shell("web", "app", &format!("cat {file}"))?;
        if found == content {
            Ok(())
        } else {
            Err(format!("{found:?}\n{}", namespace.describe("web")))
        }
    });
}

/// What `openssl` says to `input`.
fn openssl(arguments: &[&str], input: &str) -> Result<String, String> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut stdin = child.stdin.take().ok_or("standard input is not piped")?;
    stdin
        .write_all(input.as_bytes())
        .map_err(|error| error.to_string())?;
    drop(stdin);
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!(
            "{}\n{input}",
            String::from_utf8_lossy(&output.stderr)
        ))
    }
}
