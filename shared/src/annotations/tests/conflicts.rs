//! What cannot be asked for at once.

use super::*;

fn warnings_of(pod: &[(&str, &str)]) -> (InjectSpec, Vec<Code>) {
    match parse(pod.iter().copied()) {
        Ok(Intent::Inject { spec, warnings }) => {
            let codes = warnings.iter().map(|warning| warning.code).collect();
            (*spec, codes)
        }
        other => panic!("not injected: {other:?}"),
    }
}

#[test]
fn contradictions_under_our_own_prefix_are_denied() {
    for (code, pod) in [
        (
            Code::PlacementConflict,
            [
                ("vouchsafe.dev/placement", "last"),
                ("vouchsafe.dev/init-first", "true"),
            ],
        ),
        (
            Code::NoPhase,
            [
                ("vouchsafe.dev/pre-populate", "false"),
                ("vouchsafe.dev/pre-populate-only", "true"),
            ],
        ),
        (
            Code::RunAsConflict,
            [
                ("vouchsafe.dev/run-as-user", "5"),
                ("vouchsafe.dev/run-as-same-user", "true"),
            ],
        ),
        (
            Code::BackoffConflict,
            [
                ("vouchsafe.dev/auth-min-backoff", "10s"),
                ("vouchsafe.dev/auth-max-backoff", "5s"),
            ],
        ),
        (
            Code::CertificateIncomplete,
            [
                ("vouchsafe.dev/client-cert", "/vault/tls/tls.crt"),
                ("vouchsafe.dev/client-key", ""),
            ],
        ),
        (
            Code::TokenConflict,
            [
                ("vouchsafe.dev/token-audience", "vault"),
                ("vouchsafe.dev/service-account-token-volume-name", "mine"),
            ],
        ),
    ] {
        let problems = rejected(&minimal_and(&pod));
        let codes: Vec<Code> = problems.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes, [code]);
        assert!(problems[0].1.contains(pod[0].0), "{problems:?}");
    }
}

#[test]
fn saying_the_same_twice_is_no_contradiction() {
    let (spec, codes) = warnings_of(&minimal_and(&[
        ("vouchsafe.dev/placement", "first"),
        ("vouchsafe.dev/init-first", "true"),
        ("vouchsafe.dev/run-as-user", "5"),
        ("vouchsafe.dev/run-as-same-user", "false"),
    ]));
    assert_eq!((spec.placement, codes), (Placement::First, vec![]));
    assert_eq!(spec.container.user.unwrap().value, 5);
}

#[test]
fn contradictions_that_the_original_admits_are_warnings() {
    let (spec, codes) = warnings_of(&asking(
        ORIGINAL,
        &[
            ("vault.hashicorp.com/agent-inject-secret-x", "secret/x"),
            ("vault.hashicorp.com/agent-run-as-user", "5"),
            ("vault.hashicorp.com/agent-run-as-same-user", "true"),
            ("vault.hashicorp.com/auth-min-backoff", "10s"),
            ("vault.hashicorp.com/auth-max-backoff", "5s"),
            ("vault.hashicorp.com/client-key", "/vault/tls/tls.key"),
        ],
    ));
    assert_eq!(
        codes,
        [
            Code::BackoffConflict,
            Code::CertificateIncomplete,
            Code::RunAsConflict
        ]
    );
    assert_eq!(spec.auth.max_backoff, spec.auth.min_backoff);
    assert_eq!(spec.container.user, None);
    assert!(spec.container.same_user.unwrap().value);
}

#[test]
fn an_agent_without_a_time_to_run_is_denied_under_every_prefix() {
    for prefix in Prefix::ALL {
        let keys = [
            "agent-inject",
            "role",
            "agent-pre-populate",
            "agent-pre-populate-only",
        ]
        .map(|name| format!("{prefix}{name}"));
        let values = ["true", "web", "false", "true"];
        let pairs: Vec<_> = keys.iter().map(String::as_str).zip(values).collect();
        let problems = rejected(&pairs);
        assert!(
            problems.iter().any(|(code, _)| *code == Code::NoPhase),
            "{problems:?}"
        );
    }
}

