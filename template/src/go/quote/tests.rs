use proptest::prelude::*;

use super::*;

fn written(write: impl FnOnce(&mut SecretBuffer)) -> String {
    let mut out = SecretBuffer::default();
    write(&mut out);
    String::from_utf8(out.expose_secret().to_vec()).unwrap()
}

fn quote(text: impl AsRef<[u8]>) -> String {
    written(|out| append_quote(out, text.as_ref()))
}

fn quote_to_ascii(text: impl AsRef<[u8]>) -> String {
    written(|out| append_quote_to_ascii(out, text.as_ref()))
}

fn content(literal: &str) -> Option<Vec<u8>> {
    unquote(literal.as_bytes()).ok().map(|text| text.to_vec())
}

#[test]
fn what_cannot_be_printed_is_escaped() {
    assert_eq!(quote("a\"'\\`"), r#""a\"'\\`""#);
    assert_eq!(
        quote("\x07\x08\x0c\n\r\t\x0b\0\x7f"),
        r#""\a\b\f\n\r\t\v\x00\x7f""#
    );
    assert_eq!(quote(b"\xff\xed\xa0\x80"), r#""\xff\xed\xa0\x80""#);
    assert_eq!(quote("é☺\u{FFFD}"), "\"é☺\u{FFFD}\"");
    assert_eq!(
        quote("\u{80}\u{A0}\u{AD}\u{2028}\u{FEFF}"),
        r#""\u0080\u00a0\u00ad\u2028\ufeff""#
    );
    assert_eq!(quote("\u{E000}\u{10FFFF}"), r#""\ue000\U0010ffff""#);
}

#[test]
fn ascii_quotes_escape_all_other_runes() {
    assert_eq!(quote_to_ascii("é☺😀~"), r#""\u00e9\u263a\U0001f600~""#);
    assert_eq!(quote_to_ascii(b"\xff\xef\xbf\xbd"), r#""\xff\ufffd""#);
}

#[test]
fn runes_are_quoted_with_single_quotes() {
    assert_eq!(written(|out| append_quote_rune(out, '\''.into())), r"'\''");
    assert_eq!(written(|out| append_quote_rune(out, '"'.into())), "'\"'");
    assert_eq!(written(|out| append_quote_rune(out, 0x263A)), "'☺'");
    assert_eq!(
        written(|out| append_quote_rune_to_ascii(out, 0x263A)),
        r"'\u263a'"
    );
    assert_eq!(written(|out| append_quote_rune(out, 0xD800)), "'\u{FFFD}'");
    assert_eq!(
        written(|out| append_quote_rune_to_ascii(out, 0x0011_0000)),
        r"'\ufffd'"
    );
}

#[test]
fn backquotes_hold_one_line_without_control_characters() {
    assert!(can_backquote("a\t\"\\é\u{FFFD}\u{80}".as_bytes()));
    for text in ["`", "\n", "\x7f", "\u{FEFF}"] {
        assert!(!can_backquote(text.as_bytes()), "{text:?}");
    }
    assert!(!can_backquote(b"\xff"));
}

#[test]
fn literals_have_the_escapes_of_go() {
    assert_eq!(
        content(r#""\a\b\f\n\r\t\v\\\"'""#).unwrap(),
        b"\x07\x08\x0c\n\r\t\x0b\\\"'"
    );
    assert_eq!(content(r#""\xff\377\101""#).unwrap(), b"\xff\xffA");
    assert_eq!(content(r#""\u00e9\U0001F600""#).unwrap(), "é😀".as_bytes());
    assert_eq!(content(r"'\''").unwrap(), b"'");
    assert_eq!(content("''").unwrap(), b"");
    assert_eq!(content("`a\\n\r\n\"`").unwrap(), b"a\\n\n\"");
    assert_eq!(*unquote(b"\"\xff\"").unwrap(), "\u{FFFD}".as_bytes());
    assert_eq!(*unquote(b"`\xff`").unwrap(), b"\xff");
}

#[test]
fn what_is_no_literal_is_refused() {
    let wrong = [
        "",
        "\"",
        "'",
        "`",
        "a",
        "\"a",
        "a\"",
        "\"a'",
        "'ab'",
        "'''",
        "\"\"\"",
        "`a`b`",
        "\"\n\"",
        r#""\""#,
        r#""\'""#,
        r#"'\"'"#,
        r#""\z""#,
        r#""\x1""#,
        r#""\x1g""#,
        r#""\400""#,
        r#""\18""#,
        r#""\ud800""#,
        r#""\U00110000""#,
        r#""\u+123""#,
        "\"a\" ",
        "“a”",
    ];
    for literal in wrong {
        assert_eq!(content(literal), None, "{literal}");
    }
}

#[test]
fn one_character_is_taken_at_a_time() {
    assert_eq!(
        unquote_char(br"\xe9b", b'"'),
        Ok((Unquoted::Byte(0xE9), &b"b"[..]))
    );
    assert_eq!(
        unquote_char("é'".as_bytes(), b'\''),
        Ok((Unquoted::Rune('é'), &b"'"[..]))
    );
    assert_eq!(
        unquote_char(b"'", b'"'),
        Ok((Unquoted::Rune('\''), &b""[..]))
    );
    assert_eq!(unquote_char(b"'", b'\''), Err(InvalidLiteral));
    assert_eq!(unquote_char(b"", b'"'), Err(InvalidLiteral));
}

proptest! {
    #[test]
    fn what_is_quoted_reads_back(text: Vec<u8>) {
        prop_assert_eq!(&*unquote(quote(&text).as_bytes()).unwrap(), &text);
        let ascii = quote_to_ascii(&text);
        prop_assert!(ascii.is_ascii());
        prop_assert_eq!(&*unquote(ascii.as_bytes()).unwrap(), &text);
    }

    #[test]
    fn no_text_is_too_strange_to_unquote(text: Vec<u8>, quote in "[\"'`]") {
        let literal = [quote.as_bytes(), &text, quote.as_bytes()].concat();
        let _ = unquote(&literal);
        let _ = unquote_char(&text, b'"');
    }
}
