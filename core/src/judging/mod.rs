//! Everything that decides: pure functions from what is known and what is asked to new states and rows, or a
//! [`Rejection`](crate::rejection::Rejection).
//!
//! A [`Batch`] takes the locked accounts and whatever else is known of what is asked for, and judges requests one by one, in order.
//! The same input gives the same answer on every backend, by construction. Every refusal comes before the first effect, in the order in
//! which [`Rejection`](crate::rejection::Rejection) lists them.

mod batch;
mod book_events;
mod closing;
mod lead;
mod limits;
mod opening;
mod scheduling;
mod spent;

pub use batch::{Actors, Batch, ChangedAccount, Known, Ruling, Verdict};
pub use closing::change_period;
pub use lead::ClockLead;
pub use opening::{Existing, Opening, open_account};
pub use scheduling::{check_same_schedule, open_schedule};
pub use spent::Spent;
