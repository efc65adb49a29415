use std::io;
use std::path::{Path, PathBuf};

use tracing::info;

use crate::error::Error;
use crate::files::{Existing, Input, OutputFile};
use crate::ledger::Ledger;
use crate::ledger::mode::Mode;
use crate::ledger::proof::verify::{VerifyProgress, VerifyReport};
use crate::store::{DatabaseUrl, Pool, SchemaState, StoreError, StoreOptions, copy_book_file, settle_book_file};

/// A copy of a book that was put in its place, or would have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The migrations that the copy lacked.
    pub migrations: Vec<String>,
    /// What proving it came to. Where it found something the copy was not put in its place.
    pub report: VerifyReport,
}

/// Writes a book, as it stands at one moment, to a file that is not there yet, while others go on reading and writing. Returns the
/// file's size in bytes. The file is there when it is complete and on the disk, and not before.
///
/// # Errors
/// [`Error::File`], when the file is there already or cannot be written. [`Error::Store`] with `NotOffered` on PostgreSQL,
/// `Missing`, `NotABook`, `NotMigrated`, `Full`, `Disk`.
pub fn back_up(book: DatabaseUrl, file: &Path) -> Result<u64, Error> {
    check_nothing_beside(file, "back up to")?;
    let open = book.file().map(Path::to_owned);
    let pool = Pool::connect(book, one_connection())?;
    match pool.schema_state()? {
        // A book is also backed up before it is migrated, and by a program that is older than it is.
        SchemaState::Current | SchemaState::Behind { .. } | SchemaState::Newer { .. } => {}
        state @ (SchemaState::Empty | SchemaState::Foreign) => pool.check_current(&state)?,
    }
    let copy = OutputFile::create(file, Existing::Refuse, open.as_deref())?;
    pool.copy_into(copy.path_meanwhile())?;
    // SQLite does not wait for the disk when it copies, so this does.
    let bytes = copy.finish()?.bytes;
    info!(file = %file.display(), bytes, "backed up");
    Ok(bytes)
}

/// Puts a backup in the place of a book that is not there, after it was migrated and proven. In a dry run it is only proven.
///
/// # Errors
/// [`Error::File`], when the place is not empty or a file cannot be read or written. [`Error::Store`] with `NotOffered` on PostgreSQL,
/// `NotABook`, `Newer`, `Full`, `Disk`. What is wrong with the book is no error but the answer.
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
    // Connections may close later than those who used them go, and until then a part of the copy is in its log.
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

/// The copy is a book that this program can prove when this is done. Errors name the backup, which people know.
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

/// What another book left beside the place would be taken for this one's.
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
    StoreOptions { connections_max: 1, ..StoreOptions::default() }
}
