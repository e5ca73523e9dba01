//! A command's text without a shell.

/// What only a shell can do.
/// Source: <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02>.
const SPECIAL: &str = "|&;<>()$`*?[#~{}!\n";

/// The words of a text, with quotes and backslashes as in a shell.
///
/// # Errors
/// Why it needs a shell, as the beginning of a sentence.
pub(super) fn split(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = text.trim().chars();
    let unclosed = || "a quote is not closed".to_owned();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\t' => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next().ok_or_else(unclosed)? {
                        '\'' => break,
                        inside => word.push(inside),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next().ok_or_else(unclosed)? {
                        '"' => break,
                        '\\' => match characters.next().ok_or_else(unclosed)? {
                            escaped @ ('"' | '\\' | '$' | '`') => word.push(escaped),
                            other => word.extend(['\\', other]),
                        },
                        special @ ('$' | '`') => return Err(needs_shell(special)),
                        inside => word.push(inside),
                    }
                }
            }
            '\\' => {
                let escaped = characters.next().ok_or("it ends in a backslash")?;
                word.get_or_insert_default().push(escaped);
            }
            special if SPECIAL.contains(special) => return Err(needs_shell(special)),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    if words.first().is_some_and(|first| first.contains('=')) {
        return Err(needs_shell('='));
    }
    Ok(words)
}

fn needs_shell(character: char) -> String {
    format!("{character:?} needs a shell")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_split_as_a_shell_would() {
        for (text, expected) in [
            ("", &[][..]),
            ("  reload  now\t-x ", &["reload", "now", "-x"]),
            (
                r#"a 'b  c' "d \"e\" \x" f\ g"#,
                &["a", "b  c", r#"d "e" \x"#, "f g"],
            ),
            (r#"a "" ''"#, &["a", "", ""]),
            ("pre'mid'post", &["premidpost"]),
        ] {
            assert_eq!(split(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_needs_a_shell_is_refused() {
        for text in [
            "a | b",
            "a && b",
            "a > b",
            "echo $HOME",
            "echo \"$HOME\"",
            "a 'b",
            "a \"b",
            "a\\",
            "ls *",
            "X=1 a",
            "a\nb",
        ] {
            assert!(split(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_word_survives_single_quotes(words in proptest::collection::vec("[^']{0,8}", 1..5)) {
            prop_assume!(!words[0].contains('='));
            let quoted: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
            prop_assert_eq!(split(&quoted.join(" ")).unwrap(), words);
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}") {
            drop(split(&text));
        }
    }
}
