//! The types that a tag can ask for.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    Null,
    Bool,
    Text,
    Int,
    Float,
    Timestamp,
    Binary,
    Merge,
    /// Any other; what is tagged with it is taken as it is written.
    Other,
}

impl Tag {
    /// Of the two parts of a tag, of which the first is a prefix that a handle stands for.
    pub(super) fn of(prefix: &str, suffix: &str) -> Self {
        let name = match prefix.strip_prefix("tag:yaml.org,2002:") {
            Some("") => suffix,
            Some(name) if suffix.is_empty() => name,
            _ => suffix
                .strip_prefix("tag:yaml.org,2002:")
                .filter(|_| prefix.is_empty())
                .unwrap_or_default(),
        };
        match name {
            "null" => Self::Null,
            "bool" => Self::Bool,
            "str" => Self::Text,
            "int" => Self::Int,
            "float" => Self::Float,
            "timestamp" => Self::Timestamp,
            "binary" => Self::Binary,
            "merge" => Self::Merge,
            _ => Self::Other,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Null => "!!null",
            Self::Bool => "!!bool",
            Self::Text => "!!str",
            Self::Int => "!!int",
            Self::Float => "!!float",
            Self::Timestamp => "!!timestamp",
            Self::Binary => "!!binary",
            Self::Merge => "!!merge",
            Self::Other => "!",
        }
    }
}
