//! Everything that differs between the backends, and only here.
//!
//! A `Store` is one open transaction on either backend. [`Pool`] opens connections, begins transactions, and runs them again when
//! they failed for a reason that passes. What does not belong here: decisions about money, and who may do what.
//!
//! # Locks
//! A write locks its accounts first, all in one statement, in the order of their ids, so that two writes cannot deadlock. Whatever
//! depends on the lock (ids already used, holds) is read in a *later* statement: on PostgreSQL a statement that waited for a lock sees
//! the locked rows fresh, but every other row as it was when the statement began. On SQLite a write holds the only write lock from its
//! first statement on.

mod account_chains;
mod administration;
mod annotations;
mod attempts;
mod backend;
mod book_events;
#[cfg(feature = "sqlite")]
mod book_files;
#[cfg(not(feature = "sqlite"))]
mod book_files_left_out;
mod book_imports;
mod book_url;
mod causes;
mod chain_check;
mod connections;
mod counting_transfers;
mod declared_indexes;
mod diagnosis;
mod disk;
mod drawing;
mod driver;
mod each_backend;
mod error;
mod expiring_holds;
mod guards;
mod indexes;
mod leads;
mod metadata_indexes;
mod migrations;
mod movements;
mod not_offered;
#[cfg(feature = "server")]
mod operational;
mod operations;
mod options;
#[cfg(feature = "cli")]
mod other_programs;
mod page_size;
mod plain_name;
mod pool;
mod portable;
#[cfg(feature = "postgres")]
mod postgres;
mod postgres_url;
mod postgres_url_check;
#[cfg(feature = "cli")]
mod raw_writes;
mod schedules;
mod schema_state;
mod slots;
#[cfg(feature = "sqlite")]
mod sqlite;
mod statement_log;
mod steps;
mod transfer_walks;
mod url;
mod url_setting;

use std::collections::HashSet;

use crate::facts::{
    Account, AccountId, AccountName, Hold, Instant, NormalSide, Schedule, ScheduleId, Sequence, Transfer, TransferId,
};
use crate::judging::ChangedAccount;
use crate::models::accounts::AccountHistoryUpdate;
use crate::models::currencies::CurrencyRow;

pub(crate) use crate::store::account_chains::AccountChains;
pub(crate) use crate::store::annotations::{AnnotatedId, Annotations};
pub(crate) use crate::store::book_events::BookEvents;
#[cfg(feature = "sqlite")]
pub use crate::store::book_files::{copy_book_file, settle_book_file};
#[cfg(not(feature = "sqlite"))]
pub use crate::store::book_files_left_out::{copy_book_file, settle_book_file};
pub(crate) use crate::store::book_imports::BookImports;
pub use crate::store::causes::{NotOffered, UnreachableCause};
pub(crate) use crate::store::counting_transfers::CountedTransfers;
pub use crate::store::declared_indexes::{IndexBuild, IndexState, MetadataIndex, MetadataOf};
pub use crate::store::diagnosis::{Depth, Diagnosis, Fact, Measure};
pub(crate) use crate::store::drawing::{Drawing, Numbering, Writer};
pub use crate::store::error::StoreError;
pub(crate) use crate::store::expiring_holds::ExpiringHolds;
pub(crate) use crate::store::guards::Guards;
pub(crate) use crate::store::indexes::Indexes;
pub(crate) use crate::store::leads::Leads;
pub(crate) use crate::store::metadata_indexes::{IndexedEntry, MetadataIndexes};
pub use crate::store::migrations::MigrationStatus;
pub(crate) use crate::store::movements::Movements;
#[cfg(feature = "server")]
pub(crate) use crate::store::operational::{
    Acknowledged, ApiKeyRow, ApiKeys, CLEARED, CROSSINGS_BEHIND, ConsumerRow, ConsumerRows, Deliveries, DeliveryRow,
    DeliveryState, Failed, Judged, KeyTime, MonitorEventRow, MonitorRow, MonitorRows, Moved, RAISED, ServerStore,
    SessionRow, SubjectRow, WebhookRow, WebhookRows, WebhookState, latest_end,
};
pub use crate::store::operations::Book;
pub use crate::store::options::{Access, Lifetime, MissingBook, StoreOptions};
pub(crate) use crate::store::page_size::PageSize;
pub use crate::store::plain_name::PlainName;
pub use crate::store::pool::Pool;
pub(crate) use crate::store::pool::Shortcut;
pub(crate) use crate::store::portable::Portable;
#[cfg(feature = "postgres")]
pub(crate) use crate::store::postgres::server_clock::{TOLD_OFF_MAX, ask_server};
pub(crate) use crate::store::schedules::{DueKey, Schedules};
pub use crate::store::schema_state::SchemaState;
pub(crate) use crate::store::transfer_walks::{Rare, TransferWalks};
pub use crate::store::url::{DatabaseUrl, UrlError};
pub use crate::store::url_setting::UrlSetting;

