//! Whole books, out and in: from one backend to the other, or to where an auditor reads them in ten years.
//!
//! What is exported is what [`BookPart`] lists: what cannot be computed from anything else. Totals, heads and holds follow from it, and
//! an import computes them anew.

mod check;
mod export;
mod import;
mod problems;
mod schedules;
mod throwaway;
mod write;

use std::io;

use uuid::Uuid;

use crate::error::Error;
use crate::facts::{AccountEvent, BookEvent, Due, Hash, Schedule, Sequence, Transfer};
use crate::ledger::events::order::OpenedAccount;
use crate::ledger::transport::outbox::Weighed;
use crate::ledger::{Ledger, NamedCurrency};
use crate::money::Currency;
use crate::rejection::Rejection;
use crate::store::Access;

pub use crate::ledger::transport::book::import::BookImported;

/// One line of a book's file. A file has a header; currencies by code; accounts, transfers and events by sequence; schedules by id, each
/// with its dues behind it; a trailer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BookPart {
    /// Which book it is, and how much is to come.
    Header(BookHeader),
    /// A currency: what its amounts mean does not depend on any list of today.
    Currency(NamedCurrency),
    /// An account as it was opened.
    Account(Box<OpenedAccount>),
    /// A transfer, as it is stored, and the currency of its amounts.
    Transfer(Box<Transfer>, Currency),
    /// A change of what an account may do or of metadata, as it is stored, and the account's currency.
    Event(Box<AccountEvent>, Currency),
    /// An event of the book as a whole, as it is stored.
    BookEvent(Box<BookEvent>),
    /// A schedule, and the currency of its amount.
    Schedule(Box<Schedule>, Currency),
    /// What became of a due of the schedule before it.
    Due(Box<Due>),
    /// What all of it comes to, so that a file that was cut is noticed.
    Trailer(BookTrailer),
}

impl Weighed for BookPart {
    fn text_bytes(&self) -> usize {
        match self {
            Self::Account(account) => account.opening.metadata.bytes(),
            Self::Transfer(transfer, _) => transfer.metadata.bytes(),
            Self::Event(event, _) => {
                event.annotation.as_ref().map_or(0, |change| change.before.bytes() + change.after.bytes())
            }
            Self::Schedule(schedule, _) => schedule.metadata.bytes(),
            Self::Header(_) | Self::Currency(_) | Self::BookEvent(_) | Self::Due(_) | Self::Trailer(_) => 0,
        }
    }
}

/// The first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookHeader {
    /// The book.
    pub book_id: Uuid,
    /// How many accounts follow.
    pub accounts: u64,
    /// How many transfers follow.
    pub transfers: u64,
    /// How many events of accounts follow.
    pub events: u64,
    /// How many events of the book as a whole follow.
    pub book_events: u64,
    /// The newest place in the book, 0 where nothing has one.
    pub sequence: Sequence,
    /// How many schedules follow.
    pub schedules: u64,
    /// How many dues follow.
    pub dues: u64,
}

/// The last line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookTrailer {
    /// How many accounts there were.
    pub accounts: u64,
    /// How many transfers there were.
    pub transfers: u64,
    /// How many events of accounts there were.
    pub events: u64,
    /// How many events of the book as a whole there were.
    pub book_events: u64,
    /// The Merkle root over the accounts, as a [`Seal`](crate::proof::Seal) made then has it.
    pub root: Hash,
}

/// Where an export goes.
pub trait BookSink {
    /// Takes the next record.
    ///
    /// # Errors
    /// What the system says.
    fn write(&mut self, record: &BookPart) -> io::Result<()>;

    /// Forgets what it took: the connection was lost, and the export begins anew.
    ///
    /// # Errors
    /// Where what it took is out of reach.
    fn restart(&mut self) -> io::Result<()>;
}

/// A line of a file, and its number, counted from 1.
#[derive(Clone, Debug)]
pub struct BookLine {
    /// Its number.
    pub number: u64,
    /// What it says.
    pub record: BookPart,
}

/// Where an import comes from.
pub trait BookSource {
    /// The next line, or `None` at the end.
    ///
    /// # Errors
    /// [`InputError::BookFile`](crate::InputError::BookFile), [`Error::File`].
    fn next_line(&mut self) -> Result<Option<BookLine>, Error>;

    /// The SHA-256 of all lines given so far, as they stand in the file.
    fn digest(&self) -> Hash;
}

/// How far an export or an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookProgress {
    /// How many accounts, transfers and events were read or written.
    pub done: u64,
    /// How many there are.
    pub total: u64,
}

impl BookHeader {
    const fn total(&self) -> u64 {
        self.accounts + self.transfers + self.events + self.book_events
    }
}

impl Ledger {
    /// Refuses a book that an import has not come to the end of.
    pub(in crate::ledger) fn check_complete(&self) -> Result<(), Error> {
        let import = self.pool.transaction(Access::Read, |store| Ok(store.find_book_import()?))?;
        match import.filter(|import| import.finished_at.is_none()) {
            Some(import) => Err(Rejection::BookIncomplete { line: import.lines }.into()),
            None => Ok(()),
        }
    }
}
