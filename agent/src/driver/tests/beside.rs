//! Much that is read at once.

use super::*;

fn many() -> Value {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    names.iter().map(|name| file(name)).collect()
}

#[tokio::test(start_paused = true)]
async fn many_secrets_are_read_in_less_time_than_one_by_one_and_each_once() {
    let mut bench = Bench::new();
    bench.world.lock().unwrap().latency = 5 * SECOND;
    let running = bench.start(&many());
    beside(running, async {
        let started = Instant::now();
        while !bench.is_there("secrets/h") {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let taken = started.elapsed();
        // One, and seven by threes.
        assert!((20 * SECOND..21 * SECOND).contains(&taken), "{taken:?}");
    })
    .await;
    let mut asked = bench.log();
    asked.retain(|line| line.starts_with("ask"));
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), 8);
}

#[tokio::test(start_paused = true)]
async fn after_another_login_nobody_asks_with_the_token_before() {
    let mut bench = Bench::new();
    bench.world.lock().unwrap().latency = 5 * SECOND;
    let running = bench.start(&many());
    beside(running, async {
        bench.wait_log("ask d").await;
        bench.world.lock().unwrap().refuses_token = true;
        bench.wait_count("login", 2).await;
        let started = Instant::now();
        while !bench.is_there("secrets/h") {
            tokio::time::sleep(Duration::from_millis(1)).await;
            assert!(started.elapsed() < 600 * SECOND, "{:?}", bench.log());
        }
    })
    .await;
    let used = bench.world.lock().unwrap().used.clone();
    for (logins, token) in &used {
        assert_eq!(*token, format!("t{logins}"));
    }
    assert!(used.iter().any(|(logins, _)| *logins == 1));
    assert!(used.iter().any(|(logins, _)| *logins == 2));
}

#[tokio::test(start_paused = true)]
async fn connections_beside_the_stores_own_last_until_all_is_rendered() {
    let bench = Bench::new();
    bench.world.lock().unwrap().latency = 5 * SECOND;
    let mut driver = bench.driver(Mode::Stay, &many());
    // Each client has the world, and so does the test.
    let clients = || Arc::strong_count(&bench.world) - 1;
    let mut most = 0;
    let mut event = Event::Tick;
    while !driver.lifecycle.is_rendered() {
        assert!(driver.step(event).is_ok());
        most = most.max(clients());
        event = match driver.tasks.join_next().await {
            Some(done) => driver.done(done.unwrap()),
            None => Event::Tick,
        };
    }
    assert!(driver.step(event).is_ok());
    // The store's own, and one that is there to be copied.
    assert_eq!((most, clients()), (4, 2));
}
