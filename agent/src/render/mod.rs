//! Secrets become the text of files: pure, no clock, no disk.
//!
//! With a key only this entry is written, as a document of one entry (`raw`: the bare value);
//! without one, the whole secret. Entries are sorted by key, so that the same secret is always the
//! same text. What each format makes of a value:
//!
//! | | `raw` | `env` | `json` | `yaml` | `properties` |
//! |---|---|---|---|---|---|
//! | string | as it is | single-quoted; with NUL: base64 | string | double-quoted | escaped |
//! | bytes | as they are | base64 | base64 | `!!binary "base64"` | base64 |
//! | number | its own text | its own text | its own text | its own text | its own text |
//! | true, false | text | text | literal | literal | text |
//! | null | nothing | empty | `null` | `null` | empty |
//! | list, map | compact JSON | compact JSON | nested | nested | flattened |
//!
//! Base64 is the standard alphabet with padding. Who reads a format, and its rules, stand in
//! `env.rs`, `json.rs`, `properties.rs`, `raw.rs` and `yaml.rs`.

mod env;
mod error;
mod json;
mod properties;
mod raw;
mod text;
mod yaml;

use vouchsafe_shared::{
    secret::{SecretBuffer, SecretMap, SecretValue},
    value::{OutputFormat, SecretKey},
};

pub use self::error::RenderError;

/// Renders one entry of a secret, or all of them.
///
/// The text lives in buffers that are wiped only.
///
/// # Errors
/// See [`RenderError`]; no message holds a value.
pub fn render(
    format: OutputFormat,
    key: Option<&SecretKey>,
    data: &SecretMap,
) -> Result<SecretBuffer, RenderError> {
    let mut buffer = SecretBuffer::default();
    if format == OutputFormat::Raw {
        let key = key.ok_or(RenderError::RawNeedsKey)?;
        raw::write(&mut buffer, entry(key, data)?.1);
        return Ok(buffer);
    }
    let entries = match key {
        Some(key) => vec![entry(key, data)?],
        None => entries(data),
    };
    match format {
        OutputFormat::Raw | OutputFormat::Json => json::write(&mut buffer, &entries),
        OutputFormat::Env => env::write(&mut buffer, &entries)?,
        OutputFormat::Yaml => yaml::write(&mut buffer, &entries),
        OutputFormat::Properties => properties::write(&mut buffer, &entries)?,
    }
    Ok(buffer)
}

type Entry<'a> = (&'a str, &'a SecretValue);

fn entries(map: &SecretMap) -> Vec<Entry<'_>> {
    map.iter()
        .map(|(key, value)| (key.as_str(), value))
        .collect()
}

fn entry<'a>(key: &SecretKey, data: &'a SecretMap) -> Result<Entry<'a>, RenderError> {
    data.get_key_value(key.as_str())
        .map(|(key, value)| (key.as_str(), value))
        .ok_or_else(|| RenderError::key_not_found(key, data))
}

#[cfg(test)]
mod tests;
