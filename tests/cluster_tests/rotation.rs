use std::time::{Duration, SystemTime};

use serde_json::json;
use vouchsafe_tests::{app, cluster::PATIENCE};

use crate::ready_namespace;

/// From the write in Vault to the app's own word that it was told.
const PROMISED: Duration = Duration::from_secs(5);

#[test]
fn a_rotated_secret_reaches_the_file_and_the_app_gets_its_signal_within_five_seconds() {
    let (namespace, vault) = ready_namespace("sighup");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "password": "canary-old" }));
    let path = format!("secret/data/{role}#password");
    namespace.apply(&app::deployment(
        "web",
        &app::asking(
            role,
            &[
                ("vouchsafe.dev/secret-password", &path),
                ("vouchsafe.dev/refresh-interval", "2s"),
                ("vouchsafe.dev/reload-password", "signal:SIGHUP@app"),
            ],
        ),
        &format!(
            "trap 'echo reloaded $(cat /vault/secrets/password)' HUP; echo started; {}",
            app::STAY
        ),
    ));
    let pod = namespace.pod_of("web");
    namespace.wait_ready(&pod);
    namespace.wait_log(&pod, "app", "started", PATIENCE);
    let written = SystemTime::now();
    vault.put(role, &json!({ "password": "canary-new" }));
    namespace.wait_log(&pod, "app", "reloaded canary-new", PATIENCE);
    let took = written.elapsed().unwrap();
    assert!(took < PROMISED, "{took:?}");
    assert_eq!(
        namespace.logs(&pod, "app"),
        "started\nreloaded canary-new\n"
    );
    let agent = namespace.logs(&pod, "vouchsafe-agent");
    assert!(
        agent.contains("reload_sent") && agent.contains("SIGHUP to process"),
        "{agent}"
    );
    assert!(!agent.contains("canary"), "a secret in the log: {agent}");
}

#[test]
fn a_rotated_secret_makes_the_agent_call_the_app_within_five_seconds() {
    let (namespace, vault) = ready_namespace("http");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "password": "canary-old" }));
    let path = format!("secret/data/{role}#password");
    namespace.apply(&app::pod(
        "web",
        &app::asking(role, &[
            ("vouchsafe.dev/secret-password", &path),
            ("vouchsafe.dev/refresh-interval", "2s"),
            ("vouchsafe.dev/reload", "http:POST:8080/-/reload"),]),
        r"echo started; while :; do printf 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n' | nc -l -p 8080 | head -n 1; cat /vault/secrets/password; echo; done",
    ));
    namespace.wait_ready("web");
    namespace.wait_log("web", "app", "started", PATIENCE);
    let written = SystemTime::now();
    vault.put(role, &json!({ "password": "canary-new" }));
    let log = namespace.wait_log("web", "app", "POST /-/reload HTTP/1.1", PATIENCE);
    let took = written.elapsed().unwrap();
    assert!(took < PROMISED, "{took:?}");
    assert!(
        !log.contains("canary-old"),
        "told before the file changed: {log}"
    );
    namespace.wait_log("web", "app", "canary-new", PATIENCE);
    namespace.wait_log("web", "vouchsafe-agent", "/-/reload: 200", PATIENCE);
}

#[test]
fn an_app_that_cannot_be_told_is_reported_and_keeps_its_new_files() {
    let (namespace, vault) = ready_namespace("deaf");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "password": "canary-old" }));
    let path = format!("secret/data/{role}#password");
    namespace.apply(&app::pod(
        "web",
        &app::asking(
            role,
            &[
                ("vouchsafe.dev/secret-password", &path),
                ("vouchsafe.dev/refresh-interval", "1s"),
                ("vouchsafe.dev/reload", "http:GET:9/"),
            ],
        ),
        app::STAY,
    ));
    namespace.wait_ready("web");
    vault.put(role, &json!({ "password": "canary-new" }));
    let log = namespace.wait_log("web", "vouchsafe-agent", "reload_failed", PATIENCE);
    assert!(
        log.contains("VS5005") && log.contains("GET http://127.0.0.1:9/"),
        "{log}"
    );
    assert_eq!(
        namespace.shell("web", "app", "cat /vault/secrets/password"),
        "canary-new"
    );
}

#[test]
fn ten_thousand_reads_across_twenty_rotations_see_no_partial_and_no_mixed_files() {
    let (namespace, vault) = ready_namespace("reads");
    let role = namespace.name.as_str();
    let value = |version: usize| format!("{version}-").repeat(100);
    let put = |version| {
        vault.put(
            role,
            &json!({ "one": value(version), "two": value(version) }),
        );
    };
    put(0);
    let path = format!("secret/data/{role}");
    let (one, two) = (format!("{path}#one"), format!("{path}#two"));
    // Two files through one open directory: the shell's working directory is the generation.
    let reader = r"
        trap 'exit 0' TERM
        reads=0 first=none
        while :; do
          cd /vault/secrets/..data && read -r one < one; read -r two < two
          [ -n $one ] && [ $one = $two ] || echo MIXED $one $two
          case $one in $first*) ;; *) first=${one%%-*}-; echo saw $first;; esac
          [ ${#one} -eq $((100 * ${#first})) ] || echo PARTIAL $one
          reads=$((reads + 1))
          [ $((reads % 10000)) -ne 0 ] || echo reads $reads
        done";
    namespace.apply(&app::pod(
        "web",
        &app::asking(
            role,
            &[
                ("vouchsafe.dev/secret-one", &one),
                ("vouchsafe.dev/secret-two", &two),
                ("vouchsafe.dev/refresh-interval", "250ms"),
            ],
        ),
        reader,
    ));
    namespace.wait_ready("web");
    for version in 1..=20 {
        put(version);
        namespace.wait_log("web", "app", &format!("saw {version}-"), PATIENCE);
    }
    let log = namespace.wait_log("web", "app", "reads 10000", PATIENCE);
    assert!(!log.contains("MIXED") && !log.contains("PARTIAL"), "{log}");
    assert_eq!(
        log.lines().filter(|line| line.starts_with("saw")).count(),
        21,
        "{log}"
    );
}
