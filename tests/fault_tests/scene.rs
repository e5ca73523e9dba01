//! An agent with its Vault, application and secret, and what must be true of every fault.

use std::{
    fmt::Write as _,
    fs,
    ops::Range,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use vouchsafe_tests::{
    fault_proxy::FaultProxy,
    solo::{agent::Agent, application::Application, is_root, put, vault::Vault},
    wait,
};

/// Beyond this nothing is waited for, on a machine with much else to do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// An agent that has rendered its secret once.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) agent: Agent,
    pub(crate) application: Application,
    pub(crate) proxy: FaultProxy,
    pub(crate) vault: Arc<Vault>,
    pub(crate) role: String,
    /// What the secret has now.
    pub(crate) value: String,
    /// What nobody may ever see in anything that is emitted.
    secrets: Vec<String>,
}

impl Scene {
    /// With the Vault of all tests that do it no harm.
    pub(crate) fn new() -> Self {
        Self::started(Vault::shared(), "1h", |_| ())
    }

    /// With a Vault of its own.
    pub(crate) fn with_own_vault() -> Self {
        Self::started(Arc::new(Vault::start()), "1h", |_| ())
    }

    /// The same with tokens that live for `ttl`, and a change to the agent's configuration.
    pub(crate) fn started(vault: Arc<Vault>, ttl: &str, change: impl FnOnce(&mut Value)) -> Self {
        let mut scene = Self::prepared(vault, ttl, change);
        scene.start();
        scene
    }

    /// The same before the agent is started.
    pub(crate) fn prepared(vault: Arc<Vault>, ttl: &str, change: impl FnOnce(&mut Value)) -> Self {
        let proxy = FaultProxy::start(vault.port());
        Self::behind(proxy, vault, ttl, change)
    }

    /// The same with a proxy that is there already.
    pub(crate) fn behind(
        proxy: FaultProxy,
        vault: Arc<Vault>,
        ttl: &str,
        change: impl FnOnce(&mut Value),
    ) -> Self {
        let role = format!("role-{:08x}", fastrand::u32(..));
        vault.role(&role, ttl);
        let application = Application::default();
        let files = json!([
            { "name": "password", "source": { "secret": format!("secret/data/{role}"), "key": "password", "format": "raw" } },
            { "name": "all.json", "source": { "secret": format!("secret/data/{role}"), "format": "json" } },
        ]);
        let agent = Agent::new(&proxy.address(), &role, &files, |config| {
            config["reload"] = json!([{
                "on": ["password", "all.json"],
                "http": { "method": "POST", "port": application.port(), "path": Application::RELOAD, "timeout": "5s" },
            }]);
            change(config);
        });
        let mut scene = Self {
            agent,
            application,
            proxy,
            vault,
            role,
            value: String::new(),
            secrets: Vec::new(),
        };
        scene.issue_token();
        scene.rotate();
        scene
    }

    /// Starts the agent and waits for the secret.
    pub(crate) fn start(&mut self) {
        self.agent.start();
        self.wait_value(PATIENCE);
    }

    /// Gives the agent another token to log in with.
    pub(crate) fn issue_token(&mut self) {
        let token = self.vault.issuer().token(&self.role);
        self.agent.put_token(&token);
        self.secrets.push(token);
    }

    /// Writes a new value of the secret.
    pub(crate) fn rotate(&mut self) {
        self.rotate_at(&format!("secret/data/{}", self.role.clone()));
    }

    pub(crate) fn rotate_at(&mut self, path: &str) {
        self.value = self.plant();
        let data = json!({ "password": self.value });
        let body = if path.contains("/data/") {
            json!({ "data": data })
        } else {
            data
        };
        self.vault.write(path, &body);
    }

    /// A value that nobody may ever see in anything that is emitted.
    pub(crate) fn plant(&mut self) -> String {
        let value = format!("canary-{:032x}", fastrand::u128(..));
        self.secrets.push(value.clone());
        value
    }

    /// Whether both files show this value, and so are of one generation.
    pub(crate) fn shows(&self, value: &str) -> Result<(), String> {
        let password = self.agent.file("password");
        let all = self.agent.file("all.json");
        let (Ok(password), Ok(all)) = (&password, &all) else {
            return Err(format!("{password:?} {all:?}\n{}", self.agent.log()));
        };
        let decoded = serde_json::from_str::<Value>(all).unwrap_or_default();
        if password == value && decoded["password"] == value {
            Ok(())
        } else {
            Err(format!("{password} {all}\n{}", self.agent.log()))
        }
    }

