//! A configuration file that was written for Vault Agent: `--vault-agent-config FILE`.
//!
//! What such a file means says [`vouchsafe_vault_config`]; here it is read, with the environment that
//! the original reads and the volumes of the agent's container.

use std::{ffi::OsString, fmt::Write as _, fs::File, io::Read as _, path::Path};

use tracing::warn;
use vouchsafe_shared::{
    config::AgentConfig,
    diagnostic::{Diagnostic, Severity},
    value::DirectoryPath,
};
use vouchsafe_vault_config::{Context, parse, syntax::SIZE_LIMIT, variables};

use crate::{cli::UsageError, log};

/// What the file asks for.
#[derive(Debug)]
pub struct Loaded {
    pub config: AgentConfig,
    /// End when everything is written once: what the original's init container has in its file.
    pub exit_after_auth: bool,
    pub warnings: Vec<Diagnostic>,
}

impl Loaded {
    /// Logs what has no effect, in the way that the configuration asks for.
    pub fn tell_warnings(&self) {
        log::start(self.config.log);
        for warning in &self.warnings {
            warn!(code = %warning.code, subject = warning.subject, reason = warning.message, help = warning.help, "configuration_ignored");
        }
    }
}

/// Reads and checks the file; `variable` looks one up in the environment.
///
/// # Errors
/// All problems of the file, with the lines they are in, or what is wrong with a variable.
pub fn load(
    path: &Path,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Loaded, UsageError> {
    let name = path.display().to_string();
    let text = read(path)
        .map_err(|error| UsageError(format!("configuration {name} cannot be read: {error}")))?;
    let context = context(variable)?;
    let refused = |problems: Vec<Diagnostic>| UsageError(told(&name, &problems));
    let (config, mut warnings) = parse(&name, &text).map_err(refused)?;
    let mut conversion = config.into_agent_config(&context).map_err(refused)?;
    warnings.append(&mut conversion.warnings);
    Ok(Loaded {
        config: conversion.config,
        exit_after_auth: conversion.exit_after_auth,
        warnings,
    })
}

/// One byte more than is accepted, so that the reader of the text can refuse it.
fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    let limit = u64::try_from(SIZE_LIMIT).unwrap_or(u64::MAX);
    File::open(path)?
        .take(limit.saturating_add(1))
        .read_to_string(&mut text)?;
    Ok(text)
}

fn context(variable: impl Fn(&str) -> Option<OsString>) -> Result<Context, UsageError> {
    let text = |name: &str| {
        variable(name).map(|value| {
            value
                .into_string()
                .map_err(|_| UsageError(format!("environment variable {name} is not UTF-8")))
        })
    };
    let mut context = Context::default();
    for name in variables() {
        if let Some(value) = text(&name).transpose()? {
            context.environment.insert(name, value);
        }
    }
    let name = Context::VOLUMES_VARIABLE;
    let volumes = text(name).transpose()?.unwrap_or_default();
    for volume in volumes.split(':').filter(|volume| !volume.is_empty()) {
        let volume: DirectoryPath = volume
            .parse()
            .map_err(|error| UsageError(format!("{name}: {volume:?}: {error}")))?;
        context.volumes.push(volume);
    }
    if context.volumes.is_empty() {
        return Err(UsageError(format!(
            "no volumes to write to: set {name} to the paths of the agent's volumes, separated by colons"
        )));
    }
    Ok(context)
}