#[test]
fn phases_and_places_are_what_is_asked_for() {
    for (pod, expected) in [
        (vec![], Phases::InitAndRun),
        (vec![("vouchsafe.dev/pre-populate", "false")], Phases::Run),
        (
            vec![("vouchsafe.dev/pre-populate-only", "true")],
            Phases::Init,
        ),
    ] {
        assert_eq!(inject(&minimal_and(&pod)).phases, expected);
    }
    let asked = |value: &str| Asked {
        annotation: "vouchsafe.dev/placement".to_owned(),
        value: value.to_owned(),
    };
    for (value, expected) in [
        ("last", Placement::Last),
        ("before:a", Placement::Before(asked("a"))),
        ("after: b", Placement::After(asked("b"))),
    ] {
        let spec = inject(&minimal_and(&[("vouchsafe.dev/placement", value)]));
        assert_eq!(spec.placement, expected);
    }
    for value in ["before:", "between", "before"] {
        let problems = rejected(&minimal_and(&[("vouchsafe.dev/placement", value)]));
        assert_eq!(problems[0].0, Code::BadValue);
    }
}

#[test]
fn a_role_is_needed_for_kubernetes_alone() {
    let secret = ("vouchsafe.dev/secret-x", "secret/x");
    let ask = ("vouchsafe.dev/inject", "true");
    for more in [
        ("vouchsafe.dev/auth-type", "jwt"),
        ("vouchsafe.dev/auth-config-role", "web"),
        ("vouchsafe.dev/configmap", "mine"),
    ] {
        inject(&[ask, secret, more]);
    }
    for more in [
        ("vouchsafe.dev/auth-type", "kubernetes"),
        ("vouchsafe.dev/role", " "),
    ] {
        let problems = rejected(&[ask, secret, more]);
        assert_eq!(problems[0].0, Code::MissingRole);
        assert!(problems[0].1.contains("no role found"), "{problems:?}");
    }
    let layers = |method| Layers {
        auth_method: Some(method),
        ..Layers::of_pod([ask, secret])
    };
    assert!(parse_layers(&layers("cert"), &mut |_| vec![]).is_ok());
    assert!(parse_layers(&layers("kubernetes"), &mut |_| vec![]).is_err());
}

#[test]
fn parameters_of_the_login_are_named_as_in_the_agents_configuration() {
    let spec = inject(&minimal_and(&[
        ("vouchsafe.dev/auth-type", "approle"),
        (
            "vouchsafe.dev/auth-config-role-id-file-path",
            "/vault/custom/role",
        ),
        (
            "vault.hashicorp.com/auth-config-secret-id-file-path",
            "/vault/custom/secret",
        ),
    ]));
    let names: Vec<&str> = spec.auth.parameters.keys().map(String::as_str).collect();
    assert_eq!(names, ["role_id_file_path", "secret_id_file_path"]);
    assert_eq!(
        spec.auth.parameters["role_id_file_path"].annotation,
        "vouchsafe.dev/auth-config-role-id-file-path"
    );
}

#[test]
fn what_changes_nothing_or_less_is_told() {
    for (more, expected) in [
        (
            vec![("vouchsafe.dev/cache-enable", "true")],
            "keeps no answers",
        ),
        (
            vec![("vouchsafe.dev/telemetry-statsd-address", "x:1")],
            "listens nowhere",
        ),
        (
            vec![("vouchsafe.dev/token-file", "x")],
            "which no annotation asks for",
        ),
        (
            vec![("vouchsafe.dev/configmap", "mine")],
            "decides what is in files",
        ),
    ] {
        let Ok(Intent::Inject { warnings, .. }) = parse(minimal_and(&more)) else {
            panic!("not injected")
        };
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert_eq!(warnings[0].code, Code::NoEffect);
        assert!(warnings[0].message.contains(expected), "{warnings:?}");
    }
    let (spec, _) = warnings_of(&minimal_and(&[
        ("vouchsafe.dev/enable-quit", "true"),
        ("vouchsafe.dev/telemetry-prometheus-retention-time", "24h"),
    ]));
    assert!(spec.api.quit && spec.api.metrics);
}
