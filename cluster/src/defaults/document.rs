//! The ConfigMap of defaults.
//!
//! ```yaml
//! data:
//!   defaults.yaml: |        # or without .yaml
//!     vouchsafe.dev/role: app
//!   profile.batch: |        # for pods that name the profile "batch"
//!     vouchsafe.dev/memory-limit: 32Mi
//! ```
//!
//! Each is a flat map from annotations to values, in YAML or JSON. A value is text as it stands
//! there: `true` and `0440` need no quotes.

use std::{collections::BTreeMap, fmt};

use vouchsafe_shared::annotations::Prefix;

/// What the ConfigMap says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Documents {
    pub cluster: BTreeMap<String, String>,
    pub profiles: BTreeMap<String, BTreeMap<String, String>>,
    /// Keys of the ConfigMap that mean nothing here.
    pub ignored: Vec<String>,
}

/// Everything that is wrong with it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DocumentErrors(pub Vec<DocumentError>);

#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DocumentError {
    /// The position is that in the value of the key.
    #[error("{key}{}: {message}", Position(*.position))]
    Syntax {
        key: String,
        /// Line and column, from 1.
        position: Option<(u64, u64)>,
        message: String,
    },
    #[error(
        "{key}: {annotation:?} is none of our annotations; they begin with {}",
        prefixes()
    )]
    Foreign { key: String, annotation: String },
    #[error("{first} and {second} say the same; keep one of them")]
    Twice {
        first: &'static str,
        second: &'static str,
    },
    #[error("{key}: names no profile; expected for example profile.batch")]
    ProfileName { key: String },
}

const CLUSTER: [&str; 2] = ["defaults.yaml", "defaults"];
const PROFILE: &str = "profile.";

/// Reads the `data` of the ConfigMap.
///
/// # Errors
/// All mistakes at once; then nothing of it is to be used.
pub fn read(data: &BTreeMap<String, String>) -> Result<Documents, DocumentErrors> {
    let mut documents = Documents::default();
    let mut errors = Vec::new();
    if CLUSTER.iter().all(|key| data.contains_key(*key)) {
        let [first, second] = CLUSTER;
        errors.push(DocumentError::Twice { first, second });
    }
    for (key, text) in data {
        let profile = key.strip_prefix(PROFILE);
        if profile.is_none() && !CLUSTER.contains(&key.as_str()) {
            documents.ignored.push(key.clone());
            continue;
        }
        let annotations = match annotations(key, text) {
            Ok(annotations) => annotations,
            Err(found) => {
                errors.extend(found);
                continue;
            }
        };
        match profile {
            None => documents.cluster = annotations,
            Some("") => errors.push(DocumentError::ProfileName { key: key.clone() }),
            Some(name) => {
                documents.profiles.insert(name.to_owned(), annotations);
            }
        }
    }
    if errors.is_empty() {
        Ok(documents)
    } else {
        Err(DocumentErrors(errors))
    }
}

fn annotations(key: &str, text: &str) -> Result<BTreeMap<String, String>, Vec<DocumentError>> {
    // A document of comments only.
    let annotations: Option<BTreeMap<String, String>> =
        serde_saphyr::from_str(text).map_err(|error| {
            let error = error.without_snippet();
            let position = error
                .location()
                .map(|location| (location.line(), location.column()));
            let mut message = error.to_string();
            if let Some((line, column)) = position {
                // It stands before the message already.
                message = message.replace(&format!(" at line {line}, column {column}"), "");
            }
            vec![DocumentError::Syntax {
                key: key.to_owned(),
                position,
                message,
            }]
        })?;
    let annotations = annotations.unwrap_or_default();
    let foreign: Vec<_> = annotations
        .keys()
        .filter(|annotation| Prefix::split(annotation).is_none())
        .map(|annotation| DocumentError::Foreign {
            key: key.to_owned(),
            annotation: annotation.clone(),
        })
        .collect();
    if foreign.is_empty() {
        Ok(annotations)
    } else {
        Err(foreign)
    }
}

impl fmt::Display for DocumentErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str("; ")?;
            }
            write!(formatter, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for DocumentErrors {}

struct Position(Option<(u64, u64)>);

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((line, column)) => write!(formatter, ", line {line}, column {column}"),
            None => Ok(()),
        }
    }
}

