//! Which files there are, and where.

use super::*;
use crate::{config::AdaptiveRange, value::HumanDuration};

const VAULT: &str = "vault.hashicorp.com/";

/// The paths of a pod's files, from names under the original's prefix.
fn paths(more: &[(&str, &str)]) -> Vec<String> {
    let keys: Vec<(String, &str)> = more
        .iter()
        .map(|(name, value)| (format!("{VAULT}{name}"), *value))
        .collect();
    let mut pod = ORIGINAL.to_vec();
    pod.extend(keys.iter().map(|(key, value)| (key.as_str(), *value)));
    inject(&pod)
        .files
        .iter()
        .map(|file| format!("{}/{}", file.directory, file.name))
        .collect()
}

#[test]
fn a_file_lies_below_its_directory_whatever_its_path_looks_like() {
    for (file, expected) in [
        ("config/db.env", "/vault/secrets/config/db.env"),
        ("/abs/x", "/vault/secrets/abs/x"),
        ("./a//b/../c", "/vault/secrets/a/c"),
        ("", "/vault/secrets/db"),
    ] {
        let found = paths(&[
            ("agent-inject-secret-db", "secret/db"),
            ("agent-inject-file-db", file),
        ]);
        assert_eq!(found, [expected]);
    }
    for (key, value) in [
        ("vault.hashicorp.com/agent-inject-file-db", "../up"),
        ("vault.hashicorp.com/agent-inject-file-db", "a/../../up"),
        ("vault.hashicorp.com/agent-inject-perms-db", "rw"),
        ("vault.hashicorp.com/secret-volume-path", ""),
        ("vault.hashicorp.com/secret-volume-path-db", "app"),
    ] {
        let secret = ("vault.hashicorp.com/agent-inject-secret-db", "secret/db");
        let problems = rejected(&asking(ORIGINAL, &[secret, (key, value)]));
        assert_eq!(problems[0].0, Code::BadValue, "{problems:?}");
        assert!(problems[0].1.contains(key), "{problems:?}");
    }
}

#[test]
fn directories_are_the_pods_or_the_secrets() {
    let found = paths(&[
        ("agent-inject-secret-a", "s/a"),
        ("agent-inject-secret-b", "s/b"),
        ("agent-inject-secret-c", "s/c"),
        ("secret-volume-path", "/app/secrets/"),
        ("secret-volume-path-b", "/api/env"),
        ("secret-volume-path-c", ""),
        ("agent-inject-token", "true"),
    ]);
    assert_eq!(
        found,
        [
            "/app/secrets/a",
            "/api/env/b",
            "/app/secrets/c",
            "/app/secrets/token"
        ]
    );
}

#[test]
fn capital_letters_are_kept_where_that_is_asked_for() {
    let secret = ("agent-inject-secret-MySecret", "s/m");
    let all = |value| ("preserve-secret-case", value);
    let one = |value| ("preserve-secret-case-MySecret", value);
    let twin = ("preserve-secret-case-mysecret", "true");
    for (settings, expected) in [
        (vec![], "mysecret"),
        (vec![all("true")], "MySecret"),
        (vec![one("true")], "MySecret"),
        (vec![all("true"), one("false")], "mysecret"),
        (vec![all("true"), one("maybe")], "mysecret"),
        (vec![all("maybe")], "mysecret"),
        (vec![twin], "mysecret"),
    ] {
        let mut pod = settings.clone();
        pod.push(secret);
        assert_eq!(
            paths(&pod),
            [format!("/vault/secrets/{expected}")],
            "{settings:?}"
        );
    }
    let Ok(Intent::Inject { warnings, .. }) = parse(asking(
        ORIGINAL,
        &[
            ("vault.hashicorp.com/agent-inject-secret-a", "s/a"),
            ("vault.hashicorp.com/preserve-secret-case", "maybe"),
        ],
    )) else {
        panic!("not injected")
    };
    assert_eq!(warnings[0].code, Code::BadValue);
    let problems = rejected(&minimal_and(&[(
        "vouchsafe.dev/preserve-secret-case",
        "maybe",
    )]));
    assert_eq!(problems[0].0, Code::BadValue);
    let spec = inject(&asking(
        OWN,
        &[
            ("vouchsafe.dev/secret-KEPT", "s/a"),
            ("vouchsafe.dev/secret-Lowered", "s/b"),
            ("vouchsafe.dev/preserve-secret-case-Lowered", "false"),
        ],
    ));
    let names: Vec<&str> = spec.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["KEPT", "lowered"]);
}

