//! Everything that decides, and nothing else: no I/O, no database, no clock.
//!
//! A [`Batch`] takes the locked accounts and whatever else is known of what is asked for, judges requests one by one in order, and
//! returns either the new states and rows, or a [`Rejection`]. The same input gives the same answer on every backend, by
//! construction. Every refusal comes before the first effect, in the order in which [`Rejection`] lists them.

mod account;
mod annotation;
mod batch;
mod book_event;
mod chain;
mod condition;
mod event;
mod exchange;
mod hash;
mod hold;
mod ids;
mod instant;
mod lead;
mod likeness;
mod maps;
mod merkle;
mod opening;
mod operation;
mod period;
mod recurrence;
mod refusal;
mod rejection;
mod request;
mod request_digest;
mod request_id;
mod schedule;
mod seal;
mod split;
mod text;
mod transfer;
mod usual_type;
mod velocity;
mod words;

pub use account::{
    Account, AccountRequest, AccountState, AccountType, Balances, LastTransfer, Limits, NormalSide, Terms,
};
pub use annotation::{Annotation, AnnotationRequest, AnnotationTarget, MetadataChange};
pub use batch::{Batch, ChangedAccount, Known, Ruling, Verdict};
pub use book_event::{BookChange, BookEvent, BookEventKind, Signature};
pub use chain::{hash_account, hash_book_event, hash_due, hash_event, hash_metadata, hash_schedule, hash_transfer};
pub use condition::{Comparison, Condition, Expected};
pub use event::{AccountEvent, LastEvent};
pub use exchange::{Exchange, ExchangeRequest};
pub use hash::Hash;
pub use hold::{Hold, HoldState};
pub use ids::{AccountId, Sequence, TransferId};
pub use instant::{Instant, InstantError};
pub use lead::ClockLead;
pub use likeness::similar_names;
pub(crate) use maps::{FastMap, FastSet};
pub use merkle::MerkleTree;
pub use opening::{Existing, LimitChange, NewLimit, OpenedWith, Opening, open_account};
pub use operation::{
    AccountAction, AccountChange, BatchPolicy, DueTransfer, JournalRequest, JournalReversalRequest, Operation, Request,
    Sides,
};
pub use period::{ClosedPeriods, Period, PeriodAction, PeriodChange, PeriodError, change_period};
pub use recurrence::{
    DueDay, Recurrence, RecurrenceError, RecurrenceParts, RecurrencePeriod, RecurrenceRequest, Weekday,
};
pub use refusal::Refusal;
pub use rejection::{Rejection, ScheduleRejection};
pub use request::{
    CaptureRequest, Expiry, HoldRequest, Parties, Quantity, ReleaseRequest, Remainder, ReversalRequest, ReversalTime,
    TransferRequest,
};
pub use request_digest::RequestDigest;
pub use request_id::{Key, Names, Reference, RequestId};
pub use schedule::{
    Cancellation, Due, DueState, OnRefusal, Schedule, ScheduleId, ScheduleRequest, ScheduleState, check_same_schedule,
    open_schedule,
};
pub use seal::{Seal, SealError};
pub use split::{Part, split_journal};
pub(crate) use text::without_spelling;
pub use text::{AccountName, Actor, Description, Metadata, TextError, is_unseen};
pub use transfer::{Leg, Transfer, TransferKind};
pub use velocity::{Spent, Velocity, Window};
pub(crate) use words::words;
