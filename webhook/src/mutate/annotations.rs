//! The pod's annotations: read for what they ask, written to say that it is done.

use vouchsafe_shared::{
    annotations::{Annotation, Name, Prefix, Rejection, TABLE},
    diagnostic::Diagnostic,
};

use super::{
    edits::Edits,
    node::{Node, not_a_pod},
    pod::Pod,
    wording::quoted,
};
use crate::json::{Json, Object};

/// Annotations as they are, all of them texts.
#[derive(Debug)]
pub(super) struct Annotations<'a>(Option<&'a Object<'a>>);

impl<'a> Annotations<'a> {
    /// Kubernetes' limit for the part of a key after its prefix, in bytes.
    /// Source: <https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/#syntax-and-character-set>.
    const NAME_LIMIT: usize = 63;
    /// Kubernetes' limit for all keys and values of an object together, in bytes.
    /// Source: <https://github.com/kubernetes/kubernetes/blob/v1.33.0/staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go>.
    const TOTAL_LIMIT: usize = 256 * 1024;

    /// # Errors
    /// Where the pod is no object, or its annotations are no texts, or longer than Kubernetes lets
    /// them be: the API server checks lengths only after the webhooks, and the search for the name
    /// that a misspelt one was meant to be takes long for a long one.
    pub(super) fn read(pod: &'a Json<'a>) -> Result<Self, Rejection> {
        let mut problems = Vec::new();
        let members = Node::root(pod)
            .map_err(|problem| Rejection(vec![problem]))?
            .object("metadata", &mut problems)
            .and_then(|metadata| metadata.object("annotations", &mut problems))
            .map(|annotations| annotations.members);
        check(members.into_iter().flat_map(Object::iter), &mut problems);
        if problems.is_empty() {
            Ok(Self(members))
        } else {
            Err(Rejection(problems))
        }
    }

    pub(super) fn pairs(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .into_iter()
            .flat_map(Object::iter)
            .filter_map(|(key, value)| Some((key, value.as_text()?)))
    }

    /// Says that it is done: by the label, by our annotation, and by the annotation of the injector
    /// whose prefix asked.
    pub(super) fn edit(&self, pod: &Pod<'_>, edits: &mut Edits) {
        if !pod.is_ours {
            let label = (super::INJECTED_LABEL, "true".into());
            edits.merge(&pod.metadata, "labels", vec![label]);
        }
        let foreign = match self.asked_under() {
            Prefix::Vouchsafe => None,
            Prefix::OpenBao => Some("openbao.org/agent-inject-status"),
            Prefix::Vault => Some("vault.hashicorp.com/agent-inject-status"),
        };
        let missing = [Some("vouchsafe.dev/status"), foreign]
            .into_iter()
            .flatten()
            .filter(|key| self.value(key) != Some("injected"))
            .map(|key| (key, "injected".into()))
            .collect();
        edits.merge(&pod.metadata, "annotations", missing);
    }

    /// The strongest prefix that asks, which is the one that the parser hears.
    fn asked_under(&self) -> Prefix {
        let spellings: Vec<_> = TABLE
            .iter()
            .filter(|row| row.name == Name::Inject)
            .flat_map(Annotation::spellings)
            .collect();
        let asking = self
            .pairs()
            .filter_map(|(key, _)| Prefix::split(key))
            .filter(|(_, rest)| spellings.contains(rest))
            .map(|(prefix, _)| prefix);
        let asking: Vec<_> = asking.collect();
        Prefix::ALL
            .into_iter()
            .find(|prefix| asking.contains(prefix))
            .unwrap_or(Prefix::Vouchsafe)
    }

    fn value(&self, key: &str) -> Option<&'a str> {
        self.0?.get(key)?.as_text()
    }
}

fn check<'a>(
    annotations: impl Iterator<Item = (&'a str, &'a Json<'a>)>,
    problems: &mut Vec<Diagnostic>,
) {
    let place = "metadata.annotations";
    let mut total = 0;
    for (key, value) in annotations {
        let Some(value) = value.as_text() else {
            problems.push(not_a_pod(
                &format!("{place}[{}]", quoted(key)),
                "is not a text; quote it".to_owned(),
            ));
            continue;
        };
        let Some((_, name)) = Prefix::split(key) else {
            continue;
        };
        total += key.len() + value.len();
        if name.len() > Annotations::NAME_LIMIT {
            problems.push(not_a_pod(
                &format!("{place}[{}]", quoted(key)),
                format!(
                    "has {} bytes after its prefix, of {} at most",
                    name.len(),
                    Annotations::NAME_LIMIT
                ),
            ));
        }
    }
    if total > Annotations::TOTAL_LIMIT {
        problems.push(not_a_pod(
            place,
            format!(
                "have {total} bytes together, of {} at most",
                Annotations::TOTAL_LIMIT
            ),
        ));
    }
}
