//! What the kernel says of a process that gives its code back. In a process of its own: other tests
//! run code of their own.

mod code;

use code::resident_code;
use vouchsafe_resident::release_code;

#[test]
fn code_that_ran_is_given_back_and_runs_again() {
    let before = resident_code();
    let released = release_code().expect("the kernel allows it");
    let after = resident_code();
    assert!(after < before, "{after} of {before} KiB");
    assert!(released as u64 >= before * 1024, "{released} bytes");
    // The same code once more, and the rest of the test.
    release_code().expect("the kernel allows it again");
}
