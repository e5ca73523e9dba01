//! A life goes on where the one before ended.

use super::{
    world::{Issued, read},
    *,
};

const HOUR: Duration = Duration::from_secs(3600);

fn adoptions(world: &World) -> usize {
    world
        .times(|action| matches!(action, Action::Adopt(_)))
        .len()
}

/// A plain secret, one on a lease and one that ends by itself.
fn world(seed: u64) -> World {
    let mut world = World::new(plan(3, "3600s", true), seed);
    world
        .issued
        .insert(1, Issued::new(3600, u64::MAX / 2, true));
    let ends = Lifetime::Ends {
        after: 10 * HOUR,
        with_token: false,
    };
    world.lifetimes.insert(2, ends);
    world
}

#[test]
fn a_restart_costs_one_look_at_the_token_and_nothing_else() {
    for seed in 0..20 {
        let mut world = world(seed);
        world.run_for(600 * SECOND);
        let reads = world.reads().len();
        world.restart(Mode::Stay);
        world.run_for(600 * SECOND);
        assert_eq!((world.logins().len(), adoptions(&world)), (1, 1));
        assert_eq!(world.reads().len(), reads);
        assert_eq!((world.renders().len(), world.reloads().len()), (2, 0));
        assert!(world.lifecycle.faults().next().is_none());
    }
}

#[test]
fn many_short_lives_are_as_good_as_one_long_one() {
    let mut world = world(3);
    for _ in 0..200 {
        world.run_for(700 * SECOND);
        world.restart(Mode::Stay);
    }
    assert_eq!(world.logins().len(), 1);
    assert_eq!(world.issued[&1].issues.len(), 1);
    world.issued[&1].check();
    // As often as without a restart: after 60 to 70 % of the time.
    let renewals = world.issued[&1].renewals.len();
    assert!((50..=70).contains(&renewals), "{renewals} renewals");
    assert!(world.lifecycle.faults().next().is_none());
}

#[test]
fn an_init_container_and_the_sidecar_after_it_log_in_once_and_get_one_credential() {
    let mut world = world(4);
    world.restart(Mode::HandOver);
    world.run_for(10 * SECOND);
    assert!(world.stopped);
    let is_revoked = |action: &Action| matches!(action, Action::Revoke(_));
    assert!(world.times(is_revoked).is_empty());
    world.restart(Mode::Stay);
    world.run_for(10 * HOUR);
    assert_eq!((world.logins().len(), adoptions(&world)), (1, 1));
    assert_eq!(world.issued[&1].issues.len(), 1);
    assert!(world.reloads().is_empty());
}

#[test]
fn a_token_that_was_revoked_meanwhile_is_replaced_and_what_hung_on_it_asked_for_anew() {
    let mut world = world(5);
    world.run_for(600 * SECOND);
    world.token_ends = None;
    world.restart(Mode::Stay);
    world.run_for(10 * SECOND);
    assert_eq!((world.logins().len(), adoptions(&world)), (2, 1));
    assert_eq!(world.issued[&1].issues.len(), 2);
    assert_eq!(world.reads().len(), 4);
    assert!(world.lifecycle.faults().next().is_none());
}

#[test]
fn a_token_and_leases_that_ended_meanwhile_are_not_used() {
    let mut world = world(6);
    world.run_for(600 * SECOND);
    world.now = world.now + 2 * HOUR;
    world.restart(Mode::Stay);
    world.run_for(10 * SECOND);
    assert_eq!((world.logins().len(), adoptions(&world)), (2, 0));
    assert_eq!(world.issued[&1].issues.len(), 2);
    // The certificate lives on; the plain secret was due.
    let certificate = |action: &Action| *action == Action::Read(SecretIndex(2));
    assert_eq!(world.times(certificate).len(), 1);
}

#[test]
fn an_outage_at_the_restart_keeps_the_files_and_loses_nothing() {
    let mut world = world(7);
    world.run_for(600 * SECOND);
    world.outage = Some((world.now, world.now + 600 * SECOND));
    world.restart(Mode::Stay);
    assert!(world.lifecycle.is_ready());
    world.run_for(599 * SECOND);
    assert!(
        (20..100).contains(&adoptions(&world)),
        "{}",
        adoptions(&world)
    );
    assert_eq!(world.renders().len(), 2);
    world.run_for(35 * SECOND);
    assert!(world.lifecycle.faults().next().is_none());
    assert_eq!(world.logins().len(), 1);
    assert_eq!(world.issued[&1].issues.len(), 1);
}

#[test]
fn what_templates_asked_for_is_recalled_when_they_run_again() {
    let mut plan = plan(1, "3600s", false);
    plan.files[0].secret = None;
    let mut world = World::new(plan, 8);
    world.templates.insert(0, |ask| {
        if ask("a").is_some() {
            ask("b");
        }
    });
    world
        .issued
        .insert(1, Issued::new(3600, u64::MAX / 2, true));
    world.run_for(10 * SECOND);
    assert_eq!(world.reads().len(), 2);
    world.restart(Mode::Stay);
    world.run_for(10 * SECOND);
    assert_eq!(world.reads().len(), 2);
    assert_eq!(world.issued[&1].issues.len(), 1);
    assert!(
        world
            .lifecycle
            .demand()
            .find(StoreIndex(0), &read("b"))
            .is_some()
    );
}

#[test]
fn a_change_while_nobody_looked_is_found_and_told() {
    let mut world = World::new(plan(2, "60s", false), 9);
    world.run_for(100 * SECOND);
    world.versions[1] = 2;
    world.now = world.now + 300 * SECOND;
    world.restart(Mode::Stay);
    world.run_for(SECOND);
    assert_eq!(world.rendered, [1, 2]);
    assert_eq!(world.reloads().len(), 1);
    assert_eq!(world.logins().len(), 1);
}

proptest! {
    /// Whenever it is restarted and whatever the leases: no credential more than without, none late.
    #[test]
    fn restarts_at_any_time_cost_nothing(
        seed in any::<u64>(),
        ttl in 30_u64..5000,
        limit in 2_u64..20,
        pauses in proptest::collection::vec(0_u64..5000, 1..20),
    ) {
        let mut world = World::new(plan(1, "60s", false), seed);
        world.token.duration = 100 * HOUR;
        world.issued.insert(0, Issued::new(ttl, ttl * limit, true));
        world.run_for(SECOND);
        for pause in pauses {
            world.run_for(Duration::from_secs(pause));
            world.restart(Mode::Stay);
        }
        world.run_for(SECOND);
        world.issued[&0].check();
        prop_assert_eq!(world.logins().len(), 1);
        prop_assert!(world.lifecycle.faults().next().is_none());
    }
}
