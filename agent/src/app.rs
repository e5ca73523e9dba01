//! Puts the parts together: configuration in, exit code out.

use std::{process::ExitCode, sync::Arc, time::Duration};

use tracing::{error, info};
use vouchsafe_shared::config::{AgentConfig, StoreKind};

use crate::{
    driver::Driver, harden, lifecycle::Mode, listen, log, metrics::Metrics, store::vault::Vault,
    template::Templates,
};

/// `EX_USAGE` of sysexits: a wrong command line or configuration.
pub const BAD_CONFIGURATION: u8 = 64;

/// Stays with the pod: renders, refreshes and tells until stopped.
pub fn run(config: AgentConfig) -> ExitCode {
    start(config, Mode::Stay, None)
}

/// Renders once; fails when that takes longer than `timeout`.
pub fn init(config: AgentConfig, timeout: Duration) -> ExitCode {
    start(config, Mode::Once, Some(timeout))
}

fn start(config: AgentConfig, mode: Mode, timeout: Option<Duration>) -> ExitCode {
    log::start(config.log);
    harden::protect_memory();
    let templates = Templates::load(&config);
    for fault in templates.faults() {
        error!(code = %fault.code, whose = fault.whose.as_str(), reason = fault.message, "template_invalid");
    }
    if templates.are_hopeless() {
        return ExitCode::from(BAD_CONFIGURATION);
    }
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
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(async {
        match timeout {
            None => serve(config, templates, mode).await,
            Some(limit) => tokio::time::timeout(limit, serve(config, templates, mode))
                .await
                .unwrap_or_else(|_| {
                    error!(?limit, "gave_up: not everything could be rendered in time");
                    ExitCode::FAILURE
                }),
        }
    });
    // A name lookup may still hang in its thread; it is not worth waiting for.
    runtime.shutdown_background();
    code
}

async fn serve(config: AgentConfig, templates: Templates, mode: Mode) -> ExitCode {
    let metrics = Arc::new(Metrics::default());
    info!(
        version = env!("CARGO_PKG_VERSION"),
        files = config.files.len(),
        stores = config.stores.len(),
        "started"
    );
    if let (Some(address), Mode::Stay) = (config.listen, mode) {
        match listen::serve(address, Arc::clone(&metrics)).await {
            Ok(address) => info!(%address, "listening"),
            Err(failure) => {
                error!(%address, %failure, "not_listening");
                return ExitCode::FAILURE;
            }
        }
    }
    let stores = config.stores.iter().map(|store| match store.kind {
        StoreKind::Vault => Vault::new(store),
    });
    let stores = stores.collect();
    let driver = Driver::new(
        config,
        templates,
        mode,
        stores,
        metrics,
        fastrand::Rng::new(),
    );
    match driver.run().await {
        Ok(code) => code,
        Err(failure) => {
            error!(%failure, "signals_not_available");
            ExitCode::FAILURE
        }
    }
}
