//! Records of the results of creating books, backups, exports, roles, seals and manual pages.

use std::path::Path;

use crate::ledger::{BookHeader, Mode};
use crate::wire::SealFile;

record! {
    /// A book, among those that one database holds.
    pub struct BookRecord {
        /// The book's name.
        book: String,
        /// Whether its schema is current.
        schema_state: String,
    }
}

impl BookRecord {
    /// The name of a book, and the state of its schema.
    #[must_use]
    pub fn new(book: &str, schema_state: String) -> Self {
        Self { book: book.to_owned(), schema_state }
    }
}

record! {
    /// A table of the book that was written to a file.
    pub struct FlatExportRecord {
        /// The file's path.
        file: String,
        /// How many rows it has, without the header of CSV.
        rows: u64,
        /// How many bytes it has.
        bytes: u64,
    }
}

impl FlatExportRecord {
    /// The file, how many rows it has, and its size.
    #[must_use]
    pub fn new(file: &Path, rows: u64, bytes: u64) -> Self {
        Self { file: file.display().to_string(), rows, bytes }
    }
}

record! {
    /// A backup that was written.
    pub struct BackupRecord {
        /// The file's path.
        file: String,
        /// How many bytes it has.
        bytes: u64,
    }
}

impl BackupRecord {
    /// The file, and its size.
    #[must_use]
    pub fn new(file: &Path, bytes: u64) -> Self {
        Self { file: file.display().to_string(), bytes }
    }
}

record! {
    /// A book that was made among others.
    pub struct BookMadeRecord {
        /// The book's name.
        book: String,
        /// Whether it was there before.
        replayed: bool,
        /// The migrations that it lacked.
        migrations: Vec<String>,
        /// Whether it was only tried and nothing was written.
        dry_run: bool,
    }
    table { book, replayed }
}

impl BookMadeRecord {
    /// The name of the book, whether it was there before, and the migrations that it lacked.
    #[must_use]
    pub fn new(book: &str, replayed: bool, migrations: Vec<String>, mode: Mode) -> Self {
        Self { book: book.to_owned(), replayed, migrations, dry_run: mode == Mode::DryRun }
    }
}

record! {
    /// A role that a book was given.
    pub struct RoleRecord {
        /// The role's name.
        role: String,
        /// What the role may do.
        purpose: &'static str,
    }
}

impl RoleRecord {
    /// The three roles whose names begin so.
    #[must_use]
    pub fn of(prefix: &str) -> Vec<Self> {
        let purposes = [("owner", "migrates the book"), ("writer", "does what Teller does"), ("reader", "only looks")];
        purposes.into_iter().map(|(name, purpose)| Self { role: format!("{prefix}_{name}"), purpose }).collect()
    }
}

record! {
    /// A seal that was written to a file.
    pub struct SealRecord {
        /// The file's path.
        file: String,
        /// How many accounts it covers.
        accounts: i64,
        /// How many transfers it covers.
        transfers: i64,
        /// Whether it has a signature.
        signed: bool,
    }
}

impl SealRecord {
    /// The file, and what the seal in it covers.
    #[must_use]
    pub fn new(file: &Path, sealed: &SealFile) -> Self {
        let (accounts, transfers) = (sealed.seal.accounts, sealed.seal.transfers);
        Self { file: file.display().to_string(), accounts, transfers, signed: sealed.is_signed() }
    }
}

record! {
    /// A book that was written to a file.
    pub struct ExportRecord {
        /// The file's path.
        file: String,
        /// The book's id.
        book: String,
        /// How many accounts there are.
        accounts: u64,
        /// How many transfers there are.
        transfers: u64,
        /// How many changes of accounts there are.
        events: u64,
        /// How many events of the book as a whole there are.
        book_events: u64,
        /// How many schedules there are.
        schedules: u64,
    }
    table { file, accounts, transfers, events, schedules }
}

impl ExportRecord {
    /// The file, and how much there is in it.
    #[must_use]
    pub fn new(file: &Path, header: &BookHeader) -> Self {
        Self {
            file: file.display().to_string(),
            book: header.book_id.to_string(),
            accounts: header.accounts,
            transfers: header.transfers,
            events: header.events,
            book_events: header.book_events,
            schedules: header.schedules,
        }
    }
}

record! {
    /// A page of the manual that was written.
    pub struct PageRecord {
        /// The page's path.
        page: String,
    }
}

impl PageRecord {
    /// The file of the page.
    #[must_use]
    pub fn new(file: &Path) -> Self {
        Self { page: file.display().to_string() }
    }
}
