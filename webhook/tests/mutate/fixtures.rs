use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use insta::{Settings as Snapshots, assert_snapshot, glob};
use serde_json::{Value, json};
use vouchsafe_shared::{
    config::AgentConfig,
    diagnostic::{Code, Severity},
};
use vouchsafe_webhook::{
    admission::wording,
    mutate::{Rejection, Settings},
};

use crate::support::{agent_config_text, bare_settings, decide, patched, typical_settings};

/// A pod, and the settings that its first line names.
fn read(path: &Path) -> (Value, Settings) {
    let text = fs::read_to_string(path).unwrap();
    let settings = if text.starts_with("# settings: bare\n") {
        bare_settings()
    } else {
        typical_settings()
    };
    (serde_saphyr::from_str(&text).unwrap(), settings)
}

#[test]
fn pods_that_ask_get_what_they_need_and_nothing_else_changes() {
    glob!("../fixtures/injected", "*.yaml", |path| {
        let (pod, settings) = read(path);
        let outcome = decide(&pod, &settings).unwrap_or_else(|rejection| {
            panic!("{}", wording::denial(&rejection));
        });
        assert!(outcome.injected);
        let mut pod = patched(&pod, &outcome, &settings);
        let text = agent_config_text(&pod);
        let config: Value = serde_json::from_str(&text).unwrap();
        replace(&mut pod, &text);

        let mut snapshot = String::from("# operations\n");
        for operation in &outcome.patch.operations().0 {
            let operation = json!(operation);
            let (name, path) = (operation["op"].as_str(), operation["path"].as_str());
            writeln!(snapshot, "{} {}", name.unwrap(), path.unwrap()).unwrap();
        }
        for warning in wording::warnings(&outcome.warnings) {
            writeln!(snapshot, "\n# warning\n{warning}").unwrap();
        }
        writeln!(
            snapshot,
            "\n# pod\n{pod:#}\n\n# agent configuration\n{config:#}"
        )
        .unwrap();
        let mut options = Snapshots::clone_current();
        options.set_omit_expression(true);
        options.bind(|| assert_snapshot!("injected", snapshot));
    });
}

/// The configuration is shown apart, where it can be read.
fn replace(value: &mut Value, text: &str) {
    match value {
        Value::String(found) if found == text => "(see below)".clone_into(found),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, text)),
        Value::Object(members) => members.values_mut().for_each(|item| replace(item, text)),
        _ => {}
    }
}

#[test]
fn pods_that_do_not_ask_are_left_alone() {
    glob!("../fixtures/untouched", "*.yaml", |path| {
        let (pod, settings) = read(path);
        let outcome = decide(&pod, &settings).unwrap();
        assert!(!outcome.injected);
        assert_eq!(outcome.patch.operations(), json_patch::Patch::default());
        let warnings = wording::warnings(&outcome.warnings);
        assert_snapshot!("untouched", warnings.join("\n"));
    });
}

#[test]
fn the_example_of_all_reloads_is_admitted_and_tells_in_each_way() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reload.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once("```yaml\n").unwrap();
    let pod: Value = serde_saphyr::from_str(rest.split_once("```").unwrap().0).unwrap();
    let settings = typical_settings();
    let outcome = decide(&pod, &settings).unwrap_or_else(|rejection| {
        panic!("{}", wording::denial(&rejection));
    });
    assert!(outcome.warnings.is_empty(), "{:?}", outcome.warnings);
    let text = agent_config_text(&patched(&pod, &outcome, &settings));
    let config = AgentConfig::from_json(&text).unwrap();
    let kinds: Vec<_> = config
        .reload
        .iter()
        .map(|reload| reload.action.kind())
        .collect();
    let signals = ["signal"; 3];
    let others = ["http", "http", "touch", "command"];
    assert_eq!(kinds, [signals.as_slice(), &others].concat());
}

