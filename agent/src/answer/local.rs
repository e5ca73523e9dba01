//! Files beside the agent, which templates may include.

use std::{
    fs::OpenOptions,
    io::{self, Read},
    os::unix::fs::OpenOptionsExt,
};

use rustix::fs::OFlags;
use vouchsafe_shared::diagnostic::Code;
use vouchsafe_template::value::Text;
use zeroize::Zeroizing;

use crate::fault::{Fault, Retry, Whose};

/// The longest file that is read, in bytes.
pub(super) const LIMIT: u64 = 1024 * 1024;

pub(super) fn read(path: &str) -> Result<Text, Fault> {
    let unreadable = |reason: String| {
        let message = format!("file {path} {reason}");
        Fault::new(Code::FileUnreadable, Whose::User, Retry::Backoff, message)
    };
    let refused = |error: io::Error| unreadable(format!("cannot be read: {error}"));
    // A named pipe must not hold up the agent.
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let mut options = OpenOptions::new();
    let options = options.read(true).custom_flags(flags);
    let file = options.open(path).map_err(refused)?;
    let metadata = file.metadata().map_err(refused)?;
    if !metadata.is_file() {
        return Err(unreadable("is not a file".to_owned()));
    }
    let too_long = || unreadable(format!("is longer than {LIMIT} bytes"));
    if metadata.len() > LIMIT {
        return Err(too_long());
    }
    // Room for one byte more shows whether it has grown; growing in place would leave copies.
    let room = usize::try_from(LIMIT).unwrap_or_default() + 1;
    let mut content = Zeroizing::new(Vec::with_capacity(
        room.min(usize::try_from(metadata.len()).unwrap_or(room) + 4096),
    ));
    file.take(LIMIT + 1)
        .read_to_end(&mut content)
        .map_err(refused)?;
    if content.len() as u64 > LIMIT {
        return Err(too_long());
    }
    Ok(Text::from(content.as_slice()))
}
