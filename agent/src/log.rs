//! Where log lines go and how they look.

use tracing_subscriber::{
    Layer, Registry, filter::LevelFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt,
};
use vouchsafe_shared::config::{LogConfig, LogFormat, LogLevel};

use crate::audit;

/// Sends log lines to standard error from now on. Called once; a second call has no effect.
pub fn start(config: LogConfig) {
    let level = match config.level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match config.format {
        LogFormat::Text => Box::new(
            fmt::layer()
                .with_writer(std::io::stderr)
                .with_ansi(false)
                .with_target(false),
        ),
        LogFormat::Json => Box::new(
            fmt::layer()
                .with_writer(std::io::stderr)
                .json()
                .flatten_event(true)
                .with_target(false),
        ),
    };
    // Libraries below log requests at their finest level; none of that is ours to show.
    let ours = tracing_subscriber::filter::Targets::new()
        .with_target("vouchsafe_agent", level)
        .with_target(audit::TARGET, LevelFilter::INFO);
    drop(
        tracing_subscriber::registry()
            .with(lines.with_filter(ours))
            .try_init(),
    );
}
