//! Without permission for the Secret.

use std::{
    fmt::Debug,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use tokio::{task::JoinHandle, time::sleep};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

use super::{
    api::Api,
    fleet::{
        CONFIGURATION, Replica, SECRET, bundle, clock, distinct, installed, is_trusted,
        secret_data, set_bundle, watch_trust,
    },
};
use crate::certificate::{Clock, bundle::Bundle};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A cluster where nothing may be done with Secrets, as the original's chart has it.
fn without_secrets() -> Api {
    let api = installed();
    api.set_patient();
    for verb in ["get", "create", "update"] {
        api.forbid(&format!("{verb} secrets"));
    }
    api
}

/// A clock that is moved on by half days: replicas that are forbidden the Secret ask every minute,
/// and each of those minutes of a simulated year would count.
struct Time(Arc<AtomicI64>);

impl Time {
    fn start() -> (Self, Clock) {
        let ahead = Arc::new(AtomicI64::new(0));
        let (moved, clock) = (ahead.clone(), clock());
        let clock = Clock::new(move || clock.now() + moved.load(Ordering::Relaxed));
        (Self(ahead), clock)
    }

    async fn pass(&self, days: usize) {
        for _ in 0..2 * days {
            self.0.fetch_add(12 * 60 * 60, Ordering::Relaxed);
            sleep(2 * MINUTE).await;
        }
    }
}

async fn start(api: &Api, clock: &Clock, number: usize) -> (Vec<Replica>, Vec<JoinHandle<()>>) {
    let replicas: Vec<_> = (0..number).map(|_| Replica::start(api, clock)).collect();
    let looks = replicas
        .iter()
        .map(|replica| watch_trust(api, clock, &replica.view))
        .collect();
    for replica in &replicas {
        replica.until_supplied().await;
    }
    (replicas, looks)
}

/// Fails where `watch_trust` saw something.
fn assert_always_trusted(looks: &[JoinHandle<()>]) {
    assert!(looks.iter().all(|look| !look.is_finished()));
}

fn patches(api: &Api) -> usize {
    let requests = api.take_requests();
    let patches = requests
        .iter()
        .filter(|request| request.starts_with("patch"));
    patches.count()
}

#[tokio::test(start_paused = true)]
async fn a_forbidden_secret_is_done_without_until_it_is_allowed() {
    for (action, secret_there) in [
        ("get secrets", false),
        ("create secrets", false),
        ("update secrets", true),
    ] {
        let api = installed();
        if secret_there {
            // As a chart makes it, so that nobody need be allowed to create Secrets.
            api.put(SECRET, json!({ "metadata": {}, "type": "Opaque" }));
        }
        api.forbid(action);
        let before = api.get(SECRET);
        let clock = clock();
        let (replicas, looks) = start(&api, &clock, 1).await;
        let made = replicas[0].leaf();
        sleep(10 * MINUTE).await;
        assert_eq!(replicas[0].leaf(), made, "{action}");
        assert!(
            is_trusted(&api, &made.clone().unwrap(), clock.now()),
            "{action}"
        );
        assert_eq!(api.get(SECRET), before, "{action}");
        let failures = replicas[0].metric("cluster_failures_total{task=\"certificate\"}");
        assert_eq!(failures, "0", "{action}");
        api.allow(action);
        sleep(2 * MINUTE).await;
        let authority = Bundle::read(&secret_data(&api, "ca.crt"));
        assert!(bundle(&api, 0).holds_all(&authority), "{action}");
        assert_ne!(replicas[0].leaf(), made, "{action}");
        assert_always_trusted(&looks);
    }
}

#[tokio::test(start_paused = true)]
async fn replicas_that_each_have_an_authority_leave_those_of_the_others_alone() {
    let api = without_secrets();
    let (time, clock) = Time::start();
    let (replicas, looks) = start(&api, &clock, 2).await;
    assert_eq!(distinct(&replicas), 2);
    let both = bundle(&api, 0);
    assert_eq!(both.len(), 2);
    api.take_requests();
    for day in 0..10 {
        time.pass(1).await;
        assert_eq!(bundle(&api, 0), both, "day {day}");
        for replica in &replicas {
            let leaf = replica.leaf().unwrap();
            assert!(is_trusted(&api, &leaf, clock.now()), "day {day}");
        }
    }
    assert_eq!(patches(&api), 0, "renewal changes no authority");
    assert!(api.get(SECRET).is_none());
    assert_always_trusted(&looks);
}

#[tokio::test(start_paused = true)]
async fn many_of_them_do_not_push_each_other_out() {
    let api = without_secrets();
    let (time, clock) = Time::start();
    let (replicas, looks) = start(&api, &clock, 36).await;
    sleep(5 * MINUTE).await;
    let configuration = api.get(CONFIGURATION);
    time.pass(3).await;
    assert_eq!(api.get(CONFIGURATION), configuration);
    assert_eq!(distinct(&replicas), 36);
    assert_always_trusted(&looks);
}

#[tokio::test(start_paused = true)]
async fn a_rollout_keeps_the_certificate_of_the_replica_that_leaves() {
    let api = without_secrets();
    let (time, clock) = Time::start();
    let (old, old_looks) = start(&api, &clock, 1).await;
    time.pass(30).await;
    let (_new, new_looks) = start(&api, &clock, 1).await;
    time.pass(5).await;
    assert!(is_trusted(&api, &old[0].leaf().unwrap(), clock.now()));
    assert_eq!(bundle(&api, 0).len(), 2);
    assert_always_trusted(&old_looks);
    assert_always_trusted(&new_looks);
}

#[tokio::test(start_paused = true)]
async fn an_authority_in_memory_is_succeeded_as_a_shared_one_is() {
    let api = without_secrets();
    let (time, clock) = Time::start();
    let (replicas, looks) = start(&api, &clock, 1).await;
    let first = bundle(&api, 0);
    time.pass(55).await;
    let both = bundle(&api, 0);
    assert!(both.holds_all(&first) && both.len() == 2);
    time.pass(40).await;
    assert!(is_trusted(&api, &replicas[0].leaf().unwrap(), clock.now()));
    assert_always_trusted(&looks);
}

#[tokio::test(start_paused = true)]
async fn what_replicas_leave_behind_is_gone_in_three_months() {
    let api = without_secrets();
    let (time, clock) = Time::start();
    for number in 1..=5 {
        let (_short_lived, looks) = start(&api, &clock, 1).await;
        assert_eq!(bundle(&api, 0).len(), number);
        looks[0].abort();
        time.pass(1).await;
    }
    time.pass(90).await;
    let (_last, looks) = start(&api, &clock, 1).await;
    assert_eq!(bundle(&api, 0).len(), 1);
    assert_always_trusted(&looks);
}

#[tokio::test(start_paused = true)]
async fn a_permission_that_comes_later_brings_all_replicas_together_without_a_gap() {
    let api = without_secrets();
    let (time, clock) = Time::start();
    let (replicas, looks) = start(&api, &clock, 3).await;
    time.pass(3).await;
    let alone = bundle(&api, 0);
    for verb in ["get", "create", "update"] {
        api.allow(&format!("{verb} secrets"));
    }
    sleep(2 * MINUTE).await;
    assert_eq!(distinct(&replicas), 1);
    assert!(replicas.iter().all(Replica::is_supplied));
    assert!(bundle(&api, 0).holds_all(&alone), "others may not be back");
    sleep(4 * DAY).await;
    let shared = Bundle::read(&secret_data(&api, "ca.crt"));
    assert_eq!(bundle(&api, 0), shared, "nobody needs the others any more");
    assert_always_trusted(&looks);
}

#[tokio::test(start_paused = true)]
async fn a_permission_that_is_lost_changes_no_authority() {
    let api = installed();
    api.set_patient();
    let clock = clock();
    let (replicas, looks) = start(&api, &clock, 2).await;
    sleep(3 * DAY).await;
    let configuration = api.get(CONFIGURATION);
    api.forbid("get secrets");
    sleep(DAY).await;
    assert_eq!(api.get(CONFIGURATION), configuration);
    for replica in &replicas {
        assert!(is_trusted(&api, &replica.leaf().unwrap(), clock.now()));
    }
    // Somebody who comes now has nothing to go on with.
    let (late, late_looks) = start(&api, &clock, 1).await;
    assert_eq!(bundle(&api, 0).len(), 2);
    sleep(10 * MINUTE).await; // by then nobody asks sooner than another
    api.allow("get secrets");
    // Those who come back with an old authority still give the others time to come back.
    sleep(3 * MINUTE).await;
    assert_eq!(bundle(&api, 0).len(), 2);
    assert_eq!(late[0].leaf(), replicas[0].leaf());
    assert_always_trusted(&looks);
    assert_always_trusted(&late_looks);
}

#[tokio::test(start_paused = true)]
async fn a_bundle_that_is_spoilt_is_mended_from_memory() {
    let api = without_secrets();
    let clock = clock();
    let replicas: Vec<_> = (0..2).map(|_| Replica::start(&api, &clock)).collect();
    for replica in &replicas {
        replica.until_supplied().await;
    }
    set_bundle(&api, "");
    sleep(Duration::from_secs(10)).await;
    for replica in &replicas {
        assert!(is_trusted(&api, &replica.leaf().unwrap(), clock.now()));
    }
}

/// Counts the lines that say so.
#[derive(Clone, Default)]
struct Lines(Arc<AtomicI64>);

impl Visit for Lines {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" && format!("{value:?}") == "certificate_in_memory" {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Subscriber for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test(start_paused = true)]
async fn that_the_secret_is_forbidden_is_said_once() {
    let lines = Lines::default();
    let _said = tracing::subscriber::set_default(lines.clone());
    let api = without_secrets();
    let (time, clock) = Time::start();
    let replica = Replica::start(&api, &clock);
    replica.until_supplied().await;
    time.pass(3).await;
    assert_eq!(lines.0.load(Ordering::Relaxed), 1);
}
