//! Whether a secret of KV version 2 is still the version that is known, without reading its data.
//!
//! Policies often allow the data and not the metadata; what is refused once is not asked for again
//! before the next login. Source: <https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2>.

use std::collections::{BTreeMap, BTreeSet};

use hyper::{Method, StatusCode};
use serde::Deserialize;
use vouchsafe_shared::diagnostic::Code;

use super::{VaultReader, fault, mount};
use crate::{fault::Fault, store::KnownVersion};

/// The secrets whose version is not worth asking for.
#[derive(Clone, Debug, Default)]
pub(super) struct Versionless(BTreeSet<String>);

#[derive(Deserialize)]
struct Body {
    data: Told,
}

#[derive(Deserialize)]
struct Told {
    current_version: u64,
    custom_metadata: Option<BTreeMap<String, String>>,
    #[serde(default)]
    versions: BTreeMap<String, Version>,
}

#[derive(Default, Deserialize)]
struct Version {
    #[serde(default)]
    deletion_time: String,
    #[serde(default)]
    destroyed: bool,
}

/// What the metadata say.
#[derive(Debug, Eq, PartialEq)]
enum Verdict {
    Unchanged,
    /// Only the data can tell what is there now.
    Changed,
    /// This way of asking leads nowhere, now and later.
    Useless,
}

impl VaultReader {
    /// A failure of the store or of the way to it, or of the token, is the request's; everything else
    /// is left to the request for the data.
    pub(super) async fn is_unchanged(
        &mut self,
        url: &str,
        known: &KnownVersion,
    ) -> Result<bool, Fault> {
        let (path, query) = mount::decoded(url);
        if !query.is_empty() || self.versionless.0.contains(url) {
            return Ok(false);
        }
        let Some(question) = self.mount(&path).await?.metadata_path(&path) else {
            return Ok(false);
        };
        let answer = self.send(Method::GET, &question, None).await?;
        let verdict = match answer.status {
            StatusCode::FORBIDDEN if !fault::is_foreign(&answer.body) => Verdict::Useless,
            StatusCode::NOT_FOUND if !fault::is_foreign(&answer.body) => Verdict::Changed,
            _ => match fault::check(answer, &format!("version of {url}")) {
                Ok(answer) => verdict(&answer.body, known),
                Err(refused) if refused.code == Code::RequestRefused => Verdict::Useless,
                Err(fault) => return Err(fault),
            },
        };
        if verdict == Verdict::Useless {
            self.versionless.0.insert(url.to_owned());
        }
        Ok(verdict == Verdict::Unchanged)
    }
}

fn verdict(body: &[u8], known: &KnownVersion) -> Verdict {
    let Ok(Body { data }) = serde_json::from_slice(body) else {
        return Verdict::Useless;
    };
    let version = data.versions.get(&data.current_version.to_string());
    match version {
        // One that ends by itself ends without a sign here.
        Some(version) if !version.deletion_time.is_empty() && !version.destroyed => {
            Verdict::Useless
        }
        Some(version)
            if !version.destroyed
                && data.current_version == known.number
                && data.custom_metadata.unwrap_or_default() == known.custom_metadata =>
        {
            Verdict::Unchanged
        }
        _ => Verdict::Changed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(body: &str) -> Verdict {
        let known = KnownVersion {
            number: 3,
            custom_metadata: BTreeMap::from([("team".to_owned(), "web".to_owned())]),
        };
        verdict(body.as_bytes(), &known)
    }

    #[test]
    fn the_same_version_with_the_same_labels_is_no_change() {
        let same = r#"{"data":{"current_version":3,"custom_metadata":{"team":"web"},"versions":{"3":{"deletion_time":"","destroyed":false}}}}"#;
        assert_eq!(told(same), Verdict::Unchanged);
        for other in [
            same.replace("\"current_version\":3", "\"current_version\":4"),
            same.replace("\"3\":{", "\"2\":{"),
            same.replace("web", "db"),
            same.replace(r#"{"team":"web"}"#, "null"),
            same.replace("false", "true"),
        ] {
            assert_eq!(told(&other), Verdict::Changed, "{other}");
        }
    }

    #[test]
    fn what_ends_by_itself_and_what_is_no_metadata_is_left_to_the_data() {
        let ending = r#"{"data":{"current_version":3,"versions":{"3":{"deletion_time":"2030-01-01T00:00:00Z","destroyed":false}}}}"#;
        for useless in [
            ending,
            "",
            "<html>",
            "{}",
            r#"{"data":{"current_version":"3"}}"#,
        ] {
            assert_eq!(told(useless), Verdict::Useless, "{useless}");
        }
    }
}
