//! An agent that is killed at any moment leaves whole files, and the next one goes on.

use std::time::Duration;

use serde_json::Value;
use vouchsafe_tests::{solo::vault::Vault, wait};

use crate::scene::{PATIENCE, Scene, report};

/// In all.
const KILLS: usize = 1000;
const SIDE_BY_SIDE: usize = 4;

#[test]
fn fault_agent_killed_at_a_thousand_moments() {
    let lives = std::thread::scope(|scope| {
        let one = || scope.spawn(|| lives(KILLS / SIDE_BY_SIDE));
        let all = (0..SIDE_BY_SIDE).map(|_| one()).collect::<Vec<_>>();
        all.into_iter()
            .map(|lives| lives.join().unwrap())
            .collect::<Vec<_>>()
    });
    let generations: usize = lives.iter().map(|(generations, _)| generations).sum();
    let slowest = lives.iter().map(|(_, recovery)| *recovery).max().unwrap();
    let line = format!(
        "fault_agent_killed_at_a_thousand_moments\ttoken_adopted\t{KILLS} kills\t{generations} generations seen\t{:.1} s\n",
        slowest.as_secs_f64()
    );
    report("fault_agent_killed_at_a_thousand_moments", &line);
}

/// How many generations were seen, and how long the last recovery took.
fn lives(kills: usize) -> (usize, Duration) {
    let mut scene = Scene::prepared(Vault::shared(), "1h", |config| {
        config["refresh"]["interval"] = "20ms".into();
    });
    scene.start();
    let mut seen = vec![scene.value.clone()];
    for _ in 0..kills {
        // There is always something to write.
        scene.rotate();
        scene.agent.kill();
        scene.agent.start();
        let moment = Duration::from_micros(fastrand::u64(0..150_000));
        wait::throughout(moment, "life", || Ok::<_, String>(()));
        scene.agent.kill();
        let value = generation(&scene);
        if seen.last() != Some(&value) {
            seen.push(value);
        }
    }
    scene.rotate();
    let began = std::time::SystemTime::now();
    scene.start();
    let recovery = began.elapsed().unwrap_or_default();
    assert_eq!(scene.logins(), 1, "the token was good all the time");
    let told = || {
        (scene.application.reloads() > 0)
            .then_some(())
            .ok_or("never told")
    };
    wait::until(PATIENCE, "a reload", told);
    scene.check();
    (seen.len(), recovery)
}

/// The value that all files of the present generation show.
fn generation(scene: &Scene) -> String {
    let present = std::fs::canonicalize(scene.agent.volume().join("..data")).unwrap();
    let read = |name: &str| std::fs::read_to_string(present.join(name)).unwrap();
    let password = read("password");
    let all: Value = serde_json::from_str(&read("all.json")).unwrap();
    assert_eq!(all["password"], password.as_str(), "half a generation");
    // And what the application sees is it.
    scene.shows(&password).unwrap();
    password
}
