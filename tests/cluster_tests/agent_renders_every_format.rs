//! The shipped agent against the real Vault, as a process of the test's own.

use std::time::Duration;

use serde_json::json;
use vouchsafe_tests::agent::Agent;

use crate::ready_namespace;

const SOON: Duration = Duration::from_secs(20);

#[test]
fn every_format_is_written_exactly_from_both_versions_of_kv() {
    let (namespace, vault) = ready_namespace("formats");
    let role = namespace.name.as_str();
    let data = json!({ "user": "app", "password": "it's $1\n\"ö\"", "port": 5432, "ratio": 1.50, "on": true });
    vault.put(role, &data);
    vault.write(&format!("kv1/{role}"), &data);
    for path in [
        format!("secret/data/{role}"),
        format!("secret/{role}"),
        format!("kv1/{role}"),
    ] {
        let file = |name: &str, format: &str| json!({ "name": name, "source": { "secret": path, "format": format } });
        let files = json!([
            file("env", "env"), file("json", "json"), file("yaml", "yaml"), file("properties", "properties"),
            { "name": "raw", "mode": "0400", "source": { "secret": path, "format": "raw", "key": "password" } },
        ]);
        let mut agent = Agent::new(&vault, role, role, &files, |_| {});
        agent.start();
        agent.wait_file("raw", "it's $1\n\"ö\"".as_bytes(), SOON);
        let text = |name: &str| String::from_utf8(agent.file(name).unwrap()).unwrap();
        assert_eq!(
            text("env"),
            "on='true'\npassword='it'\"'\"'s $1\n\"ö\"'\nport='5432'\nratio='1.5'\nuser='app'\n"
        );
        assert_eq!(
            text("json"),
            "{\"on\":true,\"password\":\"it's $1\\n\\\"ö\\\"\",\"port\":5432,\"ratio\":1.5,\"user\":\"app\"}\n"
        );
        assert_eq!(
            text("properties"),
            "on=true\npassword=it's $1\\n\"\\u00F6\"\nport=5432\nratio=1.5\nuser=app\n"
        );
        assert!(
            text("yaml").contains("\"user\": \"app\"\n"),
            "{}",
            text("yaml")
        );
    }
}
