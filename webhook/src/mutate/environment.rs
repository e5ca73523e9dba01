//! What stands in the environment of the agent's containers.

use std::{borrow::Cow, sync::LazyLock};

use vouchsafe_shared::{
    annotations::InjectSpec,
    config::{AgentConfig, FileConfig, LogFormat, SourceConfig, TemplateText},
    diagnostic::{Code, Diagnostic},
};

use super::{Settings, config::filled, layout::Layout, names::HOME_DIRECTORY};
use crate::json::{Constant, Json, object};

/// Of the whole configuration, in bytes. Kubernetes' own store takes no object above 1.5 MiB, and
/// two containers of the agent may each carry it beside the annotations that it was made of.
/// Source: <https://etcd.io/docs/v3.5/dev-guide/limit/>.
pub(super) const TOTAL_LIMIT: usize = 512 * 1024;

/// A dollar sign in a text of JSON, and in one within another.
const DOLLAR: &str = "\\u0024";
const DOLLAR_WITHIN_TEXT: &str = "\\\\u0024";

/// Where the agent finds the places that a configuration of the user's own may write to.
const VOLUMES_VARIABLE: &str = "VOUCHSAFE_VOLUMES";

/// What templates and configurations of the original injector may read, and whom the agent's audit
/// names.
static OF_POD: LazyLock<[Constant; 5]> = LazyLock::new(|| {
    let paths = [
        ("NAMESPACE", "metadata.namespace"),
        ("HOST_IP", "status.hostIP"),
        ("POD_IP", "status.podIP"),
        ("VOUCHSAFE_POD", "metadata.name"),
        ("VOUCHSAFE_SERVICE_ACCOUNT", "spec.serviceAccountName"),
    ];
    paths.map(|(name, path)| {
        let field = object([("fieldPath", path.into())]);
        let source = object([("fieldRef", field)]);
        Constant::of(object([("name", name.into()), ("valueFrom", source)]))
    })
});

pub(super) fn of_pod<'e>() -> Vec<Json<'e>> {
    OF_POD.iter().map(Json::Constant).collect()
}

/// The configuration in as many variables as it needs. `None` when it is too long for any.
pub(super) fn configuration<'e>(
    config: &AgentConfig,
    problems: &mut Vec<Diagnostic>,
) -> Option<Vec<Json<'e>>> {
    let within = without_references(config.to_json_within_text(), DOLLAR_WITHIN_TEXT);
    if within.len() <= AgentConfig::LIMIT {
        // And so is what it stands for, which is shorter.
        let value = Json::Escaped(within);
        return Some(vec![variable(AgentConfig::VARIABLE.into(), value)]);
    }
    let json = without_references(config.to_json(), DOLLAR);
    if json.len() > TOTAL_LIMIT {
        problems.push(too_large(config, json.len()));
        return None;
    }
    let mut variables = Vec::new();
    let mut rest = json.as_str();
    while !rest.is_empty() {
        let name = match variables.len() {
            0 => Cow::Borrowed(AgentConfig::VARIABLE),
            others => Cow::Owned(format!("{}_{}", AgentConfig::VARIABLE, others + 1)),
        };
        let longer = name.len() - AgentConfig::VARIABLE.len();
        let (part, after) = rest.split_at(rest.floor_char_boundary(AgentConfig::LIMIT - longer));
        variables.push(variable(name, part.to_owned()));
        rest = after;
    }
    Some(variables)
}

/// The kubelet replaces `$(NAME)` and `$$` in the values of variables; a template may hold either.
/// In the proxy's address the agent does so.
/// Source: <https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#environment-variables>.
fn without_references(json: String, dollar: &str) -> String {
    if !json.contains('$') {
        return json;
    }
    let mut free = String::with_capacity(json.len());
    let mut rest = json.as_str();
    while let Some((before, after)) = rest.split_once('$') {
        free.push_str(before);
        free.push_str(if after.starts_with(['$', '(']) {
            dollar
        } else {
            "$"
        });
        rest = after;
    }
    free.push_str(rest);
    free
}

