//! What happens where two rules meet.

use std::cell::Cell;

use super::{
    world::{self, Issued, fault, read},
    *,
};
use crate::plan::{PlannedSet, PlannedStore, VolumeIndex};

const STORE: StoreIndex = StoreIndex(0);

fn store_failed() -> Fault {
    fault(Code::StoreUnavailable, Whose::Store, Retry::Backoff)
}

fn missing() -> Fault {
    fault(Code::SecretNotFound, Whose::User, Retry::Rarely)
}

fn reads_of(world: &World, index: usize) -> usize {
    world
        .times(|action| *action == Action::Read(SecretIndex(index)))
        .len()
}

/// One template alone in its volume.
fn with_template(template: world::Template, change: impl FnOnce(&mut Plan)) -> World {
    let mut plan = plan(1, "60s", false);
    plan.files[0].secret = None;
    change(&mut plan);
    let mut world = World::new(plan, 1);
    world.templates.insert(0, template);
    world
}

/// Each secret in a volume of its own.
fn apart(secrets: usize) -> Plan {
    let mut plan = plan(secrets, "60s", false);
    plan.sets = vec![PlannedSet::default(); secrets];
    for (index, file) in plan.files.iter_mut().enumerate() {
        file.set = SetIndex(index);
        file.volume = VolumeIndex(index);
    }
    plan
}

/// An agent that gives the app a minute to end and is told to stop.
fn stopping(change: impl FnOnce(&mut Plan)) -> World {
    let mut plan = plan(2, "60s", true);
    plan.stores[0] = PlannedStore {
        revoke_grace: 60 * SECOND,
        ..plan.stores[0].clone()
    };
    change(&mut plan);
    let mut world = World::new(plan, 1);
    world.run_for(30 * SECOND);
    world
}

fn was_revoked(world: &World) -> bool {
    !world
        .times(|action| matches!(action, Action::Revoke(_)))
        .is_empty()
}

#[test]
fn the_failure_of_what_nobody_needs_any_more_says_nothing_about_what_has_its_place() {
    let mut world = with_template(
        |ask| match ask("a") {
            Some(1) => {
                ask("old");
            }
            Some(3) => {
                ask("new");
            }
            _ => {}
        },
        |plan| plan.files[0].may_lack = true,
    );
    world.run_for(10 * SECOND);
    let index = |world: &World, path| world.lifecycle.demand().find(STORE, &read(path));
    let (a, old) = (index(&world, "a").unwrap(), index(&world, "old").unwrap());
    let change = |world: &mut World, version| {
        world.versions[a.0] = version;
        let known = world.learn(a, Lifetime::Unlimited);
        world.send(known);
        // The read that is under way is not waited for longer than that.
        world.run_for(RENDER_DELAY);
    };
    // It is asked for when the template comes to do without it.
    world.send(Event::RefreshOfRequested(vec![old]));
    assert_eq!(world.pending.pop_front().unwrap().1, Action::Read(old));
    change(&mut world, 2);
    assert_eq!(index(&world, "old"), None);
    world.send(Event::ReadFailed {
        secret: old,
        fault: missing(),
    });
    let before = reads_of(&world, old.0);
    change(&mut world, 3);
    assert_eq!(index(&world, "new"), Some(old));
    assert_eq!(world.lifecycle.prospect(old), Prospect::Awaited);
    assert_eq!(reads_of(&world, old.0), before + 1);
    // What was said of the one before is forgotten, too.
    let forgotten = world.times(|action| *action == Action::Forget(old));
    assert_eq!(forgotten.len(), 2);
}

#[test]
fn who_waits_for_the_app_does_not_give_up_on_a_secret_meanwhile() {
    let mut world = stopping(|plan| plan.exit_on_retry_failure = true);
    world.broken.insert(1, missing());
    world.run_for(RETRY_LIMIT);
    let since = world.lifecycle.secrets[1].failing_since().unwrap();
    world.run_until(since + RETRY_LIMIT.mul_f64(0.95));
    world.send(Event::ShutdownRequested(Ending::Pod));
    world.run_for(59 * SECOND);
    assert!(!world.stopped);
    world.run_for(2 * SECOND);
    assert!(world.stopped && was_revoked(&world));
}

