//! A database of the test's own, and roles of Vault's database engine that make users in it.

use std::{
    fs::File,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::json;
use tempfile::TempDir;

use super::{
    child::{self, Child},
    free_port,
    vault::Vault,
};
use crate::wait;

/// The server refuses to run as root, and an ordinary user may be unable to read the programs, so
/// they are mounted where anybody can: the programs at `/mnt/programs`, the data at `/mnt/data`,
/// which nobody else sees. Ends with its parent.
const SERVER: &str = r#"
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/programs /mnt/data
mount --bind "$1" /mnt/programs
mount --bind "$2" /mnt/data
export LD_LIBRARY_PATH=$3 TZ=GMT LC_ALL=C PGTZ=GMT
programs=$4
chown nobody /mnt/data
chmod 700 /mnt/data
cd /mnt/data
as=(setpriv --reuid=nobody --regid=nogroup --clear-groups --pdeathsig=KILL)
"${as[@]}" "$programs/initdb" --pgdata=/mnt/data/cluster --username=postgres --auth=trust --encoding=UTF8 --locale=C \
  --no-sync --no-instructions
exec "${as[@]}" "$programs/postgres" -D /mnt/data/cluster -p "$5" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
  -c fsync=off -c full_page_writes=off -c jit=off -c shared_buffers=16MB -c timezone=GMT -c log_timezone=GMT
"#;

/// A server; ends when dropped.
#[derive(Debug)]
pub struct Postgres {
    port: u16,
    _server: Child,
    _directory: TempDir,
}

impl Postgres {
    /// Needs root.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start() -> Self {
        let told = Command::new("tests/cluster/postgres.sh")
            .args(["which", "postgres"])
            .current_dir(crate::repository())
            .output()
            .expect("bash runs");
        let told = String::from_utf8_lossy(&told.stdout).trim().to_owned();
        let (program, libraries) = told.split_once(':').unwrap_or((&told, ""));
        let (root, below) = program.split_once("/usr/lib/").unwrap_or_else(|| {
            panic!("{program:?} is no PostgreSQL from the cache: make test-servers")
        });
        let programs = format!(
            "/mnt/programs/usr/lib/{}",
            below.trim_end_matches("/postgres")
        );
        let libraries = libraries.replace(root, "/mnt/programs");
        let directory = tempfile::tempdir().expect("a directory for the database");
        let log = File::create(directory.path().join("log")).expect("the database's log");
        let data = directory.path().join("data");
        std::fs::create_dir(&data).expect("a directory for the database");
        let (port, data) = (free_port(), data.display().to_string());
        let port_text = port.to_string();
        let words = [
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "--pid",
            "--fork",
            "--kill-child",
            "bash",
            "-euc",
            SERVER,
            "server",
            root,
            &data,
            &libraries,
            &programs,
            &port_text,
        ];
        let mut server = child::start(&words, |command| {
            command.stderr(Stdio::from(log));
        });
        wait::until(Duration::from_secs(60), "the start of PostgreSQL", || {
            let ended = server.ended();
            let log = || std::fs::read_to_string(directory.path().join("log"));
            assert!(
                ended.is_none(),
                "PostgreSQL ended: {}",
                log().unwrap_or_default()
            );
            std::net::TcpStream::connect(("127.0.0.1", port)).map(drop)
        });
        Self {
            port,
            _server: server,
            _directory: directory,
        }
    }

    /// A role of the database engine, at `database/creds/ROLE`, whose users live for `ttl` after
    /// each renewal and for an hour in all.
    pub fn role(&self, vault: &Vault, role: &str, ttl: &str) {
        vault.write("sys/mounts/database", &json!({ "type": "database" }));
        let url = format!(
            "postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{}/postgres?sslmode=disable",
            self.port
        );
        let config = json!({
            "plugin_name": "postgresql-database-plugin",
            "allowed_roles": [role],
            "connection_url": url,
            "username": "postgres",
            "password": "any",
        });
        wait::until(
            Duration::from_secs(30),
            "the database's being ready",
            || vault.try_call("POST", "database/config/app", Some(&config)),
        );
        let user = "create role \"{{name}}\" with login password '{{password}}' valid until '{{expiration}}'";
        let body = json!({
            "db_name": "app",
            "default_ttl": ttl,
            "max_ttl": "1h",
            "creation_statements": [user],
        });
        vault.write(&format!("database/roles/{role}"), &body);
    }
}
