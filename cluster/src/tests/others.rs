//! Beside others who write the same objects.

use std::{fs::File, io::Write as _, time::Duration};

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};
use tempfile::TempDir;
use tokio::time::sleep;

use super::fleet::{
    CONFIGURATION, HOST, Replica, SECRET, bundle, bundle_text, clock, installed, is_trusted,
    set_bundle, until_holds,
};
use crate::{
    certificate::bundle::Bundle,
    options::{AuthorityFile, Certificate, hosts},
};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn authority(end: i32) -> String {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.not_before = date_time_ymd(2020, 1, 1);
    parameters.not_after = date_time_ymd(end, 1, 1);
    let key = KeyPair::generate().unwrap();
    parameters.self_signed(&key).unwrap().pem()
}

#[tokio::test(start_paused = true)]
async fn the_authority_of_the_injector_before_stays_trusted_for_a_rollout() {
    let api = installed();
    let old = authority(2036);
    set_bundle(&api, &format!("{old}{}", authority(2025)));
    let clock = clock();
    let replica = Replica::start(&api, &clock);
    replica.until_supplied().await;
    let old = Bundle::read(old.as_bytes());
    assert!(bundle(&api, 0).holds_all(&old));
    assert_eq!(bundle(&api, 0).len(), 2, "what has ended is removed");
    sleep(DAY).await;
    assert!(bundle(&api, 0).holds_all(&old));
    sleep(3 * DAY).await;
    assert_eq!(bundle(&api, 0).len(), 1);
    assert!(is_trusted(&api, &replica.leaf().unwrap(), clock.now()));
}

#[tokio::test(start_paused = true)]
async fn a_bundle_that_somebody_empties_or_spoils_is_mended_at_once() {
    let api = installed();
    let clock = clock();
    let replica = Replica::start(&api, &clock);
    replica.until_supplied().await;
    for text in ["", "no certificate", &authority(2036)] {
        set_bundle(&api, text);
        sleep(Duration::from_secs(10)).await;
        assert!(is_trusted(&api, &replica.leaf().unwrap(), clock.now()));
    }
}

#[tokio::test(start_paused = true)]
async fn somebody_who_insists_on_an_authority_is_not_argued_with() {
    let api = installed();
    let replica = Replica::start(&api, &clock());
    replica.until_supplied().await;
    sleep(4 * DAY).await;
    let theirs = authority(2036);
    let theirs_alone = Bundle::read(theirs.as_bytes());
    // As the original injector does: the last of what is there, and its own.
    let insisting = {
        let (api, theirs) = (api.clone(), theirs.clone());
        async move {
            let mut changes = api.changes();
            loop {
                if !bundle(&api, 0).holds_all(&theirs_alone) {
                    let ours = String::from_utf8(bundle_text(&api, 0)).unwrap();
                    set_bundle(&api, &format!("{ours}{theirs}"));
                }
                changes.changed().await.unwrap();
            }
        }
    };
    let insisting = tokio::spawn(insisting);
    api.take_requests();
    sleep(DAY).await;
    let patches = api
        .take_requests()
        .iter()
        .filter(|request| request.starts_with("patch"))
        .count();
    assert!(patches <= 25, "{patches}");
    insisting.abort();
}

#[tokio::test(start_paused = true)]
async fn a_bundle_does_not_grow_without_end() {
    let api = installed();
    let clock = clock();
    let replica = Replica::start(&api, &clock);
    replica.until_supplied().await;
    for _ in 0..3 {
        let mut others: Vec<_> = (0..500).map(|_| authority(2036)).collect();
        set_bundle(&api, &others.concat());
        sleep(Duration::from_secs(10)).await;
        let newest = others.split_off(300).concat();
        assert!(bundle(&api, 0).holds_all(&Bundle::read(newest.as_bytes())));
        assert!(is_trusted(&api, &replica.leaf().unwrap(), clock.now()));
        assert!(bundle_text(&api, 0).len() < 193 * 1024);
    }
}

#[tokio::test(start_paused = true)]
async fn an_authority_in_a_file_is_announced_and_followed() {
    let api = installed();
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("ca.crt");
    let write = |text: &str| {
        File::create(&path)
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
    };
    let certificate = Certificate::File(AuthorityFile {
        configuration: "vouchsafe".to_owned(),
        hosts: hosts(HOST).unwrap(),
        path: path.clone(),
    });
    let replica = Replica::start_with(&api, &clock(), certificate);
    replica.until_supplied().await;
    assert!(replica.leaf().is_none());
    sleep(MINUTE).await;
    assert_ne!(
        replica.metric("cluster_failures_total{task=\"certificate\"}"),
        "0"
    );
    for _ in 0..3 {
        let pem = authority(2036);
        write(&pem);
        let wanted = Bundle::read(pem.as_bytes());
        sleep(2 * MINUTE).await;
        assert!(bundle(&api, 0).holds_all(&wanted));
        assert_eq!(bundle(&api, 0), bundle(&api, 2));
        set_bundle(&api, "");
        sleep(MINUTE / 6).await;
        assert_eq!(bundle(&api, 0), wanted);
        let before = api.get(CONFIGURATION);
        // Not when everything is looked at anyway.
        sleep(DAY + 10 * MINUTE).await;
        assert_eq!(api.get(CONFIGURATION), before);
        write("spoilt");
        sleep(2 * MINUTE).await;
        assert_eq!(api.get(CONFIGURATION), before);
    }
    assert!(api.get(SECRET).is_none());
    assert!(
        api.take_requests()
            .iter()
            .all(|request| !request.contains("secrets"))
    );
    until_holds(&api, "nothing more", || true).await;
}

#[tokio::test(start_paused = true)]
async fn replicas_that_read_other_files_all_announce_theirs_and_fail_at_nothing() {
    let api = installed();
    let clock = clock();
    let directory = TempDir::new().unwrap();
    let mut wanted = String::new();
    let mut replicas = Vec::new();
    for number in 0..8 {
        let path = directory.path().join(number.to_string());
        let pem = authority(2036);
        let mut file = File::create(&path).unwrap();
        file.write_all(pem.as_bytes()).unwrap();
        wanted += &pem;
        let certificate = Certificate::File(AuthorityFile {
            configuration: "vouchsafe".to_owned(),
            hosts: hosts(HOST).unwrap(),
            path,
        });
        replicas.push(Replica::start_with(&api, &clock, certificate));
    }
    let wanted = Bundle::read(wanted.as_bytes());
    until_holds(&api, "all authorities", || {
        bundle(&api, 0).holds_all(&wanted)
    })
    .await;
    sleep(MINUTE).await;
    for replica in &replicas {
        let failures = replica.metric("cluster_failures_total{task=\"certificate\"}");
        assert_eq!(failures, "0");
    }
    // All are told of each change; nobody has anything to add.
    api.take_requests();
    sleep(MINUTE).await;
    let requests = api.take_requests();
    assert!(
        requests.iter().all(|request| request.starts_with("watch")),
        "{requests:?}"
    );
}
