//! `sockaddr` against the original: on recorded network interfaces, and on those of this machine.
//!
//! `tests/sockaddr/cases` are the expressions, `tests/sockaddr/golden` what the original made of them
//! on the interfaces of `interfaces.json`; `make golden` records both. The live part runs where Go is
//! installed.

#![expect(clippy::unwrap_used, reason = "a test program may end with a panic")]

use std::{fmt::Write as _, fs, process::Command};

use serde_json::Value;
use vouchsafe_template::{DataFile, DataFileError, Error, Options, Template, fault::ErrorClass};

use self::support::{
    Outcome, directory, expected,
    oracle::{Oracle, build},
    ours, same, show,
};

mod support;

/// Up to so many addresses Go leaves those that are equal in their order.
const SORTED_ALIKE: usize = 12;

fn lines(name: &str) -> Vec<Value> {
    fs::read_to_string(directory("sockaddr").join(name))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn cases(data: &Value) -> Vec<Value> {
    let mut cases = lines("cases/sockaddr.jsonl");
    for case in &mut cases {
        case["data"] = data.clone();
    }
    cases
}

/// What differs, for people.
fn report(case: &Value, original: &Outcome) -> Option<String> {
    let (ours, message) = ours(case);
    if same(&ours, original) {
        return None;
    }
    let mut report = format!("{} {}\n", case["name"], case["template"]);
    let _ = writeln!(report, "  original {}", show(original));
    let _ = writeln!(report, "  ours     {}\n  {message}", show(&ours));
    Some(report)
}

#[test]
fn recorded_interfaces_give_what_they_give_the_original() {
    let data = fs::read_to_string(directory("sockaddr/interfaces.json")).unwrap();
    let data = serde_json::from_str(&data).unwrap();
    let cases = cases(&data);
    let goldens = lines("golden/sockaddr.jsonl");
    assert_eq!(cases.len(), goldens.len(), "run `make golden`");
    let pairs = cases.iter().zip(&goldens);
    let reports: String = pairs
        .filter_map(|(case, golden)| report(case, &expected(golden)))
        .collect();
    assert!(reports.is_empty(), "{reports}");
}

#[test]
fn interfaces_of_this_machine_give_what_they_give_the_original() {
    let Some(binary) = build() else {
        eprintln!("Go is not installed: the live comparison is left out");
        return;
    };
    let printed = Command::new(&binary).arg("interfaces").output().unwrap();
    let data: Value = serde_json::from_slice(&printed.stdout).unwrap();
    let interfaces = data["interfaces"].as_object().unwrap().values();
    let addresses: usize = interfaces
        .map(|interface| interface["addresses"].as_array().unwrap().len())
        .sum();
    let mut oracle = Oracle::start(&binary);
    let mut reports = String::new();
    for case in cases(&data) {
        let is_sorted =
            ["sort", "IP"].map(|word| case["template"].as_str().unwrap().contains(word));
        if addresses > SORTED_ALIKE && is_sorted.contains(&true) {
            continue;
        }
        let mut question = case.clone();
        question["data"] = Value::Null;
        let original = oracle.ask(&question);
        reports.extend(report(&case, &original));
    }
    assert!(reports.is_empty(), "on {data}:\n{reports}");
}

/// What our engine makes of a template on the recorded interfaces.
fn render(template: &str, options: Options) -> Result<String, Error> {
    let template = Template::parse(template.as_bytes(), options)?;
    let data = fs::read(directory("sockaddr/interfaces.json")).unwrap();
    match DataFile::parse(&data).unwrap().render(&template) {
        Ok(output) => Ok(String::from_utf8(output.expose_secret().to_vec()).unwrap()),
        Err(DataFileError::Template(failed)) => Err(failed.error),
        Err(DataFileError::NoAnswer(dependency)) => unreachable!("{dependency}"),
    }
}

#[test]
fn an_expression_has_the_limits_of_its_template() {
    let mut options = Options::new("t");
    options.limits.memory = 1 << 20;
    options.limits.steps = 100_000;
    for source in [
        "{{ sockaddr (print \"GetAllInterfaces\" (sprig_repeat 40 \" | include `type` `ip|ip`\")) }}",
        "{{ sockaddr (print \"GetAllInterfaces | include `rfc` `1918\" (sprig_repeat 9000 \"|1918\") \"`\") }}",
        "{{ sockaddr (print \"GetAllInterfaces | sort `name\" (sprig_repeat 9000 \",name\") \"`\") }}",
        "{{ sockaddr \"range 1000000 }}{{ end\" }}",
        "{{ sockaddr (print \"GetPrivateIP\" (sprig_repeat 200000 \" \")) }}",
    ] {
        let error = render(source, options.clone()).unwrap_err();
        assert_eq!(error.class, ErrorClass::Limit, "{source}: {error}");
    }
    // The stack of a thread holds both.
    let nested =
        |levels: usize, text: &str| format!("{}{text}{}", "(".repeat(levels), ")".repeat(levels));
    let inner = format!("sockaddr \"{}\"", nested(50, "GetPrivateIP"));
    let outer = format!("{{{{ {} }}}}", nested(250, &inner));
    assert_eq!(render(&outer, Options::new("t")).unwrap(), "10.244.1.17");
    let inner = format!("{{{{ sockaddr \"{}\" }}}}", nested(51, "GetPrivateIP"));
    assert!(render(&inner, Options::new("t")).is_err());
}

#[test]
fn a_mistake_is_told_without_the_expression() {
    for expression in [
        "canary",
        "$canary",
        "(canary",
        ".canary",
        "range . }}{{ .canary }}{{ end",
        "template `canary`",
        "GetAllInterfaces | attr `canary`",
        "GetAllInterfaces | include `canary` `canary`",
        "GetAllInterfaces | include `name` `(canary`",
        "GetAllInterfaces | include `network` `canary`",
        "GetAllInterfaces | sort `canary`",
        "GetAllInterfaces | math `address` `+canary`",
        "GetInterfaceIP canary",
    ] {
        let source =
            format!("{{{{ $expression := \"{expression}\" }}}}\n{{{{ sockaddr $expression }}}}");
        let error = render(&source, Options::new("t")).unwrap_err();
        assert_eq!((error.class, error.place.line), (ErrorClass::Function, 2));
        assert!(!error.message.contains("canary"), "{}", error.message);
        let hint = error.hint.unwrap_or_default();
        assert!(!hint.contains("canary"), "{hint}");
    }
    let error = render("{{ sockaddr \"GetPrivteIP\" }}", Options::new("t")).unwrap_err();
    assert_eq!(error.hint.as_deref(), Some("did you mean `GetPrivateIP`?"));
    assert_eq!(
        error.message,
        "sockaddr: the expression cannot be read: undefined-function at byte 0 of it"
    );
}

#[test]
fn a_machine_without_interfaces_has_no_address() {
    let template = Template::parse(
        b"<{{ sockaddr \"GetPrivateIP\" }}{{ sockaddr \"GetAllInterfaces | join `address` `,`\" }}>",
        Options::new("t"),
    );
    let output = DataFile::default().render(&template.unwrap()).unwrap();
    assert_eq!(output.expose_secret(), b"<>");
}
