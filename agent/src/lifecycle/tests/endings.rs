//! How it ends, and what it keeps to on the way: programs, tokens as files, pauses, thresholds.

use super::{world::Issued, *};
use crate::plan::PlannedStore;

const STORE: StoreIndex = StoreIndex(0);

fn with_store(secrets: usize, interval: &str, change: impl FnOnce(&mut PlannedStore)) -> Plan {
    let mut plan = plan(secrets, interval, false);
    change(&mut plan.stores[0]);
    plan
}

fn runs(world: &World) -> Vec<usize> {
    let run = |(_, action): &(Moment, Action)| match action {
        Action::Run(file) => Some(file.0),
        _ => None,
    };
    world.log.iter().filter_map(run).collect()
}

fn given_up(world: &World) -> Vec<(Moment, Subject)> {
    let given_up = |(at, action): &(Moment, Action)| match action {
        Action::GiveUp(subject) => Some((*at, *subject)),
        _ => None,
    };
    world.log.iter().filter_map(given_up).collect()
}

fn revocations(world: &World) -> Vec<Moment> {
    world.times(|action| matches!(action, Action::Revoke(_)))
}

#[test]
fn the_app_is_given_time_to_end_before_the_token_is_given_back() {
    let plan = with_store(2, "2s", |store| {
        store.revoke = true;
        store.revoke_grace = 20 * SECOND;
    });
    let mut world = World::new(plan, 1);
    world.run_for(10 * SECOND);
    let told = world.now;
    world.send(Event::ShutdownRequested(Ending::Pod));
    let before = world.reads().len();
    world.run_for(19 * SECOND);
    // Meanwhile all goes on.
    assert!(world.reads().len() > before + 10);
    assert!(revocations(&world).is_empty());
    world.run_for(2 * SECOND);
    assert!(world.stopped);
    let pause = revocations(&world)[0] - told;
    assert!((20 * SECOND..21 * SECOND).contains(&pause), "{pause:?}");
}

#[test]
fn who_needs_nothing_any_more_is_not_waited_for() {
    let grace = |store: &mut PlannedStore| {
        store.revoke = true;
        store.revoke_grace = 20 * SECOND;
    };
    for (ending, revocations) in [(Ending::Work, 1), (Ending::Life, 0)] {
        let mut world = World::new(with_store(1, "60s", grace), 2);
        world.run_for(SECOND);
        world.send(Event::ShutdownRequested(ending));
        world.run_for(SECOND);
        assert!(world.stopped);
        assert_eq!(self::revocations(&world).len(), revocations, "{ending:?}");
    }
    // Nobody waits for nothing either.
    let plan = with_store(1, "60s", |store| store.revoke_grace = 20 * SECOND);
    let mut world = World::new(plan, 2);
    world.run_for(SECOND);
    world.send(Event::ShutdownRequested(Ending::Pod));
    assert!(world.stopped);
}

#[test]
fn a_quit_while_the_app_is_waited_for_ends_the_waiting() {
    let plan = with_store(1, "60s", |store| {
        store.revoke = true;
        store.revoke_grace = 600 * SECOND;
    });
    let mut world = World::new(plan, 3);
    world.run_for(SECOND);
    world.send(Event::ShutdownRequested(Ending::Pod));
    world.run_for(SECOND);
    world.send(Event::ShutdownRequested(Ending::Work));
    world.run_for(SECOND);
    assert!(world.stopped && revocations(&world).len() == 1);
}

#[test]
fn once_gives_the_token_back_and_handing_over_does_not() {
    for (mode, expected) in [(Mode::Once, 1), (Mode::HandOver, 0)] {
        let mut world = World::new(plan(2, "60s", true), 4);
        world.restart(mode);
        world.run_for(SECOND);
        assert!(world.stopped);
        assert_eq!(revocations(&world).len(), expected, "{mode:?}");
    }
}

#[test]
fn a_login_that_fails_ends_the_agent_where_that_is_wanted() {
    for exit in [false, true] {
        let plan = with_store(1, "60s", |store| {
            store.login.exit_on_error = exit;
            store.revoke = true;
        });
        let mut world = World::new(plan, 5);
        world.outage = Some((Moment::default(), Moment(Duration::MAX)));
        world.run_for(10 * SECOND);
        assert_eq!(world.stopped, exit);
        let subjects: Vec<_> = given_up(&world).iter().map(|given| given.1).collect();
        let expected = exit.then_some(Subject::Store(STORE));
        assert_eq!(subjects, Vec::from_iter(expected));
        assert_eq!(world.logins().len() > 1, !exit);
    }
}

