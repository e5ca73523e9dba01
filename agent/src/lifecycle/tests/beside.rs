//! How many requests are under way at once.

use super::{world::read, *};

/// The most requests that were under way at once, from one moment to the other.
fn most_at_once(world: &mut World, time: Duration) -> usize {
    let end = world.now + time;
    let mut most = 0;
    while world.now < end {
        world.run_for(Duration::from_millis(1));
        most = most.max(world.pending.len());
    }
    most
}

#[test]
fn a_pod_that_waits_for_many_secrets_reads_three_at_once() {
    let mut world = World::new(plan(20, "60s", false), 1);
    world.latency = Duration::from_millis(100);
    world.run_for(Duration::from_millis(150));
    assert_eq!(world.reads().len(), 1, "the first one shows how things are");
    world.run_for(Duration::from_millis(100));
    assert_eq!(world.pending.len(), 3);
    // The login, the first read, and nineteen more by threes.
    world.run_for(Duration::from_millis(100 * 7 - 49));
    assert_eq!((world.reads().len(), world.renders().len()), (20, 1));
    assert!(world.lifecycle.is_ready());
}

#[test]
fn few_secrets_and_later_looks_are_read_one_by_one() {
    for secrets in [5, 20] {
        let mut world = World::new(plan(secrets, "10s", false), 1);
        world.latency = Duration::from_millis(100);
        if secrets > 5 {
            world.run_for(SECOND);
        }
        assert_eq!(most_at_once(&mut world, 30 * SECOND), 1, "{secrets}");
        assert!(world.lifecycle.is_ready());
    }
}

#[test]
fn a_store_that_begins_to_fail_is_asked_by_one_request_from_then_on() {
    let mut world = World::new(plan(20, "60s", false), 1);
    world.latency = Duration::from_millis(100);
    world.run_for(Duration::from_millis(350));
    assert_eq!(world.pending.len(), 3);
    world.outage = Some((world.now, world.now + 60 * SECOND));
    world.run_for(Duration::from_millis(100));
    let asked = world.reads().len();
    assert_eq!(most_at_once(&mut world, 50 * SECOND), 1);
    let tries = world.reads().len() - asked;
    assert!((3..60).contains(&tries), "{tries} tries");
    world.run_for(30 * SECOND);
    assert!(world.lifecycle.is_ready());
}

#[test]
fn a_token_that_dies_under_three_reads_is_replaced_once_and_none_of_them_has_failed() {
    let mut world = World::new(plan(20, "60s", false), 1);
    world.latency = Duration::from_millis(100);
    world.run_for(Duration::from_millis(350));
    assert_eq!(world.pending.len(), 3);
    world.token_ends = None;
    // Their answers come, and the login begins.
    world.run_for(Duration::from_millis(100));
    let is_well = |secret: SecretView<'_>| secret.failing_since.is_none();
    assert!(world.lifecycle.secrets().all(is_well));
    world.run_for(SECOND);
    assert_eq!(world.logins().len(), 2);
    assert!(world.lifecycle.is_ready(), "no read waited for a pause");
}

#[test]
fn nothing_begins_beside_the_tokens_own_requests_nor_after_the_end_was_decided() {
    let mut world = World::new(plan(20, "60s", true), 1);
    world.latency = Duration::from_millis(400);
    // It is to be renewed while the reads go on.
    world.token.duration = Duration::from_secs(2);
    while world.renewals().is_empty() {
        world.run_for(Duration::from_millis(1));
    }
    assert_eq!(world.pending.len(), 1);
    world.token.duration = Duration::from_secs(3600);
    world.run_for(Duration::from_millis(1200));
    assert_eq!(world.pending.len(), 3);
    world.send(Event::ShutdownRequested(Ending::Work));
    assert!(
        !world
            .log
            .iter()
            .any(|(_, action)| matches!(action, Action::Revoke(_)))
    );
    world.run_for(SECOND);
    let ended = world.log.iter().rev().map(|(_, action)| *action);
    let ended: Vec<_> = ended.take(2).collect();
    assert_eq!(ended, [Action::Stop, Action::Revoke(StoreIndex(0))]);
}

#[test]
fn secrets_that_templates_ask_for_later_count_too() {
    let mut world = World::new(plan(1, "60s", false), 1);
    world.latency = Duration::from_millis(100);
    world.versions = vec![1; 9];
    world.seen = vec![0; 9];
    world.templates.insert(0, |ask| {
        for index in 0..9 {
            ask(&format!("secret/{index}"));
        }
    });
    assert_eq!(most_at_once(&mut world, 5 * SECOND), 3);
    let secrets = (0..9).map(|index| read(&format!("secret/{index}")));
    let demand = world.lifecycle.demand();
    for secret in secrets {
        assert!(demand.find(StoreIndex(0), &secret).is_some(), "{secret}");
    }
    assert!(world.lifecycle.is_ready());
}

proptest! {
    /// Whatever fails in whatever order while many secrets are waited for.
    #[test]
    fn every_mix_of_faults_at_the_start_ends_well(
        seed in any::<u64>(),
        latency in 1_u64..2000,
        outages in proptest::collection::vec((1_u64..3000, 1_u64..20_000, any::<bool>()), 0..4),
    ) {
        let mut world = World::new(plan(12, "60s", false), seed);
        world.latency = Duration::from_millis(latency);
        for (pause, length, revoked) in outages {
            world.run_for(Duration::from_millis(pause));
            prop_assert!(world.pending.len() <= 3);
            world.outage = Some((world.now, world.now + Duration::from_millis(length)));
            if revoked {
                world.token_ends = None;
            }
            world.run_for(Duration::from_millis(length));
            prop_assert!(world.pending.len() <= 3);
        }
        world.run_for(900 * SECOND);
        prop_assert!(world.lifecycle.is_ready());
        prop_assert_eq!(world.lifecycle.faults().next(), None);
    }
}
