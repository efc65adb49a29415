//! Declared indexes over metadata in a file: made at once, in a transaction that writers wait for.

use std::collections::HashSet;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use diesel::sqlite::SqliteConnection;

use crate::error::Error;
use crate::store::StoreError;
use crate::store::backend::{Backend, Way};
use crate::store::causes::NotOffered;
use crate::store::declared_indexes::{FoundIndex, MetadataOf, first_text};
use crate::store::indexes::IndexKey;
use crate::store::metadata_indexes::MetadataDialect;
use crate::store::options::Access;

impl MetadataDialect for SqliteConnection {
    fn usable_among(&mut self, names: Vec<String>) -> Result<HashSet<String>, StoreError> {
        let found = diesel::sql_query("select name as value from sqlite_schema where type = 'index'");
        let found: HashSet<_> = found.load::<TextRow>(self)?.into_iter().map(|row| row.value).collect();
        Ok(names.into_iter().filter(|name| found.contains(name)).collect())
    }

    fn literal(&mut self, key: &str) -> Result<String, StoreError> {
        let quoted = diesel::sql_query("select quote(?) as value").bind::<Text, _>(path_of(key));
        Ok(quoted.get_result::<TextRow>(self)?.value)
    }

    fn text(column: &str, literal: &str) -> IndexKey {
        let (before, after) = ("json_extract(".to_owned(), format!(", {literal})"));
        IndexKey { before, column: column.to_owned(), after }
    }

    /// Where the index is gone, the statement fails instead of reading the whole table.
    fn by_index(name: &str) -> String {
        format!(" indexed by {name}")
    }

    fn found_indexes(&mut self) -> Result<Vec<FoundIndex>, StoreError> {
        let listed = "select name, sql from sqlite_schema where type = 'index' and sql is not null \
            and substr(name, 1, length(tbl_name) + 10) = tbl_name || '_metadata_'";
        let rows = diesel::sql_query(listed).load::<DefinitionRow>(self)?;
        let found = rows.into_iter().filter_map(|DefinitionRow { name, sql }| {
            Some(FoundIndex { name, key: key_in(&sql)?, is_usable: true, bytes: None, uses: None })
        });
        Ok(found.collect())
    }
}

/// Where a key's text stands in a JSON object. Between quotes a key is written as it is in JSON.
fn path_of(key: &str) -> String {
    format!("$.{}", serde_json::Value::from(key))
}

/// The key in the definition of a declared index.
pub(super) fn key_in(sql: &str) -> Option<String> {
    serde_json::from_str(first_text(sql)?.strip_prefix("$.")?).ok()
}

/// Makes the indexes that are not there, and says whether it made any.
pub(super) fn build(
    connection: &mut SqliteConnection,
    way: Way<'_, SqliteConnection>,
    of: MetadataOf,
    key: &str,
) -> Result<bool, StoreError> {
    check_finds(connection, key)?;
    let literal = connection.literal(key)?;
    in_transaction(connection, way, |connection| {
        let names = of.parts().iter().map(|part| part.index_name(key)).collect();
        let usable = connection.usable_among(names)?;
        let missing = of.parts().iter().filter(|part| !usable.contains(&part.index_name(key)));
        let mut made = false;
        for part in missing {
            let text = SqliteConnection::text(part.column, &literal).of("");
            let (name, definition) = (part.index_name(key), part.definition(&text));
            connection.batch_execute(&format!("create index {name} on {definition}"))?;
            made = true;
        }
        Ok(made)
    })
}

/// Removes the indexes, and says whether any was there.
pub(super) fn remove(
    connection: &mut SqliteConnection,
    way: Way<'_, SqliteConnection>,
    of: MetadataOf,
    key: &str,
) -> Result<bool, StoreError> {
    in_transaction(connection, way, |connection| {
        let names = of.parts().iter().map(|part| part.index_name(key)).collect();
        let found = connection.usable_among(names)?;
        for name in &found {
            connection.batch_execute(&format!("drop index {name}"))?;
        }
        Ok(!found.is_empty())
    })
}

/// An SQLite that is older than 3.45 does not find keys with quotes and backslashes, and would refuse rows that have them once there is an
/// index.
fn check_finds(connection: &mut SqliteConnection, key: &str) -> Result<(), StoreError> {
    let object = serde_json::json!({ key: "found" }).to_string();
    let query = diesel::sql_query("select json_extract($1, $2) as value").bind::<Text, _>(object);
    match query.bind::<Text, _>(path_of(key)).get_result::<FoundRow>(connection) {
        Ok(FoundRow { value: Some(value) }) if value == "found" => Ok(()),
        _ => Err(NotOffered::KeyOfMetadata { key: key.to_owned() }.into()),
    }
}

fn in_transaction(
    connection: &mut SqliteConnection,
    way: Way<'_, SqliteConnection>,
    work: impl FnOnce(&mut SqliteConnection) -> Result<bool, StoreError>,
) -> Result<bool, StoreError> {
    let outcome = connection.in_transaction(way, Access::Write, |connection| Ok(work(connection)?));
    outcome.map_err(|error| match error {
        Error::Store(fault) => fault,
        other => StoreError::Statement { reason: other.to_string() },
    })
}

#[derive(QueryableByName)]
struct TextRow {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct DefinitionRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    sql: String,
}

#[derive(QueryableByName)]
struct FoundRow {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}
