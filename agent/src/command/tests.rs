use std::{ffi::OsStr, fs, path::PathBuf};

use super::*;

fn shell(text: &str, timeout: &str) -> CommandConfig {
    CommandConfig {
        run: CommandLine::Shell(text.to_owned()),
        timeout: timeout.parse().unwrap(),
    }
}

fn arguments(words: &[&str]) -> CommandConfig {
    CommandConfig {
        run: CommandLine::Arguments(words.iter().map(|word| (*word).to_owned()).collect()),
        timeout: CommandConfig::DEFAULT_TIMEOUT,
    }
}

fn no_shell() -> PathBuf {
    PathBuf::from("/nowhere/sh")
}

async fn refused(config: &CommandConfig, shell: &Path) -> String {
    let fault = run_with(config, shell).await.unwrap_err();
    assert_eq!(
        (fault.code, fault.whose),
        (Code::CommandFailed, Whose::User)
    );
    fault.message
}

#[tokio::test]
async fn a_text_is_for_the_shell_and_a_list_is_run_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).display().to_string();
    let text = format!("printf '%s' \"$HOME\" > '{}'", at("a"));
    run(&shell(&text, "20s")).await.unwrap();
    assert!(directory.path().join("a").exists());
    let odd = at("b $HOME; c");
    run(&arguments(&["touch", &odd])).await.unwrap();
    assert!(fs::exists(odd).unwrap());
    let text = format!("touch '{}'", at("d e"));
    run_with(&shell(&text, "20s"), &no_shell()).await.unwrap();
    assert!(directory.path().join("d e").exists());
}

#[tokio::test]
async fn a_failure_is_told_by_the_status_alone() {
    let config = shell("echo canary; echo canary >&2; exit 3", "20s");
    let message = refused(&config, Path::new(SHELL)).await;
    assert_eq!(message, "the command: /bin/sh ended with exit status: 3");
    let message = refused(&arguments(&["no-such-program", "canary"]), &no_shell()).await;
    assert!(
        message.contains("no-such-program cannot be run"),
        "{message}"
    );
    assert!(
        message.contains("agent-image") && !message.contains("canary"),
        "{message}"
    );
    let message = refused(&shell("a | b canary", "20s"), &no_shell()).await;
    assert!(
        message.contains("'|' needs a shell, and there is no /nowhere/sh"),
        "{message}"
    );
    for empty in [arguments(&[]), arguments(&[""]), shell(" ", "20s")] {
        let message = refused(&empty, &no_shell()).await;
        assert!(message.ends_with("it is empty"), "{message}");
    }
}

#[tokio::test]
async fn what_takes_too_long_is_killed_with_all_it_started() {
    let directory = tempfile::tempdir().unwrap();
    let pids = directory.path().join("pids");
    let text = format!(
        "sleep 600 & echo $! > '{0}.next'; mv '{0}.next' '{0}'; wait",
        pids.display()
    );
    let message = refused(&shell(&text, "500ms"), Path::new(SHELL)).await;
    assert!(message.contains("did not end within 500ms"), "{message}");
    let pid = fs::read_to_string(&pids).unwrap();
    let stat = PathBuf::from(format!("/proc/{}/stat", pid.trim()));
    // Whoever inherits it may not have asked for its end yet.
    let gone = || fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z "));
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while gone() {
        assert!(tokio::time::Instant::now() < deadline, "it still runs");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[test]
fn the_agents_own_variables_are_hidden_and_no_others() {
    for name in [
        "VOUCHSAFE_CONFIG",
        "VOUCHSAFE_POD",
        "VAULT_TOKEN",
        "VAULT_TOKEN_FILE",
    ] {
        assert!(is_hidden(OsStr::new(name)), "{name}");
    }
    for name in ["PATH", "HOME", "VAULT_ADDR", "APP_VAULT_TOKEN"] {
        assert!(!is_hidden(OsStr::new(name)), "{name}");
    }
}

#[tokio::test]
async fn a_program_sees_nothing_of_the_agents_own() {
    // Cargo gives tests no variable of ours, so this shows only that the others are passed on.
    let config = shell(
        "test -n \"$PATH\" && test -z \"$VOUCHSAFE_CONFIG$VAULT_TOKEN\"",
        "20s",
    );
    run(&config).await.unwrap();
}

#[tokio::test]
async fn what_a_program_left_running_leaves_no_entry_behind_when_it_ends() {
    // As the first process of a container is.
    rustix::process::set_child_subreaper(Some(Pid::INIT)).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let pids = directory.path().join("pids");
    let text = format!("sleep 0.1 & echo $! > '{}'", pids.display());
    run(&shell(&text, "20s")).await.unwrap();
    let pid = fs::read_to_string(&pids).unwrap();
    let entry = PathBuf::from(format!("/proc/{}", pid.trim()));
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while entry.exists() {
        assert!(tokio::time::Instant::now() < deadline, "it is still there");
        run(&arguments(&["true"])).await.unwrap();
    }
}
