//! What a pod's annotations ask for.
//!
//! [`parse()`] reads all annotations at once into an [`InjectSpec`] or into every problem there is.
//! [`TABLE`] describes each annotation; the parser, the suggestions for misspelt names and the
//! reference page all come from it.
//!
//! Three prefixes are understood, with the short names of our own and the original injector's
//! names alike under each. For the same setting `vouchsafe.dev/` wins over `openbao.org/`, and that
//! over `vault.hashicorp.com/`. The prefix of the winning `inject` annotation decides the
//! [`Dialect`], where compatibility and safety want different defaults.
//!
//! A template stays text here: [`parse_checking()`] leaves it to its caller to say what is wrong
//! with one, so that it is told together with everything else.

mod collect;
mod files;
mod parse;
mod spec;
mod suggest;
mod table;
mod template;

pub use parse::{Intent, Rejection, parse, parse_checking};
pub use spec::{
    ApiSpec, Asked, AuthSpec, ConnectionSpec, ContainerSelection, ContainerSpec, DefaultTemplate,
    Dialect, FileSource, FileSpec, IdentityTokenSpec, InitContainerSelection, InjectSpec, Override,
    Phases, Placement, ReloadSpec, TemplateOrigin, TemplateSpec,
};
pub use table::{Annotation, Name, Prefix, Scope, TABLE};

#[cfg(test)]
mod tests;
