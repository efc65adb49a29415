//! The operations of a ledger, each one atomic. The only code that writes.
//!
//! An operation opens one transaction, locks what it needs, lets the pure [`judging`](crate::judging) decide, writes what they say, and answers
//! after the commit. What does not belong here: decisions about money (`judging` makes them), SQL, and printing.

mod accounts;
mod book;
mod holds;
mod journals;
mod poster;
mod posting;
mod proof;
mod reports;
mod schedules;
mod statements;
mod told;
mod transfers;
mod transport;

use std::time::Duration;

use crate::clock::Clock;
use crate::error::Error;
use crate::judging::ClockLead;
use crate::ledger::book::rules::KnownRules;
use crate::ledger::posting::remembered::Remembered;
use crate::ledger::posting::spending::Spending;
use crate::store::{DatabaseUrl, MissingBook, Pool, SchemaState, StoreOptions};

pub use crate::ledger::accounts::balances::AsOf;
pub use crate::ledger::accounts::paths::PathBalance;
pub use crate::ledger::accounts::{AccountPage, Opened, check_empty};
pub use crate::ledger::book::clock::ClockStatus;
pub use crate::ledger::book::currencies::NamedCurrency;
pub use crate::ledger::holds::{HoldHistory, HoldPage, HoldStatus};
pub use crate::ledger::journals::exchange::Exchanged;
pub use crate::ledger::poster::{Pending, Poster, PosterOptions};
pub use crate::ledger::posting::receipts::{Posted, Receipt};
pub use crate::ledger::proof::verify::{CurrencyTotals, Finding, FindingCode, VerifyProgress, VerifyReport};
pub use crate::ledger::reports::bound::Bound;
pub use crate::ledger::reports::calendar::{Comparison, FiscalYear, PeriodUnit, ReportPeriod};
pub use crate::ledger::reports::request::TableRequest;
pub use crate::ledger::reports::sheets::{LineKind, SheetLine, balance_sheet, begins_of_years, income_statement};
pub use crate::ledger::reports::table::{BalanceRow, BalanceTable, Turnover};
pub use crate::ledger::reports::trial_balance::{ShowEmpty, TrialBalanceCell, TrialBalanceLine, trial_balance};
pub use crate::ledger::schedules::runs::{ScheduleRun, SettledDue};
pub use crate::ledger::schedules::{ScheduleAdded, ScheduleCancelled, ScheduleHistory, SchedulePage, ScheduleStatus};
pub use crate::ledger::statements::history::{Entry, Statement};
pub use crate::ledger::statements::{EntryCursor, Span, SpanStatement, StatementOrder};
pub use crate::ledger::transfers::{WithOpenings, post_in, submit_in};
pub use crate::ledger::transport::backup::{Restored, back_up, restore};
pub use crate::ledger::transport::book::{
    BookHeader, BookImported, BookLine, BookProgress, BookRecord, BookSink, BookSource, BookTrailer, NumberedAccount,
};
pub use crate::ledger::transport::lines::{
    AccountLine, ImportCounts, ImportSink, ImportSource, Line, LineKey, Malformed, MinBalance, Refused, TransferLine,
};

/// How much memory a walk over the whole book may take for accounts: so much that the program as a whole stays below 64 MB.
const WALK_BYTES_MAX: usize = 27 << 20;

/// Whether an operation is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It is written, and the answer comes after the commit.
    #[default]
    Commit,
    /// It is judged like any other, under the same locks, and leaves no trace.
    DryRun,
}

/// One book: the library's front door. Cheap to share between threads by reference.
#[derive(Debug)]
pub struct Ledger {
    pool: Pool,
    clock: Clock,
    clock_lead_max: Duration,
    rules: KnownRules,
    remembered: Remembered,
    spending: Spending,
    walk_bytes_max: usize,
    /// Whether a verification looks all rows up through all indexes.
    proves_indexes: bool,
}

