//! A server that plays a store, and an agent with a directory to play in.
#![allow(
    dead_code,
    reason = "every test program that plays needs another part of it"
)]

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// What a store knows and was asked.
#[derive(Default)]
pub(crate) struct Store {
    /// `METHOD path token`, in order.
    pub(crate) requests: Vec<String>,
    logins: u32,
    users: u32,
    alive: BTreeSet<String>,
    pub(crate) password: String,
}

impl Store {
    /// Takes back every token there is.
    pub(crate) fn revoke_all(&mut self) {
        self.alive.clear();
    }

    fn answer(&mut self, method: &str, path: &str, token: &str) -> (u16, Value) {
        self.requests
            .push(format!("{method} {path} {token}").trim().to_owned());
        if path == "auth/kubernetes/login" {
            self.logins += 1;
            let token = format!("s.canary{}", self.logins);
            self.alive.insert(token.clone());
            let auth = json!({ "client_token": token, "lease_duration": 3600, "renewable": true });
            return (200, json!({ "auth": auth }));
        }
        if !self.alive.contains(token) {
            return (
                403,
                json!({ "errors": ["permission denied", "invalid token"] }),
            );
        }
        let body = match (method, path) {
            (_, "auth/token/lookup-self") => json!({ "data": { "ttl": 3000, "renewable": true } }),
            (_, "auth/token/revoke-self") => {
                self.alive.remove(token);
                json!({})
            }
            (_, question) if question.starts_with("sys/internal/ui/mounts/secret") => {
                json!({ "data": { "path": "secret/", "type": "kv", "options": { "version": "2" } } })
            }
            (_, question) if question.starts_with("sys/internal/ui/mounts/") => {
                json!({ "data": { "path": "database/", "type": "database", "options": null } })
            }
            ("GET", "secret/data/app") => {
                json!({ "data": { "data": { "password": self.password }, "metadata": { "version": 1 } } })
            }
            (_, "database/creds/app") => {
                self.users += 1;
                let user = format!("user{}", self.users);
                let lease = format!("database/creds/app/{user}");
                json!({ "lease_id": lease, "lease_duration": 3600, "renewable": true, "data": { "username": user } })
            }
            _ => return (404, json!({ "errors": [] })),
        };
        (200, body)
    }
}

fn serve(stream: TcpStream, store: &Mutex<Store>) -> Option<()> {
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
        let (mut length, mut token) = (0, String::new());
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            let Some((name, value)) = header.trim().split_once(':') else {
                break;
            };
            match &*name.to_lowercase() {
                "content-length" => length = value.trim().parse().ok()?,
                "x-vault-token" => value.trim().clone_into(&mut token),
                _ => {}
            }
        }
        reader.read_exact(&mut vec![0; length]).ok()?;
        let path = path.strip_prefix("/v1/")?;
        let (status, body) = store.lock().unwrap().answer(&method, path, &token);
        let body = body.to_string();
        let length = body.len();
        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n");
        writer.write_all((head + &body).as_bytes()).ok()?;
    }
}

/// An agent's configuration and directory, and the store that it asks.
pub(crate) struct Play {
    pub(crate) directory: TempDir,
    pub(crate) store: Arc<Mutex<Store>>,
    pub(crate) config: Value,
}

