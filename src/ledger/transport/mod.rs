//! Whole books, and files of accounts and transfers, on their way in and out.
//!
//! What belongs here: reading ahead, committing in batches, going on after an interruption. What does not: how lines are written, which is
//! for `interchange` to say.

pub(super) mod backup;
pub(super) mod book;
pub(super) mod import;
pub(super) mod lines;
pub(super) mod occurrences;
pub(super) mod read_ahead;
