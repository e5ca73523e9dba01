//! What is denied although each annotation can be read, and what a user reads then.

use std::{collections::BTreeSet, fmt::Write as _};

use insta::assert_snapshot;
use serde_json::{Value, json};
use vouchsafe_shared::{
    annotations::{Dialect, Override, Placement},
    diagnostic::{Code, Severity},
};
use vouchsafe_webhook::{
    admission::wording,
    json::Json,
    mutate::{Context, Settings, inject},
};

use crate::spec::{Change, asked, file, method, named, pod, signal, text, with};

/// Told here, and so with an example.
pub(crate) const CODES: [Code; 9] = [
    Code::SystemNamespace,
    Code::BadPatch,
    Code::AgentUser,
    Code::AgentResources,
    Code::OperatingSystem,
    Code::TokenVolume,
    Code::AuthParameter,
    Code::ProcessNamespace,
    Code::PortTaken,
];

struct Case {
    name: &'static str,
    namespace: &'static str,
    spec: Change,
    pod: fn(&mut Value),
}

const fn case(name: &'static str, spec: Change) -> Case {
    Case {
        name,
        namespace: "apps",
        spec,
        pod: |_| {},
    }
}

const fn pod_case(name: &'static str, pod: fn(&mut Value), spec: Change) -> Case {
    Case {
        pod,
        ..case(name, spec)
    }
}

