//! What we make of a pod.

use std::collections::BTreeMap;

use serde_json::Value;
use vouchsafe_shared::config::{
    AgentConfig, AuthConfig, CommandLine, FileConfig, LogFormat, ProxyToken, SourceConfig,
    StoreConfig, TemplateText,
};
use vouchsafe_webhook::{
    admission::wording,
    json::Json,
    mutate::{Context, mutate},
};

use crate::{
    container,
    effective::{
        Content, Effective, File, Lines, denied, duration, injected, say_parameters, untouched,
    },
    pod::{Pair, items},
};

/// The effective pod; of a denial the whole text.
pub(crate) fn effective(pod: &Value, context: &Context<'_>) -> Effective {
    let outcome = match mutate(&Json::from(pod), context) {
        Ok(outcome) => outcome,
        Err(rejection) => return denied(wording::denial(&rejection)),
    };
    if !outcome.injected {
        assert!(outcome.patch.is_empty(), "{:?}", outcome.patch.operations());
        return untouched();
    }
    let mut mutated = pod.clone();
    json_patch::patch(&mut mutated, &outcome.patch.operations()).expect("the patch applies");
    let pair = Pair {
        submitted: pod,
        mutated: &mutated,
    };
    let mut effective = injected();
    for agent in pair.added("initContainers") {
        for phase in phases(agent) {
            say_phase(&mut effective, pair, phase, agent);
        }
    }
    for agent in pair.added("containers") {
        say_phase(&mut effective, pair, "run", agent);
    }
    pair.say_order(&mut effective);
    pair.say_rest(&mut effective);
    effective
}

/// When an init container of ours does its work.
fn phases(agent: &Value) -> &'static [&'static str] {
    match (
        agent["restartPolicy"] == "Always",
        agent["startupProbe"].is_object(),
    ) {
        (true, true) => &["init", "run"],
        (true, false) => &["run"],
        (false, _) => &["init"],
    }
}

fn say_phase(effective: &mut Effective, pair: Pair<'_>, phase: &str, agent: &Value) {
    let mut lines = Lines::new(effective, phase);
    container::say(&mut lines, pair, agent, &|name| {
        name.starts_with("VOUCHSAFE_")
    });
    let Some(config) = config(agent) else {
        say_configuration(&mut lines, phase, agent);
        pair.say_views(agent, &std::iter::empty(), effective);
        return;
    };
    say_config(&mut lines, pair, agent, &config);
    let mut files = Vec::new();
    for file in &config.files {
        let path = format!("{}/{}", config.volumes[file.volume].path, file.name);
        lines.say(
            format!("file.{}", pair.place(agent, &path)),
            described(file),
        );
        files.push(path);
    }
    // Once, not for each phase of one container.
    pair.say_views(agent, &files.iter(), effective);
}

/// A configuration of the user's own. A native sidecar reads what holds beside the app.
fn say_configuration(lines: &mut Lines<'_>, phase: &str, agent: &Value) {
    let mut arguments = items(agent, "args").skip_while(|text| *text != "--vault-agent-config");
    let path = arguments.nth(1).and_then(Value::as_str);
    if agent["restartPolicy"] != "Always" || phase == "run" {
        lines.maybe("configuration", path);
    }
}

/// Put together from its variables.
fn config(agent: &Value) -> Option<AgentConfig> {
    let variable = |name: &str| {
        items(agent, "env")
            .find(|variable| variable["name"] == name)
            .and_then(|variable| variable["value"].as_str())
    };
    let mut text = variable(AgentConfig::VARIABLE)?.to_owned();
    for number in 2.. {
        match variable(&format!("{}_{number}", AgentConfig::VARIABLE)) {
            Some(more) => text.push_str(more),
            None => break,
        }
    }
    Some(AgentConfig::from_json(&text).expect("the agent reads it"))
}

fn say_config(lines: &mut Lines<'_>, pair: Pair<'_>, agent: &Value, config: &AgentConfig) {
    let [store] = config.stores.as_slice() else {
        panic!("one store, as in the original");
    };
    let format = match config.log.format {
        LogFormat::Text => "standard",
        LogFormat::Json => "json",
    };
    lines.say("log.level", config.log.level.as_str());
    lines.say("log.format", format);
    say_store(lines, pair, agent, store);
    if let Some(api) = config.api {
        lines.say("api.port", api.port);
        lines.flag("api.quit", api.quit);
        lines.maybe(
            "api.proxy",
            api.proxy.map(|proxy| match proxy {
                ProxyToken::Own => "own",
                ProxyToken::Offer => "offer",
                ProxyToken::Force => "force",
            }),
        );
    }
    let interval = config.refresh.interval.to_string();
    lines.say("refresh_interval", duration(&interval));
    lines.flag("exit_on_retry_failure", config.exit_on_retry_failure);
    if store.revoke_on_shutdown && lines.prefix == "run" {
        let grace = store.revoke_grace.map(|grace| grace.to_string());
        lines.say("revoke_after", duration(grace.as_deref().unwrap_or("0s")));
    }
}

