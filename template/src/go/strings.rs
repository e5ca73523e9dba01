//! Cutting and joining texts as Go's [`strings`](https://pkg.go.dev/strings) does, bytes that are
//! no UTF-8 included.

use vouchsafe_shared::secret::SecretBuffer;

use super::rune::{decode_last_rune, decode_rune, is_space, runes};

/// `strings.TrimSpace`.
pub fn trim_space(text: &[u8]) -> &[u8] {
    trim_matching(text, is_space)
}

/// `strings.Trim`: without the runes of a set at both ends.
pub fn trim<'t>(text: &'t [u8], set: &[u8]) -> &'t [u8] {
    let set: Vec<char> = runes(set).map(|rune| rune.value).collect();
    trim_matching(text, |rune| set.contains(&rune))
}

fn trim_matching(mut text: &[u8], matches: impl Fn(char) -> bool) -> &[u8] {
    loop {
        let (rune, width) = decode_rune(text);
        match text.get(width..) {
            Some(rest) if width > 0 && matches(rune) => text = rest,
            _ => break,
        }
    }
    loop {
        let (rune, width) = decode_last_rune(text);
        match text.get(..text.len().saturating_sub(width)) {
            Some(rest) if width > 0 && matches(rune) => text = rest,
            _ => return text,
        }
    }
}

/// `strings.Index`.
pub fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    if wanted.len() <= 1 {
        return match wanted.first() {
            None => Some(0),
            Some(wanted) => text.iter().position(|byte| byte == wanted),
        };
    }
    let wanted_length = wanted.len();
    let table = prefixes(wanted);
    let mut matched = 0;
    for (index, byte) in text.iter().enumerate() {
        matched = advance(wanted, &table, matched, *byte);
        if matched == wanted_length {
            return Some(index + 1 - wanted_length);
        }
    }
    None
}

/// For every length of a prefix, the longest shorter prefix that it ends in: searching stays linear
/// whatever is searched for.
fn prefixes(wanted: &[u8]) -> Vec<usize> {
    let mut table = vec![0];
    for byte in wanted.iter().skip(1) {
        let matched = table.last().copied().unwrap_or_default();
        table.push(advance(wanted, &table, matched, *byte));
    }
    table
}

fn advance(wanted: &[u8], table: &[usize], mut matched: usize, byte: u8) -> usize {
    loop {
        if wanted.get(matched) == Some(&byte) {
            return matched + 1;
        }
        if matched == 0 {
            return 0;
        }
        matched = table.get(matched - 1).copied().unwrap_or_default();
    }
}

/// `strings.Cut`: what stands before and after the first separator.
pub fn cut<'t>(text: &'t [u8], separator: &[u8]) -> Option<(&'t [u8], &'t [u8])> {
    let index = find(text, separator)?;
    Some((text.get(..index)?, text.get(index + separator.len()..)?))
}

/// `strings.Split`: an empty separator splits after every rune.
pub fn split<'t>(text: &'t [u8], separator: &[u8]) -> Vec<&'t [u8]> {
    if separator.is_empty() {
        return runes(text)
            .filter_map(|rune| text.get(rune.offset..rune.offset + rune.width))
            .collect();
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((part, after)) = cut(rest, separator) {
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

/// `strings.ReplaceAll`: nothing stands before every rune and at the end.
pub fn replace_all(out: &mut SecretBuffer, text: &[u8], old: &[u8], new: &[u8]) {
    let parts = split(text, old);
    if old.is_empty() {
        out.push_bytes(new);
        for part in parts {
            out.push_bytes(part);
            out.push_bytes(new);
        }
        return;
    }
    for (index, part) in parts.into_iter().enumerate() {
        if index > 0 {
            out.push_bytes(new);
        }
        out.push_bytes(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(text: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
        let mut out = SecretBuffer::default();
        replace_all(&mut out, text, old, new);
        out.expose_secret().to_vec()
    }

    #[test]
    fn blanks_of_unicode_are_trimmed() {
        assert_eq!(trim_space("\u{a0}\t a b\u{3000}\n".as_bytes()), b"a b");
        assert_eq!(trim_space(b"\xff a"), b"\xff a");
        assert_eq!(trim_space(b" \n"), b"");
    }

    #[test]
    fn a_set_is_trimmed_by_runes() {
        assert_eq!(trim("äxä".as_bytes(), "ä".as_bytes()), b"x");
        assert_eq!(trim(b"abxba", b"ab"), b"x");
        assert_eq!(trim(b"\xffx\xfe", b"\xf0"), b"x");
        assert_eq!(trim(b"x", b""), b"x");
    }

    #[test]
    fn a_text_is_found_where_it_first_stands() {
        assert_eq!(find(b"aabaabaaa", b"aabaaa"), Some(3));
        assert_eq!(find(b"abc", b""), Some(0));
        assert_eq!(find(b"", b"a"), None);
        assert_eq!(find(b"abab", b"abc"), None);
    }

    #[test]
    fn splitting_at_nothing_gives_runes() {
        assert_eq!(
            split("aä\u{20ac}".as_bytes(), b""),
            [&b"a"[..], "ä".as_bytes(), "€".as_bytes()]
        );
        assert_eq!(split(b"\xc3(", b""), [&b"\xc3"[..], b"("]);
        assert!(split(b"", b"").is_empty());
        assert_eq!(split(b"", b","), [b""]);
        assert_eq!(split(b",a,,b,", b","), [&b""[..], b"a", b"", b"b", b""]);
    }

    #[test]
    fn replacing_nothing_inserts_everywhere() {
        assert_eq!(replaced("aä".as_bytes(), b"", b"-"), "-a-ä-".as_bytes());
        assert_eq!(replaced(b"", b"", b"x"), b"x");
        assert_eq!(replaced(b"aaa", b"aa", b"b"), b"ba");
        assert_eq!(replaced(b"abc", b"x", b"y"), b"abc");
    }
}
