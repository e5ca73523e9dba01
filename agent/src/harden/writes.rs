//! The agent writes where its configuration says and nowhere else, whatever it is tricked into:
//! Landlock, which a process asks for itself and cannot give back.
//!
//! Reading stays free: certificates, tokens, templates, name resolution and `/proc` lie in many
//! places, all of them read-only to the agent anyway.
//!
//! Source: <https://docs.kernel.org/userspace-api/landlock.html>.

use std::{
    fs,
    path::{Path, PathBuf},
};

use landlock::{
    ABI, AccessFs, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus,
    path_beneath_rules,
};
use vouchsafe_shared::config::{AgentConfig, AuthConfig, ReloadAction};

use super::Protection;
use crate::{sink::Volume, template::Templates, termination::TerminationLog};

/// Knows files, directories, links, renames and truncation, on which older kernels are weaker.
/// Nothing of what came later is about writing files.
const RIGHTS: ABI = ABI::V3;

pub(super) fn confined(
    config: &AgentConfig,
    templates: &Templates,
    last_words: &TerminationLog,
) -> Protection {
    if let Some(reason) = obstacle(config, templates) {
        return Protection::off(reason);
    }
    let directories = match directories(config) {
        Ok(directories) => directories,
        Err(missing) => return Protection::Off(format!("{missing} is not there to be allowed")),
    };
    match confine_to(&[directories, beside(config, last_words)].concat()) {
        Ok(RulesetStatus::FullyEnforced) => Protection::On,
        Ok(RulesetStatus::PartiallyEnforced) => {
            Protection::off("only in part: the kernel's Landlock is older than Linux 6.2")
        }
        Ok(RulesetStatus::NotEnforced) => Protection::off("the kernel has no Landlock"),
        Err(failure) => Protection::Off(failure.to_string()),
    }
}

const PROGRAMS: &str = "programs are to run, which may write anywhere and would inherit it";

/// Why it would break what the configuration asks for.
fn obstacle(config: &AgentConfig, templates: &Templates) -> Option<&'static str> {
    if config.files.iter().any(|file| file.command.is_some()) {
        return Some(PROGRAMS);
    }
    if templates.write_files() {
        return Some("a template uses writeToFile, which may write anywhere");
    }
    config.reload.iter().find_map(|reload| match reload.action {
        ReloadAction::Http(_) | ReloadAction::Touch(_) => None,
        ReloadAction::Command(_) => Some(PROGRAMS),
        // Who is confined may not look into the environment of who is not.
        // Source: <https://docs.kernel.org/userspace-api/landlock.html#ptrace-restrictions>.
        ReloadAction::Signal(_) => {
            Some("signals are to be sent, and it would hide whose process is whose")
        }
    })
}

/// The volumes and the agent's own directory. A rule is about what is there already, so what is yet
/// to be made is made now.
fn directories(config: &AgentConfig) -> Result<Vec<PathBuf>, String> {
    let own = Path::new(&config.run_directory);
    let volumes = config.volumes.iter().map(|volume| Path::new(&volume.path));
    let mut directories = Vec::new();
    for path in volumes.chain([own]) {
        let is_there = path.is_dir()
            || if path == own {
                fs::create_dir_all(path).is_ok()
            } else {
                Volume::open(path).is_ok()
            };
        if !is_there {
            return Err(path.display().to_string());
        }
        directories.push(path.to_owned());
    }
    Ok(directories)
}

/// Where else something is written or removed. A file is removed from its directory, which must
/// allow that.
fn beside(config: &AgentConfig, last_words: &TerminationLog) -> Vec<PathBuf> {
    let pid_file = config.pid_file.iter().filter_map(directory_of);
    let removed = removed(config).filter_map(directory_of);
    let touched = config
        .reload
        .iter()
        .filter_map(|reload| match &reload.action {
            ReloadAction::Touch(touch) => directory_of(touch.path.as_str()),
            _ => None,
        });
    let last_words = last_words.path().map(Path::to_owned);
    let places = pid_file.chain(removed).chain(touched).chain(last_words);
    places.collect()
}

/// The credentials that are removed once they were read.
fn removed(config: &AgentConfig) -> impl Iterator<Item = &str> {
    config.stores.iter().filter_map(|store| match &store.auth {
        AuthConfig::Jwt(auth) => auth.remove_after_reading.then_some(&*auth.token_file),
        AuthConfig::AppRole(auth) if auth.remove_after_reading => auth.secret_id_file.as_deref(),
        AuthConfig::AppRole(_)
        | AuthConfig::Kubernetes(_)
        | AuthConfig::Cert(_)
        | AuthConfig::TokenFile(_) => None,
    })
}

