use std::collections::BTreeSet;

use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};
use vouchsafe_shared::{
    annotations::Placement,
    config::{AgentConfig, SourceConfig, TemplateText},
    diagnostic::Severity,
};
use vouchsafe_webhook::{
    admission::wording,
    json::Json,
    mutate::{Context, Settings, inject},
};

use crate::{
    spec::{FEATURES, asked, with},
    support::{
        agent_config_text, agents, bare_settings, checked, decide, patched, typical_settings,
    },
};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    /// Whatever the pod: no panic, a patch that applies and changes nothing of the pod's own, and
    /// nothing left to do afterwards.
    #[test]
    fn every_decision_keeps_its_promises(pod in pod(), bare in prop::bool::weighted(0.1)) {
        let settings = if bare { bare_settings() } else { typical_settings() };
        match decide(&pod, &settings) {
            Ok(outcome) if outcome.injected => {
                patched(&pod, &outcome, &settings);
            }
            Ok(outcome) => prop_assert_eq!(outcome.patch.operations(), json_patch::Patch::default()),
            Err(rejection) => {
                prop_assert!(rejection.0.iter().any(|problem| problem.severity == Severity::Error));
                prop_assert!(wording::denial(&rejection).starts_with("vouchsafe: "));
                for warning in wording::warnings(&rejection.0) {
                    prop_assert!(warning.chars().count() <= 256);
                }
            }
        }
    }

    /// The same for all that can be asked for, together, in pods of any shape.
    #[test]
    fn every_decision_about_any_features_keeps_its_promises(
        pod in pod(),
        features in vec(select(FEATURES), 0..6),
        original: bool,
        native_sidecars: bool,
        placement in option::of(select(&["proxy", "migrate"][..])),
    ) {
        let changes: Vec<_> = features.iter().map(|(_, change)| *change).collect();
        let mut spec = with(&changes);
        if let Some(name) = placement {
            spec.placement = Placement::After(asked("placement", name.to_owned()));
        }
        let settings = Settings {
            vault_address: typical_settings().vault_address,
            ..if original { Settings::original("agent:1") } else { bare_settings() }
        };
        let context = Context { native_sidecars, ..Context::new(&settings) };
        match inject(&Json::from(&pod), &spec, &context) {
            Ok(outcome) => {
                prop_assert!(outcome.injected);
                let patched = checked(&pod, &outcome, &|pod| inject(&Json::from(pod), &spec, &context));
                let config = agent_config_text(&patched);
                prop_assert_eq!(config.is_empty(), spec.config_map.is_some());
                if !config.is_empty() {
                    let config = AgentConfig::from_json(&config);
                    prop_assert!(config.is_ok(), "{:?}", config);
                }
                for agent in agents(&patched) {
                    let mounts = agent["volumeMounts"].as_array().unwrap();
                    let paths = || mounts.iter().map(|mount| mount["mountPath"].as_str().unwrap());
                    let distinct: BTreeSet<_> = paths().collect();
                    prop_assert_eq!(paths().count(), distinct.len());
                }
            }
            Err(rejection) => {
                let mut problems = rejection.0.iter();
                prop_assert!(problems.any(|problem| problem.severity == Severity::Error));
            }
        }
    }

    /// Any text as a template: told what is wrong with it, or given to the agent as it is.
    #[test]
    fn a_template_is_denied_or_arrives_byte_for_byte(
        text in template_text(),
        original: bool,
        delimiters in option::of(("[\\[<{]{0,2}|\\PC{0,3}", "[\\]>}]{0,2}|\\PC{0,3}")),
    ) {
        let [template, left, right] = if original {
            ["agent-inject-template-x", "agent-template-left-delim-x", "agent-template-right-delim-x"]
        } else {
            ["template-x", "template-left-delimiter-x", "template-right-delimiter-x"]
        };
        let prefix = if original { "vault.hashicorp.com/" } else { "vouchsafe.dev/" };
        let mut annotations = json!({
            format!("{prefix}agent-inject"): "true",
            format!("{prefix}role"): "web",
            format!("{prefix}{template}"): text,
        });
        if let Some((left_delimiter, right_delimiter)) = &delimiters {
            annotations[format!("{prefix}{left}")] = json!(left_delimiter);
            annotations[format!("{prefix}{right}")] = json!(right_delimiter);
        }
        let pod = json!({
            "metadata": { "annotations": annotations },
            "spec": { "containers": [{ "name": "web" }] },
        });
        let settings = typical_settings();
        match decide(&pod, &settings) {
            Ok(outcome) => {
                let pod = patched(&pod, &outcome, &settings);
                let config = AgentConfig::from_json(&agent_config_text(&pod)).unwrap();
                let Some(file) = config.files.first() else {
                    // As with the original injector, a blank template is none.
                    prop_assert!(original && text.trim().is_empty());
                    return Ok(());
                };
                let SourceConfig::Template(source) = &file.source else {
                    return Err(TestCaseError::fail("no template"));
                };
                prop_assert_eq!(&source.text, &TemplateText::Inline(text));
                for warning in wording::warnings(&outcome.warnings) {
                    prop_assert!(warning.chars().count() <= 256 && !warning.contains('\n'));
                }
            }
            Err(rejection) => {
                let denial = wording::denial(&rejection);
                prop_assert!(denial.contains("\nVS"), "{}", denial);
                prop_assert!(denial.lines().count() <= 4, "{}", denial);
                prop_assert!(denial.len() < 4096, "{}", denial);
            }
        }
    }

    #[test]
    fn no_json_makes_it_panic(pod in anything()) {
        let _ = decide(&pod, &typical_settings());
    }
}

