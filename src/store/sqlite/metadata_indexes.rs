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
use crate::store::declared_indexes::{AlteredIndex, FoundIndex, MetadataOf, Part, first_text};
use crate::store::indexes::IndexKey;
use crate::store::metadata_indexes::MetadataDialect;
use crate::store::options::Access;

impl MetadataDialect for SqliteConnection {
    fn usable_among(&mut self, names: Vec<String>) -> Result<HashSet<String>, StoreError> {
        let sound: HashSet<_> =
            listed(self)?.into_iter().filter(DefinitionRow::is_as_declared).map(|row| row.name).collect();
        Ok(names.into_iter().filter(|name| sound.contains(name)).collect())
    }

    fn literal(&mut self, key: &str) -> Result<String, StoreError> {
        Ok(literal_of(key))
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
        let found = listed(self)?.into_iter().filter_map(|row| {
            let is_usable = row.is_as_declared();
            Some(FoundIndex { key: key_in(&row.sql)?, name: row.name, is_usable, bytes: None, uses: None })
        });
        Ok(found.collect())
    }

    fn altered_indexes(&mut self) -> Result<Vec<AlteredIndex>, StoreError> {
        let altered = listed(self)?.into_iter().filter(|row| !row.is_as_declared());
        Ok(altered.filter_map(|DefinitionRow { name, sql }| AlteredIndex::of(name, sql)).collect())
    }
}

/// The indexes over tables with metadata, by names as SQLite compares them.
fn listed(connection: &mut SqliteConnection) -> Result<Vec<DefinitionRow>, StoreError> {
    let listed = "select lower(name) as name, sql from sqlite_schema where type = 'index' and sql is not null \
        and name glob '*_metadata_*' order by 1";
    Ok(diesel::sql_query(listed).load(connection)?)
}

impl DefinitionRow {
    /// Whether the index is the one that its name and its key declare.
    fn is_as_declared(&self) -> bool {
        let declared = key_in(&self.sql).and_then(|key| {
            let (_, part) = Part::of_name(&self.name, &key)?;
            let text = SqliteConnection::text(part.column, &literal_of(&key)).of("");
            Some(outline(&format!("create index {} on {}", self.name, part.definition(&text))))
        });
        declared.is_some_and(|declared| declared == outline(&self.sql))
    }
}

/// A definition in one spelling: texts as they are, the rest small and without blanks and the quotes around names.
fn outline(sql: &str) -> String {
    let mut is_in_text = false;
    let mut outline = String::with_capacity(sql.len());
    for character in sql.chars() {
        is_in_text ^= character == '\'';
        if is_in_text {
            outline.push(character);
        } else if !character.is_whitespace() && character != '"' {
            outline.push(character.to_ascii_lowercase());
        }
    }
    outline
}

/// What says a key in SQL.
fn literal_of(key: &str) -> String {
    format!("'{}'", path_of(key).replace('\'', "''"))
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
        let usable = connection.usable_among(names_of(of, key))?;
        let missing = of.parts().iter().filter(|part| !usable.contains(&part.index_name(key)));
        let mut made = false;
        for part in missing {
            let text = SqliteConnection::text(part.column, &literal).of("");
            let (name, definition) = (part.index_name(key), part.definition(&text));
            // Another one of that name was made by somebody who dropped this one.
            connection.batch_execute(&format!("drop index if exists {name}; create index {name} on {definition}"))?;
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
        let names = names_of(of, key);
        let found: Vec<_> = listed(connection)?.into_iter().filter(|row| names.contains(&row.name)).collect();
        for row in &found {
            connection.batch_execute(&format!("drop index {}", row.name))?;
        }
        Ok(!found.is_empty())
    })
}

fn names_of(of: MetadataOf, key: &str) -> Vec<String> {
    of.parts().iter().map(|part| part.index_name(key)).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::declared_indexes::OF_TRANSFERS;

    #[test]
    fn only_the_spelling_of_a_definition_may_differ() {
        let name = OF_TRANSFERS.index_name("in voice");
        let sound = |rest: &str| {
            DefinitionRow { name: name.clone(), sql: format!("CREATE INDEX {name} {rest}") }.is_as_declared()
        };
        let text = "json_extract(metadata, '$.\"in voice\"')";
        assert!(sound(&format!("on transfers ({text}, sequence) where {text} is not null")));
        assert!(sound(&format!("ON \"transfers\"\n  ( {text},sequence ) WHERE {text}\tIS NOT NULL")));
        for other in [
            format!("on transfers ({text}, sequence)"),
            format!("on transfers ({text}, sequence) where {text} is null"),
            format!("on transfers ({text} collate nocase, sequence) where {text} is not null"),
            format!("on transfers ({text}, amount) where {text} is not null"),
            format!("on transfers ({text}, sequence) where {text} is not null").replace("in voice", "invoice"),
            format!("on transfers ({text}, sequence) where {text} is not null").replace("in voice", "In voice"),
            "on transfers (sequence)".to_owned(),
        ] {
            assert!(!sound(&other), "{other}");
        }
    }
}
