//! URLs taken apart and put together.

mod escape;
mod parse;

use std::collections::BTreeMap;

use vouchsafe_shared::secret::SecretBuffer;

use self::{
    escape::{Place, escape},
    parse::{User, parse},
};
use super::{Arguments, Function, Outcome, STRING, types::kind};
use crate::{
    fault::Fault,
    scope::Scope,
    value::{Map, Text, Type, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function::new("sprig_urlJoin", &[Type::MAP], url_join),
    Function::new("sprig_urlParse", STRING, url_parse),
];

fn url_parse(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let url = parse(arguments.bytes(0)).map_err(|error| Fault::function(error.to_string()))?;
    let userinfo = url.user.as_ref().map(userinfo).unwrap_or_default();
    let parts: [(&str, &[u8]); 8] = [
        ("fragment", url.fragment.expose_secret()),
        ("hostname", url.hostname()),
        ("host", url.host.expose_secret()),
        ("opaque", url.opaque),
        ("path", url.path.expose_secret()),
        ("query", url.query),
        ("scheme", &url.scheme),
        ("userinfo", userinfo.expose_secret()),
    ];
    let entries: BTreeMap<Text, Value> = parts
        .into_iter()
        .map(|(name, part)| (Text::from(name), super::string(part)))
        .collect();
    Ok(Value::Map(Map::new(entries)))
}

fn userinfo(user: &User) -> SecretBuffer {
    let mut out = SecretBuffer::default();
    escape(&mut out, user.name.expose_secret(), Place::User);
    if let Some(password) = &user.password {
        out.push(b':');
        escape(&mut out, password.expose_secret(), Place::User);
    }
    out
}

/// Keys that are missing count as empty.
fn url_join(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let map = arguments.map(0);
    let part = |name: &str| -> Result<Text, Fault> {
        match map.get(name.as_bytes()) {
            None => Ok(Text::default()),
            Some(Value::String(text) | Value::Number(text)) => Ok(text),
            Some(other) => Err(Fault::function(format!(
                "the key {name} must hold a string, not a value of the kind {}",
                kind(&other)
            ))),
        }
    };
    let (scheme, host, opaque) = (part("scheme")?, part("host")?, part("opaque")?);
    let (path, query, fragment) = (part("path")?, part("query")?, part("fragment")?);
    let given = part("userinfo")?;
    let user = if given.is_empty() {
        None
    } else {
        let carrier = zeroize::Zeroizing::new([b"proto://", &*given, b"@host"].concat());
        parse(&carrier)
            .map_err(|error| Fault::function(error.to_string()))?
            .user
    };
    let mut out = SecretBuffer::default();
    if !scheme.is_empty() {
        out.push_bytes(&scheme);
        out.push(b':');
    }
    if opaque.is_empty() {
        let names_host = !host.is_empty() || user.is_some();
        if names_host || !scheme.is_empty() && !path.is_empty() {
            out.push_str("//");
        }
        if let Some(user) = &user {
            out.push_bytes(userinfo(user).expose_secret());
            out.push(b'@');
        }
        escape(&mut out, &host, Place::Host);
        write_path(&mut out, &path, !host.is_empty());
    } else {
        out.push_bytes(&opaque);
    }
    for (mark, part) in [(b'?', &query), (b'#', &fragment)] {
        if part.is_empty() {
            continue;
        }
        out.push(mark);
        if mark == b'#' {
            escape(&mut out, part, Place::Fragment);
        } else {
            out.push_bytes(part);
        }
    }
    Ok(Value::String(out.into()))
}

/// Behind a host the path starts with a slash; on its own, its first segment must not look like a
/// scheme.
fn write_path(out: &mut SecretBuffer, path: &[u8], behind_host: bool) {
    if behind_host && !path.is_empty() && !path.starts_with(b"/") {
        out.push(b'/');
    }
    let segment = path.split(|byte| *byte == b'/').next().unwrap_or_default();
    if out.is_empty() && segment.contains(&b':') {
        out.push_str("./");
    }
    match path {
        b"*" => out.push(b'*'),
        path => escape(out, path, Place::Path),
    }
}
