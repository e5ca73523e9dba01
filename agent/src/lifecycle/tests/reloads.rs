//! When the application is told, how often, and when no more.

use super::{world::*, *};
use crate::plan::{PlannedReload, PlannedSet};

/// Two secrets, each in a file of the one volume, and one reload on both.
fn planned(change: impl FnOnce(&mut PlannedReload)) -> Plan {
    let mut plan = plan(2, "1s", false);
    change(&mut plan.reloads[0]);
    plan
}

fn world(change: impl FnOnce(&mut PlannedReload)) -> World {
    let mut world = World::new(planned(change), 31);
    world.run_for(10 * SECOND);
    world
}

/// As [`world`], with the two files in two volumes.
fn two_volumes(change: impl FnOnce(&mut PlannedReload)) -> World {
    let mut plan = planned(change);
    plan.sets = vec![PlannedSet::default(); 2];
    plan.files[1].set = SetIndex(1);
    let mut world = World::new(plan, 32);
    world.run_for(10 * SECOND);
    world
}

fn report(world: &World) -> ReloadReport {
    let (_, state) = world.lifecycle.reloads().next().unwrap();
    state.last().cloned().expect("nothing was told")
}

fn deaf(retry: Retry) -> Fault {
    fault(Code::SignalFailed, Whose::Pod, retry)
}

#[test]
fn the_first_rendering_is_told_only_where_that_is_asked_for() {
    for (on_first, expected) in [(false, 0), (true, 1)] {
        let world = world(|reload| reload.on_first = on_first);
        assert_eq!(world.reloads().len(), expected);
        assert!(!world.lifecycle.is_telling());
    }
}

#[test]
fn the_first_telling_waits_until_all_its_files_are_there() {
    let mut plan = planned(|reload| reload.on_first = true);
    plan.sets = vec![PlannedSet::default(); 2];
    plan.files[1].set = SetIndex(1);
    let mut world = World::new(plan, 33);
    let missing = fault(Code::SecretNotFound, Whose::User, Retry::Rarely);
    world.broken.insert(1, missing);
    world.run_for(60 * SECOND);
    assert!(world.reloads().is_empty());
    world.broken.clear();
    world.run_for(120 * SECOND);
    assert_eq!(world.reloads().len(), 1);
}

#[test]
fn the_first_telling_is_left_to_the_sidecar_and_not_repeated_by_its_next_life() {
    let mut plan = planned(|reload| reload.on_first = true);
    // One that does not ask for it hears nothing of all this.
    let mut other = plan.reloads[0].clone();
    other.on_first = false;
    plan.reloads.push(other);
    let mut world = World::new(plan.clone(), 34);
    let (rng, found) = (Rng::with_seed(34), [Found::Nothing]);
    world.lifecycle = Lifecycle::new(plan, Mode::HandOver, rng, &found, Resume::default());
    world.run_for(10 * SECOND);
    assert!(world.stopped && world.reloads().is_empty());
    world.stopped = false;
    for _ in 0..2 {
        world.restart(Mode::Stay);
        world.run_for(10 * SECOND);
        let told = world.times(|action| *action == Action::Reload(ReloadIndex(0)));
        assert_eq!((told.len(), world.reloads().len()), (1, 1));
    }
}

#[test]
fn a_change_is_told_once_however_many_files_and_volumes_it_is_in() {
    let mut world = two_volumes(|_| {});
    world.versions.fill(2);
    world.send(Event::RefreshRequested);
    world.run_for(30 * SECOND);
    assert!(world.renders().len() >= 4, "{:?}", world.renders());
    assert_eq!(world.reloads().len(), 1);
}

#[test]
fn changes_within_the_pause_are_told_together_and_do_not_lengthen_it() {
    let mut world = world(|reload| reload.debounce = 5 * SECOND);
    let rendered = world.renders().len();
    let changed = world.now;
    for version in 2..=9 {
        world.versions[version % 2] = version as u64;
        world.run_for(SECOND);
    }
    assert!(world.renders().len() >= rendered + 6);
    assert_eq!(world.reloads().len(), 1);
    let told = world.reloads()[0] - changed;
    assert!((5 * SECOND..=7 * SECOND).contains(&told), "{told:?}");
    // What came after that is told after a pause of its own.
    world.run_for(30 * SECOND);
    assert_eq!(world.reloads().len(), 2);
    let pause = world.reloads()[1] - world.reloads()[0];
    assert!(pause >= 5 * SECOND, "{pause:?}");
}