/// What must still be so when transfers are written that were judged before anything was locked.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    not(feature = "postgres"),
    expect(dead_code, reason = "SQLite writes nothing that was judged before a lock")
)]
pub(crate) struct JudgedBy {
    /// Nothing has happened to the book as a whole behind this place.
    pub newest: Sequence,
    /// What the server's clock says, give or take [`TOLD_OFF_MAX`]. `None` where that is not gone by.
    pub told: Option<Instant>,
}

/// One open transaction: the queries and writes whose SQL differs between the backends.
pub(crate) trait Store:
    Portable
    + AccountChains
    + Annotations
    + BookEvents
    + BookImports
    + CountedTransfers
    + Drawing
    + ExpiringHolds
    + Guards
    + Indexes
    + Leads
    + MetadataIndexes
    + Movements
    + Schedules
    + TransferWalks
{
    /// Those of the accounts that exist.
    fn find_accounts(&mut self, names: &[&AccountName]) -> Result<Vec<Account>, StoreError>;

    /// Those of the accounts that exist, each once, locked against every other write until the transaction ends. Some are known by name,
    /// others by number; one statement locks them all, so that they are locked in the order of their numbers.
    fn lock_accounts(&mut self, names: &[&AccountName], ids: &[AccountId]) -> Result<Vec<Account>, StoreError>;

    /// Those of the transfers that exist.
    fn find_transfers(&mut self, ids: &[TransferId]) -> Result<Vec<Transfer>, StoreError>;

    /// So many sequences, rising, all behind those of everything that happened to a locked account.
    fn next_sequences(&mut self, count: usize, told: Option<Instant>) -> Result<Vec<Sequence>, StoreError>;

    /// What [`Store::next_sequences`], [`Store::insert_transfers`] and [`Store::update_accounts`] do, all at once, with
    /// [provisional](Sequence::provisional) sequences instead of places, which are the answer. `None` where that is no gain; then
    /// nothing was done.
    fn write_together(
        &mut self,
        _transfers: &[Transfer],
        _accounts: &[ChangedAccount],
        _told: Option<Instant>,
    ) -> Result<Option<Vec<Sequence>>, StoreError> {
        Ok(None)
    }

    /// Adds transfers to the book.
    fn insert_transfers(&mut self, transfers: &[Transfer]) -> Result<(), StoreError>;

    /// Writes the totals and the chain position of accounts that are still as they were judged. [`StoreError::Conflict`] where one is
    /// not; then nothing may be kept of what this transaction did.
    fn update_accounts(&mut self, accounts: &[ChangedAccount]) -> Result<(), StoreError>;

    /// Adds holds.
    fn insert_holds(&mut self, holds: &[Hold]) -> Result<(), StoreError>;

    /// Writes what is left of holds whose accounts this transaction has locked.
    fn update_holds(&mut self, holds: &[Hold]) -> Result<(), StoreError>;

    /// The open holds that expired at or before a moment and stand on one side of one of the accounts.
    fn find_expired_holds(
        &mut self,
        side: NormalSide,
        accounts: &[AccountId],
        now: Instant,
    ) -> Result<Vec<Hold>, StoreError>;

    /// Adds accounts, each with another name, unless the name is taken. Returns the numbers of those that it added.
    fn insert_accounts(&mut self, accounts: &[Account]) -> Result<HashSet<AccountId>, StoreError>;

    /// Writes what transfers and events together come to, of accounts that this transaction has locked or taken over.
    fn update_histories(&mut self, updates: Vec<AccountHistoryUpdate>) -> Result<(), StoreError>;

    /// Lets new sequences begin behind those that were imported.
    fn continue_sequences(&mut self, newest: Sequence) -> Result<(), StoreError>;

    /// Adds a schedule, or does nothing when the id is taken, and says whether it did.
    fn insert_schedule(&mut self, schedule: &Schedule) -> Result<bool, StoreError>;

    /// Those of the schedules that exist, locked against every other run until the transaction ends. Before the accounts.
    fn lock_schedules(&mut self, ids: &[ScheduleId]) -> Result<Vec<Schedule>, StoreError>;

    /// Adds a currency, or does nothing when the code is taken, and says whether it did.
    fn insert_currency(&mut self, currency: &CurrencyRow) -> Result<bool, StoreError>;

    /// Keeps everybody else from adding events to the book's own chain until the transaction ends. Behind all other locks.
    fn lock_book_events(&mut self) -> Result<(), StoreError>;
}

/// Where fewer accounts could be written than there are, others have changed the rest since it was read.
fn check_unchanged(accounts: &[ChangedAccount], written: usize) -> Result<(), StoreError> {
    if written == accounts.len() {
        return Ok(());
    }
    let reason =
        format!("{} of {} accounts have changed since they were read", accounts.len() - written, accounts.len());
    Err(StoreError::Conflict { reason })
}
