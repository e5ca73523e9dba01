use std::time::Duration;

use serde_json::{Value, json};
use vouchsafe_tests::{app, cluster::PATIENCE, wait};

use crate::ready_namespace;

const AGENT: &str = "vouchsafe-agent";

#[test]
fn the_app_of_an_annotated_deployment_starts_with_its_files_in_place_and_exact() {
    let (namespace, vault) = ready_namespace("deploy");
    let role = namespace.name.as_str();
    let password = "pa$$ \"wörd\" 'with' `everything`\nand a second line";
    vault.put(role, &json!({ "user": "app", "password": password }));
    let path = format!("secret/data/{role}");
    let one = format!("{path}#password");
    namespace.apply(&app::deployment(
        "web",
        &app::asking(role, &[
            ("vouchsafe.dev/secret-db.env", &path),
            ("vouchsafe.dev/mode-db.env", "0440"),
            ("vouchsafe.dev/secret-password", &one),
            ("vouchsafe.dev/file-password", "db/password"),]),
        // What the log shows was there when the container started.
        &format!("set -a; . /vault/secrets/db.env; printf '%s' \"$password\" | md5sum; md5sum < /vault/secrets/db/password; {}", app::STAY),
    ));
    let pod = namespace.pod_of("web");
    namespace.wait_ready(&pod);
    let sums = namespace.wait_log(&pod, "app", "\n", PATIENCE);
    let sums: Vec<&str> = sums.lines().collect();
    assert_eq!(sums.len(), 2, "{sums:?}");
    assert_eq!(sums[0], sums[1], "the shell and the raw file disagree");
    assert_eq!(
        namespace.shell(&pod, "app", "cat /vault/secrets/db/password"),
        password
    );
    let env = namespace.shell(&pod, "app", "cat /vault/secrets/db.env");
    assert!(env.ends_with("user='app'\n"), "{env}");

    // Read-only tmpfs with the mode asked for.
    assert_eq!(
        namespace
            .shell(&pod, "app", "stat -L -c %a /vault/secrets/db.env")
            .trim(),
        "440"
    );
    let mount = namespace.shell(&pod, "app", "grep ' /vault/secrets ' /proc/mounts");
    assert!(
        mount.starts_with("tmpfs /vault/secrets tmpfs ro,"),
        "{mount}"
    );
    let refused = namespace
        .try_shell(&pod, "app", "echo x > /vault/secrets/x")
        .unwrap_err();
    assert!(refused.contains("Read-only file system"), "{refused}");

    // The token is the agent's alone.
    let object = namespace.get("pod", &pod);
    let holders = mounting(&object, "vouchsafe-token");
    assert_eq!(holders, [AGENT]);
    let absent = namespace.shell(
        &pod,
        "app",
        "ls /var/run/vouchsafe /run/vouchsafe 2>&1 || true",
    );
    assert_eq!(absent.matches("No such file").count(), 2, "{absent}");
    let volumes = object["spec"]["volumes"].as_array().unwrap();
    let token = volumes
        .iter()
        .find(|volume| volume["name"] == "vouchsafe-token")
        .unwrap();
    let source = &token["projected"]["sources"][0]["serviceAccountToken"];
    assert_eq!(source["audience"], "vouchsafe");
    assert_eq!(
        object["metadata"]["labels"]["vouchsafe.dev/injected"],
        "true"
    );
}

#[test]
fn a_pod_annotated_for_the_original_injector_logs_in_with_the_api_servers_audience() {
    let (namespace, vault) = ready_namespace("original");
    let role = namespace.name.as_str();
    let audience = "https://kubernetes.default.svc.cluster.local";
    vault.role(role, role, &json!({ "audience": audience }));
    vault.put(role, &json!({ "user": "app" }));
    for prefix in ["vault.hashicorp.com", "openbao.org"] {
        let keys = [
            "agent-inject",
            "role",
            "agent-inject-secret-DB",
            "agent-inject-perms-DB",
        ]
        .map(|name| format!("{prefix}/{name}"));
        let path = format!("secret/data/{role}");
        let annotations: Vec<(&str, &str)> = keys
            .iter()
            .map(String::as_str)
            .zip(["true", role, &path, "0400"])
            .collect();
        let name = prefix.replace('.', "-");
        namespace.apply(&app::pod(&name, &annotations, app::STAY));
        namespace.wait_ready(&name);
        let found = namespace.shell(&name, "app", "cat /vault/secrets/db");
        // The original's default template, which shows version 2 of KV as it is.
        assert!(
            found.starts_with("data: map[user:app]\nmetadata: map["),
            "{found}"
        );
    }
}

