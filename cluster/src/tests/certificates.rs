use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::{
    api::Api,
    fleet::{
        CONFIGURATION, HOST, Replica, SECRET, bundle, bundle_text, clock, configuration, distinct,
        installed, is_trusted, own, secret_data, until_holds,
    },
};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test(start_paused = true)]
async fn a_replica_serves_once_every_webhook_that_leads_to_it_trusts_it() {
    let api = installed();
    let clock = clock();
    let replica = Replica::start(&api, &clock);
    let mut changes = api.changes();
    while bundle(&api, 0).is_empty() {
        assert!(!replica.is_supplied());
        changes.changed().await.unwrap();
    }
    sleep(Duration::from_secs(1)).await;
    assert!(!replica.is_supplied(), "other API servers have not heard");
    replica.until_supplied().await;
    assert!(is_trusted(&api, &replica.leaf().unwrap(), clock.now()));
    assert_eq!(bundle(&api, 0), bundle(&api, 2));
    assert!(bundle(&api, 1).is_empty(), "another's webhook is changed");

    let mut expected = configuration();
    let written = api.get(CONFIGURATION).unwrap();
    for webhook in [0, 2] {
        expected["webhooks"][webhook]["clientConfig"]["caBundle"] =
            written["webhooks"][webhook]["clientConfig"]["caBundle"].clone();
    }
    expected["metadata"] = written["metadata"].clone();
    assert_eq!(written, expected, "something else is changed");

    let secret = api.get(SECRET).unwrap();
    assert_eq!(secret["type"], "kubernetes.io/tls");
    assert_eq!(secret_data(&api, "ca.crt"), bundle_text(&api, 0));
    assert_eq!(replica.metric("ca_bundle_patches_total"), "1");
    assert_eq!(
        replica.metric("cluster_failures_total{task=\"certificate\"}"),
        "0"
    );
}