#[test]
fn pods_that_cannot_get_what_they_ask_are_denied_with_every_reason() {
    let codes = std::cell::RefCell::new(BTreeSet::new());
    glob!("../fixtures/denied", "*.yaml", |path| {
        let (pod, settings) = read(path);
        let rejection = decide(&pod, &settings).unwrap_err();
        codes.borrow_mut().extend(errors(&rejection));
        assert_snapshot!("denied", wording::denial(&rejection));
    });
    let warnings_only = [
        Code::MountHidden,
        Code::NoEffect,
        Code::NoTimeToRevoke,
        Code::NotRequested,
        Code::OtherProgram,
        Code::Shadowed,
        Code::UnreadableFile,
        Code::TemplateDoubtful,
    ];
    // Told in tests of their own, and by the agent.
    let elsewhere = [Code::TooLarge, Code::TemplateFailed]
        .into_iter()
        .chain(crate::denials::CODES)
        .collect::<BTreeSet<_>>();
    let expected = Code::ALL.iter().copied().filter(|code| {
        let number = *code as u16;
        ((1000..3000).contains(&number)
            || (5001..=5003).contains(&number)
            || (5008..=5009).contains(&number))
            && !warnings_only.contains(code)
            && !elsewhere.contains(code)
    });
    assert_eq!(
        codes.into_inner(),
        expected.collect(),
        "codes with an example"
    );
}

fn errors(rejection: &Rejection) -> BTreeSet<Code> {
    let errors = rejection
        .0
        .iter()
        .filter(|problem| problem.severity == Severity::Error);
    errors.map(|problem| problem.code).collect()
}

#[test]
fn a_configuration_that_no_pod_can_hold_is_denied() {
    let pod = |secrets: usize| {
        let mut annotations =
            json!({ "vouchsafe.dev/inject": "true", "vouchsafe.dev/role": "web" });
        for index in 0..secrets {
            annotations[format!("vouchsafe.dev/secret-{index:04}.json")] =
                json!(format!("secret/data/{}", "\"".repeat(100)));
        }
        json!({
            "metadata": { "annotations": annotations },
            "spec": { "containers": [{ "name": "web" }] },
        })
    };
    let settings = typical_settings();
    let outcome = decide(&pod(1_600), &settings).unwrap();
    let text = agent_config_text(&patched(&pod(1_600), &outcome, &settings));
    assert!(text.len() > 3 * 131_072, "{}", text.len());
    assert_snapshot!(wording::denial(
        &decide(&pod(1_750), &settings).unwrap_err()
    ));
}

#[test]
fn templates_too_long_for_the_configuration_are_told_the_way_out() {
    let pod = |length: usize| {
        json!({
            "metadata": { "annotations": {
                "vouchsafe.dev/inject": "true",
                "vouchsafe.dev/role": "web",
                "vouchsafe.dev/template-a": "$$".repeat(length),
                "vouchsafe.dev/template-b": "$$".repeat(length),
            } },
            "spec": { "containers": [{ "name": "web" }] },
        })
    };
    let settings = typical_settings();
    assert!(decide(&pod(20_000), &settings).is_ok());
    assert_snapshot!(wording::denial(
        &decide(&pod(40_000), &settings).unwrap_err()
    ));
}