#[test]
fn a_login_that_fails_while_the_app_ends_neither_hurries_it_nor_keeps_the_token() {
    let mut world = stopping(|plan| plan.stores[0].login.exit_on_error = true);
    world.send(Event::ShutdownRequested(Ending::Pod));
    let fault = down();
    world.send(Event::LoginFailed {
        store: STORE,
        fault,
    });
    world.run_for(50 * SECOND);
    assert!(!world.stopped);
    world.run_for(20 * SECOND);
    assert!(world.stopped && was_revoked(&world));
    let given_up = world.times(|action| matches!(action, Action::GiveUp(_)));
    assert!(given_up.is_empty());
}

#[test]
fn a_template_that_fails_fatally_while_the_app_ends_neither_hurries_it_nor_keeps_the_token() {
    let mut world = stopping(|_| {});
    world.send(Event::ShutdownRequested(Ending::Pod));
    let fault = fault(Code::TemplateFailed, Whose::User, Retry::Rarely);
    let file = FileIndex(0);
    world.send(Event::Tried {
        set: SetIndex(0),
        asked: Vec::new(),
        outcome: Outcome::Fatal(FileFault { file, fault }),
    });
    world.run_for(50 * SECOND);
    assert!(!world.stopped && !was_revoked(&world));
    world.run_for(20 * SECOND);
    assert!(world.stopped && was_revoked(&world));
}

#[test]
fn a_template_that_finds_what_an_earlier_life_knew_has_not_failed() {
    let mut world = with_template(
        |ask| {
            if ask("a").is_some() && ask("b").is_some() {
                ask("c");
            }
        },
        |_| {},
    );
    world.run_for(10 * SECOND);
    world.restart(Mode::Stay);
    assert!(world.lifecycle.faults().next().is_none());
    world.run_for(SECOND / 10);
    assert!(world.lifecycle.is_rendered());
    assert_eq!(world.reads().len(), 3);
}

#[test]
fn a_template_that_asks_for_something_else_whenever_it_runs_is_no_storm() {
    thread_local! {
        static RUNS: Cell<u32> = const { Cell::new(0) };
    }
    let mut world = with_template(
        |ask| {
            RUNS.set(RUNS.get() + 1);
            ask(&format!("secret/{}", RUNS.get()));
        },
        |_| {},
    );
    world.run_for(10 * SECOND);
    let (subject, fault) = world.lifecycle.faults().next().unwrap();
    assert_eq!(subject, Subject::Set(SetIndex(0)));
    assert_eq!(
        (&fault.code, fault.whose),
        (&Code::TemplateFailed, Whose::User)
    );
    let before = world.reads().len();
    let runs_before = world.renders().len();
    world.run_for(3600 * SECOND);
    let runs = world.renders().len() - runs_before;
    assert!(runs <= 400, "{runs} runs in an hour");
    let reads = world.reads().len() - before;
    // One question in half a minute, and one look a minute at what it asked for.
    assert!((60..=300).contains(&reads), "{reads} reads in an hour");
    assert!(world.lifecycle.demand().secrets().count() <= 2);
    // Once somebody mends it, it is as good as any other.
    world.templates.insert(0, |ask| {
        ask("secret/a");
    });
    world.run_for(61 * SECOND);
    assert!(world.lifecycle.is_ready() && world.lifecycle.faults().next().is_none());
}

#[test]
fn a_volume_without_files_keeps_nobody_waiting() {
    let mut plan = plan(1, "60s", false);
    plan.sets.push(PlannedSet::default());
    let mut world = World::new(plan, 1);
    world.run_for(SECOND);
    assert!(world.lifecycle.is_ready() && world.lifecycle.is_rendered());
}

