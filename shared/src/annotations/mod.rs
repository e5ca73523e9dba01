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

mod collect;
mod parse;
mod spec;
mod suggest;
mod table;

pub use parse::{Intent, Rejection, parse};
pub use spec::{ContainerSelection, Dialect, FileSpec, InjectSpec, Placement, ReloadSpec};
pub use table::{Annotation, Name, Prefix, Scope, TABLE};

#[cfg(test)]
mod tests;
