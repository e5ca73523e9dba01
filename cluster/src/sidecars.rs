//! Whether the cluster knows native sidecars: init containers that run on beside the app.

use std::{convert::Infallible, time::Duration};

use kube::Client;
use tokio::{sync::watch, time::sleep};
use tracing::info;

use crate::{
    backoff::Backoff,
    failure::{Reporter, RequestFailure},
    metrics::{Metrics, Task},
};

/// What the API server's version tells. Nodes may be up to three minor versions older, so only a
/// server of 1.32 or newer vouches for each of them.
/// Source: <https://kubernetes.io/releases/version-skew-policy/#kubelet>.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum SidecarSupport {
    /// Nobody could be asked yet.
    #[default]
    Unknown,
    /// 1.29 or newer, where they are on unless an administrator turned them off.
    /// Source: <https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/>.
    Native,
    /// 1.28 or older.
    Absent,
}

/// Clusters are upgraded while their pods run on.
const REFRESH: Duration = Duration::from_secs(60 * 60);

/// Asks at once, again until there is an answer, and from then on once an hour. A server that does
/// not answer leaves what was known.
pub(crate) async fn observe(
    client: Client,
    known: watch::Sender<SidecarSupport>,
    metrics: Metrics,
) -> Infallible {
    let mut reporter = Reporter::new(Task::Version, metrics.clone());
    let mut backoff = Backoff::new();
    loop {
        let answer = client
            .apiserver_version()
            .await
            .map_err(RequestFailure::of("read the API server's version"));
        let pause = match answer {
            Ok(version) => {
                reporter.succeeded();
                backoff.reset();
                let found = SidecarSupport::of(&version.major, &version.minor);
                if known.send_if_modified(|known| std::mem::replace(known, found) != found) {
                    info!(
                        version = version.git_version,
                        native_sidecars = found.as_str(),
                        "cluster_version"
                    );
                    metrics.sidecars(found);
                }
                REFRESH
            }
            Err(failure) => {
                reporter.failed(&failure);
                backoff.pause()
            }
        };
        sleep(pause).await;
    }
}

impl SidecarSupport {
    pub(crate) const ALL: [Self; 3] = [Self::Unknown, Self::Native, Self::Absent];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Native => "native",
            Self::Absent => "absent",
        }
    }

    /// Managed clusters add to the number, as in `29+`.
    fn of(major: &str, minor: &str) -> Self {
        let number = |text: &str| -> Option<u32> {
            let end = text
                .find(|character: char| !character.is_ascii_digit())
                .unwrap_or(text.len());
            text[..end].parse().ok()
        };
        match (number(major), number(minor)) {
            (Some(major), Some(minor)) if (major, minor) >= (1, 29) => Self::Native,
            (Some(_), Some(_)) => Self::Absent,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sidecars_are_there_from_1_29_on() {
        for (major, minor, expected) in [
            ("1", "28", SidecarSupport::Absent),
            ("1", "29", SidecarSupport::Native),
            ("1", "28+", SidecarSupport::Absent),
            ("1", "33+", SidecarSupport::Native),
            ("2", "0", SidecarSupport::Native),
            ("", "", SidecarSupport::Unknown),
            ("1", "x", SidecarSupport::Unknown),
            ("1", "99999999999", SidecarSupport::Unknown),
        ] {
            assert_eq!(
                SidecarSupport::of(major, minor),
                expected,
                "{major}.{minor}"
            );
        }
    }
}
