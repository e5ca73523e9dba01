//! What the webhook does with the Kubernetes API, apart from the webhook so that the client's
//! weight is too: without the feature `client` only what needs no API server is left.
//!
//! - [`defaults`]: annotations that a cluster, a profile or a namespace gives to its pods.
//! - [`validity`]: when a certificate begins and ends.
//! - [`options`]: what is to be done.
//! - `certificate`: certificates of the webhook's own, shared by all replicas where they may.
//! - `sidecars`: whether the cluster knows native sidecars.
//! - `tasks`: all of it together; `metrics` counts it.
//!
//! What each part may do in the cluster is all that it needs:
//!
//! | part | object | verbs |
//! |---|---|---|
//! | certificates | `mutatingwebhookconfigurations`, that one by name | get, list, watch, patch |
//! | certificates that replicas share | `secrets` in the own namespace, that one by name | get, update |
//! | | `secrets` in the own namespace | create; not needed where the Secret exists, empty or not |
//! | `caBundle` from a file | `mutatingwebhookconfigurations`, that one by name | get, list, watch, patch |
//! | version | nothing: `system:public-info-viewer` lets every authenticated client read `/version` | |
//! | defaults | `configmaps` in the own namespace, that one by name | get, list, watch |
//! | | `namespaces` | list, watch |
//!
//! A part without its permission says so and goes without, and tries again: what is granted later
//! is used later. Without the Secret each replica has an authority of its own, for as long as it
//! runs.

#[cfg(feature = "client")]
mod backoff;
#[cfg(feature = "client")]
pub mod certificate;
pub mod defaults;
#[cfg(feature = "client")]
mod failure;
#[cfg(feature = "client")]
mod follow;
#[cfg(feature = "client")]
pub mod metrics;
pub mod options;
#[cfg(feature = "client")]
pub mod sidecars;
#[cfg(feature = "client")]
pub mod tasks;
pub mod validity;

#[cfg(all(test, feature = "client"))]
mod tests;