#[test]
fn a_new_token_that_is_refused_at_once_is_not_replaced_at_once() {
    // Neither one that was asked for because the one before was refused, nor any other.
    for planned in [false, true] {
        let mut world = World::new(plan(5, "10s", false), 1);
        world.run_for(60 * SECOND);
        let (store, lease) = (STORE, world.token);
        if planned {
            world.send(Event::LoggedIn { store, lease });
        }
        let refused = fault(Code::PermissionDenied, Whose::Pod, Retry::AfterLogin);
        world.broken = (0..5).map(|index| (index, refused.clone())).collect();
        let logins = if planned { 1 } else { 2 };
        world.run_for(30 * SECOND);
        assert_eq!(world.logins().len(), logins);
        world.run_for(3600 * SECOND);
        let more = world.logins().len() - logins;
        assert!((2..12).contains(&more), "{more} in an hour");
    }
}

#[test]
fn a_token_that_died_before_its_first_use_is_replaced_within_two_minutes() {
    for seed in 0..20 {
        let mut world = World::new(plan(5, "10s", false), seed);
        world.run_for(60 * SECOND);
        let (store, lease) = (STORE, world.token);
        world.send(Event::LoggedIn { store, lease });
        world.token_ends = None;
        world.run_for(120 * SECOND);
        assert_eq!(world.logins().len(), 2);
        assert!(world.lifecycle.faults().next().is_none());
    }
}

#[test]
fn a_token_that_is_refused_does_not_hurry_a_login_that_failed() {
    let mut world = World::new(plan(1, "2s", false), 1);
    world.token.renewable = false;
    world.run_for(10 * SECOND);
    let due = |world: &World| world.lifecycle.stores().next().unwrap().next.unwrap().1;
    while due(&world) < world.now + 30 * SECOND || due(&world) > world.now + 60 * SECOND {
        let fault = fault(Code::RequestRefused, Whose::User, Retry::Rarely);
        world.send(Event::LoginFailed {
            store: STORE,
            fault,
        });
    }
    let due = due(&world);
    world.token_ends = None;
    world.run_for(60 * SECOND);
    assert_eq!(world.logins()[1], due);
}

#[test]
fn a_refresh_that_is_asked_for_while_a_look_is_under_way_comes_after_it() {
    let mut world = World::new(plan(1, "600s", false), 1);
    world.run_for(SECOND);
    world.latency = 10 * SECOND;
    for _ in 0..3 {
        world.send(Event::RefreshRequested);
        world.run_for(SECOND);
    }
    assert_eq!(reads_of(&world, 0), 2);
    world.run_for(60 * SECOND);
    assert_eq!(reads_of(&world, 0), 3);
}

#[test]
fn secrets_that_fail_with_the_store_do_not_keep_the_others_waiting() {
    let mut world = World::new(apart(12), 1);
    for index in 0..10 {
        world.broken.insert(index, store_failed());
    }
    world.run_for(3600 * SECOND);
    // Half as often as otherwise at least.
    for index in [10, 11] {
        let reads = reads_of(&world, index);
        assert!(reads >= 30, "{reads} looks at secret {index} in an hour");
    }
}

#[test]
fn leases_whose_renewal_fails_with_the_store_do_not_keep_looks_waiting() {
    let mut world = World::new(apart(12), 1);
    world.token.duration = 1_000_000 * SECOND;
    for index in 0..10 {
        let mut issued = Issued::new(100_000, u64::MAX / 2, true);
        issued.refused = Some(store_failed());
        world.issued.insert(index, issued);
    }
    world.run_for(72_000 * SECOND);
    let before = [reads_of(&world, 10), reads_of(&world, 11)];
    world.run_for(3600 * SECOND);
    for (index, before) in [10, 11].into_iter().zip(before) {
        let reads = reads_of(&world, index) - before;
        assert!(reads >= 30, "{reads} looks at secret {index} in an hour");
    }
}

/// The longest pause between two looks at a secret.
fn longest_pause(world: &World, index: usize) -> Duration {
    let looks = world.times(|action| *action == Action::Read(SecretIndex(index)));
    let pauses = looks.windows(2).map(|pair| pair[1] - pair[0]);
    pauses.max().unwrap_or(Duration::MAX)
}

