//! Flat files: one kind of row, one row after the other, for spreadsheets and for analysts' tools.
//!
//! What belongs here: reading the rows of a table in one snapshot, in bounded memory. What does not: how rows are written, which is in
//! `interchange`, and whole books, which are in [`book`](crate::ledger::transport::book).

mod accounts;
mod balances;
mod rows;
mod statements;
mod walk;

use std::io;
use std::ops::ControlFlow;

use uuid::Uuid;

use crate::error::Error;
use crate::facts::{AccountName, Hash, Instant, Sequence};
use crate::ledger::Ledger;
use crate::ledger::proof::seal::seal_in;
use crate::ledger::transfers::filter::check_span;
use crate::ledger::transport::flat::accounts::FlatAccounts;
use crate::ledger::transport::outbox::{Outbox, Weighed};
use crate::proof::Seal;
use crate::store::{Access, Store};

pub use crate::ledger::transport::flat::rows::{
    FlatAccount, FlatBalance, FlatEntry, FlatRow, FlatTransfer, StatementEnd,
};

/// How much memory an account takes at most while their names are remembered.
const BYTES_PER_ACCOUNT: usize = 512;

/// What the rows of a flat file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlatTable {
    /// One row a transfer, in the order of the book.
    Transfers,
    /// Two rows a transfer that moves value, one for each account; none for holds and releases.
    Entries,
    /// One row an account, by name.
    Balances,
    /// For each account, by name: its opening balance, its transfers from the oldest to the newest, its closing balance.
    Statements,
}

/// Which rows of which table are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlatRequest {
    /// The table.
    pub table: FlatTable,
    /// Only the statement of this account. The other tables leave it out of account.
    pub account: Option<AccountName>,
    /// What was recorded at this moment or later, in all tables but that of balances.
    pub from: Option<Instant>,
    /// What was recorded before this moment, in all tables but that of balances.
    pub until: Option<Instant>,
    /// Balances as of this effective time. `None`: as they are now, with what is held.
    pub at: Option<Instant>,
}

/// Where rows go.
pub trait FlatSink {
    /// Takes the next row.
    ///
    /// # Errors
    /// What the system says.
    fn write(&mut self, row: &FlatRow) -> io::Result<()>;

    /// Forgets what it took: the connection was lost, and the export begins anew.
    ///
    /// # Errors
    /// Where what it took is out of reach.
    fn restart(&mut self) -> io::Result<()>;

    /// Whether it wants to be told of the book that it shows, which takes a look at every account.
    fn wants_snapshot(&self) -> bool {
        false
    }

    /// Is told of the book that it shows, behind the last row.
    fn take_snapshot(&mut self, _snapshot: FlatSnapshot) {}
}

/// The book that an export shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlatSnapshot {
    /// The book.
    pub book_id: Uuid,
    /// The newest sequence in it.
    pub sequence: Sequence,
    /// The Merkle root over the accounts' heads, as a [`Seal`](crate::proof::Seal) made then has it.
    pub root: Hash,
}

/// How far an export has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlatProgress {
    /// How many rows were read.
    pub rows: u64,
    /// How much of the book was read: sequences, or accounts.
    pub done: u64,
    /// How much there is.
    pub total: u64,
}

/// What says how far an export has come, and can break it off.
type Tell<'a> = dyn FnMut(FlatProgress) -> ControlFlow<()> + 'a;

impl FlatRequest {
    /// All rows of a table.
    #[must_use]
    pub const fn of(table: FlatTable) -> Self {
        Self { table, account: None, from: None, until: None, at: None }
    }
}

impl Ledger {
    /// Hands out the rows of a table, as they are at one moment, and returns how many there were. Nobody is held up meanwhile. The memory that
    /// this takes does not depend on the size of the book. Returns `None` where `progress` broke it off.
    ///
    /// Metadata is what is kept beside a transfer now.
    ///
    /// # Errors
    /// [`InputError::Span`](crate::error::InputError::Span) if the span ends before it begins;
    /// [`Rejection::AccountUnknown`](crate::rejection::Rejection::AccountUnknown); [`Error::File`] where the sink fails; [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use std::ops::ControlFlow;
    ///
    /// use teller::interchange::{FlatFormat, FlatWriter, TextCells};
    /// use teller::ledger::{FlatRequest, FlatTable};
    ///
    /// let request = FlatRequest::of(FlatTable::Balances);
    /// let restart = |text: &mut Vec<u8>| Ok(text.clear());
    /// let mut writer = FlatWriter::new(Vec::new(), request.table, FlatFormat::Csv(TextCells::Safe), restart);
    /// let rows = ledger.export_flat(&request, &mut writer, &mut |_| ControlFlow::Continue(()))?;
    /// let csv = String::from_utf8(writer.finish()?)?;
    /// assert_eq!(rows, Some(3));
    /// assert!(csv.contains("\ncustomers:alice,liability,EUR,10000,100.00,"), "{csv}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn export_flat(
        &self,
        request: &FlatRequest,
        sink: &mut (dyn FlatSink + Send),
        progress: &mut dyn FnMut(FlatProgress) -> ControlFlow<()>,
    ) -> Result<Option<u64>, Error> {
        check_span(request.from, request.until)?;
        let mut is_begun = false;
        self.pool.transaction(Access::Read, |store| {
            if std::mem::replace(&mut is_begun, true) {
                sink.restart().map_err(|source| Error::File { doing: "begin the export anew".into(), source })?;
            }
            let accounts = FlatAccounts::new(self.walk_bytes_max / BYTES_PER_ACCOUNT);
            let rows = Outbox::lend(
                |row| sink.write(row),
                |outbox| {
                    let mut export = FlatExport { ledger: self, request, outbox, tell: progress, accounts, rows: 0 };
                    Ok(export.run(store)?.is_continue().then_some(export.rows))
                },
            )?;
            if sink.wants_snapshot() && rows.is_some() {
                let Seal { book_id, sequence, root, .. } = seal_in(store, self.clock.now())?;
                sink.take_snapshot(FlatSnapshot { book_id, sequence, root });
            }
            Ok(rows)
        })
    }
}

/// An export at work.
struct FlatExport<'a> {
    ledger: &'a Ledger,
    request: &'a FlatRequest,
    outbox: &'a mut Outbox<FlatRow>,
    tell: &'a mut Tell<'a>,
    accounts: FlatAccounts,
    rows: u64,
}

impl FlatExport<'_> {
    fn run(&mut self, store: &mut dyn Store) -> Result<ControlFlow<()>, Error> {
        match self.request.table {
            FlatTable::Transfers | FlatTable::Entries => self.walk_book(store),
            FlatTable::Balances => self.list_balances(store),
            FlatTable::Statements => self.list_statements(store),
        }
    }

    fn write(&mut self, row: FlatRow) -> Result<(), Error> {
        self.rows += 1;
        self.outbox.write(row)
    }

    fn show(&mut self, done: u64, total: u64) -> ControlFlow<()> {
        (self.tell)(FlatProgress { rows: self.rows, done, total })
    }
}

impl Weighed for FlatRow {
    fn text_bytes(&self) -> usize {
        match self {
            Self::Transfer(FlatTransfer { transfer, .. })
            | Self::Entry(FlatEntry { transfer, .. })
            | Self::StatementEntry(FlatEntry { transfer, .. }) => {
                transfer.metadata.bytes() + transfer.description.as_ref().map_or(0, |text| text.as_str().len())
            }
            Self::Balance(_) | Self::Opening(_) | Self::Closing(_) => 0,
        }
    }
}
