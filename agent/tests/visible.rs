//! What the program shows of itself: socket, commands, audit, last words, protections. The program
//! itself against a server that plays a store.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod play;

use std::{
    fs::{self, File},
    io::{Read, Write},
    os::unix::{
        fs::{PermissionsExt, symlink},
        net::UnixStream,
    },
    process::Command,
};

use serde_json::{Value, json};

use self::play::{Play, ask, exists, free_port, until};

fn file(name: &str, path: &str, key: &str) -> Value {
    let source = json!({ "secret": path, "key": key, "format": "raw" });
    json!({ "name": name, "store": "vault", "source": source })
}

fn play() -> Play {
    let password = file("password", "secret/data/app", "password");
    let user = file("user", "database/creds/app", "username");
    let play = Play::new(&json!([password, user]));
    "canary".clone_into(&mut play.store.lock().unwrap().password);
    play
}

/// Only what cannot be silenced.
fn quiet(play: &mut Play, format: &str) {
    play.config["log"] = json!({ "level": "error", "format": format });
}

fn lines(log: &str, event: &str) -> Vec<Value> {
    let lines = log.lines().filter(|line| line.contains(event));
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn the_status_says_what_there_is_and_no_value() {
    let mut play = play();
    let port = free_port();
    play.config["listen"] = json!(format!("127.0.0.1:{port}"));
    play.config["refresh"] = json!({ "interval": "1h" });
    let _running = play.start();
    play.wait_file("password", "canary");
    let socket = play.path("run/agent.sock");
    let mode = fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let (status, json) = play.output(&["status", "--output", "json"]);
    assert_eq!(status, 0, "{json}");
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["ready"], true);
    let store = &report["stores"][0];
    assert_eq!(
        (&store["name"], &store["logged_in"]),
        (&json!("vault"), &json!(true))
    );
    let left = store["token_seconds_left"].as_u64().unwrap();
    assert!((3500..=3600).contains(&left), "{left}");
    assert_eq!(store["next"]["step"], "renew-token");
    let secret = |path: &str| {
        let secrets = report["secrets"].as_array().unwrap();
        let found = secrets.iter().find(|secret| secret["path"] == path);
        found.unwrap().clone()
    };
    assert_eq!(secret("secret/data/app")["version"], 1);
    assert_eq!(secret("secret/data/app")["lease_seconds_left"], Value::Null);
    assert!(secret("secret/data/app")["last_read"].is_string());
    let leased = secret("database/creds/app");
    let left = leased["lease_seconds_left"].as_u64().unwrap();
    assert!((3500..=3600).contains(&left), "{left}");
    assert_eq!(leased["next"]["step"], "renew-lease");
    let file = &report["files"][0];
    assert_eq!(file["path"], json!(play.path("secrets/password")));
    assert_eq!(file["secrets"], json!(["secret/data/app"]));
    assert_eq!(file["generation"], json!(play.generation()));
    assert!(file["age_seconds"].as_u64().unwrap() < 60);

    let (status, table) = play.output(&["status"]);
    assert_eq!(status, 0, "{table}");
    assert!(table.contains("SECRET ") && table.contains("secret/data/app"));
    let (_, metrics) = ask(port, "GET", "/metrics");
    for part in [
        "vouchsafe_agent_token_seconds_left{store=\"vault\"} 3",
        "vouchsafe_agent_secret_version{secret=\"secret/data/app\",store=\"vault\",kind=\"read\"} 1\n",
        "vouchsafe_agent_store_requests_total{kind=\"read\",result=\"ok\"} 2\n",
    ] {
        assert!(metrics.contains(part), "no {part} in\n{metrics}");
    }
    for shown in [&json, &table, &metrics] {
        assert!(
            !shown.contains("canary") && !shown.contains("user1"),
            "{shown}"
        );
    }
    // The address shows the same, and takes no orders.
    assert_eq!(ask(port, "GET", "/status?format=table").0, 200);
    assert_eq!(ask(port, "POST", "/refresh").0, 405);
}

#[test]
fn a_refresh_reads_again_what_may_be_read_again() {
    let mut play = play();
    play.config["refresh"] = json!({ "interval": "1h" });
    let running = play.start();
    play.wait_file("password", "canary");
    play.store.lock().unwrap().password = "two".to_owned();
    let (status, text) = play.output(&["refresh", "secret/data/app"]);
    assert_eq!(status, 0, "{text}");
    play.wait_file("password", "two");
    play.store.lock().unwrap().password = "three".to_owned();
    assert_eq!(play.output(&["refresh"]).0, 0);
    play.wait_file("password", "three");
    assert_eq!(play.asked("GET database/creds/app"), 1);
    let (status, text) = play.output(&["refresh", "database/creds/app"]);
    assert!(
        status == 1 && text.contains("issued to this agent"),
        "{text}"
    );
    let (status, text) = play.output(&["refresh", "secret/data/other"]);
    assert!(
        status == 1 && text.contains("no secret with this path"),
        "{text}"
    );
    running.kill();

    // What the killed agent left is no agent, and no obstacle to the next.
    assert!(exists(&play.path("run/agent.sock")));
    for command in ["status", "refresh"] {
        let (status, text) = play.output(&[command]);
        assert!(
            status == 69 && text.contains("no agent runs here"),
            "{text}"
        );
    }
    let running = play.start();
    running.wait_log("token_adopted");
    assert_eq!(play.output(&["status"]).0, 0);
}