    pub(crate) fn wait_value(&self, limit: Duration) {
        wait::until(limit, "the secret's value in the files", || {
            self.shows(&self.value)
        });
    }

    /// The token that the agent has now, as its own state tells.
    pub(crate) fn token(&self) -> String {
        let tokens = self.proxy.tokens();
        let latest = tokens.iter().rev().find(|token| token.starts_with("hvs."));
        latest.unwrap().clone()
    }

    /// How often the agent logged in, over all its lives.
    pub(crate) fn logins(&self) -> usize {
        self.proxy.requests_for(0, "/v1/auth/jwt/login")
    }

    /// Everything that the agent emits: log, pages, status, and whatever else is in its directory
    /// for others to read.
    pub(crate) fn emitted(&self) -> String {
        let mut all = self.agent.log();
        for page in ["metrics", "ready", "live", "status", "status?format=table"] {
            all += &self.agent.page(page).unwrap_or_default();
        }
        all += &self.agent.command("ready");
        let kept_private = ["state.json", "state.next"];
        collect(&self.agent.path("run"), &kept_private, &mut all);
        all
    }

    /// What must be true after every fault.
    pub(crate) fn check(&self) {
        let emitted = self.emitted();
        let tokens = self.proxy.tokens();
        for secret in self
            .secrets
            .iter()
            .chain(&tokens)
            .filter(|secret| !secret.is_empty())
        {
            let encoded = STANDARD.encode(secret);
            // The last characters of an encoding depend on what follows.
            let encoded = &encoded[..encoded.len() - 4];
            for form in [secret.as_str(), encoded] {
                if let Some(at) = emitted.find(form) {
                    panic!("a secret was emitted: …{}…", around(&emitted, at));
                }
            }
        }
        for word in ["panicked at", "RUST_BACKTRACE", "stack backtrace"] {
            assert!(!emitted.contains(word), "{emitted}");
        }
    }

    /// Waits until the application was told as often as this.
    pub(crate) fn wait_told(&self, times: usize) {
        wait::until(PATIENCE, "reloads", || match self.application.reloads() {
            told if told == times => Ok(()),
            told => Err(format!("{told} reloads")),
        });
    }

    /// Begins a fault.
    pub(crate) fn trial(&mut self, name: &'static str) -> Trial<'_> {
        Trial {
            name,
            requests: self.proxy.requests()..usize::MAX,
            log: self.agent.log().len(),
            reloads: self.application.reloads(),
            value: self.value.clone(),
            began: SystemTime::now(),
            over: None,
            codes: Vec::new(),
            scene: self,
        }
    }
}

/// One fault, from its beginning to the recovery.
#[derive(Debug)]
pub(crate) struct Trial<'s> {
    name: &'static str,
    pub(crate) scene: &'s mut Scene,
    requests: Range<usize>,
    log: usize,
    reloads: usize,
    value: String,
    began: SystemTime,
    over: Option<SystemTime>,
    codes: Vec<String>,
}

