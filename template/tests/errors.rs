//! What a user reads when a template is wrong, and that no secret is ever part of it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test program may end with a panic"
)]

use vouchsafe_template::{DataFile, Error, Options, Template};

const DATA: &str = r#"{
  "env": {"HOME": "/home/canary-home"},
  "secret": {
    "secret/data/app": {"data": {"data": {"user": "root", "password": "canary-password", "pin": 7, "port": 5432}}},
    "database/creds/app": {"data": {"username": "u", "password": "canary-password"}}
  }
}"#;

fn error_of(source: &str) -> Error {
    let template = match Template::parse(source.as_bytes(), Options::new("app.env")) {
        Ok(template) => template,
        Err(error) => return error,
    };
    let mut data = DataFile::parse(DATA.as_bytes()).unwrap();
    match data.render(&template) {
        Err(vouchsafe_template::DataFileError::Template(failed)) => failed.error,
        other => panic!("{source} gives {other:?}"),
    }
}

#[track_caller]
fn reads(source: &str, expected: &str) {
    assert_eq!(error_of(source).to_string(), expected);
}

#[test]
fn a_dash_in_a_field_name() {
    reads(
        "user={{ with secret \"secret/data/app\" }}\n{{ .Data.data.client-id }}{{ end }}",
        "template app.env, line 2, column 21: `-` cannot follow the name `.client`
  2 | {{ .Data.data.client-id }}{{ end }}
    |                     ^
hint: a key with a dash is read with index: `index .Data.data \"client-id\"` (KV v2) or `index .Data \"client-id\"`",
    );
}

