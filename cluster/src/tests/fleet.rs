//! Replicas of the webhook as far as this crate goes, and who looks on.

use std::{collections::BTreeSet, time::Duration};

use base64_of_secret::decode;
use prometheus_client::{encoding::text::encode, registry::Registry};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use serde_json::{Value, json};
use tokio::{
    task::JoinHandle,
    time::{Instant, timeout},
};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use super::api::Api;
use crate::{
    certificate::{Clock, bundle::Bundle},
    metrics::Metrics,
    options::{Certificate, Options, OwnCertificate, hosts},
    tasks::{Tasks, View},
};

pub(super) const HOST: &str = "vouchsafe-webhook.vouchsafe.svc";
pub(super) const CONFIGURATION: &str =
    "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/vouchsafe";
pub(super) const SECRET: &str = "/api/v1/namespaces/vouchsafe/secrets/vouchsafe-webhook-tls";

/// 2026-11-28.
const START: i64 = 1_795_824_000;

mod base64_of_secret {
    use k8s_openapi::ByteString;
    use serde_json::Value;

    pub(super) fn decode(text: &Value) -> Vec<u8> {
        serde_json::from_value::<ByteString>(text.clone())
            .map(|bytes| bytes.0)
            .unwrap_or_default()
    }
}

/// Follows tokio's clock, which tests pause.
pub(super) fn clock() -> Clock {
    clock_ahead(0)
}

/// Another's clock, as much ahead as it was when this was called.
pub(super) fn clock_ahead(seconds: i64) -> Clock {
    let started = Instant::now();
    Clock::new(move || START + seconds + i64::try_from(started.elapsed().as_secs()).unwrap())
}

pub(super) struct Replica {
    pub(super) view: View,
    registry: Registry,
    task: JoinHandle<()>,
}

impl Replica {
    pub(super) fn start(api: &Api, clock: &Clock) -> Self {
        Self::start_with(api, clock, own(HOST))
    }

    pub(super) fn start_with(api: &Api, clock: &Clock, certificate: Certificate) -> Self {
        Self::start_options(
            api,
            clock,
            Options {
                namespace: "vouchsafe".to_owned(),
                certificate,
                defaults: crate::options::Defaults::default(),
                version: false,
            },
        )
    }

    pub(super) fn start_options(api: &Api, clock: &Clock, options: Options) -> Self {
        let metrics = Metrics::default();
        let mut registry = Registry::default();
        metrics.register(&mut registry);
        let (tasks, view) = Tasks::with_client(api.client(), options, metrics, clock.clone());
        let task = tokio::spawn(async move { match tasks.run().await {} });
        Self {
            view,
            registry,
            task,
        }
    }

    /// What it serves.
    pub(super) fn leaf(&self) -> Option<CertificateDer<'static>> {
        let identity = self.view.identity.borrow().clone();
        identity.map(|identity| identity.chain[0].clone())
    }

    pub(super) async fn until_supplied(&self) {
        let mut supplied = self.view.supplied.clone();
        until(
            "a replica to have all it needs",
            supplied.wait_for(|it| *it),
        )
        .await
        .unwrap();
    }

    pub(super) fn is_supplied(&self) -> bool {
        *self.view.supplied.borrow()
    }

    /// A line of its page of metrics.
    pub(super) fn metric(&self, name: &str) -> String {
        let mut page = String::new();
        encode(&mut page, &self.registry).unwrap();
        let line = page.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name} is not in\n{page}"))
            .trim()
            .to_owned()
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(super) fn own(list: &str) -> Certificate {
    Certificate::Own(OwnCertificate {
        configuration: "vouchsafe".to_owned(),
        hosts: hosts(list).unwrap(),
        secret: "vouchsafe-webhook-tls".to_owned(),
    })
}

/// A configuration with two webhooks that lead here and one that does not.
pub(super) fn configuration() -> Value {
    let service = |name: &str| json!({ "service": { "namespace": "vouchsafe", "name": name, "port": 443, "path": "/mutate" } });
    let webhook = |name: &str, client: Value| {
        json!({
            "name": name, "clientConfig": client, "admissionReviewVersions": ["v1"], "sideEffects": "None",
            "fieldOfTomorrow": { "kept": 1 },
        })
    };
    json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
        "metadata": { "name": "vouchsafe" },
        "webhooks": [
            webhook("inject.vouchsafe.dev", service("vouchsafe-webhook")),
            webhook("other.example", service("other")),
            webhook("again.vouchsafe.dev", json!({ "url": format!("https://{HOST}:8443/mutate") })),
        ],
    })
}

