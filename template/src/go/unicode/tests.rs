use super::*;

#[test]
fn knows_the_categories_of_unicode_15() {
    assert_eq!(category('A'), "Lu");
    assert_eq!(category('\u{1F600}'), "So");
    assert_eq!(category(char::MAX), "Cn");
    assert!(is_letter('é') && is_letter('日') && !is_letter('1') && !is_letter('\u{0345}'));
    assert!(is_digit('٣') && !is_digit('²'));
    // Assigned by Unicode 16.
    assert_eq!(category('\u{1C89}'), "Cn");
    let (_, last, _) = category_runs().last().unwrap();
    assert_eq!(last, 0x0010_FFFF);
}

#[test]
fn knows_scripts_by_one_word() {
    assert!(
        script("Greek")
            .unwrap()
            .any(|(first, last)| (first..=last).contains(&0x3b1))
    );
    assert!(script("Old_Italic").is_none());
}

#[test]
fn folds_around_in_a_circle() {
    let circle = |start: char| {
        let next = |code_point: u32| char::from_u32(simple_fold(code_point)).unwrap();
        let second = next(start.into());
        (second, next(second.into()))
    };
    assert_eq!(circle('K'), ('k', '\u{212A}'));
    assert_eq!(circle('Σ'), ('ς', 'σ'));
    assert_eq!(circle('1'), ('1', '1'));
    assert!(folds().all(|(from, to)| from != to && simple_fold(from) == to));
}

#[test]
fn gives_title_case_and_word_classes() {
    assert_eq!(to_title('a'), 'A');
    assert_eq!(to_title('ǆ'), 'ǅ');
    assert_eq!(to_title('ß'), 'ß');
    assert_eq!(long_title('ß'), Some("Ss".as_bytes()));
    assert_eq!(long_title('ﬁ'), Some("Fi".as_bytes()));
    assert_eq!(long_title('a'), None);
    assert_eq!(word_class('a'), WordClass::Cased);
    assert_eq!(word_class('1'), WordClass::Continue);
    assert_eq!(word_class('\''), WordClass::Middle);
    assert_eq!(word_class('-'), WordClass::Break);
}
