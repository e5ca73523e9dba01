//! Paths as a template writes them, and as they are one: blanks and slashes around a path of the
//! store do not count.

use crate::{
    fault::Fault,
    go::strings::{trim, trim_space},
};

/// The path of a read. It may end in a query, and has to be a URL.
pub(super) fn readable(path: &[u8]) -> Result<String, Fault> {
    if let Some(path) = ordinary(path) {
        return Ok(path);
    }
    let path = plain(path)?;
    let (path, fragment) = path.split_once('#').unwrap_or((&path, ""));
    check(path)?;
    if !has_valid_escapes(fragment) {
        return Err(bad_escape());
    }
    Ok(path.strip_suffix('?').unwrap_or(path).to_owned())
}

/// Nearly every path: nothing in it has a meaning of its own, so nothing needs a closer look.
fn ordinary(path: &[u8]) -> Option<String> {
    let is_ordinary =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.');
    if !path.iter().all(is_ordinary) {
        return None;
    }
    let first = path.iter().position(|byte| *byte != b'/')?;
    let last = path.iter().rposition(|byte| *byte != b'/')?;
    String::from_utf8(path.get(first..=last)?.to_vec()).ok()
}

/// As [`readable`], and the query is not used.
pub(super) fn without_query(path: &[u8]) -> Result<String, Fault> {
    let path = readable(path)?;
    Ok(path
        .split_once('?')
        .map_or(path.as_str(), |(path, _)| path)
        .to_owned())
}

/// The path of a write or list.
pub(super) fn plain(path: &[u8]) -> Result<String, Fault> {
    if let Some(path) = ordinary(path) {
        return Ok(path);
    }
    text(trim(trim_space(path), b"/"))
}

pub(super) fn file(path: &[u8]) -> Result<String, Fault> {
    text(trim_space(path))
}

fn text(path: &[u8]) -> Result<String, Fault> {
    match str::from_utf8(path) {
        Ok("") => Err(Fault::function("the path is empty")),
        Ok(path) => Ok(path.to_owned()),
        Err(_) => Err(Fault::function("the path is not UTF-8")),
    }
}

/// What [`url.Parse`](https://pkg.go.dev/net/url#Parse) refuses in a path without leading slash.
fn check(url: &str) -> Result<(), Fault> {
    if url.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(Fault::function("the path holds a control character"));
    }
    let has_scheme = match url
        .find(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.')))
    {
        Some(0) if url.starts_with(':') => {
            return Err(Fault::function("the path starts with a colon"));
        }
        Some(end) => {
            url.starts_with(|letter: char| letter.is_ascii_alphabetic())
                && url.get(end..).is_some_and(|rest| rest.starts_with(':'))
        }
        None => false,
    };
    if has_scheme {
        return Ok(());
    }
    let path = url.split_once('?').map_or(url, |(path, _)| path);
    if path.split('/').next().unwrap_or_default().contains(':') {
        return Err(Fault::function(
            "the first part of the path holds a colon; write %3A for it",
        ));
    }
    if has_valid_escapes(path) {
        Ok(())
    } else {
        Err(bad_escape())
    }
}

fn bad_escape() -> Fault {
    Fault::function("a % in the path is not followed by two hexadecimal digits; write %25 for it")
}

fn has_valid_escapes(path: &str) -> bool {
    path.split('%').skip(1).all(|after| {
        let mut digits = after.bytes().take(2);
        let valid = |digit: Option<u8>| digit.is_some_and(|digit| digit.is_ascii_hexdigit());
        valid(digits.next()) && valid(digits.next())
    })
}