#[test]
fn a_path_that_fails_with_the_store_does_not_stretch_the_looks_at_others() {
    let impatient = fault(Code::StoreUnavailable, Whose::Store, Retry::After(SECOND));
    for (broken, longest) in [
        (store_failed(), 64 * SECOND),
        (down(), 64 * SECOND),
        // A wish for patience is heeded by all, once each time.
        (impatient, 100 * SECOND),
    ] {
        for seed in 0..10 {
            let mut world = World::new(apart(5), seed);
            world.run_for(120 * SECOND);
            world.broken.insert(0, broken.clone());
            world.run_for(4 * 3600 * SECOND);
            for index in 1..5 {
                let pause = longest_pause(&world, index);
                assert!(pause < longest, "{pause:?} between looks");
            }
            let tries = reads_of(&world, 0) / 4;
            assert!((60..300).contains(&tries), "{tries} tries in an hour");
        }
    }
}

#[test]
fn a_path_that_fails_now_and_then_does_not_stretch_the_looks_at_others() {
    for seed in 0..10 {
        let mut world = World::new(apart(3), seed);
        for _ in 0..100 {
            world.broken.insert(0, store_failed());
            world.run_for(70 * SECOND);
            world.broken.clear();
            world.run_for(70 * SECOND);
        }
        for index in [1, 2] {
            let pause = longest_pause(&world, index);
            assert!(pause < 64 * SECOND, "{pause:?} between looks");
        }
    }
}

#[test]
fn a_renewal_of_the_token_that_fails_does_not_stretch_looks() {
    for seed in 0..10 {
        let mut world = World::new(apart(2), seed);
        world.run_for(2000 * SECOND);
        for _ in 0..20 {
            world.send(Event::RenewFailed {
                store: STORE,
                fault: store_failed(),
            });
            world.run_for(30 * SECOND);
        }
        for index in [0, 1] {
            let pause = longest_pause(&world, index);
            assert!(pause < 64 * SECOND, "{pause:?} between looks");
        }
    }
}

#[test]
fn paths_that_fail_by_themselves_are_told_from_an_outage_that_follows() {
    let mut world = World::new(apart(4), 1);
    world.run_for(120 * SECOND);
    for index in [0, 1] {
        world.broken.insert(index, store_failed());
    }
    world.run_for(3600 * SECOND);
    let from = world.now;
    world.outage = Some((from, from + 600 * SECOND));
    world.run_for(600 * SECOND);
    let tries = world.reads().iter().filter(|at| **at >= from).count();
    // One request at a time, as without them.
    assert!((15..60).contains(&tries), "{tries} tries");
}

#[test]
fn paths_that_fail_by_themselves_stretch_nothing_once_they_are_known() {
    for seed in 0..10 {
        let mut world = World::new(apart(12), seed);
        world.run_for(120 * SECOND);
        world.broken = (0..10).map(|index| (index, store_failed())).collect();
        world.run_for(600 * SECOND);
        let known = world.now;
        world.run_for(7200 * SECOND);
        world.log.retain(|(at, _)| *at >= known);
        for index in [10, 11] {
            let pause = longest_pause(&world, index);
            assert!(pause < 64 * SECOND, "{pause:?} between looks");
        }
    }
}

#[test]
fn a_look_that_fails_once_beside_paths_that_always_do_is_no_outage() {
    for seed in 0..10 {
        let mut world = World::new(apart(6), seed);
        world.run_for(120 * SECOND);
        world.broken = (0..3).map(|index| (index, store_failed())).collect();
        world.run_for(600 * SECOND);
        let known = world.now;
        for _ in 0..60 {
            world.broken.insert(3, store_failed());
            world.run_for(65 * SECOND);
            world.broken.remove(&3);
            world.run_for(65 * SECOND);
        }
        world.log.retain(|(at, _)| *at >= known);
        for index in [4, 5] {
            let pause = longest_pause(&world, index);
            assert!(pause < 64 * SECOND, "{pause:?} between looks");
        }
    }
}