/// A cluster with that configuration.
pub(super) fn installed() -> Api {
    let api = Api::new();
    api.put(CONFIGURATION, configuration());
    api
}

pub(super) fn bundle_text(api: &Api, webhook: usize) -> Vec<u8> {
    let configuration = api.get(CONFIGURATION).unwrap();
    decode(&configuration["webhooks"][webhook]["clientConfig"]["caBundle"])
}

pub(super) fn bundle(api: &Api, webhook: usize) -> Bundle {
    Bundle::read(&bundle_text(api, webhook))
}

/// Sets the `caBundle` of the webhooks that lead here.
pub(super) fn set_bundle(api: &Api, text: &str) {
    let mut configuration = api.get(CONFIGURATION).unwrap();
    for webhook in [0, 2] {
        configuration["webhooks"][webhook]["clientConfig"]["caBundle"] =
            serde_json::to_value(k8s_openapi::ByteString(text.as_bytes().to_vec())).unwrap();
    }
    api.put(CONFIGURATION, configuration);
}

pub(super) fn secret_data(api: &Api, key: &str) -> Vec<u8> {
    decode(&api.get(SECRET).unwrap()["data"][key])
}

/// Whether an API server would take that certificate for the webhook's, at that time.
pub(super) fn is_trusted(api: &Api, leaf: &CertificateDer<'static>, now: i64) -> bool {
    [0, 2].into_iter().all(|webhook| {
        let authorities = authorities(&bundle_text(api, webhook));
        let anchors: Vec<_> = authorities
            .iter()
            .map(|one| anchor_from_trusted_cert(one).unwrap())
            .collect();
        let certificate = EndEntityCert::try_from(leaf).unwrap();
        let time = Duration::from_secs(now.unsigned_abs());
        let chain = certificate.verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &anchors,
            &[],
            UnixTime::since_unix_epoch(time),
            KeyUsage::server_auth(),
            None,
            None,
        );
        let name = ServerName::try_from(HOST).unwrap();
        chain.is_ok() && certificate.verify_is_valid_for_subject_name(&name).is_ok()
    })
}

fn authorities(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    use rustls::pki_types::pem::PemObject as _;
    CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .unwrap()
}

pub(super) fn distinct(replicas: &[Replica]) -> usize {
    let leaves: BTreeSet<_> = replicas
        .iter()
        .map(|replica| replica.leaf().map(|leaf| leaf.to_vec()))
        .collect();
    leaves.len()
}

/// In simulated time, of which there is enough.
pub(super) async fn until<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(400 * 24 * 60 * 60), future)
        .await
        .unwrap_or_else(|_| panic!("{what} did not happen"))
}

/// Waits until it holds, looking after every change in the cluster and of a replica.
pub(super) async fn until_holds(api: &Api, what: &str, mut holds: impl FnMut() -> bool) {
    let mut changes = api.changes();
    let waiting = async {
        while !holds() {
            let look_again = Duration::from_secs(60 * 60);
            let _ = timeout(look_again, changes.changed()).await;
        }
    };
    until(what, waiting).await;
}

/// Checks at every change, for as long as it is not dropped, that whatever a replica serves is
/// trusted.
pub(super) fn watch_trust(api: &Api, clock: &Clock, view: &View) -> JoinHandle<()> {
    let (api, clock, view) = (api.clone(), clock.clone(), view.clone());
    tokio::spawn(async move {
        let mut changes = api.changes();
        let mut identity = view.identity.clone();
        loop {
            let served = identity.borrow_and_update().clone();
            if let Some(served) = served {
                assert!(
                    is_trusted(&api, &served.chain[0], clock.now()),
                    "a certificate that nobody trusts is served at {}",
                    clock.now() - START
                );
            }
            let hour = Duration::from_secs(60 * 60);
            tokio::select! {
                _ = changes.changed() => {}
                other = identity.changed() => if other.is_err() { return },
                () = tokio::time::sleep(hour) => {}
            }
        }
    })
}