#[tokio::test(start_paused = true)]
async fn any_number_of_replicas_that_start_at_once_agree_and_then_leave_things_alone() {
    for _ in 0..5 {
        let api = installed();
        let clock = clock();
        let replicas: Vec<_> = (0..7).map(|_| Replica::start(&api, &clock)).collect();
        for replica in &replicas {
            replica.until_supplied().await;
            assert!(is_trusted(&api, &replica.leaf().unwrap(), clock.now()));
        }
        assert_eq!(distinct(&replicas), 1);
        assert_eq!(bundle(&api, 0).len(), 1);
        sleep(MINUTE).await;
        let (secret, configuration) = (api.get(SECRET), api.get(CONFIGURATION));
        sleep(DAY / 2).await;
        assert_eq!(api.get(SECRET), secret);
        assert_eq!(api.get(CONFIGURATION), configuration);
        for replica in &replicas {
            let failures = replica.metric("cluster_failures_total{task=\"certificate\"}");
            assert_eq!(failures, "0", "a lost race is no failure");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_replica_takes_what_the_others_made() {
    let api = installed();
    let clock = clock();
    let first = Replica::start(&api, &clock);
    first.until_supplied().await;
    sleep(MINUTE).await;
    let (secret, configuration) = (api.get(SECRET), api.get(CONFIGURATION));
    let second = Replica::start(&api, &clock);
    second.until_supplied().await;
    assert_eq!(first.leaf(), second.leaf());
    sleep(MINUTE).await;
    assert_eq!(api.get(SECRET), secret);
    assert_eq!(api.get(CONFIGURATION), configuration);
}

#[tokio::test(start_paused = true)]
async fn without_a_configuration_a_replica_waits_and_then_goes_on_at_once() {
    let api = Api::new();
    let replica = Replica::start(&api, &clock());
    sleep(10 * MINUTE).await;
    assert!(!replica.is_supplied());
    assert!(
        api.get(SECRET).is_some(),
        "the Secret needs no configuration"
    );
    api.put(CONFIGURATION, configuration());
    sleep(10 * Duration::from_secs(1)).await;
    assert!(replica.is_supplied());
}

#[tokio::test(start_paused = true)]
async fn a_configuration_that_leads_elsewhere_is_left_alone() {
    let api = installed();
    let replica = Replica::start_with(&api, &clock(), own("another.vouchsafe.svc"));
    let before = api.get(CONFIGURATION);
    sleep(10 * MINUTE).await;
    assert!(!replica.is_supplied());
    assert_eq!(api.get(CONFIGURATION), before);
    let failures = replica.metric("cluster_failures_total{task=\"certificate\"}");
    assert_ne!(failures, "0");
}

#[tokio::test(start_paused = true)]
async fn what_is_forbidden_is_tried_again_until_it_is_allowed() {
    for action in [
        "get mutatingwebhookconfigurations",
        "patch mutatingwebhookconfigurations",
    ] {
        let api = installed();
        api.forbid(action);
        let replica = Replica::start(&api, &clock());
        sleep(10 * MINUTE).await;
        assert!(!replica.is_supplied(), "{action}");
        api.allow(action);
        sleep(2 * MINUTE).await;
        assert!(replica.is_supplied(), "{action}");
    }
}

#[tokio::test(start_paused = true)]
async fn watching_is_a_convenience() {
    let api = installed();
    api.forbid("watch mutatingwebhookconfigurations");
    api.forbid("list mutatingwebhookconfigurations");
    let replica = Replica::start(&api, &clock());
    replica.until_supplied().await;
    api.put(CONFIGURATION, configuration());
    assert!(bundle(&api, 0).is_empty());
    until_holds(&api, "the caBundle to be written again", || {
        !bundle(&api, 0).is_empty()
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_api_server_that_is_away_is_waited_for_and_then_found() {
    let api = installed();
    api.set_down(true);
    let clock = clock();
    let replica = Replica::start(&api, &clock);
    sleep(DAY).await;
    assert!(!replica.is_supplied());
    api.set_down(false);
    sleep(2 * MINUTE).await;
    assert!(replica.is_supplied());

    api.set_down(true);
    sleep(DAY / 2).await;
    assert!(replica.is_supplied(), "what is good stays in use");
    sleep(DAY).await;
    assert!(!replica.is_supplied(), "what has ended does not");
    api.set_down(false);
    sleep(2 * MINUTE).await;
    assert!(is_trusted(&api, &replica.leaf().unwrap(), clock.now()));
}

#[tokio::test(start_paused = true)]
async fn a_secret_of_somebody_else_is_not_taken() {
    let api = installed();
    for (extra, allowed) in [
        (
            json!({ "metadata": { "annotations": { "cert-manager.io/certificate-name": "webhook" } } }),
            false,
        ),
        (json!({ "metadata": {}, "immutable": true }), false),
        (
            json!({ "metadata": {}, "data": { "tls.crt": "bm9uZQ==", "tls.key": "bm9uZQ==", "other": "a2VwdA==" } }),
            true,
        ),
    ] {
        api.put(SECRET, extra);
        let before = api.get(SECRET);
        let replica = Replica::start(&api, &clock());
        sleep(MINUTE).await;
        assert_eq!(replica.is_supplied(), allowed);
        assert_eq!(api.get(SECRET) == before, !allowed);
    }
    assert_eq!(secret_data(&api, "other"), b"kept");
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_added_is_certified_and_those_of_older_replicas_stay() {
    let api = installed();
    let clock = clock();
    let old = Replica::start(&api, &clock);
    old.until_supplied().await;
    let new = Replica::start_with(&api, &clock, own(&format!("{HOST},new.vouchsafe.svc")));
    new.until_supplied().await;
    sleep(2 * 60 * MINUTE).await;
    assert_eq!(old.leaf(), new.leaf());
    let other = Replica::start_with(&api, &clock, own("new.vouchsafe.svc"));
    sleep(2 * 60 * MINUTE).await;
    assert_eq!(old.leaf(), new.leaf());
    assert!(is_trusted(&api, &old.leaf().unwrap(), clock.now()));
    assert!(!other.is_supplied(), "no webhook leads to it");
    let secret = api.get(SECRET);
    sleep(DAY / 4).await;
    assert_eq!(api.get(SECRET), secret, "replicas replace each other's");
}