fn prefixes() -> String {
    Prefix::ALL.map(|prefix| prefix.to_string()).join(", ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn data<const N: usize>(entries: [(&str, &str); N]) -> BTreeMap<String, String> {
        map(entries)
    }

    fn map<const N: usize>(entries: [(&str, &str); N]) -> BTreeMap<String, String> {
        entries
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into()
    }

    #[test]
    fn values_are_the_text_that_stands_there() {
        let yaml = "\
# for all
vouchsafe.dev/role: app
vouchsafe.dev/mode: 0440
vault.hashicorp.com/agent-inject: true
vault.hashicorp.com/agent-inject-template-a: |
  {{ with secret \"a\" }}
  {{ end }}
openbao.org/role: ''
vouchsafe.dev/size: 1.50
vouchsafe.dev/off: no
";
        let expected = map([
            ("vouchsafe.dev/role", "app"),
            ("vouchsafe.dev/mode", "0440"),
            ("vault.hashicorp.com/agent-inject", "true"),
            (
                "vault.hashicorp.com/agent-inject-template-a",
                "{{ with secret \"a\" }}\n{{ end }}\n",
            ),
            ("openbao.org/role", ""),
            ("vouchsafe.dev/size", "1.50"),
            ("vouchsafe.dev/off", "no"),
        ]);
        for key in ["defaults.yaml", "defaults"] {
            let documents = read(&data([(key, yaml)])).unwrap();
            assert_eq!(documents.cluster, expected);
        }
        let json = r#"{ "vouchsafe.dev/role": "app", "vouchsafe.dev/mode": 0440 }"#;
        let documents = read(&data([("defaults", json)])).unwrap();
        assert_eq!(documents.cluster["vouchsafe.dev/mode"], "0440");
    }

    #[test]
    fn profiles_stand_beside_the_defaults_and_other_keys_are_told_of() {
        let documents = read(&data([
            ("profile.batch", "vouchsafe.dev/role: batch"),
            ("profile.a.b", "# nothing yet"),
            ("README", "anything: [goes"),
        ]))
        .unwrap();
        assert_eq!(documents.cluster, BTreeMap::new());
        assert_eq!(
            documents.profiles["batch"],
            map([("vouchsafe.dev/role", "batch")])
        );
        assert_eq!(documents.profiles["a.b"], BTreeMap::new());
        assert_eq!(documents.ignored, ["README"]);
        assert_eq!(read(&BTreeMap::new()), Ok(Documents::default()));
    }

    #[test]
    fn all_mistakes_are_told_with_their_place() {
        let failure = read(&data([
            (
                "defaults",
                "vouchsafe.dev/role: app\nvouchsafe.dev/role: b\n",
            ),
            ("defaults.yaml", "vouchsafe.dev/role:\n  nested: 1\n"),
            ("profile.", "{}"),
            ("profile.a", "example.com/role: x\nvouchsafe.de/role: y"),
            ("profile.b", "- vouchsafe.dev/role"),
            ("profile.c", "vouchsafe.dev/role: \"x"),
        ]))
        .unwrap_err();
        let told: Vec<_> = failure.0.iter().map(ToString::to_string).collect();
        for (part, at) in [
            ("defaults.yaml and defaults say the same", ""),
            ("duplicate", "defaults, line 2, column 1"),
            ("", "defaults.yaml, line 2"),
            ("names no profile", "profile."),
            (
                "\"example.com/role\" is none of our annotations; they begin with vouchsafe.dev/",
                "profile.a",
            ),
            ("\"vouchsafe.de/role\"", "profile.a"),
            ("", "profile.b, line 1"),
            ("", "profile.c, line 1"),
        ] {
            assert!(
                told.iter()
                    .any(|line| line.contains(part) && line.starts_with(at)),
                "{at} {part}: {told:#?}"
            );
        }
        assert_eq!(told.len(), 8, "{told:#?}");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[a-z:/.\\-\"'{}\\[\\]|>&*!#%@, \n\t0-9]{0,80}") {
            if let Ok(documents) = read(&data([("defaults", &text)])) {
                prop_assert!(documents.cluster.keys().all(|key| Prefix::split(key).is_some()));
            }
        }

        #[test]
        fn any_map_comes_back_from_json(values in proptest::collection::btree_map("vouchsafe\\.dev/[a-z-]{1,9}", "[^\\x7f-\\x9f]*", 0..5)) {
            let text = serde_json::to_string(&values).unwrap();
            let documents = read(&data([("defaults", &text)])).unwrap();
            prop_assert_eq!(documents.cluster, values);
        }
    }
}
