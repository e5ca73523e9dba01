use std::{convert::Infallible, sync::Arc};

use vouchsafe_cluster::{defaults::Defaults, options::Options};

use crate::{health::Readiness, metrics::Metrics, server::certificate::Certificate};

/// There is none.
#[derive(Debug)]
pub enum Cluster {}

/// Nothing.
#[derive(Clone, Debug, Default)]
pub struct Known;

impl Known {
    pub fn native_sidecars(&self) -> Option<bool> {
        None
    }

    pub fn defaults(&self) -> Option<Arc<Defaults>> {
        None
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    #[error(
        "this program was built without the feature `cluster`: it makes no certificates, and reads no defaults and no version from the cluster"
    )]
    NotBuilt,
}

impl Cluster {
    /// # Errors
    /// When anything is to be done.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "called as where there is a client"
    )]
    pub fn connect(options: Options) -> Result<(Option<Self>, Metrics), ClusterError> {
        if options.is_idle() {
            Ok((None, Metrics::new()))
        } else {
            Err(ClusterError::NotBuilt)
        }
    }

    /// Is never called.
    pub fn known(&self) -> Known {
        match *self {}
    }

    /// Is never called.
    #[expect(clippy::unused_async, reason = "called as where there is a client")]
    pub async fn run(self, _: &Certificate, _: &Readiness, _: &Metrics) -> Infallible {
        match self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_done_is_refused_and_nothing_is_no_matter() {
        assert!(Cluster::connect(Options::idle()).is_ok());
        let options = Options {
            version: true,
            ..Options::idle()
        };
        let failure = Cluster::connect(options).unwrap_err().to_string();
        assert!(
            failure.contains("without the feature `cluster`"),
            "{failure}"
        );
    }
}
