use serde_json::json;
use vouchsafe_tests::{app, cluster::PATIENCE, postgres::Postgres, vault::Vault, wait};

use super::{container, names, ready_namespace};

/// How often tokens of a role did this.
fn count(vault: &Vault, role: &str, path: &str) -> usize {
    let audited = vault.audited(role);
    audited.iter().filter(|(_, found)| found == path).count()
}

#[test]
fn init_container_and_sidecar_share_one_login_and_one_database_user() {
    let (namespace, vault) = ready_namespace("fallback");
    let role = namespace.name.as_str();
    let postgres = Postgres::start();
    postgres.role(&vault, role, "1h", "2h");
    vault.put(role, &json!({ "user": "app" }));
    let credentials = format!("database/creds/{role}");
    let user =
        format!("{{{{ with secret \"{credentials}\" }}}}{{{{ .Data.username }}}}{{{{ end }}}}");
    let path = format!("secret/data/{role}#user");
    let mut pod = app::pod(
        "web",
        &app::asking(
            role,
            &[
                ("vouchsafe.dev/native-sidecar", "false"),
                ("vouchsafe.dev/template-user", &user),
                ("vouchsafe.dev/secret-static", &path),
                ("vouchsafe.dev/refresh-interval", "1s"),
            ],
        ),
        app::STAY,
    );
    pod["spec"]["initContainers"] = json!([app::container("migrate", "cat /vault/secrets/user")]);
    namespace.apply(&pod);
    namespace.wait_ready("web");
    let object = namespace.get("pod", "web");
    assert_eq!(
        names(&object, "initContainers"),
        ["vouchsafe-agent-init", "migrate"]
    );
    assert_eq!(names(&object, "containers"), ["app", "vouchsafe-agent"]);

    // The sidecar is at work: it sees a rotation.
    vault.put(role, &json!({ "user": "two" }));
    wait::until(PATIENCE, "the sidecar's first refresh", || {
        let found = namespace.try_shell("web", "app", "cat /vault/secrets/static")?;
        if found == "two" {
            Ok(())
        } else {
            Err(format!("{found}\n{}", namespace.describe("web")))
        }
    });
    let users = postgres.users(role);
    assert_eq!(users.len(), 1, "{users:?}");
    assert_eq!(namespace.logs("web", "migrate"), users[0]);
    assert_eq!(
        namespace.shell("web", "app", "cat /vault/secrets/user"),
        users[0]
    );
    assert_eq!(
        count(&vault, role, "auth/kubernetes/login"),
        1,
        "{:?}",
        vault.audited(role)
    );
    assert_eq!(
        count(&vault, role, &credentials),
        1,
        "{:?}",
        vault.audited(role)
    );
    assert_eq!(vault.leases(&credentials).len(), 1);
}

#[test]
fn a_pod_that_asks_for_it_gets_its_files_once_and_no_agent_stays() {
    let (namespace, vault) = ready_namespace("once");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let path = format!("secret/data/{role}");
    namespace.apply(&app::pod(
        "web",
        &[
            ("vault.hashicorp.com/agent-inject", "true"),
            ("vault.hashicorp.com/role", role),
            ("vault.hashicorp.com/agent-inject-secret-db.json", &path),
            ("vault.hashicorp.com/agent-inject-default-template", "json"),
            ("vault.hashicorp.com/agent-pre-populate-only", "true"),
        ],
        app::STAY,
    ));
    namespace.wait_ready("web");
    let object = namespace.get("pod", "web");
    assert_eq!(names(&object, "initContainers"), ["vouchsafe-agent-init"]);
    assert_eq!(names(&object, "containers"), ["app"]);
    let agent = &object["status"]["initContainerStatuses"][0];
    assert_eq!(agent["state"]["terminated"]["exitCode"], 0, "{agent}");
    let file = namespace.shell("web", "app", "cat /vault/secrets/db.json");
    assert!(file.contains(r#""data":{"user":"app"}"#), "{file}");
}

#[test]
fn a_pod_that_does_not_wait_starts_before_its_store_answers() {
    let (namespace, _) = ready_namespace("run-only");
    let role = namespace.name.as_str();
    namespace.apply(&app::pod(
        "web",
        &[
            ("vault.hashicorp.com/agent-inject", "true"),
            ("vault.hashicorp.com/role", role),
            (
                "vault.hashicorp.com/agent-inject-secret-db",
                "secret/data/nothing-there",
            ),
            ("vault.hashicorp.com/agent-pre-populate", "false"),
        ],
        app::STAY,
    ));
    wait::until(PATIENCE, "the app to run", || {
        let object = namespace.get("pod", "web");
        let running = &object["status"]["containerStatuses"][0]["state"]["running"];
        if running.is_object() {
            Ok(())
        } else {
            Err(namespace.describe("web"))
        }
    });
    let object = namespace.get("pod", "web");
    assert!(container(&object, "vouchsafe-agent")["startupProbe"].is_null());
}

#[test]
fn the_token_is_a_file_where_the_pod_asks_for_it() {
    let (namespace, vault) = ready_namespace("token-file");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let path = format!("secret/data/{role}");
    namespace.apply(&app::pod(
        "web",
        &[
            ("vault.hashicorp.com/agent-inject", "true"),
            ("vault.hashicorp.com/role", role),
            ("vault.hashicorp.com/agent-inject-secret-db", &path),
            ("vault.hashicorp.com/agent-inject-token", "true"),
        ],
        app::STAY,
    ));
    namespace.wait_ready("web");
    let token = namespace.shell("web", "app", "cat /vault/secrets/token");
    let own = vault.lookup(token.trim());
    let policies = own["data"]["policies"].as_array().unwrap();
    assert!(policies.contains(&json!(role)), "{policies:?}");
    let mode = namespace.shell("web", "app", "stat -L -c %a /vault/secrets/token");
    assert_eq!(mode.trim(), "640");
    assert!(!namespace.describe("web").contains(token.trim()));
}
