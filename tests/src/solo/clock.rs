//! A wall clock that is wrong: the C library tells an agent another time than there is.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::put;

/// Shifts what `clock_gettime` tells of the wall clock by the seconds that a file holds. Other
/// clocks, which nobody can set, stay right.
const SOURCE: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long offset(void) {
    const char *path = getenv("CLOCK_OFFSET_FILE");
    char text[32] = {0};
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    return length > 0 ? atol(text) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, time);
    if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += offset();
    return result;
}
"#;

/// A library that shifts the clock, and the file that says by how much.
#[derive(Debug)]
pub struct WrongClock {
    pub library: PathBuf,
    pub offset_file: PathBuf,
}

impl WrongClock {
    /// Builds the library in `directory`; the clock is right at first.
    ///
    /// # Panics
    /// When there is no C compiler.
    pub fn new(directory: &Path) -> Self {
        let (source, library) = (directory.join("clock.c"), directory.join("clock.so"));
        put(&source, SOURCE).expect("the library's source");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .args([&library, &source])
            .arg("-ldl")
            .status();
        assert!(
            built.is_ok_and(|status| status.success()),
            "cc builds no library"
        );
        let clock = Self {
            library,
            offset_file: directory.join("clock-offset"),
        };
        clock.shift(0);
        clock
    }

    /// From now on the clock is this many seconds ahead.
    pub fn shift(&self, seconds: i64) {
        let next = self.offset_file.with_extension("next");
        put(&next, seconds.to_string()).expect("the clock's file");
        std::fs::rename(next, &self.offset_file).expect("the clock's file");
    }
}
