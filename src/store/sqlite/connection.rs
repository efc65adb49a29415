//! Connections to SQLite files: opening one, its transactions, and checking that the file is still the same.

use std::io::ErrorKind;
use std::path::Path;

use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::SqliteConnection;
use tracing::info;

use crate::error::Error;
use crate::files::create_private;
use crate::store::StoreError;
use crate::store::backend::{Backend, MIGRATIONS_TABLE, Task, Way};
use crate::store::declared_indexes::MetadataOf;
use crate::store::diagnosis::Fact;
use crate::store::disk::{free_bytes, free_disk};
use crate::store::options::{Access, MissingBook, StoreOptions};
use crate::store::sqlite::metadata_indexes;
use crate::store::sqlite::operations::{Mode, uri_of};
use crate::store::sqlite::place::{BeforeOpening, OpenedFile, OpenedLog};
use crate::store::statement_log::StatementLog;
use crate::store::steps::{Steps, steps};
use crate::store::url::{DatabaseUrl, UrlError};

/// File systems take 255 bytes, and SQLite adds `-journal`.
const NAME_BYTES_MAX: usize = 247;

/// "Tell": what the first migration writes into the file's header.
const APPLICATION_ID: i64 = 0x5465_6c6c;

/// Where a disk has less room than that it is full: more than the memory that connections to one file share at first.
const FULL_BYTES_MAX: u64 = 64 << 10;

/// How often a file is opened that is another one before and behind that.
const EXPLORED_MAX: u32 = 3;

impl Backend for SqliteConnection {
    type Route = OpenedFile;
    type Session = OpenedLog;

    const HAS_CLOCK: bool = false;

    /// SQLite takes a file at once.
    const MIGRATIONS: Steps = steps!("sqlite", whole);

    /// The only place where a file is made.
    fn explore(url: &DatabaseUrl, options: &StoreOptions) -> Result<(Self, OpenedFile), StoreError> {
        let mut opened = explore_once(url, options);
        // Some file systems give a file another number when it is opened for the first time; then it keeps that.
        for _ in 1..EXPLORED_MAX {
            if !matches!(opened, Err(StoreError::Replaced { .. })) {
                break;
            }
            opened = explore_once(url, options);
        }
        opened
    }

    fn open(url: &DatabaseUrl, options: &StoreOptions, place: &OpenedFile) -> Result<Self, StoreError> {
        place.check_file()?;
        let connection = connect(url, Mode::Write, options)?;
        place.check_file()?;
        Ok(connection)
    }

    /// The first read opens the log.
    fn session(&mut self, place: &OpenedFile) -> Result<OpenedLog, StoreError> {
        self.has_table(MIGRATIONS_TABLE)?;
        Ok(place.opened_log())
    }

    /// Compared before the commit, so that nothing is written to a file that is gone, and behind it, so that nothing is answered that
    /// was.
    fn in_transaction<T>(
        &mut self,
        (place, log): Way<'_, Self>,
        access: Access,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let outcome = match access {
            Access::ReadOnce => work(self),
            // There is one writer at a time, so what is committed is settled.
            Access::Read | Access::Settled => self.transaction(work),
            Access::Write | Access::Alone => self.immediate_transaction(|connection| {
                let value = work(connection)?;
                place.check(log)?;
                Ok(value)
            }),
        };
        place.check(log)?;
        outcome
    }

    /// SQLite says the same of a disk that fails and of one that is too full for the memory that connections share.
    fn name_fault(&mut self, fault: StoreError, url: &DatabaseUrl) -> StoreError {
        let StoreError::Disk { reason } = fault else { return fault };
        let folder = file_of(url).parent().filter(|folder| !folder.as_os_str().is_empty());
        if free_bytes(folder.unwrap_or(Path::new("."))).is_some_and(|free| free < FULL_BYTES_MAX) {
            StoreError::Full { reason }
        } else {
            StoreError::Disk { reason }
        }
    }

    /// A migration that makes a table anew must not delete the rows that refer to it, nor be refused for them.
    fn set_up_for(&mut self, task: Task) -> Result<(), StoreError> {
        let foreign_keys = if task == Task::Migrations { "off" } else { "on" };
        Ok(self.batch_execute(&format!("pragma foreign_keys = {foreign_keys}"))?)
    }

