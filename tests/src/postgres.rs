//! The cluster's database server, and roles of Vault's database engine that make users in it.

use std::process::Command;

use serde_json::json;

use crate::{from_test_bed, vault::Vault};

/// The image of an application that has `psql` besides the shell.
pub const IMAGE: &str = "vouchsafe.test/psql:1";

/// The server that all tests share.
#[derive(Debug)]
pub struct Postgres {
    password: String,
}

impl Postgres {
    /// Has it run.
    pub fn start() -> Self {
        script(&["start"]);
        let assignments = script(&["env"]);
        let password = assignments
            .lines()
            .find_map(|line| line.strip_prefix("PGPASSWORD="));
        Self {
            password: password
                .unwrap_or_else(|| panic!("postgres.sh env says no password: {assignments}"))
                .to_owned(),
        }
    }

    /// The rows of a query, their values separated by `|`.
    pub fn query(&self, query: &str) -> Vec<String> {
        let output = script(&["psql", "--tuples-only", "--no-align", "--command", query]);
        output.lines().map(str::to_owned).collect()
    }

    /// The users that Vault made by a role and has not removed yet.
    pub fn users(&self, role: &str) -> Vec<String> {
        self.query(&format!(
            "select member::regrole::text from pg_auth_members where roleid = '\"{role}\"'::regrole order by 1"
        ))
        .into_iter()
        .map(|user| user.trim_matches('"').to_owned())
        .collect()
    }

    /// A role of the database engine, at `database/creds/ROLE`, whose users live for `ttl` after each
    /// renewal and for `max_ttl` in all.
    pub fn role(&self, vault: &Vault, role: &str, ttl: &str, max_ttl: &str) {
        self.query(&format!("create role \"{role}\""));
        // A connection of its own: to change one would break what another test does with it.
        vault.write(
            &format!("database/config/{role}"),
            &json!({
                "plugin_name": "postgresql-database-plugin",
                "allowed_roles": [role],
                "connection_url": "postgresql://{{username}}:{{password}}@127.0.0.1:5432/app?sslmode=disable",
                "username": "postgres",
                "password": self.password,
            }),
        );
        vault.write(
            &format!("database/roles/{role}"),
            &json!({
                "db_name": role,
                "default_ttl": ttl,
                "max_ttl": max_ttl,
                "creation_statements": [format!(
                    "create role \"{{{{name}}}}\" with login password '{{{{password}}}}' valid until '{{{{expiration}}}}' in role \"{role}\""
                )],
            }),
        );
    }
}

fn script(arguments: &[&str]) -> String {
    let script = format!("{}/postgres.sh", from_test_bed("VOUCHSAFE_CLUSTER_SCRIPTS"));
    let output = Command::new(script)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("postgres.sh: {error}"));
    let text = String::from_utf8_lossy;
    assert!(
        output.status.success(),
        "postgres.sh {arguments:?}: {}",
        text(&output.stderr)
    );
    text(&output.stdout).into_owned()
}
