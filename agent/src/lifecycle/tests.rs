mod beside;
mod corners;
mod endings;
mod herd;
mod leases;
mod looks;
mod reloads;
mod resume;
mod templates;
mod view;
mod watch;
mod way;
mod world;

use proptest::{prelude::any, prop_assert, prop_assert_eq, proptest};
use vouchsafe_shared::diagnostic::Code;

use self::world::{SECOND, World, down, fault, plan};
use super::*;
use crate::{fault::Whose, store::TokenLease};

#[test]
fn the_first_rendering_comes_once_all_secrets_are_there_and_tells_nobody() {
    let mut world = World::new(plan(20, "60s", false), 1);
    assert!(!world.lifecycle.is_ready());
    world.run_for(SECOND);
    assert_eq!(
        (
            world.logins().len(),
            world.reads().len(),
            world.renders().len()
        ),
        (1, 20, 1)
    );
    assert!(world.reloads().is_empty());
    assert!(world.lifecycle.is_ready());
}

#[test]
fn secrets_are_read_again_within_the_interval_and_its_jitter() {
    let mut world = World::new(plan(1, "60s", false), 2);
    world.run_for(Duration::from_secs(3600));
    let reads = world.reads();
    for pair in reads.windows(2) {
        let pause = pair[1] - pair[0];
        assert!((54 * SECOND..=67 * SECOND).contains(&pause), "{pause:?}");
    }
    let distinct: std::collections::BTreeSet<_> =
        reads.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(distinct.len() > 30, "no jitter");
    let longer = distinct.iter().filter(|pause| **pause > 60 * SECOND);
    let (longer, all) = (longer.count(), distinct.len());
    assert!((all / 3..all * 2 / 3).contains(&longer), "{longer} longer");
    assert_eq!(world.renders().len(), 1, "nothing changed");
}

#[test]
fn a_change_is_rendered_and_told_once() {
    let mut world = World::new(plan(3, "2s", false), 3);
    world.run_for(10 * SECOND);
    world.versions[1] = 2;
    let changed = world.now;
    world.run_for(10 * SECOND);
    assert_eq!(world.renders().len(), 2);
    assert_eq!(world.reloads().len(), 1);
    assert!(world.reloads()[0] - changed < Duration::from_millis(2500));
}

#[test]
fn changes_found_together_are_rendered_together() {
    let mut world = World::new(plan(20, "60s", false), 4);
    world.run_for(10 * SECOND);
    world.versions.fill(2);
    world.send(Event::RefreshRequested);
    world.run_for(10 * SECOND);
    assert_eq!((world.renders().len(), world.reloads().len()), (2, 1));
}

#[test]
fn a_change_does_not_wait_for_a_slow_round_of_reads() {
    let mut world = World::new(plan(20, "60s", false), 5);
    world.run_for(10 * SECOND);
    world.latency = Duration::from_millis(100);
    world.versions[0] = 2;
    world.send(Event::RefreshRequested);
    let asked = world.now;
    world.run_for(10 * SECOND);
    let rendered = world.renders()[1] - asked;
    assert!(
        rendered <= Duration::from_secs(2) + RENDER_DELAY,
        "{rendered:?}"
    );
    world.latency = Duration::from_millis(2);
    world.run_for(60 * SECOND);
    assert_eq!(world.rendered[0], 2);
}

#[test]
fn a_token_is_renewed_in_time_and_replaced_before_its_limit() {
    let mut world = World::new(plan(1, "1s", false), 6);
    world.token.duration = 10 * SECOND;
    world.token_limit = 30 * SECOND;
    world.run_for(Duration::from_secs(600));
    // Without a gap: no read ever met a dead token.
    assert!(world.lifecycle.faults().next().is_none());
    assert!(
        (20..=30).contains(&world.logins().len()),
        "{}",
        world.logins().len()
    );
    let (logins, renewals) = (world.logins().len(), world.renewals().len());
    assert!(
        (2 * logins - 2..=4 * logins).contains(&renewals),
        "{renewals} renewals for {logins} logins"
    );
}

#[test]
fn a_renewal_to_nothing_is_the_end_of_the_token_and_not_its_eternity() {
    let mut world = World::new(plan(1, "60s", false), 21);
    world.run_for(SECOND);
    let lease = TokenLease {
        duration: Duration::ZERO,
        renewable: true,
    };
    let renewed = Event::Renewed {
        store: StoreIndex(0),
        lease,
    };
    assert_eq!(
        world.lifecycle.handle(world.now, renewed),
        [Action::Login(StoreIndex(0))]
    );
}