impl Trial<'_> {
    /// Waits until the log names the fault: a line with this event and code, and a counter with the
    /// code.
    pub(crate) fn is_named(&mut self, event: &str, code: &str) -> &mut Self {
        wait::until(PATIENCE, &format!("a line with {event} and {code}"), || {
            let log = self.log();
            let mut lines = log.lines();
            let found = lines.any(|line| line.contains(event) && line.contains(code));
            found.then_some(()).ok_or(log)
        });
        if code.starts_with("VS") {
            let label = format!("code=\"{code}\"");
            wait::until(PATIENCE, &format!("a counter of {code}"), || {
                let counted = self.scene.agent.count("faults_total", &label);
                (counted > 0).then_some(()).ok_or("none")
            });
        }
        self.codes.push(format!("{event} {code}"));
        self
    }

    /// What the agent has logged since the beginning.
    pub(crate) fn log(&self) -> String {
        self.scene.agent.log().split_off(self.log)
    }

    /// For so long the files stay the last good ones and the application is left alone; meanwhile,
    /// counted from the beginning, there are no more requests than this.
    pub(crate) fn holds(&mut self, time: Duration, most: usize) -> &mut Self {
        wait::throughout(time, "the last good files", || {
            self.scene.shows(&self.value)?;
            let reloads = self.scene.application.reloads() - self.reloads;
            (reloads == 0)
                .then_some(())
                .ok_or_else(|| format!("{reloads} reloads"))
        });
        let requests = self.tries();
        assert!(
            requests <= most,
            "{requests} requests: {:?}",
            self.scene.proxy.seen()
        );
        self
    }

    /// Requests since the beginning, to the end of the fault.
    pub(crate) fn requests(&self) -> usize {
        self.scene.proxy.requests().min(self.requests.end) - self.requests.start
    }

    /// The same, or the failures that the log tells of, if those are more: what does not get to the
    /// proxy is not counted there.
    fn tries(&self) -> usize {
        let log = self.log();
        let failures = [
            "read_failed",
            "login_failed",
            "renewal_failed",
            "token_not_adopted",
        ];
        let lines = log.lines();
        let failed = lines.filter(|line| failures.iter().any(|event| line.contains(event)));
        self.requests().max(failed.count())
    }

    /// The fault is over now.
    pub(crate) fn over(&mut self) -> &mut Self {
        self.requests.end = self.scene.proxy.requests();
        self.over = Some(SystemTime::now());
        self
    }

    /// The next value of the secret arrives within this time of the fault's end, and the application
    /// is told of it once.
    pub(crate) fn recovers(&mut self, limit: Duration) {
        if self.over.is_none() {
            self.over();
        }
        self.scene.rotate();
        self.arrives(limit);
    }

    /// The same for a value that was written already.
    pub(crate) fn arrives(&mut self, limit: Duration) {
        let over = self.over.unwrap();
        self.scene.wait_value(PATIENCE);
        let took = over.elapsed().unwrap_or_default();
        assert!(
            took <= limit,
            "the recovery took {took:?}, not {limit:?}:\n{}",
            self.log()
        );
        self.is_told_once();
        self.ends_with(&format!("{:.1} s", took.as_secs_f64()));
    }

    /// The application is told once, and not again.
    pub(crate) fn is_told_once(&mut self) {
        let told = || self.scene.application.reloads() - self.reloads;
        wait::until(PATIENCE, "a reload", || {
            (told() > 0).then_some(()).ok_or("none")
        });
        wait::throughout(Duration::from_millis(300), "one reload", || {
            (told() == 1)
                .then_some(())
                .ok_or_else(|| format!("{} reloads", told()))
        });
    }

    /// Checks what is true of every fault, and puts down what was measured.
    pub(crate) fn ends_with(&mut self, recovery: &str) {
        self.scene.check();
        let over = self.over.unwrap_or_else(SystemTime::now);
        let lasted = over.duration_since(self.began).unwrap_or_default();
        let mut line = String::new();
        let (name, requests) = (self.name, self.tries());
        let codes = match self.codes.join(", ") {
            none if none.is_empty() => "-".to_owned(),
            codes => codes,
        };
        let lasted = lasted.as_secs_f64();
        writeln!(
            line,
            "{name}\t{codes}\t{lasted:.1} s\t{requests}\t{recovery}"
        )
        .unwrap();
        report(name, &line);
    }
}

/// Whether a test must be passed over because it needs what only root can do; says so.
#[expect(
    clippy::print_stderr,
    reason = "whoever reads the test's output is to know"
)]
pub(crate) fn is_out_of_reach(what: &str) -> bool {
    let is_out_of_reach = !is_root();
    if is_out_of_reach {
        eprintln!("skipped: {what} needs root");
    }
    is_out_of_reach
}

/// Puts down what a test measured, where `make faults` shows it.
pub(crate) fn report(name: &str, line: &str) {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("faults");
    fs::create_dir_all(&directory).unwrap();
    put(&directory.join(name), line).unwrap();
}

/// The text of all files below a directory but these.
fn collect(directory: &Path, without: &[&str], all: &mut String) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if without.iter().any(|without| name == *without) {
            continue;
        }
        if entry.path().is_dir() {
            collect(&entry.path(), without, all);
        } else {
            all.push_str(&String::from_utf8_lossy(
                &fs::read(entry.path()).unwrap_or_default(),
            ));
        }
    }
}

fn around(text: &str, at: usize) -> String {
    let start = text.floor_char_boundary(at.saturating_sub(200));
    let end = text.floor_char_boundary((at + 8).min(text.len()));
    text[start..end].to_owned()
}
