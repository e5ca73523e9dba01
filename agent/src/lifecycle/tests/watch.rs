//! What a store that tells of changes brings about.

use std::collections::BTreeSet;

use super::{
    super::watch::{CATCH_UP_SPREAD, CHANGE_SPREAD},
    world::{Issued, fault},
    *,
};
use crate::plan::SecretIndex;

const STORE: StoreIndex = StoreIndex(0);

/// A store with this many secrets that are looked at every ten minutes, and told of.
fn told_of(secrets: usize, seed: u64) -> World {
    let mut plan = plan(secrets, "600s", false);
    plan.stores[0].events = true;
    World::new(plan, seed)
}

/// The same after a while, with a subscription since the first login.
fn watched(secrets: usize, seed: u64) -> World {
    let mut world = told_of(secrets, seed);
    world.run_for(SECOND);
    assert_eq!(watches(&world).len(), 1);
    world.send(Event::WatchBegan { store: STORE });
    world.run_for(100 * SECOND);
    world
}

fn watches(world: &World) -> Vec<Moment> {
    world.times(|action| *action == Action::Watch(STORE))
}

fn looks(world: &World, index: usize) -> Vec<Moment> {
    world.times(|action| *action == Action::Read(SecretIndex(index)))
}

fn changed(indices: &[usize]) -> Event {
    let secrets = indices.iter().copied().map(SecretIndex).collect();
    Event::Changed { secrets }
}

fn failed(retry: Retry) -> Event {
    let fault = fault(Code::StoreUnreachable, Whose::Network, retry);
    let store = STORE;
    Event::WatchFailed { store, fault }
}

#[test]
fn what_changed_is_looked_at_within_seconds_by_each_agent_at_another_moment() {
    let mut pauses = BTreeSet::new();
    for seed in 0..100 {
        let mut world = watched(2, seed);
        world.versions[1] = 2;
        let told = world.now;
        world.send(changed(&[1]));
        world.run_for(5 * SECOND);
        assert_eq!(looks(&world, 0).len(), 1, "the other is left alone");
        let looks = looks(&world, 1);
        assert_eq!(looks.len(), 2);
        assert!(looks[1] - told <= CHANGE_SPREAD);
        pauses.insert((looks[1] - told).as_millis() / 100);
        assert_eq!(world.renders().len(), 2);
    }
    assert!(pauses.len() > 12, "{pauses:?}");
}

#[test]
fn many_changes_in_a_row_are_a_look_now_and_then() {
    let mut world = watched(1, 1);
    for _ in 0..1000 {
        world.send(changed(&[0]));
        world.run_for(SECOND / 20);
    }
    let looks = looks(&world, 0).len();
    assert!((25..=60).contains(&looks), "{looks} in 50 s");
}

#[test]
fn a_change_told_of_while_a_look_is_under_way_is_not_lost() {
    let mut world = watched(1, 2);
    world.latency = 10 * SECOND;
    world.send(changed(&[0]));
    world.run_for(5 * SECOND);
    assert_eq!(looks(&world, 0).len(), 2, "under way");
    world.send(changed(&[0]));
    world.run_for(30 * SECOND);
    assert_eq!(looks(&world, 0).len(), 3);
}

#[test]
fn a_secret_that_came_to_be_is_found_before_the_next_try() {
    let mut world = told_of(1, 3);
    let gone = fault(Code::SecretNotFound, Whose::User, Retry::Rarely);
    world.broken.insert(0, gone);
    world.run_for(300 * SECOND);
    world.broken.clear();
    world.send(changed(&[0]));
    world.run_for(CHANGE_SPREAD);
    assert!(world.lifecycle.is_ready());
}

#[test]
fn what_was_issued_to_this_agent_is_left_alone() {
    let mut world = told_of(3, 4);
    world.issued.insert(0, Issued::new(3600, 36000, true));
    world.issued.insert(1, Issued::new(3600, 36000, false));
    world.run_for(SECOND);
    world.send(changed(&[0, 1]));
    for _ in 0..2 {
        world.send(Event::WatchBegan { store: STORE });
    }
    world.run_for(60 * SECOND);
    for index in [0, 1] {
        let issued = &world.issued[&index];
        assert_eq!((issued.issues.len(), issued.renewals.len()), (1, 0));
    }
    assert_eq!(looks(&world, 2).len(), 2);
}

