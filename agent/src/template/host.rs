//! What templates can see of the agent's surroundings, and do there.

use std::{
    env,
    ffi::OsStr,
    os::unix::ffi::{OsStrExt, OsStringExt},
    time::{SystemTime, UNIX_EPOCH},
};

use vouchsafe_template::{
    go::time::Time,
    scope::{FileWrite, Host, NetworkInterface},
    value::Text,
};

use super::{network, write::Write};

/// The agent's own variables, and tokens that were put there for it, are nobody else's.
const HIDDEN: [&[u8]; 2] = [b"VOUCHSAFE_", b"VAULT_TOKEN"];

/// Collects what is to be written: a run whose answers are not all there is thrown away.
#[derive(Debug, Default)]
pub(super) struct AgentHost {
    writes: Vec<Write>,
}

impl AgentHost {
    pub(super) fn into_writes(self) -> Vec<Write> {
        self.writes
    }
}

impl Host for AgentHost {
    fn environment(&self, name: &[u8]) -> Option<Text> {
        if HIDDEN.iter().any(|hidden| name.starts_with(hidden)) {
            return None;
        }
        env::var_os(OsStr::from_bytes(name)).map(|value| Text::from(value.into_vec()))
    }

    fn now(&mut self) -> Time {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Time::unix(
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            i64::from(since.subsec_nanos()),
        )
    }

    fn random(&mut self, below: u64) -> u64 {
        fastrand::u64(0..below.max(1))
    }

    fn write_file(&mut self, write: &FileWrite<'_>) -> Result<(), String> {
        let mut write = Write::new(write)?;
        // A later write to the same file goes on from the one before, on the disk only at the end.
        if let Some(index) = self.writes.iter().position(|before| before.is_to(&write)) {
            let before = self.writes.remove(index);
            write.follow(&before);
        }
        self.writes.push(write);
        Ok(())
    }

    fn interfaces(&mut self) -> Result<Vec<NetworkInterface>, String> {
        network::interfaces()
            .map_err(|error| format!("the network interfaces cannot be read: {error}"))
    }

    fn plugin(&mut self, _program: &[u8], _arguments: &[Text]) -> Result<Text, String> {
        Err("there are no programs in the agent's container to run".to_owned())
    }
}
