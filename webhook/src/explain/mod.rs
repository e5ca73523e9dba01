//! What would become of a pod, told without a cluster: for whoever writes manifests, and for checks
//! before they are applied.
//!
//! - `document`: a pod in a manifest, and the defaults around it.
//! - `report`: the settings that count, where they come from, and what admission would say.

mod document;
mod report;

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use serde_json::Value;
use vouchsafe_cluster::defaults::document::Documents;
use vouchsafe_shared::annotations::{self, Layers, NamespaceLayer};

pub use self::document::DocumentMistake;
use self::{document::Manifest, report::Report};
use crate::{
    args::{AGENT_IMAGE, ExplainArguments, Format},
    json::Json,
    mutate::{Context, Defaults, Settings, mutate},
};

/// What to print, and how it ends.
#[derive(Debug)]
pub struct Explained {
    pub text: String,
    /// Whether the pod would be admitted.
    pub admitted: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    #[error("{path}: {source}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{path}: {source}")]
    Document {
        path: PathBuf,
        source: DocumentMistake,
    },
    #[error("--patch: there are {0} pods; give one at a time")]
    Several(usize),
}

/// Reads the files, and decides as the webhook would.
///
/// # Errors
/// When a file cannot be read, or is not what it should be.
pub fn run(arguments: &ExplainArguments) -> Result<Explained, ExplainError> {
    let manifests = read(&arguments.file, Manifest::read)?;
    let of_namespace = match &arguments.namespace_annotations {
        Some(path) => read(path, document::namespace_annotations)?,
        None => BTreeMap::new(),
    };
    let defaults = match &arguments.defaults {
        Some(path) => read(path, document::defaults)?,
        None => Documents::default(),
    };
    let settings = settings(arguments);
    let around = Around {
        settings: &settings,
        defaults: &defaults,
        of_namespace: &of_namespace,
        namespace: arguments.namespace.as_deref(),
    };
    let reports: Vec<Report> = manifests
        .iter()
        .map(|manifest| around.report(manifest))
        .collect();
    let text = match (arguments.patch, arguments.output, reports.as_slice()) {
        (true, _, [report]) => report.patch(),
        (true, _, several) => return Err(ExplainError::Several(several.len())),
        (false, Format::Table, reports) => {
            let tables: Vec<String> = reports.iter().map(Report::table).collect();
            tables.join("\n")
        }
        (false, Format::Json, reports) => {
            let reports = reports.iter().map(Report::json).collect();
            format!("{:#}\n", Value::Array(reports))
        }
    };
    Ok(Explained {
        text,
        admitted: reports.iter().all(Report::admitted),
    })
}

/// What is around every pod of a file.
struct Around<'a> {
    settings: &'a Settings,
    defaults: &'a Documents,
    of_namespace: &'a BTreeMap<String, String>,
    namespace: Option<&'a str>,
}

impl Around<'_> {
    fn report(&self, manifest: &Manifest) -> Report {
        let namespace = self
            .namespace
            .or(manifest.namespace.as_deref())
            .unwrap_or("default");
        let layers = Layers {
            pod: manifest.annotations(),
            namespace: Some(NamespaceLayer {
                name: namespace,
                annotations: self.of_namespace,
            }),
            cluster: Some(&self.defaults.cluster),
            profiles: Some(&self.defaults.profiles),
            auth_method: Some(&self.settings.auth_method),
        };
        let context = Context {
            namespace,
            defaults: Defaults {
                cluster: Some(&self.defaults.cluster),
                profiles: Some(&self.defaults.profiles),
                namespace: Some(self.of_namespace),
            },
            ..Context::new(self.settings)
        };
        Report {
            object: format!("{} {} in {namespace}", manifest.kind, manifest.name),
            explanation: annotations::explain(&layers),
            result: mutate(&Json::from(&manifest.pod), &context),
        }
    }
}

fn settings(arguments: &ExplainArguments) -> Settings {
    /// Where the store is says nothing about the pod's own annotations, so that a pod must not be
    /// denied for what the webhook knows.
    const SOME_ADDRESS: &str = "https://vault.example:8200";
    let image = AGENT_IMAGE;
    let settings = if arguments.original {
        Settings::original(image)
    } else {
        Settings::new(image)
    };
    Settings {
        vault_address: arguments
            .vault_address
            .clone()
            .or_else(|| SOME_ADDRESS.parse().ok()),
        ..settings
    }
}

/// Of a file, or of standard input for `-`.
fn read<T>(
    path: &Path,
    parse: impl FnOnce(&str) -> Result<T, DocumentMistake>,
) -> Result<T, ExplainError> {
    let text = if path == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    let text = text.map_err(|source| ExplainError::Read {
        path: path.to_owned(),
        source,
    })?;
    parse(&text).map_err(|source| ExplainError::Document {
        path: path.to_owned(),
        source,
    })
}
