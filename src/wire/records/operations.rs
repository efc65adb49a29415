use std::path::Path;

use serde::Serialize;

use crate::ledger::{BookHeader, Mode};
use crate::wire::SealFile;

/// A book, among those that one database holds.
#[derive(Debug, Serialize)]
pub struct BookRecord {
    book: String,
    schema_state: String,
}

columns!(BookRecord { book, schema_state });

impl BookRecord {
    /// The name of a book, and the state of its schema.
    #[must_use]
    pub fn new(book: &str, schema_state: String) -> Self {
        Self { book: book.to_owned(), schema_state }
    }
}

/// A backup that was written.
#[derive(Debug, Serialize)]
pub struct BackupRecord {
    file: String,
    bytes: u64,
}

impl BackupRecord {
    /// The file, and its size.
    #[must_use]
    pub fn new(file: &Path, bytes: u64) -> Self {
        Self { file: file.display().to_string(), bytes }
    }
}

/// A book that was made among others.
#[derive(Debug, Serialize)]
pub struct BookMadeRecord {
    book: String,
    /// Whether it was there before.
    replayed: bool,
    /// The migrations that it lacked.
    migrations: Vec<String>,
    dry_run: bool,
}

impl BookMadeRecord {
    /// The name of the book, whether it was there before, and the migrations that it lacked.
    #[must_use]
    pub fn new(book: &str, replayed: bool, migrations: Vec<String>, mode: Mode) -> Self {
        Self { book: book.to_owned(), replayed, migrations, dry_run: mode == Mode::DryRun }
    }
}

/// A role that a book was given.
#[derive(Debug, Serialize)]
pub struct RoleRecord {
    role: String,
    purpose: &'static str,
}

columns!(RoleRecord { role, purpose });

impl RoleRecord {
    /// The three roles whose names begin so.
    #[must_use]
    pub fn of(prefix: &str) -> Vec<Self> {
        let purposes = [("owner", "migrates the book"), ("writer", "does what Teller does"), ("reader", "only looks")];
        purposes.into_iter().map(|(name, purpose)| Self { role: format!("{prefix}_{name}"), purpose }).collect()
    }
}

/// A seal that was written to a file.
#[derive(Debug, Serialize)]
pub struct SealRecord {
    file: String,
    accounts: i64,
    transfers: i64,
    signed: bool,
}

impl SealRecord {
    /// The file, and what the seal in it covers.
    #[must_use]
    pub fn new(file: &Path, sealed: &SealFile) -> Self {
        let (accounts, transfers) = (sealed.seal.accounts, sealed.seal.transfers);
        Self { file: file.display().to_string(), accounts, transfers, signed: sealed.is_signed() }
    }
}

/// A book that was written to a file.
#[derive(Debug, Serialize)]
pub struct ExportRecord {
    file: String,
    book: String,
    accounts: u64,
    transfers: u64,
    events: u64,
    book_events: u64,
    schedules: u64,
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

/// A page of the manual that was written.
#[derive(Debug, Serialize)]
pub struct PageRecord {
    page: String,
}

columns!(PageRecord { page });

impl PageRecord {
    /// The file of the page.
    #[must_use]
    pub fn new(file: &Path) -> Self {
        Self { page: file.display().to_string() }
    }
}
