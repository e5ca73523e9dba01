//! Puts the parts together: configuration in, exit code out.

use std::{process::ExitCode, sync::Arc, time::Duration};

use tokio::sync::mpsc;
use tracing::{error, info, warn};
use vouchsafe_shared::config::{AgentConfig, StoreKind};

use crate::{
    audit::Identity,
    driver::Driver,
    harden,
    lifecycle::Mode,
    listen::{
        api::{self, Wish},
        health::Health,
        socket,
    },
    log,
    metrics::Metrics,
    pid_file::PidFile,
    store::vault::Vault,
    template::Templates,
    termination::TerminationLog,
};

/// `EX_USAGE` of sysexits: a wrong command line or configuration.
pub const BAD_CONFIGURATION: u8 = 64;

/// Stays with the pod: renders, refreshes and tells until stopped.
pub fn run(config: AgentConfig) -> ExitCode {
    start(config, Mode::Stay, None)
}

/// Renders once, for [`run`] to go on with; fails when that takes longer than `timeout`.
pub fn init(config: AgentConfig, timeout: Option<Duration>) -> ExitCode {
    start(config, Mode::HandOver, timeout)
}

/// Renders once and leaves nothing to go on with; fails when that takes longer than `timeout`.
pub fn once(config: AgentConfig, timeout: Option<Duration>) -> ExitCode {
    start(config, Mode::Once, timeout)
}

fn start(config: AgentConfig, mode: Mode, timeout: Option<Duration>) -> ExitCode {
    log::start(config.log);
    let termination_log = TerminationLog::find(|name| std::env::var_os(name));
    termination_log.watch_panics();
    let failed = |reason: &str| {
        termination_log.write(reason);
        ExitCode::FAILURE
    };
    let templates = Templates::load(&config);
    for fault in templates.faults() {
        error!(code = %fault.code, whose = fault.whose.as_str(), reason = fault.message, "template_invalid");
    }
    if templates.are_hopeless() {
        let faults: Vec<_> = templates.faults().map(ToString::to_string).collect();
        termination_log.write(&faults.join("\n"));
        return ExitCode::from(BAD_CONFIGURATION);
    }
    let pid_file = config.pid_file.as_ref();
    let _pid_file = match pid_file.map(PidFile::create).transpose() {
        Ok(held) => held,
        Err(failure) => {
            error!(path = config.pid_file, %failure, "pid_file_not_written");
            return failed(&format!("the pid file cannot be written: {failure}"));
        }
    };
    harden::protect(&config, &templates, &termination_log);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        // Only name lookups block, one at a time.
        .max_blocking_threads(1)
        .thread_keep_alive(Duration::from_secs(1))
        .thread_stack_size(256 * 1024)
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(failure) => {
            error!(%failure, "runtime_not_started");
            return failed(&format!("the agent cannot be started: {failure}"));
        }
    };
    let code = runtime.block_on(serve(config, templates, mode, timeout, termination_log));
    // A name lookup may still hang in its thread; it is not worth waiting for.
    runtime.shutdown_background();
    code
}

async fn serve(
    config: AgentConfig,
    templates: Templates,
    mode: Mode,
    timeout: Option<Duration>,
    termination_log: TerminationLog,
) -> ExitCode {
    let metrics = Arc::new(Metrics::default());
    info!(
        version = env!("CARGO_PKG_VERSION"),
        files = config.files.len(),
        stores = config.stores.len(),
        "started"
    );
    // One wish at a time: the next is taken when the agent has seen to it.
    let (sender, wishes) = mpsc::channel(1);
    if let Err(reason) = listen(&config, mode, &metrics, sender).await {
        termination_log.write(&reason);
        return ExitCode::FAILURE;
    }
    let stores = config.stores.iter().map(|store| match store.kind {
        StoreKind::Vault => Vault::new(store),
    });
    let stores = stores.collect();
    let rng = fastrand::Rng::new();
    let identity = Identity::find(|name| std::env::var_os(name));
    let mut driver = Driver::new(config, templates, mode, stores, metrics, rng)
        .within(identity, termination_log.clone());
    if let Some(limit) = timeout {
        driver = driver.limited(limit);
    }
    let ended = driver.run(wishes).await;
    // Whoever asked for the end is to be answered: connections have their turn once more.
    tokio::task::yield_now().await;
    match ended {
        Ok(code) => code,
        Err(failure) => {
            error!(%failure, "signals_not_available");
            termination_log.write(&format!("signals are not available: {failure}"));
            ExitCode::FAILURE
        }
    }
}

/// The reason when nobody could see or reach what is to be seen.
async fn listen(
    config: &AgentConfig,
    mode: Mode,
    metrics: &Arc<Metrics>,
    wishes: mpsc::Sender<Wish>,
) -> Result<(), String> {
    let told = |address: String, bound: std::io::Result<std::net::SocketAddr>| match bound {
        Ok(address) => {
            info!(%address, "listening");
            Ok(())
        }
        Err(failure) => {
            error!(address, %failure, "not_listening");
            Err(format!("cannot listen at {address}: {failure}"))
        }
    };
    let health = Health {
        metrics: Arc::clone(metrics),
        agent: wishes.clone(),
    };
    let path = socket::path_of(config);
    if let Err(failure) = health.clone().serve_socket(&path) {
        // Secrets come first, and they do without.
        warn!(path = %path.display(), %failure, "socket_not_served");
    }
    if let (Some(address), Mode::Stay) = (config.listen, mode) {
        let bound = health.serve(address).await;
        told(address.to_string(), bound)?;
    }
    if let Some(api) = config.api {
        let bound = api::serve(api, Arc::clone(metrics), wishes).await;
        told(format!("127.0.0.1:{}", api.port), bound)?;
    }
    Ok(())
}
