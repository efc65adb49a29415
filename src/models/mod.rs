//! One file a table: the rows as they are stored, and the queries on that table alone.
//!
//! What belongs here: row structs with their one list of columns, their way to and from the [core](crate::facts), and queries that are the
//! same on both backends. What does not: transactions, decisions, and SQL that only one backend understands.

pub(crate) mod account_events;
pub(crate) mod accounts;
pub(crate) mod book_events;
pub(crate) mod book_imports;
pub(crate) mod currencies;
pub(crate) mod fixed_sql;
pub(crate) mod holds;
pub(crate) mod row;
pub(crate) mod schedules;
pub mod sql_types;
#[cfg(test)]
pub(crate) mod statement_text;
pub(crate) mod transfers;

use std::fmt::Display;

use thiserror::Error;

use crate::models::sql_types::SqlJson;

/// A row that can be many times as large as others, by the texts in it.
pub(crate) trait HasText {
    /// How many bytes those texts have.
    fn text_bytes(&self) -> usize;
}

impl HasText for Option<String> {
    fn text_bytes(&self) -> usize {
        self.as_ref().map_or(0, String::len)
    }
}

impl HasText for Option<SqlJson> {
    fn text_bytes(&self) -> usize {
        self.as_ref().map_or(0, |json| json.text.len())
    }
}

/// A stored row that Teller cannot have written. Verification tells more.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("table {table}, row {key}: {column} is {value:?}, which Teller never writes")]
pub struct CorruptRow {
    /// The table.
    pub table: &'static str,
    /// The row's key.
    pub key: String,
    /// The column.
    pub column: &'static str,
    /// What stands in it, shortened.
    pub value: String,
}

impl CorruptRow {
    pub(crate) fn new(table: &'static str, key: impl Display, column: &'static str, value: impl Display) -> Self {
        let value = value.to_string().chars().take(80).collect();
        Self { table, key: key.to_string(), column, value }
    }

    /// The stable code, that of [`StoreError::Corrupt`](crate::store::StoreError::Corrupt).
    #[must_use]
    pub const fn code(&self) -> &'static str {
        "corrupt_row"
    }

    /// Whether the same can succeed without anyone changing it: never.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        false
    }
}
