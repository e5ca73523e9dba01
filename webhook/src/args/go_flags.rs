//! Flags as Go programs read them, rewritten as this program's own parser reads them.
//!
//! One dash or two, `-flag=value` or `-flag value`, a switch with or without `=value`; the first
//! word that is no flag ends them, and everything from there on is thrown away, as the original
//! injector does: its charts pass a literal `2>&1`.
//! Source: <https://pkg.go.dev/flag#hdr-Command_line_flag_syntax>.

use std::ffi::OsString;

use clap::{Arg, Command};

/// The words after the name of `command`, as `--flag=value` and `--flag` alone.
///
/// A flag that the command does not know is passed on, for the parser to say so.
pub(super) fn rewrite(
    command: &Command,
    words: impl IntoIterator<Item = OsString>,
) -> Vec<OsString> {
    let mut rewritten = Vec::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let Some(flag) = word.to_str().and_then(flag) else {
            break;
        };
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (flag, None),
        };
        if value.is_none() && ["h", "help"].contains(&name) {
            rewritten.push("--help".into());
            continue;
        }
        let mut whole = OsString::from(format!("--{name}"));
        if let Some(value) = value {
            whole.push("=");
            whole.push(value);
        } else if takes_next_word(command, name)
            && let Some(value) = words.next()
        {
            whole.push("=");
            whole.push(value);
        }
        rewritten.push(whole);
    }
    rewritten
}

/// What follows the dashes. `-` alone is no flag, and `--` ends them.
fn flag(word: &str) -> Option<&str> {
    let rest = word.strip_prefix('-')?;
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    (!rest.is_empty()).then_some(rest)
}

fn takes_next_word(command: &Command, name: &str) -> bool {
    command
        .get_arguments()
        .find(|argument| argument.get_long() == Some(name))
        .is_some_and(|argument: &Arg| {
            argument.get_action().takes_values() && !argument.is_require_equals_set()
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rewritten(words: &[&str]) -> Vec<String> {
        let switch = Arg::new("on")
            .long("on")
            .num_args(0..=1)
            .require_equals(true);
        let command = Command::new("test")
            .arg(Arg::new("name").long("name"))
            .arg(switch);
        rewrite(&command, words.iter().map(OsString::from))
            .into_iter()
            .map(|word| word.into_string().unwrap())
            .collect()
    }

    #[test]
    fn every_form_of_a_flag_is_understood() {
        for (words, expected) in [
            (&["-name=a", "--name=b"][..], &["--name=a", "--name=b"][..]),
            (&["-name", "a", "--name", "b"], &["--name=a", "--name=b"]),
            (&["-name", "-a", "-name", "--"], &["--name=-a", "--name=--"]),
            (&["-name=", "-name", ""], &["--name=", "--name="]),
            (&["-name=a=b"], &["--name=a=b"]),
            (
                &["-on", "-on=false", "--on"],
                &["--on", "--on=false", "--on"],
            ),
            (&["-h", "-help", "--help"], &["--help", "--help", "--help"]),
            (&["-name"], &["--name"]),
            (&["-nmae", "a"], &["--nmae"]),
        ] {
            assert_eq!(rewritten(words), expected, "{words:?}");
        }
    }

    #[test]
    fn the_first_word_that_is_no_flag_ends_them() {
        for end in ["2>&1", "a", "-", "--", ""] {
            assert_eq!(rewritten(&["-on", end, "-name=a"]), ["--on"], "{end:?}");
        }
        // A switch takes no word: this one ends the flags.
        assert_eq!(rewritten(&["-on", "false", "-name=a"]), ["--on"]);
    }

    proptest! {
        /// Whichever way it is written, a flag says the same.
        #[test]
        fn the_form_of_a_flag_says_nothing(
            values in proptest::collection::vec(("\\PC{0,8}", 0..4_usize), 0..6),
            end in prop::option::of("[^-].{0,8}"),
            rest in proptest::collection::vec("\\PC{0,8}", 0..3),
        ) {
            let mut words = Vec::new();
            for (value, form) in &values {
                match form {
                    0 => words.push(format!("-name={value}")),
                    1 => words.push(format!("--name={value}")),
                    2 => words.extend(["-name".to_owned(), value.clone()]),
                    _ => words.extend(["--name".to_owned(), value.clone()]),
                }
            }
            if let Some(end) = end {
                words.push(end);
                words.extend(rest);
            }
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let expected: Vec<_> = values.iter().map(|(value, _)| format!("--name={value}")).collect();
            prop_assert_eq!(rewritten(&words), expected);
        }

        #[test]
        fn no_words_make_it_panic(words in proptest::collection::vec("[-=a-z ]{0,6}", 0..6)) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            for word in rewritten(&words) {
                prop_assert!(word.starts_with("--"));
            }
        }
    }
}
