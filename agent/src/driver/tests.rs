//! With a store that is as slow or faulty as a test wants it, in paused time.

mod beside;
mod lives;
mod secrecy;
mod volumes;
mod watch;

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use http_body_util::{BodyExt, Empty};
use serde_json::{Value, json};
use tokio::{sync::oneshot, time::timeout};
use vouchsafe_shared::{
    config::ProxyToken,
    diagnostic::Code,
    secret::{ExposeSecret, SecretString},
};
use vouchsafe_template::scope::Dependency;
use zeroize::Zeroizing;

use super::*;
use crate::{
    fault::{Retry, Whose},
    listen::api::Forward,
    store::{
        KnownVersion, Layout, Lease, Reader, Reply, Response, TokenLease,
        forward::{ForwardAnswer, ForwardRequest},
        watch::{Change, Watch},
    },
};

const SECOND: Duration = Duration::from_secs(1);

/// What all clients of one store share.
#[derive(Debug, Default)]
struct World {
    log: Vec<String>,
    logins: u32,
    /// For each secret that was asked for: how many logins there had been, and the token.
    used: Vec<(u32, String)>,
    /// How long a read takes.
    latency: Duration,
    is_down: bool,
    /// The next read says that the token is no longer good.
    refuses_token: bool,
    /// What is answered to whoever wants to hear of changes; nobody can when absent.
    watching: Option<Result<(), Fault>>,
    /// To whoever subscribed last.
    told: Option<mpsc::UnboundedSender<Change>>,
}

#[derive(Clone, Debug)]
struct Fake {
    world: Arc<Mutex<World>>,
    token: Option<SecretString>,
}

impl Fake {
    fn note(&self, what: impl Into<String>) {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.log.push(what.into());
    }

    fn reachable(&self) -> Result<(), Fault> {
        if self.world.lock().unwrap().is_down {
            let (code, whose) = (Code::StoreUnreachable, Whose::Network);
            return Err(Fault::new(code, whose, Retry::Backoff, "down"));
        }
        Ok(())
    }
}

impl Reader for Fake {
    async fn ask(
        &mut self,
        dependency: &Dependency,
        _: Option<&KnownVersion>,
    ) -> Result<Response, Fault> {
        self.note(format!("ask {}", dependency.path()));
        let token = self.token.as_ref().unwrap().expose_secret().to_owned();
        let latency = {
            let mut world = self.world.lock().unwrap();
            let logins = world.logins;
            world.used.push((logins, token));
            world.latency
        };
        tokio::time::sleep(latency).await;
        self.reachable()?;
        if std::mem::take(&mut self.world.lock().unwrap().refuses_token) {
            let (code, whose) = (Code::PermissionDenied, Whose::Pod);
            return Err(Fault::new(code, whose, Retry::AfterLogin, "refused"));
        }
        if let Dependency::Write { arguments, .. } = dependency {
            let (code, whose) = (Code::RequestRefused, Whose::User);
            let given: Vec<_> = arguments.values().map(|text| text.as_str()).collect();
            let repeated = format!("not understood: {given:?}");
            return Err(Fault::new(code, whose, Retry::Rarely, repeated));
        }
        let body = json!({ "data": { "value": "x" } }).to_string();
        Ok(Response::Answer(Reply {
            body: Zeroizing::new(body.into_bytes()),
            layout: Layout::Plain,
        }))
    }

    fn take_sent(&mut self) -> u64 {
        1
    }
}

impl Store for Fake {
    type Second = Self;

    async fn login(&mut self) -> Result<TokenLease, Fault> {
        self.note("login");
        self.reachable()?;
        let mut world = self.world.lock().unwrap();
        world.logins += 1;
        self.token = Some(SecretString::from(format!("t{}", world.logins)));
        Ok(TokenLease {
            duration: 3600 * SECOND,
            renewable: true,
        })
    }

    async fn renew(&mut self) -> Result<TokenLease, Fault> {
        Ok(TokenLease {
            duration: 3600 * SECOND,
            renewable: true,
        })
    }

