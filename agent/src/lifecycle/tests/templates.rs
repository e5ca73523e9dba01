//! What templates need is learnt as they run.

use std::cell::Cell;

use super::{
    world::{self, Issued, read},
    *,
};

/// One volume with a plain file and a template.
fn world(template: world::Template, seed: u64) -> World {
    let mut plan = plan(2, "60s", false);
    plan.files[1].secret = None;
    let mut world = World::new(plan, seed);
    world.templates.insert(1, template);
    world
}

fn index(world: &World, path: &str) -> Option<usize> {
    let found = world.lifecycle.demand().find(StoreIndex(0), &read(path));
    found.map(|index| index.0)
}

fn reads_of(world: &World, index: usize) -> usize {
    let is_read = |action: &Action| *action == Action::Read(SecretIndex(index));
    world.times(is_read).len()
}

#[test]
fn a_template_tells_what_it_needs_before_anything_was_read() {
    let mut world = world(
        |ask| {
            ask("a");
            ask("b");
        },
        1,
    );
    world.run_for(SECOND);
    assert!(world.lifecycle.is_ready());
    assert_eq!((world.logins().len(), world.reads().len()), (1, 3));
    // Once to learn, once for good.
    assert_eq!(world.renders().len(), 2);
    assert!(world.reloads().is_empty());
}

#[test]
fn a_secret_that_several_files_need_is_read_once() {
    let mut world = world(
        |ask| {
            ask("secret/0");
        },
        2,
    );
    world.run_for(SECOND);
    assert_eq!(world.reads().len(), 1);
}

#[test]
fn what_a_secret_leads_to_is_read_then() {
    let mut world = world(
        |ask| {
            if ask("a").is_some() && ask("b").is_some() {
                ask("c");
            }
        },
        3,
    );
    world.run_for(SECOND);
    assert!(world.lifecycle.is_ready());
    assert_eq!(world.reads().len(), 4);
}

#[test]
fn what_no_template_needs_any_more_is_not_read_any_more() {
    let mut world = world(
        |ask| {
            if ask("a") == Some(1) {
                ask("old");
            } else {
                ask("new");
            }
        },
        4,
    );
    world.run_for(300 * SECOND);
    let (a, old) = (index(&world, "a").unwrap(), index(&world, "old").unwrap());
    world.versions[a] = 2;
    world.run_for(100 * SECOND);
    assert_eq!(index(&world, "old"), None);
    let before = reads_of(&world, old);
    let new = index(&world, "new").unwrap();
    world.run_for(600 * SECOND);
    assert_eq!(reads_of(&world, old), before);
    assert!(reads_of(&world, new) > 5);
    // An index that is free is given to the next.
    world.versions[a] = 1;
    world.run_for(100 * SECOND);
    assert_eq!(index(&world, "old"), Some(old));
    assert!(world.lifecycle.demand().secrets().count() == 3);
}

#[test]
fn a_run_that_lacks_something_gives_nothing_up() {
    // While `a` is read anew the first time, the template does not get to `lease`.
    let mut world = world(
        |ask| {
            if ask("a").is_some_and(|version| version < 2 || ask("b").is_some()) {
                ask("lease");
            }
        },
        5,
    );
    world
        .issued
        .insert(2, Issued::new(3600, u64::MAX / 2, true));
    world.run_for(100 * SECOND);
    assert_eq!(index(&world, "lease"), Some(2));
    let a = index(&world, "a").unwrap();
    world.versions[a] = 2;
    world.run_for(100 * SECOND);
    assert!(index(&world, "b").is_some());
    assert_eq!(world.issued[&2].issues.len(), 1);
}

#[test]
fn a_secret_that_is_not_there_keeps_the_pod_waiting() {
    let mut world = world(
        |ask| {
            ask("a");
        },
        6,
    );
    let missing = fault(Code::SecretNotFound, Whose::User, Retry::Rarely);
    world.broken.insert(1, missing);
    world.run_for(600 * SECOND);
    assert!(!world.lifecycle.is_ready());
    assert!(world.renders().len() < 3, "{}", world.renders().len());
    world.broken.clear();
    world.run_for(61 * SECOND);
    assert!(world.lifecycle.is_ready());
}

