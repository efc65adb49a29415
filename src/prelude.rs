//! The names that most programs need: `use teller::prelude::*;`.
//!
//! What a service answers serializes by the records of [`formats`](crate::wire), such as
//! [`TransferRecord`](crate::wire::TransferRecord) and [`AccountRecord`](crate::wire::AccountRecord): an amount alone does not know
//! its currency.

pub use crate::clock::Clock;
pub use crate::error::{Error, InputError};
pub use crate::facts::{Account, AccountName, AccountType, Instant, Key, Transfer, TransferId};
pub use crate::ledger::{Ledger, Mode, Posted, Receipt};
pub use crate::money::{Amount, Currency, Money};
pub use crate::rejection::Rejection;
pub use crate::requests::{
    AccountRequest, BatchPolicy, CaptureRequest, Expiry, HoldRequest, JournalRequest, Operation, Parties, Quantity,
    ReleaseRequest, Request, ReversalRequest, TransferRequest,
};
pub use crate::store::{DatabaseUrl, StoreError, StoreOptions};
