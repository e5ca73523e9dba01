//! Manifests in YAML or JSON, of which JSON is a part.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use vouchsafe_cluster::defaults::{
    document::{self, DocumentErrors, Documents},
    relevant,
};

#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub enum DocumentMistake {
    /// Without the text around it, which may hold a secret.
    #[error("{0}")]
    Syntax(String),
    #[error("there is no object in it")]
    Nothing,
    #[error(
        "there is no pod in it; expected a Pod, or a Deployment, StatefulSet, DaemonSet, \
         ReplicaSet, Job or CronJob"
    )]
    NoPod,
    #[error("{0}: expected a flat map from annotations to texts")]
    Annotations(String),
    #[error("expected a ConfigMap, or its data")]
    ConfigMap,
    #[error(transparent)]
    Defaults(#[from] DocumentErrors),
}

/// A pod as its controller would create it.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Manifest {
    /// Of the object that it was found in.
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    pub(super) pod: Value,
}

/// Where the template of each controller's pods is.
/// Source: <https://kubernetes.io/docs/concepts/workloads/controllers/>.
const TEMPLATES: [(&str, &str); 8] = [
    ("Deployment", "/spec/template"),
    ("StatefulSet", "/spec/template"),
    ("DaemonSet", "/spec/template"),
    ("ReplicaSet", "/spec/template"),
    ("ReplicationController", "/spec/template"),
    ("Job", "/spec/template"),
    ("CronJob", "/spec/jobTemplate/spec/template"),
    ("PodTemplate", "/template"),
];

impl Manifest {
    /// All objects with a pod among the documents of a text; others beside them do not matter.
    pub(super) fn read(text: &str) -> Result<Vec<Self>, DocumentMistake> {
        let objects = objects(text)?;
        let found: Vec<Self> = objects.iter().filter_map(Self::of).collect();
        match (found.is_empty(), objects.is_empty()) {
            (false, _) => Ok(found),
            (true, true) => Err(DocumentMistake::Nothing),
            (true, false) => Err(DocumentMistake::NoPod),
        }
    }

    fn of(object: &Value) -> Option<Self> {
        let text = |place: &str| object.pointer(place)?.as_str().map(str::to_owned);
        let kind = kind(object);
        let pod = if kind == "Pod" {
            object.clone()
        } else {
            let (_, place) = TEMPLATES.iter().find(|(name, _)| *name == kind)?;
            from_template(object.pointer(place))
        };
        Some(Self {
            kind: kind.to_owned(),
            name: text("/metadata/name")
                .or_else(|| text("/metadata/generateName"))
                .unwrap_or_default(),
            namespace: text("/metadata/namespace"),
            pod,
        })
    }

    /// Those that are texts; admission tells of others.
    pub(super) fn annotations(&self) -> Vec<(&str, &str)> {
        self.pod
            .pointer("/metadata/annotations")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
            .collect()
    }
}

/// A template that is missing makes a pod that is none, which admission tells.
fn from_template(template: Option<&Value>) -> Value {
    let mut pod = Map::new();
    pod.insert("apiVersion".to_owned(), "v1".into());
    pod.insert("kind".to_owned(), "Pod".into());
    if let Some(Value::Object(members)) = template {
        pod.extend(members.clone());
    }
    pod.into()
}

/// The annotations of a Namespace, or a flat map of them.
pub(super) fn namespace_annotations(
    text: &str,
) -> Result<BTreeMap<String, String>, DocumentMistake> {
    let object = one(text)?;
    let annotations = match kind(&object) {
        "Namespace" => object.pointer("/metadata/annotations").cloned(),
        _ => Some(object),
    };
    texts("annotations", &annotations.unwrap_or_default()).map(relevant)
}

/// What the ConfigMap of defaults says, given with or without what is around its data.
pub(super) fn defaults(text: &str) -> Result<Documents, DocumentMistake> {
    let object = one(text)?;
    let data = match kind(&object) {
        "ConfigMap" => object.get("data").cloned().unwrap_or_default(),
        "" => object,
        _ => return Err(DocumentMistake::ConfigMap),
    };
    Ok(document::read(&texts("data", &data)?)?)
}

fn kind(object: &Value) -> &str {
    object
        .get("kind")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn one(text: &str) -> Result<Value, DocumentMistake> {
    Ok(objects(text)?.into_iter().next().unwrap_or_default())
}

/// Every document that is not empty, and the items of lists.
fn objects(text: &str) -> Result<Vec<Value>, DocumentMistake> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(text)
        .map_err(|error| DocumentMistake::Syntax(error.without_snippet().to_string()))?;
    let mut objects = Vec::new();
    for document in documents {
        match document {
            Value::Null => {}
            list if kind(&list) == "List" => {
                let items = list.get("items").and_then(Value::as_array);
                objects.extend(items.into_iter().flatten().cloned());
            }
            object => objects.push(object),
        }
    }
    Ok(objects)
}

/// Scalars are taken as texts, as they are in an annotation without quotes.
fn texts(subject: &str, value: &Value) -> Result<BTreeMap<String, String>, DocumentMistake> {
    let mistake = |key: &str| DocumentMistake::Annotations(key.to_owned());
    let members = match value {
        Value::Null => return Ok(BTreeMap::new()),
        Value::Object(members) => members,
        _ => return Err(mistake(subject)),
    };
    members
        .iter()
        .map(|(key, value)| {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Bool(value) => value.to_string(),
                Value::Number(value) => value.to_string(),
                _ => return Err(mistake(key)),
            };
            Ok((key.clone(), text))
        })
        .collect()
}

#[cfg(test)]
mod tests;
