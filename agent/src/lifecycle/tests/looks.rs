//! How often secrets are looked at, and what a look can find.

use vouchsafe_shared::config::{AdaptiveRange, RefreshConfig};

use super::{world::fault, *};

/// When a secret was read.
fn looks(world: &World, index: usize) -> Vec<Moment> {
    world.times(|action| *action == Action::Read(SecretIndex(index)))
}

/// The seconds between looks, requests not counted.
fn waits(looks: &[Moment]) -> Vec<u64> {
    let waits = looks.windows(2);
    waits.map(|pair| (pair[1] - pair[0]).as_secs()).collect()
}

fn adaptive(interval: &str, shortest: &str, longest: &str) -> RefreshConfig {
    let mut refresh = RefreshConfig::every(interval.parse().unwrap());
    refresh.jitter = 0.0;
    refresh.adaptive = Some(AdaptiveRange {
        shortest: shortest.parse().unwrap(),
        longest: longest.parse().unwrap(),
    });
    refresh
}

#[test]
fn each_file_has_its_own_interval_and_a_shared_secret_the_shortest() {
    let mut plan = plan(3, "60s", false);
    plan.files[0].refresh = Some(RefreshConfig::every("10s".parse().unwrap()));
    // The second file needs the secret of the third too.
    plan.files[1].secret = plan.files[2].secret.clone();
    plan.files[1].refresh = Some(RefreshConfig::every("20s".parse().unwrap()));
    let mut world = World::new(plan, 1);
    world.run_for(600 * SECOND);
    let often = looks(&world, 0).len();
    assert!((55..=68).contains(&often), "{often}");
    let shared = looks(&world, 1).len();
    assert!((28..=34).contains(&shared), "{shared}");
}

#[test]
fn an_interval_that_adapts_grows_while_nothing_changes_and_is_shortest_after_a_change() {
    let mut plan = plan(1, "60s", false);
    plan.refresh = adaptive("60s", "20s", "200s");
    let mut world = World::new(plan, 2);
    world.run_for(1000 * SECOND);
    let before = looks(&world, 0);
    assert_eq!(waits(&before), [60, 90, 135, 200, 200, 200]);
    world.versions[0] += 1;
    world.run_for(300 * SECOND);
    let after = looks(&world, 0);
    // The look that finds the change, and those after it.
    assert_eq!(waits(&after[before.len()..])[..3], [20, 30, 45]);
}

#[test]
fn a_secret_that_no_file_depends_on_may_be_missing_without_a_fault() {
    let mut plan = plan(2, "30s", false);
    plan.files[1].may_lack = true;
    plan.exit_on_retry_failure = true;
    let mut world = World::new(plan, 3);
    let gone = fault(Code::SecretNotFound, Whose::User, Retry::Rarely);
    world.broken.insert(1, gone);
    world.run_for(1000 * SECOND);
    assert!(world.lifecycle.is_ready());
    assert_eq!(world.lifecycle.faults().count(), 0);
    assert_eq!(world.lifecycle.prospect(SecretIndex(1)), Prospect::Absent);
    assert!(!world.stopped);
    let looked = looks(&world, 1).len();
    assert!((30..=38).contains(&looked), "{looked}");
    // Nothing was rendered in vain, and once it is there it is.
    assert_eq!(world.renders().len(), 1);
    world.broken.clear();
    world.run_for(40 * SECOND);
    assert_eq!(world.renders().len(), 2);
    assert_eq!(world.reloads().len(), 1);
}

#[test]
fn a_secret_that_one_file_depends_on_is_missed() {
    let mut plan = plan(2, "30s", false);
    plan.files[1].may_lack = true;
    plan.files[0].secret = plan.files[1].secret.clone();
    let mut world = World::new(plan, 4);
    let gone = fault(Code::SecretNotFound, Whose::User, Retry::Rarely);
    world.broken.insert(0, gone);
    world.run_for(100 * SECOND);
    assert!(!world.lifecycle.is_ready());
    assert_eq!(world.lifecycle.faults().count(), 1);
}

#[test]
fn what_is_refused_for_another_reason_is_not_missing() {
    let mut plan = plan(1, "30s", false);
    plan.files[0].may_lack = true;
    let mut world = World::new(plan, 5);
    let refused = fault(Code::PermissionDenied, Whose::User, Retry::Rarely);
    world.broken.insert(0, refused);
    world.run_for(100 * SECOND);
    assert!(!world.lifecycle.is_ready());
    assert_eq!(world.lifecycle.faults().count(), 1);
}

#[test]
fn an_older_version_changes_nothing_and_does_not_keep_others_waiting() {
    let mut world = World::new(plan(2, "30s", false), 6);
    world.run_for(SECOND);
    let stale = fault(Code::AnswerStale, Whose::Store, Retry::Backoff);
    world.broken.insert(0, stale);
    world.run_for(99 * SECOND);
    assert!(world.lifecycle.is_ready());
    assert_eq!(world.lifecycle.faults().count(), 1);
    // It is asked for again soon, and the other as ever.
    assert!(looks(&world, 0).len() >= 6);
    assert!((3..=5).contains(&looks(&world, 1).len()));
    world.broken.clear();
    world.run_for(40 * SECOND);
    assert_eq!(world.lifecycle.faults().count(), 0);
    assert_eq!(world.renders().len(), 1);
}

fn drops(world: &World) -> Vec<Moment> {
    world.times(|action| matches!(action, Action::DropPrevious(_)))
}

#[test]
fn what_was_there_before_a_change_stays_until_the_next_where_no_time_is_said() {
    let mut world = World::new(plan(1, "10s", false), 8);
    world.run_for(100 * SECOND);
    world.versions[0] += 1;
    world.run_for(Duration::from_secs(86_400));
    assert_eq!((world.reloads().len(), drops(&world).len()), (1, 0));
}

#[test]
fn a_rendering_that_changes_nothing_does_not_lengthen_what_is_kept() {
    let mut plan = plan(1, "10s", false);
    plan.sets[0].keep = Some(60 * SECOND);
    let mut world = World::new(plan, 9);
    world.run_for(SECOND);
    let rendered = world.renders()[0];
    world.run_for(30 * SECOND);
    world.send(Event::Tried {
        set: SetIndex(0),
        asked: Vec::new(),
        outcome: Outcome::Rendered {
            changed: Vec::new(),
            first: false,
            kept: Vec::new(),
        },
    });
    world.run_for(100 * SECOND);
    assert_eq!(drops(&world), [rendered + 60 * SECOND]);
}

#[test]
fn what_was_there_before_a_change_is_dropped_after_its_time() {
    let mut plan = plan(1, "10s", false);
    plan.sets[0].keep = Some(60 * SECOND);
    let mut world = World::new(plan, 7);
    world.run_for(100 * SECOND);
    let first = drops(&world).len();
    world.versions[0] += 1;
    world.run_for(20 * SECOND);
    world.versions[0] += 1;
    world.run_for(20 * SECOND);
    assert_eq!(drops(&world).len(), first, "too early");
    let last = *world.reloads().last().unwrap();
    world.run_for(100 * SECOND);
    assert_eq!(drops(&world)[first..], [last + 60 * SECOND]);
}