/// What the original injector sets beside a configuration of the user's own. `VAULT_SKIP_VERIFY` is
/// there only when it is true: there are agents for which any value of it is.
/// Source: <https://github.com/hashicorp/vault/issues/14316>.
pub(super) fn of_original<'e>(
    spec: &InjectSpec,
    settings: &Settings,
    layout: &Layout<'_>,
) -> Vec<Json<'e>> {
    let asked = &spec.connection;
    let format = match spec.log_format {
        LogFormat::Text => "standard",
        LogFormat::Json => "json",
    };
    let address = asked.address.over(settings.vault_address.as_ref());
    let pem = settings
        .vault_ca_pem
        .clone()
        .filter(|_| asked.ca_file.is_none());
    let volumes: Vec<_> = layout
        .volumes
        .iter()
        .map(|volume| volume.agent_path.as_str())
        .chain([HOME_DIRECTORY])
        .collect();
    [
        (
            "VAULT_CLIENT_TIMEOUT",
            asked.timeout.map(|timeout| timeout.to_string()),
        ),
        (
            "VAULT_MAX_RETRIES",
            asked.retries.map(|retries| retries.to_string()),
        ),
        ("VAULT_LOG_LEVEL", Some(spec.log_level.as_str().to_owned())),
        ("VAULT_LOG_FORMAT", Some(format.to_owned())),
        (
            "HTTPS_PROXY",
            filled(asked.proxy.as_ref().or(settings.proxy.as_ref())),
        ),
        ("VAULT_CACERT_BYTES", pem),
        ("VAULT_ADDR", address.map(ToString::to_string)),
        ("VAULT_CACERT", asked.ca_file.clone()),
        ("VAULT_CAPATH", asked.ca_directory.clone()),
        ("VAULT_CLIENT_CERT", asked.client_certificate_file.clone()),
        ("VAULT_CLIENT_KEY", asked.client_key_file.clone()),
        (
            "VAULT_SKIP_VERIFY",
            asked.skip_verify.then(|| "true".to_owned()),
        ),
        ("VAULT_TLS_SERVER_NAME", asked.server_name.clone()),
        (VOLUMES_VARIABLE, Some(volumes.join(":"))),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(variable(name.into(), value?)))
    .collect()
}

fn variable<'e>(name: Cow<'static, str>, value: impl Into<Json<'e>>) -> Json<'e> {
    object([("name", Json::Text(name)), ("value", value.into())])
}

fn too_large(config: &AgentConfig, length: usize) -> Diagnostic {
    let inline: usize = config.files.iter().map(inline_bytes).sum();
    let (of_which, help) = if inline > 0 {
        (
            format!(" ({inline} in templates)"),
            "shorten the templates, write fewer files in this pod, or name with \
             template-file-NAME a template that is in the agent's container",
        )
    } else {
        (
            String::new(),
            "name fewer secrets, or shorter paths and names, in this pod",
        )
    };
    Diagnostic::error(
        Code::TooLarge,
        "the agent's configuration",
        format!("has {length} bytes{of_which}, of {TOTAL_LIMIT} at most"),
        help,
    )
}

fn inline_bytes(file: &FileConfig) -> usize {
    match &file.source {
        SourceConfig::Template(source) => match &source.text {
            TemplateText::Inline(text) => text.len(),
            TemplateText::File(_) => 0,
        },
        SourceConfig::Secret(_) | SourceConfig::Token(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// As `Expand` of
    /// <https://github.com/kubernetes/kubernetes/blob/v1.33.0/third_party/forked/golang/expansion/expand.go>
    /// with every name defined.
    fn expanded(text: &str) -> String {
        let mut rest = text;
        let mut result = String::new();
        while let Some(start) = rest.find('$') {
            result.push_str(&rest[..start]);
            rest = &rest[start + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                result.push('$');
                rest = after;
            } else if let Some((_, after)) =
                rest.strip_prefix('(').and_then(|rest| rest.split_once(')'))
            {
                result.push_str("EXPANDED");
                rest = after;
            } else {
                result.push('$');
            }
        }
        result + rest
    }

    #[test]
    fn a_kubelet_finds_nothing_to_replace() {
        for text in [
            "{{ $x }}",
            "$(HOST_IP)",
            "$$",
            "$$$(A)",
            "a$",
            "$$(",
            "\\$(X)",
            "$\"$(",
        ] {
            let json = json!([text]).to_string();
            let within = serde_json::to_string(&json).unwrap();
            let json = without_references(json, DOLLAR);
            let value: Value = serde_json::from_str(&expanded(&json)).unwrap();
            assert_eq!(value, json!([text]));
            let within = without_references(within, DOLLAR_WITHIN_TEXT);
            assert_eq!(serde_json::from_str::<String>(&within).unwrap(), json);
        }
    }
}
