//! The driver's errors: what libpq, SQLite and Diesel say, told apart and put into words that hold no password.
//!
//! This is the only place where an error of the driver becomes text. What does not belong here: what a fault means to a caller, which
//! is `store/error.rs`.

mod connection;
mod secrets;
mod statement;

#[cfg(feature = "postgres")]
pub(super) use crate::store::driver::connection::is_refusal_of_options;
pub(super) use crate::store::driver::secrets::{Secrets, looks_secret};
pub(super) use crate::store::driver::statement::of_migration;

/// A driver's message without its line breaks.
fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}
