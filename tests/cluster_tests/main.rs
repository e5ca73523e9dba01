//! Vouchsafe's promises, on a real node with a real Vault. The list of tests reads as the list of
//! promises.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod agent_keeps_files_whole;
mod agent_lifecycle;
mod agent_lives;
mod agent_renders_every_format;
mod auth_methods;
mod budgets;
mod files_without_secrets;
mod generated_pods;
mod injection;
mod jobs_and_init_containers;
mod outages;
mod pods_get_their_secrets;
mod rotation;
mod templates;
mod tokens;
mod webhook_reach;
mod what_a_user_sees;

use serde_json::json;
use vouchsafe_tests::{cluster::Namespace, vault::Vault};

/// A namespace, and a role of the same name whose holders read all secrets of the shared Vault.
fn ready_namespace(prefix: &str) -> (Namespace, Vault) {
    let namespace = Namespace::new(prefix);
    let vault = Vault::shared();
    vault.role(
        &namespace.name,
        &namespace.name,
        &json!({ "audience": "vouchsafe" }),
    );
    (namespace, vault)
}
