use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use rustix::io::Errno;
use vouchsafe_shared::diagnostic::Code;

/// Why the files of a volume could not be published: what was being done to which file, and the
/// operating system's answer.
#[derive(Debug, thiserror::Error)]
#[error("cannot {step} {}: {error}{}", path.display(), Help { step: *step, error })]
pub struct SinkError {
    pub step: Step,
    pub path: PathBuf,
    pub error: io::Error,
}

/// What was being done when it failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// Opening the volume, or creating it.
    Open,
    /// Finding out what is there.
    Look,
    Create,
    Write,
    /// Giving a file to a group.
    Group(u32),
    Mode,
    /// Giving a file to a user.
    User(u32),
    Sync,
    /// Making a link for a name, before anything is visible.
    Link,
    /// Making the new generation the current one.
    Swap,
    /// Putting a new link in its place: the only step after the swap, so that the new generation
    /// is current already.
    Show,
    Remove,
}

impl SinkError {
    pub fn code(&self) -> Code {
        Code::WriteFailed
    }

    /// `name` is relative to the volume; empty for the volume itself.
    pub(super) fn new(volume: &Path, name: &str, failure: Failure) -> Self {
        Self {
            step: failure.step,
            path: if name.is_empty() {
                volume.to_owned()
            } else {
                volume.join(name)
            },
            error: failure.error,
        }
    }
}

/// A failed step, where the file is known to the caller.
#[derive(Debug)]
pub(super) struct Failure {
    step: Step,
    error: io::Error,
}

impl Failure {
    /// Something that is not ours is where a link belongs.
    pub(super) fn in_the_way() -> Self {
        Step::Link.failed()(Errno::EXIST)
    }
}

impl Step {
    pub(super) fn failed<E: Into<io::Error>>(self) -> impl FnOnce(E) -> Failure {
        move |error| Failure {
            step: self,
            error: error.into(),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Open => "open",
            Self::Look => "look into",
            Self::Create => "create",
            Self::Write => "write",
            Self::Group(group) => return write!(formatter, "make group {group} the group of"),
            Self::Mode => "set the mode of",
            Self::User(user) => return write!(formatter, "make user {user} the owner of"),
            Self::Sync => "sync",
            Self::Link => "link",
            Self::Swap => "make current",
            Self::Show => "show",
            Self::Remove => "remove",
        })
    }
}

struct Help<'a> {
    step: Step,
    error: &'a io::Error,
}

impl fmt::Display for Help<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let help = match (self.step, Errno::from_io_error(self.error)) {
            (Step::User(_), Some(Errno::PERM)) => {
                "this needs the capability CHOWN, or an agent that runs as this user"
            }
            (Step::Group(_), Some(Errno::PERM)) => {
                "this needs an agent that is a member of the group (fsGroup), or the capability CHOWN"
            }
            (Step::Link, Some(Errno::EXIST)) => {
                "something that is not a link of this volume has its place; remove it"
            }
            (_, Some(Errno::NOSPC | Errno::DQUOT)) => "the volume is full; raise its size limit",
            (_, Some(Errno::FBIG)) => "the file is larger than this process may write",
            (_, Some(Errno::ROFS)) => "the volume is mounted read-only; mount it writable here",
            (_, Some(Errno::ACCESS | Errno::PERM)) => {
                "the agent's user may not write here; let it own the volume, or set fsGroup"
            }
            _ => return Ok(()),
        };
        write!(formatter, "; {help}")
    }
}
