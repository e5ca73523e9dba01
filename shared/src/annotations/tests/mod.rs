use super::*;
use crate::{
    diagnostic::{Code, Diagnostic},
    value::OutputFormat,
};

mod conflicts;
mod files;
mod layers;
mod original;
mod properties;
mod reloads;
mod spellings;
mod templates;
mod values;

fn inject(annotations: &[(&str, &str)]) -> InjectSpec {
    match parse(annotations.iter().copied()) {
        Ok(Intent::Inject { spec, .. }) => *spec,
        other => panic!("not injected: {other:?}"),
    }
}

fn format_of(file: &FileSpec) -> OutputFormat {
    match &file.source {
        FileSource::Secret(source) => source.format,
        other => panic!("no secret: {other:?}"),
    }
}

fn template_of(file: &FileSpec) -> &TemplateSpec {
    match &file.source {
        FileSource::Template(spec) => spec,
        other => panic!("no template: {other:?}"),
    }
}

fn rejected(annotations: &[(&str, &str)]) -> Vec<(Code, String)> {
    match parse(annotations.iter().copied()) {
        Err(Rejection(problems)) => problems
            .into_iter()
            .map(|problem| (problem.code, problem.to_string()))
            .collect(),
        other => panic!("not rejected: {other:?}"),
    }
}

const MINIMAL: [(&str, &str); 3] = [
    ("vouchsafe.dev/inject", "true"),
    ("vouchsafe.dev/role", "web"),
    ("vouchsafe.dev/secret-db.env", "secret/data/db"),
];

fn minimal_and(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    MINIMAL.iter().chain(more).copied().collect()
}

const OWN: [(&str, &str); 2] = [
    ("vouchsafe.dev/inject", "true"),
    ("vouchsafe.dev/role", "web"),
];

const ORIGINAL: [(&str, &str); 2] = [
    ("vault.hashicorp.com/agent-inject", "true"),
    ("vault.hashicorp.com/role", "web"),
];

fn asking(
    prefix: [(&'static str, &'static str); 2],
    more: &[(&'static str, &'static str)],
) -> Vec<(&'static str, &'static str)> {
    prefix.into_iter().chain(more.iter().copied()).collect()
}

#[test]
fn the_minimal_pod_gets_safe_defaults() {
    let spec = inject(&MINIMAL);
    assert_eq!(
        (spec.dialect, spec.placement),
        (Dialect::Own, Placement::First)
    );
    let role = spec.auth.role.as_ref().unwrap();
    assert_eq!(role.value, "web");
    let file = &spec.files[0];
    assert_eq!(
        (file.name.as_str(), format_of(file)),
        ("db.env", OutputFormat::Env)
    );
}

#[test]
fn the_original_names_work_under_every_prefix() {
    for prefix in Prefix::ALL {
        let key = |name: &str| format!("{prefix}{name}");
        let keys = [
            (key("agent-inject"), "true"),
            (key("role"), "web"),
            (key("agent-inject-secret-Db"), "secret/data/db#password"),
            (key("agent-inject-file-Db"), "db/password"),
            (key("agent-inject-perms-Db"), "0400"),
            (key("service"), "https://vault:8200"),
            (key("auth-path"), "auth/other"),
            (key("agent-revoke-on-shutdown"), "true"),
            (key("template-static-secret-render-interval"), "30s"),
        ];
        let spec = inject(
            &keys
                .iter()
                .map(|(key, value)| (key.as_str(), *value))
                .collect::<Vec<_>>(),
        );
        assert_eq!(spec.files[0].name.as_str(), "db/password");
        assert_eq!(format_of(&spec.files[0]), OutputFormat::Raw);
        assert_eq!(spec.files[0].mode.to_string(), "0400");
        assert_eq!(
            spec.connection.address,
            Override::Value("https://vault:8200".parse().unwrap())
        );
        assert_eq!(spec.auth.mount.unwrap().as_str(), "auth/other");
        assert_eq!(spec.revoke_on_shutdown, Some(true));
    }
}

#[test]
fn the_original_dialect_lower_cases_names_and_goes_last() {
    let spec = inject(&[
        ("vault.hashicorp.com/agent-inject", "true"),
        ("vault.hashicorp.com/role", "web"),
        (
            "vault.hashicorp.com/agent-inject-secret-DB",
            "secret/data/db",
        ),
    ]);
    assert_eq!(
        (spec.dialect, spec.placement),
        (Dialect::Original, Placement::Last)
    );
    assert_eq!(spec.files[0].name.as_str(), "db");
}