#[test]
fn a_store_that_refuses_is_asked_again_after_the_next_login_alone() {
    let mut world = told_of(1, 5);
    world.token_limit = Duration::from_secs(7200);
    world.run_for(SECOND);
    world.send(failed(Retry::Rarely));
    world.run_for(Duration::from_secs(3600));
    assert_eq!(watches(&world).len(), 1);
    world.run_for(Duration::from_secs(7200));
    let logins = world.logins();
    assert!(logins.len() > 1);
    for (watch, login) in watches(&world).iter().zip(&logins) {
        assert!(*watch - *login < SECOND);
    }
    assert_eq!(watches(&world).len(), logins.len());
}

fn denied(retry: Retry) -> Event {
    let fault = fault(Code::PermissionDenied, Whose::User, retry);
    let store = STORE;
    Event::WatchFailed { store, fault }
}

#[test]
fn a_policy_that_does_not_allow_a_subscription_is_tried_now_and_then() {
    let mut world = told_of(1, 11);
    world.token.duration = Duration::from_secs(1_000_000);
    world.run_for(SECOND);
    let from = world.now;
    for _ in 0..1000 {
        let before = watches(&world).len();
        world.send(denied(Retry::Rarely));
        let due = world.lifecycle.watches_due().next().unwrap();
        world.run_until(due);
        assert_eq!(watches(&world).len(), before + 1);
        if world.now - from > Duration::from_secs(86_400) {
            break;
        }
    }
    let watches = watches(&world);
    let pauses: Vec<_> = watches.windows(2).map(|pair| pair[1] - pair[0]).collect();
    // Not at once, after a minute, and not more than about twice an hour in the long run.
    assert!((30 * SECOND..=60 * SECOND).contains(&(watches[1] - from)));
    assert!(
        (30..=70).contains(&watches.len()),
        "{} tries",
        watches.len()
    );
    assert!(pauses.iter().all(|pause| *pause <= 3600 * SECOND));
    assert_eq!(world.logins().len(), 1);
    // Once the policy allows it, all is as ever.
    world.send(Event::WatchBegan { store: STORE });
    world.versions[0] = 2;
    world.send(changed(&[0]));
    world.run_for(CHANGE_SPREAD + SECOND);
    assert_eq!(world.renders().len(), 2);
}

#[test]
fn a_token_that_a_subscription_shows_to_be_dead_is_replaced_once_and_not_by_all_at_once() {
    let mut pauses = BTreeSet::new();
    for seed in 0..50 {
        let mut world = watched(1, seed);
        let dead = world.now;
        world.token_ends = None;
        world.send(denied(Retry::AfterLogin));
        world.run_for(80 * SECOND);
        let logins = world.logins();
        assert_eq!((logins.len(), watches(&world).len()), (2, 2));
        pauses.insert((logins[1] - dead).as_secs() / 10);
        // A server that takes no token for this is no reason for another login.
        world.run_for(600 * SECOND);
        for _ in 0..10 {
            world.send(denied(Retry::AfterLogin));
            world.run_for(600 * SECOND);
        }
        assert_eq!(world.logins().len(), 2);
        // After a good subscription the next dead token is replaced again.
        world.send(Event::WatchBegan { store: STORE });
        world.run_for(700 * SECOND);
        world.send(denied(Retry::AfterLogin));
        world.run_for(80 * SECOND);
        assert_eq!(world.logins().len(), 3);
    }
    assert!(pauses.len() > 3, "{pauses:?}");
}

