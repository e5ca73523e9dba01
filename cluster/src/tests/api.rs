//! An API server in memory: versions, conflicts, watches, refusals. Answers take some milliseconds
//! each, so that requests of several clients overtake each other.

use std::{
    collections::{BTreeMap, HashSet},
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use futures_util::stream;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::{Bytes, Frame};
use kube::{Client, client::Body};
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout_at},
};
use tower::service_fn;

type Answer = Response<UnsyncBoxBody<Bytes, Infallible>>;

#[derive(Clone)]
pub(super) struct Api {
    state: Arc<Mutex<State>>,
    version: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    version: u64,
    objects: BTreeMap<String, Value>,
    events: Vec<Event>,
    /// Watches from before this are told to start over.
    forgotten: u64,
    /// Verb and collection, as in `get secrets`.
    forbidden: HashSet<String>,
    requests: Vec<String>,
    down: bool,
    /// Seconds that watches last, whatever is asked for.
    watches_last: Option<u64>,
}

#[derive(Clone)]
struct Event {
    version: u64,
    path: String,
    kind: &'static str,
    object: Value,
}

impl Api {
    pub(super) fn new() -> Self {
        Self {
            state: Arc::default(),
            version: watch::Sender::new(0),
        }
    }

    pub(super) fn client(&self) -> Client {
        let api = self.clone();
        let service = service_fn(move |request: Request<Body>| {
            let api = api.clone();
            async move { Ok::<_, Infallible>(api.answer(request).await) }
        });
        Client::new(service, "unused")
    }

    pub(super) fn get(&self, path: &str) -> Option<Value> {
        self.state().objects.get(path).cloned()
    }

    /// As an administrator would.
    pub(super) fn put(&self, path: &str, object: Value) {
        let mut state = self.state();
        let kind = if state.objects.contains_key(path) {
            "MODIFIED"
        } else {
            "ADDED"
        };
        state.change(path, object, kind);
        drop(state);
        self.tell();
    }

    pub(super) fn delete(&self, path: &str) {
        let mut state = self.state();
        let object = state.objects.get(path).cloned().unwrap();
        state.change(path, object, "DELETED");
        drop(state);
        self.tell();
    }

    pub(super) fn forbid(&self, what: &str) {
        self.state().forbidden.insert(what.to_owned());
    }

    pub(super) fn allow(&self, what: &str) {
        assert!(self.state().forbidden.remove(what));
    }

    pub(super) fn set_down(&self, down: bool) {
        self.state().down = down;
    }

    /// Watches that last a day make a simulated year short.
    pub(super) fn set_patient(&self) {
        self.state().watches_last = Some(86_400);
    }

    /// Ends all watches, and lets none go on where it was.
    pub(super) fn forget(&self) {
        let mut state = self.state();
        state.version += 1;
        state.forgotten = state.version;
        drop(state);
        self.tell();
    }

    /// What was asked for since the last time, as `get secrets`.
    pub(super) fn take_requests(&self) -> Vec<String> {
        std::mem::take(&mut self.state().requests)
    }

    /// Hears of every change.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    fn tell(&self) {
        let now = self.state().version;
        self.version
            .send_if_modified(|version| std::mem::replace(version, now) != now);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    async fn answer(&self, request: Request<Body>) -> Answer {
        sleep(Duration::from_millis(fastrand::u64(1..30))).await;
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let path = head.uri.path().to_owned();
        let query = head.uri.query().unwrap_or_default().to_owned();
        let (collection, name) = split(&path);
        let verb = match (&head.method, name) {
            (&Method::GET, None) if query.contains("watch=true") => "watch",
            (&Method::GET, None) => "list",
            (&Method::GET, Some(_)) => "get",
            (&Method::POST, _) => "create",
            (&Method::PUT, _) => "update",
            _ => "patch",
        };
        let kind = collection.rsplit('/').next().unwrap();
        let action = format!("{verb} {kind}");
        let response = {
            let mut state = self.state();
            state.requests.push(action.clone());
            if state.down {
                Err(failure(500, "InternalError", "etcd is on holiday"))
            } else if state.forbidden.contains(&action) {
                let message = format!("{kind} is forbidden: cannot {verb}");
                Err(failure(403, "Forbidden", &message))
            } else if path == "/version" {
                let object = state.objects.get("/version").cloned();
                object.ok_or_else(|| failure(404, "NotFound", "no version"))
            } else {
                state.act(verb, &path, &query, &body)
            }
        };
        self.tell();
        match response {
            Ok(_) if verb == "watch" => self.watch(collection.to_owned(), &query),
            Ok(object) => answer(200, &object),
            Err(status) => answer(
                u16::try_from(status["code"].as_u64().unwrap()).unwrap(),
                &status,
            ),
        }
    }

    fn watch(&self, collection: String, query: &str) -> Answer {
        let from: u64 = parameter(query, "resourceVersion")
            .unwrap()
            .parse()
            .unwrap();
        let seconds: u64 = parameter(query, "timeoutSeconds").unwrap().parse().unwrap();
        let seconds = self.state().watches_last.unwrap_or(seconds);
        let deadline = Instant::now() + Duration::from_secs(seconds);
        let name = selected(query);
        let api = self.clone();
        let changes = self.version.subscribe();
        let lines = stream::unfold((from, changes), move |(from, mut changes)| {
            let (api, collection, name) = (api.clone(), collection.clone(), name.clone());
            async move {
                loop {
                    changes.borrow_and_update();
                    let next = api.state().next_event(from, &collection, name.as_deref());
                    if let Some(event) = next {
                        let line = json!({ "type": event.kind, "object": event.object });
                        let frame = Frame::data(Bytes::from(format!("{line}\n")));
                        let from = if event.kind == "ERROR" {
                            u64::MAX
                        } else {
                            event.version
                        };
                        return Some((Ok(frame), (from, changes)));
                    }
                    if from == u64::MAX || timeout_at(deadline, changes.changed()).await.is_err() {
                        return None;
                    }
                }
            }
        });
        Response::new(UnsyncBoxBody::new(StreamBody::new(lines)))
    }
}

