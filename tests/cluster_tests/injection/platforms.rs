use serde_json::json;
use vouchsafe_tests::app;

use super::{container, names, ready_namespace};

/// Of the range that OpenShift gives a project; no image knows such a user.
const RANDOM_UID: u32 = 1_000_680_000;

#[test]
fn a_random_user_of_the_platform_runs_app_and_agent_alike() {
    let (namespace, vault) = ready_namespace("random-uid");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let path = format!("secret/data/{role}#user");
    let mut pod = app::pod(
        "web",
        &app::asking(
            role,
            &[
                ("vouchsafe.dev/secret-user", &path),
                ("vouchsafe.dev/mode-user", "0400"),
            ],
        ),
        app::STAY,
    );
    // As OpenShift's restricted-v2 writes it: user and group of volumes of the project, group 0.
    pod["spec"]["securityContext"] = json!({
        "runAsNonRoot": true,
        "runAsUser": RANDOM_UID,
        "fsGroup": RANDOM_UID,
        "seLinuxOptions": { "level": "s0:c26,c15" },
        "seccompProfile": { "type": "RuntimeDefault" },
    });
    namespace.apply(&pod);
    namespace.wait_ready("web");
    let object = namespace.get("pod", "web");
    let agent = container(&object, "vouchsafe-agent");
    assert!(agent["securityContext"]["runAsUser"].is_null(), "{agent}");
    assert_eq!(
        namespace.shell("web", "app", "id -u").trim(),
        RANDOM_UID.to_string()
    );
    assert_eq!(
        namespace.shell("web", "app", "cat /vault/secrets/user"),
        "app"
    );
}

#[test]
fn a_pod_with_containers_and_volumes_of_its_own_keeps_all_of_them() {
    let (namespace, vault) = ready_namespace("crowded");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let path = format!("secret/data/{role}#user");
    let mut pod = app::pod(
        "web",
        &app::asking(
            role,
            &[
                ("vouchsafe.dev/secret-user", &path),
                ("vouchsafe.dev/placement", "after:mesh"),
                ("vouchsafe.dev/copy-volume-mounts", "app"),
            ],
        ),
        app::STAY,
    );
    let mut mesh = app::container("mesh", app::STAY);
    mesh["restartPolicy"] = json!("Always");
    let early = app::container("early", "ls /vault/secrets 2>&1 || true");
    let late = app::container("late", "cat /vault/secrets/user");
    pod["spec"]["initContainers"] = json!([early, mesh, late]);
    pod["spec"]["volumes"] = json!([{ "name": "scratch", "emptyDir": {} }]);
    let app = &mut pod["spec"]["containers"][0];
    app["securityContext"]["readOnlyRootFilesystem"] = json!(true);
    app["volumeMounts"] = json!([{ "name": "scratch", "mountPath": "/scratch" }]);
    let sidecar = app::container("logs", app::STAY);
    pod["spec"]["containers"]
        .as_array_mut()
        .unwrap()
        .push(sidecar);
    namespace.apply(&pod);
    namespace.wait_ready("web");
    let object = namespace.get("pod", "web");
    assert_eq!(
        names(&object, "initContainers"),
        ["early", "mesh", "vouchsafe-agent", "late"]
    );
    assert_eq!(names(&object, "containers"), ["app", "logs"]);
    assert_eq!(namespace.logs("web", "late"), "app");
    for name in ["app", "logs", "mesh"] {
        assert_eq!(
            namespace.shell("web", name, "cat /vault/secrets/user"),
            "app",
            "{name}"
        );
    }
    namespace.shell("web", "app", "touch /scratch/mine");
    let mounts = container(&object, "vouchsafe-agent")["volumeMounts"].to_string();
    assert!(mounts.contains("/scratch"), "{mounts}");
    let early = namespace.logs("web", "early");
    assert!(
        !early.contains("user"),
        "files before the agent ran: {early}"
    );
}
