//! Where we differ from the original on purpose.

/// What the cluster must be like for a difference.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Sidecars {
    Any,
    Native,
}

/// A case and a line of it, with `*` for any text, and why.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) case: &'static str,
    pub(crate) line: &'static str,
    pub(crate) sidecars: Sidecars,
    pub(crate) reason: &'static str,
}

const fn any(case: &'static str, line: &'static str, reason: &'static str) -> Difference {
    Difference {
        case,
        line,
        sidecars: Sidecars::Any,
        reason,
    }
}

const fn native(case: &'static str, line: &'static str, reason: &'static str) -> Difference {
    Difference {
        sidecars: Sidecars::Native,
        ..any(case, line, reason)
    }
}

const OWN_TOKEN: &str = "the agent brings a token of its own";

/// One that does not occur is as wrong as one that is not here.
pub(crate) const DIFFERENCES: &[Difference] = &[
    any(
        "*",
        "app.*.is_read_only.*",
        "the app has no reason to write there",
    ),
    any(
        "*",
        "before.*.is_read_only.*",
        "the app has no reason to write there",
    ),
    any(
        "*",
        "init.seccomp",
        "Pod Security `restricted` asks for a profile",
    ),
    any(
        "*",
        "run.seccomp",
        "Pod Security `restricted` asks for a profile",
    ),
    any("basic-custom-token", "answer", OWN_TOKEN),
    any("basic-custom-token-unmounted", "answer", OWN_TOKEN),
    any("basic-no-token", "answer", OWN_TOKEN),
    any(
        "approle-no-sa",
        "denial",
        "it needs no service account, and is denied for the parameter that its agent would miss",
    ),
    any(
        "already",
        "answer",
        "everybody who may create pods may write the annotation; what is right is left alone",
    ),
    any(
        "file-dotdot",
        "answer",
        "the file would be in no volume, and nobody would see it",
    ),
    any(
        "perms-bad",
        "answer",
        "the original's agent fails on it, in every pod anew",
    ),
    any(
        "two-case-twins",
        "answer",
        "two templates would write one file by turns",
    ),
    any(
        "neither",
        "answer",
        "the pod would have empty volumes and no agent",
    ),
    any(
        "aws-auth",
        "answer",
        "our agent does not know this method, and says which it knows",
    ),
    any(
        "containers-space",
        "app.metrics.*",
        "a blank after a comma is not part of a name",
    ),
    any(
        "quit",
        "*.api.proxy",
        "nobody asked for requests to the store; the original opens them with its listener",
    ),
    any(
        "quotes-in-path",
        "*.file./vault/secrets/q",
        "the quote ends the text of the original's template, which its agent cannot read",
    ),
    any(
        "configmap",
        "*.env.VAULT_SKIP_VERIFY",
        "there are agents for which `false` is a yes, and no certificate is checked",
    ),
    native(
        "configmap*",
        "init.configuration",
        "one container does all, with `config.hcl`",
    ),
    native(
        "json-patch",
        "init.env.X",
        "one container does all, with both patches",
    ),
];

/// Whether a text is what a pattern with `*` for any text says.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => {
            let Some(text) = text.strip_prefix(start) else {
                return false;
            };
            let mut ends = text.char_indices().map(|(index, _)| index);
            ends.any(|index| matches(rest, &text[index..])) || matches(rest, "")
        }
    }
}

#[test]
fn a_star_stands_for_any_text() {
    for (pattern, text, expected) in [
        ("a", "a", true),
        ("*", "", true),
        ("a.*.b", "a.x.y.b", true),
        ("a.*.b", "a.b", false),
        ("a*", "b", false),
        ("*.ß", "a.ß", true),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }
}
