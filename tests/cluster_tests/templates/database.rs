use std::time::Duration;

use serde_json::json;
use vouchsafe_tests::{
    app,
    postgres::{self, Postgres},
    wait,
};

use super::{SOON, pod, ready_namespace};

/// Logs in again and again with what the file says at that moment, and tells who it is when that
/// changes, and when it does not work.
const LOG_IN: &str = r#"
    trap 'exit 0' TERM
    last=
    while :; do
      who=$(psql "$(cat /vault/secrets/url)" --no-psqlrc -Atc 'select current_user' 2>&1) || echo "FAILED $who"
      [ "$who" = "$last" ] || echo "user $who"
      last=$who
      sleep 0.3
    done"#;

fn url(role: &str) -> String {
    format!(
        "{{{{ with secret \"database/creds/{role}\" }}}}postgresql://{{{{ .Data.username }}}}:{{{{ .Data.password | urlquery }}}}@10.88.0.1:5432/app{{{{ end }}}}"
    )
}

fn logging_in(role: &str, annotations: &[(&str, &str)]) -> serde_json::Value {
    let mut pod = pod(role, annotations, LOG_IN);
    pod["spec"]["containers"][0]["image"] = json!(postgres::IMAGE);
    pod
}

/// The users that the application was, in order.
fn users_in(log: &str) -> Vec<&str> {
    log.lines()
        .filter_map(|line| line.strip_prefix("user "))
        .collect()
}

#[test]
fn an_app_logs_in_to_the_database_at_all_times_with_one_user_per_lifetime() {
    let (namespace, vault) = ready_namespace("database");
    let role = namespace.name.as_str();
    let postgres = Postgres::start();
    postgres.role(&vault, role, "15s", "75s");
    let path = format!("database/creds/{role}");
    let asked = || {
        let audited = vault.audited(role);
        let count = |wanted: &str| audited.iter().filter(|(_, path)| path == wanted).count();
        (count(&path), count("sys/leases/renew"))
    };
    // The second template shares the first one's credential.
    let name = format!("{{{{ with secret \"{path}\" }}}}{{{{ .Data.username }}}}{{{{ end }}}}");
    namespace.apply(&logging_in(
        role,
        &[
            ("agent-inject-template-url", &url(role)),
            ("agent-inject-template-name", &name),
        ],
    ));
    namespace.wait_ready("web");
    namespace.wait_log("web", "app", "user ", SOON);
    let first = postgres.users(role);
    assert_eq!(first.len(), 1, "{first:?}");
    assert_eq!(vault.leases(&path).len(), 1);
    assert_eq!(
        namespace.shell("web", "app", "cat /vault/secrets/name"),
        first[0]
    );

    // Longer than a lease lasts that is not renewed.
    wait::throughout(Duration::from_secs(20), "one user", || {
        let users = postgres.users(role);
        if users == first {
            Ok(())
        } else {
            Err(format!("{users:?}"))
        }
    });
    let (read, renewed) = asked();
    assert_eq!(read, 1);
    assert!(renewed >= 1, "{:?}", vault.audited(role));
    assert_eq!(users_in(&namespace.logs("web", "app")), first);

    // The next one comes while the first still lives.
    let overlap = wait::until(Duration::from_secs(90), "the next user", || {
        let users = postgres.users(role);
        if users.iter().any(|user| *user != first[0]) {
            Ok(users)
        } else {
            Err(format!(
                "{users:?}\n{}",
                namespace.logs("web", "vouchsafe-agent")
            ))
        }
    });
    assert_eq!(overlap.len(), 2, "{overlap:?}");
    assert!(overlap.contains(&first[0]), "{overlap:?}");
    let next = overlap
        .iter()
        .find(|user| **user != first[0])
        .unwrap()
        .clone();
    namespace.wait_log("web", "app", &format!("user {next}"), SOON);
    wait::until(SOON, "the end of the first user", || {
        let users = postgres.users(role);
        if users == [next.as_str()] {
            Ok(())
        } else {
            Err(format!("{users:?}"))
        }
    });
    assert_eq!(asked().0, 2, "{:?}", vault.audited(role));
    assert_eq!(
        namespace.shell("web", "app", "cat /vault/secrets/name"),
        next
    );
    let log = namespace.logs("web", "app");
    assert_eq!(users_in(&log), [first[0].as_str(), &next]);
    assert!(!log.contains("FAILED"), "{log}");
}

#[test]
fn a_deleted_pod_takes_its_user_of_the_database_with_it_when_asked() {
    let (namespace, vault) = ready_namespace("leaves");
    let role = namespace.name.as_str();
    let postgres = Postgres::start();
    postgres.role(&vault, role, "1h", "2h");
    namespace.apply(&pod(
        role,
        &[
            ("agent-inject-template-url", &url(role)),
            ("agent-revoke-on-shutdown", "true"),
            // Of the 5 s after which the kubelet kills what is left of the pod.
            ("agent-revoke-grace", "1"),
        ],
        app::STAY,
    ));
    namespace.wait_ready("web");
    assert_eq!(postgres.users(role).len(), 1);
    namespace.kubectl(&["delete", "pod", "web", "--wait=true"]);
    wait::until(SOON, "the end of its user", || {
        let users = postgres.users(role);
        if users.is_empty() {
            Ok(())
        } else {
            Err(format!("{users:?}"))
        }
    });
}
