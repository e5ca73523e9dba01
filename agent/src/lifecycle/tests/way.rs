//! What lies between agent and store says nothing of the token, the role or a secret.

use super::{world::fault, *};

fn untrusted() -> Fault {
    fault(Code::StoreUntrusted, Whose::User, Retry::Rarely)
}

fn from_to(from: u64, to: u64) -> (Moment, Moment) {
    let moment = |seconds| Moment(Duration::from_secs(seconds));
    (moment(from), moment(to))
}

#[test]
fn a_renewal_that_did_not_get_there_is_no_reason_for_another_login() {
    for seed in 0..20 {
        let mut world = World::new(plan(3, "10000s", false), seed);
        world.outage_cause = untrusted();
        // All the time in which a token of an hour is renewed, and more.
        world.outage = Some(from_to(2000, 2700));
        world.run_for(7200 * SECOND);
        assert_eq!(world.logins().len(), 1);
        assert!(world.lifecycle.faults().next().is_none());
    }
}

#[test]
fn a_token_of_an_earlier_life_is_kept_until_the_store_itself_refuses_it() {
    for seed in 0..20 {
        let mut world = World::new(plan(3, "60s", false), seed);
        world.run_for(100 * SECOND);
        world.outage_cause = untrusted();
        world.outage = Some(from_to(100, 400));
        world.restart(Mode::Stay);
        world.run_for(400 * SECOND);
        assert_eq!(world.logins().len(), 1);
        assert!(world.lifecycle.faults().next().is_none());
    }
}

#[test]
fn a_store_that_is_not_trusted_is_asked_by_one_request_at_a_time() {
    let mut world = World::new(plan(20, "10s", false), 1);
    world.run_for(60 * SECOND);
    let before = world.reads().len();
    world.outage_cause = untrusted();
    world.outage = Some(from_to(60, 660));
    world.run_for(600 * SECOND);
    let reads = world.reads().len() - before;
    assert!(reads < 60, "{reads} reads in ten minutes");
    world.run_for(62 * SECOND);
    assert!(world.lifecycle.faults().next().is_none());
}

#[test]
fn a_renewal_that_is_to_wait_holds_reads_back_too() {
    let mut world = World::new(plan(3, "3s", false), 2);
    world.outage_cause = fault(Code::RateLimited, Whose::Store, Retry::After(120 * SECOND));
    world.token.duration = 30 * SECOND;
    world.run_for(17 * SECOND);
    // Before one is due, so that it is not the answer to another.
    assert!(world.renewals().is_empty());
    world.send(Event::RenewFailed {
        store: StoreIndex(0),
        fault: world.outage_cause.clone(),
    });
    let before = world.log.len();
    world.run_for(10 * SECOND);
    assert_eq!(world.log.len(), before);
}
