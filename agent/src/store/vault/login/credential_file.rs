//! Files that hold what the agent logs in with.

use std::{fs, io::Read};

use secrecy::SecretString;
use tracing::warn;
use vouchsafe_shared::diagnostic::Code;
use zeroize::Zeroizing;

use crate::fault::{Fault, Retry, Whose};

/// In bytes; tokens are a few KiB at most.
const LIMIT: usize = 64 * 1024;

/// Reads one line of text, without white space around it. `what` names it for people.
pub(super) fn read(what: &str, file: &str) -> Result<SecretString, Fault> {
    let unreadable = |reason: String| {
        let message = format!("the {what} at {file} {reason}");
        Fault::new(
            Code::TokenFileUnreadable,
            Whose::Pod,
            Retry::Backoff,
            message,
        )
    };
    // Room for all of it from the start: growing would leave unwiped copies behind.
    let mut content = Zeroizing::new(Vec::with_capacity(LIMIT + 1));
    fs::File::open(file)
        .and_then(|file| file.take(LIMIT as u64 + 1).read_to_end(&mut content))
        .map_err(|error| unreadable(format!("cannot be read: {error}")))?;
    if content.len() > LIMIT {
        return Err(unreadable(format!("is longer than {LIMIT} bytes")));
    }
    let text = str::from_utf8(&content).map_err(|_| unreadable("is not text".to_owned()))?;
    let text = text.trim();
    if text.is_empty() {
        return Err(unreadable("is empty".to_owned()));
    }
    if text.contains(char::is_control) {
        return Err(unreadable(
            "has more than one line, or control characters".to_owned(),
        ));
    }
    Ok(SecretString::from(text))
}

/// Removes a file that was read. One that stays does no harm to the login, so that is only told.
pub(super) fn remove(what: &str, file: &str) {
    if let Err(failure) = fs::remove_file(file) {
        warn!(what, file, %failure, "credential_not_removed");
    }
}

/// What was read from a file, and still is there when the file is not.
#[derive(Debug, Default)]
pub(in super::super) struct Remembered(Option<SecretString>);

impl Remembered {
    /// Reads the file if there is something to read, and then removes it if that is wanted.
    ///
    /// # Errors
    /// When nothing can be read and nothing was read before.
    pub(super) fn refresh(
        &mut self,
        what: &str,
        file: &str,
        remove_after: bool,
    ) -> Result<&SecretString, Fault> {
        match read(what, file) {
            Ok(content) => {
                if remove_after {
                    remove(what, file);
                }
                Ok(self.0.insert(content))
            }
            Err(fault) => self.0.as_ref().ok_or(fault),
        }
    }
}
