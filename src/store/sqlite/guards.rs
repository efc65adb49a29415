//! The schema of a file, compared with that of a book in memory which the migrations have just made.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;
use diesel_migrations::MigrationHarness;

use crate::store::StoreError;
use crate::store::backend::{Backend, Task};
use crate::store::guards::{Guard, Guards, differences};

impl Guards for SqliteConnection {
    fn guard_problems(&mut self) -> Result<Vec<String>, StoreError> {
        Ok(differences(expected()?, guards_of(self)?))
    }
}

/// The tables that the migrations make.
pub(super) fn tables() -> Result<BTreeSet<String>, StoreError> {
    Ok(expected()?.into_iter().map(|guard| guard.table).collect())
}

/// The same for every book, so it is made once.
fn expected() -> Result<Vec<Guard>, StoreError> {
    static EXPECTED: OnceLock<Vec<Guard>> = OnceLock::new();
    if let Some(expected) = EXPECTED.get() {
        return Ok(expected.clone());
    }
    let failed = |reason: String| StoreError::Migration { reason };
    let mut fresh = SqliteConnection::establish(":memory:").map_err(|error| failed(error.to_string()))?;
    // As they are run on a book: what SQLite rewrites where a table is renamed depends on it.
    fresh.set_up_for(Task::Migrations)?;
    fresh.run_pending_migrations(SqliteConnection::MIGRATIONS).map_err(|error| failed(error.to_string()))?;
    let made = guards_of(&mut fresh)?;
    Ok(EXPECTED.get_or_init(|| made).clone())
}

/// Everything that the schema says, as it was written. What SQLite made by itself for a key has no text and stands in its table's.
fn guards_of(connection: &mut SqliteConnection) -> Result<Vec<Guard>, StoreError> {
    let schema = "select tbl_name, type || ' ' || name as name, sql from sqlite_schema \
        where sql is not null and tbl_name not like '\\_\\_%' escape '\\'";
    let rows = diesel::sql_query(schema).load::<SchemaRow>(connection)?;
    Ok(rows.into_iter().map(Guard::from).collect())
}

#[derive(QueryableByName)]
struct SchemaRow {
    #[diesel(sql_type = Text)]
    tbl_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    sql: String,
}

impl From<SchemaRow> for Guard {
    fn from(SchemaRow { tbl_name, name, sql }: SchemaRow) -> Self {
        // SQLite quotes what it rewrites; no name here needs it.
        Self { table: tbl_name, name, definition: single_blanks(&sql.replace('"', "")) }
    }
}

/// The text with single blanks, so that how a definition was laid out does not count.
fn single_blanks(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
