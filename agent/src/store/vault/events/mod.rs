//! Being told of changes of KV secrets by the server.
//!
//! Source: <https://developer.hashicorp.com/vault/docs/concepts/events>. Vault Enterprise alone has
//! this, since 1.16; other servers refuse the subscription. The tests here play a server after its
//! documentation, while the refusals are what Vault 1.21 Community answers. `make events` runs the
//! agent against Vault 1.15, which had events as a beta in either edition.

mod message;
mod subscribe;

#[cfg(fuzzing)]
pub(super) use self::message::change;
pub(super) use self::subscribe::Subscription;
