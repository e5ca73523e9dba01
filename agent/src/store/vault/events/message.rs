//! What one event says.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::store::watch::Change;

/// Where the API of KV version 2 has the parts and the operations of a secret.
/// Source: <https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2>.
const OPERATIONS: [&str; 6] = [
    "data/",
    "metadata/",
    "subkeys/",
    "delete/",
    "undelete/",
    "destroy/",
];
/// Those that can be read.
const READABLE: [&str; 3] = ["data/", "metadata/", "subkeys/"];

#[derive(Deserialize)]
struct CloudEvent {
    data: Received,
}

#[derive(Deserialize)]
struct Received {
    event: Event,
    #[serde(default)]
    event_type: String,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    plugin_info: Plugin,
}

#[derive(Deserialize)]
struct Event {
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    path: String,
    #[serde(default)]
    data_path: String,
    #[serde(default)]
    operation: String,
    /// Whether anything changed, where it is said at all.
    #[serde(default)]
    modified: String,
}

#[derive(Default, Deserialize)]
struct Plugin {
    #[serde(default)]
    mount_path: String,
}

/// Reads one event. None when it is about no secret of this namespace, or not an event at all.
pub(in super::super) fn change(text: &str, namespace: Option<&str>) -> Option<Change> {
    let CloudEvent { data } = serde_json::from_str(text).ok()?;
    let metadata = data.event.metadata;
    let operation = [&*metadata.operation, &data.event_type];
    let is_of_no_secret = operation.iter().any(|name| name.ends_with("config-write"));
    // Old servers tell of reads, too: looking at what was looked at would never end.
    let is_look =
        operation.iter().any(|name| name.ends_with("read")) || metadata.modified == "false";
    if is_of_no_secret || is_look || !is_ours(&data.namespace, namespace) {
        return None;
    }
    let mount = data.plugin_info.mount_path;
    let mount = mount.trim_matches('/');
    let mut paths = BTreeSet::new();
    for told in [metadata.data_path, metadata.path] {
        let told = told.trim_matches('/');
        if !told.is_empty() {
            paths.extend(ways_to(mount, told, &data.event_type));
        }
    }
    (!paths.is_empty()).then_some(Change { paths })
}

/// A subscription is one to its own namespace. What lies above that may be hidden from either side.
fn is_ours(told: &str, ours: Option<&str>) -> bool {
    let [told, ours] = [told, ours.unwrap_or_default()].map(|name| name.trim_matches('/'));
    let above = told.strip_suffix(ours);
    told.is_empty()
        || above.is_some_and(|above| above.is_empty() || above.ends_with('/') || ours.is_empty())
}