fn say_store(lines: &mut Lines<'_>, pair: Pair<'_>, agent: &Value, store: &StoreConfig) {
    lines.say("auth.method", store.auth.method());
    lines.maybe("auth.mount", store.auth.mount());
    let parameters = parameters(&store.auth);
    say_parameters(lines, store.auth.method(), &parameters, &|path| {
        container::token(pair, agent, path)
    });
    let text = |value: Option<&dyn ToString>| value.map(|value| duration(&value.to_string()));
    let (login, connection, tls) = (&store.login, &store.connection, &store.tls);
    lines.maybe("auth.namespace", store.namespace.as_ref());
    lines.maybe(
        "auth.min_backoff",
        text(login.min_backoff.as_ref().map(|value| value as _)),
    );
    lines.maybe(
        "auth.max_backoff",
        text(login.max_backoff.as_ref().map(|value| value as _)),
    );
    lines.flag("auth.exit_on_error", login.exit_on_error);
    lines.say("address", &store.address);
    lines.maybe("proxy", connection.proxy.as_ref());
    lines.maybe(
        "timeout",
        text(connection.timeout.as_ref().map(|value| value as _)),
    );
    lines.maybe("retries", connection.retries);
    lines.flag("closes_after_answer", connection.close_after_answer);
    lines.maybe("lease_threshold", store.lease.renewal_threshold);
    lines.maybe("tls.ca_bytes", tls.ca_pem.as_ref());
    lines.maybe("tls.ca_cert", tls.ca_file.as_ref());
    lines.maybe("tls.ca_path", tls.ca_directory.as_ref());
    lines.maybe("tls.client_cert", tls.client_certificate_file.as_ref());
    lines.maybe("tls.client_key", tls.client_key_file.as_ref());
    lines.maybe("tls.tls_server_name", tls.server_name.as_ref());
    lines.flag("tls.skip_verify", tls.skip_verify);
}

/// By the original's names for them.
fn parameters(auth: &AuthConfig) -> BTreeMap<String, String> {
    let removes = |removes: bool| Some(removes.to_string());
    let role = |role: &str| (!role.is_empty()).then(|| role.to_owned());
    let all: Vec<(&str, Option<String>)> = match auth {
        AuthConfig::Kubernetes(auth) => vec![
            ("role", role(&auth.role)),
            ("token_path", Some(auth.token_file.clone())),
        ],
        AuthConfig::Jwt(auth) => vec![
            ("role", role(&auth.role)),
            ("path", Some(auth.token_file.clone())),
            (
                "remove_jwt_after_reading",
                removes(auth.remove_after_reading),
            ),
        ],
        AuthConfig::AppRole(auth) => vec![
            ("role_id_file_path", Some(auth.role_id_file.clone())),
            ("secret_id_file_path", auth.secret_id_file.clone()),
            (
                "remove_secret_id_file_after_reading",
                removes(auth.remove_after_reading),
            ),
            (
                "secret_id_response_wrapping_path",
                auth.wrapping_path.clone(),
            ),
        ],
        AuthConfig::Cert(auth) => vec![
            ("name", role(&auth.role)),
            ("client_cert", auth.certificate_file.clone()),
            ("client_key", auth.key_file.clone()),
        ],
        AuthConfig::TokenFile(auth) => {
            vec![("token_file_path", Some(auth.token_file.clone()))]
        }
    };
    all.into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

fn described(file: &FileConfig) -> File {
    let content = match &file.source {
        SourceConfig::Token(_) => Content::Token,
        SourceConfig::Template(template) => {
            let (text, is_file) = match &template.text {
                TemplateText::Inline(text) => (text, false),
                TemplateText::File(path) => (path, true),
            };
            let or = |delimiter: &str, usual: &str| {
                let empty = delimiter.is_empty();
                if empty { usual } else { delimiter }.to_owned()
            };
            Content::Template {
                text: text.clone(),
                is_file,
                left: or(&template.left_delimiter, "{{"),
                right: or(&template.right_delimiter, "}}"),
                error_on_missing_key: template.error_on_missing_key,
            }
        }
        SourceConfig::Secret(source) => panic!("the original has no formats: {source:?}"),
    };
    File {
        content,
        mode: u32::from_str_radix(&file.mode.to_string(), 8).expect("octal"),
        command: file.command.as_ref().map(|command| match &command.run {
            CommandLine::Shell(line) => line.clone(),
            CommandLine::Arguments(arguments) => arguments.join(" "),
        }),
    }
}
