//! Keeps the shared certificate good, announced and in use.

use std::{collections::BTreeMap, convert::Infallible, sync::Arc, time::Duration};

use k8s_openapi::{
    ByteString,
    api::{admissionregistration::v1::MutatingWebhookConfiguration, core::v1::Secret},
};
use kube::{
    Api, Client,
    api::{ObjectMeta, PostParams},
};
use tokio::{
    sync::{Notify, watch},
    time::sleep,
};
use tracing::{info, warn};

use super::{
    Clock, Identity,
    authority::IssueError,
    bundle::Bundle,
    memory::Memory,
    plan::{ALONE_LIFETIME, Plan, SHARED_LIFETIME, others_are_gone, plan},
    registration::{Registration, RegistrationError},
    stored::Stored,
    upkeep::{Outlook, Upkeep, keep_up},
};
use crate::{failure::RequestFailure, metrics::Metrics, options::OwnCertificate};

pub(crate) struct Keeper {
    secrets: Api<Secret>,
    configurations: Api<MutatingWebhookConfiguration>,
    namespace: String,
    options: OwnCertificate,
    clock: Clock,
    active: watch::Sender<Option<Arc<Identity>>>,
    memory: Memory,
    metrics: Metrics,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepError {
    #[error(transparent)]
    Request(#[from] RequestFailure),
    #[error(transparent)]
    Registration(#[from] RegistrationError),
    #[error(transparent)]
    Issue(#[from] IssueError),
    #[error(
        "the Secret {secret:?} is cert-manager's; name its files with --tls-cert-file and --tls-key-file, or another Secret for the certificate that is made here"
    )]
    Occupied { secret: String },
    #[error("the Secret {secret:?} is immutable; delete it, and it is made anew")]
    Immutable { secret: String },
}

/// From a change of the `caBundle` to a certificate that relies on it: several API servers hear of
/// it one after the other.
const SETTLE: Duration = Duration::from_secs(2);

impl Keeper {
    pub(crate) fn new(
        client: &Client,
        namespace: String,
        options: OwnCertificate,
        clock: Clock,
        active: watch::Sender<Option<Arc<Identity>>>,
        metrics: Metrics,
    ) -> Self {
        Self {
            secrets: Api::namespaced(client.clone(), &namespace),
            configurations: Api::all(client.clone()),
            namespace,
            options,
            clock,
            active,
            memory: Memory::default(),
            metrics,
        }
    }

    pub(crate) async fn run(self) -> Infallible {
        let changed = Notify::new();
        let configurations = self.configurations.clone();
        let name = self.options.configuration.clone();
        let metrics = self.metrics.clone();
        keep_up(self, configurations, &name, &changed, &metrics).await
    }

    /// One step on the way. The authorities of others are only removed when it was `quiet` before:
    /// somebody who insists on them is not argued with.
    async fn converge(&mut self, quiet: bool) -> Result<Outlook, KeepError> {
        let OwnCertificate {
            configuration,
            hosts,
            secret: _,
        } = &self.options;
        // Others need a while to come back from their memory as well.
        let quiet = quiet && !self.memory.is_alone();
        let now = self.clock.now();
        // Without a configuration yet there is at least a certificate.
        let registration = Registration::read(&self.configurations, configuration, hosts).await;
        let announced = registration
            .as_ref()
            .map_or_else(|_| Bundle::default(), Registration::announced);

        let kept = match self.share(&announced, now).await {
            Err(KeepError::Request(refusal)) if refusal.is_forbidden() => {
                self.memory.go_alone(&refusal);
                self.keep_alone(&announced, now)?
            }
            shared => shared?,
        };
        let Some((stored, until)) = kept else {
            return Ok(Outlook::Changed);
        };
        // Other replicas may each have an authority in their memory, and nothing tells of them.
        let alone = quiet && !self.memory.is_alone() && others_are_gone(&stored, now);
        let patched = registration?
            .announce(
                &self.configurations,
                &stored.authorities(),
                alone,
                now,
                &self.metrics,
            )
            .await?;
        if patched {
            let configuration = &self.options.configuration;
            info!(configuration, "ca_bundle_patched");
            sleep(SETTLE).await;
            // What was read before is no longer so: see that it is there before relying on it.
            return Ok(Outlook::Changed);
        }
        self.activate(&stored);
        let time = self.clock.until(until);
        Ok(if self.memory.is_alone() {
            Outlook::Makeshift(time)
        } else {
            Outlook::Well(time)
        })
    }

    /// What is in the Secret, if it is good until then; else makes it so.
    async fn share(
        &mut self,
        announced: &Bundle,
        now: i64,
    ) -> Result<Option<(Stored, i64)>, KeepError> {
        let OwnCertificate {
            hosts,
            secret: name,
            ..
        } = &self.options;
        let attempt = format!("read the Secret {}/{name}", self.namespace);
        let read = self.secrets.get_opt(name).await;
        let secret = read.map_err(RequestFailure::of(attempt))?;
        let stored = secret.as_ref().and_then(content).and_then(Stored::read);
        let plan = plan(stored.as_ref(), hosts, announced, now);
        if let Plan::Keep { until } = plan {
            self.memory.share();
            self.memory.saw(stored.as_ref());
            return Ok(stored.map(|stored| (stored, until)));
        }
        self.memory.saw(stored.as_ref());
        if let Some(new) = plan.carry_out(stored, hosts, SHARED_LIFETIME, now)? {
            self.store(secret, &new).await?;
            info!(step = ?plan, "certificate_stored");
            self.count(plan);
        }
        Ok(None)
    }

    /// The same in memory.
    fn keep_alone(
        &mut self,
        announced: &Bundle,
        now: i64,
    ) -> Result<Option<(Stored, i64)>, KeepError> {
        let hosts = &self.options.hosts;
        let held = self.memory.read();
        let plan = plan(held.as_ref(), hosts, announced, now);
        if let Plan::Keep { until } = plan {
            return Ok(held.map(|held| (held, until)));
        }
        if let Some(new) = plan.carry_out(held, hosts, ALONE_LIFETIME, now)? {
            self.memory.write(&new);
            info!(step = ?plan, "certificate_made");
            self.count(plan);
        }
        Ok(None)
    }

    fn count(&self, plan: Plan) {
        if let Some(kind) = plan.makes() {
            self.metrics.count_issued(kind);
        }
    }

    /// On the condition that the Secret is as it was read, or is still not there.
    async fn store(&self, present: Option<Secret>, stored: &Stored) -> Result<(), KeepError> {
        let name = &self.options.secret;
        let parameters = PostParams::default();
        let Some(mut secret) = present else {
            let mut data = BTreeMap::new();
            stored.write(&mut data);
            let secret = Secret {
                metadata: ObjectMeta {
                    name: Some(name.clone()),
                    labels: Some(
                        [("app.kubernetes.io/part-of", "vouchsafe")]
                            .map(|(key, value)| (key.to_owned(), value.to_owned()))
                            .into(),
                    ),
                    ..ObjectMeta::default()
                },
                type_: Some("kubernetes.io/tls".to_owned()),
                data: Some(data),
                ..Secret::default()
            };
            let attempt = format!("create the Secret {}/{name}", self.namespace);
            let created = self.secrets.create(&parameters, &secret).await;
            created.map_err(RequestFailure::of(attempt))?;
            return Ok(());
        };
        let annotations = secret.metadata.annotations.iter().flatten();
        // Source: <https://cert-manager.io/docs/reference/annotations/>.
        if annotations
            .into_iter()
            .any(|(key, _)| key == "cert-manager.io/certificate-name")
        {
            return Err(KeepError::Occupied {
                secret: name.clone(),
            });
        }
        if secret.immutable == Some(true) {
            return Err(KeepError::Immutable {
                secret: name.clone(),
            });
        }
        stored.write(secret.data.get_or_insert_default());
        let attempt = format!("update the Secret {}/{name}", self.namespace);
        let replaced = self.secrets.replace(name, &parameters, &secret).await;
        replaced.map_err(RequestFailure::of(attempt))?;
        Ok(())
    }

    fn activate(&self, stored: &Stored) {
        self.metrics
            .authority_expires(stored.authority.validity().not_after);
        let Some(identity) = stored
            .leaf
            .as_ref()
            .and_then(super::authority::Leaf::identity)
        else {
            return;
        };
        let not_after = identity.not_after;
        let new = self.active.send_if_modified(|active| {
            if active
                .as_ref()
                .is_some_and(|active| active.chain == identity.chain)
            {
                return false;
            }
            *active = Some(Arc::new(identity));
            true
        });
        if new {
            info!(expires = not_after, "certificate_activated");
        }
    }

    /// No certificate is more honest than one that nobody accepts: the replica is not ready then.
    fn withdraw_if_ended(&self) {
        let now = self.clock.now();
        let withdrawn = self.active.send_if_modified(|active| {
            let ended = active
                .as_ref()
                .is_some_and(|active| active.not_after <= now);
            if ended {
                *active = None;
            }
            ended
        });
        if withdrawn {
            warn!("certificate_ended");
        }
    }
}

impl Upkeep for Keeper {
    type Failure = KeepError;

    async fn look(&mut self, quiet: bool) -> Result<Outlook, KeepError> {
        let result = self.converge(quiet).await;
        self.withdraw_if_ended();
        match result {
            Err(KeepError::Request(failure)) if failure.is_lost_race() => Ok(Outlook::Changed),
            result => result,
        }
    }
}

fn content(secret: &Secret) -> Option<&BTreeMap<String, ByteString>> {
    secret.data.as_ref()
}
