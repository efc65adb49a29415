//! Monitors: conditions on what accounts have, which are judged in the book's order.
//!
//! What belongs here: conditions, monitors as they are kept, and the one server that judges them. What does not: what accounts have by an event, which the
//! ledger knows.

mod condition;
mod judge;
pub(super) mod judging;
pub(super) mod kept;
