use proptest::prelude::*;

use super::*;
use crate::{
    diagnostic::{Code, Diagnostic},
    value::{OutputFormat, ReloadRequest, Signal},
};

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
            spec.connection.address.unwrap().to_string(),
            "https://vault:8200"
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
        ("vouchsafe.dev/agent-inject-command-c", "true"),
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
        "VS1008 annotation vouchsafe.dev/agent-inject-command-c: is not supported yet",
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
        "vault.hashicorp.com/agent-limits-cpu",
        "1",
    )])) else {
        panic!("not injected")
    };
    assert_eq!(warnings[0].code, Code::UnknownAnnotation);
}

#[test]
fn files_with_the_same_reload_are_told_of_together() {
    let spec = inject(&minimal_and(&[
        ("vouchsafe.dev/secret-b", "secret/b"),
        ("vouchsafe.dev/reload-b", "signal:SIGHUP@web"),
        ("vouchsafe.dev/reload-db.env", "signal:HUP@web"),
        ("vouchsafe.dev/reload", "http:POST:8080/-/reload"),
    ]));
    let signal = ReloadRequest::Signal {
        signal: Signal::Hangup,
        container: Some("web".into()),
    };
    let told: Vec<_> = spec
        .reloads
        .iter()
        .map(|reload| (reload.request == signal, reload.on.len()))
        .collect();
    assert_eq!(told, [(false, 2), (true, 2)]);
}

#[test]
fn every_spelling_of_the_table_is_understood() {
    for row in TABLE {
        for spelling in row.spellings() {
            let key = match row.scope {
                Scope::Pod => format!("vouchsafe.dev/{spelling}"),
                Scope::Secret => format!("vouchsafe.dev/{spelling}-x"),
            };
            let problems = match parse([(key.as_str(), "x")]) {
                Ok(Intent::LeaveAlone { warnings }) => warnings,
                Err(Rejection(problems)) => problems,
                Ok(Intent::Inject { .. }) => vec![],
            };
            assert!(
                problems
                    .iter()
                    .all(|problem| problem.code != Code::UnknownAnnotation),
                "{key}"
            );
        }
    }
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
fn a_template_needs_no_secret_and_keeps_every_byte() {
    for (prefix, [template, left, right]) in [
        (
            OWN,
            [
                "vouchsafe.dev/template-X",
                "vouchsafe.dev/template-left-delimiter-X",
                "vouchsafe.dev/template-right-delimiter-X",
            ],
        ),
        (
            ORIGINAL,
            [
                "vault.hashicorp.com/agent-inject-template-X",
                "vault.hashicorp.com/agent-template-left-delim-X",
                "vault.hashicorp.com/agent-template-right-delim-X",
            ],
        ),
    ] {
        let spec = inject(&asking(
            prefix,
            &[(template, "  [[ \"ß\" ]]\n\n"), (left, "[["), (right, "]]")],
        ));
        assert_eq!(
            spec.files[0].source,
            FileSource::Template(TemplateSpec {
                annotation: template.to_owned(),
                text: TemplateOrigin::Inline("  [[ \"ß\" ]]\n\n".to_owned()),
                left_delimiter: "[[".to_owned(),
                right_delimiter: "]]".to_owned(),
                error_on_missing_key: false,
                error_fatal: false,
            })
        );
    }
}

#[test]
fn text_beats_file_unless_it_is_empty_and_blank_annotations_name_nothing() {
    let inline = |text: &str| TemplateOrigin::Inline(text.to_owned());
    let file = |path: &str| TemplateOrigin::File(path.to_owned());
    for (secret, template, template_file, expected) in [
        ("secret/x", "text", "/x.tpl", inline("text")),
        ("secret/x", " ", "/x.tpl", inline(" ")),
        ("secret/x", "", "/x.tpl", file("/x.tpl")),
        ("", "", "/x.tpl", file("/x.tpl")),
        ("", "text", "", inline("text")),
        ("not // a path", "text", "", inline("text")),
    ] {
        let spec = inject(&asking(
            ORIGINAL,
            &[
                ("vault.hashicorp.com/agent-inject-secret-x", secret),
                ("vault.hashicorp.com/agent-inject-template-x", template),
                (
                    "vault.hashicorp.com/agent-inject-template-file-x",
                    template_file,
                ),
            ],
        ));
        assert_eq!(template_of(&spec.files[0]).text, expected);
    }
    let with_blank = [
        ("vault.hashicorp.com/agent-inject-secret-x", "secret/x"),
        ("vault.hashicorp.com/agent-inject-secret-y", " "),
    ];
    let Ok(Intent::Inject { spec, warnings }) = parse(asking(ORIGINAL, &with_blank)) else {
        panic!("not injected")
    };
    assert_eq!((spec.files.len(), warnings.len()), (1, 1));
    let problems = rejected(&minimal_and(&[("vouchsafe.dev/template-y", " ")]));
    assert_eq!(problems[0].0, Code::BadValue);
}

#[test]
fn the_default_template_is_for_what_has_neither_template_nor_format_nor_key() {
    let default = |path: &str, template| TemplateOrigin::Default {
        path: path.to_owned(),
        template,
    };
    let spec = inject(&asking(
        ORIGINAL,
        &[
            (
                "vault.hashicorp.com/agent-inject-secret-a.env",
                "/secret/data/a?version=3",
            ),
            (
                "vault.hashicorp.com/agent-inject-secret-b",
                "secret/data/b#key",
            ),
            ("vault.hashicorp.com/agent-inject-secret-c", "secret/data/c"),
            ("vouchsafe.dev/format-c", "yaml"),
            ("vouchsafe.dev/secret-d.env", "secret/data/d"),
        ],
    ));
    assert_eq!(
        template_of(&spec.files[0]).text,
        default("secret/data/a?version=3", None)
    );
    assert_eq!(format_of(&spec.files[1]), OutputFormat::Raw);
    assert_eq!(format_of(&spec.files[2]), OutputFormat::Yaml);
    assert_eq!(format_of(&spec.files[3]), OutputFormat::Env);

    let spec = inject(&minimal_and(&[("vouchsafe.dev/default-template", "JSON")]));
    assert_eq!(
        template_of(&spec.files[0]).text,
        default("secret/data/db", Some(DefaultTemplate::Json))
    );
    for wrong in ["", "yaml"] {
        let problems = rejected(&asking(
            ORIGINAL,
            &[
                ("vault.hashicorp.com/agent-inject-secret-a", "secret/a"),
                ("vault.hashicorp.com/agent-inject-default-template", wrong),
            ],
        ));
        assert!(
            problems[0].1.contains("expected map or json"),
            "{problems:?}"
        );
    }
}

#[test]
fn what_a_template_decides_cannot_be_said_again() {
    for (key, value) in [
        ("vouchsafe.dev/format-x", "json"),
        ("vouchsafe.dev/secret-x", "secret/data/x#key"),
    ] {
        let problems = rejected(&asking(
            OWN,
            &[("vouchsafe.dev/template-x", "text"), (key, value)],
        ));
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].0, Code::TemplateConflict);
        assert!(problems[0].1.contains(key), "{problems:?}");
    }
}

