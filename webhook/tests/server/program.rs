use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Command, Output, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::certificates::{Authority, Directory};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vouchsafe-webhook"));
    command.args(arguments).env_clear();
    command
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

const SERVE: [&str; 6] = [
    "serve",
    "--listen=127.0.0.1:0",
    "--health-listen=127.0.0.1:0",
    "--tls-cert-file=/nowhere/tls.crt",
    "--tls-key-file=/nowhere/tls.key",
    "--agent-image=agent:1",
];

#[test]
fn exit_codes_tell_mistakes_from_failures() {
    let (code, output, _) = run(&["version"]);
    assert_eq!(code, Some(0));
    assert_eq!(
        output,
        concat!("vouchsafe-webhook ", env!("CARGO_PKG_VERSION"), "\n")
    );
    assert_eq!(run(&["--help"]).0, Some(0));
    for shell in ["bash", "zsh", "fish"] {
        let (code, script, _) = run(&["completion", shell]);
        assert_eq!(code, Some(0));
        assert!(script.contains("agent-image-pull-policy"));
    }

    let (code, _, message) = run(&["serve"]);
    assert_eq!(code, Some(64));
    assert!(message.contains("tls-cert-file"), "{message}");
    assert_eq!(run(&[]).0, Some(64));
    assert_eq!(run(&["serve", "--lsten=:1"]).0, Some(64));
    // The original knows one code only.
    for words in [&["agent-inject"][..], &["agent-inject", "-lsten=:1"]] {
        let (code, _, message) = run(words);
        assert_eq!(code, Some(1), "{message}");
    }
    assert_eq!(run(&["agent-inject", "-help", "2>&1"]).0, Some(0));

    let mut arguments = SERVE.to_vec();
    arguments.push("--vault-ca-cert-file=/nowhere/ca.crt");
    let (code, _, message) = run(&arguments);
    assert_eq!(code, Some(64));
    assert!(message.starts_with("vouchsafe-webhook: --vault-ca-cert-file: /nowhere/ca.crt: "));
    assert_eq!(message.lines().count(), 1, "{message}");

    let (code, _, message) = run(&SERVE);
    assert_eq!(code, Some(1));
    assert!(
        message.contains("/nowhere/tls.crt: No such file"),
        "{message}"
    );
}

#[test]
fn an_empty_variable_counts_as_none() {
    for (words, expected) in [
        (&["serve"][..], "no certificate"),
        (
            &["agent-inject", "-vault-address=http://v"],
            "no certificate",
        ),
    ] {
        let output = command(words)
            .env("VOUCHSAFE_VAULT_ADDRESS", "")
            .env("VOUCHSAFE_REVOKE_ON_SHUTDOWN", "")
            .env("VOUCHSAFE_SECRETS_VOLUME_SIZE", "")
            .env("VOUCHSAFE_AGENT_IMAGE", "")
            .output()
            .unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn the_program_serves_until_it_is_told_to_stop() {
    let directory = Directory::new(&Authority::new().sign());
    let files = directory.files();
    let mut ours = command(&["serve", "--log-format=json"]);
    ours.env("VOUCHSAFE_LISTEN", "127.0.0.1:0")
        .env("VOUCHSAFE_HEALTH_LISTEN", "127.0.0.1:0")
        .env("VOUCHSAFE_TLS_CERT_FILE", &files.certificate)
        .env("VOUCHSAFE_TLS_KEY_FILE", &files.key)
        .env("VOUCHSAFE_AGENT_IMAGE", "agent:1")
        .env("VOUCHSAFE_DRAIN_DELAY", "1ms");
    let mut originals = command(&["agent-inject", "-log-format", "json", "2>&1"]);
    originals
        .env("AGENT_INJECT_LISTEN", "localhost:0")
        .env("TLS_CERT_FILE", &files.certificate)
        .env("TLS_KEY_FILE", &files.key)
        .env("AGENT_INJECT_VAULT_ADDR", "http://vault:8200")
        // Beside the original's, ours count too.
        .env("VOUCHSAFE_DRAIN_DELAY", "1ms")
        .env("VOUCHSAFE_AGENT_IMAGE", "agent:1");
    for mut command in [ours, originals] {
        let (code, events) = stopped(&mut command);
        assert_eq!(
            events,
            [
                "starting",
                // Nothing here that could tell defaults: they are gone without.
                "no_cluster",
                "serving",
                "signal_received",
                "leaving",
                "draining",
                "stopped"
            ]
        );
        assert_eq!(code, Some(0));
    }
}

/// Sends SIGTERM once it serves.
fn stopped(command: &mut Command) -> (Option<i32>, Vec<String>) {
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut events = Vec::new();
    for line in BufReader::new(child.stderr.take().unwrap()).lines() {
        let line = line.unwrap();
        let line: serde_json::Value = serde_json::from_str(&line).expect(&line);
        let event = line["message"].as_str().unwrap().to_owned();
        if event == "serving" {
            let address = line["admissions"].as_str().unwrap();
            assert!(address.starts_with("127.0.0.1:"), "{address}");
            kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        }
        // When that comes is a matter of time.
        if event != "startup_code_released" {
            events.push(event);
        }
    }
    (child.wait().unwrap().code(), events)
}

#[test]
fn code_that_only_the_start_needs_leaves_the_memory() {
    let directory = Directory::new(&Authority::new().sign());
    let files = directory.files();
    let mut child = command(&["serve", "--log-format=json"])
        .env("VOUCHSAFE_LISTEN", "127.0.0.1:0")
        .env("VOUCHSAFE_TLS_CERT_FILE", &files.certificate)
        .env("VOUCHSAFE_TLS_KEY_FILE", &files.key)
        .env("VOUCHSAFE_AGENT_IMAGE", "agent:1")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let found = lines.any(|line| line.unwrap().contains("startup_code_"));
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(found);
    let kib = |name: &str| -> u64 {
        let mut lines = status.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)).unwrap();
        value.trim_end_matches("kB").trim().parse().unwrap()
    };
    let (resident, highest) = (kib("VmRSS:"), kib("VmHWM:"));
    assert!(resident * 4 < highest * 3, "{resident} of {highest} KiB");
}