#[test]
fn the_token_is_a_file_like_others() {
    let spec = inject(&minimal_and(&[("vouchsafe.dev/token", "true")]));
    let token = spec.files.last().unwrap();
    assert_eq!(token.source, FileSource::Token);
    assert_eq!(
        (token.name.as_str(), token.mode.to_string().as_str()),
        ("token", "0640")
    );
    let spec = inject(&asking(
        OWN,
        &[
            ("vouchsafe.dev/token", "true"),
            ("vouchsafe.dev/token-file", "store/token"),
            ("vouchsafe.dev/token-mode", "0440"),
        ],
    ));
    let token = &spec.files[0];
    assert_eq!(
        (token.name.as_str(), token.mode.to_string().as_str()),
        ("store/token", "0440")
    );
    let problems = rejected(&minimal_and(&[
        ("vouchsafe.dev/token", "true"),
        ("vouchsafe.dev/secret-token", "secret/data/token"),
    ]));
    assert_eq!(problems[0].0, Code::DuplicateFile);
    assert!(
        problems[0]
            .1
            .contains("the file token that secret token writes too"),
        "{problems:?}"
    );
}

#[test]
fn a_file_may_have_a_command_and_containers_of_its_own() {
    let spec = inject(&minimal_and(&[
        ("vouchsafe.dev/command-db.env", "kill -HUP 1"),
        ("vouchsafe.dev/containers-db.env", "web, worker"),
    ]));
    let file = &spec.files[0];
    assert_eq!(file.command.as_ref().unwrap().value, "kill -HUP 1");
    assert_eq!(
        file.containers,
        Some(ContainerSelection::Named {
            annotation: "vouchsafe.dev/containers-db.env".to_owned(),
            names: vec!["web".to_owned(), "worker".to_owned()],
        })
    );
    let spec = inject(&minimal_and(&[("vouchsafe.dev/containers-db.env", "all")]));
    assert_eq!(spec.files[0].containers, None);
}

#[test]
fn two_directories_can_have_a_file_of_one_name() {
    let found = paths(&[
        ("agent-inject-secret-a", "s/a"),
        ("agent-inject-secret-b", "s/b"),
        ("agent-inject-file-a", "x"),
        ("agent-inject-file-b", "x"),
        ("secret-volume-path-b", "/other"),
    ]);
    assert_eq!(found, ["/vault/secrets/x", "/other/x"]);
    let problems = rejected(&asking(
        ORIGINAL,
        &[
            ("vault.hashicorp.com/agent-inject-secret-a", "s/a"),
            ("vault.hashicorp.com/agent-inject-secret-b", "s/b"),
            ("vault.hashicorp.com/secret-volume-path-a", "/app"),
            ("vault.hashicorp.com/agent-inject-file-a", "env/b"),
            ("vault.hashicorp.com/secret-volume-path-b", "/app/env"),
        ],
    ));
    assert_eq!(problems[0].0, Code::DuplicateFile);
    assert!(problems[0].1.contains("/app/env/b"), "{problems:?}");
}

#[test]
fn who_sees_the_files_is_a_list_without_blanks() {
    let names = |pod: &[(&str, &str)]| match inject(pod).containers {
        ContainerSelection::Named { names, .. } => Some(names),
        ContainerSelection::All => None,
    };
    let original = |value| {
        let key = "vault.hashicorp.com/agent-inject-containers";
        names(&asking(ORIGINAL, &[(key, value)]))
    };
    assert_eq!(original("app, metrics").unwrap(), ["app", "metrics"]);
    assert_eq!(original("").unwrap(), Vec::<String>::new());
    assert_eq!(original("all").unwrap(), ["all"]);
    let all = [("vouchsafe.dev/containers", "all")];
    assert_eq!(names(&minimal_and(&all)), None);
    let none = [("vouchsafe.dev/containers", "")];
    assert_eq!(rejected(&minimal_and(&none))[0].0, Code::BadValue);
    let init = |value| {
        let key = "vouchsafe.dev/init-containers";
        inject(&minimal_and(&[(key, value)])).init_containers
    };
    assert_eq!(init("all"), InitContainerSelection::All);
    for (value, expected) in [("none", vec![]), ("a,b", vec!["a", "b"])] {
        let InitContainerSelection::Named(asked) = init(value) else {
            panic!("all")
        };
        assert_eq!(asked.value, expected);
    }
}

