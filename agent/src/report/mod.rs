//! What the agent knows about itself, for people and their programs: `/status`.
//!
//! Names, times, versions and errors; never a value. The JSON is an interface: fields may be added,
//! but what is there keeps its name and meaning as long as [`Report::VERSION`] stays. What is not
//! known, or does not apply, is `null`.

pub mod gauges;
mod table;

use std::time::{Duration, SystemTime};

use serde::{Serialize, Serializer};

use crate::fault::Fault;

/// All of it at one moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub version: u32,
    /// The version of the program.
    pub agent: &'static str,
    pub at: Time,
    /// How long this life of the agent lasts, in seconds.
    pub up_seconds: u64,
    /// Whether all files are there.
    pub ready: bool,
    pub stores: Vec<StoreReport>,
    pub secrets: Vec<SecretReport>,
    pub files: Vec<FileReport>,
    pub reloads: Vec<ReloadReport>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoreReport {
    pub name: String,
    pub logged_in: bool,
    /// `null` for a token without an end, too.
    pub token_seconds_left: Option<u64>,
    pub next: Option<Next>,
    /// Whether the last login or renewal failed.
    pub failing: bool,
    pub last_error: Option<LastError>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SecretReport {
    /// As the configuration or the template names it; a number follows where they ask for the same
    /// path with other arguments.
    pub path: String,
    /// `read`, `list`, `write`, `certificate` or `file`.
    pub kind: &'static str,
    /// `null` for a file beside the agent.
    pub store: Option<String>,
    /// Where the store counts versions.
    pub version: Option<u64>,
    pub last_read: Option<Time>,
    /// When it was read, or its lease renewed.
    pub last_success: Option<Time>,
    pub next: Option<Next>,
    /// Until it ends, if it does.
    pub lease_seconds_left: Option<u64>,
    pub failing_since: Option<Time>,
    pub last_error: Option<LastError>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileReport {
    pub path: String,
    /// The paths of its secrets, as far as they are known.
    pub secrets: Vec<String>,
    /// Since it changed last; after a restart of the agent since it was written.
    pub age_seconds: Option<u64>,
    pub last_change: Option<Time>,
    /// The name of the directory that holds it now, the same for all files of a volume.
    pub generation: Option<String>,
    /// Why it could not be rendered or written; it shows what was there before, if anything was.
    pub last_error: Option<LastError>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReloadReport {
    /// The files whose change is told.
    pub files: Vec<String>,
    /// The application does not know yet what they say.
    pub pending: bool,
    /// None as long as there was nothing to tell in this life of the agent.
    pub last: Option<LastReload>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LastReload {
    pub at: Time,
    /// Counted from 1 for each change.
    pub attempt: u32,
    pub success: bool,
    /// It is not tried again.
    pub given_up: bool,
    /// Whom it told, or why it could not.
    pub message: String,
}

/// What is done next.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Next {
    /// `log-in`, `renew-token`, `adopt-token`, `read` or `renew-lease`.
    pub step: &'static str,
    pub in_seconds: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LastError {
    pub at: Time,
    /// Of `docs/errors.md`.
    pub code: String,
    pub message: String,
}

/// RFC 3339 in UTC, to the second.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Time(pub SystemTime);

// === impl Report ===

impl Report {
    /// Of the JSON.
    pub const VERSION: u32 = 1;

    pub fn to_json(&self) -> String {
        #[expect(
            clippy::expect_used,
            reason = "no map with non-string keys and no failing Serialize inside"
        )]
        let mut json = serde_json::to_string(self).expect("a report is always serialisable");
        json.push('\n');
        json
    }

    /// For people.
    pub fn to_table(&self) -> String {
        table::of(self)
    }
}

impl LastError {
    pub fn new(at: Time, fault: &Fault) -> Self {
        Self {
            at,
            code: fault.code.to_string(),
            message: fault.message.clone(),
        }
    }
}

impl Time {
    /// Seconds since 1970; zero before.
    pub fn unix(self) -> u64 {
        let since = self.0.duration_since(SystemTime::UNIX_EPOCH);
        since.unwrap_or_default().as_secs()
    }

    /// Zero for what is yet to come.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.duration_since(earlier.0).unwrap_or_default()
    }
}

impl std::fmt::Display for Time {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Before 1970 nothing can be formatted.
        let time = self.0.max(SystemTime::UNIX_EPOCH);
        humantime::format_rfc3339_seconds(time).fmt(formatter)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
pub(crate) mod tests;
