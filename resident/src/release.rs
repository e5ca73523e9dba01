//! The system call.

use std::{fs, io};

use rustix::mm::{Advice, madvise, munlock};

use crate::maps::code_of;

/// Gives the program's own code back to the kernel, locked or not; what runs afterwards is mapped
/// again. Returns how many bytes of addresses that was about, resident or not.
///
/// # Errors
/// Where `/proc` cannot be read, or the kernel does not do it. Nothing has changed then, or a part
/// was given back.
pub fn release_code() -> io::Result<usize> {
    let program = fs::read_link("/proc/self/exe")?;
    let maps = fs::read_to_string("/proc/self/maps")?;
    let mut released = 0;
    for range in code_of(&maps, &program.to_string_lossy()) {
        #[allow(unsafe_code)]
        // SAFETY: the kernel has just said that this is a private mapping of the program's file
        // without permission to write, so what it maps again is the same page of the same file: that
        // of a running program cannot be written to. Only what a debugger has changed would be lost,
        // its breakpoints. No reference into the code becomes invalid: its addresses stay mapped, and
        // whoever reads one waits for the page. What is locked stays in memory, but code is no secret:
        // to unlock it changes nothing that a program could see.
        // Source: MADV_DONTNEED in <https://man7.org/linux/man-pages/man2/madvise.2.html>.
        unsafe {
            munlock(range.start as *mut _, range.len())?;
            madvise(range.start as *mut _, range.len(), Advice::LinuxDontNeed)?;
        }
        released += range.len();
    }
    Ok(released)
}