/// Any text, and such as is put together from pieces of the language.
fn template_text() -> impl Strategy<Value = String> {
    let piece = select(
        &[
            "{{",
            "}}",
            "{{-",
            "-}}",
            " ",
            "\n",
            "with",
            "range",
            "if",
            "else",
            "end",
            "define",
            "block",
            "template",
            "break",
            "secret",
            "pkiCert",
            "toJSON",
            "printf",
            ".Data",
            ".data",
            ".x",
            "$v",
            ":=",
            "=",
            ",",
            "|",
            "(",
            ")",
            "\"secret/data/x\"",
            "\"pki/issue/x\"",
            "\"",
            "`",
            "'",
            "\\",
            "1",
            "1e9",
            "nil",
            "/*",
            "*/",
            "[[",
            "]]",
            "<<",
            ">>",
            "ß",
            "\u{0}",
            "\u{202e}",
            "…",
        ][..],
    );
    prop_oneof![
        1 => any::<String>(),
        4 => vec(piece, 0..40).prop_map(|pieces| pieces.concat()),
        2 => vec(piece_with_blanks(), 1..12).prop_map(|pieces| pieces.concat()),
    ]
}

/// Pieces that are actions by themselves, so that many are templates.
fn piece_with_blanks() -> impl Strategy<Value = &'static str> {
    select(
        &[
            "text\n",
            "{{ secret \"secret/data/x\" }}",
            "{{ (secret \"secret/data/x\").Data.y }}",
            "{{ with secret \"pki/issue/x\" }}{{ .Data.ca_chain }}{{ end }}",
            "{{- 1 -}}",
            "{{/* ß */}}",
            "[[ 1 ]]",
        ][..],
    )
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
        (
            "agent-inject-template-x.env",
            "{{ with secret \"secret/data/x\" }}{{ .Data.data }}{{ end }}",
        ),
        ("agent-inject-template-z", "{{ .x"),
        ("agent-inject-template-file-z", "/z.tpl"),
        ("agent-template-left-delim-z", "[["),
        ("error-on-missing-key-z", "true"),
        ("error-fatal-z", "true"),
        ("default-template", "json"),
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
