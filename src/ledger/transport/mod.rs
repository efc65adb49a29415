//! Importing and exporting: whole books, backups, and files of accounts and transfers.
//!
//! What belongs here: reading ahead, committing in batches, continuing after an interruption. What does not: the formats of lines, which
//! are in `interchange`.

pub(super) mod backup;
pub(super) mod book;
pub(super) mod import;
mod import_lines;
pub(super) mod lines;
pub(super) mod occurrences;
pub(super) mod read_ahead;
