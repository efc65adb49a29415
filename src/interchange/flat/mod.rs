//! Flat files for spreadsheets and for analysts' tools: CSV and JSON lines of one table.
//!
//! What belongs here: the columns of each table, and how their values are written. What does not: finding the rows.

pub(super) mod columns;
mod csv;
mod ndjson;
pub(super) mod texts;
pub(super) mod write;