#[test]
fn no_secrets_at_all_is_a_warning_where_the_original_admits_it() {
    let Ok(Intent::Inject { spec, warnings }) = parse(ORIGINAL) else {
        panic!("not injected")
    };
    assert_eq!(spec.files, []);
    assert_eq!(warnings[0].code, Code::NoSecrets);
    assert!(
        warnings[0]
            .help
            .contains("vault.hashicorp.com/agent-inject-secret-FILE"),
        "{warnings:?}"
    );
}

#[test]
fn what_the_original_passes_over_beside_a_secret_is_a_warning() {
    let Ok(Intent::Inject { spec, warnings }) = parse(asking(
        ORIGINAL,
        &[
            ("vault.hashicorp.com/agent-inject-template-db", "text"),
            (
                "vault.hashicorp.com/agent-inject-secret-db",
                "secret/db#key",
            ),
            ("vault.hashicorp.com/agent-inject-file-other", "x"),
        ],
    )) else {
        panic!("not injected")
    };
    assert_eq!(spec.files.len(), 1);
    let codes: Vec<Code> = warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(codes, [Code::TemplateConflict, Code::OrphanAnnotation]);
}

#[test]
fn a_file_says_what_becomes_of_it_without_its_secret_and_with_whom_it_changes() {
    let spec = inject(&asking(
        OWN,
        &[
            ("vouchsafe.dev/refresh-interval", "2m"),
            ("vouchsafe.dev/refresh-adaptive", "30s..10m"),
            ("vouchsafe.dev/refresh-version-first", "false"),
            ("vouchsafe.dev/events", "true"),
            ("vouchsafe.dev/keep-previous", "10m"),
            ("vouchsafe.dev/secret-tls", "secret/data/tls"),
            ("vouchsafe.dev/refresh-interval-tls", "10s"),
            ("vouchsafe.dev/refresh-adaptive-tls", "5s..1m"),
            ("vouchsafe.dev/optional-tls", "true"),
            ("vouchsafe.dev/fallback-tls", "{}"),
            ("vouchsafe.dev/bundle-tls", "certificates"),
        ],
    ));
    let range = |shortest: u64, longest: u64| {
        Some(AdaptiveRange {
            shortest: HumanDuration::from_secs(shortest),
            longest: HumanDuration::from_secs(longest),
        })
    };
    let refresh = |interval: u64, adaptive| RefreshSpec {
        interval: Some(HumanDuration::from_secs(interval)),
        adaptive,
    };
    assert_eq!(spec.refresh, refresh(120, range(30, 600)));
    assert!(!spec.refresh_version_first && spec.events);
    assert_eq!(spec.keep_previous, Some(HumanDuration::from_secs(600)));
    let tls = spec.files.iter().find(|file| file.name.as_str() == "tls");
    let tls = tls.unwrap();
    assert_eq!(tls.refresh, refresh(10, range(5, 60)));
    assert!(tls.optional);
    assert_eq!(tls.fallback.as_deref(), Some("{}"));
    assert_eq!(tls.bundle.as_deref(), Some("certificates"));
}

#[test]
fn a_range_of_intervals_that_is_none_is_refused() {
    for range in ["5s", "10s..5s", "0s..5s", "a..b", "5s..", ".."] {
        let name = "vouchsafe.dev/refresh-adaptive-db.env";
        let problems = rejected(&minimal_and(&[(name, range)]));
        assert_eq!(problems[0].0, Code::BadValue, "{range}: {problems:?}");
    }
}
