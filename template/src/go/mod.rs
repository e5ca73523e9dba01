//! What templates can observe of Go's standard library: how it writes numbers, quotes strings,
//! formats times and matches patterns. Nothing here knows of templates: text is bytes, as in Go,
//! and each module names the package whose behaviour it has. Tables next to a module were made by
//! the Go program beside them.

pub mod float;
pub mod format;
pub mod integer;
pub mod number;
pub mod quote;
pub mod regex;
pub mod rune;
pub mod semver;
pub mod strings;
pub mod time;
pub mod title;
pub mod unicode;
