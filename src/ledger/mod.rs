//! The operations of a ledger, each one atomic. The only code that writes.
//!
//! An operation opens one transaction, locks what it needs, lets the pure [`judging`](crate::judging) decide, writes what they say, and answers
//! after the commit. What does not belong here: decisions about money (`judging` makes them), SQL, and printing.

mod accounts;
mod book;
mod bounded;
mod events;
mod holds;
mod journals;
mod log;
mod poster;
mod posting;
mod proof;
mod reports;
mod schedules;
mod statements;
mod transfers;
mod transport;
mod write_options;

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::error::Error;
use crate::facts::Actor;
use crate::judging::ClockLead;
use crate::ledger::book::rules::KnownRules;
use crate::ledger::events::horizon::Horizon;
use crate::ledger::posting::remembered::Remembered;
use crate::ledger::posting::spending::Spending;
use crate::store::{DatabaseUrl, MissingBook, Pool, SchemaState, StoreOptions};

pub use crate::ledger::accounts::balances::{AsOf, Balance};
pub use crate::ledger::accounts::branches::{Branch, BranchPage};
pub use crate::ledger::accounts::listing::{AccountFilter, AccountListPage, AccountPage};
pub use crate::ledger::accounts::paths::PathBalance;
pub use crate::ledger::accounts::{Opened, check_empty};
pub use crate::ledger::book::clock::ClockStatus;
pub use crate::ledger::book::currencies::NamedCurrency;
pub use crate::ledger::book::examination::{Examination, examine};
#[cfg(feature = "server")]
pub(crate) use crate::ledger::bounded::make_room;
pub use crate::ledger::events::order::OpenedAccount;
pub use crate::ledger::events::{
    AccountChanged, DueEvent, Event, EventContent, EventCursor, EventFilter, EventKind, EventPage, Leg, Standing,
    TransferEvent, Watched,
};
pub use crate::ledger::holds::listing::HoldFilter;
pub use crate::ledger::holds::{HoldHistory, HoldPage, HoldStatus};
pub use crate::ledger::journals::exchange::Exchanged;
pub use crate::ledger::journals::listing::{JournalPage, JournalSummary};
pub use crate::ledger::poster::{Pending, Poster, PosterOptions};
#[cfg(feature = "server")]
pub(crate) use crate::ledger::poster::{Step, Writer};
pub use crate::ledger::posting::receipts::{Posted, Receipt};
pub use crate::ledger::proof::verify::{
    CurrencyTotals, Finding, FindingCode, TransferCheck, VerifyProgress, VerifyReport,
};
pub use crate::ledger::reports::bound::Bound;
pub use crate::ledger::reports::calendar::{FiscalYear, PeriodUnit, ReportComparison, ReportPeriod};
pub use crate::ledger::reports::report::{Report, ReportRequest};
pub use crate::ledger::reports::request::TableRequest;
pub use crate::ledger::reports::sheets::{LineKind, SheetLine, balance_sheet, begins_of_years, income_statement};
pub use crate::ledger::reports::table::{BalanceRow, BalanceTable, Turnover};
pub use crate::ledger::reports::trial_balance::{ShowEmpty, TrialBalanceCell, TrialBalanceLine, trial_balance};
pub use crate::ledger::reports::valuation::{Prices, Valuation};
pub use crate::ledger::schedules::refused::{DuePlace, RefusedPage};
pub use crate::ledger::schedules::runs::{ScheduleRun, SettledDue};
pub use crate::ledger::schedules::{ScheduleAdded, ScheduleCancelled, ScheduleHistory, SchedulePage, ScheduleStatus};
pub use crate::ledger::statements::Statement;
pub use crate::ledger::statements::entry::StatementEntry;
pub use crate::ledger::statements::query::{EntryCursor, Span, StatementOrder, StatementQuery};
pub use crate::ledger::transfers::WithOpenings;
pub use crate::ledger::transfers::filter::{JournalFilter, ListOrder, ListPage, RecordedFilter, TransferFilter};
#[cfg(feature = "postgres")]
pub use crate::ledger::transfers::in_transaction::{post_in, submit_in};
pub use crate::ledger::transfers::listing::{TransferDetails, TransferPage};
#[cfg(feature = "server")]
pub(crate) use crate::ledger::transfers::prepared::{Prepared, accounts_of, prepare_exchange, prepare_or_ask};
pub use crate::ledger::transfers::written::WrittenWithOpenings;
pub use crate::ledger::transport::backup::{Restored, back_up, restore};
pub use crate::ledger::transport::book::{
    BookHeader, BookImported, BookLine, BookPart, BookProgress, BookSink, BookSource, BookTrailer,
};
pub use crate::ledger::transport::flat::{
    FlatAccount, FlatBalance, FlatEntry, FlatProgress, FlatRequest, FlatRow, FlatSink, FlatSnapshot, FlatTable,
    FlatTransfer, StatementEnd,
};
pub use crate::ledger::transport::journals::{
    BalancesOf, Day, JournalAccount, JournalBalance, JournalCounts, JournalHeader, JournalPart, JournalSide,
    JournalSink, JournalSpan, JournalTransfer,
};
pub use crate::ledger::transport::lines::{
    AccountLine, ImportCounts, ImportSink, ImportSource, Line, LineKey, LineOutcome, Malformed, MinBalance, Refused,
    TransferLine,
};
pub use crate::ledger::write_options::{Mode, WriteOptions};