#[test]
fn settings_of_a_template_need_one() {
    for key in [
        "vouchsafe.dev/template-left-delimiter-db.env",
        "vouchsafe.dev/template-right-delimiter-db.env",
        "vouchsafe.dev/error-on-missing-key-db.env",
        "vouchsafe.dev/error-fatal-db.env",
    ] {
        let problems = rejected(&minimal_and(&[(key, "true")]));
        assert_eq!(problems[0].0, Code::NoTemplate, "{problems:?}");
    }
    inject(&minimal_and(&[
        ("vouchsafe.dev/error-on-missing-key-db.env", "false"),
        ("vouchsafe.dev/error-fatal-db.env", "false"),
    ]));
    // The original injector takes the delimiters over for its default template.
    let pod = asking(
        ORIGINAL,
        &[
            ("vault.hashicorp.com/agent-inject-secret-x", "secret/x"),
            ("vault.hashicorp.com/agent-template-left-delim-x", "<<"),
            ("vault.hashicorp.com/error-on-missing-key-x", "true"),
            ("vault.hashicorp.com/error-fatal-x", "true"),
        ],
    );
    let Ok(Intent::Inject { spec, warnings }) = parse(pod) else {
        panic!("not injected")
    };
    let template = template_of(&spec.files[0]);
    assert_eq!(template.left_delimiter, "<<");
    assert!(template.error_on_missing_key && template.error_fatal);
    assert_eq!(warnings[0].code, Code::TemplateDoubtful);
}

