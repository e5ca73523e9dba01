use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use serde_json::json;
use vouchsafe_tests::{agent::Agent, wait};

use crate::ready_namespace;

const KILLS: usize = 60;

/// What a kill between the swap and the reload leaves: new files that nobody was told of.
#[test]
fn an_agent_that_died_before_it_could_tell_tells_in_its_next_life() {
    let (namespace, vault) = ready_namespace("untold");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "password": "x" }));
    let source = json!({ "secret": format!("secret/data/{role}"), "format": "json" });
    let application = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = application.local_addr().unwrap().port();
    let files = json!([{ "name": "x", "source": source }]);
    let mut agent = Agent::new(&vault, role, role, &files, |config| {
        let http = json!({ "method": "POST", "port": port, "path": "/-/reload" });
        config["reload"] = json!([{ "on": ["x"], "http": http }]);
    });
    let record = agent.path("run").join("told-0");
    let recorded = || {
        wait::until(Duration::from_secs(20), "the record", || {
            std::fs::read(&record)
        })
    };
    agent.start();
    recorded();
    agent.kill();
    // An agent that did tell says nothing more.
    agent.start();
    wait::until(Duration::from_secs(20), "a rendering", || {
        match agent.metric("vouchsafe_agent_renders_total{result=\"success\"}")? {
            0 => Err("none".to_owned()),
            _ => Ok(()),
        }
    });
    agent.signal("TERM");
    agent.wait_end(Duration::from_secs(10));
    application.set_nonblocking(true).unwrap();
    assert!(application.accept().is_err());

    std::fs::remove_file(&record).unwrap();
    agent.start();
    let (mut stream, _) = wait::until(Duration::from_secs(20), "the reload", || {
        application.accept()
    });
    let mut request = [0; 4];
    stream.set_nonblocking(false).unwrap();
    stream.read_exact(&mut request).unwrap();
    assert_eq!(&request, b"POST");
    stream
        .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
        .unwrap();
    recorded();
    let sent = agent.metric("vouchsafe_agent_reloads_total{kind=\"http\",result=\"success\"}");
    assert_eq!(sent, Ok(1));
}

/// The shipped agent, killed at random moments while secrets rotate as fast as Vault takes them:
/// whoever reads sees whole files of one generation, before, between and after.
#[test]
fn an_agent_killed_at_random_moments_leaves_whole_files_of_one_generation() {
    let (namespace, vault) = ready_namespace("sigkill");
    let role = namespace.name.as_str();
    let value = |version: usize| format!("{version:08}").repeat(512);
    vault.put(role, &json!({ "one": value(0), "two": value(0) }));
    let file = |key: &str| json!({ "name": key, "source": { "secret": format!("secret/data/{role}"), "format": "raw", "key": key } });
    let files = json!([file("one"), file("two")]);
    let mut agent = Agent::new(&vault, role, role, &files, |config| {
        config["refresh"] = json!({ "interval": "1ms" });
    });
    agent.start();
    agent.wait_file("two", value(0).as_bytes(), Duration::from_secs(20));
    let (done, versions, reads) = (
        AtomicBool::new(false),
        AtomicUsize::new(0),
        AtomicUsize::new(0),
    );
    let data = agent.path("secrets").join("..data");
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let version = versions.fetch_add(1, Ordering::Relaxed) + 1;
                vault.put(
                    role,
                    &json!({ "one": value(version), "two": value(version) }),
                );
            }
        });
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                // The link is there at all times; what it leads to may be gone by now.
                let generation = data.with_file_name(std::fs::read_link(&data).unwrap());
                let both =
                    ["one", "two"].map(|name| std::fs::read_to_string(generation.join(name)));
                // A generation that was replaced twice in between is gone, which is no lie.
                let [Ok(one), Ok(two)] = both else { continue };
                assert_eq!(one, two);
                assert_eq!(one, one[..8].repeat(512));
                reads.fetch_add(1, Ordering::Relaxed);
            }
        });
        for _ in 0..KILLS {
            let before = reads.load(Ordering::Relaxed);
            let pause = fastrand::usize(1..200);
            wait::until(Duration::from_secs(20), "the reader's progress", || {
                let read = reads.load(Ordering::Relaxed);
                if read >= before + pause {
                    Ok(())
                } else {
                    Err(format!("{read} reads"))
                }
            });
            agent.kill();
            agent.start();
        }
        done.store(true, Ordering::Relaxed);
    });
    let last = value(versions.load(Ordering::Relaxed));
    agent.wait_file("one", last.as_bytes(), Duration::from_secs(20));
    agent.wait_file("two", last.as_bytes(), Duration::from_secs(20));
    // Of all those lives one generation and its predecessor remain.
    let left: Vec<_> = std::fs::read_dir(agent.path("secrets"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("..") && name != "..data")
        .collect();
    assert!(left.len() <= 2, "{left:?}");
}
