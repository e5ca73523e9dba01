//! `golden.tsv` is from Go 1.26: pattern, text, template, limit, then the matches, the text with
//! replacements, the text with literal replacements and the parts of a split; or `refused`.

use regex_automata::{Input, nfa::thompson::pikevm::PikeVM};

use super::*;
use crate::scope::Limits;

fn budget() -> Budget {
    Budget::new(Limits::default())
}

fn unescape(field: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut parts = field.split("\\x");
    bytes.extend_from_slice(parts.next().unwrap().as_bytes());
    for part in parts {
        let (code, text) = part.split_at(2);
        bytes.push(u8::from_str_radix(code, 16).unwrap());
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes
}

/// `<a><b>`: nothing and one empty text differ.
fn escape(texts: &[&[u8]]) -> String {
    let escape_one = |text: &[u8]| -> String {
        let plain = |byte: u8| byte.is_ascii_graphic() && !br"\<>".contains(&byte);
        text.iter()
            .map(|byte| match *byte {
                byte if plain(byte) => char::from(byte).to_string(),
                byte => format!("\\x{byte:02x}"),
            })
            .collect()
    };
    let escaped: Vec<String> = texts.iter().map(|text| escape_one(text)).collect();
    if escaped.is_empty() {
        String::new()
    } else {
        format!("<{}>", escaped.join("><"))
    }
}

#[test]
fn matches_replaces_and_splits_as_go() {
    for line in include_str!("golden.tsv").lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let pattern = unescape(fields[0]);
        let regex = Regex::new(&pattern);
        if fields[4] == "refused" {
            assert!(regex.is_err(), "{line}");
            continue;
        }
        let regex = regex.unwrap_or_else(|error| panic!("{error}: {line}"));
        let (text, template) = (unescape(fields[1]), unescape(fields[2]));
        let limit: i64 = fields[3].parse().unwrap();
        let shown = [
            escape(&regex.find_all(&text, limit, &mut budget()).unwrap()),
            escape(&[regex
                .replace_all(&text, &template, &mut budget())
                .unwrap()
                .expose_secret()]),
            escape(&[regex
                .replace_all_literal(&text, &template, &mut budget())
                .unwrap()
                .expose_secret()]),
            escape(&regex.split(&text, limit, &mut budget()).unwrap()),
        ];
        assert_eq!(shown, fields[4..8], "{line}");
        assert_eq!(
            regex.find(&text, &mut budget()).unwrap(),
            regex
                .find_all(&text, 1, &mut budget())
                .unwrap()
                .first()
                .copied(),
            "{line}"
        );
        assert_eq!(
            regex.is_match(&text, &mut budget()).unwrap(),
            regex.find(&text, &mut budget()).unwrap().is_some(),
            "{line}"
        );
    }
}

#[test]
fn tells_the_kind_of_error_but_not_the_pattern() {
    let error = |pattern: &[u8]| Regex::new(pattern).unwrap_err();
    assert_eq!(error(b"[a"), RegexError::MissingBracket);
    assert_eq!(error(b"(a"), RegexError::MissingParenthesis);
    assert_eq!(error(b"a)"), RegexError::UnexpectedParenthesis);
    assert_eq!(error(b"a**"), RegexError::RepeatOperator);
    assert_eq!(error(b"*"), RegexError::MissingRepeatArgument);
    assert_eq!(error(b"a{1001}"), RegexError::RepeatCount);
    assert_eq!(error(b"(a{100}){11}"), RegexError::RepeatCount);
    assert_eq!(error(br"\C"), RegexError::Escape);
    assert_eq!(error(br"\Z"), RegexError::Escape);
    assert_eq!(error(br"\1"), RegexError::Escape);
    assert_eq!(error(b"\\"), RegexError::TrailingBackslash);
    assert_eq!(error(b"(?=a)"), RegexError::PerlSyntax);
    assert_eq!(error(b"(?P<a-b>c)"), RegexError::NamedCapture);
    assert_eq!(error(br"\p{Old_Italic}"), RegexError::ClassRange);
    assert_eq!(error(b"\xff"), RegexError::Utf8);
    assert!(!error(b"secret[").to_string().contains("secret"));
}

