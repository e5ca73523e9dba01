//! What must this pod look like?
//!
//! A pure decision: raw JSON in, JSON patch out; no clock, no network, and the same answer for the
//! same question. The pod is never read into a type and written back, so that fields which this
//! program has never heard of survive.
//!
//! Every object that the injection needs is looked up by its name and compared with what it should
//! be, so that a pod which is already right is left alone, however it came to be so. No marker is
//! believed: everybody who may create pods may write one. When the API server asks again, because
//! other webhooks changed the pod meanwhile, what is ours in a pod with our label is put right and
//! nothing else is touched.
//!
//! An ephemeral container sees no secrets: it comes when the pod runs already, by an update of
//! `pods/ephemeralcontainers` that no webhook of ours is asked about, and it could not be given the
//! volumes afterwards that others have at the place of its own root.
//!
//! | question | module |
//! |---|---|
//! | What does the pod ask for, and what is known beside it? | `annotations`, `context`, `settings` |
//! | What is in the pod? | `node`, `pod` |
//! | Which containers does the agent have, and where do they stand? | `shape`, `agent`, `container_patch` |
//! | Which volumes hold the files, and who sees them? | `selection`, `layout`, `volumes`, `containers` |
//! | What is the agent told? | `config`, `auth`, `token`, `template`, `reload`, `environment` |
//! | As whom does it run, who can read its files, what of the pod does it share? | `identity`, `readability`, `sharing` |
//! | Has it time to give its token back? | `ending` |
//! | Which pods cannot have an agent? | `validation`, and each of the above |
//! | What is missing or differs? | `comparison`, `edits` |

mod agent;
mod annotations;
mod auth;
mod comparison;
mod config;
mod container_patch;
mod containers;
mod context;
mod edits;
mod ending;
mod environment;
mod identity;
mod injection;
mod layout;
mod names;
mod node;
mod pod;
mod readability;
mod reload;
mod selection;
mod settings;
mod shape;
mod sharing;
mod template;
mod token;
mod validation;
mod volumes;
mod wording;

pub use vouchsafe_shared::annotations::Rejection;
use vouchsafe_shared::{
    annotations::{InjectSpec, Intent, parse_layers},
    diagnostic::Diagnostic,
};

use self::{
    agent::Agent, annotations::Annotations, edits::Edits, layout::Layout, pod::Pod,
    reload::Reloads, selection::Selection, shape::OwnNames, token::Token,
};
pub use self::{
    agent::is_original_image,
    context::{Context, Defaults},
    edits::Patch,
    injection::Injection,
    names::{
        AGENT_CONTAINER, CONFIG_VOLUME, EXTRA_VOLUME, HOME_VOLUME, INIT_CONTAINER, INJECTED_LABEL,
        RUN_VOLUME, SECRETS_PATH, SECRETS_VOLUME, TLS_VOLUME, TOKEN_DIRECTORY, TOKEN_VOLUME,
    },
    settings::{PullPolicy, Resources, Settings, TokenExpiration},
};
use crate::json::Json;

/// What is to be done with a pod that may be created.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Only `add` and `replace`; empty for a pod that does not ask, or that has all it needs.
    pub patch: Patch,
    pub warnings: Vec<Diagnostic>,
    /// Whether the pod, with this patch, has its agent.
    pub injected: bool,
    /// What of the agent the patch adds.
    pub injection: Option<Injection>,
}

/// Decides about one pod, given as the API server sends it.
///
/// # Errors
/// Every problem found, warnings among them: those of the annotations, or, where these can be read,
/// those that the pod and the settings make.
pub fn mutate(pod: &Json<'_>, context: &Context<'_>) -> Result<Outcome, Rejection> {
    let annotations = Annotations::read(pod)?;
    let layers = context.layers(annotations.pairs().collect());
    match parse_layers(&layers, &mut template::check)? {
        Intent::LeaveAlone { warnings } => Ok(Outcome {
            warnings,
            ..Outcome::default()
        }),
        Intent::Inject { spec, warnings } => decide(pod, &annotations, &spec, warnings, context),
    }
}

/// Decides about a pod whose annotations were read already: it asks for what `spec` says.
///
/// # Errors
/// Every problem found, warnings among them.
pub fn inject(
    pod: &Json<'_>,
    spec: &InjectSpec,
    context: &Context<'_>,
) -> Result<Outcome, Rejection> {
    decide(pod, &Annotations::read(pod)?, spec, Vec::new(), context)
}

fn decide(
    pod: &Json<'_>,
    annotations: &Annotations<'_>,
    spec: &InjectSpec,
    mut warnings: Vec<Diagnostic>,
    context: &Context<'_>,
) -> Result<Outcome, Rejection> {
    let mut problems = Vec::new();
    let edited = edit(
        pod,
        annotations,
        spec,
        context,
        &mut problems,
        &mut warnings,
    );
    match edited {
        Some((patch, injection)) if problems.is_empty() => Ok(Outcome {
            patch,
            warnings,
            injected: true,
            injection,
        }),
        _ => {
            problems.extend(warnings);
            Err(Rejection(problems))
        }
    }
}

/// All that is missing or differs, and what of the agent is. `None`, or a problem told, when the pod
/// cannot be as it should.
fn edit(
    pod: &Json<'_>,
    annotations: &Annotations<'_>,
    spec: &InjectSpec,
    context: &Context<'_>,
    problems: &mut Vec<Diagnostic>,
    warnings: &mut Vec<Diagnostic>,
) -> Option<(Patch, Option<Injection>)> {
    let settings = context.settings;
    validation::check_namespace(context, problems);
    let parts = shape::parts(spec, context);
    container_patch::check_unused(spec, parts, problems);
    // Told beside what is wrong with the pod, which may be too broken to go on.
    let address = match &spec.config_map {
        None => config::address(spec, settings, problems),
        Some(_) => None,
    };
    let pod = Pod::read(pod, &OwnNames::of(spec, parts), problems)?;
    validation::check_pod(&pod, problems);
    let selection = Selection::resolve(spec, &pod, problems, warnings);
    let layout = Layout::resolve(spec, &selection, &pod, problems);
    let reloads = Reloads::resolve(spec, &layout, &pod, problems, warnings);
    let token = Token::resolve(spec, &pod, problems);
    let login = match &spec.config_map {
        None => auth::resolve(spec, settings, token.as_ref(), problems, warnings),
        Some(_) => None,
    };
    let config = address.zip(login).map(|(address, login)| {
        let store = config::store(spec, settings, address, login);
        ending::check(spec, &store, &pod, warnings);
        config::agent_config(spec, settings, store, &layout, &reloads)
    });
    let user = identity::of_agent(spec, settings, &reloads, &layout, &pod, problems, warnings);
    readability::check(spec, user, &layout, &pod, warnings);

    let mut edits = Edits::default();
    annotations.edit(&pod, &mut edits);
    sharing::edit(spec, &reloads, &pod, &mut edits, problems, warnings);
    volumes::edit(spec, settings, &layout, &pod, &mut edits, problems);
    containers::edit(
        spec, &layout, &reloads, &pod, &mut edits, problems, warnings,
    );
    if config.is_none() && spec.config_map.is_none() {
        return None;
    }
    let agent = Agent {
        spec,
        settings,
        pod: &pod,
        layout: &layout,
        token: token.as_ref()?,
        config: config.as_ref(),
        user,
    };
    // Last, because it may move the other init containers and with them the places of their edits.
    let injection = agent.edit(parts, &mut edits, problems, warnings);
    Some((edits.into_patch(), injection))
}
