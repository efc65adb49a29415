//! How fast a database and this program are at a ledger's work, measured in a book that is gone afterwards.
//!
//! It stands among the operations because it is made of them alone: it writes by [`Ledger`] like any application, and what it compares
//! them with is written by the store. What does not belong here: shortcuts that an application does not have.

mod book;
mod floor;
mod latency;
mod memory;
mod pgbench;
mod raw;
mod requests;
mod work;
#[cfg(feature = "server")]
mod written;

use std::sync::Arc;
use std::time::Duration;

use crate::bench::book::BenchBook;
use crate::ledger::Ledger;
use crate::store::StoreOptions;

pub use crate::bench::latency::Latencies;
pub use crate::bench::pgbench::PgBench;
pub use crate::bench::work::Workload;
#[cfg(feature = "server")]
pub use crate::bench::written::{WrittenAccounts, WrittenSource};

/// What a measurement came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// What was done, for a person.
    pub work: String,
    /// How many transfers were made, or rows written where it is something else that is measured.
    pub transfers: u64,
    /// In that time.
    pub time: Duration,
    /// How long the calls took. `None` where that is not known.
    pub latencies: Option<Latencies>,
    /// By how many bytes the database grew for each transfer, indexes included.
    pub bytes_per_transfer: Option<u64>,
    /// The most memory that this program has had so far, in bytes. `None` where the system does not tell.
    pub peak_memory_bytes: Option<u64>,
}

impl Measured {
    /// Rounded down.
    #[must_use]
    pub fn per_second(&self) -> u64 {
        let per_second = u128::from(self.transfers) * 1_000_000_000 / self.time.as_nanos().max(1);
        u64::try_from(per_second).unwrap_or(u64::MAX)
    }
}

/// A throwaway book with accounts that have money, to be worked on.
pub struct Bench {
    // Before the book, so that its connections are closed before that is removed.
    ledger: Arc<Ledger>,
    book: BenchBook,
    options: StoreOptions,
    accounts: Arc<requests::Accounts>,
}