/// Every problem in a line of its own, with its place below.
fn told(name: &str, problems: &[Diagnostic]) -> String {
    let mut text = format!("configuration {name} cannot be used");
    for problem in problems {
        let warning = match problem.severity {
            Severity::Warning => "warning: ",
            Severity::Error => "",
        };
        let _ = write!(text, "\n{warning}{problem}");
        for line in &problem.excerpt {
            let _ = write!(text, "\n{line}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::{io::Write as _, path::PathBuf};

    use tempfile::TempDir;
    use vouchsafe_shared::config::SourceConfig;

    use super::*;
    use crate::plan::Plan;

    /// What a user's `ConfigMap` holds for the sidecar.
    const FILE: &str = r#"
exit_after_auth = true
auto_auth {
  method "kubernetes" {
    config = { role = "web" }
  }
  sink "file" {
    config = { path = "/home/vault/.vault-token" }
  }
}
template {
  destination = "/vault/secrets/db"
  contents    = <<EOT
{{ with secret "secret/data/db" }}{{ .Data.data.password }}{{ end }}
EOT
}
log_file = "/var/log/agent.log"
"#;

    fn file(text: &str) -> (TempDir, PathBuf) {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("config.hcl");
        let mut file = File::create(&path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        (directory, path)
    }

    fn environment(name: &str) -> Option<OsString> {
        let value = match name {
            "VAULT_ADDR" => "https://vault:8200",
            "VAULT_SKIP_VERIFY" => "false",
            "VOUCHSAFE_VOLUMES" => "/vault/secrets:/home/vault",
            _ => return None,
        };
        Some(value.into())
    }

    #[test]
    fn a_file_of_vault_agent_is_planned_like_any_other() {
        let (_directory, path) = file(FILE);
        let loaded = load(&path, environment).unwrap();
        assert!(loaded.exit_after_auth);
        assert_eq!(loaded.warnings.len(), 1, "{:?}", loaded.warnings);
        let config = loaded.config;
        assert_eq!(config.stores[0].address.to_string(), "https://vault:8200");
        assert!(!config.stores[0].tls.skip_verify);
        let plan = Plan::new(&config);
        assert_eq!((plan.files.len(), plan.sets.len()), (2, 2));
        assert!(matches!(config.files[0].source, SourceConfig::Template(_)));
        assert!(matches!(config.files[1].source, SourceConfig::Token(_)));
    }

    #[test]
    fn every_problem_is_told_with_its_line() {
        let text = FILE
            .replace("/vault/secrets/db", "/etc/db")
            .replace("role", "roll");
        let (_directory, path) = file(&text);
        let error = load(&path, environment).unwrap_err().to_string();
        assert!(error.contains("VS7002"), "{error}");
        assert!(
            error.contains("\n  5 |     config = { roll = \"web\" }\n    |                ^"),
            "{error}"
        );
        let (_directory, path) = file(&FILE.replace("/vault/secrets/db", "/etc/db"));
        let error = load(&path, environment).unwrap_err().to_string();
        assert!(
            error.contains("line 12, column 17: this file is in none of the volumes"),
            "{error}"
        );
        assert!(error.contains("/vault/secrets, /home/vault"), "{error}");
    }

    #[test]
    fn what_is_around_the_file_is_checked_too() {
        let (_directory, path) = file(FILE);
        let without =
            |missing: &'static str| move |name: &str| environment(name).filter(|_| name != missing);
        let error = load(&path, without("VOUCHSAFE_VOLUMES")).unwrap_err();
        assert!(
            error.to_string().contains("set VOUCHSAFE_VOLUMES"),
            "{error}"
        );
        let error = load(&path, without("VAULT_ADDR")).unwrap_err();
        assert!(error.to_string().contains("set VAULT_ADDR"), "{error}");
        let relative = |name: &str| match name {
            "VOUCHSAFE_VOLUMES" => Some("secrets".into()),
            name => environment(name),
        };
        let error = load(&path, relative).unwrap_err();
        assert!(
            error.to_string().contains("not an absolute path"),
            "{error}"
        );
        let error = load(Path::new("/nowhere/config.hcl"), environment).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("/nowhere/config.hcl cannot be read"),
            "{error}"
        );
    }

    #[test]
    fn a_file_that_is_too_long_is_not_read_to_its_end() {
        let (_directory, path) = file(&"#".repeat(2 * SIZE_LIMIT));
        let error = load(&path, environment).unwrap_err().to_string();
        assert!(error.contains("at most 1048576 bytes"), "{error}");
    }
}