const CASES: &[Case] = &[
    Case {
        namespace: "kube-system",
        ..case("a system namespace", |_| {})
    },
    case("no role", |spec| spec.auth.role = None),
    case("an auth method that is not supported", |spec| {
        method(spec, "aws", &[]);
    }),
    case("an auth method that does not exist", |spec| {
        method(spec, "kubernets", &[]);
    }),
    case("an auth method without its parameter", |spec| {
        method(spec, "approle", &[]);
    }),
    case("half a client certificate", |spec| {
        method(spec, "cert", &[("client_cert", "/c/tls.crt")]);
    }),
    case("no client certificate", |spec| method(spec, "cert", &[])),
    case("a parameter that is no boolean", |spec| {
        method(
            spec,
            "jwt",
            &[("path", "/x"), ("remove_jwt_after_reading", "perhaps")],
        );
    }),
    case("a patch that is no JSON", |spec| {
        spec.container.json_patch = text("json-patch", "[{");
    }),
    case("a patch that is no array", |spec| {
        spec.container.json_patch = text("json-patch", r#"{"op":"add"}"#);
    }),
    case("a patch with an unknown operation", |spec| {
        spec.container.json_patch = text("json-patch", r#"[{"op":"nope","path":"/name"}]"#);
    }),
    case("a patch of what is not there", |spec| {
        spec.container.json_patch = text("json-patch", r#"[{"op":"remove","path":"/nothing"}]"#);
    }),
    case("a patch that leaves no container", |spec| {
        spec.container.json_patch = text("json-patch", r#"[{"op":"replace","path":"","value":1}]"#);
    }),
    case("a patch that takes the name away", |spec| {
        spec.container.json_patch = text("json-patch", r#"[{"op":"remove","path":"/name"}]"#);
    }),
    case("a patch to a name that is taken", |spec| {
        spec.container.json_patch = text(
            "json-patch",
            r#"[{"op":"replace","path":"/name","value":"web"}]"#,
        );
    }),
    case("a patch for a container that is not there", |spec| {
        spec.native_sidecar = Some(true);
        spec.phases = vouchsafe_shared::annotations::Phases::Run;
        spec.container.init_json_patch = text("init-json-patch", "{}");
    }),
    case("a request above its limit", |spec| {
        spec.container.memory_limit = Override::Value("8Mi".parse().unwrap());
        spec.container.cpu_limit = Override::Value("1m".parse().unwrap());
    }),
    pod_case(
        "the user of a container without one",
        |pod| pod["spec"]["containers"][0]["securityContext"] = json!({}),
        |spec| spec.container.same_user = Some(asked("run-as-same-user", true)),
    ),
    pod_case(
        "the user of a container without a context",
        |pod| pod["spec"]["containers"][0]["securityContext"] = Value::Null,
        |spec| spec.container.same_user = Some(asked("run-as-same-user", true)),
    ),
    pod_case(
        "the user of a container that is root",
        |pod| pod["spec"]["containers"][0]["securityContext"]["runAsUser"] = json!(0),
        |spec| spec.container.same_user = Some(asked("run-as-same-user", true)),
    ),
    case("another user than the one to signal", |spec| {
        spec.container.user = Some(asked("run-as-user", 1));
        spec.reloads.push(signal());
    }),
    case("no security context but a signal", |spec| {
        spec.container.set_security_context = Some(asked("set-security-context", false));
        spec.reloads.push(signal());
    }),
    pod_case(
        "processes that the pod does not share",
        |pod| pod["spec"]["shareProcessNamespace"] = json!(false),
        |spec| spec.share_process_namespace = Some(asked("share-process-namespace", true)),
    ),
    pod_case(
        "processes of the host",
        |pod| pod["spec"]["hostPID"] = json!(true),
        |spec| spec.share_process_namespace = Some(asked("share-process-namespace", true)),
    ),
    case("no shared processes but a signal", |spec| {
        spec.share_process_namespace = Some(asked("share-process-namespace", false));
        spec.reloads.push(signal());
    }),
    pod_case(
        "a pod of another system",
        |pod| pod["spec"]["os"] = json!({ "name": "windows" }),
        |_| {},
    ),
    case("a token volume that is not there", |spec| {
        spec.identity_token.volume = text("service-account-token-volume-name", "nope");
    }),
    case("a token volume without a token", |spec| {
        spec.identity_token.volume = text("service-account-token-volume-name", "data");
    }),
    case("a place without its container", |spec| {
        spec.placement = Placement::Before(asked("placement", "web".to_owned()));
    }),
    case("unknown containers", |spec| {
        spec.containers = named("containers", &["wbe"]);
        file(spec, 0).containers = Some(named("containers-db", &["lgo"]));
    }),
    case("a directory that the agent needs", |spec| {
        spec.directory = "/run/vouchsafe".parse().unwrap();
        file(spec, 0).directory = spec.directory.clone();
        file(spec, 1).directory = "/vouchsafe-agent".parse().unwrap();
    }),
    case("files that meet in one volume", |spec| {
        file(spec, 0).name = "keys/key".parse().unwrap();
        file(spec, 1).directory = "/vault/secrets/keys".parse().unwrap();
    }),
    case("one port for two listeners", |spec| {
        spec.api.quit = true;
        spec.api.port = 9102;
    }),
];

fn settings() -> Settings {
    Settings {
        vault_address: Some("https://vault.vault.svc:8200".parse().unwrap()),
        agent_listen: Some("0.0.0.0:9102".parse().unwrap()),
        ..Settings::new("registry.example/vouchsafe/agent:1.2.3")
    }
}

#[test]
fn every_denial_names_its_cause_and_the_way_out() {
    let (settings, mut text, mut codes) = (settings(), String::new(), BTreeSet::new());
    for case in CASES {
        let mut pod = pod();
        (case.pod)(&mut pod);
        let context = Context {
            namespace: case.namespace,
            ..Context::new(&settings)
        };
        let Err(rejection) = inject(&Json::from(&pod), &with(&[case.spec]), &context) else {
            panic!("{} is admitted", case.name);
        };
        let errors = rejection.0.iter();
        let errors = errors.filter(|problem| problem.severity == Severity::Error);
        codes.extend(errors.map(|problem| problem.code));
        let denial = wording::denial(&rejection);
        let (_, problems) = denial.split_once('\n').unwrap();
        writeln!(text, "# {}\n{problems}\n", case.name).unwrap();
    }
    assert_snapshot!(text);
    let missing: Vec<_> = CODES.iter().filter(|code| !codes.contains(code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// What the original injector takes is told, not denied.
#[test]
fn the_original_dialect_is_warned_where_ours_is_denied() {
    let settings = settings();
    let context = Context::new(&settings);
    let changes: &[Change] = &[
        |spec| spec.containers = named("containers", &["wbe"]),
        |spec| spec.containers = named("containers", &[]),
        |spec| method(spec, "cert", &[("name", "web")]),
    ];
    for change in changes {
        let mut spec = with(&[*change]);
        assert!(inject(&Json::from(&pod()), &spec, &context).is_err());
        spec.dialect = Dialect::Original;
        let outcome = inject(&Json::from(&pod()), &spec, &context).unwrap();
        assert!(!outcome.warnings.is_empty());
    }
}

#[test]
fn mounts_of_the_pod_near_the_secrets_are_told_or_denied() {
    let settings = settings();
    let context = Context::new(&settings);
    let decide = |path: &str, read_only: bool, volume: &str, change: Change| {
        let mut pod = pod();
        let mounts = pod["spec"]["containers"][0]["volumeMounts"].as_array_mut();
        mounts
            .unwrap()
            .push(json!({ "name": volume, "mountPath": path, "readOnly": read_only }));
        let outcome = inject(&Json::from(&pod), &with(&[change]), &context);
        outcome.map(|outcome| {
            outcome
                .warnings
                .iter()
                .map(|warning| warning.code)
                .collect::<Vec<_>>()
        })
    };
    let writable: Change = |spec| spec.mounts_read_only = false;
    // Below what is read-only nothing can be mounted; in what is writable a place of its own can.
    assert!(decide("/vault/secrets/x", false, "data", |_| {}).is_err());
    assert_eq!(
        decide("/vault/secrets/x", false, "data", writable).unwrap(),
        [Code::MountHidden]
    );
    assert!(decide("/vault/secrets/key", false, "data", writable).is_err());
    assert!(decide("/vault/secrets/", false, "data", writable).is_err());
    // Above it: where nothing can be made.
    assert_eq!(decide("/vault", false, "data", |_| {}).unwrap(), []);
    assert_eq!(
        decide("/vault", true, "data", |_| {}).unwrap(),
        [Code::MountHidden]
    );
    assert_eq!(
        decide("/vault", false, "vault-token", |_| {}).unwrap(),
        [Code::MountHidden]
    );
    assert_eq!(
        decide("/vault/secrets-of-mine", true, "data", |_| {}).unwrap(),
        []
    );
}
