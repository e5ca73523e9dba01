//! The time: `timestamp`.

use super::{Arguments, Function, Outcome};
use crate::{
    fault::Fault,
    scope::Scope,
    value::{Type, Value},
};

pub(super) const TABLE: &[Function] = &[Function::variadic(
    "timestamp",
    &[],
    Type::String,
    timestamp,
)];

/// Now, in UTC: as RFC 3339, as seconds since 1970 (`unix`), or in a
/// [layout of Go](https://pkg.go.dev/time#pkg-constants).
fn timestamp(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let now = scope.host.now();
    let text = match arguments.0 {
        [] => now.rfc3339(),
        [layout] if layout.bytes() == b"unix" => {
            return Ok(Value::string(now.unix_seconds().to_string()));
        }
        [layout] => now.format(layout.bytes()),
        _ => return Err(Fault::function("timestamp takes at most one layout")),
    };
    scope
        .budget
        .memory(u64::try_from(text.len()).unwrap_or(u64::MAX))?;
    Ok(Value::String(text.into()))
}

#[cfg(test)]
mod tests {
    use crate::function::calls::{outcome, text};
    use crate::value::Value;

    #[test]
    fn the_time_is_told_in_utc() {
        assert_eq!(text("timestamp", &[]), "2023-11-14T22:13:20Z");
        assert_eq!(text("timestamp", &["unix"]), "1700000000");
        assert_eq!(text("timestamp", &["2006-01-02"]), "2023-11-14");
        assert_eq!(text("timestamp", &[""]), "");
        let two = [Value::string("a"), Value::string("b")];
        assert!(outcome("timestamp", &two).is_err());
    }
}