#[test]
fn what_hangs_on_a_dead_token_does_not_wait_for_another() {
    let mut world = told_of(1, 12);
    world.issued.insert(0, Issued::new(36000, 360_000, true));
    world.run_for(10 * SECOND);
    world.token_ends = None;
    world.send(denied(Retry::AfterLogin));
    world.run_for(SECOND);
    assert_eq!(world.logins().len(), 2);
    assert_eq!(world.issued[&0].issues.len(), 2);
}

#[test]
fn a_subscription_that_fails_is_tried_with_pauses_up_to_a_minute() {
    let mut world = told_of(1, 6);
    world.run_for(SECOND);
    for _ in 0..40 {
        let before = watches(&world).len();
        world.send(failed(Retry::Backoff));
        world.run_for(61 * SECOND);
        assert_eq!(watches(&world).len(), before + 1);
    }
    let found = watches(&world);
    let mut failed_at = world.now;
    let mut longest = Duration::ZERO;
    for _ in 0..40 {
        world.send(failed(Retry::Backoff));
        world.run_for(70 * SECOND);
        let next = watches(&world);
        let pause = *next.last().unwrap() - failed_at;
        assert!(pause <= 60 * SECOND, "{pause:?}");
        longest = longest.max(pause);
        failed_at = world.now;
    }
    assert!(longest > 45 * SECOND, "{longest:?}");
    assert_eq!(watches(&world).len(), found.len() + 40);
}

#[test]
fn pauses_grow_when_each_subscription_breaks_at_once_and_not_after_a_steady_one() {
    let mut world = watched(1, 7);
    // Steady for longer than a minute: the next try comes soon.
    let broke = world.now;
    world.send(failed(Retry::Backoff));
    world.run_for(SECOND);
    assert_eq!(watches(&world).len(), 2);
    assert!(*watches(&world).last().unwrap() - broke <= SECOND / 2);
    let mut pauses = Vec::new();
    for _ in 0..10 {
        world.send(Event::WatchBegan { store: STORE });
        let broke = world.now;
        world.send(failed(Retry::Backoff));
        world.run_for(61 * SECOND);
        pauses.push(*watches(&world).last().unwrap() - broke);
    }
    assert!(pauses[9] >= 30 * SECOND, "{pauses:?}");
    // One that lasts makes up for all that.
    world.send(Event::WatchBegan { store: STORE });
    world.run_for(61 * SECOND);
    let broke = world.now;
    world.send(failed(Retry::Backoff));
    world.run_for(61 * SECOND);
    assert!(*watches(&world).last().unwrap() - broke <= SECOND / 2);
}

#[test]
fn after_a_gap_everything_is_looked_at_once_and_not_at_one_moment() {
    let mut world = watched(50, 8);
    let before = world.reads().len();
    world.send(failed(Retry::Backoff));
    world.run_for(SECOND);
    assert_eq!(world.reads().len(), before, "not before it is whole again");
    let whole = world.now;
    world.send(Event::WatchBegan { store: STORE });
    world.run_for(100 * SECOND);
    let reads = world.reads();
    let reads = &reads[before..];
    assert_eq!(reads.len(), 50);
    assert!(*reads.last().unwrap() - whole <= CATCH_UP_SPREAD + SECOND);
    let late = reads.iter().filter(|at| **at - whole > CATCH_UP_SPREAD / 2);
    assert!((10..=40).contains(&late.count()));
}

#[test]
fn who_is_not_to_be_told_does_not_ask() {
    let mut world = World::new(plan(1, "60s", false), 9);
    world.run_for(Duration::from_secs(7200));
    assert!(watches(&world).is_empty());
}

#[test]
fn nobody_is_asked_to_tell_without_a_token() {
    let mut world = told_of(1, 10);
    world.token = TokenLease {
        duration: 100 * SECOND,
        renewable: false,
    };
    world.outage = Some((Moment(50 * SECOND), Moment(500 * SECOND)));
    world.run_for(200 * SECOND);
    world.send(failed(Retry::Backoff));
    world.run_for(200 * SECOND);
    assert_eq!(watches(&world).len(), 1);
    world.run_for(130 * SECOND);
    assert_eq!(watches(&world).len(), 2, "with the next token");
}
