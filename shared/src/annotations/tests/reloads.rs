//! Whom annotations make the agent tell, and what refines that.

use super::*;
use crate::{annotations::ReloadOptions, value::HumanDuration};

/// Two files, `b` and `db.env`, and more under our own prefix.
fn asking<T>(more: &[(&str, &str)], read: impl FnOnce(&[(&str, &str)]) -> T) -> T {
    let own: Vec<_> = [("secret-b", "secret/b")]
        .iter()
        .chain(more)
        .map(|(name, value)| (format!("vouchsafe.dev/{name}"), *value))
        .collect();
    let own = own.iter().map(|(key, value)| (key.as_str(), *value));
    let pairs: Vec<_> = MINIMAL.into_iter().chain(own).collect();
    read(&pairs)
}

fn reloads(more: &[(&str, &str)]) -> Vec<(String, Vec<usize>, ReloadOptions)> {
    let reloads = asking(more, inject).reloads.into_iter();
    reloads
        .map(|reload| (reload.request.to_string(), reload.on, reload.options))
        .collect()
}

fn problems(more: &[(&str, &str)]) -> Vec<String> {
    let problems = asking(more, rejected).into_iter();
    problems.map(|(_, text)| text).collect()
}

fn told(more: &[(&str, &str)]) -> Vec<(String, Vec<usize>)> {
    let reloads = reloads(more).into_iter();
    reloads.map(|(request, on, _)| (request, on)).collect()
}

#[test]
fn files_with_the_same_reload_are_told_of_together() {
    let told = told(&[
        ("reload-b", "signal:SIGHUP@web"),
        ("reload-db.env", "signal:HUP@web"),
        ("reload", "http:POST:8080/-/reload"),
    ]);
    assert_eq!(
        told,
        [
            ("http:POST:8080/-/reload".to_owned(), vec![0, 1]),
            ("signal:SIGHUP@web".to_owned(), vec![0, 1]),
        ]
    );
}

#[test]
fn each_line_of_an_annotation_is_a_reload() {
    let told = told(&[("reload-b", "touch:/app/x\nexec:a; b\n")]);
    assert_eq!(
        told,
        [
            ("touch:/app/x".to_owned(), vec![0]),
            ("exec:a; b".to_owned(), vec![0]),
        ]
    );
}

#[test]
fn files_of_the_same_name_in_two_directories_are_two() {
    let told = told(&[
        ("file-b", "db.env"),
        ("secret-volume-path-b", "/other"),
        ("reload-b", "signal:SIGHUP"),
    ]);
    assert_eq!(told, [("signal:SIGHUP".to_owned(), vec![0])]);
}

#[test]
fn a_secrets_own_options_go_before_the_pods() {
    let reloads = reloads(&[
        ("reload", "http:80"),
        ("reload-b", "http:81\nsignal:SIGHUP"),
        ("reload-timeout", "3s"),
        ("reload-timeout-b", "4s"),
        ("reload-retries", "9"),
        ("reload-debounce-b", "0"),
        ("reload-on-first", "true"),
        ("reload-headers-b", "X-Reload: b"),
        ("reload-expect-status", "204"),
    ]);
    let pod = ReloadOptions {
        timeout: Some(HumanDuration::from_secs(3)),
        retries: Some(9),
        on_first: true,
        expect_status: Some("204".parse().unwrap()),
        ..ReloadOptions::default()
    };
    let own = ReloadOptions {
        timeout: Some(HumanDuration::from_secs(4)),
        debounce: Some(HumanDuration::from_secs(0)),
        headers: "X-Reload: b".parse().unwrap(),
        ..pod.clone()
    };
    // What is about requests by HTTP is not said of a signal.
    let signal = ReloadOptions {
        headers: "".parse().unwrap(),
        expect_status: None,
        ..own.clone()
    };
    let options: Vec<_> = reloads.into_iter().map(|(_, _, options)| options).collect();
    assert_eq!(options, [pod, own, signal]);
}

#[test]
fn the_same_request_with_other_options_is_another_reload() {
    let told = told(&[
        ("reload-b", "exec:x"),
        ("reload-db.env", "exec:x"),
        ("reload-timeout-b", "1s"),
    ]);
    assert_eq!(told.len(), 2);
}

#[test]
fn mistakes_are_told_with_annotation_cause_and_way_out() {
    let problems = problems(&[
        ("reload", "signal:SIGHUP@process:/bin/app\n"),
        ("reload-b", "exec:x"),
        ("reload-expect-status-b", "204"),
        ("reload-debounce-db.env", "1s"),
        ("reload-headers", "Authorization"),
        ("reload-retries", "-1"),
        ("reload-timeout", "0s"),
    ]);
    assert_eq!(
        problems,
        [
            "VS1002 annotation vouchsafe.dev/reload: \"signal:SIGHUP@process:/bin/app\\n\": not the name of a process (help: expected the name of its program without a directory, for example process:nginx)",
            "VS1002 annotation vouchsafe.dev/reload-headers: \"Authorization\": a line has no colon (help: expected lines such as X-Reload: now)",
            "VS1002 annotation vouchsafe.dev/reload-retries: \"-1\": out of range (help: expected a number from 0)",
            "VS1002 annotation vouchsafe.dev/reload-timeout: \"0s\": must be longer than zero (help: expected for example 30s)",
            "VS5008 annotation vouchsafe.dev/reload-debounce-db.env: is about the reload of db.env, and there is none (help: add vouchsafe.dev/reload-db.env, or remove it)",
            "VS5008 annotation vouchsafe.dev/reload-expect-status-b: is about the HTTP reload of b, and there is none (help: add vouchsafe.dev/reload-b, or remove it)",
        ]
    );
}

#[test]
fn options_alone_are_told() {
    let problems = problems(&[
        ("reload-on-first", "true"),
        ("reload-headers-b", "X: y"),
        ("reload-timeout-nobody", "1s"),
    ]);
    assert_eq!(
        problems,
        [
            "VS1007 annotation vouchsafe.dev/reload-timeout-nobody: is about the secret nobody, which no annotation names (help: add vouchsafe.dev/secret-nobody, or correct the name)",
            "VS5008 annotation vouchsafe.dev/reload-on-first: is about the reloads of the pod, and there is none (help: add vouchsafe.dev/reload, or remove it)",
            "VS5008 annotation vouchsafe.dev/reload-headers-b: is about the HTTP reload of b, and there is none (help: add vouchsafe.dev/reload-b, or remove it)",
        ]
    );
}
