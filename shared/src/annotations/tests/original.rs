//! Pods that the original injector was given, and what it said of their annotations.

use serde_json::Value;

use super::*;

/// Admitted by the original, denied here on purpose.
const DENIED: &[(&str, &str)] = &[
    ("file-dotdot", "the file would leave its volume"),
    ("perms-bad", "the original's agent would fail on it"),
    (
        "two-case-twins",
        "two templates would write one file by turns",
    ),
    ("neither", "the pod would get no secrets"),
];

/// Denied by the original because of the pod or the settings, not of annotations alone.
const ELSEWHERE: &[(&str, &str)] = &[
    ("basic-custom-token", "we bring a token of our own"),
    (
        "basic-custom-token-unmounted",
        "we bring a token of our own",
    ),
    ("basic-no-token", "we bring a token of our own"),
    ("approle-no-sa", "we bring a token of our own"),
    ("ns-kube-system", "of the pod's namespace"),
    ("ns-kube-public", "of the pod's namespace"),
    ("share-pid-conflict", "of the pod's own process namespace"),
    ("sa-volume-missing", "of the pod's volumes"),
    ("run-as-same-none", "of the pod's containers"),
    ("json-patch-bad-op", "found when the patch is applied"),
    ("json-patch-missing", "found when the patch is applied"),
];

/// The words of the original's denial that ours has too.
const CAUSES: &[(&str, &str)] = &[
    ("as bool", "as bool"),
    ("no Vault role found", "no role found"),
    (
        "invalid default template type",
        "invalid default template type",
    ),
    ("ParseUint", "cannot be parsed as a number"),
    ("ParseInt", "cannot be parsed as a whole number"),
    ("ParseFloat", "cannot be parsed as float"),
    ("missing unit in duration", "missing unit in duration"),
    ("error parsing JSON patch", "error parsing JSON patch"),
    ("quantities must match", "not a quantity"),
];

fn named(list: &[(&str, &str)], name: &str) -> bool {
    list.iter().any(|(listed, _)| *listed == name)
}

#[test]
fn annotations_are_admitted_and_denied_as_by_the_original() {
    let mut listed = 0;
    for line in include_str!("original.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let name = case["name"].as_str().unwrap();
        let annotations: Vec<(&str, &str)> = case["annotations"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str().unwrap()))
            .collect();
        let told = match parse(annotations.iter().copied()) {
            Ok(Intent::Inject { .. }) => None,
            Ok(Intent::LeaveAlone { warnings }) => {
                assert!(
                    case["injected"] == false,
                    "{name}: left alone, {warnings:?}"
                );
                continue;
            }
            Err(Rejection(problems)) => Some(format!("{problems:?}")),
        };
        let allowed = case["allowed"].as_bool().unwrap();
        if named(DENIED, name) {
            listed += 1;
            assert!(allowed && told.is_some(), "{name}");
        } else if named(ELSEWHERE, name) {
            listed += 1;
            assert!(!allowed && told.is_none(), "{name}: {told:?}");
        } else if allowed {
            assert_eq!(told, None, "{name}");
        } else {
            let message = case["message"].as_str().unwrap();
            let told = told.unwrap_or_else(|| panic!("{name}: admitted, not {message}"));
            let words = CAUSES.iter().find(|(theirs, _)| message.contains(theirs));
            let (_, ours) = words.unwrap_or_else(|| panic!("{name}: no words for {message}"));
            assert!(told.contains(ours), "{name}: {told}");
        }
    }
    assert_eq!(listed, DENIED.len() + ELSEWHERE.len());
}

#[test]
fn what_is_said_of_secrets_that_there_are_not_is_never_read_by_the_original() {
    for (name, value) in [
        ("vault.hashicorp.com/agent-inject-perms-x", "rw"),
        ("vault.hashicorp.com/agent-inject-file-x", "../up"),
        ("vault.hashicorp.com/error-on-missing-key-x", "maybe"),
    ] {
        let Ok(Intent::Inject { warnings, .. }) = parse(asking(ORIGINAL, &[(name, value)])) else {
            panic!("denied for {name}");
        };
        let told = |warning: &Diagnostic| warning.to_string().contains(value);
        assert!(warnings.iter().any(told), "{warnings:?}");
        let secret = ("vault.hashicorp.com/agent-inject-secret-x", "secret/data/x");
        rejected(&asking(ORIGINAL, &[(name, value), secret]));
    }
}

#[test]
fn a_blank_namespace_or_proxy_goes_before_the_webhooks_own_as_in_the_original() {
    let connection = inject(&asking(
        ORIGINAL,
        &[
            ("vault.hashicorp.com/namespace", ""),
            ("vault.hashicorp.com/proxy-address", ""),
        ],
    ))
    .connection;
    assert_eq!(connection.namespace.as_deref(), Some(""));
    assert_eq!(connection.proxy.as_deref(), Some(""));
    assert_eq!(inject(&asking(ORIGINAL, &[])).connection.namespace, None);
}
