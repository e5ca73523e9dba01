use std::time::Duration;

use serde_json::json;
use vouchsafe_tests::{app, wait};

use crate::ready_namespace;

const LOGIN: &str = "auth/kubernetes/login";
const RENEWAL: &str = "auth/token/renew-self";
const REVOCATION: &str = "auth/token/revoke-self";

#[test]
fn an_agent_with_tokens_of_ten_seconds_serves_on_by_renewals_and_new_logins() {
    let (namespace, vault) = ready_namespace("short");
    let role = namespace.name.as_str();
    let times = json!({ "audience": "vouchsafe", "token_ttl": "10s", "token_max_ttl": "25s" });
    vault.role(role, role, &times);
    vault.put(role, &json!({ "password": "old" }));
    let path = format!("secret/data/{role}#password");
    namespace.apply(&app::pod(
        "web",
        &app::asking(
            role,
            &[
                ("vouchsafe.dev/secret-password", &path),
                ("vouchsafe.dev/refresh-interval", "2s"),
            ],
        ),
        app::STAY,
    ));
    namespace.wait_ready("web");
    // A token lasts 25 s at most, so the fourth login comes after more than 60 s.
    let audited = wait::until(Duration::from_secs(120), "the fourth login", || {
        let audited = vault.audited(role);
        let logins = audited.iter().filter(|(_, path)| path == LOGIN).count();
        if logins >= 4 {
            Ok(audited)
        } else {
            Err(format!(
                "{logins} logins\n{}",
                namespace.logs("web", "vouchsafe-agent")
            ))
        }
    });
    let steps: Vec<&str> = audited
        .iter()
        .map(|(_, path)| path.as_str())
        .filter(|path| [LOGIN, RENEWAL].contains(path))
        .collect();
    let renewals = steps.iter().filter(|path| **path == RENEWAL).count();
    assert!(renewals >= 6, "{steps:?}");
    assert_eq!(steps[..2], [LOGIN, RENEWAL]);
    vault.put(role, &json!({ "password": "new" }));
    wait::until(Duration::from_secs(10), "the rotated secret", || {
        let found = namespace.shell("web", "app", "cat /vault/secrets/password");
        if found == "new" { Ok(()) } else { Err(found) }
    });
    let log = namespace.logs("web", "vouchsafe-agent");
    assert!(
        !log.contains("read_failed") && !log.contains("renewal_failed"),
        "{log}"
    );
    let agent = &namespace.get("pod", "web")["status"]["initContainerStatuses"][0];
    assert_eq!(agent["restartCount"], 0);
}

#[test]
fn deleting_a_pod_revokes_its_token_when_asked_and_only_then() {
    let (namespace, vault) = ready_namespace("revoke");
    for (pod, asked) in [("gives-back", "true"), ("keeps", "false")] {
        let role = format!("{}-{pod}", namespace.name);
        vault.role(&role, &namespace.name, &json!({ "audience": "vouchsafe" }));
        vault.put(&role, &json!({ "user": "app" }));
        let path = format!("secret/data/{role}");
        namespace.apply(&app::pod(
            pod,
            &app::asking(
                &role,
                &[
                    ("vouchsafe.dev/secret-db.json", &path),
                    ("vouchsafe.dev/revoke-on-shutdown", asked),
                ],
            ),
            app::STAY,
        ));
        namespace.wait_ready(pod);
        namespace.kubectl(&["delete", "pod", pod, "--wait=true"]);
        if asked == "true" {
            vault.wait_audited(&role, REVOCATION, Duration::from_secs(10));
        } else {
            let audited = vault.audited(&role);
            assert!(
                audited.iter().all(|(_, path)| path != REVOCATION),
                "{audited:?}"
            );
        }
    }
}
