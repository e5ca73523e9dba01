use vouchsafe_tests::app;

use super::{pod, ready_namespace};

#[test]
fn a_template_that_does_not_parse_is_denied_with_its_line_and_what_to_do() {
    let (namespace, _) = ready_namespace("unparsed");
    let template = "user=app\n{{ with secret \"secret/data/db\" }}password={{ base64code .Data.data.password }}{{ end }}";
    let denied = namespace
        .try_apply(&pod(
            "web",
            &[("agent-inject-template-db.env", template)],
            app::STAY,
        ))
        .unwrap_err();
    assert!(namespace.try_kubectl(&["get", "pod", "web"]).is_err());
    let (_, told) = denied
        .split_once("denied the request: ")
        .unwrap_or_else(|| panic!("{denied}"));
    assert_eq!(
        told.trim_end(),
        r#"vouchsafe: 1 problem in this pod's annotations:
VS2002 annotation vault.hashicorp.com/agent-inject-template-db.env: line 2, column 47: there is no function `base64code` (help: did you mean `base64Decode`?)
  2 | {{ with secret "secret/data/db" }}password={{ base64code .Data.data.password }}{{ end }}
    |                                               ^"#
    );
}

#[test]
fn a_template_that_is_probably_wrong_is_admitted_with_a_warning() {
    let (namespace, _) = ready_namespace("suspicious");
    let warnings = namespace.apply_warned(&pod(
        "web",
        &[(
            "agent-inject-template-db.env",
            "{{ with secret \"database/creds/app\" }}{{ .Data.data.username }}{{ end }}",
        )],
        app::STAY,
    ));
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    for expected in [
        "agent-inject-template-db.env",
        "line 1, column 42",
        "write .Data.username",
    ] {
        assert!(
            warnings[0].contains(expected),
            "missing {expected:?} in {warnings:?}"
        );
    }
}
