use insta::assert_snapshot;

use crate::run;

/// The version changes, what is said about it does not.
fn help(words: &[&str]) -> String {
    let ended = run(words, "");
    assert_eq!(ended.code, Some(0));
    ended.output.replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[test]
fn every_command_explains_itself() {
    assert_snapshot!("help", help(&["--help"]));
    assert_snapshot!("help_serve", help(&["serve", "--help"]));
    assert_snapshot!("help_agent_inject", help(&["agent-inject", "-help"]));
    assert_snapshot!("help_explain", help(&["explain", "--help"]));
}

#[test]
fn shells_complete_every_command() {
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&["completion", shell], "").output;
        for word in [
            "agent-inject",
            "template-static-secret-render-interval",
            "native-sidecar",
            "namespace-annotations",
        ] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}
