use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use serde_json::json;
use vouchsafe_tests::agent::Agent;

use crate::ready_namespace;

const KILLS: usize = 60;

/// The shipped agent, killed at random moments while secrets rotate as fast as Vault takes them:
/// whoever reads sees whole files of one generation, before, between and after.
#[test]
fn an_agent_killed_at_random_moments_leaves_whole_files_of_one_generation() {
    let (namespace, vault) = ready_namespace("sigkill");
    let role = namespace.name.as_str();
    let value = |version: usize| format!("{version:08}").repeat(512);
    vault.put(role, &json!({ "one": value(0), "two": value(0) }));
    let file = |key: &str| json!({ "name": key, "source": { "secret": format!("secret/data/{role}"), "format": "raw", "key": key } });
    let files = json!([file("one"), file("two")]);
    let mut agent = Agent::new(&vault, role, role, &files, |config| {
        config["refresh"] = json!({ "interval": "1ms" });
    });
    agent.start();
    agent.wait_file("two", value(0).as_bytes(), Duration::from_secs(20));
    let (done, versions, reads) = (
        AtomicBool::new(false),
        AtomicUsize::new(0),
        AtomicUsize::new(0),
    );
    let data = agent.path("secrets").join("..data");
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let version = versions.fetch_add(1, Ordering::Relaxed) + 1;
                vault.put(
                    role,
                    &json!({ "one": value(version), "two": value(version) }),
                );
            }
        });
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let generation = data.canonicalize().unwrap();
                let both =
                    ["one", "two"].map(|name| std::fs::read_to_string(generation.join(name)));
                // A generation that was replaced twice in between is gone, which is no lie.
                let [Ok(one), Ok(two)] = both else { continue };
                assert_eq!(one, two);
                assert_eq!(one, one[..8].repeat(512));
                reads.fetch_add(1, Ordering::Relaxed);
            }
        });
        for _ in 0..KILLS {
            let before = reads.load(Ordering::Relaxed);
            let pause = fastrand::usize(1..200);
            vouchsafe_tests::wait::until(Duration::from_secs(20), "the reader's progress", || {
                let read = reads.load(Ordering::Relaxed);
                if read >= before + pause {
                    Ok(())
                } else {
                    Err(format!("{read} reads"))
                }
            });
            agent.kill();
            agent.start();
        }
        done.store(true, Ordering::Relaxed);
    });
    let last = value(versions.load(Ordering::Relaxed));
    agent.wait_file("one", last.as_bytes(), Duration::from_secs(20));
    agent.wait_file("two", last.as_bytes(), Duration::from_secs(20));
    // Of all those lives one generation and its predecessor remain.
    let left: Vec<_> = std::fs::read_dir(agent.path("secrets"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("..") && name != "..data")
        .collect();
    assert!(left.len() <= 2, "{left:?}");
}