#[test]
fn a_new_need_that_is_not_there_does_not_hold_back_other_files() {
    let mut world = world(
        |ask| {
            if ask("a") == Some(2) {
                ask("b");
            }
        },
        7,
    );
    world.run_for(10 * SECOND);
    let a = index(&world, "a").unwrap();
    let missing = fault(Code::SecretNotFound, Whose::User, Retry::Rarely);
    world.broken.insert(2, missing);
    world.versions[a] = 2;
    world.run_for(100 * SECOND);
    world.versions[0] = 5;
    world.run_for(100 * SECOND);
    assert_eq!(world.rendered[0], 5);
}

/// Asks for something else whenever it runs.
fn endless(ask: &mut dyn FnMut(&str) -> Option<u64>) {
    thread_local! {
        static RUNS: Cell<u32> = const { Cell::new(0) };
    }
    RUNS.set(RUNS.get() + 1);
    ask(&format!("endless/{}", RUNS.get()));
}

/// A plain file and a good template, which is there; then another template has no end.
fn beside_an_endless_one() -> World {
    let mut plan = plan(3, "60s", false);
    plan.files[1].secret = None;
    plan.files[2].secret = None;
    let mut world = World::new(plan, 9);
    world.templates.insert(1, |ask| {
        ask("x");
    });
    world.templates.insert(2, |ask| {
        if ask("a").is_some_and(|version| version < 2 || ask("b").is_some()) {
            ask("lease");
        }
    });
    world.run_for(SECOND);
    let lease = index(&world, "lease").unwrap();
    assert!(world.lifecycle.is_ready() && world.seen[lease] > 0);
    world
        .issued
        .insert(lease, Issued::new(36000, u64::MAX / 2, true));
    // So that what is issued from now on shows.
    world.send(Event::LoggedIn {
        store: StoreIndex(0),
        lease: world.token,
    });
    world.send(Event::RefreshRequested);
    world.run_for(100 * SECOND);
    world.templates.insert(1, endless);
    world.versions[0] += 1;
    world.run_for(100 * SECOND);
    assert!(world.lifecycle.is_endless(FileIndex(1)));
    assert!(!world.lifecycle.is_endless(FileIndex(2)));
    world
}

#[test]
fn a_template_without_end_does_not_hold_back_other_files() {
    let mut world = beside_an_endless_one();
    let subjects: Vec<_> = world.lifecycle.faults().map(|fault| fault.0).collect();
    assert_eq!(subjects, [Subject::Set(SetIndex(0))]);
    for version in 10..20 {
        world.versions[0] = version;
        world.run_for(70 * SECOND);
        assert_eq!(world.rendered[0], version);
    }
    let before = world.reads().len();
    world.run_for(3600 * SECOND);
    let reads = world.reads().len() - before;
    // A look a minute at each of three, and what the one without end asks for.
    assert!((200..=480).contains(&reads), "{reads} reads in an hour");
    assert!(world.lifecycle.demand().secrets().count() <= 5);
    world.templates.insert(1, |ask| {
        ask("x");
    });
    world.run_for(61 * SECOND);
    assert!(world.lifecycle.faults().next().is_none());
}

#[test]
fn a_template_without_end_does_not_make_others_give_up_what_they_need() {
    let mut world = beside_an_endless_one();
    let (a, lease) = (index(&world, "a").unwrap(), index(&world, "lease").unwrap());
    let issued = |world: &World| {
        world
            .issued
            .get(&lease)
            .map_or(0, |issued| issued.issues.len())
    };
    let before = issued(&world);
    for version in 2..20 {
        // Each time `b` has yet to be learnt.
        world.versions[a] = version;
        world.run_for(70 * SECOND);
        world.versions[a] = 1;
        world.run_for(70 * SECOND);
    }
    assert_eq!(index(&world, "lease"), Some(lease));
    assert_eq!(issued(&world), before);
}

#[test]
fn a_template_without_secrets_needs_no_store() {
    let mut plan = plan(1, "60s", false);
    plan.files[0].secret = None;
    let mut world = World::new(plan, 8);
    world.templates.insert(0, |_| {});
    world.outage = Some((Moment::default(), Moment(Duration::MAX)));
    world.run_for(SECOND);
    assert!(world.lifecycle.is_ready());
}
