//! The webhooks that lead here, and what the API server trusts them by.

use std::collections::BTreeSet;

use json_patch::{AddOperation, Patch, PatchOperation, ReplaceOperation};
use jsonptr::PointerBuf;
use k8s_openapi::{
    ByteString,
    api::admissionregistration::v1::{
        MutatingWebhook, MutatingWebhookConfiguration, WebhookClientConfig,
    },
};
use kube::{
    Api,
    api::{Patch as ApiPatch, PatchParams},
};

use super::bundle::Bundle;
use crate::{failure::RequestFailure, metrics::Metrics};

/// A `MutatingWebhookConfiguration` as it was read.
#[derive(Debug)]
pub(crate) struct Registration {
    name: String,
    version: String,
    webhooks: Vec<Webhook>,
}

#[derive(Debug)]
struct Webhook {
    index: usize,
    text: Vec<u8>,
    bundle: Bundle,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum RegistrationError {
    #[error(transparent)]
    Request(#[from] RequestFailure),
    #[error("there is no MutatingWebhookConfiguration {name:?}; this looks again when there is")]
    Missing { name: String },
    #[error(
        "no webhook of the MutatingWebhookConfiguration {name:?} leads to {}, which are this webhook's names; it has {}",
        list(hosts),
        list(found)
    )]
    NotOurs {
        name: String,
        hosts: BTreeSet<String>,
        found: BTreeSet<String>,
    },
}

impl Registration {
    pub(crate) async fn read(
        api: &Api<MutatingWebhookConfiguration>,
        name: &str,
        hosts: &BTreeSet<String>,
    ) -> Result<Self, RegistrationError> {
        let attempt = format!("read the MutatingWebhookConfiguration {name:?}");
        let found = api.get_opt(name).await;
        let configuration = found.map_err(RequestFailure::of(attempt))?.ok_or_else(|| {
            RegistrationError::Missing {
                name: name.to_owned(),
            }
        })?;
        Self::of(configuration, name, hosts)
    }

    fn of(
        configuration: MutatingWebhookConfiguration,
        name: &str,
        hosts: &BTreeSet<String>,
    ) -> Result<Self, RegistrationError> {
        let mut found = BTreeSet::new();
        let mut ours = Vec::new();
        for (index, webhook) in configuration
            .webhooks
            .unwrap_or_default()
            .into_iter()
            .enumerate()
        {
            let MutatingWebhook { client_config, .. } = webhook;
            let Some(host) = host(&client_config) else {
                continue;
            };
            if hosts.contains(&host) {
                let text = client_config.ca_bundle.map_or_else(Vec::new, |text| text.0);
                ours.push(Webhook {
                    index,
                    bundle: Bundle::read(&text),
                    text,
                });
            }
            found.insert(host);
        }
        if ours.is_empty() {
            return Err(RegistrationError::NotOurs {
                name: name.to_owned(),
                hosts: hosts.clone(),
                found,
            });
        }
        Ok(Self {
            name: name.to_owned(),
            version: configuration.metadata.resource_version.unwrap_or_default(),
            webhooks: ours,
        })
    }

    /// The authorities that every webhook of ours is trusted by.
    pub(crate) fn announced(&self) -> Bundle {
        let mut bundles = self.webhooks.iter().map(|webhook| &webhook.bundle);
        let first = bundles.next().cloned().unwrap_or_default();
        bundles.fold(first, Bundle::intersect)
    }

    /// Has every webhook of ours trusted by these authorities, and leaves those of others alone,
    /// unless `alone`. Tells whether anything had to be changed.
    ///
    /// # Errors
    /// Lost races as well: then the configuration is to be read again.
    pub(crate) async fn announce(
        &self,
        api: &Api<MutatingWebhookConfiguration>,
        authorities: &Bundle,
        alone: bool,
        now: i64,
        metrics: &Metrics,
    ) -> Result<bool, RequestFailure> {
        let changes = self.changes(authorities, alone, now);
        if changes.is_empty() {
            return Ok(false);
        }
        let attempt = format!(
            "patch the caBundle of the MutatingWebhookConfiguration {:?}",
            self.name
        );
        // A patch that holds the version is refused if the object has another by now.
        // Source: <https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply>.
        let mut operations = vec![PatchOperation::Replace(ReplaceOperation {
            path: PointerBuf::from_tokens(["metadata", "resourceVersion"]),
            value: self.version.clone().into(),
        })];
        operations.extend(changes);
        let patch = ApiPatch::Json::<()>(Patch(operations));
        api.patch_metadata(&self.name, &PatchParams::default(), &patch)
            .await
            .map_err(RequestFailure::of(attempt))?;
        metrics.count_bundle_patch();
        Ok(true)
    }

    fn changes(&self, authorities: &Bundle, alone: bool, now: i64) -> Vec<PatchOperation> {
        let mut changes = Vec::new();
        for webhook in &self.webhooks {
            let enough = webhook.bundle.holds_all(authorities);
            if enough && !alone {
                continue;
            }
            let wanted = if alone && enough {
                authorities.clone()
            } else {
                authorities.after(&webhook.bundle, now)
            };
            if enough && wanted.len() == webhook.bundle.len() {
                continue;
            }
            let text = ByteString(wanted.to_pem().into_bytes());
            if text.0 == webhook.text {
                continue;
            }
            let index = webhook.index.to_string();
            changes.push(PatchOperation::Add(AddOperation {
                path: PointerBuf::from_tokens(["webhooks", &index, "clientConfig", "caBundle"]),
                value: serde_json::to_value(text).unwrap_or_default(),
            }));
        }
        changes
    }
}

/// The name by which the API server asks for a webhook's certificate.
/// Source: <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#service-reference>.
fn host(config: &WebhookClientConfig) -> Option<String> {
    if let Some(service) = &config.service {
        return Some(format!("{}.{}.svc", service.name, service.namespace));
    }
    let rest = config.url.as_deref()?.strip_prefix("https://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next()?,
        None => authority.split(':').next()?,
    };
    Some(host.to_owned())
}

fn list(names: &BTreeSet<String>) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}
