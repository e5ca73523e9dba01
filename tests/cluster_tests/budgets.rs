//! What the agent may cost: checked here because these numbers are stable, unlike times.

use std::{fs, time::Duration};

use serde_json::json;
use vouchsafe_tests::{agent::Agent, repository, vault::Vault, wait};

use crate::ready_namespace;

const IMAGE_LIMIT: u64 = 6_000_000;
const RESIDENT_LIMIT_KIB: u64 = 6 * 1024;

#[test]
fn the_agents_image_is_under_six_megabytes() {
    let size = fs::metadata(repository().join("target/images/agent.tar"))
        .unwrap()
        .len();
    assert!(size < IMAGE_LIMIT, "{size} bytes");
}

/// Rotates one secret until the agent has made `generations` generations of its files.
fn rotate_until(agent: &Agent, vault: &Vault, name: &str, generations: u64) {
    let mut version = 0;
    wait::until(
        Duration::from_secs(240),
        &format!("{generations} generations"),
        || {
            // Many writes for one look at the count, which costs more than they do.
            for _ in 0..200 {
                version += 1;
                vault.put(
                    name,
                    &json!({ "password": format!("version {version} ").repeat(20) }),
                );
            }
            match agent.metric("vouchsafe_agent_generations_total")? {
                count if count >= generations => Ok(()),
                count => Err(count.to_string()),
            }
        },
    );
}

#[test]
fn the_agent_stays_under_six_mebibytes_with_twenty_secrets_and_two_hundred_renders() {
    let (namespace, vault) = ready_namespace("memory");
    let role = namespace.name.as_str();
    let files: Vec<_> = (0..20)
        .map(|index| {
            let name = format!("{role}-{index}");
            vault.put(
                &name,
                &json!({ "user": "app", "password": "x".repeat(200) }),
            );
            let source = json!({ "secret": format!("secret/data/{name}"), "format": "env" });
            json!({ "name": format!("{index}.env"), "source": source })
        })
        .collect();
    let mut agent = Agent::new(&vault, role, role, &json!(files), |config| {
        config["refresh"] = json!({ "interval": "20ms" });
    });
    agent.start();
    rotate_until(&agent, &vault, &format!("{role}-7"), 200);
    let resident = agent.resident_kib();
    assert!(resident < RESIDENT_LIMIT_KIB, "{resident} KiB");
}

#[test]
fn the_agent_does_not_grow_over_ten_thousand_renders() {
    let (namespace, vault) = ready_namespace("growth");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "password": "x" }));
    let source = json!({ "secret": format!("secret/data/{role}"), "format": "env" });
    let mut agent = Agent::new(
        &vault,
        role,
        role,
        &json!([{ "name": "x", "source": source }]),
        |config| {
            config["refresh"] = json!({ "interval": "1ms" });
        },
    );
    agent.start();
    rotate_until(&agent, &vault, role, 1_000);
    let early = agent.anonymous_kib();
    rotate_until(&agent, &vault, role, 10_000);
    let late = agent.anonymous_kib();
    // A page or two of the allocator's may come later; a leak of 32 bytes a render would show.
    assert!(
        late <= early + 256,
        "{early} KiB after 1 000 renders, {late} KiB after 10 000"
    );
    let resident = agent.resident_kib();
    assert!(resident < RESIDENT_LIMIT_KIB, "{resident} KiB");
}