impl Ledger {
    /// Opens a book that is there. No file is made where there is none, so that a wrong path never looks like an empty book: see
    /// [`Ledger::open_or_create`]. A PostgreSQL book must have been migrated, with [`Ledger::migrate`] or `teller migrate run`.
    ///
    /// # Errors
    /// [`StoreError::Missing`](crate::store::StoreError::Missing), `Unreachable`, `Url`, `Options`, `Denied`, `NotABook`, `BookUnknown`,
    /// `NotOffered`, `NotMigrated`, `Newer`, `Busy`, `Standby`, `Lost`, `Replaced`, `Full`, `Disk`, `Statement`;
    /// [`Rejection::BookIncomplete`](crate::rejection::Rejection::BookIncomplete).
    pub fn open(url: DatabaseUrl, options: StoreOptions) -> Result<Self, Error> {
        let ledger = Self::open_incomplete(url, options)?;
        ledger.check_complete()?;
        Ok(ledger)
    }

    /// Opens a book, and makes it first where the URL names an SQLite file that is not there or is empty. A PostgreSQL book is made by its
    /// owner, with `teller migrate run`.
    ///
    /// # Errors
    /// As [`Ledger::open`], but for [`StoreError::Missing`](crate::store::StoreError::Missing).
    pub fn open_or_create(url: DatabaseUrl, options: StoreOptions) -> Result<Self, Error> {
        Self::open(url, options.making_missing())
    }

    /// Opens a book that an import may not have come to the end of, to go on with that: see [`Ledger::import_book`].
    ///
    /// # Errors
    /// As [`Ledger::open`], but for [`Rejection::BookIncomplete`](crate::rejection::Rejection::BookIncomplete).
    pub fn open_incomplete(url: DatabaseUrl, options: StoreOptions) -> Result<Self, Error> {
        let pool = Pool::connect(url, options)?;
        let state = pool.schema_state()?;
        match (&state, pool.url(), options.missing_book) {
            (SchemaState::Empty, DatabaseUrl::Sqlite(_), MissingBook::Make) => {
                pool.migrate()?;
            }
            _ => pool.check_current(&state)?,
        }
        Ok(Self {
            clock: pool.clock(),
            pool,
            clock_lead_max: ClockLead::MAX,
            rules: KnownRules::default(),
            remembered: Remembered::default(),
            spending: Spending::default(),
            walk_bytes_max: WALK_BYTES_MAX,
            proves_indexes: true,
        })
    }

    /// Brings a book's schema up to date, all missing migrations or none, and returns their names. Safe to run from many places at once.
    /// A new SQLite file is made.
    ///
    /// # Errors
    /// [`Error::Store`] with [`StoreError::Unreachable`](crate::store::StoreError::Unreachable), `Url`, `Options`, `Denied`, `Busy`,
    /// `Standby`, `ReadOnly`, `Newer`, `NotABook`, `BookUnknown`, `NotUtf8`, `NotOffered`, `Migration`, `Full`, `Disk`, `Lost`,
    /// `OutcomeUnknown`.
    pub fn migrate(url: DatabaseUrl, options: StoreOptions) -> Result<Vec<String>, Error> {
        Ok(Pool::connect(url, options)?.migrate()?)
    }

    /// The same book with another clock than its own, which is the server's on PostgreSQL and the machine's on SQLite. What it says is not
    /// checked, so all programs that write to one book must use the same clock.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The same book, where an account's newest entry may be so much later than the clock. Beyond it the account takes no more entries,
    /// unless the owner has [accepted](Self::accept_clock) that. It is a minute unless it is set.
    #[must_use]
    pub fn with_clock_lead_max(self, lead_max: Duration) -> Self {
        Self { clock_lead_max: lead_max, ..self }
    }

    /// The same book, whose [verification](Self::verify), [import](Self::import_book) and [export](Self::export_book) keep in memory about so
    /// many bytes of what they know of accounts. What is more goes into a temporary file, 512 bytes an account, or is looked up again. Where
    /// all has room, a verification is several times faster. It is 27 MB unless it is set, which is room for 100,000 accounts or so.
    #[must_use]
    pub fn with_walk_memory(self, bytes_max: usize) -> Self {
        Self { walk_bytes_max: bytes_max, ..self }
    }

    /// Leaves the indexes out of verifications, which then take about a third of the time on PostgreSQL and two thirds on SQLite.
    #[must_use]
    pub fn without_index_proof(self) -> Self {
        Self { proves_indexes: false, ..self }
    }

    /// Whether whoever writes keeps everybody else from it.
    const fn has_one_writer(&self) -> bool {
        matches!(self.pool.url(), DatabaseUrl::Sqlite(_))
    }

    /// The connections to the book, for the program's own measurements.
    pub(crate) const fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The clock that the book is told the time by.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }
}
