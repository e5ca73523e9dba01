//! What a whole fleet of agents would do to a store, seen at one of them.

use super::*;

/// How many requests there were in the busiest stretch of this length.
fn busiest(times: &[Moment], stretch: Duration) -> usize {
    let within = |first: &Moment| {
        let end = *first + stretch;
        times.iter().filter(|at| *at >= first && **at < end).count()
    };
    times.iter().map(within).max().unwrap_or_default()
}

fn requests_after(world: &World, from: Moment) -> Vec<Moment> {
    let is_request = |action: &Action| {
        matches!(
            action,
            Action::Read(_) | Action::Renew(_) | Action::Login(_) | Action::RenewLease(_)
        )
    };
    let mut times = world.times(is_request);
    times.retain(|at| *at >= from);
    times
}

#[test]
fn an_agent_that_lacks_nothing_is_patient_with_a_failing_store_and_still_back_soon() {
    for seed in 0..20 {
        let mut world = World::new(plan(2, "60s", false), seed);
        world.run_for(120 * SECOND);
        let from = world.now;
        world.outage = Some((from, from + 600 * SECOND));
        world.run_for(600 * SECOND);
        let tries = requests_after(&world, from);
        assert!((20..=40).contains(&tries.len()), "{} tries", tries.len());
        assert!(busiest(&tries, 10 * SECOND) <= 3, "{tries:?}");
        let end = world.now;
        world.run_for(30 * SECOND);
        assert!(!requests_after(&world, end).is_empty(), "nobody asked");
    }
}

#[test]
fn looks_that_an_outage_prevented_are_made_good_one_by_one_within_an_interval() {
    for seed in 0..20 {
        let mut world = World::new(plan(60, "60s", false), seed);
        world.run_for(180 * SECOND);
        world.outage = Some((world.now, world.now + 300 * SECOND));
        world.run_for(300 * SECOND);
        world.versions.fill(2);
        let end = world.now;
        world.run_for(100 * SECOND);
        let looks = requests_after(&world, end);
        // Calm is ten in ten seconds.
        assert!(busiest(&looks, 10 * SECOND) <= 30, "{looks:?}");
        assert_eq!(world.rendered, vec![2; 60]);
        assert!(world.lifecycle.faults().next().is_none());
    }
}

#[test]
fn a_renewal_that_fails_counts_as_a_failure_of_the_store() {
    for seed in 0..20 {
        let mut world = World::new(plan(4, "60s", false), seed);
        world.token.duration = 1000 * SECOND;
        world.run_for(500 * SECOND);
        let from = world.now;
        world.outage = Some((from, from + 240 * SECOND));
        world.run_for(240 * SECOND);
        assert!(!world.renewals().is_empty());
        // By then all pauses are as long as they get.
        let tries = requests_after(&world, from + 90 * SECOND);
        for pair in tries.windows(2) {
            assert!(pair[1] - pair[0] >= 7 * SECOND, "{tries:?}");
        }
    }
}

#[test]
fn after_the_loss_of_a_token_secrets_that_are_there_are_not_read_at_once() {
    let mut plan = plan(20, "60s", false);
    // So that looks are not due together by themselves.
    plan.refresh.jitter = 0.5;
    let mut world = World::new(plan, 3);
    world.run_for(120 * SECOND);
    world.token_ends = None;
    let from = world.now;
    world.run_for(90 * SECOND);
    assert_eq!(world.logins().len(), 2);
    let login = world.logins()[1];
    let looks = requests_after(&world, from);
    let at_once = looks
        .iter()
        .filter(|at| **at > login && **at < login + SECOND);
    assert!(at_once.count() <= 2, "{looks:?}");
    assert!(world.lifecycle.faults().next().is_none());
}

#[test]
fn a_store_that_has_too_much_to_do_is_asked_less_and_less() {
    let mut world = World::new(plan(1, "60s", false), 4);
    world.run_for(60 * SECOND);
    let limited = fault(Code::RateLimited, Whose::Store, Retry::After(SECOND));
    world.broken.insert(0, limited);
    let from = world.now;
    world.run_for(600 * SECOND);
    let tries = requests_after(&world, from).len();
    assert!((20..=60).contains(&tries), "{tries} tries");
}

#[test]
fn an_outage_that_was_short_enough_does_not_end_the_agent_while_it_catches_up() {
    for seed in 0..20 {
        let mut plan = plan(5, "60s", false);
        plan.exit_on_retry_failure = true;
        let mut world = World::new(plan, seed);
        world.run_for(120 * SECOND);
        world.outage = Some((world.now, world.now + 250 * SECOND));
        world.run_for(400 * SECOND);
        assert!(!world.stopped);
        assert!(world.lifecycle.faults().next().is_none());
    }
}

/// How long after the refusal of its token, which it lost in an outage or otherwise, each of some
/// agents logs in.
fn logs_in_after(issued: bool, outage: Duration) -> Vec<Duration> {
    let times = (0..20).map(|seed| {
        let mut world = World::new(plan(2, "60s", false), seed);
        if issued {
            world.issued.insert(1, world::Issued::new(3600, 7200, true));
        }
        world.run_for(120 * SECOND);
        world.token_ends = None;
        let end = world.now + outage;
        world.outage = Some((world.now, end));
        world.run_for(outage + 120 * SECOND);
        let refused = requests_after(&world, end)[0];
        world.logins()[1] - refused
    });
    times.collect()
}

#[test]
fn agents_that_lost_their_tokens_together_log_in_one_by_one() {
    let times = logs_in_after(false, 90 * SECOND);
    let (least, most) = (times.iter().min().unwrap(), times.iter().max().unwrap());
    assert!(*least < 10 * SECOND && *most > 20 * SECOND, "{times:?}");
    assert!(*most <= 46 * SECOND, "{times:?}");
}

#[test]
fn what_hung_on_a_lost_token_does_not_wait_for_another() {
    let times = logs_in_after(true, 90 * SECOND);
    assert!(times.iter().all(|time| *time < SECOND), "{times:?}");
}

#[test]
fn a_token_that_is_lost_without_an_outage_is_replaced_at_once() {
    let times = logs_in_after(false, Duration::ZERO);
    assert!(times.iter().all(|time| *time < SECOND), "{times:?}");
}

#[test]
fn a_token_that_ends_soon_is_renewed_before_it_does_although_nothing_is_lacking() {
    for seed in 0..50 {
        let mut world = World::new(plan(1, "1h", false), seed);
        world.token.duration = 20 * SECOND;
        world.run_for(11 * SECOND);
        let from = world.now;
        world.outage = Some((from, from + 3 * SECOND));
        world.run_for(120 * SECOND);
        assert_eq!(world.logins().len(), 1);
    }
}
