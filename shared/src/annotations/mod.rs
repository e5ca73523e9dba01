//! What a pod's annotations ask for.
//!
//! [`parse_layers()`] reads all annotations at once, with the defaults around the pod, into an
//! [`InjectSpec`] or into every problem there is; [`parse()`] does so without any defaults, and
//! [`explain()`] tells where each setting comes from. [`TABLE`] describes each annotation; the
//! parser, the suggestions for misspelt names and the reference page all come from it.
//!
//! Three prefixes are understood, with the short names of our own and the original injector's
//! names alike under each. For the same setting `vouchsafe.dev/` wins over `openbao.org/`, and that
//! over `vault.hashicorp.com/`. The prefix of the winning `inject` annotation decides the
//! [`Dialect`], where compatibility and safety want different defaults; a value is read by the
//! rules of its own prefix. [`Layers`] says which defaults go before which.
//!
//! A template stays text here: [`parse_checking()`] leaves it to its caller to say what is wrong
//! with one, so that it is told together with everything else.
//!
//! | step | module |
//! |---|---|
//! | Which annotations say something, the strongest first? | `layers`, `collect`, `spelling`, `setting`, `settle`, `unknown`, `suggest` |
//! | What kinds of values are there, and which texts are such a value? | `kind`, `values`, `number`, `time` |
//! | What do they mean together? | `parse`, `reader`, and one module for each part of the [`InjectSpec`] |

mod collect;
mod connection;
mod container;
mod existence;
mod explain;
mod file;
mod files;
mod kind;
mod layers;
mod lifecycle;
mod login;
mod number;
mod parse;
mod reader;
mod reloads;
mod remarks;
mod setting;
mod settle;
mod spec;
mod spelling;
mod suggest;
mod table;
mod template;
mod time;
mod unknown;
mod values;

pub use explain::{ExplainedSetting, Explanation, Shadowed, explain};
pub use kind::Kind;
pub use layers::{Layers, NamespaceLayer, Pairs, Source};
pub use parse::{Intent, Rejection, parse, parse_checking, parse_layers};
pub use spec::{
    ApiSpec, Asked, AuthSpec, ConnectionSpec, ContainerSelection, ContainerSpec, DefaultTemplate,
    Dialect, FileSource, FileSpec, IdentityTokenSpec, InitContainerSelection, InjectSpec, Override,
    Phases, Placement, RefreshSpec, ReloadOptions, ReloadSpec, TemplateOrigin, TemplateSpec,
};
pub use table::{Annotation, Name, Origin, Prefix, Scope, TABLE, TOPICS};

#[cfg(test)]
mod tests;
