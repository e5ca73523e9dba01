use super::*;

const EXAMPLE: &str = r#"{
  "version": 1,
  "stores": [{ "name": "vault", "kind": "vault", "address": "https://vault.vault.svc:8200", "namespace": "team",
               "tls": { "ca_file": "/vault/tls/ca.crt" },
               "auth": { "method": "kubernetes", "mount": "auth/kubernetes", "role": "web", "token_file": "/var/run/vouchsafe/token" } }],
  "volumes": [{ "path": "/vault/secrets" }],
  "files": [{ "name": "db.env", "volume": 0, "mode": "0440", "store": "vault", "source": { "secret": "secret/data/db", "format": "env" } }],
  "reload": [{ "on": ["db.env"], "signal": { "container": "web", "signal": "SIGHUP" } },
             { "on": ["db.env"], "http": { "method": "POST", "port": 8080, "path": "/-/reload" } }],
  "refresh": { "interval": "60s", "jitter": 0.1 } }"#;

#[test]
fn the_documented_example_is_read_and_survives_a_round_trip() {
    let config = AgentConfig::from_json(EXAMPLE).unwrap();
    assert_eq!(config.reload.len(), 2);
    assert_eq!(AgentConfig::from_json(&config.to_json()).unwrap(), config);
}

fn refused(from: &str, to: &str) -> String {
    assert!(EXAMPLE.contains(from), "{from}");
    AgentConfig::from_json(&EXAMPLE.replacen(from, to, 1))
        .unwrap_err()
        .to_string()
}

