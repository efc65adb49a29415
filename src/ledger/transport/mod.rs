//! Importing and exporting: whole books, backups, files of accounts and transfers, and flat files.
//!
//! What belongs here: reading ahead, committing in batches, continuing after an interruption. What does not: the formats of lines, which
//! are in `interchange`.

pub(super) mod backup;
pub(super) mod book;
pub(super) mod flat;
pub(super) mod import;
mod import_batches;
mod import_lines;
pub(super) mod journals;
pub(super) mod lines;
pub(super) mod occurrences;
mod outbox;
pub(super) mod read_ahead;
