//! Of volumes that change together.

use std::io::Write;

use super::*;

/// Two volumes whose files share a bundle and show a file beside the agent.
fn shared(bench: &Bench, change: impl FnOnce(&mut AgentConfig)) -> AgentConfig {
    let template = format!("{{{{ file {:?} }}}}", bench.directory.path().join("source"));
    let file = |name: &str, volume: usize| {
        let source = json!({ "template": template });
        json!({ "name": name, "volume": volume, "store": "vault", "source": source, "bundle": "x" })
    };
    let mut config = bench.config(&json!([]));
    let mut second = config.volumes[0].clone();
    second.path.push_str("-1");
    config.volumes.push(second);
    config.files = serde_json::from_value(json!([file("a", 0), file("b", 1)])).unwrap();
    let touch = json!([{ "on": ["b"], "touch": { "path": bench.directory.path().join("told") } }]);
    config.reload = serde_json::from_value(touch).unwrap();
    change(&mut config);
    config
}

fn write(bench: &Bench, content: &str) {
    let mut file = std::fs::File::create(bench.directory.path().join("source")).unwrap();
    file.write_all(content.as_bytes()).unwrap();
}

/// How many generations each of the volumes has.
fn generations(bench: &Bench) -> [usize; 2] {
    ["secrets", "secrets-1"].map(|volume| {
        let Ok(entries) = std::fs::read_dir(bench.directory.path().join(volume)) else {
            return 0;
        };
        let names = entries.map(|entry| entry.unwrap().file_name());
        let names = names.map(|name| name.into_string().unwrap());
        names.filter(|name| name.starts_with("..2")).count()
    })
}

fn shown(bench: &Bench) -> [Option<String>; 2] {
    ["secrets/a", "secrets-1/b"]
        .map(|file| std::fs::read_to_string(bench.directory.path().join(file)).ok())
}

async fn wait_shown(bench: &Bench, content: &str) {
    let wait = async {
        while shown(bench) != [Some(content.to_owned()), Some(content.to_owned())] {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let waited = timeout(60 * SECOND, wait).await;
    assert!(waited.is_ok(), "{:?} and not {content}", shown(bench));
}

/// One life to the end of its work.
async fn once(bench: &Bench, config: AgentConfig) -> ExitCode {
    let (_wishes, inbox) = mpsc::channel(1);
    let driver = bench.driver_of(Mode::Once, config).limited(10 * SECOND);
    driver.run(inbox).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_was_there_before_stays_for_its_time_in_all_volumes_and_goes_from_all() {
    let mut bench = Bench::new();
    write(&bench, "1");
    let config = shared(&bench, |config| {
        for volume in &mut config.volumes {
            volume.keep_previous = Some("60s".parse().unwrap());
        }
    });
    let driver = bench.driver_of(Mode::Stay, config);
    let inbox = bench.inbox.take().unwrap();
    let running = async { driver.run(inbox).await.unwrap() };
    beside(running, async {
        for content in ["1", "2", "3"] {
            write(&bench, content);
            wait_shown(&bench, content).await;
        }
        let changed = Instant::now();
        assert_eq!(generations(&bench), [3, 3]);
        let gone = async {
            while generations(&bench) != [1, 1] {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        assert!(timeout(600 * SECOND, gone).await.is_ok(), "they stay");
        let after = changed.elapsed();
        assert!((59 * SECOND..61 * SECOND).contains(&after), "{after:?}");
        wait_shown(&bench, "3").await;
    })
    .await;
}

#[tokio::test]
async fn a_set_of_which_one_volume_was_not_told_of_is_told_again() {
    for (forgotten, told) in [
        (None, false),
        (Some("run/told-0"), true),
        (Some("run/told-1"), true),
    ] {
        let bench = Bench::new();
        write(&bench, "1");
        assert_eq!(
            once(&bench, shared(&bench, |_| {})).await,
            ExitCode::SUCCESS
        );
        assert!(!bench.is_there("told"), "the first rendering");
        if let Some(forgotten) = forgotten {
            std::fs::remove_file(bench.directory.path().join(forgotten)).unwrap();
        }
        assert_eq!(
            once(&bench, shared(&bench, |_| {})).await,
            ExitCode::SUCCESS
        );
        assert_eq!(bench.is_there("told"), told, "{forgotten:?}");
    }
}

#[tokio::test]
async fn a_set_is_ready_once_all_its_volumes_are() {
    let bench = Bench::new();
    write(&bench, "1");
    for [first, second] in [[false, false], [true, false], [false, true], [true, true]] {
        let config = shared(&bench, |_| {});
        assert_eq!(once(&bench, config.clone()).await, ExitCode::SUCCESS);
        for (stays, volume) in [(first, "secrets"), (second, "secrets-1")] {
            if !stays {
                std::fs::remove_dir_all(bench.directory.path().join(volume)).unwrap();
            }
        }
        let driver = bench.driver_of(Mode::Stay, config);
        assert_eq!(driver.lifecycle.is_ready(), first && second);
    }
}

#[tokio::test]
async fn the_volumes_of_a_set_are_swapped_in_their_order() {
    let bench = Bench::new();
    write(&bench, "1");
    // By its name the first one takes the second for a leftover of its own, and removes it when it
    // is swapped: what is swapped after that fails.
    let inside = |first: usize, second: usize| {
        shared(&bench, |config| {
            config.volumes[second].path = format!("{}/..1", config.volumes[first].path);
        })
    };
    assert_eq!(once(&bench, inside(0, 1)).await, ExitCode::FAILURE);
    assert!(shown(&bench)[0].is_some());
}
