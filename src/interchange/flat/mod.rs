//! Flat files for spreadsheets and for analysts' tools: CSV, JSON lines and Parquet of one table.
//!
//! What belongs here: the columns of each table, and how their values are written. What does not: finding the rows.

pub(super) mod columns;
mod csv;
mod ndjson;
#[cfg(feature = "parquet")]
pub(super) mod parquet;
pub(super) mod texts;
pub(super) mod write;
