use serde_json::json;
use vouchsafe_tests::{app, cluster::PATIENCE, wait};

use crate::ready_namespace;

#[test]
fn a_job_with_secrets_completes() {
    let (namespace, vault) = ready_namespace("job");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let path = format!("secret/data/{role}");
    namespace.apply(&app::job(
        "report",
        &app::asking(role, &[("vouchsafe.dev/secret-db.json", &path)]),
        "cat /vault/secrets/db.json",
    ));
    wait::until(PATIENCE, "the job's completion", || {
        namespace
            .try_kubectl(&[
                "wait",
                "--for=condition=Complete",
                "job/report",
                "--timeout=2s",
            ])
            .map_err(|error| {
                format!(
                    "{error}\n{}",
                    namespace.describe(&namespace.pod_of("report"))
                )
            })
    });
    let pod = namespace.pod_of("report");
    assert_eq!(namespace.logs(&pod, "app"), "{\"user\":\"app\"}\n");
    let agent = &namespace.get("pod", &pod)["status"]["initContainerStatuses"][0];
    assert_eq!(agent["state"]["terminated"]["exitCode"], 0, "{agent}");
}

#[test]
fn a_plain_init_container_of_the_user_sees_the_secrets_too() {
    let (namespace, vault) = ready_namespace("init");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let path = format!("secret/data/{role}");
    let mut pod = app::pod(
        "web",
        &app::asking(role, &[("vouchsafe.dev/secret-db.json", &path)]),
        app::STAY,
    );
    pod["spec"]["initContainers"] =
        json!([app::container("migrate", "cat /vault/secrets/db.json")]);
    namespace.apply(&pod);
    namespace.wait_ready("web");
    assert_eq!(namespace.logs("web", "migrate"), "{\"user\":\"app\"}\n");
}