#[test]
fn a_renewal_that_fails_is_tried_again_with_growing_pauses_and_then_gives_way_to_a_login() {
    let mut world = World::new(plan(1, "3600s", false), 22);
    world.token.duration = 600 * SECOND;
    world.run_for(350 * SECOND);
    world.outage = Some((world.now, world.now + 245 * SECOND));
    world.run_for(245 * SECOND);
    let (logins, renewals) = (world.logins().len(), world.renewals().len());
    assert!(
        (4..30).contains(&renewals) && (4..30).contains(&logins),
        "{renewals} and {logins}"
    );
    world.run_for(35 * SECOND);
    assert!(world.lifecycle.faults().next().is_none());
}

#[test]
fn every_renewal_comes_after_two_thirds_of_the_time_or_so() {
    let mut world = World::new(plan(1, "3600s", false), 25);
    world.token.duration = 1000 * SECOND;
    world.run_for(20_000 * SECOND);
    let logins = world.logins().into_iter();
    let times: Vec<_> = logins.chain(world.renewals()).collect();
    assert!(times.len() > 20);
    for pair in times.windows(2) {
        let pause = pair[1] - pair[0];
        assert!((600 * SECOND..701 * SECOND).contains(&pause), "{pause:?}");
    }
}

#[test]
fn a_renewal_that_is_refused_gives_way_to_a_login_at_once() {
    let mut world = World::new(plan(1, "3600s", false), 26);
    world.run_for(SECOND);
    let store = StoreIndex(0);
    let fault = fault(Code::PermissionDenied, Whose::User, Retry::Rarely);
    world.send(Event::RenewFailed { store, fault });
    assert_eq!(world.logins().last(), Some(&world.now));
}

#[test]
fn a_token_that_cannot_be_renewed_is_replaced_before_its_end() {
    let mut world = World::new(plan(1, "1s", false), 7);
    world.token = TokenLease {
        duration: 100 * SECOND,
        renewable: false,
    };
    world.run_for(Duration::from_secs(1000));
    for pair in world.logins().windows(2) {
        let pause = pair[1] - pair[0];
        assert!((70 * SECOND..81 * SECOND).contains(&pause), "{pause:?}");
    }
    assert!(world.renewals().is_empty());
}

#[test]
fn a_token_without_an_end_needs_nothing() {
    let mut world = World::new(plan(1, "60s", false), 8);
    world.token = TokenLease {
        duration: Duration::ZERO,
        renewable: false,
    };
    world.token_ends = None;
    world.send(Event::Tick);
    world.pending.clear();
    let lease = world.token;
    world.token_ends = Some(Moment(Duration::MAX));
    world.send(Event::LoggedIn {
        store: StoreIndex(0),
        lease,
    });
    world.run_for(Duration::from_secs(86_400));
    assert_eq!((world.logins().len(), world.renewals().len()), (1, 0));
}

#[test]
fn a_store_that_is_down_at_the_start_is_asked_with_growing_pauses_and_met_soon_after() {
    for seed in 0..20 {
        let mut world = World::new(plan(20, "60s", false), seed);
        world.outage = Some((Moment::default(), Moment(Duration::from_secs(600))));
        world.run_for(Duration::from_secs(599));
        let tries = world.logins().len();
        assert!((40..=100).contains(&tries), "{tries} logins in ten minutes");
        assert_eq!(world.lifecycle.faults().count(), 1);
        world.run_for(17 * SECOND);
        assert!(
            world.lifecycle.is_ready(),
            "not back {:?} after the outage",
            16 * SECOND
        );
    }
}

#[test]
fn an_outage_costs_no_storm_and_no_new_token_while_the_old_one_lives() {
    let mut world = World::new(plan(20, "10s", false), 9);
    world.run_for(60 * SECOND);
    let before = world.log.len();
    world.outage = Some((world.now, world.now + 300 * SECOND));
    world.run_for(300 * SECOND);
    let during = world.log.len() - before;
    assert!(during < 60, "{during} requests in five minutes of outage");
    world.run_for(26 * SECOND);
    assert_eq!(world.logins().len(), 1);
    assert!(world.lifecycle.faults().next().is_none());
    assert!(world.lifecycle.is_ready());
}

#[test]
fn an_outage_longer_than_the_token_ends_in_a_new_login() {
    let mut world = World::new(plan(2, "10s", false), 10);
    world.token.duration = 60 * SECOND;
    world.run_for(30 * SECOND);
    world.outage = Some((world.now, world.now + 300 * SECOND));
    world.run_for(320 * SECOND);
    world.versions.fill(2);
    world.run_for(20 * SECOND);
    assert_eq!(world.rendered, [2, 2]);
    assert!(world.lifecycle.faults().next().is_none());
}

#[test]
fn a_revoked_token_is_replaced_at_once_and_by_one_login() {
    let mut world = World::new(plan(20, "10s", false), 11);
    world.run_for(60 * SECOND);
    world.token_ends = None;
    world.run_for(60 * SECOND);
    assert_eq!(world.logins().len(), 2);
    assert!(world.lifecycle.faults().next().is_none());
}