impl State {
    fn act(&mut self, verb: &str, path: &str, query: &str, body: &Bytes) -> Result<Value, Value> {
        let sent = || serde_json::from_slice::<Value>(body).unwrap();
        match verb {
            "watch" => Ok(Value::Null),
            "list" => Ok(self.list(path, query)),
            "get" => self.find(path).cloned(),
            "create" => {
                let object = sent();
                let path = format!("{path}/{}", object["metadata"]["name"].as_str().unwrap());
                if self.objects.contains_key(&path) {
                    return Err(failure(409, "AlreadyExists", "it is already there"));
                }
                Ok(self.change(&path, object, "ADDED"))
            }
            "update" => {
                let object = sent();
                self.check(path, &object)?;
                Ok(self.change(path, object, "MODIFIED"))
            }
            _ => {
                let mut object = self.find(path)?.clone();
                let operations: json_patch::Patch = serde_json::from_slice(body).unwrap();
                json_patch::patch(&mut object, &operations)
                    .map_err(|error| failure(422, "Invalid", &error.to_string()))?;
                self.check(path, &object)?;
                Ok(self.change(path, object, "MODIFIED"))
            }
        }
    }

    fn find(&self, path: &str) -> Result<&Value, Value> {
        let found = self.objects.get(path);
        found.ok_or_else(|| failure(404, "NotFound", "it is not there"))
    }

    fn check(&self, path: &str, sent: &Value) -> Result<(), Value> {
        let version = |object: &Value| object["metadata"]["resourceVersion"].clone();
        if version(self.find(path)?) == version(sent) {
            return Ok(());
        }
        Err(failure(409, "Conflict", "the object has been modified"))
    }

    fn list(&self, collection: &str, query: &str) -> Value {
        let limit: usize = parameter(query, "limit").unwrap().parse().unwrap();
        let skipped: usize = parameter(query, "continue").map_or(0, |at| at.parse().unwrap());
        let name = selected(query);
        let all: Vec<_> = self
            .objects
            .iter()
            .filter(|(path, _)| is_selected(path, collection, name.as_deref()))
            .map(|(_, object)| object)
            .collect();
        let end = (skipped + limit).min(all.len());
        let token = if end < all.len() {
            end.to_string()
        } else {
            String::new()
        };
        json!({
            "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadataList",
            "metadata": { "resourceVersion": self.version.to_string(), "continue": token },
            "items": all[skipped..end],
        })
    }

    fn next_event(&self, from: u64, collection: &str, name: Option<&str>) -> Option<Event> {
        if from == u64::MAX {
            return None;
        }
        if from < self.forgotten {
            return Some(Event {
                version: self.version,
                path: String::new(),
                kind: "ERROR",
                object: failure(410, "Expired", "too old resource version"),
            });
        }
        self.events
            .iter()
            .find(|event| event.version > from && is_selected(&event.path, collection, name))
            .cloned()
    }

    fn change(&mut self, path: &str, mut object: Value, kind: &'static str) -> Value {
        self.version += 1;
        object["metadata"]["resourceVersion"] = self.version.to_string().into();
        object["metadata"]["name"] = split(path).1.unwrap_or_default().into();
        if kind == "DELETED" {
            self.objects.remove(path);
        } else {
            self.objects.insert(path.to_owned(), object.clone());
        }
        self.events.push(Event {
            version: self.version,
            path: path.to_owned(),
            kind,
            object: object.clone(),
        });
        // Nobody is ever that far behind; a long simulation would remember everything.
        if self.events.len() > 200 {
            self.events.drain(..100);
        }
        object
    }
}

fn answer(code: u16, object: &Value) -> Answer {
    let mut answer = Response::new(UnsyncBoxBody::new(Full::from(object.to_string())));
    *answer.status_mut() = StatusCode::from_u16(code).unwrap();
    answer
}

fn failure(code: u16, reason: &str, message: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Status", "status": "Failure",
        "code": code, "reason": reason, "message": message,
    })
}

/// A path's collection, and the name of an object in it.
fn split(path: &str) -> (&str, Option<&str>) {
    let (collection, name) = path.rsplit_once('/').unwrap();
    let is_object = matches!(
        collection.rsplit('/').next(),
        Some("secrets" | "configmaps" | "mutatingwebhookconfigurations")
    ) || collection == "/api/v1/namespaces";
    if is_object {
        (collection, Some(name))
    } else {
        (path, None)
    }
}

fn is_selected(path: &str, collection: &str, name: Option<&str>) -> bool {
    let (its_collection, its_name) = split(path);
    its_collection == collection && its_name.is_some() && (name.is_none() || its_name == name)
}

fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query
        .split('&')
        .find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
}

fn selected(query: &str) -> Option<String> {
    let selector = parameter(query, "fieldSelector")?;
    Some(
        selector
            .strip_prefix("metadata.name%3D")
            .unwrap()
            .to_owned(),
    )
}
