//! The one list of annotations, by topic.

mod agent;
mod connection;
mod container;
mod injection;
mod login;
mod name;
mod prefix;
mod reloads;
mod row;
mod secrets;

pub use name::Name;
pub use prefix::Prefix;
pub use row::{Annotation, Origin, Scope};

/// The topics, in the order of the reference page.
pub const TOPICS: &[(&str, &[Annotation])] = &[
    ("What is injected, and where", injection::ROWS),
    ("The files", secrets::ROWS),
    ("Telling the application", reloads::ROWS),
    ("Logging in", login::ROWS),
    ("Reaching the store", connection::ROWS),
    ("The agent's work", agent::ROWS),
    ("The agent's containers", container::ROWS),
];

/// Every annotation there is.
pub const TABLE: &[Annotation] = &joined::<{ length() }>();

const fn length() -> usize {
    let (mut topic, mut length) = (0, 0);
    while topic < TOPICS.len() {
        length += TOPICS[topic].1.len();
        topic += 1;
    }
    length
}

const fn joined<const LENGTH: usize>() -> [Annotation; LENGTH] {
    let mut all = [injection::ROWS[0]; LENGTH];
    let (mut topic, mut place) = (0, 0);
    while topic < TOPICS.len() {
        let rows = TOPICS[topic].1;
        let mut row = 0;
        while row < rows.len() {
            all[place] = rows[row];
            place += 1;
            row += 1;
        }
        topic += 1;
    }
    all
}
