//! With real processes, servers, sockets and files.

use std::{
    fs,
    io::Write,
    os::unix::{fs::symlink, process::ExitStatusExt},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixListener,
    time::Instant,
};
use vouchsafe_shared::diagnostic::Code;

use super::*;

fn put(path: impl AsRef<Path>, text: impl AsRef<[u8]>) {
    let mut file = fs::File::create(path).unwrap();
    file.write_all(text.as_ref()).unwrap();
}

fn config(action: &Value) -> ReloadConfig {
    let mut config = json!({ "on": ["a"] });
    let members = config.as_object_mut().unwrap();
    members.extend(action.as_object().unwrap().clone());
    serde_json::from_value(config).unwrap()
}

async fn reload(action: Value) -> Result<String, Fault> {
    send(&config(&action)).await
}

/// A program of a name of its own that waits, and ends by any signal.
struct Application {
    child: Child,
    _directory: TempDir,
}

impl Application {
    fn start(name: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join(name);
        fs::copy(fs::canonicalize("/bin/sh").unwrap(), &program).unwrap();
        let mut command = Command::new(program);
        let command = command.args(["-c", "read -r _"]).stdin(Stdio::piped());
        Self {
            child: command.spawn().unwrap(),
            _directory: directory,
        }
    }

    /// The number of the signal that ended it.
    fn ended_by(&mut self) -> Option<i32> {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.signal();
            }
            assert!(Instant::now() < deadline, "it was not signalled");
            thread::yield_now();
        }
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A name that no other process of this machine has, short enough for the kernel to keep it.
fn name(letter: char) -> String {
    format!("v{letter}{:x}", std::process::id())
}

#[tokio::test]
async fn a_process_is_signalled_by_the_name_of_its_program() {
    let name = name('a');
    let mut application = Application::start(&name);
    let signal = json!({ "signal": { "signal": "SIGHUP", "process": name } });
    let what = reload(signal).await.unwrap();
    let pid = application.child.id();
    assert_eq!(what, format!("SIGHUP to process {pid} of program {name}"));
    assert_eq!(application.ended_by(), Some(1));
}

#[tokio::test]
async fn a_process_is_signalled_by_the_number_in_its_file() {
    let mut application = Application::start(&name('b'));
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("app.pid");
    put(&file, format!("{}\n", application.child.id()));
    let signal = json!({ "signal": { "signal": "SIGUSR1", "pid_file": file } });
    reload(signal).await.unwrap();
    assert_eq!(application.ended_by(), Some(10));
}

#[tokio::test]
async fn a_process_that_is_not_there_may_come() {
    let signal = json!({ "signal": { "signal": "SIGHUP", "process": name('c') } });
    let fault = reload(signal).await.unwrap_err();
    assert_eq!(
        (fault.code, fault.retry),
        (Code::SignalFailed, Retry::Backoff)
    );
    assert!(
        fault.message.contains("no process of it is running"),
        "{fault}"
    );
}

#[tokio::test]
async fn a_pid_file_that_says_nothing_useful_signals_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("app.pid");
    let own = std::process::id().to_string();
    // Larger than any number of a process.
    // Source: <https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html>.
    let gone = "4194305";
    for (text, expected) in [
        ("", "holds no number"),
        ("hvs.secret", "holds no number"),
        ("-1", "holds no number"),
        ("0", "holds no number"),
        ("1\n", "it says 1"),
        (own.as_str(), "holds no number of another"),
        (gone, "there is no process"),
    ] {
        put(&file, text);
        let signal = json!({ "signal": { "signal": "SIGTERM", "pid_file": file } });
        let fault = reload(signal).await.unwrap_err();
        assert!(fault.message.contains(expected), "{text}: {fault}");
        assert!(!fault.message.contains("secret"), "{fault}");
    }
    fs::remove_file(&file).unwrap();
    let pipe = Command::new("mkfifo").arg(&file).status().unwrap();
    assert!(pipe.success());
    let signal = json!({ "signal": { "signal": "SIGTERM", "pid_file": file } });
    let fault = reload(signal).await.unwrap_err();
    assert!(fault.message.contains("it is no file"), "{fault}");
}

