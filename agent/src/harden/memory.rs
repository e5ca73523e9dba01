//! Nobody else gets to see this process's memory: no debugger, no core dump, no disk.

use rustix::{
    mm::{MlockAllFlags, mlockall},
    process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit},
};

use super::Protection;

/// From how much lockable memory on, in bytes, locking cannot get in the way.
///
/// What counts against the limit is address space, used or not, and what goes beyond it is an
/// allocation that fails, which ends the agent. A template's run may take 64 MiB of memory by itself,
/// and address space is several times what is used. With the usual limit of 8 MiB nothing is locked:
/// an agent that dies of a protection delivers no secrets.
const ENOUGH: u64 = 1024 * 1024 * 1024;

/// The kernel writes no image of the process. Programs that the agent starts inherit it.
pub(super) fn no_core_dumps() -> Protection {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    Protection::of(setrlimit(Resource::Core, none))
}

/// No other process of the same user may read the memory: a pod that shares its process namespace
/// has the application under the agent's own user. It also forbids core dumps where the kernel hands
/// them to a program, which no limit keeps it from.
/// Source: <https://man7.org/linux/man-pages/man5/core.5.html>.
pub(super) fn unreadable_by_others() -> Protection {
    Protection::of(set_dumpable_behavior(DumpableBehavior::NotDumpable))
}

/// What is in memory stays there. Pages are locked when they are first used, so nothing becomes
/// resident that would not have been.
pub(super) fn never_swapped() -> Protection {
    match getrlimit(Resource::Memlock).current {
        Some(limit) if limit < ENOUGH => Protection::Off(format!(
            "the limit of locked memory is {limit} bytes, and with less than {ENOUGH} an allocation could fail"
        )),
        _ => {
            let flags = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT;
            Protection::of(mlockall(flags))
        }
    }
}