#[test]
fn logins_are_tried_again_within_the_pauses_asked_for() {
    let plan = with_store(1, "60s", |store| {
        store.login.min_backoff = Some("10s".parse().unwrap());
        store.login.max_backoff = Some("2m".parse().unwrap());
    });
    let mut world = World::new(plan, 6);
    world.outage = Some((Moment::default(), Moment(Duration::MAX)));
    world.run_for(Duration::from_secs(7200));
    let pauses: Vec<_> = world
        .logins()
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .collect();
    let (least, most) = (pauses.iter().min().unwrap(), pauses.iter().max().unwrap());
    assert!(*least >= 10 * SECOND && *least < 25 * SECOND, "{least:?}");
    assert!(*most <= 121 * SECOND && *most > 100 * SECOND, "{most:?}");
}

#[test]
fn a_shortest_pause_above_the_longest_wins() {
    let plan = with_store(1, "60s", |store| {
        store.login.min_backoff = Some("30s".parse().unwrap());
        store.login.max_backoff = Some("1s".parse().unwrap());
    });
    let mut world = World::new(plan, 7);
    world.outage = Some((Moment::default(), Moment(Duration::MAX)));
    world.run_for(Duration::from_secs(600));
    for pair in world.logins().windows(2) {
        let pause = pair[1] - pair[0];
        assert!((30 * SECOND..31 * SECOND).contains(&pause), "{pause:?}");
    }
}

#[test]
fn a_secret_that_cannot_be_had_for_minutes_ends_the_agent_where_that_is_wanted() {
    let missing = fault(Code::SecretNotFound, Whose::User, Retry::Rarely);
    for (exit, fault) in [(false, missing.clone()), (true, missing), (true, down())] {
        let mut plan = plan(2, "60s", true);
        plan.exit_on_retry_failure = exit;
        let mut world = World::new(plan, 8);
        world.run_for(30 * SECOND);
        world.broken.insert(1, fault);
        world.run_for(250 * SECOND);
        assert!(!world.stopped);
        world.run_for(150 * SECOND);
        assert_eq!(world.stopped, exit);
        if exit {
            let (at, subject) = given_up(&world)[0];
            assert_eq!(subject, Subject::Secret(SecretIndex(1)));
            let failed = world.lifecycle.secrets[1].failing_since().unwrap();
            assert_eq!(at - failed, RETRY_LIMIT);
            // The next life needs it.
            assert!(revocations(&world).is_empty());
        }
    }
}

#[test]
fn a_store_that_was_set_back_does_not_end_the_agent_and_is_not_asked_more_often_for_long() {
    let mut plan = plan(2, "60s", false);
    plan.exit_on_retry_failure = true;
    let mut world = World::new(plan, 17);
    world.run_for(30 * SECOND);
    let older = fault(Code::AnswerStale, Whose::Store, Retry::Backoff);
    world.broken.insert(1, older.clone());
    world.run_for(120 * SECOND);
    let failing = |world: &World| world.lifecycle.secrets[1].failing_since();
    // It is told of all the same.
    assert!(failing(&world).is_some());
    let before = world.reads().len();
    world.run_for(Duration::from_secs(7200));
    assert!(!world.stopped && given_up(&world).is_empty());
    let reads = world.reads().len() - before;
    assert!((220..=250).contains(&reads), "{reads} looks in two hours");
    // An answer that is older is an answer: the time before it does not count.
    for _ in 0..5 {
        world.broken.insert(1, down());
        world.run_for(250 * SECOND);
        world.broken.insert(1, older.clone());
        world.run_for(60 * SECOND);
    }
    assert!(!world.stopped);
    world.broken.insert(1, down());
    world.run_for(RETRY_LIMIT + 70 * SECOND);
    assert!(world.stopped);
}

#[test]
fn a_secret_that_comes_back_in_time_is_not_given_up() {
    let mut plan = plan(2, "60s", false);
    plan.exit_on_retry_failure = true;
    let mut world = World::new(plan, 9);
    for _ in 0..10 {
        world.broken.insert(1, down());
        world.run_for(250 * SECOND);
        world.broken.clear();
        world.run_for(100 * SECOND);
    }
    assert!(!world.stopped && given_up(&world).is_empty());
}

#[test]
fn a_store_that_cannot_be_logged_in_to_is_waited_for() {
    let mut plan = plan(2, "60s", false);
    plan.exit_on_retry_failure = true;
    let mut world = World::new(plan, 10);
    world.outage = Some((Moment::default(), Moment(Duration::from_secs(3600))));
    world.run_for(Duration::from_secs(3700));
    assert!(!world.stopped && world.lifecycle.is_ready());
}

