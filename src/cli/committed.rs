//! The result of a command that is in the book already, in case it cannot be shown.

use serde::Serialize;
use serde_json::{Value, json};

/// Says what a command committed where its result cannot be written.
pub(super) struct Committed {
    pub(super) words: String,
    pub(super) fields: Vec<(String, Value)>,
}

impl Committed {
    /// In words, as in `the account a is open`.
    pub(super) fn new(words: impl Into<String>) -> Self {
        Self { words: words.into(), fields: Vec::new() }
    }

    /// With a field by which programs find it.
    pub(super) fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.fields.push((name.to_owned(), json!(value)));
        self
    }
}
