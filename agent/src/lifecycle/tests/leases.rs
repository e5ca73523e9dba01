//! What ends is asked for anew in time and not before, and what can be renewed is renewed.

use super::{
    world::{Issued, read},
    *,
};
use crate::store::Lease;

const HOUR: Duration = Duration::from_secs(3600);

/// One secret that is issued at each read.
fn world(issued: Issued, seed: u64) -> World {
    let mut world = World::new(plan(1, "60s", false), seed);
    world.issued.insert(0, issued);
    world
}

#[test]
fn a_lease_is_renewed_and_its_secret_not_read_again() {
    let mut world = world(Issued::new(600, u64::MAX / 2, true), 1);
    world.run_for(24 * HOUR);
    let issued = &world.issued[&0];
    assert_eq!(issued.issues.len(), 1);
    assert_eq!((world.reads().len(), world.renders().len()), (1, 1));
    for pair in issued.renewals.windows(2) {
        let pause = pair[1] - pair[0];
        assert!((359 * SECOND..421 * SECOND).contains(&pause), "{pause:?}");
    }
}

#[test]
fn a_lease_that_is_no_longer_lengthened_is_replaced_before_it_ends() {
    for seed in 0..20 {
        let mut world = world(Issued::new(600, 3600, true), seed);
        world.run_for(24 * HOUR);
        let issued = &world.issued[&0];
        issued.check();
        assert!(
            (24..=28).contains(&issued.issues.len()),
            "{}",
            issued.issues.len()
        );
        assert!(world.lifecycle.faults().next().is_none());
    }
}

#[test]
fn what_cannot_be_renewed_is_replaced_near_its_end() {
    for seed in 0..20 {
        let mut world = world(Issued::new(1000, 1000, false), seed);
        world.run_for(24 * HOUR);
        let issued = &world.issued[&0];
        issued.check();
        assert!(issued.renewals.is_empty());
        for pair in issued.issues.windows(2) {
            let pause = pair[1].0 - pair[0].0;
            assert!((850 * SECOND..951 * SECOND).contains(&pause), "{pause:?}");
        }
    }
}

#[test]
fn a_renewal_that_fails_is_tried_again_while_the_lease_lives() {
    for fault in [
        down(),
        fault(Code::PermissionDenied, Whose::User, Retry::Rarely),
    ] {
        let mut issued = Issued::new(3600, u64::MAX / 2, true);
        issued.refused = Some(fault);
        let mut world = world(issued, 3);
        world.run_for(3 * HOUR);
        let issued = &world.issued[&0];
        issued.check();
        for pair in issued.issues.windows(2) {
            let pause = pair[1].0 - pair[0].0;
            assert!(
                (0.9..0.93).contains(&(pause.as_secs_f64() / 3600.0)),
                "{pause:?}"
            );
        }
        let per_lease = issued.renewals.len() / issued.issues.len();
        assert!(
            (10..120).contains(&per_lease),
            "{per_lease} renewals of a lease"
        );
    }
}

#[test]
fn a_renewal_that_fails_for_a_while_costs_nothing() {
    let mut world = world(Issued::new(3600, u64::MAX / 2, true), 4);
    // Another login would cost another credential.
    world.token.duration = 100 * HOUR;
    world.run_for(2100 * SECOND);
    world.outage = Some((world.now, world.now + 900 * SECOND));
    world.run_for(24 * HOUR);
    assert_eq!(world.issued[&0].issues.len(), 1);
    assert!(world.lifecycle.faults().next().is_none());
}

#[test]
fn a_lease_that_is_gone_is_replaced_at_once() {
    let mut world = world(Issued::new(3600, u64::MAX / 2, true), 5);
    world.run_for(SECOND);
    let gone = fault(Code::SecretNotFound, Whose::User, Retry::Rarely);
    world.issued.get_mut(&0).unwrap().refused = Some(gone);
    world.run_for(2600 * SECOND);
    assert_eq!(world.issued[&0].issues.len(), 2);
}

#[test]
fn another_login_costs_only_what_ended_with_the_token() {
    let mut world = World::new(plan(3, "3600s", false), 6);
    world
        .issued
        .insert(0, Issued::new(3600, u64::MAX / 2, true));
    let ends = Lifetime::Ends {
        after: 10 * HOUR,
        with_token: false,
    };
    world.lifetimes.insert(2, ends);
    world.run_for(10 * SECOND);
    let reads = |world: &World| -> Vec<usize> {
        let read = |(_, action): &(Moment, Action)| match action {
            Action::Read(secret) => Some(secret.0),
            _ => None,
        };
        world.log.iter().filter_map(read).collect()
    };
    assert_eq!(reads(&world), [0, 1, 2]);
    let login = Event::LoggedIn {
        store: StoreIndex(0),
        lease: world.token,
    };
    world.send(login);
    world.run_for(10 * SECOND);
    assert_eq!(reads(&world), [0, 1, 2, 0]);
}

#[test]
fn a_token_that_ends_takes_its_leases_along_and_new_ones_come_in_time() {
    let mut world = World::new(plan(2, "60s", false), 7);
    world.token.duration = 600 * SECOND;
    world.token_limit = 3000 * SECOND;
    world
        .issued
        .insert(0, Issued::new(1_000_000, u64::MAX / 2, true));
    world.run_for(24 * HOUR);
    assert_eq!(world.issued[&0].issues.len(), world.logins().len());
    assert!(world.lifecycle.faults().next().is_none());
}

