//! The programs of files: one at a time, in the order of the files.

use std::collections::VecDeque;

use tracing::info;

use super::{Done, Driver};
use crate::{command, fault::Fault, lifecycle::Event, plan::FileIndex, store::Store};

/// The files whose programs are to run.
#[derive(Debug, Default)]
pub(super) struct Queue {
    running: Option<FileIndex>,
    waiting: VecDeque<FileIndex>,
}

impl Queue {
    pub(super) fn push(&mut self, file: FileIndex) {
        self.waiting.push_back(file);
    }

    pub(super) fn is_idle(&self) -> bool {
        self.running.is_none() && self.waiting.is_empty()
    }
}

impl<S: Store> Driver<S> {
    pub(super) fn run_next(&mut self) {
        if self.programs.running.is_some() {
            return;
        }
        let Some(file) = self.programs.waiting.pop_front() else {
            return;
        };
        self.programs.running = Some(file);
        let config = self.config.files[file.0].command.clone();
        self.tasks.spawn(async move {
            Done::Program(match config {
                Some(config) => command::run(&config).await,
                None => Ok(()),
            })
        });
    }

    pub(super) fn program_ended(&mut self, result: Result<(), Fault>) -> Event {
        self.metrics.count_command(result.is_ok());
        if let Some(file) = self.programs.running.take() {
            let about = self.file_name(file);
            match result {
                Ok(()) => info!(about, "command_run"),
                Err(fault) => self.tell_fault("command_failed", &about, &fault),
            }
        }
        self.run_next();
        Event::CommandEnded
    }
}
