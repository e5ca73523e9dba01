//! Which requests a dependency is.

use std::{collections::BTreeMap, sync::Arc};

use hyper::{Method, StatusCode, body::Bytes};
use serde_json::{Value, json};
use vouchsafe_shared::diagnostic::Code;
use vouchsafe_template::{scope::Dependency, value::Text};
use zeroize::Zeroizing;

use super::{
    VaultReader, answer, fault,
    mount::{self, KvVersion, Mount},
};
use crate::{
    fault::{Fault, Retry, Whose},
    store::{KnownVersion, Layout, Reply, Response},
};

impl VaultReader {
    pub(super) async fn ask_once(
        &mut self,
        dependency: &Dependency,
        known: Option<&KnownVersion>,
    ) -> Result<Response, Fault> {
        if let (Dependency::Read { path }, Some(known)) = (dependency, known)
            && self.is_unchanged(path, known).await?
        {
            return Ok(Response::Unchanged);
        }
        self.answer_to(dependency).await.map(Response::Answer)
    }

    async fn answer_to(&mut self, dependency: &Dependency) -> Result<Reply, Fault> {
        match dependency {
            Dependency::Read { path } => self.read(path).await,
            Dependency::List { path } => self.list(path).await,
            Dependency::Write { path, arguments } => self.write(path, arguments).await,
            Dependency::Certificate { path, arguments } => {
                let (path, _) = mount::decoded(path);
                let body = answer::encode(json(arguments));
                let path = mount::encoded(&path);
                self.put(&path, Layout::Plain, body).await
            }
            Dependency::File { path } => {
                let message = format!("file {path} is not the store's");
                Err(Fault::new(
                    Code::RequestRefused,
                    Whose::Pod,
                    Retry::Rarely,
                    message,
                ))
            }
        }
    }

    async fn read(&mut self, url: &str) -> Result<Reply, Fault> {
        let (path, query) = mount::decoded(url);
        let (request, layout) = self.mount(&path).await?.request_path(&path);
        let request = match query {
            "" => request,
            query => format!("{request}?{}", mount::encoded_query(query)),
        };
        let answer = self.send(Method::GET, &request, None).await?;
        if answer.status == StatusCode::NOT_FOUND {
            let says_so = fault::is_about_versions(&answer.body);
            self.mounts.lock().await.doubt(&path, says_so);
        }
        let answer = fault::check(answer, &format!("read of {url}"))?;
        Ok(Reply {
            body: answer.body,
            layout,
        })
    }

    /// A path with nothing below is no fault.
    async fn list(&mut self, path: &str) -> Result<Reply, Fault> {
        let path = &mount::without_empty_segments(path);
        let mount = self.mount_if_told(path).await?;
        // The way to list that every proxy lets through.
        let request = format!("{}?list=true", mount.list_path(path));
        let answer = self.send(Method::GET, &request, None).await?;
        let is_empty = answer.status == StatusCode::NOT_FOUND && !fault::is_foreign(&answer.body);
        let body = if is_empty {
            Zeroizing::default()
        } else {
            fault::check(answer, &format!("list of {path}"))?.body
        };
        let layout = Layout::Plain;
        Ok(Reply { body, layout })
    }

    async fn write(
        &mut self,
        path: &str,
        arguments: &BTreeMap<Text, Text>,
    ) -> Result<Reply, Fault> {
        let path = &mount::without_empty_segments(path);
        let mount = self.mount_if_told(path).await?;
        let (request, layout) = mount.request_path(path);
        let body = match mount.version() {
            KvVersion::One => json(arguments),
            KvVersion::Two => json!({ "data": json(arguments) }),
        };
        self.put(&request, layout, answer::encode(body)).await
    }

    async fn put(&mut self, path: &str, layout: Layout, body: Bytes) -> Result<Reply, Fault> {
        let answer = self.send(Method::PUT, path, Some(body)).await?;
        let answer = fault::check(answer, &format!("write to {path}"))?;
        Ok(Reply {
            body: answer.body,
            layout,
        })
    }

    /// The engine behind a path.
    pub(super) async fn mount(&mut self, path: &str) -> Result<Mount, Fault> {
        let mounts = Arc::clone(&self.mounts);
        let mut mounts = mounts.lock().await;
        if let Some(mount) = mounts.find(path) {
            return Ok(mount);
        }
        let question = format!("sys/internal/ui/mounts/{}", mount::encoded(path));
        let answer = self.send(Method::GET, &question, None).await?;
        mounts.learn(path, answer)
    }

    /// The same for requests that most engines take as they are: without the permission to ask, the
    /// engine counts as one of those.
    async fn mount_if_told(&mut self, path: &str) -> Result<Mount, Fault> {
        match self.mount(path).await {
            Err(fault) if fault.retry == Retry::Rarely => Ok(Mount::unknown()),
            mount => mount,
        }
    }
}

/// Arguments as the store wants them: all are strings.
fn json(arguments: &BTreeMap<Text, Text>) -> Value {
    let text = |text: &Text| String::from_utf8_lossy(text).into_owned();
    let entries = arguments.iter();
    Value::Object(
        entries
            .map(|(key, value)| (text(key), Value::String(text(value))))
            .collect(),
    )
}
