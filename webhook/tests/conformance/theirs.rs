//! What the original made of a pod.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::{
    container,
    effective::{Content, Effective, File, Lines, address, duration, injected, say_parameters},
    pod::{Pair, clean, items},
};

/// Where every agent of the original writes its token for itself.
const OWN_SINK: &str = "/home/vault/.vault-token";
/// The mode of every token file of the original's agent.
/// Source: <https://developer.hashicorp.com/vault/docs/agent-and-proxy/autoauth/sinks/file>.
const TOKEN_MODE: u32 = 0o640;

pub(crate) fn effective(pair: Pair<'_>) -> Effective {
    let mut effective = injected();
    for (list, phase) in [("initContainers", "init"), ("containers", "run")] {
        for agent in pair.added(list) {
            say_phase(&mut effective, pair, phase, agent);
        }
    }
    if pair.added("initContainers").count() + pair.added("containers").count() == 0 {
        // Neither phase: the volumes are there all the same.
        pair.say_views(&Value::Null, &std::iter::empty(), &mut effective);
    }
    pair.say_order(&mut effective);
    pair.say_rest(&mut effective);
    effective
}

fn say_phase(effective: &mut Effective, pair: Pair<'_>, phase: &str, agent: &Value) {
    let variable = |name: &str| {
        items(agent, "env")
            .find(|variable| variable["name"] == name)
            .and_then(|variable| variable["value"].as_str())
    };
    let config = variable("VAULT_CONFIG").map(|text| {
        let json = STANDARD.decode(text).expect("base64");
        serde_json::from_slice::<Value>(&json).expect("JSON")
    });
    let mut lines = Lines::new(effective, phase);
    container::say(&mut lines, pair, agent, &|name| match config {
        Some(_) => name.starts_with("VAULT_") || ["HTTPS_PROXY", "GOMAXPROCS"].contains(&name),
        None => name == "GOMAXPROCS",
    });
    lines.maybe("revoke_after", grace(agent));
    let Some(config) = config else {
        let command = agent["args"][0].as_str().unwrap_or_default();
        lines.maybe(
            "configuration",
            command.split_once("-config=").map(|(_, path)| path),
        );
        pair.say_views(agent, &std::iter::empty(), effective);
        return;
    };
    lines.maybe("log.level", variable("VAULT_LOG_LEVEL"));
    lines.maybe("log.format", variable("VAULT_LOG_FORMAT"));
    lines.maybe("timeout", variable("VAULT_CLIENT_TIMEOUT").map(duration));
    lines.maybe("retries", variable("VAULT_MAX_RETRIES"));
    lines.maybe("proxy", variable("HTTPS_PROXY"));
    // One file of authorities goes before others.
    let bytes = variable("VAULT_CACERT_BYTES").filter(|_| config["vault"]["ca_cert"].is_null());
    lines.maybe("tls.ca_bytes", bytes);
    say_config(&mut lines, pair, agent, &config);
    let files = files(&config);
    for (path, alternatives) in &files {
        let alternatives: Vec<_> = alternatives.iter().map(String::as_str).collect();
        let path = pair.place(agent, path);
        lines.say(format!("file.{path}"), alternatives.join(" or "));
    }
    pair.say_views(agent, &files.keys(), effective);
}

fn say_config(lines: &mut Lines<'_>, pair: Pair<'_>, agent: &Value, config: &Value) {
    let method = &config["auto_auth"]["method"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    lines.maybe("auth.method", text(&method["type"]));
    lines.maybe("auth.mount", text(&method["mount_path"]));
    let parameters: BTreeMap<_, _> = method["config"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), text(value).expect("a text")))
        .collect();
    let kind = method["type"].as_str().unwrap_or_default();
    say_parameters(lines, kind, &parameters, &|path| {
        container::token(pair, agent, path)
    });
    lines.maybe("auth.namespace", text(&method["namespace"]));
    for key in ["min_backoff", "max_backoff"] {
        lines.maybe(format!("auth.{key}"), method[key].as_str().map(duration));
    }
    lines.flag("auth.exit_on_error", method["exit_on_err"] == true);
    let vault = &config["vault"];
    lines.maybe("address", vault["address"].as_str().map(address));
    for key in [
        "ca_cert",
        "ca_path",
        "client_cert",
        "client_key",
        "tls_server_name",
    ] {
        lines.maybe(format!("tls.{key}"), text(&vault[key]));
    }
    lines.flag("tls.skip_verify", vault["tls_skip_verify"] == true);
    if let Some(listener) = config["listener"].get(0) {
        let address = listener["address"].as_str().expect("an address");
        lines.maybe(
            "api.port",
            address.rsplit_once(':').map(|(host, port)| {
                assert_eq!(host, "127.0.0.1");
                port
            }),
        );
        lines.flag("api.quit", listener["agent_api"]["enable_quit"] == true);
        let proxy = match config["cache"]["use_auto_auth_token"].as_str() {
            Some("true") => "offer",
            Some("force") => "force",
            _ => "own",
        };
        lines.maybe("api.proxy", config["cache"].is_object().then_some(proxy));
    }
    let template = &config["template_config"];
    let interval = template["static_secret_render_interval"].as_str();
    lines.say("refresh_interval", duration(interval.unwrap_or("5m")));
    lines.flag(
        "exit_on_retry_failure",
        template["exit_on_retry_failure"] == true,
    );
    let threshold = template["lease_renewal_threshold"].as_f64();
    lines.maybe("lease_threshold", threshold);
    let closes = items(config, "disable_keep_alives")
        .any(|part| *part == "auto-auth" || *part == "templating");
    lines.flag("closes_after_answer", closes);
}

/// By their places, at which more than one template may write by turns.
fn files(config: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let templates = items(config, "template").map(|template| {
        let source = text(&template["source"]);
        let contents = text(&template["contents"]);
        let file = File {
            content: Content::Template {
                is_file: source.is_some() && contents.is_none(),
                text: contents.or(source).unwrap_or_default(),
                left: text(&template["left_delimiter"]).expect("it is always there"),
                right: text(&template["right_delimiter"]).expect("it is always there"),
                error_on_missing_key: template["error_on_missing_key"] == true,
            },
            mode: template["perms"].as_str().map_or(0o644, mode),
            command: text(&template["command"]),
        };
        (text(&template["destination"]).expect("a destination"), file)
    });
    let tokens = items(&config["auto_auth"], "sink")
        .map(|sink| text(&sink["config"]["path"]).expect("a path"))
        .filter(|path| path != OWN_SINK)
        .map(|path| {
            let file = File {
                content: Content::Token,
                mode: TOKEN_MODE,
                command: None,
            };
            (path, file)
        });
    let mut files: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (path, file) in templates.chain(tokens) {
        files
            .entry(clean(&path))
            .or_default()
            .insert(file.to_string());
    }
    files
}

/// What is no mode makes the original's agent fail; ours is never told of it.
fn mode(text: &str) -> u32 {
    u32::from_str_radix(text, 8).unwrap_or(u32::MAX)
}

/// How many seconds its hook sleeps before it gives the token back.
fn grace(agent: &Value) -> Option<String> {
    let command = agent["lifecycle"]["preStop"]["exec"]["command"][2].as_str()?;
    assert!(command.contains("token revoke"), "{command}");
    let rest = command.strip_prefix("/bin/sleep ")?;
    let (seconds, _) = rest.split_once(' ')?;
    Some(duration(&format!("{seconds}s")))
}