    /// The transaction holds the only write lock already.
    fn lock_migrations(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    fn has_table(&mut self, name: &str) -> Result<bool, StoreError> {
        let table = "select count(*) as value from sqlite_schema where type = 'table' and name = ?";
        Ok(diesel::sql_query(table).bind::<Text, _>(name).get_result::<NumberRow>(self)?.value > 0)
    }

    fn applied_migrations_if_any(&mut self) -> Result<Option<Vec<String>>, StoreError> {
        if !self.has_table(MIGRATIONS_TABLE)? {
            return Ok(None);
        }
        let versions = "select version as value from __diesel_schema_migrations order by version";
        let rows = diesel::sql_query(versions).load::<TextRow>(self)?;
        Ok(Some(rows.into_iter().map(|row| row.value).collect()))
    }

    fn holds_something_else(&mut self) -> Result<bool, StoreError> {
        // By the table, so that the index that SQLite makes for Diesel's own table does not count.
        let tables = "select count(*) as value from sqlite_schema where tbl_name <> '__diesel_schema_migrations'";
        let application = "select application_id as value from pragma_application_id";
        let has_tables = diesel::sql_query(tables).get_result::<NumberRow>(self)?.value > 0;
        let application = diesel::sql_query(application).get_result::<NumberRow>(self)?.value;
        Ok(has_tables || (application != 0 && application != APPLICATION_ID))
    }

    fn build_metadata_index(&mut self, way: Way<'_, Self>, of: MetadataOf, key: &str) -> Result<bool, StoreError> {
        metadata_indexes::build(self, way, of, key)
    }

    fn remove_metadata_index(&mut self, way: Way<'_, Self>, of: MetadataOf, key: &str) -> Result<bool, StoreError> {
        metadata_indexes::remove(self, way, of, key)
    }

    fn facts(&mut self) -> Result<Vec<Fact>, StoreError> {
        let version = diesel::sql_query("select sqlite_version() as value").get_result::<TextRow>(self)?.value;
        let journal = diesel::sql_query("select journal_mode as value from pragma_journal_mode");
        let journal = journal.get_result::<TextRow>(self)?.value;
        let mut number = |name: &str| -> Result<i64, StoreError> {
            let query = format!("select \"{name}\" as value from pragma_{name}");
            Ok(diesel::sql_query(query).get_result::<NumberRow>(self)?.value)
        };
        let synchronous = number("synchronous")?;
        let names = ["off", "normal", "full", "extra"];
        let name = usize::try_from(synchronous).ok().and_then(|level| names.get(level)).unwrap_or(&"unknown");
        let size = number("page_size")? * number("page_count")?;
        let file = "select file as value from pragma_database_list where name = 'main'";
        let file = diesel::sql_query(file).get_result::<TextRow>(self)?.value;
        let folder = Path::new(&file).parent().unwrap_or(Path::new("."));
        let mut facts = vec![
            Fact::new("version", format!("SQLite {version}")),
            Fact::new("tls", "none needed: the book is a file"),
            Fact::checked(
                "journal_mode",
                &journal,
                journal == "wal",
                "readers and the writer block each other; the file system may not support write-ahead logging",
            ),
            Fact::checked(
                "synchronous",
                *name,
                synchronous >= 2,
                "a power failure can lose transfers that were answered as posted",
            ),
            Fact::measured("size", size, "bytes"),
        ];
        facts.extend(free_disk(folder));
        Ok(facts)
    }

    /// Whether the file's pages fit each other, and its indexes their tables. This takes several times as long as a verification, which
    /// therefore proves the indexes in its own way.
    fn structure(&mut self) -> Result<Option<Fact>, StoreError> {
        let check = "select integrity_check as value from pragma_integrity_check limit 1";
        let found = diesel::sql_query(check).get_result::<TextRow>(self)?.value;
        let warning = "the file is damaged: restore a backup, or export the book and import it into a new file";
        Ok(Some(Fact::checked("structure", &found, found == "ok", warning)))
    }

    fn describe(_: &OpenedFile) -> Option<Fact> {
        None
    }
}

fn file_of(url: &DatabaseUrl) -> &Path {
    let DatabaseUrl::Sqlite(path) = url else { unreachable!("the pool is for SQLite") };
    path
}

fn explore_once(url: &DatabaseUrl, options: &StoreOptions) -> Result<(SqliteConnection, OpenedFile), StoreError> {
    let path = file_of(url);
    let mode = match options.missing_book {
        MissingBook::Make => {
            prepare_file(path, url)?;
            Mode::Create
        }
        MissingBook::Refuse => {
            check_is_no_empty_file(path, url)?;
            Mode::Write
        }
    };
    let before = BeforeOpening::of(path);
    let connection = connect(url, mode, options)?;
    Ok((connection, OpenedFile::of_opened(path, &before)?))
}

fn connect(url: &DatabaseUrl, mode: Mode, options: &StoreOptions) -> Result<SqliteConnection, StoreError> {
    let mut connection = SqliteConnection::establish(&uri_of(file_of(url), mode)?)
        .map_err(|error| StoreError::from_connection(&error, url, || None))?;
    connection.set_instrumentation(StatementLog::new(options));
    info!(book = %url, "connected");
    set_up(&mut connection, options).map_err(|error| match connection.name_fault(error, url) {
        StoreError::NotABook { .. } => StoreError::NotABook { address: url.to_string() },
        other => other,
    })?;
    Ok(connection)
}

/// A file of another program is left as it is: even a change of its journal would alter it.
fn set_up(connection: &mut SqliteConnection, options: &StoreOptions) -> Result<(), StoreError> {
    connection.batch_execute(&session_settings(options))?;
    let application = "select application_id as value from pragma_application_id";
    let is_ours = diesel::sql_query(application).get_result::<NumberRow>(connection)?.value == APPLICATION_ID;
    if is_ours || !connection.holds_something_else()? {
        connection.batch_execute("pragma journal_mode = wal")?;
    }
    Ok(())
}

/// SQLite takes an empty file for an empty database, and the settings of a session would write to it.
fn check_is_no_empty_file(path: &Path, url: &DatabaseUrl) -> Result<(), StoreError> {
    match std::fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Err(StoreError::Missing { address: url.to_string() }),
        Ok(file) if file.is_file() && file.len() == 0 => Err(StoreError::NotABook { address: url.to_string() }),
        // SQLite says why it cannot use what it does not like.
        _ => Ok(()),
    }
}

