use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};
use vouchsafe_shared::diagnostic::Severity;
use vouchsafe_webhook::{admission::wording, mutate::mutate};

use crate::support::{bare_settings, patched, typical_settings};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    /// Whatever the pod: no panic, a patch that applies and changes nothing of the pod's own, and
    /// nothing left to do afterwards.
    #[test]
    fn every_decision_keeps_its_promises(pod in pod(), bare in prop::bool::weighted(0.1)) {
        let settings = if bare { bare_settings() } else { typical_settings() };
        match mutate(&pod, &settings) {
            Ok(outcome) if outcome.injected => {
                patched(&pod, &outcome, &settings);
            }
            Ok(outcome) => prop_assert_eq!(outcome.patch, json_patch::Patch::default()),
            Err(rejection) => {
                prop_assert!(rejection.0.iter().any(|problem| problem.severity == Severity::Error));
                prop_assert!(wording::denial(&rejection).starts_with("vouchsafe: "));
                for warning in wording::warnings(&rejection.0) {
                    prop_assert!(warning.chars().count() <= 120);
                }
            }
        }
    }

    #[test]
    fn no_json_makes_it_panic(pod in anything()) {
        let _ = mutate(&pod, &typical_settings());
    }
}

/// JSON of any shape, with the keys that the decision looks for.
fn anything() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        select(
            &[
                "metadata",
                "annotations",
                "labels",
                "spec",
                "containers",
                "initContainers",
                "volumes",
                "volumeMounts",
                "name",
                "env",
                "securityContext",
                "runAsUser",
                "mountPath",
                "vouchsafe.dev/inject",
                "vouchsafe.dev/role",
                "vouchsafe.dev/secret-x",
            ][..]
        )
        .prop_map(str::to_owned),
        "\\PC{0,5}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}|true".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((key.clone(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Mostly what is asked for, now and then anything.
fn mostly(value: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value> {
    prop_oneof![600 => value, 1 => anything()].boxed()
}

fn object(members: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    members
        .into_iter()
        .map(|(key, value)| (Just(key), option::of(mostly(value))))
        .collect::<Vec<_>>()
        .prop_map(|members| {
            let members = members.into_iter();
            members
                .filter_map(|(key, value)| Some((key.to_owned(), value?)))
                .chain([("unknown".to_owned(), json!({ "kept": [1.50, null] }))])
                .collect::<Map<_, _>>()
                .into()
        })
        .boxed()
}

fn one_of(values: &[&'static str]) -> BoxedStrategy<Value> {
    select(values.to_vec()).prop_map(Value::from).boxed()
}

fn list(item: BoxedStrategy<Value>, most: usize) -> BoxedStrategy<Value> {
    vec(mostly(item), 0..=most).prop_map(Value::from).boxed()
}

/// Always named, since a list item without a name is denied at once.
fn named(names: &[&'static str], rest: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    (one_of(names), rest)
        .prop_map(|(name, mut value)| {
            if let Value::Object(members) = &mut value {
                members.insert("name".to_owned(), name);
            }
            value
        })
        .boxed()
}

fn identity() -> BoxedStrategy<Value> {
    let id = || {
        select(vec![0, 1000, 1000, 1000, 1001])
            .prop_map(Value::from)
            .boxed()
    };
    object(vec![("runAsUser", id()), ("runAsGroup", id())])
}

fn container(names: &[&'static str]) -> BoxedStrategy<Value> {
    let path = prop_oneof![
        16 => Just("/data"),
        4 => Just("/vault"),
        1 => select(vec!["/vault/secrets", "/vault/secrets/", "/vault/secrets/x"]),
    ];
    let mount = object(vec![
        ("readOnly", any::<bool>().prop_map(Value::from).boxed()),
        ("subPath", one_of(&["x"])),
    ]);
    let mount = (named(&["data", "vouchsafe-secrets"], mount), path)
        .prop_map(|(mut mount, path)| {
            if let Value::Object(members) = &mut mount {
                members.insert("mountPath".to_owned(), json!(path));
            }
            mount
        })
        .boxed();
    let variable = named(
        &[
            "PORT",
            "HOST",
            "MODE",
            "ZONE",
            "TIER",
            "VOUCHSAFE_CONTAINER",
        ],
        object(vec![("value", one_of(&["web", "8080"]))]),
    );
    let rest = object(vec![
        ("env", list(variable, 2)),
        ("volumeMounts", list(mount, 2)),
        ("securityContext", identity()),
        ("restartPolicy", one_of(&["Always", "Never"])),
        ("command", list(one_of(&["run"]), 1)),
        ("args", list(one_of(&["run"]), 1)),
    ]);
    named(names, rest)
}

fn annotations() -> BoxedStrategy<Value> {
    const PREFIXES: &[&str] = &["vouchsafe.dev/", "openbao.org/", "vault.hashicorp.com/"];
    const SETTINGS: &[(&str, &str)] = &[
        ("address", "https://vault:8200"),
        ("containers", "web"),
        ("containers", "web,log"),
        ("init-first", "true"),
        ("init-first", "false"),
        ("namespace", "team"),
        ("reload", "http:8080/reload"),
        ("reload", "signal:SIGHUP"),
        ("reload", "signal:SIGHUP@web"),
        ("reload-x.env", "signal:SIGHUP@proxy"),
        ("role", "other"),
        ("secret-y.json", "secret/data/y"),
        ("status", "injected"),
        ("token-audience", "vault"),
    ];
    let pair = (select(PREFIXES), select(SETTINGS))
        .prop_map(|(prefix, (key, value))| (format!("{prefix}{key}"), json!(value)));
    let anything =
        ("(vouchsafe.dev/)?\\PC{0,20}", "\\PC{0,20}").prop_map(|(key, value)| (key, json!(value)));
    let minimal = select(PREFIXES).prop_map(|prefix| {
        [
            ("agent-inject", "true"),
            ("role", "web"),
            ("secret-x.env", "secret/data/x"),
        ]
        .map(|(key, value)| (format!("{prefix}{key}"), json!(value)))
    });
    let more = vec(prop_oneof![50 => pair, 1 => anything], 0..4);
    (minimal, more)
        .prop_map(|(minimal, more)| {
            minimal
                .into_iter()
                .chain(more)
                .collect::<Map<_, _>>()
                .into()
        })
        .boxed()
}

fn pod() -> impl Strategy<Value = Value> {
    let labels = object(vec![
        ("app", one_of(&["web"])),
        ("vouchsafe.dev/injected", one_of(&["true", "true", "x"])),
    ]);
    let volume = named(
        &[
            "data",
            "cache",
            "logs",
            "conf",
            "keys",
            "tmp",
            "run",
            "lib",
            "vouchsafe-secrets",
            "vouchsafe-run",
            "vouchsafe-token",
        ],
        object(vec![(
            "emptyDir",
            object(vec![("medium", one_of(&["Memory"]))]),
        )]),
    );
    let apps = vec(container(&["web", "log"]), 1..3).prop_map(Value::from);
    let spec = object(vec![
        (
            "initContainers",
            list(
                container(&["proxy", "migrate", "seed", "warm", "vouchsafe-agent"]),
                2,
            ),
        ),
        ("volumes", list(volume, 2)),
        ("securityContext", identity()),
        (
            "shareProcessNamespace",
            prop_oneof![9 => Just(true), 1 => Just(false)]
                .prop_map(Value::from)
                .boxed(),
        ),
        ("hostPID", Just(json!(false)).boxed()),
    ]);
    (
        mostly(annotations()),
        object(vec![("labels", labels)]),
        mostly(apps),
        spec,
    )
        .prop_map(|(annotations, mut metadata, containers, mut spec)| {
            if let Value::Object(members) = &mut metadata {
                members.insert("annotations".to_owned(), annotations);
            }
            if let Value::Object(members) = &mut spec {
                members.insert("containers".to_owned(), containers);
            }
            json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec })
        })
}
