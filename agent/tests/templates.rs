//! Templates from configuration to file: the program itself against a server that plays a store.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Output, Stdio},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::{Value, json};

/// Every request as `METHOD path body`.
type Requests = Arc<Mutex<Vec<String>>>;

/// `before` counts the same request before.
fn answer(request: &str, before: usize) -> (u16, Value) {
    let kv = |version: &str| json!({ "data": { "path": "kv/", "type": "kv", "options": { "version": version } } });
    let body = match request.split(" {").next().unwrap_or_default() {
        "POST auth/kubernetes/login" => {
            json!({ "auth": { "client_token": "t", "lease_duration": 3600, "renewable": true } })
        }
        question if question.starts_with("GET sys/internal/ui/mounts/kv") => kv("2"),
        question if question.starts_with("GET sys/internal/ui/mounts/") => {
            json!({ "data": { "path": "database/", "type": "database", "options": null } })
        }
        "GET kv/data/app?version=3" => {
            json!({ "data": { "data": { "n": 1.50, "next": "kv/other" }, "metadata": { "version": 3 } } })
        }
        "GET kv/data/rotating" if before == 0 => {
            json!({ "data": { "data": { "hosts": ["a", "b"] }, "metadata": {} } })
        }
        "GET kv/data/rotating" => {
            json!({ "data": { "data": { "hosts": ["canary"] }, "metadata": {} } })
        }
        "GET kv/data/other" => json!({ "data": { "data": { "a": "x" }, "metadata": {} } }),
        "GET kv/metadata?list=true" => json!({ "data": { "keys": ["b/", "a"] } }),
        "PUT database/creds/app" => {
            json!({ "lease_id": "database/creds/app/1", "lease_duration": 60, "renewable": true, "data": { "username": "u" } })
        }
        _ => return (404, json!({ "errors": [] })),
    };
    (200, body)
}

fn serve(stream: TcpStream, requests: &Requests) -> Option<()> {
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        reader
            .read_line(&mut line)
            .ok()
            .filter(|length| *length > 0)?;
        let mut words = line.split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            if header.trim().is_empty() {
                break;
            }
            if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let body = String::from_utf8(body).ok()?;
        let path = path.strip_prefix("/v1/")?;
        let request = format!("{method} {path} {body}").trim().to_owned();
        let mut requests = requests.lock().unwrap();
        let before = requests.iter().filter(|before| **before == request);
        let (status, body) = answer(&request, before.count());
        requests.push(request);
        drop(requests);
        let body = body.to_string();
        let length = body.len();
        write!(
            writer,
            "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .ok()?;
    }
}

/// The agent, not yet started, and what it will ask of the server.
fn agent(directory: &Path, arguments: &[&str], files: &Value) -> (Command, Requests) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let requests = Requests::default();
    let log = Arc::clone(&requests);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let log = Arc::clone(&log);
            thread::spawn(move || serve(stream, &log));
        }
    });
    let token = directory.join("token");
    File::create(&token).unwrap().write_all(b"jwt").unwrap();
    let auth = json!({ "method": "kubernetes", "mount": "auth/kubernetes", "role": "web", "token_file": token });
    let config = json!({
        "version": 1,
        "stores": [{ "name": "vault", "kind": "vault", "address": address, "auth": auth, "revoke_on_shutdown": true }],
        "volumes": [{ "path": directory.join("secrets") }],
        "files": files,
        "refresh": { "interval": "1s" },
        "run_directory": directory.join("run"),
    });
    let mut command = Command::new(env!("CARGO_BIN_EXE_vouchsafe-agent"));
    command
        .args(arguments)
        .env("VOUCHSAFE_CONFIG", config.to_string())
        .env("GREETING", "hello");
    (command, requests)
}

fn init(directory: &Path, files: &Value) -> (Output, Vec<String>) {
    let (mut agent, requests) = agent(directory, &["init", "--timeout", "20s"], files);
    let output = agent.output().unwrap();
    let requests = requests.lock().unwrap().clone();
    (output, requests)
}

fn file(name: &str, source: &Value) -> Value {
    json!({ "name": name, "store": "vault", "source": source })
}