#[test]
fn an_unknown_function_with_the_nearest_name() {
    reads(
        "{{ base64code \"eA==\" }}",
        "template app.env, line 1, column 4: there is no function `base64code`
  1 | {{ base64code \"eA==\" }}
    |    ^
hint: did you mean `base64Decode`?",
    );
}

#[test]
fn an_unterminated_string() {
    reads(
        "{{ with secret \"secret/data/app }}\n{{ end }}",
        "template app.env, line 1, column 16: the string has no closing quote on its line
  1 | {{ with secret \"secret/data/app }}
    |                ^
hint: close it with `\"`, or use back quotes for a string of several lines",
    );
}

#[test]
fn an_action_that_is_never_closed_names_where_it_starts() {
    let error = error_of("a\n{{ with secret\n  \"x\"\n");
    assert!(error.message.contains("starts on line 2"), "{error}");
}

#[test]
fn the_shape_of_kv_version_two_on_a_database() {
    reads(
        "{{ with secret \"database/creds/app\" }}{{ .Data.data.username }}{{ end }}",
        "template app.env, line 1, column 42: `username` is asked of a value that is missing or null
  1 | {{ with secret \"database/creds/app\" }}{{ .Data.data.username }}{{ end }}
    |                                          ^
hint: look at the shape: KV version 2 keeps its values below .Data.data, version 1 and dynamic secrets below .Data; \
a value that may be missing is tested with `if` or `with` first",
    );
}

#[test]
fn a_field_name_of_the_api_instead_of_gos() {
    let error = error_of("{{ with secret \"secret/data/app\" }}{{ .data }}{{ end }}");
    assert_eq!(error.hint.unwrap(), "names are written as in Go: .Data");
}

#[test]
fn a_number_where_a_string_is_wanted() {
    let error =
        error_of("{{ with secret \"secret/data/app\" }}{{ .Data.data.port | toUpper }}{{ end }}");
    assert_eq!(error.message, "expected a string, found a json.Number");
    assert!(error.hint.unwrap().contains(".String"));
}

#[test]
fn a_consul_function_says_why_it_is_missing() {
    let error = error_of("{{ key \"app/port\" }}");
    assert!(error.message.contains("Consul"), "{error}");
}

#[test]
fn values_of_secrets_are_redacted_even_where_the_template_puts_them_into_the_message() {
    for source in [
        "{{ with secret \"secret/data/app\" }}{{ sprig_fail .Data.data.password }}{{ end }}",
        "{{ with secret \"secret/data/app\" }}{{ sprig_fail (printf \"pin is %s!\" .Data.data.pin) }}{{ end }}",
        "{{ with secret \"secret/data/app\" }}{{ .Data.data.password | parseInt }}{{ end }}",
        "{{ with secret \"secret/data/app\" }}{{ .Data.data.password | parseJSON }}{{ end }}",
        "{{ with secret \"secret/data/app\" }}{{ regexMatch (print \"(\" .Data.data.password) \"x\" }}{{ end }}",
        "{{ with secret \"secret/data/app\" }}{{ .Data.data.password | base64Decode }}{{ end }}",
        "{{ with secret \"secret/data/app\" }}{{ index .Data.data.password .Data.data.pin }}{{ end }}",
        "{{ with secret \"secret/data/app\" }}{{ executeTemplate .Data.data.password }}{{ end }}",
        "{{ with secret \"secret/data/app\" }}{{ sprig_toDate \"2006\" .Data.data.password | toJSON | sprig_mustToDate .Data.data.password }}{{ end }}",
    ] {
        let error = error_of(source);
        let text = format!("{error} {error:?}");
        assert!(!text.contains("canary"), "{text}");
        assert!(!text.contains("pin is 7"), "{text}");
    }
}

#[test]
fn a_long_line_is_shown_around_the_place() {
    let source = format!("{}{{{{ nope }}}}{}", "x".repeat(5000), "y".repeat(5000));
    let error = error_of(&source);
    assert_eq!((error.place.line, error.place.column), (1, 5004));
    assert!(error.place.source_line.chars().count() <= 100);
    assert_eq!(
        error.place.source_line.chars().nth(error.place.caret),
        Some('n')
    );
}

#[test]
fn what_is_probably_wrong_is_found_without_running() {
    let warnings = |source: &str| -> Vec<String> {
        Template::parse(source.as_bytes(), Options::new("t"))
            .unwrap()
            .warnings()
            .into_iter()
            .map(|warning| warning.hint.unwrap_or(warning.message))
            .collect()
    };
    assert_eq!(
        warnings("{{ with secret \"secret/data/app\" }}{{ .Data.user }}{{ end }}"),
        ["write .Data.data.user"]
    );
    assert_eq!(
        warnings(
            "{{ with $s := secret \"database/creds/app\" }}{{ $s.Data.data.username }}{{ end }}"
        ),
        ["write .Data.username"]
    );
    assert_eq!(
        warnings("{{ (secret \"a/creds/b\").auth }}"),
        ["names are written as in Go: .Auth"]
    );
    assert_eq!(
        warnings("{{ with secret \"pki/issue/web\" }}{{ .Data.ca_chain }}{{ end }}").len(),
        2
    );
    assert_eq!(
        warnings("{{ range $k, $v := (secret \"secret/data/app\").Data }}{{ $k }}{{ end }}"),
        ["range over .Data.data"]
    );
    assert!(
        warnings(
            "{{ with secret \"secret/data/app\" }}{{ .Data.data.user }}{{ .Data.metadata.version }}{{ .LeaseID }}{{ end }}\
             {{ with secret \"database/creds/app\" }}{{ .Data.username }}{{ end }}\
             {{ with secret \"pki/issue/web\" \"common_name=x\" }}{{ .Data.certificate }}{{ end }}"
        )
        .is_empty()
    );
}

#[test]
fn requests_are_found_without_running() {
    let template = Template::parse(
        b"{{ with secret \" /secret/data/app/ \" }}{{ end }}{{ if false }}{{ secret \"pki/issue/web\" \"ttl = 1h\" \"common_name=x\" }}{{ end }}\
          {{ define \"never\" }}{{ range secrets \"kv/\" }}{{ secret (printf \"kv/%s\" .) }}{{ end }}{{ end }}{{ secret \"secret/data/app\" }}{{ file \"/etc/x\" }}",
        Options::new("t"),
    )
    .unwrap();
    let requests = template.requests();
    let mut shown: Vec<String> = requests.constant.iter().map(ToString::to_string).collect();
    shown.sort();
    assert_eq!(
        shown,
        [
            "file /etc/x",
            "secret pki/issue/web (with arguments)",
            "secret secret/data/app",
            "secrets kv"
        ]
    );
    assert_eq!(requests.computed, 1);
}