#[tokio::test]
async fn a_request_goes_through_a_socket() {
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("app.sock");
    let listener = UnixListener::bind(&socket).unwrap();
    let http = json!({ "http": {
        "method": "PUT", "socket": socket, "path": "/reload?now",
        "headers": { "X-Reload": "now", "host": "app.local" }, "expect_status": "200,409",
    } });
    let application = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 1024];
        let length = stream.read(&mut request).await.unwrap();
        let answer = b"HTTP/1.1 409 Conflict\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer).await.unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    };
    let (result, request) = tokio::join!(reload(http), application);
    let what = result.unwrap();
    assert!(what.starts_with("PUT /reload?now at socket "), "{what}");
    assert!(
        request.starts_with("PUT /reload?now HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(request.contains("\r\nx-reload: now\r\n"), "{request}");
    assert!(request.contains("\r\nhost: app.local\r\n"), "{request}");
    assert!(!request.contains("localhost"), "{request}");
}

#[tokio::test]
async fn a_command_gets_its_time_and_no_more() {
    let directory = tempfile::tempdir().unwrap();
    let (marker, pid) = (directory.path().join("ran"), directory.path().join("pid"));
    let run = format!("echo > {}", marker.display());
    assert_eq!(
        reload(json!({ "command": { "run": run } })).await.unwrap(),
        "command"
    );
    assert!(marker.exists());

    let fault = reload(json!({ "command": { "run": "exit 3" } }))
        .await
        .unwrap_err();
    assert_eq!(
        (fault.code, fault.retry),
        (Code::CommandFailed, Retry::Backoff)
    );
    assert!(fault.message.contains("exit status: 3"), "{fault}");

    // What it started dies with it.
    let run = format!("sleep 600 & echo $! > {}; wait", pid.display());
    let slow = json!({ "command": { "run": run }, "timeout": "500ms" });
    let fault = reload(slow).await.unwrap_err();
    assert!(
        fault.message.contains("did not end within 500ms"),
        "{fault}"
    );
    let started = fs::read_to_string(pid).unwrap();
    let started = Path::new("/proc").join(started.trim());
    wait_until(|| {
        let state = fs::read_to_string(started.join("stat")).ok();
        state.is_none_or(|stat| stat.contains(") Z "))
    });
}

/// Looks until something is so, for some seconds.
fn wait_until(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !is_so() {
        assert!(Instant::now() < deadline, "it never was");
        thread::yield_now();
    }
}

#[tokio::test]
async fn a_marker_file_is_made_and_then_made_younger() {
    let directory = tempfile::tempdir().unwrap();
    let marker = directory.path().join("reloaded");
    let touch = json!({ "touch": { "path": marker } });
    reload(touch.clone()).await.unwrap();
    assert_eq!(fs::read(&marker).unwrap(), b"");

    put(&marker, "theirs");
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    fs::File::open(&marker).unwrap().set_modified(old).unwrap();
    reload(touch).await.unwrap();
    let modified = fs::metadata(&marker).unwrap().modified().unwrap();
    let age = modified.elapsed().unwrap_or_default();
    assert!(age < Duration::from_secs(60), "{age:?}");
    assert_eq!(fs::read(&marker).unwrap(), b"theirs");
}

#[tokio::test]
async fn no_link_leads_a_marker_out_of_its_volume() {
    let (volume, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = volume.path();
    put(outside.path().join("x"), "");
    symlink(outside.path(), path.join("directory")).unwrap();
    symlink(outside.path().join("x"), path.join("file")).unwrap();
    symlink(outside.path().join("y"), path.join("nothing")).unwrap();
    fs::create_dir(path.join("real")).unwrap();
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    let target = fs::File::open(outside.path().join("x")).unwrap();
    target.set_modified(old).unwrap();
    for (name, expected) in [
        ("directory/new", "a symbolic link"),
        ("file", "a symbolic link"),
        ("nothing", "a symbolic link"),
        ("real", "irectory"),
        ("gone/new", "No such file"),
    ] {
        let fault = reload(json!({ "touch": { "path": path.join(name) } }))
            .await
            .unwrap_err();
        assert_eq!(fault.code, Code::TouchFailed);
        assert!(fault.message.contains(expected), "{name}: {fault}");
    }
    assert_eq!(target.metadata().unwrap().modified().unwrap(), old);
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn what_hangs_in_the_kernel_is_given_up_on_and_not_waited_for() {
    let (release, held) = std::sync::mpsc::channel::<()>();
    let failed = |reason: &str| {
        Fault::new(
            Code::TouchFailed,
            crate::fault::Whose::Pod,
            Retry::Backoff,
            reason,
        )
    };
    let limit = "20ms".parse().unwrap();
    let hanging = move || {
        let _ = held.recv();
        Ok("late".to_owned())
    };
    let fault = aside(limit, hanging, failed).await.unwrap_err();
    assert_eq!(fault.message, "not done within 20ms");
    drop(release);
}
