//! Of what the store tells by itself.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_change_that_the_store_tells_of_is_looked_at_at_once() {
    let mut bench = Bench::new();
    bench.world.lock().unwrap().watching = Some(Ok(()));
    let running = bench.start(&json!([file("a"), file("b")]));
    beside(running, async {
        bench.wait_count("ask b", 1).await;
        bench.wait_log("subscribe t1").await;
        let told = Instant::now();
        assert!(bench.tell("nobody's") && bench.tell("b"));
        bench.wait_count("ask b", 2).await;
        assert!(told.elapsed() <= 2 * SECOND + SECOND / 10);
        assert_eq!(bench.count("ask a"), 1);
        // The intervals go on.
        bench.wait_count("ask b", 3).await;
        assert!(told.elapsed() > 9 * SECOND);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_tells_of_nothing_is_not_asked_again_with_the_same_token() {
    let mut bench = Bench::new();
    let (code, whose) = (Code::SecretNotFound, Whose::User);
    let refused = Fault::new(code, whose, Retry::Rarely, "unsupported path");
    bench.world.lock().unwrap().watching = Some(Err(refused));
    let running = bench.start(&json!([file("a")]));
    beside(running, async {
        bench.wait_count("ask a", 50).await;
        assert_eq!(bench.count("subscribe t1"), 1);
        bench.world.lock().unwrap().refuses_token = true;
        bench.wait_count("subscribe t2", 1).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_breaks_is_renewed() {
    let mut bench = Bench::new();
    bench.world.lock().unwrap().watching = Some(Ok(()));
    let running = bench.start(&json!([file("a")]));
    beside(running, async {
        bench.wait_count("subscribe t1", 1).await;
        bench.wait_count("ask a", 1).await;
        bench.world.lock().unwrap().told = None;
        bench.wait_count("subscribe t1", 2).await;
        let told = Instant::now();
        assert!(bench.tell("a"));
        bench.wait_count("ask a", 2).await;
        assert!(told.elapsed() <= 2 * SECOND + SECOND / 10);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn another_token_has_a_subscription_of_its_own() {
    let mut bench = Bench::new();
    bench.world.lock().unwrap().watching = Some(Ok(()));
    let running = bench.start(&json!([file("a")]));
    beside(running, async {
        bench.wait_count("subscribe t1", 1).await;
        let before = bench.world.lock().unwrap().told.clone().unwrap();
        bench.world.lock().unwrap().refuses_token = true;
        bench.wait_count("subscribe t2", 1).await;
        assert!(timeout(SECOND, before.closed()).await.is_ok());
        assert!(bench.tell("a"));
        assert_eq!(bench.count("subscribe t1"), 1);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn who_ends_after_the_first_rendering_hears_of_no_changes() {
    let bench = Bench::new();
    bench.world.lock().unwrap().watching = Some(Ok(()));
    let (_wishes, inbox) = mpsc::channel(1);
    let code = bench.driver(Mode::HandOver, &json!([file("a")])).run(inbox);
    assert_eq!(code.await.unwrap(), ExitCode::SUCCESS);
    assert_eq!(bench.log(), ["login", "ask a"]);
}

#[tokio::test(start_paused = true)]
async fn the_last_words_of_a_subscription_that_was_replaced_mean_nothing() {
    let bench = Bench::new();
    bench.world.lock().unwrap().watching = Some(Ok(()));
    let mut driver = bench.driver(Mode::Stay, &json!([file("a")]));
    let store = StoreIndex(0);
    driver.stores[0].own().unwrap().token = Some(SecretString::from("t0"));
    let mut events = Vec::new();
    for is_replaced in [true, false] {
        driver.prepare_watch(store);
        driver.watches.begin(store);
        let report = driver.watches.report().await.unwrap();
        if is_replaced {
            driver.prepare_watch(store);
        }
        events.push(driver.reported(report));
    }
    assert_eq!(events, [Event::Tick, Event::WatchBegan { store }]);
}
