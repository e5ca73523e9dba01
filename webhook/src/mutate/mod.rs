//! What must this pod look like?
//!
//! A pure decision: raw JSON in, JSON patch out; no clock, no network, and the same answer for the
//! same question. The pod is never read into a type and written back, so that fields which this
//! program has never heard of survive.
//!
//! Every object that the injection needs is looked up by its name and compared with what it should
//! be, so that a pod which is already right is left alone, however it came to be so. No marker is
//! believed: everybody who may create pods may write one.

mod agent;
mod annotations;
mod comparison;
mod config;
mod containers;
mod edits;
mod identity;
mod names;
mod node;
mod pod;
mod reload;
mod settings;
mod template;
mod volumes;
mod wording;

use json_patch::Patch;
use serde_json::Value;
pub use vouchsafe_shared::annotations::Rejection;
use vouchsafe_shared::{
    annotations::{InjectSpec, Intent, parse_checking},
    diagnostic::Diagnostic,
};

use self::{
    annotations::Annotations, containers::Selection, edits::Edits, pod::Pod, reload::Reloads,
};
pub use self::{
    names::{
        AGENT_CONTAINER, INJECTED_LABEL, RUN_VOLUME, SECRETS_PATH, SECRETS_VOLUME, TOKEN_DIRECTORY,
        TOKEN_VOLUME,
    },
    settings::{Cpu, PullPolicy, Settings, TokenExpiration},
};

/// What is to be done with a pod that may be created.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Only `add` and `replace`; empty for a pod that does not ask, or that has all it needs.
    pub patch: Patch,
    pub warnings: Vec<Diagnostic>,
    /// Whether the pod, with this patch, has its agent.
    pub injected: bool,
}

/// Decides about one pod, given as the API server sends it.
///
/// # Errors
/// Every problem found, warnings among them: those of the annotations, or, where these can be read,
/// those that the pod and the settings make.
pub fn mutate(pod: &Value, settings: &Settings) -> Result<Outcome, Rejection> {
    let annotations = Annotations::read(pod)?;
    let (spec, warnings) = match parse_checking(annotations.pairs(), &mut template::check)? {
        Intent::LeaveAlone { warnings } => {
            return Ok(Outcome {
                warnings,
                ..Outcome::default()
            });
        }
        Intent::Inject { spec, warnings } => (spec, warnings),
    };
    let (mut problems, mut warnings) = (Vec::new(), warnings);
    match edits(
        pod,
        &annotations,
        &spec,
        settings,
        &mut problems,
        &mut warnings,
    ) {
        Some(edits) if problems.is_empty() => Ok(Outcome {
            patch: edits.into_patch(),
            warnings,
            injected: true,
        }),
        _ => {
            problems.extend(warnings);
            Err(Rejection(problems))
        }
    }
}

/// All that is missing or differs. `None`, or a problem told, when the pod cannot be as it should.
fn edits(
    pod: &Value,
    annotations: &Annotations<'_>,
    spec: &InjectSpec,
    settings: &Settings,
    problems: &mut Vec<Diagnostic>,
    warnings: &mut Vec<Diagnostic>,
) -> Option<Edits> {
    // Told beside what is wrong with the pod, which may be too broken to go on.
    let store = config::store(spec, settings, problems);
    let pod = Pod::read(pod, problems)?;
    let selection = Selection::resolve(spec, &pod, problems);
    let reloads = Reloads::resolve(spec, &pod, problems);
    let config = store
        .map(|store| config::agent_config(spec, settings, store, &reloads))
        .and_then(|config| config::to_environment(&config, problems));

    let identity = identity::of_agent(reloads.user, &selection, &pod);
    identity::check_readable(spec, identity, &selection, &pod, warnings);
    let mut edits = Edits::default();
    annotations.edit(&pod, &mut edits);
    reloads.edit_pod(&pod, &mut edits);
    volumes::edit(spec, settings, &pod, &mut edits, problems);
    containers::edit(&selection, &reloads, &pod, &mut edits, problems);
    // Last, because it moves the other init containers and with them the places of their edits.
    agent::edit(
        spec, settings, &config?, identity, &pod, &mut edits, problems,
    );
    Some(edits)
}
