use std::fs;

/// Resident KiB of the program's code.
pub(crate) fn resident_code() -> u64 {
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
