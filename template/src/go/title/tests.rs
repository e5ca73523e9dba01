//! Expected values are from Go 1.26 and golang.org/x/text v0.27.

use super::*;

fn titles(text: &[u8]) -> (String, String) {
    let show = |buffer: SecretBuffer| {
        let text = buffer.expose_secret();
        text.utf8_chunks()
            .map(|chunk| {
                let invalid = chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}"));
                chunk.valid().to_owned() + &invalid.collect::<String>()
            })
            .collect::<String>()
    };
    (show(strings_title(text)), show(cases_title(text)))
}

#[test]
fn begins_words_with_capitals_by_two_rules() {
    let table = [
        (b"".as_slice(), "", ""),
        (b"hello world".as_slice(), "Hello World", "Hello World"),
        (b"HELLO wORLD".as_slice(), "HELLO WORLD", "HELLO WORLD"),
        (
            b"o'neil o''neil can't".as_slice(),
            "O'Neil O''Neil Can'T",
            "O'neil O''Neil Can't",
        ),
        (b"a.b x:y a..b".as_slice(), "A.B X:Y A..B", "A.b X:y A..B"),
        (
            b"one-two_three".as_slice(),
            "One-Two_three",
            "One-Two_three",
        ),
        (b"1st 2nd".as_slice(), "1st 2nd", "1St 2Nd"),
        (b"\xc3\xa9 \xc3\xa0 \xc3\x9f".as_slice(), "É À ß", "É À Ss"),
        (b"\xef\xac\x81ne \xc5\x89".as_slice(), "ﬁne ŉ", "Fine ʼN"),
        (b"\xc7\x86 \xc7\x85 \xc7\x84".as_slice(), "ǅ ǅ ǅ", "ǅ ǅ ǅ"),
        (b"\xce\xac \xe1\xbe\xb3".as_slice(), "Ά ᾼ", "Ά ᾼ"),
        (
            b"a\xc2\xadb a\xcc\x81b a\xe2\x80\x8db".as_slice(),
            "A\u{ad}b A\u{301}b A\u{200d}b",
            "A\u{ad}b A\u{301}b A\u{200d}b",
        ),
        (
            b"\xe6\x97\xa5a \xe3\x82\xabb".as_slice(),
            "日a カb",
            "日A カB",
        ),
        (
            b"\"quoted\" (a) [b]".as_slice(),
            "\"Quoted\" (A) [B]",
            "\"Quoted\" (A) [B]",
        ),
        (b"a\xffb".as_slice(), "A�b", "A\\xffB"),
        (b"\xe2\x82 a".as_slice(), "�� A", "\\xe2\\x82 A"),
        (
            b"\xef\xbd\x81\xef\xbc\x8e\xef\xbd\x82".as_slice(),
            "Ａ．ｂ",
            "Ａ．ｂ",
        ),
        (
            b"a\xe3\x80\x80b a\xc2\xa0b a\xe2\x80\xa8b".as_slice(),
            "A\u{3000}B A\u{a0}B A\u{2028}B",
            "A\u{3000}B A\u{a0}B A\u{2028}B",
        ),
        (b"\xe2\x93\x90 \xe2\x85\xb0".as_slice(), "Ⓐ Ⅰ", "Ⓐ Ⅰ"),
        (b"\xe1\x83\x90".as_slice(), "ა", "ა"),
        (b"\xca\xb0a".as_slice(), "ʰa", "ʰa"),
        (b"a\x09b\x0ac".as_slice(), "A\x09B\x0aC", "A\x09B\x0aC"),
        (
            b"it\xe2\x80\x99s o\xe2\x80\x98clock".as_slice(),
            "It’s O‘clock",
            "It’s O‘clock",
        ),
        (b"e.g. i.e.".as_slice(), "E.G. I.E.", "E.g. I.e."),
        (
            b"snake_case kebab-case".as_slice(),
            "Snake_case Kebab-Case",
            "Snake_case Kebab-Case",
        ),
        (b"mixedCase".as_slice(), "MixedCase", "MixedCase"),
    ];
    for (text, strings, cases) in table {
        assert_eq!(
            titles(text),
            (strings.to_owned(), cases.to_owned()),
            "{text:?}"
        );
    }
}