#[test]
fn the_apps_own_token_never_reaches_the_agent() {
    let (namespace, vault) = ready_namespace("own-token");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let path = format!("secret/data/{role}");
    let annotations = app::asking(role, &[("vouchsafe.dev/secret-db.json", &path)]);
    let mut pod = app::pod("web", &annotations, app::STAY);
    pod["spec"]["automountServiceAccountToken"] = json!(true);
    namespace.apply(&pod);
    namespace.wait_ready("web");
    let object = namespace.get("pod", "web");
    let volumes = object["spec"]["volumes"].as_array().unwrap();
    let names = volumes.iter().filter_map(|volume| volume["name"].as_str());
    let own = names
        .filter(|name| name.starts_with("kube-api-access-"))
        .collect::<Vec<_>>();
    assert_eq!(own.len(), 1, "{volumes:?}");
    assert_eq!(mounting(&object, own[0]), ["app"]);
}

#[test]
fn a_second_admission_of_an_injected_pod_changes_nothing() {
    let (namespace, vault) = ready_namespace("twice");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let path = format!("secret/data/{role}");
    namespace.apply(&app::pod(
        "first",
        &app::asking(
            role,
            &[
                ("vouchsafe.dev/secret-db.json", &path),
                ("vouchsafe.dev/reload-db.json", "signal:SIGHUP@app"),
            ],
        ),
        app::STAY,
    ));
    namespace.wait_ready("first");
    let first = namespace.get("pod", "first");
    let copy = json!({
        "apiVersion": "v1", "kind": "Pod", "spec": first["spec"],
        "metadata": { "name": "second", "labels": first["metadata"]["labels"], "annotations": first["metadata"]["annotations"] },
    });
    let mut copy = copy;
    copy["metadata"]["annotations"]
        .as_object_mut()
        .unwrap()
        .remove("kubectl.kubernetes.io/last-applied-configuration");
    namespace.apply(&copy);
    let second = namespace.get("pod", "second");
    assert_eq!(first["spec"], second["spec"]);
    namespace.wait_ready("second");
}

#[test]
fn an_agent_that_is_killed_comes_back_without_disturbing_the_app() {
    let (namespace, vault) = ready_namespace("killed");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let path = format!("secret/data/{role}");
    namespace.apply(&app::pod(
        "web",
        &app::asking(
            role,
            &[
                ("vouchsafe.dev/secret-db.json", &path),
                ("vouchsafe.dev/refresh-interval", "1s"),
                // Shares the process namespace, so that the app may signal the agent of its own user.
                ("vouchsafe.dev/reload", "signal:SIGUSR1@app"),
            ],
        ),
        &format!("trap 'echo reloaded' USR1; {}", app::STAY),
    ));
    namespace.wait_ready("web");
    namespace.shell("web", "app", "for p in /proc/[0-9]*; do [ \"$(cat $p/comm)\" = vouchsafe-agent ] && kill -9 ${p#/proc/}; done; true");
    wait::until(PATIENCE, "the agent's restart", || {
        let statuses = namespace.get("pod", "web")["status"]["initContainerStatuses"].clone();
        let agent = &statuses[0];
        if agent["restartCount"] == 1 && agent["started"] == true {
            Ok(())
        } else {
            Err(statuses.to_string())
        }
    });
    // The same content is no change; the next one is.
    assert_eq!(
        namespace.shell("web", "app", "cat /vault/secrets/db.json"),
        "{\"user\":\"app\"}\n"
    );
    assert!(!namespace.logs("web", "app").contains("reloaded"));
    vault.put(role, &json!({ "user": "other" }));
    namespace.wait_log("web", "app", "reloaded", Duration::from_secs(10));
}

fn mounting(pod: &Value, volume: &str) -> Vec<String> {
    let lists = ["initContainers", "containers"].map(|list| pod["spec"][list].as_array().cloned());
    let containers = lists.into_iter().flatten().flatten();
    let mounting = containers.filter(|container| {
        let mounts = container["volumeMounts"].as_array();
        mounts.is_some_and(|mounts| mounts.iter().any(|mount| mount["name"] == volume))
    });
    mounting
        .map(|container| container["name"].as_str().unwrap().to_owned())
        .collect()
}
