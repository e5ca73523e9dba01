//! More than a year in the life of a webhook.

use std::time::Duration;

use tokio::time::sleep;

use super::fleet::{
    Replica, SECRET, bundle, clock, clock_ahead, distinct, installed, is_trusted, secret_data,
    until_holds, watch_trust,
};
use crate::certificate::bundle::Bundle;

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The days in which something happens to the authorities: the first and the last of its year. In
/// between nobody needs to look on.
const BUSY_DAYS: [std::ops::Range<u32>; 2] = [0..5, 326..342];

#[tokio::test(start_paused = true)]
async fn through_a_year_of_restarts_everything_served_is_trusted() {
    let api = installed();
    api.set_patient();
    let clock = clock();
    let mut authorities = vec![];
    let mut day = 0;
    for days in BUSY_DAYS {
        sleep(DAY * (days.start - day)).await;
        let mut replicas = Vec::new();
        let mut looks = Vec::new();
        for _ in 0..3 {
            let replica = Replica::start(&api, &clock);
            looks.push(watch_trust(&api, &clock, &replica.view));
            replicas.push(replica);
        }
        for replica in &replicas {
            replica.until_supplied().await;
        }
        day = days.end;
        for day in days {
            sleep(DAY).await;
            if fastrand::u8(..) < 100 {
                let replica = Replica::start(&api, &clock);
                looks.push(watch_trust(&api, &clock, &replica.view));
                replica.until_supplied().await;
                replicas[fastrand::usize(..3)] = replica;
            }
            for replica in &replicas {
                let leaf = replica.leaf().unwrap();
                assert!(is_trusted(&api, &leaf, clock.now()), "day {day}");
            }
            let authority = secret_data(&api, "ca.crt");
            if authorities.last() != Some(&authority) {
                authorities.push(authority);
            }
            assert!(bundle(&api, 0).len() <= 2, "day {day}");
        }
        drop(replicas);
        for look in looks {
            look.await.unwrap();
        }
    }
    assert_eq!(authorities.len(), 2, "it was replaced once");
    assert_eq!(bundle(&api, 0), Bundle::read(authorities.last().unwrap()));
}

#[tokio::test(start_paused = true)]
async fn a_successor_is_announced_for_a_week_before_it_signs() {
    let api = installed();
    api.set_patient();
    let clock = clock();
    let replica = Replica::start(&api, &clock);
    replica.until_supplied().await;
    let first = secret_data(&api, "ca.crt");
    drop(replica);
    sleep(326 * DAY).await;
    let _replica = Replica::start(&api, &clock);
    until_holds(&api, "a successor", || bundle(&api, 0).len() == 2).await;
    let announced = clock.now();
    assert_eq!(secret_data(&api, "ca.crt"), first);
    let successor = secret_data(&api, "next-ca.crt");
    assert!(bundle(&api, 0).holds_all(&Bundle::read(&successor)));
    until_holds(&api, "the successor to sign", || {
        secret_data(&api, "ca.crt") == successor
    })
    .await;
    assert!(clock.now() - announced >= 6 * 24 * 60 * 60);
    assert_eq!(bundle(&api, 0).len(), 2, "the first is still trusted");
    sleep(2 * HOUR).await;
    assert_eq!(bundle(&api, 0).len(), 2, "the first is still trusted");
    sleep(DAY).await;
    assert_eq!(bundle(&api, 0), Bundle::read(&successor));
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_was_deleted_is_made_anew_and_no_admission_fails() {
    let api = installed();
    api.set_patient();
    let clock = clock();
    let replicas: Vec<_> = (0..3).map(|_| Replica::start(&api, &clock)).collect();
    let looks: Vec<_> = replicas
        .iter()
        .map(|replica| watch_trust(&api, &clock, &replica.view))
        .collect();
    for replica in &replicas {
        replica.until_supplied().await;
    }
    let before = replicas[0].leaf();
    sleep(3 * DAY).await;
    api.delete(SECRET);
    sleep(2 * HOUR).await;
    assert_eq!(distinct(&replicas), 1);
    assert_ne!(replicas[0].leaf(), before);
    assert_eq!(bundle(&api, 0).len(), 2, "the old one is still trusted");
    sleep(3 * DAY).await;
    assert_eq!(bundle(&api, 0).len(), 1, "the old one is no longer trusted");
    assert!(looks.iter().all(|look| !look.is_finished()));
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_was_off_for_years_starts_over() {
    let api = installed();
    api.set_patient();
    let clock = clock();
    let replica = Replica::start(&api, &clock);
    replica.until_supplied().await;
    drop(replica);
    sleep(800 * DAY).await;
    let replica = Replica::start(&api, &clock);
    replica.until_supplied().await;
    assert!(is_trusted(&api, &replica.leaf().unwrap(), clock.now()));
    assert_eq!(bundle(&api, 0).len(), 1, "what has ended is removed");
}

#[tokio::test(start_paused = true)]
async fn replicas_with_wrong_clocks_do_not_argue() {
    let api = installed();
    api.set_patient();
    let right = clock();
    let hours = 60 * 60;
    let clocks = [
        right.clone(),
        clock_ahead(-20 * hours),
        clock_ahead(20 * hours),
    ];
    let replicas: Vec<_> = clocks
        .iter()
        .map(|clock| Replica::start(&api, clock))
        .collect();
    for replica in &replicas {
        replica.until_supplied().await;
    }
    api.take_requests();
    sleep(10 * DAY).await;
    let written = api
        .take_requests()
        .iter()
        .filter(|request| request.starts_with("update") || request.starts_with("patch"))
        .count();
    // The one that is ahead renews every 16 hours, and nobody else.
    assert!(written <= 20, "{written}");
    for replica in &replicas {
        assert!(is_trusted(&api, &replica.leaf().unwrap(), right.now()));
    }
}
