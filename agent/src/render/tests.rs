mod round_trip;

use serde_json::json;
use vouchsafe_shared::{diagnostic::Code, secret::ExposeSecret};

use super::*;

fn secret(value: serde_json::Value) -> SecretMap {
    match SecretValue::from(value) {
        SecretValue::Map(map) => map,
        other => panic!("a map, not {other:?}"),
    }
}

fn document(format: OutputFormat, key: Option<&str>, data: &SecretMap) -> String {
    let key: Option<SecretKey> = key.map(|key| key.parse().unwrap());
    let buffer = render(format, key.as_ref(), data).unwrap();
    String::from_utf8(buffer.expose_secret().to_vec()).unwrap()
}

fn failure(format: OutputFormat, key: Option<&str>, data: &SecretMap) -> RenderError {
    let key: Option<SecretKey> = key.map(|key| key.parse().unwrap());
    render(format, key.as_ref(), data).unwrap_err()
}

/// One of everything.
fn example() -> SecretMap {
    let mut data = secret(
        serde_json::from_str(
            r#"{
            "user": "app",
            "pass word": "it's $5 \\ \"x\"\nüñ🔑",
            "port": 5432,
            "ratio": 1.50,
            "tls": true,
            "proxy": null,
            "empty": "",
            "hosts": ["a", {"name": "b", "tags": [1, [2]]}],
            "pool": {"max": 10, "none": {}, "zero": []}
        }"#,
        )
        .unwrap(),
    );
    data.insert("key".to_owned(), SecretValue::bytes(*b"\x00\xFF=?"));
    data
}

