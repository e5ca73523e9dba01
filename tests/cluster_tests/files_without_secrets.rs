//! Files whose secrets do not exist yet, files that change together, and what they are told by.

use serde_json::json;
use vouchsafe_tests::{app, cluster::PATIENCE, wait::until};

use crate::ready_namespace;

#[test]
fn an_app_starts_without_its_optional_file_and_gets_it_later() {
    let (namespace, vault) = ready_namespace("optional");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "password": "canary-one" }));
    let (path, later) = (
        format!("secret/data/{role}"),
        format!("secret/data/{role}-later"),
    );
    namespace.apply(&app::pod(
        "web",
        &app::asking(
            role,
            &[
                ("vouchsafe.dev/secret-db.json", &path),
                ("vouchsafe.dev/refresh-interval", "2s"),
                ("vouchsafe.dev/secret-later.json", &later),
                ("vouchsafe.dev/optional-later.json", "true"),
                ("vouchsafe.dev/secret-flags", &format!("{later}#flags")),
                ("vouchsafe.dev/fallback-flags", "none"),
                (
                    "vouchsafe.dev/reload-later.json",
                    "touch:/vault/secrets/told",
                ),
            ],
        ),
        app::STAY,
    ));
    namespace.wait_ready("web");
    let shell = |script: &str| namespace.shell("web", "app", script);
    assert_eq!(
        shell("cat /vault/secrets/flags; ls /vault/secrets"),
        "nonedb.json\nflags\n"
    );
    vault.put(&format!("{role}-later"), &json!({ "flags": "canary-on" }));
    until(PATIENCE, "the marker of the change", || {
        let listed = shell("ls /vault/secrets");
        if listed.contains("told") {
            Ok(())
        } else {
            Err(listed)
        }
    });
    assert_eq!(shell("cat /vault/secrets/flags"), "canary-on");
    assert!(shell("cat /vault/secrets/later.json").contains("canary-on"));
    let log = namespace.logs("web", "vouchsafe-agent");
    assert!(log.contains("secret_missing"), "{log}");
    assert!(!log.contains("canary") && !log.contains("ERROR"), "{log}");
}

#[test]
fn the_files_of_a_bundle_change_together_in_two_directories() {
    let (namespace, vault) = ready_namespace("bundle");
    let role = namespace.name.as_str();
    let put = |version: &str| {
        let value = json!({ "certificate": version, "key": version });
        vault.put(role, &value);
    };
    put("1");
    let (certificate, key) = (
        format!("secret/data/{role}#certificate"),
        format!("secret/data/{role}#key"),
    );
    namespace.apply(&app::pod(
        "web",
        &app::asking(
            role,
            &[
                ("vouchsafe.dev/secret-tls.crt", &certificate),
                ("vouchsafe.dev/bundle-tls.crt", "tls"),
                ("vouchsafe.dev/secret-tls.key", &key),
                ("vouchsafe.dev/bundle-tls.key", "tls"),
                ("vouchsafe.dev/secret-volume-path-tls.key", "/keys"),
                ("vouchsafe.dev/refresh-interval", "1s"),
                ("vouchsafe.dev/keep-previous", "1h"),
            ],
        ),
        app::STAY,
    ));
    namespace.wait_ready("web");
    let both = || {
        namespace.shell(
            "web",
            "app",
            "cat /vault/secrets/tls.crt; echo; cat /keys/tls.key",
        )
    };
    assert_eq!(both(), "1\n1");
    // Half of the next version: neither file changes.
    vault.put(role, &json!({ "certificate": "2" }));
    let log = namespace.wait_log("web", "vouchsafe-agent", "last_good_file_kept", PATIENCE);
    assert!(log.contains("of its bundle tls failed"), "{log}");
    assert_eq!(both(), "1\n1");
    put("3");
    until(PATIENCE, "the whole next version", || match both() {
        files if files == "3\n3" => Ok(()),
        files => Err(files),
    });
    let generations = namespace.shell("web", "app", "ls -d /keys/..2* | wc -l");
    assert_eq!(generations.trim(), "2");
}