#[test]
fn tokens_that_are_refused_from_the_start_do_not_make_a_login_storm() {
    let mut world = World::new(plan(20, "10s", false), 12);
    let refused = fault(Code::PermissionDenied, Whose::Pod, Retry::AfterLogin);
    world.broken = (0..20).map(|index| (index, refused.clone())).collect();
    world.run_for(600 * SECOND);
    let logins = world.logins();
    assert!((2..8).contains(&logins.len()), "{logins:?}");
    for pair in logins.windows(2) {
        assert!(pair[1] - pair[0] >= 30 * SECOND, "{logins:?}");
    }
    assert!(world.reads().len() < 20 * 90, "{}", world.reads().len());
}

#[test]
fn one_missing_secret_keeps_the_pod_waiting_and_is_named() {
    let mut world = World::new(plan(3, "10s", false), 13);
    world
        .broken
        .insert(1, fault(Code::SecretNotFound, Whose::User, Retry::Rarely));
    world.run_for(600 * SECOND);
    assert!(!world.lifecycle.is_ready());
    let faults: Vec<_> = world
        .lifecycle
        .faults()
        .map(|(subject, _)| subject)
        .collect();
    assert_eq!(faults, [Subject::Secret(SecretIndex(1))]);
    world.broken.clear();
    world.run_for(61 * SECOND);
    assert!(world.lifecycle.is_ready());
}

#[test]
fn one_failing_secret_does_not_hold_back_the_others() {
    let mut world = World::new(plan(3, "10s", false), 14);
    world.run_for(20 * SECOND);
    world
        .broken
        .insert(1, fault(Code::PermissionDenied, Whose::User, Retry::Rarely));
    world.versions.fill(2);
    world.run_for(20 * SECOND);
    assert_eq!(world.rendered, [2, 1, 2]);
}

#[test]
fn the_store_is_given_the_patience_it_asks_for() {
    let mut world = World::new(plan(5, "1s", false), 15);
    world.run_for(5 * SECOND);
    let patience = 120 * SECOND;
    let limited = fault(Code::RateLimited, Whose::Store, Retry::After(patience));
    world.broken = (0..5).map(|index| (index, limited.clone())).collect();
    world.run_for(2 * SECOND);
    let before = world.reads().len();
    world.run_for(110 * SECOND);
    assert_eq!(world.reads().len(), before);
}

#[test]
fn stopping_waits_for_the_request_under_way_and_gives_the_token_back() {
    let mut world = World::new(plan(1, "10s", true), 16);
    world.run_for(SECOND);
    world.send(Event::RefreshRequested);
    world.send(Event::ShutdownRequested(Ending::Pod));
    assert!(!world.stopped);
    world.run_for(SECOND);
    let last: Vec<_> = world
        .log
        .iter()
        .rev()
        .take(3)
        .map(|(_, action)| *action)
        .collect();
    assert_eq!(
        last,
        [
            Action::Stop,
            Action::Revoke(StoreIndex(0)),
            Action::Read(SecretIndex(0))
        ]
    );
    assert_eq!(world.lifecycle.wake_at(), None);
}

#[test]
fn stopping_without_a_token_or_a_wish_to_revoke_is_immediate() {
    for revoke in [true, false] {
        let mut world = World::new(plan(1, "10s", revoke), 17);
        world.outage = Some((Moment::default(), Moment(Duration::MAX)));
        world.run_for(10 * SECOND);
        world.pending.clear();
        let fault = down();
        world.send(Event::LoginFailed {
            store: StoreIndex(0),
            fault,
        });
        world.send(Event::ShutdownRequested(Ending::Pod));
        assert!(world.stopped);
    }
}

#[test]
fn once_means_once() {
    let plan = plan(3, "1s", false);
    let mut world = World::new(plan.clone(), 18);
    world.lifecycle = Lifecycle::new(
        plan,
        Mode::Once,
        Rng::with_seed(18),
        &[Found::Nothing],
        Resume::default(),
    );
    world.run_for(60 * SECOND);
    assert!(world.stopped);
    assert_eq!((world.reads().len(), world.renders().len()), (3, 1));
}

#[test]
fn files_from_an_earlier_life_count_as_ready() {
    let lifecycle = Lifecycle::new(
        plan(1, "1s", false),
        Mode::Stay,
        Rng::with_seed(1),
        &[Found::Files { told: true }],
        Resume::default(),
    );
    assert!(lifecycle.is_ready());
}

#[test]
fn what_an_earlier_life_changed_without_telling_is_told_once() {
    for (told, reloads) in [(true, 0), (false, 1)] {
        let plan = plan(2, "10s", false);
        let mut world = World::new(plan.clone(), 23);
        let found = [Found::Files { told }];
        world.lifecycle = Lifecycle::new(
            plan,
            Mode::Stay,
            Rng::with_seed(23),
            &found,
            Resume::default(),
        );
        // The files on disk are what the store says.
        world.rendered.fill(1);
        world.run_for(60 * SECOND);
        assert_eq!((world.renders().len(), world.reloads().len()), (1, reloads));
    }
}