#[test]
fn a_template_is_rendered_from_all_that_it_asks_for() {
    let directory = tempfile::tempdir().unwrap();
    let beside = directory.path().join("beside");
    File::create(&beside)
        .unwrap()
        .write_all(b"included")
        .unwrap();
    let written = directory.path().join("written");
    let text = format!(
        r#"{{{{ with secret "kv/app?version=3" }}}}{{{{ .Data.data.n }}}} {{{{ with secret .Data.data.next }}}}{{{{ .Data.data.a }}}}{{{{ end }}}}{{{{ end }}}}
{{{{ range secrets "kv" }}}}{{{{ . }}}},{{{{ end }}}}
{{{{ with secret "database/creds/app" "ttl=1h" }}}}{{{{ .Data.username }}}} {{{{ .LeaseDuration }}}}{{{{ .Data.username | writeToFile "{}" "" "" "0600" }}}}{{{{ end }}}}
{{{{ file "{}" }}}} {{{{ env "GREETING" }}}}[{{{{ env "VOUCHSAFE_CONFIG" }}}}]"#,
        written.display(),
        beside.display()
    );
    let (output, requests) = init(
        directory.path(),
        &json!([
            file("a", &json!({ "template": text })),
            file(
                "b",
                &json!({ "template": "<<(secret `database/creds/app` `ttl=1h`).Data.username>>", "left_delimiter": "<<", "right_delimiter": ">>" })
            ),
            file(
                "c",
                &json!({ "secret": "kv/other", "key": "a", "format": "raw" })
            ),
        ]),
    );
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}\n{requests:#?}");
    let read =
        |name: &str| fs::read_to_string(directory.path().join("secrets").join(name)).unwrap();
    assert_eq!(read("a"), "1.5 x\na,b/,\nu 60\nincluded hello[]");
    assert_eq!((read("b"), read("c")), ("u".to_owned(), "x".to_owned()));
    assert_eq!(fs::read_to_string(written).unwrap(), "u");
    let writes: Vec<_> = requests
        .iter()
        .filter(|request| request.starts_with("PUT"))
        .collect();
    assert_eq!(writes, [r#"PUT database/creds/app {"ttl":"1h"}"#]);
    let reads = |path: &str| {
        requests
            .iter()
            .filter(|request| request.contains(path))
            .count()
    };
    assert_eq!(reads("GET kv/data/other"), 1);
}

#[test]
fn a_fatal_template_that_fails_ends_the_agent_after_the_line_that_names_the_place() {
    let directory = tempfile::tempdir().unwrap();
    let text = "line\n{{ with secret `kv/other` }}{{ .Data.data.a.b }}{{ end }}";
    let files = json!([
        file("a", &json!({ "template": text, "error_fatal": true })),
        file(
            "b",
            &json!({ "secret": "kv/other", "key": "a", "format": "raw" })
        ),
    ]);
    let (output, requests) = init(directory.path(), &files);
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{log}\n{requests:#?}");
    let positions = ["template_failed", "template_fatal", "stopped"].map(|event| log.find(event));
    assert!(
        positions.iter().all(Option::is_some) && positions.is_sorted(),
        "{log}"
    );
    let is_audit = |line: &&str| line.contains("secret_not_delivered");
    let (audit, rest): (Vec<_>, Vec<_>) = log.lines().partition(is_audit);
    for lines in [audit, rest] {
        let reasons = lines.concat();
        let count = reasons.matches("template a, line 2, column").count();
        assert_eq!(count, 1, "{log}");
    }
    assert!(!directory.path().join("secrets/b").exists());
}

const SECOND_HOST: &str = "{{ with secret `kv/rotating` }}{{ index .Data.data.hosts 1 }}{{ end }}";

#[test]
fn a_fatal_template_that_fails_after_a_rotation_ends_the_agent_and_takes_nothing_from_the_app() {
    let directory = tempfile::tempdir().unwrap();
    let files = json!([file(
        "a",
        &json!({ "template": SECOND_HOST, "error_fatal": true })
    )]);
    let (mut agent, requests) = agent(directory.path(), &["run"], &files);
    let output = agent.output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{log}");
    assert!(
        log.contains("template_fatal") && !log.contains("canary"),
        "{log}"
    );
    let kept = fs::read_to_string(directory.path().join("secrets/a")).unwrap();
    assert_eq!(kept, "b");
    // Kubernetes starts it again, and the app goes on with what it has.
    let requests = requests.lock().unwrap();
    assert!(
        requests.iter().all(|request| !request.contains("revoke")),
        "{requests:#?}"
    );
}

#[test]
fn the_reason_of_a_failure_is_told_once() {
    let directory = tempfile::tempdir().unwrap();
    let files = json!([file("a", &json!({ "template": SECOND_HOST }))]);
    let (mut agent, _) = agent(directory.path(), &["run"], &files);
    let mut agent = agent.stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(agent.stderr.take().unwrap()).lines();
    let mut log = Vec::new();
    for line in lines.map_while(Result::ok) {
        let is_last = line.contains("last_good_file_kept");
        log.push(line);
        if is_last {
            break;
        }
    }
    agent.kill().unwrap();
    agent.wait().unwrap();
    let errors: Vec<_> = log.iter().filter(|line| line.contains("ERROR")).collect();
    assert_eq!(errors.len(), 1, "{log:#?}");
    assert!(
        errors[0].contains("template_failed") && errors[0].contains("template a, line 1"),
        "{log:#?}"
    );
    let last = log.last().unwrap();
    assert!(
        last.contains("last_good_file_kept") && last.contains("file a") && !last.contains("line 1"),
        "{log:#?}"
    );
}

#[test]
fn a_fatal_template_that_is_invalid_ends_the_agent_before_it_asks_for_anything() {
    let directory = tempfile::tempdir().unwrap();
    let files = json!([
        file("a", &json!({ "template": "{{ if }}", "error_fatal": true })),
        file("b", &json!({ "template": "x" })),
    ]);
    let (output, requests) = init(directory.path(), &files);
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(64), "{log}");
    assert!(log.contains("template a, line 1"), "{log}");
    assert!(requests.is_empty());
}

#[test]
fn an_agent_that_can_render_nothing_ends_as_with_a_bad_configuration() {
    let directory = tempfile::tempdir().unwrap();
    let files = json!([
        file("a", &json!({ "template": "{{ if }}" })),
        file("b", &json!({ "template_file": "/nowhere" })),
    ]);
    let (output, requests) = init(directory.path(), &files);
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(64), "{log}");
    assert!(
        log.contains("template_invalid") && log.contains("template a, line 1"),
        "{log}"
    );
    assert!(log.contains("/nowhere"), "{log}");
    assert!(requests.is_empty());
}