#[test]
fn deliveries_are_told_whatever_the_level_and_failures_once() {
    let mut play = play();
    quiet(&mut play, "json");
    let gone = file("gone", "secret/data/gone", "x");
    let running = play.start_with(&[
        ("NAMESPACE", "apps"),
        ("VOUCHSAFE_POD", "web-1"),
        ("VOUCHSAFE_SERVICE_ACCOUNT", "web"),
    ]);
    play.wait_file("password", "canary");
    play.store.lock().unwrap().password = "canary2".to_owned();
    play.wait_file("password", "canary2");
    until("the second delivery", || {
        lines(&running.log(), "secret_delivered").len() == 2
    });
    let told = lines(&running.log(), "secret_delivered");
    for (line, files, secrets, first) in [
        (
            &told[0],
            "password,user",
            "secret/data/app@1,database/creds/app",
            true,
        ),
        (&told[1], "password", "secret/data/app@1", false),
    ] {
        assert_eq!(line["files"], files);
        assert_eq!(line["secrets"], secrets);
        assert_eq!(line["first"], first);
        assert_eq!(line["namespace"], "apps");
        assert_eq!(line["pod"], "web-1");
        assert_eq!(line["service_account"], "web");
        assert_eq!(line["result"], "success");
        assert!(line["timestamp"].is_string());
    }
    assert_eq!(told[1]["generation"], json!(play.generation()));
    running.kill();

    play.config["files"].as_array_mut().unwrap().push(gone);
    play.config["refresh"] = json!({ "interval": "100ms" });
    let running = play.start();
    // The failure is met again, and told again in the log, but not in the audit.
    until("two failures", || {
        running.log().matches("read_failed").count() >= 2
    });
    let told = lines(&running.log(), "secret_not_delivered");
    let told: Vec<_> = told.iter().filter(|line| line["files"] == "gone").collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["result"], "failure");
    assert_eq!(told[0]["code"], "VS3005");
    assert!(!running.log().contains("canary"));
}

#[test]
fn the_last_words_are_where_kubernetes_looks() {
    let play = Play::new(&json!([file("gone", "secret/data/gone", "x")]));
    let words = play.path("words");
    let variable = [("VOUCHSAFE_TERMINATION_LOG", words.to_str().unwrap())];
    // Nothing is made where nobody looks.
    let (status, _) = play.end_with(&["init", "--timeout", "1s"], &variable);
    assert!(!status.success() && !exists(&words));
    File::create(&words).unwrap();
    let (status, _) = play.end_with(&["init", "--timeout", "1s"], &variable);
    assert!(!status.success());
    let text = fs::read_to_string(&words).unwrap();
    let start = "not rendered in time: secret secret/data/gone: VS3005 ";
    assert!(text.starts_with(start), "{text}");

    let mut wrong = play;
    wrong.config["files"][0]["store"] = json!("none");
    let variable = [("VOUCHSAFE_TERMINATION_LOG", words.to_str().unwrap())];
    let (status, _) = wrong.end_with(&["run"], &variable);
    assert_eq!(status.code(), Some(64));
    let text = fs::read_to_string(&words).unwrap();
    assert!(
        text.contains("files[0].store: no store with this name"),
        "{text}"
    );
    // Who only looks says nothing there.
    File::create(&words).unwrap();
    let (status, _) = wrong.end_with(&["ready"], &variable);
    assert_eq!(status.code(), Some(64));
    assert_eq!(fs::read_to_string(&words).unwrap(), "");
}

/// Whether the kernel knows Landlock and lets processes use it.
fn has_landlock(log: &str) -> bool {
    !log.contains("writes_confined=no: the kernel has no Landlock")
}

