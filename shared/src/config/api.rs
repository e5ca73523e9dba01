//! What the agent serves to the pod's own containers.

use serde::{Deserialize, Serialize};

/// Plain HTTP on the pod's loopback address, as the original agent's listener.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ApiConfig {
    /// On 127.0.0.1.
    pub port: u16,
    /// Whether `POST /agent/v1/quit` ends the agent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quit: bool,
    /// Whether `/v1/…` is passed on to the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<ProxyToken>,
    /// Whether `/agent/v1/metrics` shows the agent's metrics.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub metrics: bool,
}

/// Whose token a request carries that is passed on to the store.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProxyToken {
    /// The request's own; none otherwise.
    Own,
    /// The request's own, else the agent's.
    Offer,
    /// The agent's, always.
    Force,
}
