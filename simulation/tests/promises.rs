//! A small fleet for a quarter of a day with everything that can happen. The curves of the large
//! one are in `docs/scale.md`.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use vouchsafe_simulation::{
    chart, fleet::Fleet, population::Population, report, schedule::Schedule, verdict::Verdict,
};

fn fleet(agents: usize, seed: u64, hours: Option<u64>) -> Fleet {
    let schedule = Schedule::named("quarter", hours).expect("there is such a scenario");
    let population = Population::new(None).expect("the default interval is a good one");
    let mut fleet = Fleet::new(agents, seed, population, schedule);
    fleet.run(|_| ());
    fleet
}

#[test]
fn a_small_fleet_keeps_every_promise() {
    let fleet = fleet(2000, 7, None);
    let verdict = Verdict::of(&fleet);
    let broken: Vec<_> = verdict
        .findings
        .iter()
        .filter(|finding| !finding.kept)
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn what_goes_wrong_is_found() {
    // Cut off before there was a calm time to compare with.
    let fleet = fleet(100, 7, Some(1));
    let verdict = Verdict::of(&fleet);
    assert!(!verdict.is_kept());
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another() {
    let summary = |seed| {
        let fleet = fleet(100, seed, Some(2));
        let verdict = Verdict::of(&fleet);
        let pictures = chart::draw(&fleet.store, verdict.steady);
        (report::json(&fleet, &verdict, 0), pictures)
    };
    assert_eq!(summary(1), summary(1));
    assert_ne!(summary(1), summary(2));
}
