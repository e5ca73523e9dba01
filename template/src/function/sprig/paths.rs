//! Paths with slashes, as Go's [`path`](https://pkg.go.dev/path) takes them apart. The functions for
//! the paths of the operating system do the same: that system is never Windows.

use super::{Arguments, Function, Outcome, STRING, string};
use crate::{
    scope::Scope,
    value::{Text, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function::new("sprig_base", STRING, base),
    Function::new("sprig_clean", STRING, clean),
    Function::new("sprig_dir", STRING, directory),
    Function::new("sprig_ext", STRING, extension),
    Function::new("sprig_isAbs", STRING, is_absolute),
    Function::new("sprig_osBase", STRING, base),
    Function::new("sprig_osClean", STRING, clean),
    Function::new("sprig_osDir", STRING, directory),
    Function::new("sprig_osExt", STRING, extension),
    Function::new("sprig_osIsAbs", STRING, is_absolute),
];

const IS_SLASH: fn(&u8) -> bool = |byte| *byte == b'/';

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn is_absolute(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(Value::Bool(arguments.bytes(0).starts_with(b"/")))
}

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn base(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let path = arguments.bytes(0);
    let last = path.split(IS_SLASH).rfind(|element| !element.is_empty());
    Ok(string(match last {
        Some(element) => element,
        None if path.is_empty() => b".",
        None => b"/",
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn extension(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let last = arguments
        .bytes(0)
        .rsplit(IS_SLASH)
        .next()
        .unwrap_or_default();
    let point = last.iter().rposition(|byte| *byte == b'.');
    Ok(string(
        point
            .and_then(|point| last.get(point..))
            .unwrap_or_default(),
    ))
}

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn directory(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let path = arguments.bytes(0);
    let end = path.iter().rposition(IS_SLASH).map_or(0, |slash| slash + 1);
    Ok(cleaned(path.get(..end).unwrap_or_default()))
}

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn clean(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(cleaned(arguments.bytes(0)))
}

/// The shortest path that means the same.
fn cleaned(path: &[u8]) -> Value {
    let rooted = path.starts_with(b"/");
    let mut elements: Vec<&[u8]> = Vec::new();
    for element in path.split(IS_SLASH) {
        match (element, elements.last()) {
            (b"" | b".", _) => {}
            (b"..", Some(last)) if *last != b".." => {
                elements.pop();
            }
            (b"..", None) if rooted => {}
            _ => elements.push(element),
        }
    }
    let joined = elements.join(&b'/');
    Value::String(match (rooted, joined.is_empty()) {
        (true, _) => Text::from([b"/", joined.as_slice()].concat()),
        (false, true) => Text::from("."),
        (false, false) => Text::from(joined),
    })
}