#[test]
fn the_failure_of_a_template_ends_the_agent_only_where_that_is_asked_for() {
    let fatal = |value| {
        let key = "vouchsafe.dev/error-fatal-x";
        parse(minimal_and(&[
            ("vouchsafe.dev/template-x", "text"),
            (key, value),
        ]))
    };
    for (value, expected) in [("true", true), ("false", false)] {
        let Ok(Intent::Inject { spec, .. }) = fatal(value) else {
            panic!("not injected")
        };
        let file = spec.files.iter().find(|file| file.name.as_str() == "x");
        assert_eq!(template_of(file.unwrap()).error_fatal, expected);
    }
    let Err(Rejection(problems)) = fatal("maybe") else {
        panic!("not rejected")
    };
    assert_eq!(problems[0].code, Code::BadValue);
}

#[test]
fn a_name_that_begins_with_file_is_told_apart() {
    let files = |value| {
        asking(
            ORIGINAL,
            &[
                ("vault.hashicorp.com/agent-inject-template-file-x", value),
                ("vault.hashicorp.com/agent-inject-template-file", "text"),
            ],
        )
    };
    let spec = inject(&files("/x.tpl"));
    let names: Vec<&str> = spec.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["file", "x"]);
    for text in ["{{ with secret \"a\" }}{{ end }}", "a\nb"] {
        let problems = rejected(&files(text));
        assert!(
            problems[0].1.contains("NAME cannot begin with file-"),
            "{problems:?}"
        );
    }
}

#[test]
fn names_that_differ_in_case_alone_are_one_file() {
    let problems = rejected(&asking(
        ORIGINAL,
        &[
            ("vault.hashicorp.com/agent-inject-secret-Foo", "secret/foo"),
            ("vault.hashicorp.com/agent-inject-template-foo", "text"),
        ],
    ));
    assert_eq!(problems[0].0, Code::DuplicateFile);
    assert!(problems[0].1.contains("write NAME alike"), "{problems:?}");
}

#[test]
fn the_originals_settings_of_the_pod_are_no_templates() {
    let name = "template-config-exit-on-retry-failure";
    for prefix in [Prefix::Vault, Prefix::OpenBao] {
        let key = format!("{prefix}{name}");
        let pod = MINIMAL.iter().copied().chain([(key.as_str(), "false")]);
        let Ok(Intent::Inject { spec, warnings }) = parse(pod) else {
            panic!("not injected")
        };
        assert_eq!((spec.files.len(), warnings.len()), (1, 1));
        assert_eq!(warnings[0].help, "remove it");
    }
    let problems = rejected(&minimal_and(&[(
        "vouchsafe.dev/template-config-exit-on-retry-failure",
        "false",
    )]));
    assert_eq!(problems[0].0, Code::UnknownAnnotation);
    let Ok(Intent::Inject { warnings, .. }) =
        parse(minimal_and(&[("vault.hashicorp.com/template-x", "text")]))
    else {
        panic!("not injected")
    };
    assert_eq!(warnings[0].code, Code::UnknownAnnotation);
}

#[test]
fn what_the_caller_finds_in_a_template_is_told_with_the_rest() {
    let pod = minimal_and(&[
        ("vouchsafe.dev/mode-db.env", "0888"),
        ("vouchsafe.dev/template-x", "text"),
    ]);
    let result = parse_checking(pod, &mut |spec| {
        vec![Diagnostic::error(
            Code::TemplateInvalid,
            spec.annotation.as_str(),
            "is wrong",
            "correct it",
        )]
    });
    let Err(Rejection(problems)) = result else {
        panic!("not rejected")
    };
    let codes: Vec<Code> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [Code::BadValue, Code::TemplateInvalid]);
}

proptest! {
    #[test]
    fn no_annotations_make_the_parser_panic(
        pairs in proptest::collection::vec((
            "(vouchsafe.dev/|openbao.org/|vault.hashicorp.com/)(agent-|agent-inject-)?(inject|role|secret|file|mode|format|reload|containers|template|template-file|template-left-delim|template-right-delimiter|default-template|error-on-missing-key|error-fatal)?(-\\PC{0,12})?",
            "\\PC{0,20}|true|secret/data/x(#[a-z]{0,3})?",
        ), 0..12)
    ) {
        let _ = parse(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    }
}
