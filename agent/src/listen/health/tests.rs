use std::os::unix::fs::PermissionsExt;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UnixStream},
};

use super::*;
use crate::report::tests::full;

/// An agent that answers what it is asked and remembers what it was to refresh.
fn agent() -> (Health, mpsc::Receiver<Option<String>>) {
    let (agent, mut wishes) = mpsc::channel(1);
    let (remember, remembered) = mpsc::channel(16);
    tokio::spawn(async move {
        while let Some(wish) = wishes.recv().await {
            match wish {
                Wish::Report(answer) => drop(answer.send(Box::new(full()))),
                Wish::Refresh { secret, answer } => {
                    let refreshed = match secret.as_deref() {
                        None | Some("kv/a b") => Refreshed::Yes,
                        Some("pki/issue/x") => Refreshed::Issued,
                        Some(_) => Refreshed::Unknown,
                    };
                    let _ = answer.send(refreshed);
                    remember.send(secret).await.unwrap();
                }
                Wish::Quit | Wish::Forward(_) => panic!("nobody may wish that here"),
            }
        }
    });
    let metrics = Arc::new(Metrics::default());
    (Health { metrics, agent }, remembered)
}

/// `METHOD path`, and after a bar a header.
async fn send(
    mut stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    line: &str,
) -> (u16, String) {
    let request = match line.split_once('|') {
        Some((line, header)) => format!("{line} HTTP/1.0\r\n{header}\r\n\r\n"),
        None => format!("{line} HTTP/1.0\r\n\r\n"),
    };
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    (status, body.to_owned())
}

#[tokio::test]
async fn an_address_only_shows() {
    let (health, mut refreshed) = agent();
    let address = health.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    for (line, status, part) in [
        ("GET /live", 200, "live"),
        ("GET /ready", 503, "not ready"),
        ("GET /metrics", 200, "vouchsafe_agent_file_age_seconds{"),
        ("GET /status", 200, "\"version\":1,"),
        ("GET /status?format=table", 200, "\nSTORE "),
        ("GET /status|Accept: text/plain, */*", 200, "\nSTORE "),
        ("GET /status?format=json|Accept: text/plain", 200, "{"),
        ("GET /status?format=yaml", 400, "json or table"),
        ("GET /refresh", 404, "not found"),
        ("POST /refresh", 405, "only GET"),
        ("POST /status", 405, "only GET"),
    ] {
        let stream = TcpStream::connect(address).await.unwrap();
        let (found, body) = send(stream, line).await;
        assert_eq!(found, status, "{line}: {body}");
        assert!(body.contains(part), "{line}: {body}");
    }
    assert!(refreshed.try_recv().is_err());
}

#[tokio::test]
async fn the_socket_is_the_agents_own_and_takes_refreshes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("run/agent.sock");
    let (health, mut refreshed) = agent();
    health.clone().serve_socket(&path).unwrap();
    // The next life of the agent does not mind what is there.
    health.serve_socket(&path).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for (line, status) in [
        ("GET /live", 200),
        ("GET /status", 200),
        ("GET /refresh", 405),
        ("POST /refresh", 202),
        ("POST /refresh?secret=kv/a%20b", 202),
        ("POST /refresh?secret=kv/no", 404),
        ("POST /refresh?secret=pki/issue/x", 409),
    ] {
        let stream = UnixStream::connect(&path).await.unwrap();
        let (found, body) = send(stream, line).await;
        assert_eq!(found, status, "{line}: {body}");
    }
    let expected = [None, Some("kv/a b"), Some("kv/no"), Some("pki/issue/x")];
    for expected in expected {
        let asked = refreshed.recv().await.unwrap();
        assert_eq!(asked.as_deref(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_is_busy_still_shows_what_it_counted() {
    let (agent, _wishes) = mpsc::channel(1);
    let metrics = Arc::new(Metrics::default());
    let health = Health { metrics, agent };
    let address = health.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    for (line, status, part) in [
        ("GET /live", 200, "live"),
        ("GET /metrics", 200, "vouchsafe_agent_ready 0"),
        ("GET /status", 503, "busy"),
    ] {
        let stream = TcpStream::connect(address).await.unwrap();
        let (found, body) = send(stream, line).await;
        assert_eq!(found, status, "{line}: {body}");
        assert!(body.contains(part), "{line}: {body}");
    }
}