    async fn renew_lease(&mut self, _: &str) -> Result<Lease, Fault> {
        unreachable!("there are none")
    }

    async fn revoke(&mut self) -> Result<(), Fault> {
        self.note("revoke");
        let latency = self.world.lock().unwrap().latency;
        tokio::time::sleep(latency).await;
        Ok(())
    }

    fn second(&self) -> Option<Self> {
        self.token.is_some().then(|| self.clone())
    }

    fn token(&self) -> Option<&SecretString> {
        self.token.as_ref()
    }

    async fn adopt(&mut self, token: SecretString) -> Result<TokenLease, Fault> {
        self.note(format!("adopt {}", token.expose_secret()));
        self.reachable()?;
        self.token = Some(token);
        Ok(TokenLease {
            duration: 3000 * SECOND,
            renewable: true,
        })
    }

    fn forward(
        &mut self,
        request: ForwardRequest,
        _: ProxyToken,
    ) -> impl Future<Output = Result<ForwardAnswer, Fault>> + Send + use<> {
        let token = self
            .token
            .as_ref()
            .map(|token| token.expose_secret().to_owned());
        self.note(format!("forward {} {token:?}", request.uri()));
        async move { Ok(ForwardAnswer::new(request.into_body())) }
    }

    fn watch(&mut self) -> Option<impl Watch + use<>> {
        self.world.lock().unwrap().watching.as_ref()?;
        let (client, told) = (self.clone(), None);
        Some(FakeWatch { client, told })
    }
}

struct FakeWatch {
    client: Fake,
    told: Option<mpsc::UnboundedReceiver<Change>>,
}

impl Watch for FakeWatch {
    async fn subscribe(&mut self) -> Result<(), Fault> {
        let token = self.client.token.as_ref().unwrap().expose_secret();
        self.client.note(format!("subscribe {token}"));
        let mut world = self.client.world.lock().unwrap();
        world.watching.clone().unwrap()?;
        let (sender, receiver) = mpsc::unbounded_channel();
        (world.told, self.told) = (Some(sender), Some(receiver));
        Ok(())
    }

    async fn next(&mut self) -> Result<Option<Change>, Fault> {
        let told = self.told.as_mut().unwrap().recv().await;
        let (code, whose) = (Code::StoreUnreachable, Whose::Network);
        let broken = || Fault::new(code, whose, Retry::Backoff, "broken");
        told.map(Some).ok_or_else(broken)
    }
}

struct Bench {
    directory: tempfile::TempDir,
    world: Arc<Mutex<World>>,
    wishes: mpsc::Sender<Wish>,
    inbox: Option<mpsc::Receiver<Wish>>,
}

impl Bench {
    fn new() -> Self {
        let (wishes, inbox) = mpsc::channel(1);
        Self {
            directory: tempfile::tempdir().unwrap(),
            world: Arc::default(),
            wishes,
            inbox: Some(inbox),
        }
    }

    fn config(&self, files: &Value) -> AgentConfig {
        let at = |name: &str| self.directory.path().join(name);
        let auth = json!({ "method": "token_file", "token_file": "/token" });
        let config = json!({
            "version": 1,
            "stores": [{ "name": "vault", "kind": "vault", "address": "https://vault", "auth": auth, "revoke_on_shutdown": true, "events": true }],
            "volumes": [{ "path": at("secrets") }],
            "files": files,
            "run_directory": at("run"),
            "refresh": { "interval": "10s" },
            "api": { "port": 1, "proxy": "force", "quit": true },
        });
        AgentConfig::from_json(&config.to_string()).unwrap()
    }

    fn driver(&self, mode: Mode, files: &Value) -> Driver<Fake> {
        self.driver_of(mode, self.config(files))
    }

    fn driver_of(&self, mode: Mode, config: AgentConfig) -> Driver<Fake> {
        let templates = Templates::load(&config);
        let fake = Fake {
            world: Arc::clone(&self.world),
            token: None,
        };
        let metrics = Arc::new(Metrics::default());
        let rng = fastrand::Rng::with_seed(1);
        Driver::new(config, templates, mode, vec![fake], metrics, rng)
    }

