//! The agent's own socket: a file in its run directory that only its own user may use.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use tokio::net::UnixListener;
use vouchsafe_shared::config::AgentConfig;

/// Where the agent of a configuration has it.
pub fn path_of(config: &AgentConfig) -> PathBuf {
    Path::new(&config.run_directory).join("agent.sock")
}

/// Makes the socket, in place of one that a killed life left. It gets its name when nobody else can
/// use it any more.
pub(super) fn bind(path: &Path) -> io::Result<UnixListener> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let next = path.with_extension("next");
    match fs::remove_file(&next) {
        Err(failure) if failure.kind() != io::ErrorKind::NotFound => return Err(failure),
        _ => {}
    }
    let listener = UnixListener::bind(&next)?;
    fs::set_permissions(&next, Permissions::from_mode(0o600))?;
    fs::rename(&next, path)?;
    Ok(listener)
}