fn directory_of(file: impl AsRef<Path>) -> Option<PathBuf> {
    Some(file.as_ref().parent()?.to_owned())
}

fn confine_to(places: &[PathBuf]) -> Result<RulesetStatus, RulesetError> {
    let writing = AccessFs::from_write(RIGHTS);
    let status = Ruleset::default()
        // Without programs to run, none is run.
        .handle_access(writing | AccessFs::Execute)?
        .create()?
        .add_rules(path_beneath_rules(places, writing))?
        .restrict_self()?;
    Ok(status.ruleset)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn config(change: impl FnOnce(&mut Value)) -> AgentConfig {
        let auth = json!({ "method": "jwt", "mount": "auth/jwt", "token_file": "/jwt/token" });
        let mut config = json!({
            "version": 1,
            "stores": [{ "name": "vault", "kind": "vault", "address": "https://vault", "auth": auth }],
            "volumes": [{ "path": "/proc/no-such/secrets" }],
            "files": [{ "name": "x", "store": "vault", "source": { "secret": "secret/x", "format": "json" } }],
            "run_directory": "/proc",
        });
        change(&mut config);
        AgentConfig::from_json(&config.to_string()).unwrap()
    }

    fn obstacle_of(change: impl FnOnce(&mut Value)) -> Option<&'static str> {
        let config = config(change);
        obstacle(&config, &Templates::load(&config))
    }

    #[test]
    fn what_the_configuration_needs_comes_first() {
        assert_eq!(obstacle_of(|_| {}), None);
        let http = json!([{ "on": ["x"], "http": { "method": "POST", "port": 1, "path": "/" } }]);
        assert_eq!(obstacle_of(|config| config["reload"] = http), None);
        let signal = json!([{ "on": ["x"], "signal": { "container": "app", "signal": "HUP" } }]);
        let found = obstacle_of(|config| config["reload"] = signal);
        assert!(found.unwrap().starts_with("signals"));
        let found = obstacle_of(|config| config["files"][0]["command"] = json!({ "run": "true" }));
        assert!(found.unwrap().starts_with("programs"));
        let text = |text: &str| json!({ "template": text });
        let source = text(r#"{{ "x" | writeToFile "/x" "" "" "0644" }}"#);
        let found = obstacle_of(|config| config["files"][0]["source"] = source);
        assert!(found.unwrap().starts_with("a template"));
        let source = text("{{ 1 }}");
        let found = obstacle_of(|config| config["files"][0]["source"] = source);
        assert_eq!(found, None);
    }

    #[test]
    fn files_that_are_removed_open_their_directory() {
        let words = TerminationLog::none();
        let of = |change: &dyn Fn(&mut Value)| beside(&config(change), &words);
        assert!(of(&|_| {}).is_empty());
        let found = of(&|config| config["pid_file"] = json!("/run/agent.pid"));
        assert_eq!(found, [Path::new("/run")]);
        let found = of(&|config| {
            config["stores"][0]["auth"]["remove_after_reading"] = json!(true);
        });
        assert_eq!(found, [Path::new("/jwt")]);
    }

    #[test]
    fn nothing_is_written_elsewhere_and_no_program_is_run() {
        let directory = tempfile::tempdir().unwrap();
        let place = |name: &str| directory.path().join(name);
        let (inside, outside) = (place("in"), place("out"));
        for path in [&inside, &outside] {
            fs::create_dir(path).unwrap();
        }
        // The thread alone is confined.
        let confined = std::thread::spawn(move || {
            let status = confine_to(std::slice::from_ref(&inside)).unwrap();
            if status == RulesetStatus::NotEnforced {
                return;
            }
            let denied = Some(std::io::ErrorKind::PermissionDenied);
            fs::create_dir(inside.join("a")).unwrap();
            let elsewhere = fs::create_dir(outside.join("a"));
            assert_eq!(elsewhere.err().map(|error| error.kind()), denied);
            let program = std::process::Command::new("true").status();
            assert_eq!(program.err().map(|error| error.kind()), denied);
        });
        confined.join().unwrap();
    }

    #[test]
    fn what_is_to_be_allowed_is_made_first() {
        let directory = tempfile::tempdir().unwrap();
        let (volume, run) = (directory.path().join("a/b"), directory.path().join("run"));
        let made = config(|config| {
            config["volumes"][0]["path"] = json!(volume);
            config["run_directory"] = json!(run);
        });
        assert_eq!(directories(&made).unwrap(), [volume.clone(), run.clone()]);
        assert!(volume.is_dir() && run.is_dir());
        let missing = directories(&config(|_| {})).unwrap_err();
        assert_eq!(missing, "/proc/no-such/secrets");
    }
}