    /// Starts one that stays.
    fn start(&mut self, files: &Value) -> impl Future<Output = ExitCode> + use<> {
        let driver = self.driver(Mode::Stay, files);
        let inbox = self.inbox.take().unwrap();
        async move { driver.run(inbox).await.unwrap() }
    }

    fn log(&self) -> Vec<String> {
        self.world.lock().unwrap().log.clone()
    }

    async fn wait_log(&self, text: &str) {
        let wait = async {
            while !self.log().iter().any(|line| line.contains(text)) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let waited = timeout(600 * SECOND, wait).await;
        assert!(waited.is_ok(), "no {text} in {:?}", self.log());
    }

    fn count(&self, line: &str) -> usize {
        self.log().iter().filter(|found| *found == line).count()
    }

    async fn wait_count(&self, line: &str, count: usize) {
        let wait = async {
            while self.count(line) < count {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let waited = timeout(600 * SECOND, wait).await;
        assert!(waited.is_ok(), "not {count} of {line} in {:?}", self.log());
    }

    /// Tells that a secret changed; whether somebody hears it.
    fn tell(&self, path: &str) -> bool {
        let paths = BTreeSet::from([path.to_owned()]);
        let world = self.world.lock().unwrap();
        let told = world.told.as_ref();
        told.is_some_and(|told| told.send(Change { paths }).is_ok())
    }

    async fn forward(&self, path: &str) -> oneshot::Receiver<Result<ForwardAnswer, Fault>> {
        let (answer, receiver) = oneshot::channel();
        let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
        let mut request = ForwardRequest::new(body);
        *request.uri_mut() = path.parse().unwrap();
        let sent = self
            .wishes
            .send(Wish::Forward(Box::new(Forward { request, answer })));
        assert!(sent.await.is_ok());
        receiver
    }

    fn state(&self) -> Option<String> {
        std::fs::read_to_string(self.directory.path().join("run/state.json")).ok()
    }

    fn is_there(&self, name: &str) -> bool {
        Path::new(&self.directory.path().join(name)).exists()
    }
}

/// Does something while an agent runs that does not end.
async fn beside(running: impl Future<Output = ExitCode>, scene: impl Future<Output = ()>) {
    tokio::select! {
        code = running => panic!("it ended with {code:?}"),
        () = scene => {}
    }
}

fn file(name: &str) -> Value {
    let source = json!({ "secret": name, "format": "raw", "key": "value" });
    json!({ "name": name, "store": "vault", "source": source })
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_passed_on_waits_for_the_one_under_way_and_hinders_none() {
    let mut bench = Bench::new();
    bench.world.lock().unwrap().latency = 5 * SECOND;
    let running = bench.start(&json!([file("a"), file("b")]));
    beside(running, async {
        bench.wait_log("ask a").await;
        let started = Instant::now();
        let answer = bench.forward("/v1/x").await;
        assert!(answer.await.unwrap().is_ok());
        assert!(started.elapsed() < 6 * SECOND, "{:?}", started.elapsed());
        bench.wait_log("ask b").await;
        let log = bench.log();
        assert_eq!(
            log,
            ["login", "ask a", "forward /v1/x Some(\"t1\")", "ask b"]
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_passed_on_without_a_token_before_the_login() {
    let mut bench = Bench::new();
    bench.world.lock().unwrap().is_down = true;
    let running = bench.start(&json!([file("a")]));
    beside(running, async {
        bench.wait_log("login").await;
        let answer = bench.forward("/v1/x").await.await.unwrap();
        let fault = answer.unwrap_err();
        assert!(fault.message.contains("not logged in"), "{fault}");
        bench.world.lock().unwrap().is_down = false;
        bench.wait_log("ask a").await;
        assert!(bench.forward("/v1/x").await.await.unwrap().is_ok());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn who_went_away_is_not_passed_on_for() {
    let mut bench = Bench::new();
    bench.world.lock().unwrap().latency = 5 * SECOND;
    let running = bench.start(&json!([file("a"), file("b")]));
    beside(running, async {
        bench.wait_log("ask a").await;
        drop(bench.forward("/v1/x").await);
        bench.wait_log("ask b").await;
        assert!(!bench.log().iter().any(|line| line.contains("forward")));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_quit_gives_the_token_back_and_forgets_everything() {
    let mut bench = Bench::new();
    let running = bench.start(&json!([file("a")]));
    let quit = async {
        let read = timeout(600 * SECOND, async {
            while bench
                .state()
                .is_none_or(|state| !state.contains("\"kind\":\"read\""))
            {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        });
        assert!(read.await.is_ok(), "{:?}", bench.state());
        assert!(bench.wishes.send(Wish::Quit).await.is_ok());
    };
    let (code, ()) = tokio::join!(running, quit);
    assert_eq!(code, ExitCode::SUCCESS);
    assert_eq!(bench.log().last().unwrap(), "revoke");
    assert_eq!(bench.state(), None);
    assert!(bench.is_there("secrets/a"));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_take_the_token_back_is_not_waited_for() {
    let mut bench = Bench::new();
    let running = bench.start(&json!([file("a")]));
    let quit = async {
        bench.wait_log("ask a").await;
        bench.world.lock().unwrap().latency = 3600 * SECOND;
        assert!(bench.wishes.send(Wish::Quit).await.is_ok());
        Instant::now()
    };
    let (_, told) = tokio::join!(running, quit);
    assert!(told.elapsed() <= SHUTDOWN_LIMIT + SECOND);
    bench.wait_log("revoke").await;
    assert_eq!(bench.state(), None);
}

#[tokio::test(start_paused = true)]
async fn an_init_that_hands_over_is_gone_on_with() {
    let bench = Bench::new();
    let files =
        json!([file("a"), { "name": "token", "store": "vault", "source": { "token": true } }]);
    let (_wishes, inbox) = mpsc::channel(1);
    let code = bench.driver(Mode::HandOver, &files).run(inbox).await;
    assert_eq!(code.unwrap(), ExitCode::SUCCESS);
    assert_eq!(bench.log(), ["login", "ask a"]);
    // Nothing is needed of a store that is down meanwhile.
    bench.world.lock().unwrap().is_down = true;
    let (_wishes, inbox) = mpsc::channel(1);
    let code = bench.driver(Mode::HandOver, &files).run(inbox).await;
    assert_eq!(code.unwrap(), ExitCode::SUCCESS);
    assert_eq!(bench.log(), ["login", "ask a", "adopt t1"]);
    let token = bench.directory.path().join("secrets/token");
    assert_eq!(std::fs::read_to_string(token).unwrap(), "t1");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_rendered_in_time_fails_and_the_next_life_goes_on() {
    let bench = Bench::new();
    bench.world.lock().unwrap().latency = 20 * SECOND;
    let files = json!([file("a"), file("b")]);
    let (_wishes, inbox) = mpsc::channel(1);
    let driver = bench.driver(Mode::HandOver, &files).limited(30 * SECOND);
    assert_eq!(driver.run(inbox).await.unwrap(), ExitCode::FAILURE);
    let (_wishes, inbox) = mpsc::channel(1);
    let driver = bench.driver(Mode::HandOver, &files).limited(30 * SECOND);
    assert_eq!(driver.run(inbox).await.unwrap(), ExitCode::SUCCESS);
    // What is missing comes before another look at what is there.
    let log = bench.log();
    let expected = ["login", "ask a", "ask b", "adopt t1", "ask b"];
    assert_eq!(log[..5], expected, "{log:?}");
}

#[tokio::test(start_paused = true)]
async fn what_a_later_run_of_a_template_asks_for_is_read_and_not_recalled() {
    // In the first life `b` is asked for as well; the second forgets it before it is.
    let bench = Bench::new();
    let both = json!([file("a"), file("b")]);
    let (_wishes, inbox) = mpsc::channel(1);
    let code = bench.driver(Mode::HandOver, &both).run(inbox).await;
    assert_eq!(code.unwrap(), ExitCode::SUCCESS);
    let (_wishes, inbox) = mpsc::channel(1);
    let code = bench.driver(Mode::HandOver, &json!([file("a")])).run(inbox);
    assert_eq!(code.await.unwrap(), ExitCode::SUCCESS);
    let (_wishes, inbox) = mpsc::channel(1);
    let code = bench.driver(Mode::HandOver, &both).run(inbox).await;
    assert_eq!(code.unwrap(), ExitCode::SUCCESS);
    let asked = |what: &str| bench.log().iter().filter(|line| *line == what).count();
    assert_eq!((asked("ask a"), asked("login")), (1, 1));
    assert!(bench.is_there("secrets/b"));
}

#[tokio::test]
async fn the_first_rendering_is_told_once_by_the_life_beside_the_app() {
    let mut bench = Bench::new();
    let marker = bench.directory.path().join("reloaded");
    let config = |bench: &Bench| {
        let mut config = bench.config(&json!([file("a")]));
        let touch = json!([{ "on": ["a"], "touch": { "path": marker }, "on_first": true }]);
        config.reload = serde_json::from_value(touch).unwrap();
        config
    };
    let (_wishes, inbox) = mpsc::channel(1);
    let init = bench.driver_of(Mode::HandOver, config(&bench));
    assert_eq!(init.run(inbox).await.unwrap(), ExitCode::SUCCESS);
    assert!(bench.is_there("secrets/a") && !bench.is_there("reloaded"));

    let sidecar = bench.driver_of(Mode::Stay, config(&bench));
    let metrics = Arc::clone(&sidecar.metrics);
    let inbox = bench.inbox.take().unwrap();
    let running = async { sidecar.run(inbox).await.unwrap() };
    beside(running, async {
        let told = async {
            while !bench.is_there("run/told-by-0") || !bench.is_there("run/told-0") {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        assert!(timeout(60 * SECOND, told).await.is_ok());
    })
    .await;
    assert!(bench.is_there("reloaded"));
    let page = metrics.page();
    let line = "vouchsafe_agent_reloads_total{kind=\"touch\",result=\"success\"} 1";
    assert!(page.contains(line), "{page}");

    std::fs::remove_file(&marker).unwrap();
    let next = bench.driver_of(Mode::Once, config(&bench));
    let (_wishes, inbox) = mpsc::channel(1);
    assert_eq!(next.run(inbox).await.unwrap(), ExitCode::SUCCESS);
    assert!(!bench.is_there("reloaded"), "told again");
}

#[tokio::test]
async fn what_was_not_told_when_the_agent_died_is_told_in_the_next_life() {
    let mut bench = Bench::new();
    let marker = bench.directory.path().join("reloaded");
    let config = |bench: &Bench, first: bool| {
        let mut config = bench.config(&json!([file("a")]));
        let mut touch = json!([{ "on": ["a"], "touch": { "path": marker } }]);
        if first {
            touch[0]["on_first"] = json!(true);
            touch[0]["debounce"] = json!("1h");
        }
        config.reload = serde_json::from_value(touch).unwrap();
        config
    };
    let killed = bench.driver_of(Mode::Stay, config(&bench, true));
    let inbox = bench.inbox.take().unwrap();
    let running = async { killed.run(inbox).await.unwrap() };
    beside(running, async {
        let rendered = async {
            while !bench.is_there("secrets/a") {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        assert!(timeout(60 * SECOND, rendered).await.is_ok());
    })
    .await;
    assert!(!bench.is_there("reloaded") && !bench.is_there("run/told-0"));

    let next = bench.driver_of(Mode::Once, config(&bench, false));
    let (_wishes, inbox) = mpsc::channel(1);
    assert_eq!(next.run(inbox).await.unwrap(), ExitCode::SUCCESS);
    assert!(bench.is_there("reloaded") && bench.is_there("run/told-0"));
}
