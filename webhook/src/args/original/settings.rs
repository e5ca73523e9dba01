//! What the flags say about pods.

use vouchsafe_shared::{
    annotations::DefaultTemplate,
    value::{HumanDuration, Quantity, StoreAddress},
};

use super::{
    OriginalMistake, ValueMistake,
    values::{Value, Values},
};
use crate::{
    args::{
        authorities,
        own::{AGENT_IMAGE, AgentArguments, non_empty},
    },
    mutate::{Resources, Settings, is_original_image},
};

pub(super) fn read(
    values: &Values,
    agents: AgentArguments,
    warnings: &mut Vec<String>,
) -> Result<Settings, OriginalMistake> {
    let address: Option<StoreAddress> = values.optional("vault-address")?;
    let address = address.ok_or(OriginalMistake::NoAddress)?;
    let default_template = default_template(values)?;
    let image = image(values, non_empty(agents.agent_image.clone()), warnings);
    let original = Settings::original(image);
    unused(values)?;
    Ok(agents.apply(Settings {
        resources: resources(values)?,
        vault_address: Some(address),
        auth_method: values
            .non_empty("vault-auth-type")
            .unwrap_or(original.auth_method),
        vault_auth_mount: values
            .optional("vault-auth-path")?
            .unwrap_or(original.vault_auth_mount),
        vault_namespace: values.non_empty("vault-namespace"),
        vault_ca_pem: authorities(values)?,
        proxy: values.non_empty("proxy-address"),
        default_template,
        run_as_user: values.number("run-as-user")?,
        run_as_group: values.number("run-as-group")?,
        run_as_same_user: values.boolean("run-as-same-user")?,
        set_security_context: values.boolean("set-security-context")?,
        min_backoff: go_duration(values, "auth-min-backoff")?,
        max_backoff: go_duration(values, "auth-max-backoff")?,
        exit_on_retry_failure: values.boolean("template-config-exit-on-retry-failure")?,
        refresh_interval: values
            .optional("template-static-secret-render-interval")?
            .or(original.refresh_interval),
        lease_renewal_threshold: lease_renewal_threshold(values, warnings)?,
        close_after_answer: closes_after_answer(values),
        revoke_on_shutdown: values.boolean("revoke-on-shutdown")?,
        ..Settings::original(original.agent_image)
    }))
}

/// Values without effect that the original would not start with.
fn unused(values: &Values) -> Result<(), OriginalMistake> {
    values.boolean("use-leader-elector")?;
    values.boolean("rewrite-vault-annotations")?;
    values.number("template-max-connections-per-host")?;
    Ok(())
}

/// The path of the metrics, if there is one.
pub(super) fn telemetry_path(values: &Values) -> Result<Option<String>, OriginalMistake> {
    let Some(path) = values.non_empty("telemetry-path") else {
        return Ok(None);
    };
    let plain = path
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte));
    let problem = if !plain || !path.starts_with('/') {
        "not a path; expected for example /metrics"
    } else if ["/mutate", "/health/ready"].contains(&path.as_str()) {
        "taken; expected another path, for example /metrics"
    } else {
        return Ok(Some(path));
    };
    Err(values.get("telemetry-path").mistake(problem).into())
}

/// Our own image where one is given; the original's flag where it does not name the original's
/// program, which could not be run as our agent.
fn image(values: &Values, own: Option<String>, warnings: &mut Vec<String>) -> String {
    let original = values.non_empty("vault-image");
    match (own, original) {
        (Some(own), _) => own,
        (None, Some(image)) if !is_original_image(&image) => image,
        (None, original) => {
            if let Some(image) = original {
                let origin = values.get("vault-image").origin;
                warnings.push(format!(
                    "{origin}: {image} cannot be run as our agent; {AGENT_IMAGE} is used (set \
                     VOUCHSAFE_AGENT_IMAGE for another one)"
                ));
            }
            AGENT_IMAGE.to_owned()
        }
    }
}

/// Here upper and lower case are different, as in the original.
fn default_template(values: &Values) -> Result<DefaultTemplate, OriginalMistake> {
    let value = values.get("default-template");
    match value.text.as_str() {
        "map" => Ok(DefaultTemplate::Map),
        "json" => Ok(DefaultTemplate::Json),
        _ => Err(OriginalMistake::DefaultTemplate(value.text, value.origin)),
    }
}

fn resources(values: &Values) -> Result<Resources, ValueMistake> {
    let quantity = |flag| values.optional::<Quantity>(flag);
    let resources = Resources {
        cpu_request: quantity("cpu-request")?,
        cpu_limit: quantity("cpu-limit")?,
        memory_request: quantity("memory-request")?,
        memory_limit: quantity("memory-limit")?,
        ephemeral_storage_request: quantity("ephemeral-storage-request")?,
        ephemeral_storage_limit: quantity("ephemeral-storage-limit")?,
    };
    Ok(resources)
}

fn authorities(values: &Values) -> Result<Option<String>, OriginalMistake> {
    let Value { text, origin } = values.get("vault-cacert-bytes");
    if text.trim().is_empty() {
        return Ok(None);
    }
    authorities::from_text(&text)
        .map(Some)
        .map_err(|source| OriginalMistake::Authorities { origin, source })
}

/// Without bare numbers of seconds, which Go does not know.
fn go_duration(values: &Values, flag: &str) -> Result<Option<HumanDuration>, ValueMistake> {
    let value = values.get(flag);
    let bare = |text: &str| text != "0" && text.bytes().all(|byte| byte.is_ascii_digit());
    if !value.text.is_empty() && bare(&value.text) {
        return Err(value.mistake("time: missing unit in duration; expected for example 5s"));
    }
    values.optional(flag)
}

/// The original reads this and never uses it, so that what it takes must not keep us from starting.
fn lease_renewal_threshold(
    values: &Values,
    warnings: &mut Vec<String>,
) -> Result<Option<f64>, ValueMistake> {
    let Some(share) = values.optional::<f64>("template-lease-renewal-threshold")? else {
        return Ok(None);
    };
    if share > 0.0 && share <= 1.0 {
        return Ok(Some(share));
    }
    let Value { text, origin } = values.get("template-lease-renewal-threshold");
    warnings.push(format!(
        "{origin}: {text} is no share above 0 and at most 1; left out"
    ));
    Ok(None)
}

/// Of the features only these two are an agent's talk with the store.
fn closes_after_answer(values: &Values) -> bool {
    values
        .text("disable-keep-alives")
        .split(',')
        .any(|feature| ["auto-auth", "templating"].contains(&feature.trim()))
}
