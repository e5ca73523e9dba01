//! What can be said of a template without running it: which secrets it asks for, and what in it is
//! probably a mistake.

mod kind;
mod requests;
mod rules;

pub use self::requests::Requests;
pub(crate) use self::{
    requests::requests,
    rules::{secret_field_hint, warnings},
};