#[test]
fn what_changes_while_the_application_is_told_is_told_after_that() {
    let mut world = world(|_| {});
    world.telling_takes = 20 * SECOND;
    for version in 2..=4 {
        world.versions[0] = version;
        world.run_for(3 * SECOND);
    }
    assert_eq!(world.reloads().len(), 1, "one at a time");
    world.run_for(60 * SECOND);
    assert_eq!(world.reloads().len(), 2);
    let pause = world.reloads()[1] - world.reloads()[0];
    assert!(pause >= 20 * SECOND, "{pause:?}");
    assert!(!world.lifecycle.is_telling());
}

#[test]
fn a_failure_is_tried_again_with_growing_pauses_and_then_given_up() {
    let mut world = world(|reload| reload.retries = 5);
    world.deaf = Some(deaf(Retry::Backoff));
    world.versions[0] = 2;
    world.run_for(60 * SECOND);
    let told = world.reloads();
    assert_eq!(told.len(), 6);
    for (index, pair) in told.windows(2).enumerate() {
        let longest = Duration::from_millis(500 << index) + Duration::from_millis(1);
        let pause = pair[1] - pair[0];
        assert!(
            (Duration::from_millis(50)..=longest).contains(&pause),
            "{index}: {pause:?}"
        );
    }
    let report = report(&world);
    assert_eq!((report.attempt, report.given_up), (6, true));
    assert!(report.result.is_err());
    assert!(!world.lifecycle.is_telling(), "nothing more is to be done");
    // The next change is another matter.
    world.deaf = None;
    world.versions[0] = 3;
    world.run_for(10 * SECOND);
    let report = self::report(&world);
    assert_eq!((report.attempt, report.given_up), (1, false));
    assert_eq!(report.result.as_deref(), Ok("told"));
}

#[test]
fn a_retry_that_is_heard_is_the_last() {
    let mut world = world(|_| {});
    world.deaf = Some(deaf(Retry::Backoff));
    world.versions[0] = 2;
    while world.reloads().len() < 2 {
        world.run_for(SECOND / 10);
    }
    world.deaf = None;
    world.run_for(60 * SECOND);
    assert_eq!(world.reloads().len(), 3);
    assert_eq!(report(&world).attempt, 3);
}

#[test]
fn what_only_a_person_can_mend_is_not_tried_again() {
    let mut world = world(|_| {});
    world.deaf = Some(deaf(Retry::Rarely));
    world.versions[0] = 2;
    world.run_for(60 * SECOND);
    assert_eq!(world.reloads().len(), 1);
    assert!(report(&world).given_up);
}

#[test]
fn a_change_between_two_attempts_joins_the_next_and_begins_the_count_anew() {
    let mut world = world(|reload| reload.retries = 2);
    world.deaf = Some(deaf(Retry::Backoff));
    // For as long as there are changes nobody gives up.
    for version in 2..=41 {
        world.versions[0] = version;
        world.run_for(SECOND);
        assert!(world.reloads().is_empty() || !report(&world).given_up);
    }
    let hammered = world.reloads().len();
    // A change that comes every second begins the count anew each time, not the pause.
    assert!(hammered < 40, "{hammered} attempts in 40 s");
    world.run_for(60 * SECOND);
    assert!(report(&world).given_up);
}

#[test]
fn what_was_not_told_when_the_agent_died_is_told_in_the_next_life() {
    let mut world = world(|reload| reload.debounce = 30 * SECOND);
    world.versions[0] = 2;
    world.run_for(5 * SECOND);
    assert!(world.reloads().is_empty() && world.lifecycle.is_telling());
    world.restart(Mode::Stay);
    world.run_for(60 * SECOND);
    assert_eq!(world.reloads().len(), 1);
    world.restart(Mode::Stay);
    world.run_for(60 * SECOND);
    assert_eq!(world.reloads().len(), 1);
}

#[test]
fn a_reload_hears_of_its_own_files_only() {
    let mut plan = planned(|_| {});
    plan.reloads = [0, 1]
        .map(|file| PlannedReload {
            files: vec![FileIndex(file)],
            ..PlannedReload::default()
        })
        .into();
    let mut world = World::new(plan, 35);
    world.run_for(10 * SECOND);
    world.versions[1] = 2;
    world.run_for(10 * SECOND);
    let told = world.times(|action| *action == Action::Reload(ReloadIndex(1)));
    assert_eq!((told.len(), world.reloads().len()), (1, 1));
}

#[test]
fn an_agent_that_runs_once_waits_for_its_tellings() {
    let plan = planned(|reload| reload.on_first = true);
    let mut world = World::new(plan.clone(), 36);
    let (rng, found) = (Rng::with_seed(36), [Found::Nothing]);
    world.lifecycle = Lifecycle::new(plan, Mode::Once, rng, &found, Resume::default());
    world.telling_takes = 30 * SECOND;
    world.run_for(20 * SECOND);
    assert!(!world.stopped);
    world.run_for(20 * SECOND);
    assert!(world.stopped);
    assert_eq!(world.reloads().len(), 1);
}
