//! Where log lines go and how they look.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    Layer, Registry, filter::Targets, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

#[derive(Clone, Copy, Debug)]
pub struct LogOptions {
    pub level: LevelFilter,
    pub format: LogFormat,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LogFormat {
    Text,
    Json,
}

/// Sends log lines to standard error from now on. Called once; a second call has no effect.
pub fn start(options: LogOptions) {
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match options.format {
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
    let ours = Targets::new()
        .with_target("vouchsafe_webhook", options.level)
        .with_target("vouchsafe_cluster", options.level);
    drop(
        tracing_subscriber::registry()
            .with(lines.with_filter(ours))
            .try_init(),
    );
}
