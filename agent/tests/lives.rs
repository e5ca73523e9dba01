//! From one life of the agent to the next, and its end: the program itself against a server that
//! plays a store.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod play;

use std::{fs, io::Write, os::unix::fs::PermissionsExt};

use serde_json::{Value, json};

use self::play::{Play, ask, exists, free_port, until};

fn file(name: &str, source: &Value) -> Value {
    json!({ "name": name, "store": "vault", "source": source })
}

fn password() -> Value {
    file(
        "password",
        &json!({ "secret": "secret/data/app", "key": "password", "format": "raw" }),
    )
}

fn user() -> Value {
    file(
        "user",
        &json!({ "secret": "database/creds/app", "key": "username", "format": "raw" }),
    )
}

fn with_command(mut file: Value, run: &Value) -> Value {
    file["command"] = json!({ "run": run });
    file
}

const LOGIN: &str = "auth/kubernetes/login";
const CREDENTIALS: &str = "GET database/creds/app";
const REVOCATION: &str = "auth/token/revoke-self";

#[test]
fn an_init_container_and_its_sidecar_log_in_once_and_have_one_database_user() {
    let mut play = Play::new(&json!([password(), user()]));
    let ran = play.path("ran");
    let command = json!(format!("echo x >> '{}'", ran.display()));
    play.config["files"][1] = with_command(user(), &command);
    let (status, log) = play.end(&["init"]);
    assert!(status.success(), "{log}");
    let generation = play.generation();
    let state = fs::metadata(play.path("run/state.json")).unwrap();
    assert_eq!(state.permissions().mode() & 0o777, 0o600);

    let mut running = play.start();
    running.wait_log("token_adopted");
    until("another look at the password", || {
        play.asked("secret/data/app") > 2
    });
    assert_eq!((play.asked(LOGIN), play.asked(CREDENTIALS)), (1, 1));
    assert_eq!(play.generation(), generation);
    assert_eq!(play.file("user"), "user1");
    assert_eq!(fs::read_to_string(&ran).unwrap(), "x\n");
    running.signal("TERM");
    assert!(running.wait_end().success());
    assert_eq!(play.asked(&format!("{REVOCATION} s.canary1")), 1);
}

#[test]
fn an_agent_that_was_killed_goes_on_where_it_was() {
    let play = Play::new(&json!([password(), user()]));
    let running = play.start();
    play.wait_file("user", "user1");
    running.wait_log("secret_rendered");
    running.kill();
    play.store.lock().unwrap().password = "two".to_owned();
    let running = play.start();
    play.wait_file("password", "two");
    assert_eq!(play.file("user"), "user1");
    assert_eq!((play.asked(LOGIN), play.asked(CREDENTIALS)), (1, 1));
    // The token is gone when it comes back: one login, one new user.
    running.kill();
    play.store.lock().unwrap().revoke_all();
    let _running = play.start();
    play.wait_file("user", "user2");
    assert_eq!((play.asked(LOGIN), play.asked(CREDENTIALS)), (2, 2));
}

#[test]
fn a_state_that_is_damaged_is_passed_over() {
    let play = Play::new(&json!([user()]));
    let (status, log) = play.end(&["init"]);
    assert!(status.success(), "{log}");
    let mut state = fs::File::create(play.path("run/state.json")).unwrap();
    state.write_all(b"{\"version\":1,\"canary").unwrap();
    let (status, log) = play.end(&["init"]);
    assert!(status.success() && log.contains("state_ignored"), "{log}");
    assert_eq!(play.asked(LOGIN), 2);
    // What it wrote instead is good.
    let (status, log) = play.end(&["init"]);
    assert!(status.success(), "{log}");
    assert_eq!(play.asked(LOGIN), 2);
}

#[test]
fn once_leaves_neither_a_token_nor_a_state() {
    let play = Play::new(&json!([password(), user()]));
    let (status, log) = play.end(&["once"]);
    assert!(status.success(), "{log}");
    assert_eq!(play.file("password"), "one");
    assert_eq!(play.asked(&format!("{REVOCATION} s.canary1")), 1);
    assert!(!exists(&play.path("run/state.json")));
}

#[test]
fn what_cannot_be_rendered_in_time_is_named() {
    for command in ["init", "once"] {
        let gone = json!({ "secret": "secret/data/gone", "format": "json" });
        let play = Play::new(&json!([file("gone", &gone)]));
        let (status, log) = play.end(&[command, "--timeout", "1s"]);
        assert_eq!(status.code(), Some(1), "{log}");
        let last = log.lines().find(|line| line.contains("gave_up"));
        let last = last.unwrap_or_else(|| panic!("{log}"));
        assert!(last.contains("secret secret/data/gone: VS3005"), "{last}");
        // The container is started again, and goes on with the token unless that is given back.
        assert_eq!(play.asked(REVOCATION), usize::from(command == "once"));
    }
}