/// The memory that a walk over the whole book may use for accounts, so that the whole program stays below 64 MB.
const WALK_BYTES_MAX: usize = 27 << 20;

/// A book that is open. Threads can share it by reference.
#[derive(Debug)]
pub struct Ledger {
    pool: Pool,
    clock: Clock,
    actor: Actor,
    clock_lead_max: Duration,
    rules: KnownRules,
    remembered: Arc<Remembered>,
    spending: Spending,
    horizon: Horizon,
    walk_bytes_max: usize,
    /// Whether a verification looks up every row through every index.
    proves_indexes: bool,
}

impl Ledger {
    /// Opens an existing book. Never makes a file, so that a wrong path cannot look like an empty book: see [`Ledger::open_or_create`]. A
    /// PostgreSQL book must have been migrated, with [`Ledger::migrate`].
    ///
    /// # Errors
    /// [`StoreError::Missing`](crate::store::StoreError::Missing), `Unreachable`, `Url`, `Options`, `Denied`, `NotABook`, `BookUnknown`,
    /// `NotOffered`, `NotMigrated`, `Newer`, `Busy`, `Standby`, `Lost`, `Replaced`, `Full`, `Disk`, `Statement`;
    /// [`Rejection::BookIncomplete`](crate::rejection::Rejection::BookIncomplete).
    ///
    /// ```
    /// use teller::Ledger;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let url = format!("sqlite://{}", folder.path().join("book.db").display());
    /// let missing = Ledger::open(url.parse()?, Default::default());
    /// assert!(missing.is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open(url: DatabaseUrl, options: StoreOptions) -> Result<Self, Error> {
        let ledger = Self::open_incomplete(url, options)?;
        ledger.check_complete()?;
        Ok(ledger)
    }

    /// Opens a book. If the URL names an SQLite file that does not exist or is empty, makes the book first. A PostgreSQL book is made by its owner,
    /// with [`Ledger::migrate`].
    ///
    /// # Errors
    /// Those of [`Ledger::open`], except [`StoreError::Missing`](crate::store::StoreError::Missing); where it makes a book, those of
    /// [`Ledger::migrate`].
    ///
    /// ```
    /// use teller::Ledger;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let url = format!("sqlite://{}", folder.path().join("book.db").display());
    /// let ledger = Ledger::open_or_create(url.parse()?, Default::default())?;
    /// assert!(ledger.list_accounts("", None, 10)?.accounts.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open_or_create(url: DatabaseUrl, options: StoreOptions) -> Result<Self, Error> {
        Self::open(url, options.making_missing())
    }

    /// Opens a book whose import was interrupted, so that [`Ledger::import_book`] can continue. Also opens a complete book.
    ///
    /// # Errors
    /// Those of [`Ledger::open`], except [`Rejection::BookIncomplete`](crate::rejection::Rejection::BookIncomplete); where it makes a book, those
    /// of [`Ledger::migrate`].
    ///
    /// ```
    /// use teller::Ledger;
    /// use teller::store::StoreOptions;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let url = format!("sqlite://{}", folder.path().join("book.db").display());
    /// let ledger = Ledger::open_incomplete(url.parse()?, StoreOptions::default().making_missing())?;
    /// assert!(ledger.list_accounts("", None, 10)?.accounts.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
            actor: Actor::teller(),
            pool,
            clock_lead_max: ClockLead::MAX,
            rules: KnownRules::default(),
            remembered: Arc::default(),
            spending: Spending::default(),
            horizon: Horizon::default(),
            walk_bytes_max: WALK_BYTES_MAX,
            proves_indexes: true,
        })
    }

    /// Brings a book's schema up to date and returns the names of the migrations that it ran: all that were missing, or none. Safe to run from
    /// many places at once. Makes a new SQLite file only with [`StoreOptions::making_missing`].
    ///
    /// # Errors
    /// [`Error::Store`] with [`StoreError::Unreachable`](crate::store::StoreError::Unreachable), `Missing`, `Url`, `Options`, `Denied`, `Busy`,
    /// `Standby`, `ReadOnly`, `Newer`, `NotABook`, `BookUnknown`, `NotUtf8`, `NotOffered`, `Migration`, `Full`, `Disk`, `Lost`,
    /// `OutcomeUnknown`.
    ///
    /// ```
    /// use teller::Ledger;
    /// use teller::store::StoreOptions;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let url = format!("sqlite://{}", folder.path().join("book.db").display());
    /// let options = StoreOptions::default().making_missing();
    /// assert!(!Ledger::migrate(url.parse()?, options)?.is_empty());
    /// assert!(Ledger::migrate(url.parse()?, options)?.is_empty(), "it is up to date");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn migrate(url: DatabaseUrl, options: StoreOptions) -> Result<Vec<String>, Error> {
        Ok(Pool::connect(url, options)?.migrate()?)
    }

    /// Replaces the book's clock, which is the server's on PostgreSQL and the machine's on SQLite. The new clock is not checked against the
    /// server's, so all programs that write to one book must use the same one.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Clock;
    ///
    /// let ledger = ledger.with_clock(Clock::system());
    /// assert!(ledger.clock_status()?.too_late().is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Sets who asks for the writes that name no actor of their own; the default is `teller`.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::{Mode, WriteOptions};
    ///
    /// let ledger = ledger.with_actor("payments".parse()?);
    /// let posted = ledger.post(support::payment(&ledger, "rent", "30.00")?, Mode::Commit)?;
    /// assert_eq!(posted.transfer.actor.as_str(), "payments");
    ///
    /// let by_hand = WriteOptions::new(Mode::Commit).by("alice".parse()?);
    /// let posted = ledger.post(support::payment(&ledger, "tip", "1.00")?, by_hand)?;
    /// assert_eq!(posted.transfer.actor.as_str(), "alice");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_actor(self, actor: Actor) -> Self {
        Self { actor, ..self }
    }

    /// Sets how much later than the clock an account's newest entry may be; the default is one minute. Beyond it, the account takes no more
    /// entries unless the owner has [accepted](Self::accept_clock) the difference.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use std::time::Duration;
    ///
    /// let ledger = ledger.with_clock_lead_max(Duration::from_secs(5));
    /// assert_eq!(ledger.clock_status()?.lead_max, Duration::from_secs(5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_clock_lead_max(self, lead_max: Duration) -> Self {
        Self { clock_lead_max: lead_max, ..self }
    }

    /// Sets about how many bytes of memory [verification](Self::verify), [import](Self::import_book) and [export](Self::export_book) may use for
    /// accounts. The default is 27 MB, which holds about 100,000 accounts. The rest goes to a temporary file, 512 bytes an account, or is read
    /// again. A verification is several times faster if all accounts fit into memory.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let report = ledger.with_walk_memory(1 << 30).verify(&mut |_| {})?;
    /// assert!(report.findings.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_walk_memory(self, bytes_max: usize) -> Self {
        Self { walk_bytes_max: bytes_max, ..self }
    }

    /// Excludes the indexes from verifications. These then take about a third of the time on PostgreSQL and two thirds on SQLite.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let report = ledger.without_index_proof().verify(&mut |_| {})?;
    /// assert!(report.findings.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn without_index_proof(self) -> Self {
        Self { proves_indexes: false, ..self }
    }

    /// Remembers accounts together with another ledger of the same book, so that what one posts makes no guess of the other one wrong.
    #[cfg(feature = "server")]
    pub(crate) fn remembering_with(self, other: &Self) -> Self {
        Self { remembered: Arc::clone(&other.remembered), ..self }
    }

    /// Whether the book takes only one writer at a time.
    const fn has_one_writer(&self) -> bool {
        matches!(self.pool.url(), DatabaseUrl::Sqlite(_))
    }

    /// Who asks for the writes that name no actor of their own.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let ledger = ledger.with_actor("payments".parse()?);
    /// assert_eq!(ledger.actor().as_str(), "payments");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Who asks for a write with those options.
    fn acting<'a>(&'a self, options: &'a WriteOptions) -> &'a Actor {
        options.actor.as_ref().unwrap_or(&self.actor)
    }

    /// The connections to the book, for the program's own measurements.
    #[cfg(feature = "cli")]
    pub(crate) const fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The book's clock.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// assert!(ledger.get_account(&"customers:alice".parse()?)?.opened_at <= ledger.clock().now());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }
}