#[test]
fn a_failed_rendering_is_tried_again_without_reading_again() {
    let mut world = World::new(plan(1, "600s", false), 19);
    world.send(Event::Tick);
    world.now = world.now + SECOND;
    let lease = world.token;
    world.send(Event::LoggedIn {
        store: StoreIndex(0),
        lease,
    });
    let read = Event::Read {
        secret: SecretIndex(0),
        changed: true,
        lifetime: Lifetime::Unlimited,
    };
    assert_eq!(
        world.lifecycle.handle(world.now, read),
        [Action::Render(SetIndex(0))]
    );
    let full = fault(Code::WriteFailed, Whose::Pod, Retry::Backoff);
    let failed = Event::Tried {
        set: SetIndex(0),
        asked: Vec::new(),
        outcome: Outcome::Failed(full),
    };
    assert_eq!(world.lifecycle.handle(world.now, failed), []);
    let again = world.lifecycle.wake_at().unwrap();
    assert!(again > world.now && again <= world.now + SECOND);
    let actions = world.lifecycle.handle(again, Event::Tick);
    assert_eq!(actions, [Action::Render(SetIndex(0))]);
}

#[test]
fn a_fatal_failure_stops_the_agent_and_gives_the_token_back_where_no_other_life_follows() {
    for mode in [Mode::Stay, Mode::HandOver, Mode::Once] {
        let plan = plan(1, "600s", true);
        let mut world = World::new(plan.clone(), 24);
        world.lifecycle = Lifecycle::new(
            plan,
            mode,
            Rng::with_seed(24),
            &[Found::Nothing],
            Resume::default(),
        );
        world.send(Event::Tick);
        let lease = world.token;
        world.send(Event::LoggedIn {
            store: StoreIndex(0),
            lease,
        });
        let read = Event::Read {
            secret: SecretIndex(0),
            changed: true,
            lifetime: Lifetime::Unlimited,
        };
        world.lifecycle.handle(world.now, read);
        let failed = Event::Tried {
            set: SetIndex(0),
            asked: Vec::new(),
            outcome: Outcome::Fatal(FileFault {
                file: FileIndex(0),
                fault: fault(Code::TemplateFailed, Whose::User, Retry::Rarely),
            }),
        };
        let store = StoreIndex(0);
        let actions = world.lifecycle.handle(world.now, failed);
        assert_eq!(world.lifecycle.wake_at(), None);
        if mode != Mode::Once {
            assert_eq!(actions, [Action::Stop], "{mode:?}");
            continue;
        }
        assert_eq!(actions, [Action::Revoke(store)]);
        let revoked = Event::Revoked { store };
        assert_eq!(world.lifecycle.handle(world.now, revoked), [Action::Stop]);
    }
}

#[test]
fn a_year_of_one_agent_is_uneventful() {
    let mut world = World::new(plan(5, "300s", false), 20);
    world.token.duration = Duration::from_secs(3600);
    world.token_limit = Duration::from_secs(32 * 86_400);
    world.run_for(Duration::from_secs(365 * 86_400));
    assert!(
        (11..=13).contains(&world.logins().len()),
        "{}",
        world.logins().len()
    );
    let reads_per_hour = world.reads().len() / (365 * 24);
    assert!((58..=62).contains(&reads_per_hour), "{reads_per_hour}");
    assert_eq!(world.renders().len(), 1);
}

proptest! {
    /// Whatever fails in whatever order: one request per store at a time, no spinning, and after
    /// the faults everything is as it should be.
    #[test]
    fn every_mix_of_faults_ends_well(
        seed in any::<u64>(),
        ttl in 5_u64..200,
        outages in proptest::collection::vec((1_u64..100, 1_u64..100), 0..4),
        revoked in proptest::collection::vec(any::<bool>(), 4),
    ) {
        let mut world = World::new(plan(4, "5s", false), seed);
        world.token.duration = Duration::from_secs(ttl);
        world.token_limit = Duration::from_secs(3 * ttl);
        for (round, (pause, length)) in outages.into_iter().enumerate() {
            world.run_for(Duration::from_secs(pause));
            world.outage = Some((world.now, world.now + Duration::from_secs(length)));
            if revoked[round] {
                world.token_ends = None;
            }
            world.versions[round] += 1;
            prop_assert!(world.pending.len() <= 1);
            world.run_for(Duration::from_secs(length));
        }
        world.run_for(90 * SECOND);
        prop_assert_eq!(&world.rendered, &world.versions);
        prop_assert!(world.lifecycle.is_ready());
    }
}