impl Play {
    pub(crate) fn new(files: &Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let store = Arc::new(Mutex::new(Store {
            password: "one".to_owned(),
            ..Store::default()
        }));
        let served = Arc::clone(&store);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let store = Arc::clone(&served);
                thread::spawn(move || serve(stream, &store));
            }
        });
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        File::create(at("jwt")).unwrap().write_all(b"jwt").unwrap();
        let auth = json!({ "method": "kubernetes", "mount": "auth/kubernetes", "role": "web", "token_file": at("jwt") });
        let config = json!({
            "version": 1,
            "stores": [{ "name": "vault", "kind": "vault", "address": address, "auth": auth, "revoke_on_shutdown": true }],
            "volumes": [{ "path": at("secrets") }],
            "files": files,
            "refresh": { "interval": "1s" },
            "run_directory": at("run"),
            "log": { "level": "debug" },
        });
        Self {
            directory,
            store,
            config,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vouchsafe-agent"));
        // In parts, as a long one comes.
        let text = self.config.to_string();
        let (first, rest) = text.split_at(text.len() / 2);
        command
            .args(arguments)
            .env("VOUCHSAFE_CONFIG", first)
            .env("VOUCHSAFE_CONFIG_2", rest)
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn end(&self, arguments: &[&str]) -> (ExitStatus, String) {
        self.end_with(arguments, &[])
    }

    /// The same with more in the environment.
    pub(crate) fn end_with(
        &self,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> (ExitStatus, String) {
        let mut command = self.command(arguments);
        ended(command.envs(variables.iter().copied()))
    }

    /// The same under limits that a shell sets.
    pub(crate) fn end_limited(&self, limit: &str, arguments: &[&str]) -> (ExitStatus, String) {
        ended(&mut self.limited(limit, arguments))
    }

    fn limited(&self, limit: &str, arguments: &[&str]) -> Command {
        let program = self.command(arguments);
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("{limit} && exec \"$0\" \"$@\"")])
            .arg(program.get_program())
            .args(program.get_args())
            .envs(
                program
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .stdin(Stdio::null());
        command
    }

    /// What a command tells whoever asked it, and its exit code.
    pub(crate) fn output(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.command(arguments).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(text).unwrap();
        (output.status.code().unwrap(), text)
    }

    pub(crate) fn start(&self) -> Running {
        self.start_with(&[])
    }

    /// The same with more in the environment.
    pub(crate) fn start_with(&self, variables: &[(&str, &str)]) -> Running {
        let mut command = self.command(&["run"]);
        command.envs(variables.iter().copied());
        self.begin(command)
    }

    /// The same under limits that a shell sets.
    pub(crate) fn start_limited(&self, limit: &str) -> Running {
        self.begin(self.limited(limit, &["run"]))
    }

    fn begin(&self, mut command: Command) -> Running {
        let log = self.path("log");
        let file = File::options().create(true).append(true).open(&log);
        let child = command.stderr(file.unwrap()).spawn();
        let child = child.unwrap();
        Running { child, log }
    }

    pub(crate) fn file(&self, name: &str) -> String {
        fs::read_to_string(self.path("secrets").join(name)).unwrap_or_default()
    }

    /// Which generation of files there is.
    pub(crate) fn generation(&self) -> PathBuf {
        fs::read_link(self.path("secrets/..data")).unwrap()
    }

    /// How often the store was asked this.
    pub(crate) fn asked(&self, what: &str) -> usize {
        let store = self.store.lock().unwrap();
        let asked = store.requests.iter();
        asked.filter(|request| request.contains(what)).count()
    }

    pub(crate) fn wait_file(&self, name: &str, content: &str) {
        until(&format!("{name} with {content:?}"), || {
            self.file(name) == content
        });
    }
}

fn ended(command: &mut Command) -> (ExitStatus, String) {
    let Output { status, stderr, .. } = command.output().unwrap();
    let log = String::from_utf8(stderr).unwrap();
    assert!(!log.contains("canary"), "a token in the log: {log}");
    (status, log)
}

/// An agent that runs; killed when dropped.
pub(crate) struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    pub(crate) fn wait_log(&self, text: &str) {
        until(text, || self.log().contains(text));
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        let status = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(status.unwrap().success());
    }

    pub(crate) fn wait_end(&mut self) -> ExitStatus {
        let mut status = None;
        until("the end of the agent", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        let log = self.log();
        assert!(!log.contains("canary"), "a token in the log: {log}");
        status.unwrap()
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Waits for a condition.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = SystemTime::now();
    while !holds() {
        let elapsed = started.elapsed().unwrap_or_default();
        assert!(elapsed < Duration::from_secs(60), "{what} did not come");
        pause();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that waits, between two looks at a condition"
)]
fn pause() {
    thread::sleep(Duration::from_millis(20));
}

/// A request to the agent's own listener: the status and the body.
pub(crate) fn ask(port: u16, method: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    (status, body.to_owned())
}

/// A port that nobody has just now.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

pub(crate) fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}
