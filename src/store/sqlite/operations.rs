//! Opening SQLite files in a given mode, copying them for backups, and refusing operations that need a server.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;
use tracing::debug;

use crate::facts;
use crate::store::causes::NotOffered;
use crate::store::operations::{Book, Operations};
use crate::store::plain_name::PlainName;
use crate::store::sqlite::place::file_name;
use crate::store::url::DatabaseUrl;
use crate::store::{StoreError, migrations};

/// What a connection may do with a file.
#[derive(Clone, Copy)]
pub(super) enum Mode {
    Read,
    Write,
    /// Write, and make the file where it is not there.
    Create,
}

/// The name of a file as SQLite takes it with a mode.
pub(super) fn uri_of(file: &Path, mode: Mode) -> Result<String, StoreError> {
    let name = file_name(file)?;
    // A path from the root stands behind an empty host, or its own double slash would name one.
    let mut uri = String::from(if file.is_absolute() { "file://" } else { "file:" });
    // What has a meaning in a URI is written as its number.
    for character in name.chars() {
        match character {
            '%' => uri.push_str("%25"),
            '?' => uri.push_str("%3f"),
            '#' => uri.push_str("%23"),
            other => uri.push(other),
        }
    }
    uri.push_str(match mode {
        Mode::Read => "?mode=ro",
        Mode::Write => "?mode=rw",
        Mode::Create => "?mode=rwc",
    });
    Ok(uri)
}

/// Opens a file that is nobody's book at the moment, and changes nothing of it.
pub(in crate::store) fn open_read_only(file: &Path) -> Result<SqliteConnection, StoreError> {
    let url = DatabaseUrl::of_file(file);
    SqliteConnection::establish(&uri_of(file, Mode::Read)?)
        .map_err(|error| StoreError::from_connection(&error, &url, || None))
}

/// How long others are waited for who have a file open.
const SETTLE_TIME_MAX: Duration = Duration::from_secs(10);
const SETTLE_INTERVAL: Duration = Duration::from_millis(5);

/// Only the last connection can give up the log, so this one does when it is the last.
pub(in crate::store) fn settle(file: &Path) -> Result<(), StoreError> {
    let url = DatabaseUrl::of_file(file);
    let mut connection = SqliteConnection::establish(&uri_of(file, Mode::Write)?)
        .map_err(|error| StoreError::from_connection(&error, &url, || None))?;
    let begin = Instant::now();
    loop {
        let busy = match connection.batch_execute("pragma journal_mode = delete").map_err(StoreError::from) {
            Err(busy @ StoreError::Busy { .. }) if begin.elapsed() < SETTLE_TIME_MAX => busy,
            outcome => return outcome,
        };
        debug!(%busy, "waiting for a file to be closed");
        thread::sleep(SETTLE_INTERVAL);
    }
}

impl Operations for SqliteConnection {
    fn make_place(&mut self, book: &PlainName) -> Result<(), StoreError> {
        Err(StoreError::book_is_a_file(book))
    }

    /// The caller knows the file's name.
    fn list_books(&mut self) -> Result<Vec<Book>, StoreError> {
        Ok(vec![Book { name: String::new(), schema: migrations::schema_state(self)? }])
    }

    fn roles_script(&mut self, _prefix: &PlainName) -> Result<String, StoreError> {
        Err(NotOffered::RolesOfSqlite.into())
    }

    fn apply_roles(&mut self, prefix: &PlainName) -> Result<(), StoreError> {
        self.roles_script(prefix).map(drop)
    }

    fn server_time(&mut self) -> Result<Option<facts::Instant>, StoreError> {
        Ok(None)
    }

    /// One read of one snapshot, which no writer disturbs and which disturbs none. The online backup interface would begin again
    /// whenever another process writes, and under constant writing never end.
    fn copy_into(&mut self, file: &Path) -> Result<(), StoreError> {
        // Another name than the file's would leave the file empty, and nobody the wiser.
        let name = file_name(file)?;
        diesel::sql_query("vacuum into ?").bind::<Text, _>(name).execute(self)?;
        Ok(())
    }
}
