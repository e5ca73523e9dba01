//! The same of a process whose memory is locked.

mod code;

use code::resident_code;
use rustix::mm::{MlockAllFlags, mlockall};
use vouchsafe_resident::release_code;

#[test]
fn code_is_given_back_where_memory_is_locked() {
    let flags = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT;
    if let Err(failure) = mlockall(flags) {
        println!("not tried, since locking memory takes privileges: {failure}");
        return;
    }
    let before = resident_code();
    release_code().expect("the kernel allows it");
    let after = resident_code();
    assert!(after < before, "{after} of {before} KiB");
}