#[test]
fn the_examples_of_the_documentation_are_what_a_user_reads() {
    let pod = |annotations: &[(&str, &str)]| {
        let common = [
            ("vouchsafe.dev/inject", "true"),
            ("vouchsafe.dev/role", "web"),
        ];
        let all = common.iter().chain(annotations);
        json!({
            "metadata": { "annotations": all
                .map(|(key, value)| ((*key).to_owned(), json!(value)))
                .collect::<serde_json::Map<_, _>>() },
            "spec": { "containers": [{ "name": "web" }] },
        })
    };
    for (code, annotations) in [
        (
            Code::TemplateInvalid,
            vec![(
                "vouchsafe.dev/template-db.env",
                "{{ with secret \"secret/data/db\" }}\nPASSWORD={{ .Data.data.db-password }}\n{{ end }}",
            )],
        ),
        (
            Code::TemplateFunction,
            vec![(
                "vouchsafe.dev/template-key",
                "{{ with secret \"secret/data/db\" }}{{ base64Decoder .Data.data.key }}{{ end }}",
            )],
        ),
        (
            Code::TemplateDoubtful,
            vec![(
                "vouchsafe.dev/template-db",
                "{{ with secret \"secret/data/db\" }}{{ .Data.user }}{{ end }}",
            )],
        ),
        (
            Code::TemplateConflict,
            vec![
                ("vouchsafe.dev/template-db", "text"),
                ("vouchsafe.dev/format-db", "json"),
            ],
        ),
        (
            Code::NoTemplate,
            vec![
                ("vouchsafe.dev/secret-db", "secret/data/db"),
                ("vouchsafe.dev/template-left-delimiter-db", "[["),
            ],
        ),
    ] {
        let told = match decide(&pod(&annotations), &typical_settings()) {
            Ok(outcome) => wording::warnings(&outcome.warnings).join("\n"),
            Err(rejection) => {
                let denial = wording::denial(&rejection);
                denial.split_once('\n').unwrap().1.to_owned()
            }
        };
        assert_eq!(code.example(), Some(told.as_str()), "{code}");
    }
}

#[test]
fn the_documented_pod_with_templates_is_admitted_without_a_word() {
    let page =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/annotations.md"));
    let page = page.unwrap();
    let example = page.split("```yaml\n").nth(1).unwrap();
    let pod = serde_saphyr::from_str(example.split("```").next().unwrap()).unwrap();
    let settings = typical_settings();
    let outcome = decide(&pod, &settings).unwrap();
    assert_eq!(wording::warnings(&outcome.warnings), [""; 0]);
    let text = agent_config_text(&patched(&pod, &outcome, &settings));
    assert_eq!(text.matches("\"template\":").count(), 2, "{text}");
}

#[test]
fn a_hostile_template_is_told_in_few_words() {
    for text in [
        "{{ ".to_owned() + &"(".repeat(100_000),
        "{{ if 1 }}".repeat(10_000),
        "{{ (secret \"a/data/b\").x }}".repeat(200),
        "{{ (secret \"a/data/b\").x }}\n".repeat(200),
        format!("{{{{ {} }}}}", "a".repeat(5_000)),
        "{{ 1 | ".repeat(10_000),
    ] {
        let pod = json!({
            "metadata": { "annotations": {
                "vouchsafe.dev/inject": "true",
                "vouchsafe.dev/role": "web",
                "vouchsafe.dev/template-x": text,
            } },
            "spec": { "containers": [{ "name": "web" }] },
        });
        match decide(&pod, &typical_settings()) {
            Ok(outcome) => assert!(outcome.warnings.len() <= 10),
            Err(rejection) => assert!(wording::denial(&rejection).len() < 2_000),
        }
    }
}

#[test]
fn pods_that_nobody_could_run_are_denied_before_they_cost_anything() {
    let pod = |secret: &str, containers: usize| {
        let containers: Vec<_> = (0..containers)
            .map(|index| json!({ "name": index.to_string() }))
            .collect();
        json!({
            "metadata": { "annotations": {
                "vouchsafe.dev/inject": "true",
                "vouchsafe.dev/role": "web",
                "vouchsafe.dev/secret-x": secret,
            } },
            "spec": { "containers": containers },
        })
    };
    let denial = |pod| wording::denial(&decide(&pod, &typical_settings()).unwrap_err());
    assert_snapshot!(denial(pod("secret/x", 5001)), @r"
    vouchsafe: 1 problem in this pod's annotations:
    VS1016 spec.containers: has 5001 items, of 5000 at most (help: make it shorter)
    ");
    assert_snapshot!(denial(pod(&"x".repeat(256 * 1024), 1)), @r"
    vouchsafe: 1 problem in this pod's annotations:
    VS1016 metadata.annotations: have 262211 bytes together, of 262144 at most (help: correct it; the API server would not accept it either)
    ");
}
