//! The names that most programs need: `use teller::prelude::*;`.
//!
//! What a service answers serializes by the records of [`formats`](crate::formats), such as
//! [`TransferRecord`](crate::formats::TransferRecord) and [`AccountRecord`](crate::formats::AccountRecord): an amount alone does not know
//! its currency.

pub use crate::clock::Clock;
pub use crate::error::{Error, InputError};
pub use crate::money::{Amount, Currency, Money};
pub use crate::rules::{
    Account, AccountName, AccountRequest, AccountType, BatchPolicy, CaptureRequest, Expiry, HoldRequest, Instant,
    JournalRequest, Key, Operation, Parties, Quantity, Rejection, ReleaseRequest, Request, ReversalRequest, Transfer,
    TransferId, TransferRequest,
};
pub use crate::service::{Ledger, Mode, Posted, Receipt};
pub use crate::store::{DatabaseUrl, StoreError, StoreOptions};