#[test]
fn allows_many_levels_but_not_any_number() {
    let nested = |depth: usize| [b"(".repeat(depth), b"a".to_vec(), b")".repeat(depth)].concat();
    assert!(
        Regex::new(&nested(249))
            .unwrap()
            .is_match(b"a", &mut budget())
            .unwrap()
    );
    assert_eq!(Regex::new(&nested(250)).unwrap_err(), RegexError::Nesting);
    let starred = [b"(?:".repeat(5_000), b"a".to_vec(), b")*".repeat(5_000)].concat();
    assert_eq!(Regex::new(&starred).unwrap_err(), RegexError::Nesting);
}

#[test]
fn bounds_the_memory_of_a_pattern() {
    let refused =
        |pattern: &[u8]| assert_eq!(Regex::new(pattern).unwrap_err(), RegexError::TooLarge);
    refused(&br"\pL".repeat(1_000));
    refused(&[b"(?:".to_vec(), br"()".repeat(1_000), b"){1000}".to_vec()].concat());
    refused(&b"a".repeat(MAX_PATTERN_BYTES + 1));
    assert!(
        Regex::new(br"^[\w.-]{1,255}@\pL{1,63}$")
            .unwrap()
            .is_match(b"a.b@example", &mut budget())
            .unwrap()
    );
}

#[test]
fn quotes_what_has_a_meaning() {
    assert_eq!(
        quote_meta(br"a.b*[c]\{1}^$ -#").expose_secret(),
        br"a\.b\*\[c\]\\\{1\}\^\$ -#"
    );
}

proptest::proptest! {
    #[test]
    fn never_panics(
        pattern in r"[ab(|)*+?{}\[\]^$\\.,1-3:<>PQEpLdwsbxiU-]{0,16}",
        text: Vec<u8>,
        template in "[$a1{}x]{0,8}",
    ) {
        if let Ok(regex) = Regex::new(pattern.as_bytes()) {
            let _ = regex.replace_all(&text, template.as_bytes(), &mut budget());
            let _ = regex.split(&text, 3, &mut budget());
        }
    }

    #[test]
    fn quoted_text_matches_itself(text: String) {
        let pattern = quote_meta(text.as_bytes());
        let regex = Regex::new(pattern.expose_secret()).unwrap();
        proptest::prop_assert_eq!(regex.find(text.as_bytes(), &mut budget()).unwrap(), Some(text.as_bytes()));
    }

    /// The engine that it takes the place of; both follow the same program.
    #[test]
    fn finds_what_the_engine_of_the_regex_crate_finds(
        pattern in r"[ab(|)*+?{}\[\]^$\\.,1-3:é<>PQEpLdwsbBxiU-]{0,24}",
        text in "[abé1 _\n]{0,24}",
        from in 0_usize..3,
    ) {
        if let Ok(regex) = Regex::new(pattern.as_bytes())
            && text.is_char_boundary(from)
        {
            let theirs = PikeVM::new_from_nfa(regex.program.nfa.clone()).unwrap();
            let mut captures = theirs.create_captures();
            let input = Input::new(&text).range(from..);
            theirs.search(&mut theirs.create_cache(), &input, &mut captures);
            let mut machine =
                Machine::new(&regex.program, captures.group_len(), &mut budget()).unwrap();
            let found = machine.search(text.as_bytes(), from, &mut budget()).unwrap();
            proptest::prop_assert_eq!(found, captures.is_match());
            for index in 0..captures.group_len() {
                let span = captures.get_group(index).map(|span| (span.start, span.end));
                let ours = found.then(|| machine.group(index)).flatten();
                proptest::prop_assert_eq!(ours, span, "group {}", index);
            }
        }
    }
}
