//! Versions, and constraints on them.

mod version;

use super::{Arguments, Function, Outcome, STRING, TWO_STRINGS};
use crate::{
    fault::Fault,
    go::semver::{Constraints, SemverError, Version},
    scope::Scope,
    value::Value,
};

pub(super) const TABLE: &[Function] = &[
    Function::new("sprig_semver", STRING, |_, a| {
        Version::parse(a.bytes(0))
            .map(version::pointer)
            .map_err(refused)
    }),
    Function::new("sprig_semverCompare", TWO_STRINGS, compare),
];

fn compare(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let constraints = Constraints::parse(arguments.bytes(0)).map_err(refused)?;
    let version = Version::parse(arguments.bytes(1)).map_err(refused)?;
    Ok(Value::Bool(constraints.check(&version)))
}

fn refused(error: SemverError) -> Fault {
    Fault::function(error.to_string())
}