#[test]
fn our_prefix_wins_and_the_loser_is_named() {
    let Ok(Intent::Inject { spec, warnings }) = parse(minimal_and(&[
        ("vault.hashicorp.com/role", "old"),
        ("openbao.org/role", "bao"),
    ])) else {
        panic!("not injected")
    };
    assert_eq!(spec.auth.role.unwrap().value, "web");
    let keys: Vec<&str> = warnings
        .iter()
        .map(|warning| warning.subject.as_str())
        .collect();
    assert_eq!(keys.len(), 2, "{keys:?}");
    assert!(keys.contains(&"annotation openbao.org/role"), "{keys:?}");
}

#[test]
fn all_problems_are_told_at_once_each_with_annotation_value_and_fix() {
    let problems = rejected(&[
        ("vouchsafe.dev/inject", "true"),
        ("vouchsafe.dev/secret-a", "secret//a"),
        ("vouchsafe.dev/secret-b", "secret/b"),
        ("vouchsafe.dev/mode-b", "0888"),
        ("vouchsafe.dev/secret-c", "secret/c"),
        ("vouchsafe.dev/format-c", "raw"),
        ("vouchsafe.dev/file-d", "x"),
        ("vouchsafe.dev/rolle", "web"),
        ("vouchsafe.dev/formt-c", "raw"),
        ("vouchsafe.dev/refresh-interval", "soon"),
        ("vouchsafe.dev/agent-inject-comand-c", "true"),
    ]);
    let text = problems
        .iter()
        .map(|(_, text)| text.as_str())
        .collect::<Vec<_>>()
        .join("\n");
    for expected in [
        "VS1002 annotation vouchsafe.dev/secret-a: \"secret//a\": a path cannot hold an empty segment (//)",
        "VS1002 annotation vouchsafe.dev/mode-b: \"0888\": not a file mode (help: expected octal digits up to 0777, for example 0440)",
        "VS1006 annotation vouchsafe.dev/secret-c: \"secret/c\": format raw writes one value, but no key is named (help: write secret/c#KEY, or choose another format)",
        "VS1007 annotation vouchsafe.dev/file-d: is about the secret d, which no annotation names",
        "VS1001 annotation vouchsafe.dev/rolle: is not an annotation we know (help: did you mean vouchsafe.dev/role?)",
        "(help: did you mean vouchsafe.dev/format-c?)",
        "VS1003 annotation vouchsafe.dev/role: is missing",
        "VS1002 annotation vouchsafe.dev/refresh-interval: \"soon\": not a duration",
        "(help: did you mean vouchsafe.dev/agent-inject-command-c?)",
    ] {
        assert!(text.contains(expected), "missing: {expected}\nin:\n{text}");
    }
    assert_eq!(problems.len(), 9, "{text}");
}

#[test]
fn two_files_cannot_have_one_name_or_stand_in_each_others_way() {
    for (left, right) in [("x", "x"), ("x", "x/y"), ("x/y", "x")] {
        let problems = rejected(&minimal_and(&[
            ("vouchsafe.dev/secret-a", "secret/a"),
            ("vouchsafe.dev/file-a", left),
            ("vouchsafe.dev/secret-b", "secret/b"),
            ("vouchsafe.dev/file-b", right),
        ]));
        assert_eq!(problems[0].0, Code::DuplicateFile, "{problems:?}");
    }
}

#[test]
fn asking_for_nothing_is_a_mistake() {
    let problems = rejected(&[
        ("vouchsafe.dev/inject", "true"),
        ("vouchsafe.dev/role", "web"),
    ]);
    assert_eq!(problems[0].0, Code::NoSecrets);
}

#[test]
fn a_pod_that_does_not_ask_is_left_alone_with_a_word_about_what_has_no_effect() {
    assert_eq!(
        parse([("app", "web")]),
        Ok(Intent::LeaveAlone { warnings: vec![] })
    );
    let Ok(Intent::LeaveAlone { warnings }) = parse([
        ("vouchsafe.dev/inject", "false"),
        ("vouchsafe.dev/role", "web"),
    ]) else {
        panic!("not left alone")
    };
    assert_eq!(warnings, []);
    let Ok(Intent::LeaveAlone { warnings }) = parse([("vouchsafe.dev/secret-db", "secret/db")])
    else {
        panic!("not left alone")
    };
    assert_eq!(warnings[0].code, Code::NotRequested);
}

#[test]
fn an_unreadable_wish_is_denied() {
    let problems = rejected(&[("vault.hashicorp.com/agent-inject", "yes")]);
    assert_eq!(problems[0].0, Code::BadValue);
    assert!(problems[0].1.contains("\"yes\""), "{problems:?}");
}

#[test]
fn unknown_names_under_a_foreign_prefix_only_warn() {
    let Ok(Intent::Inject { warnings, .. }) = parse(minimal_and(&[(
        "vault.hashicorp.com/agent-limits-gpu",
        "1",
    )])) else {
        panic!("not injected")
    };
    assert_eq!(warnings[0].code, Code::UnknownAnnotation);
}