/// The paths by which a secret may be asked for, given one that an event names: below its mount, or
/// without that, as servers did before 1.16.
fn ways_to(mount: &str, told: &str, kind: &str) -> Vec<String> {
    if mount.is_empty() {
        return vec![told.to_owned()];
    }
    let below = |rest: &str| format!("{mount}/{rest}");
    let rest = told.strip_prefix(mount);
    let rest = rest.and_then(|rest| rest.strip_prefix('/')).unwrap_or(told);
    let mut ways = Vec::new();
    if !kind.starts_with("kv-v2/") {
        ways.push(below(rest));
    }
    if !kind.starts_with("kv-v1/") {
        let mut operations = OPERATIONS.iter();
        let key = operations.find_map(|operation| rest.strip_prefix(operation));
        let key = key.unwrap_or(rest);
        ways.extend(READABLE.map(|part| below(&format!("{part}{key}"))));
        // Without a part `data/` is meant, unless the path has one by the look of it.
        if !READABLE.iter().any(|part| key.starts_with(part)) {
            ways.push(below(key));
        }
    }
    ways
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use vouchsafe_template::scope::Dependency;

    use super::*;
    use crate::store::vault::mount;

    /// As the documentation shows one.
    fn event(kind: &str, mount: &str, path: &str, data_path: &str) -> Value {
        let (_, operation) = kind.split_once('/').unwrap();
        json!({
            "id": "901ea96c-5a2e-4f3c-b9a9-6a2b0d4a4bd1",
            "source": "vault://cluster",
            "specversion": "1.0",
            "type": kind,
            "data": {
                "event": {
                    "id": "901ea96c-5a2e-4f3c-b9a9-6a2b0d4a4bd1",
                    "metadata": {
                        "current_version": "2",
                        "data_path": data_path,
                        "modified": "true",
                        "oldest_version": "0",
                        "operation": operation,
                        "path": path,
                    }
                },
                "event_type": kind,
                "plugin_info": {
                    "mount_class": "secret",
                    "mount_accessor": "kv_5dc4d18e",
                    "mount_path": mount,
                    "plugin": "kv",
                    "version": "2",
                }
            },
            "datacontentype": "application/cloudevents",
            "time": "2023-09-12T15:19:49.394915-07:00",
        })
    }

    fn concerned(change: &Change, path: &str) -> bool {
        let path = path.to_owned();
        change.concerns(&Dependency::Read { path })
    }

    #[test]
    fn a_secret_is_found_however_it_is_asked_for() {
        let written = event(
            "kv-v2/data-write",
            "secret/",
            "secret/data/team/db",
            "secret/data/team/db",
        );
        let change = change(&written.to_string(), None).unwrap();
        for path in [
            "secret/data/team/db",
            "secret/team/db",
            "secret/metadata/team/db",
            "secret/data/team/db?version=3",
            "secret/data/team%2Fdb",
        ] {
            assert!(concerned(&change, path), "{path}");
        }
        for path in [
            "secret/data/team",
            "secret/data/team/db2",
            "kv/data/team/db",
            "secret/data/data/team/db",
            "",
        ] {
            assert!(!concerned(&change, path), "{path}");
        }
        let path = "secret/team/db".to_owned();
        assert!(!change.concerns(&Dependency::List { path }));
    }

    /// One of each kind, as Vault 1.15.3 sent them to a root token; those that name no `data_path` it
    /// sends to nobody else.
    #[test]
    fn what_a_real_server_says_is_understood() {
        let mut kinds = BTreeSet::new();
        for frame in include_str!("frames.jsonl").lines() {
            let told: Value = serde_json::from_str(frame).unwrap();
            let kind = told["data"]["event_type"].as_str().unwrap();
            kinds.insert(kind.to_owned());
            // The server ends each with a newline.
            let change = change(&format!("{frame}\n"), None);
            if kind == "kv-v2/config-write" {
                assert_eq!(change, None);
                continue;
            }
            let (ours, others) = match kind.split_once('/').unwrap() {
                ("kv-v1", _) => ("old/team/db", "secret/data/team/db"),
                _ => ("secret/data/team/db", "old/team/db"),
            };
            let change = change.unwrap();
            assert!(concerned(&change, ours), "{frame}");
            assert!(!concerned(&change, others), "{frame}");
        }
        assert_eq!(kinds.len(), 12, "{kinds:?}");
    }

    #[test]
    fn version_one_has_no_parts() {
        let written = event("kv-v1/write", "kv/", "kv/data/db", "");
        let change = change(&written.to_string(), None).unwrap();
        assert!(concerned(&change, "kv/data/db"));
        assert!(!concerned(&change, "kv/db"));
    }

    #[test]
    fn what_is_about_no_secret_of_ours_is_passed_over() {
        let path = "secret/data/db";
        let settings = event("kv-v2/config-write", "secret/", "secret/config", "");
        assert_eq!(change(&settings.to_string(), None), None);
        let read = event("kv-v2/metadata-read", "secret/", "metadata/db", "");
        assert_eq!(change(&read.to_string(), None), None);
        let mut unmodified = event("kv-v2/data-write", "secret/", path, path);
        unmodified["data"]["event"]["metadata"]["modified"] = json!("false");
        assert_eq!(change(&unmodified.to_string(), None), None);
        for text in ["", "{}", "[]", r#"{"data":{"event":{"metadata":{}}}}"#] {
            assert_eq!(change(text, None), None, "{text}");
        }
        for (told, ours, expected) in [
            ("", None, true),
            ("", Some("team"), true),
            ("team/", Some("team"), true),
            ("admin/team/", Some("/team/"), true),
            ("a-team/", Some("team"), false),
            ("other/", Some("team"), false),
            ("admin/", None, true),
        ] {
            let mut written = event("kv-v2/data-write", "secret/", path, path);
            written["data"]["namespace"] = json!(told);
            let found = change(&written.to_string(), ours).is_some();
            assert_eq!(found, expected, "{told} {ours:?}");
        }
    }

    proptest! {
        #[test]
        fn every_operation_on_a_secret_concerns_it_and_no_other(
            mount in "[a-z]{1,4}(/[a-z]{1,4})?",
            key in "[a-z%# ü]{1,5}(/[a-z?]{1,3})?",
            other in "[a-z]{6,8}",
            operation in prop::sample::select(vec![
                ("data-write", "data/"), ("data-patch", "data/"), ("data-delete", "data/"),
                ("delete", "delete/"), ("undelete", "undelete/"), ("destroy", "destroy/"),
                ("metadata-write", "metadata/"), ("metadata-patch", "metadata/"), ("metadata-delete", "metadata/"),
            ]),
            relative: bool,
            has_data_path: bool,
            asked in prop::sample::select(vec!["", "data/", "metadata/"]),
        ) {
            prop_assume!(!OPERATIONS.iter().any(|part| key.starts_with(part)));
            let (operation, part) = operation;
            let before = if relative { String::new() } else { format!("{mount}/") };
            let data_path = if has_data_path { format!("{before}data/{key}") } else { String::new() };
            let kind = format!("kv-v2/{operation}");
            let told = event(&kind, &format!("{mount}/"), &format!("{before}{part}{key}"), &data_path);
            let change = change(&told.to_string(), None).unwrap();
            let url = |key: &str| mount::encoded(&format!("{mount}/{asked}{key}"));
            prop_assert!(concerned(&change, &url(&key)));
            prop_assert!(!concerned(&change, &url(&other)));
            let below = format!("{key}/{other}");
            prop_assert!(!concerned(&change, &url(&below)));
        }

        #[test]
        fn any_text_is_read_without_harm(text in ".{0,200}", namespace in prop::option::of(".{0,5}")) {
            let _ = change(&text, namespace.as_deref());
        }

        #[test]
        fn any_names_are_read_without_harm(mount in ".{0,6}", path in ".{0,12}", kind in "(kv-v[12]/)?.{0,3}") {
            let ways = ways_to(&mount, &path, &kind);
            prop_assert!(ways.iter().all(|way| way.starts_with(&mount) || mount.is_empty()));
        }
    }
}