#[test]
fn what_is_issued_is_not_issued_again_when_somebody_wants_to_see_changes() {
    let mut plan = plan(3, "3600s", false);
    plan.files[2].secret = Some(Dependency::Certificate {
        path: "pki/issue/web".to_owned(),
        arguments: [].into(),
    });
    let mut world = World::new(plan, 8);
    world
        .issued
        .insert(0, Issued::new(3600, u64::MAX / 2, true));
    world.run_for(10 * SECOND);
    let before = world.reads().len();
    world.send(Event::RefreshRequested);
    world.run_for(10 * SECOND);
    assert_eq!(world.reads().len(), before + 1);
}

#[test]
fn a_static_role_is_read_just_after_its_rotation() {
    for seed in 0..20 {
        let mut world = World::new(plan(1, "60s", false), seed);
        let after = 1000 * SECOND;
        world.lifetimes.insert(0, Lifetime::Replaced { after });
        world.run_for(HOUR);
        for pair in world.reads().windows(2) {
            let pause = pair[1] - pair[0];
            assert!((1001 * SECOND..1007 * SECOND).contains(&pause), "{pause:?}");
        }
    }
}

#[test]
fn what_is_over_when_it_comes_is_not_asked_for_in_a_loop() {
    let mut world = World::new(plan(2, "60s", false), 9);
    let after = Duration::ZERO;
    world.lifetimes.insert(
        0,
        Lifetime::Ends {
            after,
            with_token: false,
        },
    );
    let lease = Lease {
        duration: after,
        renewable: true,
    };
    world.lifetimes.insert(1, Lifetime::Leased(lease));
    world.run_for(600 * SECOND);
    assert!(world.reads().len() < 30, "{}", world.reads().len());
}

#[test]
fn a_lease_of_no_time_is_kept_until_its_token_is_replaced() {
    for renewable in [false, true] {
        let issued = Issued::new(0, u64::MAX / 2, renewable);
        let mut world = world(issued, 9);
        world.run_for(24 * HOUR);
        let count = |world: &World| world.issued[&0].issues.len();
        assert_eq!((count(&world), world.renewals().is_empty()), (1, false));
        assert_eq!(world.lifecycle.secrets().next().unwrap().next, None);
        world.send(Event::RefreshRequested);
        world.restart(Mode::Stay);
        world.run_for(24 * HOUR);
        assert_eq!(count(&world), 1);
        let lease = world.token;
        world.send(Event::LoggedIn {
            store: StoreIndex(0),
            lease,
        });
        world.run_for(SECOND);
        assert_eq!(count(&world), 2);
    }
}

#[test]
fn a_file_beside_the_agent_needs_no_store_and_is_looked_at_often() {
    let mut plan = plan(1, "60s", false);
    let path = "/etc/motd".to_owned();
    plan.files[0].secret = Some(Dependency::File { path });
    let mut world = World::new(plan, 10);
    world.outage = Some((Moment::default(), Moment(Duration::MAX)));
    world.run_for(SECOND);
    assert!(world.lifecycle.is_ready());
    world.versions[0] = 2;
    world.run_for(6 * SECOND);
    assert_eq!(world.rendered, [2]);
    assert_eq!(
        world.lifecycle.demand().find(StoreIndex(0), &read("x")),
        None
    );
}

proptest! {
    /// Whatever the lease, the outage and the token: never two credentials where one would do, and
    /// with a store that answers never one that comes late.
    #[test]
    fn every_lease_is_kept_as_long_as_it_lives(
        seed in any::<u64>(),
        ttl in 30_u64..5000,
        limit in 1_u64..20,
        renewable in any::<bool>(),
        outage in 0_u64..100,
    ) {
        let limit = if renewable { ttl * limit } else { ttl };
        let mut world = world(Issued::new(ttl, limit, renewable), seed);
        world.run_for(Duration::from_secs(ttl / 3));
        // Shorter than what is left between the first try and the end.
        let length = Duration::from_secs(ttl * outage / 100 / 12);
        world.outage = Some((world.now, world.now + length));
        world.run_for(Duration::from_secs(10 * limit));
        let issued = &world.issued[&0];
        issued.check();
        let most = 10 * limit / (limit * 8 / 10).max(1) + 2;
        prop_assert!(issued.issues.len() as u64 <= most, "{} issues", issued.issues.len());
    }
}

#[test]
fn what_ends_by_the_wall_clock_is_replaced_sooner_when_that_is_set_ahead() {
    let mut world = World::new(plan(2, "60s", false), 21);
    let after = 24 * 3600 * SECOND;
    world.lifetimes.insert(0, Lifetime::Expires { after });
    let ends = Lifetime::Ends {
        after,
        with_token: false,
    };
    world.lifetimes.insert(1, ends);
    world.run_for(3600 * SECOND);
    world.send(Event::WallClockSetAhead(23 * 3600 * SECOND));
    world.run_for(SECOND);
    let reads = |index| world.times(|action| *action == Action::Read(SecretIndex(index)));
    // Of 24 hours one passed and 23 were jumped over.
    assert_eq!((reads(0).len(), reads(1).len()), (2, 1));
}
