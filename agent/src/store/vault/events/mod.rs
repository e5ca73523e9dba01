//! Being told of changes of KV secrets by the server.
//!
//! Source: <https://developer.hashicorp.com/vault/docs/concepts/events>. Vault Enterprise alone has
//! this, since 1.16; other servers refuse the subscription. No such server can be had for the tests,
//! so they play one after its documentation, while the refusals are what Vault 1.21 Community
//! answers.

mod message;
mod subscribe;

#[cfg(fuzzing)]
pub(super) use self::message::change;
pub(super) use self::subscribe::Subscription;
