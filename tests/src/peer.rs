//! The store's own agent, whose output ours must equal.

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::{from_test_bed, vault::Vault};

/// What `vault agent` makes of templates, in their order, with the administrator's token.
///
/// # Panics
/// When it fails.
pub fn render(vault: &Vault, templates: &[&str]) -> Vec<Vec<u8>> {
    let directory = tempfile::tempdir().expect("a directory for the agent");
    let destination = |index: usize| directory.path().join(format!("{index}.out"));
    let (address, token) = vault.administrator();
    let stanzas: Vec<Value> = templates
        .iter()
        .enumerate()
        .map(|(index, text)| json!({ "contents": text, "destination": destination(index) }))
        .collect();
    let config = json!({
        "vault": { "address": address },
        "auto_auth": { "method": [{
            "type": "token_file",
            "config": { "token_file_path": directory.path().join("token") },
        }] },
        "template_config": { "exit_on_retry_failure": true },
        "template": stanzas,
        "exit_after_auth": true,
    });
    for (name, content) in [
        ("token", token.to_owned()),
        ("agent.json", config.to_string()),
    ] {
        let mut file = fs::File::create(directory.path().join(name)).expect("a file for the agent");
        file.write_all(content.as_bytes())
            .expect("a file for the agent");
    }
    let output = Command::new(from_test_bed("VOUCHSAFE_TEST_VAULT"))
        .args(["agent", "-config"])
        .arg(directory.path().join("agent.json"))
        .stdin(Stdio::null())
        .output()
        .expect("the store's agent runs");
    let said = || {
        format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
    };
    assert!(output.status.success(), "{}", said());
    (0..templates.len())
        .map(|index| {
            fs::read(destination(index))
                .unwrap_or_else(|error| panic!("template {index}: {error}\n{}", said()))
        })
        .collect()
}
