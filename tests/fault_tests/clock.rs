//! Clocks that are wrong, and time that the agent does not see pass.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use vouchsafe_tests::{
    solo::{clock::WrongClock, vault::Vault},
    wait,
};

use crate::{FEW, LASTS, SOON, scene::Scene};

/// The wall clock jumps by this many seconds, and back. What counts on it is not what anything here
/// hangs on, so nothing happens.
fn jump(name: &'static str, seconds: i64) {
    let mut scene = Scene::prepared(Vault::shared(), "1h", |_| ());
    let clock = WrongClock::new(scene.agent.directory());
    scene.agent.linked_dynamically();
    scene.agent.variable("LD_PRELOAD", &clock.library);
    scene
        .agent
        .variable("CLOCK_OFFSET_FILE", &clock.offset_file);
    scene.start();
    let mut trial = scene.trial(name);
    clock.shift(seconds);
    trial.holds(LASTS, FEW);
    trial.scene.rotate();
    trial.over();
    trial.arrives(SOON / 3);
    // It was the agent's clock that was wrong: its log tells so.
    let log = trial.log();
    let told = log
        .lines()
        .last()
        .and_then(|line| line.get(11..13))
        .unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = i64::try_from(now.as_secs()).unwrap() + seconds;
    let hours = [now - 60, now].map(|at| (at / 3600).rem_euclid(24));
    assert!(hours.contains(&told.parse().unwrap()), "{log}");
    clock.shift(0);
    scene.rotate();
    scene.wait_value(SOON / 3);
    scene.wait_told(2);
    assert_eq!(scene.logins(), 1, "the token lives by no wall clock");
}

#[test]
fn fault_clock_an_hour_ahead() {
    jump("fault_clock_an_hour_ahead", 3600);
}

#[test]
fn fault_clock_an_hour_behind() {
    jump("fault_clock_an_hour_behind", -3600);
}

#[test]
fn fault_suspended_longer_than_the_token_lives() {
    let mut scene = Scene::started(Vault::shared(), "4s", |_| ());
    let token = scene.token();
    let mut trial = scene.trial("fault_suspended_longer_than_the_token_lives");
    trial.scene.agent.signal("STOP");
    wait::until(Duration::from_secs(30), "the token's end", || {
        trial
            .scene
            .vault
            .lookup(&token)
            .map_or(Ok(()), |_| Err("it lives"))
    });
    trial.holds(Duration::from_secs(1), 2);
    trial.scene.agent.signal("CONT");
    trial.recovers(SOON / 3);
    assert_eq!(scene.logins(), 2, "one login");
}
