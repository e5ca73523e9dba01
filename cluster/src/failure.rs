//! What the API server's refusals mean, and how they are told without a flood of lines.

use std::fmt;

use tracing::{info, warn};

use crate::metrics::{Metrics, Task};

/// What became of a request; tells what it was for, and never what it carried.
#[derive(Debug, thiserror::Error)]
#[error("cannot {attempt}: {}", Reason(.source))]
pub(crate) struct RequestFailure {
    attempt: String,
    source: Box<kube::Error>,
}

impl RequestFailure {
    pub(crate) fn of(attempt: impl Into<String>) -> impl FnOnce(kube::Error) -> Self {
        let attempt = attempt.into();
        |source| Self {
            attempt,
            source: Box::new(source),
        }
    }

    /// Somebody else was faster: what was read before is no longer so.
    pub(crate) fn is_lost_race(&self) -> bool {
        matches!(&*self.source, kube::Error::Api(status) if status.is_conflict() || status.is_already_exists())
    }

    pub(crate) fn is_forbidden(&self) -> bool {
        matches!(&*self.source, kube::Error::Api(status) if status.is_forbidden())
    }
}

/// The server's own words where there are some; the client's repeat the whole answer.
struct Reason<'a>(&'a kube::Error);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            kube::Error::Api(status) if !status.message.is_empty() => {
                formatter.write_str(&status.message)
            }
            kube::Error::Api(status) => write!(formatter, "HTTP status {}", status.code),
            // The content may be a Secret's, and serde quotes what it does not understand.
            kube::Error::SerdeError(_) => formatter.write_str("the answer is not as expected"),
            other => {
                let mut cause: &dyn std::error::Error = other;
                while let Some(next) = cause.source() {
                    cause = next;
                }
                write!(formatter, "{cause}")
            }
        }
    }
}

/// Says each failure once, until there is another one or none.
#[derive(Debug)]
pub(crate) struct Reporter {
    task: Task,
    metrics: Metrics,
    last: Option<String>,
}

impl Reporter {
    pub(crate) fn new(task: Task, metrics: Metrics) -> Self {
        Self {
            task,
            metrics,
            last: None,
        }
    }

    pub(crate) fn failed(&mut self, failure: &impl fmt::Display) {
        self.metrics.count_failure(self.task);
        let failure = failure.to_string();
        if self.last.as_ref() != Some(&failure) {
            warn!(task = self.task.as_str(), %failure, "cluster_task_failed");
            self.last = Some(failure);
        }
    }

    pub(crate) fn succeeded(&mut self) {
        if self.last.take().is_some() {
            info!(task = self.task.as_str(), "cluster_task_recovered");
        }
    }
}
