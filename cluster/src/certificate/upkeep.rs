//! Looks again and again whether all is as it should be: when the webhooks' configuration changed,
//! when it is time, and after a failure.

use std::{convert::Infallible, fmt::Display, time::Duration};

use k8s_openapi::api::admissionregistration::v1::MutatingWebhookConfiguration;
use kube::Api;
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

use crate::{
    backoff::Backoff,
    failure::Reporter,
    follow::follow,
    metrics::{Metrics, Task},
};

pub(crate) trait Upkeep {
    type Failure: Display;

    /// Looks at everything and does what is to be done. It is `quiet` when the time had come and
    /// nobody changed anything.
    async fn look(&mut self, quiet: bool) -> Result<Outlook, Self::Failure>;
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outlook {
    /// Something was changed, here or by somebody faster: everything is to be read again.
    Changed,
    /// All is well for so long.
    Well(Duration),
    /// All is well for so long, but not as it was meant: that is tried ever more rarely.
    Makeshift(Duration),
}

/// Looks at everything again although nothing seems to have changed: what else is read than the
/// configuration is not watched.
const AGAIN: Duration = Duration::from_secs(60 * 60);

/// At least this long between two looks, however often the configuration changes.
const APART: Duration = Duration::from_secs(1);

/// Looks that changed something before it is taken for a failure. Each lost race is won by a replica
/// that has then done what was to be done, so that the losers find nothing left to do.
const ATTEMPTS: usize = 10;

/// Looks when the configuration of that name changes, and whenever it is `changed` otherwise.
pub(crate) async fn keep_up(
    mut upkeep: impl Upkeep,
    configurations: Api<MutatingWebhookConfiguration>,
    name: &str,
    changed: &Notify,
    metrics: &Metrics,
) -> Infallible {
    let following = follow(
        configurations,
        Some(name),
        "MutatingWebhookConfigurations",
        Reporter::new(Task::Configuration, metrics.clone()),
        |_| changed.notify_one(),
    );
    let mut reporter = Reporter::new(Task::Certificate, metrics.clone());
    let looking = async {
        let mut backoff = Backoff::new();
        let mut quiet = false;
        loop {
            let pause = match settle(&mut upkeep, quiet).await {
                Ok(Outlook::Well(time)) => {
                    reporter.succeeded();
                    backoff.reset();
                    time.min(AGAIN)
                }
                Ok(Outlook::Makeshift(time)) => {
                    reporter.succeeded();
                    time.min(backoff.pause())
                }
                Ok(Outlook::Changed) => {
                    reporter.failed(&format_args!(
                        "others were faster {ATTEMPTS} times in a row"
                    ));
                    backoff.pause()
                }
                Err(failure) => {
                    reporter.failed(&failure);
                    backoff.pause()
                }
            };
            sleep(APART).await;
            quiet = timeout(pause, changed.notified()).await.is_err();
        }
    };
    tokio::select! {
        never = following => never,
        never = looking => never,
    }
}

/// Looks until nothing changes any more. Only the first look is as quiet as it was before.
async fn settle<U: Upkeep>(upkeep: &mut U, quiet: bool) -> Result<Outlook, U::Failure> {
    let mut outlook = upkeep.look(quiet).await?;
    for _ in 1..ATTEMPTS {
        if outlook != Outlook::Changed {
            break;
        }
        sleep(Duration::from_millis(fastrand::u64(10..200))).await;
        outlook = upkeep.look(false).await?;
    }
    Ok(outlook)
}
