//! Where a program's code is in memory.

use std::ops::Range;

/// The addresses at which `maps`, as `/proc/self/maps` shows them, has code of the file `program`
/// that cannot be written to and is not shared with other mappings of the file. Lines that say
/// anything else are passed over.
///
/// Source: <https://man7.org/linux/man-pages/man5/proc_pid_maps.5.html>.
pub(crate) fn code_of(maps: &str, program: &str) -> Vec<Range<usize>> {
    maps.lines()
        .filter_map(|line| code_in(line, program))
        .collect()
}

fn code_in(line: &str, program: &str) -> Option<Range<usize>> {
    // Addresses, permissions, offset, device, inode, and, after a run of spaces, the path.
    let mut fields = line.splitn(6, ' ');
    let (start, end) = fields.next()?.split_once('-')?;
    let permissions = fields.next()?;
    let path = fields.nth(3)?.trim_start();
    if permissions != "r-xp" || path != program {
        return None;
    }
    let address = |digits| usize::from_str_radix(digits, 16).ok();
    let range = address(start)?..address(end)?;
    (!range.is_empty()).then_some(range)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MAPS: &str = "\
7f10be000000-7f10be002000 r--p 00000000 fe:00 131 /bin/a program
7f10be012000-7f10bea00000 r-xp 00002000 fe:00 131                        /bin/a program
7f10bea00000-7f10bea10000 r--p 009f0000 fe:00 131                        /bin/a program
7f10bea10000-7f10bea20000 rwxp 00a00000 fe:00 131                        /bin/a program
7f10bea20000-7f10bea30000 r-xs 00a00000 fe:00 131                        /bin/a program
7f10beb00000-7f10beb10000 r-xp 00000000 fe:00 977                        /lib/other.so
7f10bec00000-7f10bec10000 rw-p 00000000 00:00 0
7ffd5c3a0000-7ffd5c3a2000 r-xp 00000000 00:00 0                          [vdso]
";

    #[test]
    fn only_the_programs_own_code_is_found() {
        let code = 0x7f10_be01_2000..0x7f10_bea0_0000;
        assert_eq!(code_of(MAPS, "/bin/a program"), std::slice::from_ref(&code));
        assert_eq!(code_of(MAPS, "/bin/a"), []);
        assert_eq!(code_of(MAPS, ""), []);
    }

    proptest! {
        #[test]
        fn nothing_is_found_but_what_a_line_says(
            lines in prop::collection::vec((0..=usize::MAX, 0..=usize::MAX, "r[w-][x-][ps]", "/[pq ]"), 0..8),
        ) {
            let line = |(start, end, permissions, path): &(usize, usize, String, String)| {
                format!("{start:08x}-{end:08x} {permissions} 0 fe:00 7   {path}")
            };
            let text = lines.iter().map(line).collect::<Vec<_>>().join("\n");
            let expected: Vec<_> = lines
                .iter()
                .filter(|(start, end, permissions, path)| start < end && permissions == "r-xp" && path == "/p")
                .map(|(start, end, ..)| *start..*end)
                .collect();
            prop_assert_eq!(code_of(&text, "/p"), expected);
        }

        #[test]
        fn no_text_is_too_strange(text in "([0-9a-f]{0,20}[- ]?(r-xp)? {0,3}(/p)?\n?){0,20}", program in ".{0,3}") {
            for range in code_of(&text, &program) {
                prop_assert!(!range.is_empty());
            }
        }
    }
}
