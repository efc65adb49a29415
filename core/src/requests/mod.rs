//! What can be asked for, one file an operation, and what belongs together in journals and batches.
//!
//! What belongs here: the fields of requests, and what follows from them alone. What does not: whether they are granted
//! ([`judging`](crate::judging)), and how they are written as arguments, JSON or CSV.

mod account;
mod account_change;
mod annotation;
mod capture;
mod condition;
mod due;
mod exchange;
mod hold;
mod journal;
mod limits;
mod lookups;
mod operation;
mod operation_request;
mod parties;
mod period;
mod place;
mod quantity;
mod release;
mod request;
mod reversal;
mod schedule;
mod scope;
mod split;
mod stage;
mod transfer;
mod unseen;
mod verb;

pub use account::AccountRequest;
pub use account_change::{AccountAction, AccountChange, Sides};
pub use annotation::{AnnotationRequest, AnnotationTarget, MetadataChange};
pub use capture::{CaptureRequest, Remainder};
pub use condition::{Comparison, Condition, Expected};
pub use exchange::{Exchange, ExchangeRequest};
pub use hold::{Expiry, HoldRequest};
pub use journal::{JournalRequest, JournalReversalRequest};
pub use limits::{LimitChange, NewLimit};
pub use lookups::{BookLookup, CurrencySource, Needs};
pub use operation::Operation;
pub(crate) use operation::for_request;
pub use parties::Parties;
pub use period::PeriodChange;
pub use place::{AmountFault, Place, Placed};
pub use quantity::Quantity;
pub use release::ReleaseRequest;
pub use request::{BatchPolicy, DueTransfer, Request};
pub use reversal::{ReversalRequest, ReversalTime};
pub use schedule::ScheduleRequest;
pub use scope::Scope;
pub use split::{Part, split_journal};
pub use stage::{Resolved, Stage, Written};
pub use transfer::TransferRequest;
pub(crate) use unseen::UnseenField;
pub use verb::Verb;
