use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Result<ReloadRequest, ValueError> {
    text.parse()
}

#[test]
fn requests_read_as_they_are_written() {
    for text in [
        "signal:SIGHUP@web",
        "signal:SIGUSR1",
        "signal:SIGHUP@process:nginx: master process",
        "signal:SIGHUP@pidfile:/run/app.pid",
        "http:POST:8080/-/reload",
        "http:GET:80/a:b?c=d",
        "http:PUT:unix:/run/app.sock:/reload",
        "exec:kill -HUP $(pidof app); echo done",
        "touch:/app/reloaded",
    ] {
        assert_eq!(read(text).unwrap().to_string(), text);
    }
}

#[test]
fn what_is_left_out_has_a_meaning() {
    for (text, expected) in [
        ("signal:hup@web", "signal:SIGHUP@web"),
        ("http:8080", "http:POST:8080/"),
        ("http:get:8080", "http:GET:8080/"),
        ("http:8080/a:b", "http:POST:8080/a:b"),
        ("http:unix:/run/app.sock", "http:POST:unix:/run/app.sock:/"),
        (" exec: reload ", "exec:reload"),
        ("touch://app/./x", "touch:/app/x"),
    ] {
        assert_eq!(read(text).unwrap().to_string(), expected, "{text}");
    }
}

#[test]
fn a_mistake_is_told_with_what_would_be_right() {
    for (text, expected) in [
        ("", "not a reload request"),
        ("SIGHUP", "not a reload request"),
        ("mail:me", "mail is not a way to reload"),
        ("signal:SIGFOO@web", "not a signal"),
        ("signal:SIGHUP@", "nobody is named after @"),
        ("signal:SIGHUP@pid:7", "pid is nobody to signal"),
        ("signal:SIGHUP@process:", "not the name of a process"),
        ("signal:SIGHUP@process:/bin/sh", "not the name of a process"),
        ("signal:SIGHUP@pidfile:run/x", "not an absolute path"),
        ("http:POST:0/", "no port number"),
        ("http:BREW:80/", "not a method"),
        ("http:POST:80/a b", "a request path"),
        ("http:unix:app.sock:/", "not an absolute path"),
        ("http:unix:/app.sock:reload", "a request path"),
        ("exec: ", "no line to run"),
        ("touch:marker", "not an absolute path"),
        ("touch:/app/", "a directory"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.problem().contains(expected), "{text}: {error}");
        assert!(error.expected().is_some(), "{text}: {error}");
    }
    let long = format!("http:unix:/{}:/", "s".repeat(107));
    assert!(read(&long).unwrap_err().to_string().contains("107 bytes"));
}

#[test]
fn each_line_is_a_request() {
    let text = "signal:SIGHUP@web\n\n  exec:a; b\n";
    let requests: ReloadRequests = text.parse().unwrap();
    assert_eq!(requests.to_string(), "signal:SIGHUP@web\nexec:a; b");
    for text in ["", " \n ", "signal:SIGHUP\nmail:me"] {
        assert!(text.parse::<ReloadRequests>().is_err(), "{text:?}");
    }
}

#[test]
fn statuses_are_numbers_and_ranges() {
    let statuses: Statuses = "200-204, 304".parse().unwrap();
    let is_in = [199, 200, 204, 205, 304].map(|status| statuses.contains(status));
    assert_eq!(is_in, [false, true, true, false, true]);
    assert_eq!(statuses.to_string(), "200-204,304");
    assert_eq!(Statuses::default().to_string(), "200-299");
    for text in ["", "2xx", "100", "600", "204-200", "200,", "+200", "200-"] {
        assert!(text.parse::<Statuses>().is_err(), "{text}");
    }
}

#[test]
fn headers_are_lines_of_name_and_value() {
    let headers: Headers = "X-Reload: now\n\nhost:app.local:80\n".parse().unwrap();
    assert_eq!(headers.to_string(), "X-Reload: now\nhost: app.local:80");
    assert!(headers.has("Host") && !headers.has("now"));
    for text in [
        "X",
        "X Y: 1",
        ": 1",
        "X: ä",
        "x: 1\nX: 2",
        "Content-Length: 3",
    ] {
        let error = text.parse::<Headers>().unwrap_err();
        assert!(error.expected().is_some(), "{text}: {error}");
    }
    // A line that is no header may be a token that was pasted at the wrong place.
    let error = "hvs.secret".parse::<Headers>().unwrap_err();
    assert!(!error.to_string().contains("hvs"), "{error}");
}

fn paths() -> impl Strategy<Value = String> {
    "(/[a-z0-9_-][a-z0-9._-]{0,5}){1,4}"
}

fn requests() -> impl Strategy<Value = String> {
    let signal = prop_oneof![Just("HUP"), Just("SIGUSR2"), Just("winch"), Just("SIGTERM")];
    let to = prop_oneof![
        Just(String::new()),
        "@[a-z][a-z0-9-]{0,8}",
        "@process:[A-Za-z0-9_.-]{1,20}",
        paths().prop_map(|path| format!("@pidfile:{path}")),
    ];
    let signals = (signal, to).prop_map(|(signal, to)| format!("signal:{signal}{to}"));
    let method = prop_oneof![Just(""), Just("GET:"), Just("post:"), Just("PUT:")];
    let address = prop_oneof![
        (1_u16.., prop_oneof![Just(String::new()), paths()])
            .prop_map(|(port, path)| format!("{port}{path}")),
        (paths(), paths()).prop_map(|(socket, path)| format!("unix:{socket}:{path}")),
    ];
    let https = (method, address).prop_map(|(method, address)| format!("http:{method}{address}"));
    let commands = "exec:[a-z][ -~]{0,20}";
    let touches = paths().prop_map(|path| format!("touch:{path}"));
    prop_oneof![signals, https, commands, touches]
}

proptest! {
    #[test]
    fn whatever_the_grammar_allows_is_read_and_keeps_its_meaning(
        lines in proptest::collection::vec(requests(), 1..4),
    ) {
        let requests: ReloadRequests = lines.join("\n").parse().unwrap();
        prop_assert_eq!(requests.0.len(), lines.len());
        prop_assert_eq!(&requests.to_string().parse::<ReloadRequests>().unwrap(), &requests);
    }

    #[test]
    fn no_text_makes_it_panic_and_what_is_read_survives(
        text in "((signal|http|exec|touch)[:@/a-zA-Z0-9 .-]{0,30}|.{0,30})",
    ) {
        if let Ok(requests) = text.parse::<ReloadRequests>() {
            prop_assert_eq!(requests.to_string().parse::<ReloadRequests>().unwrap(), requests);
        }
    }
}
