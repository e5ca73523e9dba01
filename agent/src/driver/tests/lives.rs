//! What goes over from one life to the next, and clocks that are set.

use super::*;
use crate::{
    plan::SecretIndex,
    state::{SavedSecret, SavedToken, State},
    store::Lifetime,
};

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test(start_paused = true)]
async fn what_is_over_is_not_kept_beside_what_took_its_place() {
    let bench = Bench::new();
    let files = json!([file("a"), file("b")]);
    let lease = TokenLease {
        duration: DAY,
        renewable: true,
    };
    let before = State {
        tokens: vec![Some(SavedToken {
            token: SecretString::from("t0"),
            age: 5 * SECOND,
            lease,
            full: DAY,
        })],
        secrets: vec![SavedSecret {
            store: StoreIndex(0),
            dependency: Dependency::Read {
                path: "a".to_owned(),
            },
            age: 5 * SECOND,
            lifetime: Lifetime::Expires { after: SECOND },
            reply: Reply {
                body: Zeroizing::new(br#"{"data":{"value":"old"}}"#.to_vec()),
                layout: Layout::Plain,
            },
        }],
    };
    let config = bench.config(&files);
    std::fs::create_dir(bench.directory.path().join("run")).unwrap();
    StateFile::new(&config).save(&before).unwrap();
    bench.world.lock().unwrap().latency = 20 * SECOND;
    // It ends before `b` is there, so before it is clear that nobody needs what is left.
    let (_wishes, inbox) = mpsc::channel(1);
    let driver = bench.driver(Mode::HandOver, &files).limited(30 * SECOND);
    assert_eq!(driver.run(inbox).await.unwrap(), ExitCode::FAILURE);
    assert_eq!(bench.log(), ["adopt t0", "ask a", "ask b"]);
    let left = StateFile::new(&config).load().unwrap();
    let kept: Vec<_> = left.secrets.iter().map(|saved| saved.lifetime).collect();
    assert_eq!(kept, [Lifetime::Unlimited]);
}

#[tokio::test(start_paused = true)]
async fn a_wall_clock_that_is_set_ahead_is_noticed_however_busy_the_agent_is() {
    let bench = Bench::new();
    let mut driver = bench.driver(Mode::Stay, &json!([file("a")]));
    let store = StoreIndex(0);
    let lease = TokenLease {
        duration: DAY,
        renewable: true,
    };
    let read = Event::Read {
        secret: SecretIndex(0),
        changed: true,
        lifetime: Lifetime::Expires { after: DAY },
    };
    for event in [Event::Tick, Event::LoggedIn { store, lease }, read] {
        assert!(driver.step(event).is_ok());
    }
    let due = |driver: &Driver<Fake>| {
        let view = driver.lifecycle.secrets().next().unwrap();
        view.next.unwrap().1.0
    };
    let before = due(&driver);
    driver.clock.pretend_set_ahead(10 * 3600 * SECOND);
    // No timer went off.
    assert!(driver.step(Event::CommandEnded).is_ok());
    let sooner = before.saturating_sub(due(&driver));
    assert!(sooner.abs_diff(10 * 3600 * SECOND) < SECOND, "{sooner:?}");
}
