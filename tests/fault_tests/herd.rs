//! Many agents that start, or recover, at one moment.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde_json::json;
use vouchsafe_tests::{
    fault_proxy::{FaultProxy, Seen},
    solo::{agent::Agent, vault::Vault},
    wait,
};

use crate::scene::{PATIENCE, report};

const AGENTS: usize = 50;

/// The time from the first to the last of the requests, and the most in any tenth of a second.
fn spread(seen: &[Seen]) -> (Duration, usize) {
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
        return (Duration::ZERO, 0);
    };
    let since = |seen: &Seen| seen.at.duration_since(first.at).unwrap_or_default();
    let mut counts = std::collections::BTreeMap::<u128, usize>::new();
    for seen in seen {
        *counts.entry(since(seen).as_millis() / 100).or_default() += 1;
    }
    (since(last), counts.into_values().max().unwrap_or_default())
}

fn wait_all(agents: &[Agent], value: &str, what: &str) {
    wait::until(PATIENCE, what, || {
        let others = agents
            .iter()
            .filter(|agent| agent.file("password").ok().as_deref() != Some(value));
        match others.count() {
            0 => Ok(()),
            count => Err(format!("{count} agents without it")),
        }
    });
}

#[test]
fn fault_fifty_agents_restarted_at_once() {
    let vault = Arc::new(Vault::start());
    vault.role("herd", "1h");
    let planted = format!("canary-{:032x}", fastrand::u128(..));
    vault.put("herd", &json!({ "password": planted }));
    let proxy = FaultProxy::start(vault.port());
    let files = json!([{ "name": "password", "source": { "secret": "secret/data/herd", "key": "password", "format": "raw" } }]);
    let token = vault.issuer().token("herd");
    let mut agents: Vec<Agent> = (0..AGENTS)
        .map(|_| {
            let agent = Agent::new(&proxy.address(), "herd", &files, |config| {
                config["refresh"] = json!({ "interval": "5s", "jitter": 0.2 });
            });
            agent.put_token(&token);
            agent
        })
        .collect();
    agents.iter_mut().for_each(Agent::start);
    wait_all(&agents, &planted, "the first rendering of all");

    let before = proxy.requests();
    agents.iter_mut().for_each(Agent::kill);
    agents.iter_mut().for_each(Agent::start);
    wait::until(PATIENCE, "all tokens taken up", || {
        let missing = agents
            .iter()
            .filter(|agent| !agent.log().contains("token_adopted"));
        match missing.count() {
            0 => Ok(()),
            count => Err(format!("{count} agents without theirs")),
        }
    });
    let restart = proxy.seen().split_off(before);
    assert_eq!(
        proxy.requests_for(before, "/v1/auth/jwt/login"),
        0,
        "all tokens are still good"
    );
    assert!(restart.len() <= 3 * AGENTS, "{} requests", restart.len());
    let (restart_time, restart_most) = spread(&restart);

    // All of them lose the store at one moment, and get it back at one.
    vault.seal();
    let before = proxy.requests();
    let sealed_at = SystemTime::now();
    wait::until(PATIENCE, "a failure of each", || {
        let well = agents
            .iter()
            .filter(|agent| !agent.log().contains("VS3006"));
        match well.count() {
            0 => Ok(()),
            count => Err(format!("{count} agents know nothing of it")),
        }
    });
    let rate = |requests: usize| {
        let seconds = sealed_at.elapsed().unwrap_or_default().as_secs_f64();
        f64::from(u32::try_from(requests).unwrap()) / seconds
    };
    let outage = proxy.seen().split_off(before);
    let outage_rate = rate(outage.len());
    assert!(outage.len() <= 6 * AGENTS, "{} requests", outage.len());
    let next = format!("canary-{:032x}", fastrand::u128(..));
    vault.unseal();
    vault.put("herd", &json!({ "password": next }));
    let before = proxy.requests();
    let began = SystemTime::now();
    wait_all(&agents, &next, "the new value");
    let recovery = began.elapsed().unwrap_or_default();
    let (_, recovery_most) = spread(&proxy.seen().split_off(before));
    assert!(recovery < Duration::from_secs(20), "{recovery:?}");
    for agent in &agents {
        let log = agent.log();
        assert!(!log.contains(&planted) && !log.contains(&next) && !log.contains(&token));
        assert!(!proxy.tokens().iter().any(|token| log.contains(token)));
    }
    let line = format!(
        "fault_fifty_agents_restarted_at_once\tread_failed VS3006\trestart: {} requests in {:.1} s, {restart_most} at most in 0.1 s\toutage: {outage_rate:.1} requests/s of all; back: {recovery_most} at most in 0.1 s\t{:.1} s\n",
        restart.len(),
        restart_time.as_secs_f64(),
        recovery.as_secs_f64()
    );
    report("fault_fifty_agents_restarted_at_once", &line);
}
