//! What is shown of the machine is what it then does.

use super::{world::Issued, *};
use crate::plan::SecretIndex;

fn world() -> World {
    let mut world = World::new(plan(2, "60s", false), 1);
    world.issued.insert(1, Issued::new(600, 3600, true));
    world
}

#[test]
fn what_comes_next_is_shown_and_comes_then() {
    let mut world = world();
    let steps = |world: &World| {
        let stores = world.lifecycle.stores().map(|store| store.next);
        let secrets = world.lifecycle.secrets().map(|secret| secret.next);
        stores.chain(secrets).collect::<Vec<_>>()
    };
    let first = Some((NextStep::LogIn, Moment::default()));
    assert_eq!(steps(&world)[0], first);
    world.run_for(SECOND);
    let shown = steps(&world);
    let shown = shown.into_iter().map(Option::unwrap);
    let (steps, times): (Vec<_>, Vec<_>) = shown.unzip();
    let expected = [NextStep::RenewToken, NextStep::Read, NextStep::RenewLease];
    assert_eq!(steps, expected);
    world.run_for(3600 * SECOND);
    assert_eq!(world.renewals()[0], times[0]);
    assert!(world.reads().contains(&times[1]));
    let renewal = world.issued[&1].renewals[0];
    assert_eq!(renewal, times[2] + world.latency);
}

#[test]
fn a_token_and_a_failure_are_shown_as_long_as_they_last() {
    let mut world = world();
    let store = world.lifecycle.stores().next().unwrap();
    assert_eq!((store.logged_in, store.token_ends), (false, None));
    world.run_for(SECOND);
    let store = world.lifecycle.stores().next().unwrap();
    assert!(store.logged_in && store.fault.is_none());
    let ends = Some(Moment::default() + world.latency + 3600 * SECOND);
    assert_eq!(store.token_ends, ends);

    world.broken.insert(0, down());
    world.run_for(120 * SECOND);
    let secret = world.lifecycle.secrets().next().unwrap();
    let since = secret.failing_since.unwrap();
    assert!(secret.present && secret.fault == Some(&down()));
    assert!((50 * SECOND..70 * SECOND).contains(&since.0), "{since:?}");
    world.broken.clear();
    world.run_for(60 * SECOND);
    let secret = world.lifecycle.secrets().next().unwrap();
    assert_eq!((secret.failing_since, secret.fault), (None, None));
}

#[test]
fn one_secret_is_refreshed_alone_and_what_was_issued_not_at_all() {
    let mut world = world();
    world.run_for(SECOND);
    let issued: Vec<_> = world
        .lifecycle
        .secrets()
        .map(|secret| secret.issued)
        .collect();
    assert_eq!(issued, [false, true]);
    let before = world.reads().len();
    world.send(Event::RefreshOfRequested(vec![SecretIndex(0)]));
    world.run_for(SECOND);
    assert_eq!(world.reads().len(), before + 1);
    world.send(Event::RefreshOfRequested(vec![
        SecretIndex(1),
        SecretIndex(7),
    ]));
    world.run_for(SECOND);
    assert_eq!(world.reads().len(), before + 1);
}
