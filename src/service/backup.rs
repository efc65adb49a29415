use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use tracing::info;

use super::{Ledger, Mode, VerifyProgress, VerifyReport};
use crate::error::Error;
use crate::store::{DatabaseUrl, Pool, SchemaState, StoreError, StoreOptions, copy_book_file, settle_book_file};

/// What SQLite keeps beside a book's file. One that another book left behind would be taken for this one's.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

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
/// `Unreachable`, `NotABook`, `NotMigrated`, `Full`, `Disk`.
pub fn back_up(book: DatabaseUrl, file: &Path) -> Result<u64, Error> {
    check_is_there(&book)?;
    check_nothing_there(file, "back up to")?;
    let pool = Pool::connect(book, one_connection())?;
    match pool.schema_state()? {
        // A book is also backed up before it is migrated, and by a program that is older than it is.
        SchemaState::Current | SchemaState::Behind { .. } | SchemaState::Newer { .. } => {}
        state @ (SchemaState::Empty | SchemaState::Foreign) => pool.check_current(&state)?,
    }
    let copy = new_file_beside(file)?;
    pool.copy_into(copy.path())?;
    let bytes = put(copy, file)?;
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
    check_nothing_there(place, "restore to")?;
    File::open(file).map_err(|source| failed("read", file, source))?;
    let copy = new_file_beside(place)?;
    copy_book_file(file, copy.path())?;

    let proven = prove_copy(&DatabaseUrl::of_file(copy.path()), file, progress);
    // Connections may close later than those who used them go, and until then a part of the copy is in its log.
    let settled = settle_book_file(copy.path());
    let restored = proven?;
    settled?;
    if mode == Mode::Commit && restored.report.findings.is_empty() {
        put(copy, place)?;
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
    let pool = Pool::connect(copy.clone(), one_connection())?;
    let address = backup.display().to_string();
    match pool.schema_state()? {
        SchemaState::Current => Ok(Vec::new()),
        SchemaState::Behind { .. } => Ok(pool.migrate()?),
        SchemaState::Newer { unknown } => Err(StoreError::Newer { address, unknown }.into()),
        SchemaState::Empty | SchemaState::Foreign => Err(StoreError::NotABook { address }.into()),
    }
}

/// A connection would make the file that it does not find.
fn check_is_there(book: &DatabaseUrl) -> Result<(), StoreError> {
    match book.file() {
        Some(file) if !file.exists() => Err(StoreError::Unreachable {
            address: book.to_string(),
            reason: "there is no such file".into(),
            hint: "check the database URL",
            may_pass: false,
        }),
        _ => Ok(()),
    }
}

fn check_nothing_there(file: &Path, doing: &str) -> Result<(), Error> {
    let companion = |suffix: &&str| PathBuf::from(format!("{}{suffix}", file.display()));
    let mut paths = [PathBuf::from(file)].into_iter().chain(COMPANIONS.iter().map(companion));
    match paths.find(|path| path.symlink_metadata().is_ok()) {
        Some(path) => {
            let source = io::Error::new(io::ErrorKind::AlreadyExists, format!("{} is there already", path.display()));
            Err(failed(doing, file, source))
        }
        None => Ok(()),
    }
}

/// In the same folder, so that it can be renamed. It goes when it is dropped.
fn new_file_beside(file: &Path) -> Result<NamedTempFile, Error> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let new = tempfile::Builder::new().prefix(&format!(".{name}.")).tempfile_in(folder_of(file));
    new.map_err(|source| failed("write beside", file, source))
}

/// SQLite does not wait for the disk when it copies, so this does, before the file gets its name and after.
fn put(copy: NamedTempFile, file: &Path) -> Result<u64, Error> {
    let sync = |copy: &NamedTempFile| {
        copy.as_file().sync_all()?;
        copy.as_file().metadata()
    };
    let length = sync(&copy).map_err(|source| failed("write", file, source))?.len();
    copy.persist_noclobber(file).map_err(|error| failed("write", file, error.error))?;
    sync_folder(folder_of(file)).map_err(|source| failed("write", file, source))?;
    Ok(length)
}

/// The name in the folder is on the disk when this is done. Elsewhere than on Unix a folder cannot be opened, and need not be.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { fs::metadata(folder).map(drop) }
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn failed(doing: &str, file: &Path, source: io::Error) -> Error {
    Error::File { doing: format!("{doing} {}", file.display()), source }
}

fn one_connection() -> StoreOptions {
    StoreOptions { connections_max: 1, ..StoreOptions::default() }
}
