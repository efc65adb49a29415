//! Throwaway places for measurements: a temporary folder beside an SQLite book, or a schema of its own in the PostgreSQL database.

use std::path::Path;

use tempfile::TempDir;

use crate::clock::Clock;
use crate::error::{Error, InputError};
use crate::facts::TransferId;
use crate::files::{Unfinished, folder_of};
use crate::ledger::Ledger;
use crate::store::{DatabaseUrl, PlainName, Pool, StoreOptions};

/// Every schema that a measurement makes is named so, and no other is ever removed.
const NAME: &str = "teller_bench_";
const FILE: &str = "bench.db";

/// The place for a book beside the configured one, which is not touched. It is gone when this goes.
pub(super) enum BenchBook {
    Postgres(Box<Schema>),
    Sqlite(Folder),
}

/// A folder that is gone when this goes, also where the program ends at once.
pub(super) struct Folder {
    // Before the folder, so that nothing removes another one of that name.
    _unfinished: Unfinished,
    folder: TempDir,
}

impl Folder {
    fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// A schema of the configured database that is gone when this goes.
pub(super) struct Schema {
    database: Pool,
    name: PlainName,
}

/// A table like that of a book's transfers, and the way to it. Both are gone when this goes.
pub(super) struct RawTable {
    // Before the schema, so that nobody works in it when it is removed.
    pub(super) pool: Pool,
    _schema: Option<Schema>,
}

impl BenchBook {
    pub(super) fn make(url: DatabaseUrl, options: StoreOptions) -> Result<Self, Error> {
        if let Some(file) = url.file() {
            return Ok(Self::Sqlite(folder_beside(file)?));
        }
        let schema = Schema::make(url, options)?;
        schema.database.create_book(&schema.name)?;
        Ok(Self::Postgres(Box::new(schema)))
    }

    /// The same book each time.
    pub(super) fn open(&self, options: StoreOptions) -> Result<Ledger, Error> {
        Ledger::open_or_create(self.url()?, options)
    }

    pub(super) fn url(&self) -> Result<DatabaseUrl, Error> {
        match self {
            Self::Postgres(schema) => schema.url(),
            Self::Sqlite(folder) => Ok(DatabaseUrl::of_file(&folder.path().join(FILE))),
        }
    }

    /// A table like that of the book's transfers, and nothing else, for bare writes.
    pub(super) fn raw_table(&self, options: StoreOptions) -> Result<RawTable, Error> {
        let options = StoreOptions { connections_max: 1, ..options };
        match self {
            Self::Postgres(book) => {
                let schema = Schema::make(book.database.url().clone(), options)?;
                schema.database.make_raw_table(book.name.as_str(), schema.name.as_str())?;
                Ok(RawTable { pool: Pool::connect(schema.url()?, options)?, _schema: Some(schema) })
            }
            Self::Sqlite(folder) => {
                let pool =
                    Pool::connect(DatabaseUrl::of_file(&folder.path().join("raw.db")), options.making_missing())?;
                pool.make_raw_table(&folder.path().join(FILE).display().to_string(), "main")?;
                Ok(RawTable { pool, _schema: None })
            }
        }
    }
}

impl Schema {
    pub(super) fn make(url: DatabaseUrl, options: StoreOptions) -> Result<Self, Error> {
        let database = Pool::connect(url, StoreOptions { connections_max: 1, ..options })?;
        let token = TransferId::fresh(Clock::system().now()).0.simple();
        let name: PlainName = format!("{NAME}{token}").parse().map_err(InputError::from)?;
        database.make_place(&name)?;
        Ok(Self { database, name })
    }

    pub(super) fn url(&self) -> Result<DatabaseUrl, Error> {
        Ok(self.database.url().in_book(&self.name)?)
    }
}

impl Drop for Schema {
    /// What cannot be removed stays; there is nobody to tell but the log, and its name says what it is.
    fn drop(&mut self) {
        if let Err(error) = self.database.remove_place(&self.name) {
            tracing::warn!(schema = %self.name, %error, "the schema of a measurement stays");
        }
    }
}

fn folder_beside(file: &Path) -> Result<Folder, Error> {
    let beside = folder_of(file);
    let made = tempfile::Builder::new().prefix(".teller-bench-").tempdir_in(beside);
    let folder = made.map_err(|source| Error::File {
        doing: format!("make a folder for the throwaway book in {}", beside.display()),
        source,
    })?;
    Ok(Folder { _unfinished: Unfinished::new(folder.path()), folder })
}
