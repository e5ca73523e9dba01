use std::time::Duration;

use serde_json::json;
use vouchsafe_tests::{
    app,
    cluster::{Namespace, PATIENCE},
    vault::Vault,
    wait,
};

#[test]
fn a_pod_waits_for_a_vault_that_is_down_says_so_and_starts_when_it_is_up() {
    let namespace = Namespace::new("down");
    let role = namespace.name.as_str();
    let vault = Vault::start_own("down");
    vault.role(role, role, &json!({}));
    vault.put(role, &json!({ "password": "old" }));
    vault.stop();
    let path = format!("secret/data/{role}#password");
    namespace.apply(&app::pod(
        "web",
        &app::asking(
            role,
            &[
                ("vouchsafe.dev/address", &vault.address),
                ("vouchsafe.dev/secret-password", &path),
                ("vouchsafe.dev/refresh-interval", "1s"),
            ],
        ),
        app::STAY,
    ));
    let log = namespace.wait_log("web", "vouchsafe-agent", "login_failed", PATIENCE);
    assert!(
        log.contains("VS3001") && log.contains("Connection refused"),
        "{log}"
    );
    let address = &vault.address;
    let told = format!(
        "Startup probe failed: not ready: store vault: VS3001 {address} cannot be reached: cannot connect to the server"
    );
    wait::until(PATIENCE, "an event with the cause", || {
        let described = namespace.describe("web");
        if described.contains(&told) {
            Ok(())
        } else {
            Err(described)
        }
    });
    let pod = namespace.get("pod", "web");
    assert_eq!(pod["status"]["phase"], "Pending");
    assert!(
        pod["status"]["containerStatuses"][0]["state"]["waiting"].is_object(),
        "{pod}"
    );

    vault.start_again();
    namespace.wait_ready("web");
    let agent = &namespace.get("pod", "web")["status"]["initContainerStatuses"][0];
    assert_eq!(agent["restartCount"], 0, "the agent waits by itself");

    // Down once more: files stay as they are, and what changes afterwards arrives.
    vault.stop();
    namespace.wait_log("web", "vouchsafe-agent", "read_failed", PATIENCE);
    assert_eq!(
        namespace.shell("web", "app", "cat /vault/secrets/password"),
        "old"
    );
    vault.start_again();
    vault.put(role, &json!({ "password": "new" }));
    wait::until(Duration::from_secs(30), "the rotated secret", || {
        let found = namespace.shell("web", "app", "cat /vault/secrets/password");
        if found == "new" {
            Ok(())
        } else {
            Err(format!("{found}\n{}", namespace.describe("web")))
        }
    });
}
