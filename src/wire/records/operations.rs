use std::path::Path;

use crate::ledger::{BookHeader, Mode};
use crate::wire::SealFile;

record! {
    /// A book, among those that one database holds.
    pub struct BookRecord {
        book: String,
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
    /// A backup that was written.
    pub struct BackupRecord {
        file: String,
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
        book: String,
        /// Whether it was there before.
        replayed: bool,
        /// The migrations that it lacked.
        migrations: Vec<String>,
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
        role: String,
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
        file: String,
        accounts: i64,
        transfers: i64,
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
        file: String,
        book: String,
        accounts: u64,
        transfers: u64,
        events: u64,
        book_events: u64,
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
