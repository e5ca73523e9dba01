//! The `ready` command: an exit code for probes and a sentence for whoever describes the pod.

use vouchsafe_shared::config::AgentConfig;

use crate::{publish::Publisher, status::Status};

/// Looks at the files themselves, so that an agent that cannot report is no obstacle to a pod whose
/// files are there.
///
/// # Errors
/// The reason why not, on one line.
pub fn check(config: &AgentConfig) -> Result<(), String> {
    if Publisher::complete(config)
        .into_iter()
        .all(|complete| complete)
    {
        return Ok(());
    }
    let Ok(status) = Status::read(config) else {
        return Err("not ready: the agent is starting".to_owned());
    };
    let problems = status
        .problems
        .iter()
        .map(|problem| format!("{}: {} {}", problem.about, problem.code, problem.message));
    let problems = problems.collect::<Vec<_>>().join(" | ");
    if problems.is_empty() {
        return Err("not ready: the first rendering is under way".to_owned());
    }
    Err(format!("not ready: {problems}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::status::{Problem, StatusFile};

    #[test]
    fn the_reason_for_waiting_is_the_agents_own() {
        let directory = tempfile::tempdir().unwrap();
        let auth = json!({ "method": "kubernetes", "mount": "auth/kubernetes", "role": "web", "token_file": "/token" });
        let config = json!({
            "version": 1,
            "stores": [{ "name": "vault", "kind": "vault", "address": "https://vault", "auth": auth }],
            "volumes": [{ "path": directory.path().join("secrets") }],
            "files": [{ "name": "x", "store": "vault", "source": { "secret": "secret/x", "format": "json" } }],
            "run_directory": directory.path().join("run"),
        });
        let config = AgentConfig::from_json(&config.to_string()).unwrap();
        assert_eq!(
            check(&config).unwrap_err(),
            "not ready: the agent is starting"
        );
        let mut file = StatusFile::new(&config);
        file.show(Status::default()).unwrap();
        assert_eq!(
            check(&config).unwrap_err(),
            "not ready: the first rendering is under way"
        );
        let problem = |about: &str| Problem {
            about: about.to_owned(),
            code: "VS3001".to_owned(),
            message: "cannot connect".to_owned(),
        };
        let problems = vec![problem("store vault"), problem("secret secret/x")];
        file.show(Status {
            ready: false,
            problems,
        })
        .unwrap();
        assert_eq!(
            check(&config).unwrap_err(),
            "not ready: store vault: VS3001 cannot connect | secret secret/x: VS3001 cannot connect"
        );
    }
}
