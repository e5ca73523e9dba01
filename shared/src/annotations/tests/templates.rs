use super::*;

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
                "/secret//data/a?version=3",
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
    for prefix in Prefix::ALL {
        let key = format!("{prefix}template-config-exit-on-retry-failure");
        let pod = MINIMAL.iter().copied().chain([(key.as_str(), "false")]);
        let Ok(Intent::Inject { spec, warnings }) = parse(pod) else {
            panic!("not injected")
        };
        assert_eq!((spec.files.len(), warnings), (1, vec![]));
        assert_eq!(spec.exit_on_retry_failure, Some(false));
    }
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
