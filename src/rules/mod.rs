//! Everything that decides, and nothing else: no I/O, no database, no clock.
//!
//! A [`Batch`] takes the locked accounts and the transfers already known by their ids, judges requests one by one in order, and
//! returns either the new account states and transfer rows, or a [`Rejection`]. The same input gives the same answer on every
//! backend, by construction. Every refusal comes before the first effect, in the order in which [`Rejection`] lists them.

mod account;
mod batch;
mod chain;
mod hash;
mod ids;
mod instant;
mod opening;
mod rejection;
mod text;
mod transfer;
mod words;

pub use account::{Account, AccountRequest, AccountState, AccountType, LastTransfer, Limits, NormalSide, Totals};
pub use batch::{Batch, Ruling, Verdict};
pub use chain::{hash_account, hash_transfer};
pub use hash::Hash;
pub use ids::{AccountId, Sequence, TransferId};
pub use instant::{Instant, InstantError};
pub use opening::{Existing, LimitChange, NewLimit, Opening, change_limits, open_account};
pub use rejection::Rejection;
pub use text::{AccountName, Description, Metadata, TextError};
pub use transfer::{Leg, Parties, Transfer, TransferKind, TransferRequest};
