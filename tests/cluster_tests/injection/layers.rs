use serde_json::json;
use vouchsafe_tests::{app, cluster, wait};

use super::ready_namespace;

#[test]
fn defaults_of_the_cluster_a_profile_and_the_namespace_are_used_and_the_pod_wins() {
    let (namespace, vault) = ready_namespace("layers");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app", "password": "one" }));
    // Everybody's, so each test's profiles carry the name of its namespace.
    let profile = format!("profile.{role}");
    let text = format!(
        "vouchsafe.dev/secret-user: secret/data/{role}#user\nvouchsafe.dev/mode-user: \"0444\"\nvouchsafe.dev/secret-volume-path: /from/profile\n"
    );
    cluster::add_defaults(&profile, &text);
    namespace.kubectl(&[
        "annotate",
        "namespace",
        role,
        &format!("vouchsafe.dev/role={role}"),
        "vouchsafe.dev/secret-volume-path=/from/namespace",
        "vouchsafe.dev/log-format=json",
    ]);
    let pod = app::pod(
        "web",
        &[
            ("vouchsafe.dev/inject", "true"),
            ("vouchsafe.dev/profile", role),
            ("vouchsafe.dev/mode-user", "0440"),
        ],
        app::STAY,
    );
    // The webhook hears of both a moment later.
    wait::until(cluster::PATIENCE, "the defaults to be known", || {
        namespace.try_apply(&pod)
    });
    namespace.wait_ready("web");
    let file = "/from/profile/user";
    assert_eq!(namespace.shell("web", "app", &format!("cat {file}")), "app");
    let mode = namespace.shell("web", "app", &format!("stat -L -c %a {file}"));
    assert_eq!(mode.trim(), "440");
    let log = namespace.logs("web", "vouchsafe-agent");
    assert!(
        log.starts_with('{'),
        "the namespace's log format is not used: {log}"
    );
}
