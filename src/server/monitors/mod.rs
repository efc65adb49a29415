//! Monitors: conditions on what accounts have, and holds and dues that are watched for. They are judged in the book's order.
//!
//! What belongs here: conditions, monitors as they are kept, the one server that judges them, and what webhooks are told of them. What does not: what accounts have by an event, which the
//! ledger knows.

pub(super) mod adding;
mod condition;
pub(super) mod crossing;
mod judge;
pub(super) mod judging;
mod kept;
pub(super) mod scope;
mod single;
mod when;