#[test]
fn a_mistake_is_refused_with_its_place() {
    for (from, to, expected) in [
        (
            r#""version": 1"#,
            r#""version": 2"#,
            "version 2 is not supported",
        ),
        (
            r#""volume": 0"#,
            r#""volume": 1"#,
            "files[0].volume: no volume",
        ),
        (
            r#""store": "vault""#,
            r#""store": "other""#,
            "files[0].store: no store",
        ),
        (
            r#""format": "env""#,
            r#""format": "raw""#,
            "format raw needs a key",
        ),
        (
            r#""format": "env""#,
            r#""format": "toml""#,
            "not an output format",
        ),
        (
            r#""path": "/vault/secrets""#,
            r#""path": "secrets""#,
            "volumes[0].path",
        ),
        (r#""jitter": 0.1"#, r#""jitter": 2"#, "refresh.jitter"),
        (
            r#""interval": "60s""#,
            r#""interval": "0s""#,
            "refresh.interval",
        ),
        (
            r#"{ "on": ["db.env"], "http""#,
            r#"{ "on": ["x"], "http""#,
            "reload[1].on",
        ),
        (
            r#"{ "on": ["db.env"], "http""#,
            r#"{ "on": [], "http""#,
            "names the files",
        ),
        (
            r#""signal": { "container": "web", "signal": "SIGHUP" }"#,
            r#""signal": null"#,
            "one of `signal`, `http`, `command` and `touch`",
        ),
        (r#""refresh""#, r#""refreshh""#, "unknown field `refreshh`"),
    ] {
        let message = refused(from, to);
        assert!(message.contains(expected), "{to}: {message}");
    }
}

#[test]
fn a_syntax_error_names_line_and_column() {
    let message = AgentConfig::from_json("{\n  \"version\": }")
        .unwrap_err()
        .to_string();
    assert!(message.starts_with("line 2, column 14: "), "{message}");
}

#[test]
fn a_template_is_a_source_with_its_own_fields() {
    let source = r#""source": { "secret": "secret/data/db", "format": "env" }"#;
    let read = |other: &str| AgentConfig::from_json(&EXAMPLE.replacen(source, other, 1));
    for (json, text) in [
        (
            r#""source": { "template": "{{ \u00df }}\n", "left_delimiter": "[[", "right_delimiter": "]]", "error_on_missing_key": true, "error_fatal": true }"#,
            TemplateText::Inline("{{ ß }}\n".to_owned()),
        ),
        (
            r#""source": { "template_file": "/x.tpl" }"#,
            TemplateText::File("/x.tpl".to_owned()),
        ),
    ] {
        let config = read(json).unwrap();
        let SourceConfig::Template(template) = &config.files[0].source else {
            panic!("{config:?}")
        };
        let is_inline = matches!(text, TemplateText::Inline(_));
        assert_eq!(
            (template.error_on_missing_key, template.error_fatal),
            (is_inline, is_inline)
        );
        assert_eq!(template.text, text);
        assert_eq!(AgentConfig::from_json(&config.to_json()).unwrap(), config);
    }
    for (json, expected) in [
        (
            r#""source": { "template": "x", "format": "env" }"#,
            "key and format do not belong",
        ),
        (
            r#""source": { "template": "x", "template_file": "y" }"#,
            "expected exactly one of secret, template, template_file and token",
        ),
        (
            r#""source": { "secret": "a", "format": "env", "error_on_missing_key": true }"#,
            "do not belong to this kind of source",
        ),
        (
            r#""source": { "secret": "a", "format": "env", "error_fatal": true }"#,
            "do not belong to this kind of source",
        ),
    ] {
        let message = read(json).unwrap_err().to_string();
        assert!(message.contains(expected), "{json}: {message}");
    }
}

fn with_reload(reload: &str) -> Result<AgentConfig, String> {
    let mut config: serde_json::Value = serde_json::from_str(EXAMPLE).unwrap();
    let reload: serde_json::Value = serde_json::from_str(reload).unwrap();
    config["reload"] = serde_json::json!([reload]);
    config["volumes"] = serde_json::json!([{ "path": "/a" }, { "path": "/b" }, { "path": "/c" }]);
    let mut other = config["files"][0].clone();
    other["volume"] = 1.into();
    let mut third = other.clone();
    third["name"] = "app.env".into();
    config["files"]
        .as_array_mut()
        .unwrap()
        .extend([other, third]);
    AgentConfig::from_json(&config.to_string()).map_err(|error| error.to_string())
}

#[test]
fn every_way_to_reload_survives_a_round_trip() {
    for reload in [
        r#"{"on":["app.env"],"signal":{"signal":"SIGHUP","container":"web"}}"#,
        r#"{"on":["app.env"],"signal":{"signal":"SIGHUP","process":"nginx"},"retries":0}"#,
        r#"{"on":["app.env"],"signal":{"signal":"SIGHUP","pid_file":"/run/app.pid"}}"#,
        r#"{"on":["app.env"],"http":{"method":"POST","port":8080,"path":"/"},"timeout":"1s"}"#,
        r#"{"on":["app.env"],"http":{"method":"PUT","socket":"/run/s","path":"/","headers":{"X":"y"},"expect_status":"200,304"}}"#,
        r#"{"on":["app.env"],"command":{"run":["a","b"]},"debounce":"5s"}"#,
        r#"{"on":[{"volume":1,"file":"db.env"}],"touch":{"path":"/app/x"},"on_first":true}"#,
    ] {
        let config = with_reload(reload).unwrap();
        assert_eq!(AgentConfig::from_json(&config.to_json()).unwrap(), config);
        let written: serde_json::Value = serde_json::from_str(&config.to_json()).unwrap();
        let expected: serde_json::Value = serde_json::from_str(reload).unwrap();
        assert_eq!(written["reload"][0], expected);
    }
}

#[test]
fn a_file_of_two_volumes_is_named_with_its_volume() {
    let touch = r#""touch":{"path":"/app/x"}"#;
    for (on, expected) in [
        (r#""db.env""#, "several volumes"),
        (r#"{"volume":2,"file":"db.env"}"#, "no file with this name"),
    ] {
        let message = with_reload(&format!("{{\"on\":[{on}],{touch}}}")).unwrap_err();
        assert!(message.starts_with("reload[0].on: "), "{message}");
        assert!(message.contains(expected), "{message}");
    }
    let on = r#"{"volume":1,"file":"db.env"}"#;
    let config = with_reload(&format!("{{\"on\":[{on}],{touch}}}")).unwrap();
    let is_on: Vec<_> = config
        .files
        .iter()
        .map(|file| config.reload[0].is_on(file))
        .collect();
    assert_eq!(is_on, [false, true, false]);
}

#[test]
fn a_reload_goes_one_way_and_to_one_place() {
    for (reload, expected) in [
        (
            r#""touch":{"path":"/x"},"command":{"run":"x"}"#,
            "one of `signal`",
        ),
        (r#""signal":{"signal":"SIGHUP"}"#, "one of `container`"),
        (
            r#""signal":{"signal":"SIGHUP","process":"a","container":"b"}"#,
            "one of `container`",
        ),
        (r#""http":{"method":"GET","path":"/"}"#, "one of `port`"),
        (
            r#""http":{"method":"GET","port":80,"path":"x"}"#,
            "begins with /",
        ),
        (r#""touch":{"path":"x"}"#, "not an absolute path"),
        (
            r#""touch":{"path":"/x"},"timeout":"0s""#,
            "longer than zero",
        ),
    ] {
        let message = with_reload(&format!("{{\"on\":[\"app.env\"],{reload}}}")).unwrap_err();
        assert!(message.contains(expected), "{reload}: {message}");
    }
}

#[test]
fn the_timeout_of_a_request_is_read_where_it_used_to_be() {
    let http = r#"{"on":["app.env"],"http":{"method":"GET","port":80,"path":"/","timeout":"3s"}}"#;
    let config = with_reload(http).unwrap();
    assert_eq!(config.reload[0].timeout, HumanDuration::from_secs(3));
}
