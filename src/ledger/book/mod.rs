//! The book as a whole: its events, periods, currencies and clock.
//!
//! What belongs here: reading and adding `book_events`, the rules that follow from them for every posting, and what the owner declares. What does
//! not: accounts.

pub(super) mod clock;
pub(super) mod currencies;
pub(super) mod events;
pub(super) mod examination;
mod metadata_indexes;
pub(super) mod periods;
pub(super) mod rules;
