//! Copies of SQLite books: backing up and restoring.

use std::io;
use std::path::{Path, PathBuf};

use tracing::info;

use crate::error::Error;
use crate::files::{Existing, Input, OutputFile};
use crate::ledger::Ledger;
use crate::ledger::proof::verify::{VerifyProgress, VerifyReport};
use crate::ledger::write_options::Mode;
use crate::store::{
    DatabaseUrl, Lifetime, Pool, SchemaState, StoreError, StoreOptions, copy_book_file, settle_book_file,
};

/// The result of restoring a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Restored {
    /// The migrations that were run on the copy.
    pub migrations: Vec<String>,
    /// The verification of the copy. If it has findings, the book was not restored.
    pub report: VerifyReport,
}

/// Copies a book, as it stands at one moment, to a new file, and returns the file's size in bytes. Does not block readers or writers. The file
/// appears only when it is complete and on the disk.
///
/// # Errors
/// [`Error::File`] if the file exists already or cannot be written. [`Error::Store`] with `NotOffered` on PostgreSQL, `Missing`, `NotABook`,
/// `NotMigrated`, `Full`, `Disk`.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let [book, backup, restored] = ["book.db", "backup.db", "restored.db"].map(|name| folder.path().join(name));
/// # let url = |path: &std::path::Path| format!("sqlite://{}", path.display()).parse::<teller::store::DatabaseUrl>();
/// # teller::Ledger::open_or_create(url(&book)?, Default::default())?;
/// let bytes = teller::ledger::back_up(url(&book)?, &backup)?;
/// assert_eq!(std::fs::metadata(&backup)?.len(), bytes);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn back_up(book: DatabaseUrl, file: &Path) -> Result<u64, Error> {
    check_nothing_beside(file, "back up to")?;
    let open = book.file().map(Path::to_owned);
    let pool = Pool::connect(book, one_connection())?;
    match pool.schema_state()? {
        // A book can be backed up before it is migrated, and by a program older than its schema.
        SchemaState::Current | SchemaState::Behind { .. } | SchemaState::Newer { .. } => {}
        state @ (SchemaState::Empty | SchemaState::Foreign) => pool.check_current(&state)?,
    }
    let copy = OutputFile::create(file, Existing::Refuse, open.as_deref())?;
    pool.copy_into(copy.path_meanwhile())?;
    // SQLite does not wait for the disk when it copies, so `finish` does.
    let bytes = copy.finish()?.bytes;
    info!(file = %file.display(), bytes, "backed up");
    Ok(bytes)
}

/// Restores a backup to a path where there is no book. The backup is first copied, migrated and verified. A dry run stops there.
///
/// # Errors
/// [`Error::File`] if there is a file at the path already, or a file cannot be read or written. [`Error::Store`] with `NotOffered` on
/// PostgreSQL, `NotABook`, `Newer`, `Full`, `Disk`. Anything wrong with the copy is a finding in the report, not an error.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let [book, backup, restored] = ["book.db", "backup.db", "restored.db"].map(|name| folder.path().join(name));
/// # let url = |path: &std::path::Path| format!("sqlite://{}", path.display()).parse::<teller::store::DatabaseUrl>();
/// # teller::Ledger::open_or_create(url(&book)?, Default::default())?;
/// # teller::ledger::back_up(url(&book)?, &backup)?;
/// let copy = teller::ledger::restore(&backup, &url(&restored)?, teller::Mode::Commit, &mut |_| {})?;
/// assert!(copy.report.findings.is_empty() && restored.exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn restore(
    file: &Path,
    book: &DatabaseUrl,
    mode: Mode,
    progress: &mut dyn FnMut(VerifyProgress),
) -> Result<Restored, Error> {
    let place = book.file().ok_or_else(StoreError::restored_by_postgres)?;
    check_nothing_beside(place, "restore to")?;
    Input::open(file)?;
    let copy = OutputFile::create(place, Existing::Refuse, None)?;
    copy_book_file(file, copy.path_meanwhile())?;

    let proven = prove_copy(&DatabaseUrl::of_file(copy.path_meanwhile()), file, progress);
    // Connections may close later than the pool is dropped, and until then a part of the copy is in its log.
    let settled = settle_book_file(copy.path_meanwhile());
    let restored = proven?;
    settled?;
    if mode == Mode::Commit && restored.report.findings.is_empty() {
        copy.finish()?;
        info!(file = %file.display(), %book, "restored");
    }
    Ok(restored)
}

fn prove_copy(copy: &DatabaseUrl, backup: &Path, progress: &mut dyn FnMut(VerifyProgress)) -> Result<Restored, Error> {
    let migrations = migrate_copy(copy, backup)?;
    let report = Ledger::open(copy.clone(), one_connection())?.verify(progress)?;
    Ok(Restored { migrations, report })
}

/// Migrates the copy, so that this program can verify it. Errors name the backup, because its path is the one that people know.
fn migrate_copy(copy: &DatabaseUrl, backup: &Path) -> Result<Vec<String>, Error> {
    let address = backup.display().to_string();
    let pool = Pool::connect(copy.clone(), one_connection()).map_err(|error| match error {
        StoreError::NotABook { .. } => StoreError::NotABook { address: address.clone() },
        other => other,
    })?;
    match pool.schema_state()? {
        SchemaState::Current => Ok(Vec::new()),
        SchemaState::Behind { .. } => Ok(pool.migrate()?),
        SchemaState::Newer { unknown } => Err(StoreError::Newer { address, unknown }.into()),
        SchemaState::Empty | SchemaState::Foreign => Err(StoreError::NotABook { address }.into()),
    }
}

/// Refuses a path with files of another book beside it, which SQLite would take for this book's.
fn check_nothing_beside(file: &Path, doing: &str) -> Result<(), Error> {
    let name = |suffix: &&str| {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    match ["", "-wal", "-shm", "-journal"].iter().map(name).find(|path| path.symlink_metadata().is_ok()) {
        Some(path) => {
            let source = io::Error::new(io::ErrorKind::AlreadyExists, format!("{} is there already", path.display()));
            Err(failed(doing, file, source))
        }
        None => Ok(()),
    }
}

fn failed(doing: &str, file: &Path, source: io::Error) -> Error {
    Error::File { doing: format!("{doing} {}", file.display()), source }
}

fn one_connection() -> StoreOptions {
    StoreOptions { connections_max: 1, lifetime: Lifetime::Short, ..StoreOptions::default() }
}