#[test]
fn raw_is_one_value_byte_for_byte() {
    let data = example();
    for (key, expected) in [
        ("user", "app"),
        ("pass word", "it's $5 \\ \"x\"\nüñ🔑"),
        ("port", "5432"),
        ("ratio", "1.50"),
        ("tls", "true"),
        ("proxy", ""),
        ("empty", ""),
        ("hosts", r#"["a",{"name":"b","tags":[1,[2]]}]"#),
        ("pool", r#"{"max":10,"none":{},"zero":[]}"#),
    ] {
        assert_eq!(
            document(OutputFormat::Raw, Some(key), &data),
            expected,
            "{key}"
        );
    }
    let key: SecretKey = "key".parse().unwrap();
    let bytes = render(OutputFormat::Raw, Some(&key), &data).unwrap();
    assert_eq!(bytes.expose_secret(), b"\x00\xFF=?");
}

#[test]
fn env_is_single_quoted_lines() {
    let expected = r#"empty=''
hosts='["a",{"name":"b","tags":[1,[2]]}]'
key='AP89Pw=='
pass_word='it'"'"'s $5 \ "x"
üñ🔑'
pool='{"max":10,"none":{},"zero":[]}'
port='5432'
proxy=''
ratio='1.50'
tls='true'
user='app'
"#;
    assert_eq!(document(OutputFormat::Env, None, &example()), expected);
}

#[test]
fn json_is_one_compact_line() {
    let expected = concat!(
        r#"{"empty":"","hosts":["a",{"name":"b","tags":[1,[2]]}],"key":"AP89Pw==","#,
        r#""pass word":"it's $5 \\ \"x\"\nüñ🔑","pool":{"max":10,"none":{},"zero":[]},"#,
        r#""port":5432,"proxy":null,"ratio":1.50,"tls":true,"user":"app"}"#,
        "\n"
    );
    assert_eq!(document(OutputFormat::Json, None, &example()), expected);
}

#[test]
fn yaml_is_a_block_of_quoted_strings() {
    let expected = r#""empty": ""
"hosts":
  - "a"
  - "name": "b"
    "tags":
      - 1
      - - 2
"key": !!binary "AP89Pw=="
"pass word": "it's $5 \\ \"x\"\nüñ🔑"
"pool":
  "max": 10
  "none": {}
  "zero": []
"port": 5432
"proxy": null
"ratio": 1.50
"tls": true
"user": "app"
"#;
    assert_eq!(document(OutputFormat::Yaml, None, &example()), expected);
}

#[test]
fn properties_are_flat_and_ascii() {
    let expected = r#"empty=
hosts[0]=a
hosts[1].name=b
hosts[1].tags[0]=1
hosts[1].tags[1][0]=2
key=AP89Pw\=\=
pass\ word=it's $5 \\ "x"\n\u00FC\u00F1\uD83D\uDD11
pool.max=10
pool.none=
pool.zero=
port=5432
proxy=
ratio=1.50
tls=true
user=app
"#;
    assert_eq!(
        document(OutputFormat::Properties, None, &example()),
        expected
    );
}

#[test]
fn awkward_characters_are_escaped_as_each_format_does() {
    let data = secret(json!({"k": " #!:= \t\r\u{0}\u{7f}\u{85}\u{2028}\u{feff}/ "}));
    for (format, expected) in [
        (OutputFormat::Env, "k='ICMhOj0gCQ0Af8KF4oCo77u/LyA='\n"),
        (
            OutputFormat::Json,
            "{\"k\":\" #!:= \\t\\r\\u0000\u{7f}\u{85}\u{2028}\u{feff}/ \"}\n",
        ),
        (
            OutputFormat::Yaml,
            "\"k\": \" #!:= \\t\\r\\x00\\x7F\\x85\\u2028\\uFEFF/ \"\n",
        ),
        (
            OutputFormat::Properties,
            "k=\\ \\#\\!\\:\\= \\t\\r\\u0000\\u007F\\u0085\\u2028\\uFEFF/ \n",
        ),
    ] {
        assert_eq!(document(format, None, &data), expected, "{format}");
    }
}

#[test]
fn an_empty_secret_is_an_empty_document() {
    for (format, expected) in [
        (OutputFormat::Env, ""),
        (OutputFormat::Json, "{}\n"),
        (OutputFormat::Yaml, "{}\n"),
        (OutputFormat::Properties, ""),
    ] {
        assert_eq!(
            document(format, None, &SecretMap::new()),
            expected,
            "{format}"
        );
    }
}

#[test]
fn with_a_key_only_this_entry_is_written() {
    let data = secret(json!({"a-b": "1", "a.b": "2", "c": "3"}));
    for (format, expected) in [
        (OutputFormat::Raw, "1"),
        (OutputFormat::Env, "a_b='1'\n"),
        (OutputFormat::Json, "{\"a-b\":\"1\"}\n"),
        (OutputFormat::Yaml, "\"a-b\": \"1\"\n"),
        (OutputFormat::Properties, "a-b=1\n"),
    ] {
        assert_eq!(document(format, Some("a-b"), &data), expected, "{format}");
    }
}

#[test]
fn env_names_are_what_a_shell_takes() {
    for (key, name) in [
        ("DB_URL", "DB_URL"),
        ("db.url-1", "db_url_1"),
        ("1st", "_1st"),
        ("é", "_"),
        ("a b\n=$(x)", "a_b____x_"),
    ] {
        let data = secret(json!({ key: "" }));
        assert_eq!(
            document(OutputFormat::Env, None, &data),
            format!("{name}=''\n")
        );
    }
    assert_eq!(
        document(OutputFormat::Env, None, &secret(json!({"": 1}))),
        "_='1'\n"
    );
}

#[test]
fn a_long_yaml_key_is_written_explicitly() {
    let key = "k".repeat(251);
    let data = secret(json!({ &key: {"a": [{ &key: [1] }]} }));
    let expected = format!("? \"{key}\"\n:\n  \"a\":\n    - ? \"{key}\"\n      :\n        - 1\n");
    assert_eq!(document(OutputFormat::Yaml, None, &data), expected);
}

#[test]
fn a_missing_key_is_told_with_those_that_are_there() {
    let error = failure(
        OutputFormat::Raw,
        Some("pass"),
        &secret(json!({"user": "canary", "password": "canary"})),
    );
    assert_eq!(error.code(), Code::KeyNotFound);
    assert_eq!(
        error.to_string(),
        r#"no key "pass" in the secret; it has "password", "user""#
    );
    let error = failure(OutputFormat::Json, Some("pass"), &SecretMap::new());
    assert_eq!(
        error.to_string(),
        r#"no key "pass" in the secret; it has none"#
    );
}

#[test]
fn many_or_long_keys_are_cut() {
    let data: SecretMap = (0..25)
        .map(|index| (format!("k{index:02}{}", "x".repeat(200)), SecretValue::Null))
        .collect();
    let message = failure(OutputFormat::Yaml, Some("k"), &data).to_string();
    assert!(message.ends_with(" and 5 more"), "{message}");
    assert_eq!(message.matches("…").count(), 20);
    assert!(message.len() < 3000, "{}", message.len());
}

#[test]
fn a_missing_key_in_an_envelope_of_kv_version_2_is_explained() {
    let data = secret(json!({"data": {"pass": "canary"}, "metadata": {"version": 3}}));
    assert_eq!(
        failure(OutputFormat::Raw, Some("pass"), &data).to_string(),
        "no key \"pass\" in the secret; it has \"data\", \"metadata\" (this looks like the answer \
         of a KV version 2 mount, whose keys are inside \"data\")"
    );
}

#[test]
fn raw_without_a_key_is_refused() {
    let error = failure(OutputFormat::Raw, None, &example());
    assert_eq!(error.code(), Code::RawNeedsKey);
    assert_eq!(
        error.to_string(),
        "format raw writes one value, but no key is named; write PATH#KEY"
    );
}

#[test]
fn two_keys_of_one_name_are_refused_with_both() {
    let cases = [
        (
            OutputFormat::Env,
            json!({"a.b": "canary", "a-b": "canary"}),
            r#""a-b" and "a.b" both become "a_b" in format env"#,
        ),
        (
            OutputFormat::Properties,
            json!({"a.b": "canary", "a": {"b": "canary"}}),
            r#""a"."b" and "a.b" both become "a.b" in format properties"#,
        ),
        (
            OutputFormat::Properties,
            json!({"a": {"b": {"c": "canary"}, "b.c": "canary"}}),
            r#""a"."b"."c" and "a"."b.c" both become "a.b.c" in format properties"#,
        ),
        (
            OutputFormat::Properties,
            json!({"a": ["canary"], "a[0]": "canary"}),
            r#""a"[0] and "a[0]" both become "a[0]" in format properties"#,
        ),
    ];
    for (format, value, expected) in cases {
        let error = failure(format, None, &secret(value));
        assert_eq!(error.code(), Code::KeyCollision);
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn base64_is_the_same_whatever_the_length() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let bytes: Vec<u8> = (0..=255).cycle().take(600).collect();
    for length in 0..bytes.len() {
        let mut buffer = SecretBuffer::default();
        text::push_base64(&mut buffer, &bytes[..length]);
        let decoded = STANDARD.decode(buffer.expose_secret()).unwrap();
        assert_eq!(decoded, bytes[..length]);
    }
}