#[test]
fn the_agent_writes_nowhere_else() {
    let play = play();
    let running = play.start();
    play.wait_file("password", "canary");
    let log = running.log();
    let hardened = log.lines().find(|line| line.contains("hardened"));
    let hardened = hardened.unwrap();
    for part in [
        "core_dumps_off=yes",
        "memory_unreadable=yes",
        "memory_locked=",
    ] {
        assert!(hardened.contains(part), "{hardened}");
    }
    let limits = fs::read_to_string(format!("/proc/{}/limits", running.pid())).unwrap();
    let cores = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let words: Vec<_> = cores.unwrap().split_whitespace().collect();
    assert_eq!(words[4..6], ["0", "0"]);

    // Its own directory is another now, which no rule allows.
    let elsewhere = play.path("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::rename(play.path("run"), play.path("old")).unwrap();
    symlink(&elsewhere, play.path("run")).unwrap();
    play.store.lock().unwrap().password = "two".to_owned();
    if has_landlock(hardened) {
        assert!(hardened.contains("writes_confined=yes"), "{hardened}");
        running.wait_log("state_not_saved");
        let log = running.log();
        let refused = log.lines().find(|line| line.contains("state_not_saved"));
        assert!(refused.unwrap().contains("Permission denied"), "{log}");
        assert!(fs::read_dir(&elsewhere).unwrap().next().is_none());
    } else {
        until("the state", || exists(&elsewhere.join("state.json")));
    }
    // What it is there for goes on.
    play.wait_file("password", "two");
}

#[test]
fn what_needs_more_room_gets_it_and_that_is_told() {
    let mut play = play();
    let ran = play.path("ran");
    play.config["files"][0]["command"] = json!({ "run": format!("echo x > '{}'", ran.display()) });
    let running = play.start();
    until("the program", || exists(&ran));
    running.wait_log("writes_confined=no: programs are to run");
}

#[test]
fn memory_is_locked_only_where_that_cannot_end_the_agent() {
    let play = play();
    let (status, log) = play.end_limited("ulimit -l 64", &["once"]);
    assert!(status.success(), "{log}");
    assert!(
        log.contains("memory_locked=no: the limit of locked memory is 65536 bytes"),
        "{log}"
    );
    let raised = Command::new("sh")
        .args(["-c", "ulimit -l unlimited"])
        .output();
    if !raised.unwrap().status.success() {
        return; // not allowed to whoever runs this test
    }
    let (status, log) = play.end_limited("ulimit -l unlimited", &["once"]);
    assert!(
        status.success() && log.contains("memory_locked=yes"),
        "{log}"
    );
}

#[test]
fn the_socket_speaks_plain_http() {
    let play = play();
    let _running = play.start();
    play.wait_file("password", "canary");
    let ask = |line: &str| {
        let mut stream = UnixStream::connect(play.path("run/agent.sock")).unwrap();
        write!(
            stream,
            "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(ask("GET /live").starts_with("HTTP/1.1 200 "));
    assert!(ask("GET /ready").starts_with("HTTP/1.1 200 "));
    assert!(ask("GET /status").contains("content-type: application/json"));
    assert!(ask("POST /refresh").starts_with("HTTP/1.1 202 "));
}

/// `VmRSS`, or `RssAnon` of what is no file.
fn memory_kib(pid: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(name));
    let value = line.unwrap().split_whitespace().nth(1).unwrap();
    value.parse().unwrap()
}

#[test]
fn the_code_of_the_start_does_not_stay_in_memory_locked_or_not() {
    for limit in ["64", "unlimited"] {
        let raised = Command::new("sh")
            .args(["-c", &format!("ulimit -l {limit}")])
            .output();
        if !raised.unwrap().status.success() {
            continue; // not allowed to whoever runs this test
        }
        let mut play = play();
        play.config["refresh"] = json!({ "interval": "1h" });
        let running = play.start_limited(&format!("ulimit -l {limit}"));
        play.wait_file("password", "canary");
        let before = memory_kib(running.pid(), "RssFile");
        running.wait_log("startup_code_released");
        let after = memory_kib(running.pid(), "RssFile");
        assert!(after < before / 4 * 3, "{after} of {before} KiB");
        // It runs on.
        play.store.lock().unwrap().password = "two".to_owned();
        assert_eq!(play.output(&["refresh"]).0, 0);
        play.wait_file("password", "two");
    }
}

#[test]
fn memory_does_not_grow_over_five_thousand_refreshes_that_are_looked_at() {
    let mut play = Play::new(&json!([file("password", "secret/data/app", "password")]));
    quiet(&mut play, "text");
    play.config["refresh"] = json!({ "interval": "1ms" });
    let running = play.start();
    until("the agent's socket", || play.output(&["status"]).0 == 0);
    let refreshed = |times: usize| {
        until(&format!("{times} reads"), || {
            assert_eq!(play.output(&["status"]).0, 0);
            play.asked("GET secret/data/app") >= times
        });
        // Code comes and goes; what leaks stays.
        memory_kib(running.pid(), "RssAnon")
    };
    let early = refreshed(1_000);
    let late = refreshed(6_000);
    // A page or two of the allocator's may come later; a leak of 64 bytes a refresh would show.
    assert!(late <= early + 256, "{early} KiB, then {late} KiB");
}
