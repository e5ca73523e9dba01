//! What the kernel says of a process that gives its code back. In a process of its own: other tests
//! run code of their own.

use std::fs;

use vouchsafe_resident::release_code;

/// Resident KiB of the program's code.
fn resident_code() -> u64 {
    let program = fs::read_link("/proc/self/exe").expect("there is /proc");
    let smaps = fs::read_to_string("/proc/self/smaps").expect("there is /proc");
    let mut is_code = false;
    let mut kib = 0;
    for line in smaps.lines() {
        if line.contains(" r-xp ") {
            is_code = line.ends_with(&*program.to_string_lossy());
        } else if let Some(rest) = line.strip_prefix("Rss:").filter(|_| is_code) {
            kib += rest
                .trim_end_matches("kB")
                .trim()
                .parse::<u64>()
                .expect("a number");
            is_code = false;
        }
    }
    kib
}

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
