//! What is in a book: accounts, transfers, holds, events, periods, schedules, and the ids, texts and times that they are made of.
//!
//! What belongs here: values as they are stored, valid once they are made. What does not: what a client asks for
//! ([`requests`](crate::requests)) and what is decided about it ([`judging`](crate::judging)).

mod account;
mod account_event;
mod book_event;
mod closed_periods;
mod currency_name;
mod hash;
mod hold;
mod ids;
mod instant;
mod key;
mod length_of_time;
mod likeness;
mod metadata_key;
mod name_prefix;
mod period;
mod period_action;
mod recurrence;
mod reference;
mod refusal;
mod request_digest;
mod request_id;
mod schedule;
mod schedule_id;
mod side;
mod text;
mod transfer;
mod usual_type;
mod velocity;

pub use account::{
    Account, AccountState, AccountType, Balances, LastTransfer, Limits, OpenedWith, OpeningEvent, Terms,
};
pub use account_event::{AccountEvent, Annotation, LastEvent};
pub use book_event::{BookChange, BookChangeFields, BookEvent, BookEventKind, RefusedDue, Signature};
pub use closed_periods::ClosedPeriods;
pub use currency_name::CurrencyName;
pub use hash::Hash;
pub use hold::{Hold, HoldState};
pub use ids::{AccountId, Sequence, TransferId};
pub use instant::{Instant, InstantError};
pub use key::Key;
pub use length_of_time::LengthOfTime;
pub use likeness::{similar_names, similar_texts};
pub use metadata_key::MetadataKey;
pub use name_prefix::NamePrefix;
pub use period::{Period, PeriodError};
pub use period_action::PeriodAction;
pub use recurrence::{
    DueDay, Recurrence, RecurrenceError, RecurrenceParts, RecurrencePeriod, RecurrenceRequest, Weekday,
};
pub use reference::{Names, Reference, WrittenReference};
pub use refusal::Refusal;
pub use request_digest::RequestDigest;
pub use request_id::RequestId;
pub use schedule::{Cancellation, Due, DueState, OnRefusal, Schedule, ScheduleState};
pub use schedule_id::ScheduleId;
pub use side::NormalSide;
pub use text::{AccountName, Actor, Description, Metadata, TextError, is_letter, is_unseen, without_spelling};
pub use transfer::{Entry, Transfer, TransferKind};
pub use velocity::{Velocity, Window};