#[test]
fn a_token_is_a_file_that_follows_every_login() {
    let mut token = file("token", &json!({ "token": true }));
    token["mode"] = json!("0640");
    let play = Play::new(&json!([password(), token]));
    let running = play.start();
    play.wait_file("token", "s.canary1");
    let mode = fs::metadata(play.path("secrets/token")).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o640);
    play.store.lock().unwrap().revoke_all();
    play.wait_file("token", "s.canary2");
    assert!(!running.log().contains("canary"), "{}", running.log());
}

#[test]
fn programs_run_after_the_change_of_their_files_and_what_they_say_is_not_told() {
    let mut play = Play::new(&json!([]));
    let ran = play.path("ran");
    let secrets = play.path("secrets");
    let text = format!(
        "cat '{0}/password' '{0}/user' >> '{1}'; echo canary; echo canary >&2; exit 3",
        secrets.display(),
        ran.display()
    );
    play.config["files"] = json!([
        with_command(password(), &json!(text)),
        with_command(user(), &json!(["no-such-program", "canary"])),
    ]);
    let running = play.start();
    until("the first run", || {
        fs::read_to_string(&ran).is_ok_and(|ran| ran == "oneuser1")
    });
    running.wait_log("no-such-program cannot be run");
    play.store.lock().unwrap().password = "two".to_owned();
    until("the second run", || {
        fs::read_to_string(&ran).is_ok_and(|ran| ran == "oneuser1twouser1")
    });
    running.wait_log("ended with exit status: 3");
    let log = running.log();
    assert!(!log.contains("canary"), "{log}");
    assert_eq!(log.matches("no-such-program").count(), 1, "{log}");
}

#[test]
fn the_listener_passes_on_counts_and_ends_the_agent() {
    let mut play = Play::new(&json!([password()]));
    let port = free_port();
    play.config["api"] = json!({ "port": port, "quit": true, "proxy": "force", "metrics": true });
    let pid_file = play.path("agent.pid");
    play.config["pid_file"] = json!(pid_file);
    let mut running = play.start();
    play.wait_file("password", "one");
    let pid = fs::read_to_string(&pid_file).unwrap();
    assert_eq!(pid.trim(), running.pid().to_string());
    let (status, body) = ask(port, "GET", "/v1/secret/data/app");
    assert_eq!(status, 200);
    assert!(body.contains("\"password\":\"one\""), "{body}");
    assert_eq!(ask(port, "GET", "/v1/no/such").0, 404);
    assert_eq!(ask(port, "GET", "/else").0, 404);
    let (_, metrics) = ask(port, "GET", "/agent/v1/metrics");
    assert!(
        metrics.contains("store_requests_total{kind=\"forward\",result=\"ok\"} 2"),
        "{metrics}"
    );
    assert_eq!(ask(port, "POST", "/agent/v1/quit").0, 200);
    let status = running.wait_end();
    assert!(status.success(), "{}", running.log());
    assert_eq!(play.asked(REVOCATION), 1);
    assert!(!exists(&pid_file) && !exists(&play.path("run/state.json")));
    assert_eq!(play.file("password"), "one");
}

#[test]
fn who_asks_for_the_end_is_answered_although_nothing_is_given_back() {
    let mut play = Play::new(&json!([password()]));
    let port = free_port();
    play.config["api"] = json!({ "port": port, "quit": true });
    play.config["stores"][0]["revoke_on_shutdown"] = json!(false);
    let mut running = play.start();
    play.wait_file("password", "one");
    assert_eq!(ask(port, "GET", "/v1/secret/data/app").0, 404);
    assert_eq!(ask(port, "POST", "/agent/v1/quit").0, 200);
    assert!(running.wait_end().success());
    assert_eq!(play.asked(REVOCATION), 0);
}

#[test]
fn the_token_is_given_back_after_the_time_that_the_app_has_to_end() {
    let mut play = Play::new(&json!([password()]));
    play.config["stores"][0]["revoke_grace"] = json!("2s");
    let mut running = play.start();
    play.wait_file("password", "one");
    running.signal("TERM");
    running.wait_log("stopping");
    let before = play.asked("secret/data/app");
    until("a read meanwhile", || {
        play.asked("secret/data/app") > before
    });
    assert!(running.wait_end().success());
    assert_eq!(play.asked(REVOCATION), 1);
}

#[test]
fn a_login_that_fails_ends_the_agent_where_that_is_wanted() {
    let mut play = Play::new(&json!([password()]));
    play.config["stores"][0]["auth"]["mount"] = json!("auth/other");
    play.config["stores"][0]["login"] = json!({ "exit_on_error": true });
    for command in ["run", "init", "once"] {
        let (status, log) = play.end(&[command]);
        assert_eq!(status.code(), Some(1), "{log}");
        assert!(log.contains("gave_up: the login failed"), "{log}");
    }
}
