//! Tells the application that its files changed.

mod http;
mod process;
mod signal;

use vouchsafe_shared::config::ReloadAction;

use crate::fault::Fault;

/// Sends one reload and waits for its result: what was done, for the log.
///
/// # Errors
/// When the application was not reached or did not accept it; nothing is tried again here.
pub async fn send(action: &ReloadAction) -> Result<String, Fault> {
    match action {
        ReloadAction::Signal(reload) => signal::send(reload),
        ReloadAction::Http(reload) => http::send(reload).await,
    }
}
