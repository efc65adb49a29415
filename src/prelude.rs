//! The names that most programs need: `use teller::prelude::*;`.
//!
//! Answers are serialized by the records of [`wire`](crate::wire), such as [`TransferRecord`](crate::wire::TransferRecord) and
//! [`AccountRecord`](crate::wire::AccountRecord), which are what the program writes. A [`Transfer`] itself has no JSON: it knows the numbers
//! of its accounts but not their names, and an [`Amount`] does not know its currency.
//!
//! ```
//! # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
//! # let (_folder, ledger) = support::new_book()?;
//! use teller::prelude::*;
//! use teller::wire::{AccountRecord, Record};
//!
//! let record = AccountRecord::from(&ledger.get_account(&"customers:alice".parse()?)?);
//! let json = serde_json::to_value(&record)?;
//! assert_eq!(json["available"], "100.00");
//! assert_eq!(AccountRecord::columns()[..2], ["account", "currency"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub use crate::clock::Clock;
pub use crate::error::{Error, InputError};
pub use crate::facts::{Account, AccountName, AccountType, Instant, Key, Transfer, TransferId};
pub use crate::ledger::{Balance, Ledger, Mode, Posted, Receipt, StatementQuery};
pub use crate::money::{Amount, Currency, Money};
pub use crate::rejection::Rejection;
pub use crate::requests::{
    AccountRequest, BatchPolicy, CaptureRequest, Expiry, HoldRequest, JournalRequest, Operation, Parties, Quantity,
    ReleaseRequest, Request, ReversalRequest, TransferRequest,
};
pub use crate::store::{DatabaseUrl, StoreError, StoreOptions};