/// SQLite would let everybody read a new file. Its name must have room for what SQLite puts behind it.
fn prepare_file(path: &Path, url: &DatabaseUrl) -> Result<(), StoreError> {
    let name_bytes = path.file_name().map_or(0, |name| name.as_encoded_bytes().len());
    if name_bytes > NAME_BYTES_MAX {
        let problem = "has a file name of more than 247 bytes, which leaves no room for the -journal that SQLite adds";
        return Err(UrlError { shown: url.to_string(), problem }.into());
    }
    // Where it cannot be made, SQLite finds out why.
    let _ = create_private(path);
    Ok(())
}

/// What every session sets. `synchronous = full` makes a commit wait for the disk also in write-ahead mode.
///
/// A batch of thousands changes several megabytes of pages. They fit into a cache of 8; those that do not fit into SQLite's own 2 are written
/// out and read again within the transaction. A checkpoint copies each page once however often it changed since the last one, so that it
/// costs less the longer the log may grow: to 16 megabytes, where SQLite's own bound is 4.
pub(super) fn session_settings(options: &StoreOptions) -> String {
    let busy_ms = options.lock_wait_max.as_millis();
    format!(
        "pragma busy_timeout = {busy_ms}; \
         pragma synchronous = full; \
         pragma cache_size = -8192; \
         pragma wal_autocheckpoint = 4000; \
         pragma foreign_keys = on; \
         pragma trusted_schema = off"
    )
}

fn whole(file: &str) -> Vec<&str> {
    vec![file]
}

#[derive(QueryableByName)]
pub(super) struct TextRow {
    #[diesel(sql_type = Text)]
    pub(super) value: String,
}

#[derive(QueryableByName)]
pub(super) struct NumberRow {
    #[diesel(sql_type = BigInt)]
    pub(super) value: i64,
}
