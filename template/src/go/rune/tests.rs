use proptest::prelude::*;

use super::*;

fn upper_and_lower(text: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut upper, mut lower) = (SecretBuffer::default(), SecretBuffer::default());
    append_upper(&mut upper, text);
    append_lower(&mut lower, text);
    (
        upper.expose_secret().to_vec(),
        lower.expose_secret().to_vec(),
    )
}

#[test]
fn invalid_bytes_are_single_replacement_runes() {
    assert_eq!(decode_rune("é!".as_bytes()), ('é', 2));
    assert_eq!(decode_rune(b""), (REPLACEMENT, 0));
    assert_eq!(decode_rune(b"\xff"), (REPLACEMENT, 1));
    assert_eq!(decode_rune("\u{FFFD}".as_bytes()), (REPLACEMENT, 3));
    let no_runes: [&[u8]; 5] = [
        b"\xed\xa0\x80",     // a surrogate
        b"\xc0\xaf",         // written longer than needed
        b"\xf4\x90\x80\x80", // beyond U+10FFFF
        b"\xe2\x82",         // cut short
        b"\x80",             // a continuation alone
    ];
    for bytes in no_runes {
        assert_eq!(decode_rune(bytes), (REPLACEMENT, 1), "{bytes:x?}");
        assert_eq!(decode_last_rune(bytes), (REPLACEMENT, 1), "{bytes:x?}");
        assert_eq!(rune_count(bytes), bytes.len(), "{bytes:x?}");
    }
}

#[test]
fn the_last_rune_is_found_from_the_end() {
    assert_eq!(decode_last_rune("a€".as_bytes()), ('€', 3));
    assert_eq!(decode_last_rune("€a".as_bytes()), ('a', 1));
    assert_eq!(
        decode_last_rune("€\u{10FFFF}".as_bytes()),
        ('\u{10FFFF}', 4)
    );
    assert_eq!(decode_last_rune(b"\xe2\x82\xac\x80"), (REPLACEMENT, 1));
    assert_eq!(decode_last_rune(b""), (REPLACEMENT, 0));
}

#[test]
fn runes_know_their_place_and_whether_they_were_written() {
    let found: Vec<_> = runes(b"a\xff\xef\xbf\xbd")
        .map(|rune| (rune.offset, rune.value, rune.width, rune.is_invalid()))
        .collect();
    assert_eq!(
        found,
        [
            (0, 'a', 1, false),
            (1, REPLACEMENT, 1, true),
            (2, REPLACEMENT, 3, false)
        ]
    );
}

/// The answers of Go about every rune, in one FNV-1a hash.
#[test]
fn every_rune_has_the_properties_and_the_cases_it_has_in_go() {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    for rune in '\0'..=char::MAX {
        let properties = [is_print, is_space, is_letter, is_digit, is_upper, is_lower]
            .iter()
            .enumerate()
            .map(|(place, holds)| u8::from(holds(rune)) << place)
            .sum();
        add(properties);
        for mapping in [to_upper, to_lower, to_title] {
            u32::from(mapping(rune))
                .to_le_bytes()
                .into_iter()
                .for_each(&mut add);
        }
    }
    assert_eq!(hash, 0xbc1b_69aa_ab3a_e0fe);
}

#[test]
fn a_rune_has_one_rune_as_its_other_case() {
    assert_eq!((to_upper('ß'), to_lower('ẞ')), ('ß', 'ß'));
    assert_eq!((to_lower('İ'), to_upper('ı')), ('i', 'I'));
    assert_eq!((to_upper('ǆ'), to_title('ǆ')), ('Ǆ', 'ǅ'));
    assert_eq!((to_upper('ა'), to_title('ა')), ('Ა', 'ა'));
}

#[test]
fn the_case_of_a_text_changes_rune_by_rune() {
    let (upper, lower) = upper_and_lower("straße ÅÉ Ⱥ".as_bytes());
    assert_eq!(upper, "STRAßE ÅÉ Ⱥ".as_bytes());
    assert_eq!(lower, "straße åé ⱥ".as_bytes());
    let (upper, lower) = upper_and_lower(b"a\xffB");
    assert_eq!(upper, "A\u{FFFD}B".as_bytes());
    assert_eq!(lower, "a\u{FFFD}b".as_bytes());
}

proptest! {
    #[test]
    fn the_runes_cover_the_text(text: Vec<u8>) {
        let all: Vec<Rune> = runes(&text).collect();
        prop_assert_eq!(all.len(), rune_count(&text));
        let mut end = 0;
        for rune in all {
            prop_assert_eq!(rune.offset, end);
            end += rune.width;
        }
        prop_assert_eq!(end, text.len());
    }

    #[test]
    fn the_last_rune_of_a_text_is_its_last_character(text in "\\PC+") {
        let last = text.chars().last().unwrap();
        prop_assert_eq!(decode_last_rune(text.as_bytes()), (last, last.len_utf8()));
    }
}