#[test]
fn a_program_runs_after_each_change_of_its_file_and_after_no_other() {
    let mut plan = plan(3, "2s", false);
    plan.files[0].command = true;
    plan.files[2].command = true;
    let mut world = World::new(plan, 11);
    world.run_for(10 * SECOND);
    assert_eq!(runs(&world), [0, 2]);
    assert!(world.reloads().is_empty());
    world.versions[1] = 2;
    world.run_for(10 * SECOND);
    assert_eq!(runs(&world), [0, 2]);
    world.versions[2] = 2;
    world.run_for(10 * SECOND);
    assert_eq!(runs(&world), [0, 2, 2]);
    world.restart(Mode::Stay);
    world.run_for(10 * SECOND);
    assert_eq!(runs(&world), [0, 2, 2]);
}

#[test]
fn an_agent_that_ends_waits_for_the_programs_it_started() {
    for mode in [Mode::Once, Mode::HandOver] {
        let mut plan = plan(1, "60s", false);
        plan.files[0].command = true;
        let mut world = World::new(plan.clone(), 12);
        let rng = Rng::with_seed(12);
        let found = [Found::Nothing];
        world.lifecycle = Lifecycle::new(plan, mode, rng, &found, Resume::default());
        world.run_for(Duration::from_micros(4500));
        assert_eq!((runs(&world).len(), world.stopped), (1, false));
        world.run_for(Duration::from_millis(4));
        assert!(world.stopped);
    }
}

#[test]
fn what_an_earlier_life_changed_without_running_its_programs_is_made_up_for() {
    let mut plan = plan(2, "60s", false);
    plan.files[1].command = true;
    let mut world = World::new(plan.clone(), 13);
    let found = [Found::Files { told: false }];
    let rng = Rng::with_seed(13);
    world.lifecycle = Lifecycle::new(plan, Mode::Stay, rng, &found, Resume::default());
    world.rendered.fill(1);
    world.run_for(10 * SECOND);
    assert_eq!(runs(&world), [1]);
}

#[test]
fn a_token_as_a_file_is_written_after_each_login() {
    let mut plan = plan(1, "60s", false);
    plan.files[0].secret = None;
    plan.files[0].token = true;
    let mut world = World::new(plan, 14);
    world.outage = Some((Moment::default(), Moment(10 * SECOND)));
    world.run_for(5 * SECOND);
    assert!(world.renders().is_empty() && !world.lifecycle.is_ready());
    world.run_for(100 * SECOND);
    assert_eq!(world.renders().len(), 1);
    assert!(world.lifecycle.is_ready());
    // A renewal keeps the token; another login does not.
    world.run_for(Duration::from_secs(3600));
    assert!(!world.renewals().is_empty());
    assert_eq!(world.renders().len(), 1);
    let lease = world.token;
    world.send(Event::LoggedIn {
        store: STORE,
        lease,
    });
    world.run_for(SECOND);
    assert_eq!(world.renders().len(), 2);
}

#[test]
fn what_ends_is_replaced_around_the_threshold() {
    for (threshold, least, most) in [(0.5, 450, 551), (0.9, 850, 951), (0.99, 940, 996)] {
        let plan = with_store(1, "60s", |store| {
            store.renewal_threshold = Some(threshold);
        });
        let mut world = World::new(plan, 15);
        world.token.duration = Duration::from_secs(1_000_000);
        world.issued.insert(0, Issued::new(1000, 1000, false));
        world.run_for(Duration::from_secs(20_000));
        for pair in world.issued[&0].issues.windows(2) {
            let pause = pair[1].0 - pair[0].0;
            assert!(
                (least * SECOND..most * SECOND).contains(&pause),
                "{pause:?}"
            );
        }
    }
}

#[test]
fn a_threshold_makes_renewals_earlier_and_never_later() {
    for (threshold, least, most) in [(0.3, 269, 301), (0.95, 599, 701)] {
        let plan = with_store(1, "60s", |store| {
            store.renewal_threshold = Some(threshold);
        });
        let mut world = World::new(plan, 16);
        world.token.duration = Duration::from_secs(1_000_000);
        world
            .issued
            .insert(0, Issued::new(1000, u64::MAX / 2, true));
        world.run_for(Duration::from_secs(20_000));
        let issued = &world.issued[&0];
        assert_eq!(issued.issues.len(), 1);
        for pair in issued.renewals.windows(2) {
            let pause = pair[1] - pair[0];
            assert!(
                (least * SECOND..most * SECOND).contains(&pause),
                "{pause:?}"
            );
        }
    }
}
