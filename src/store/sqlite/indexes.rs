//! Proving the indexes of a file: each row of a table is looked up through each of its indexes, and the entries are counted.

use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use diesel::sqlite::SqliteConnection;

use crate::models::sql_types::{Int8, SqlId, Uuid};
use crate::store::StoreError;
use crate::store::declared_indexes::{AlteredIndex, Part};
use crate::store::indexes::{Index, IndexKey, Indexes, Lookup};
use crate::store::metadata_indexes::MetadataDialect;
use crate::store::sqlite::connection::{NumberRow, TextRow};
use crate::store::sqlite::guards::tables;
use crate::store::sqlite::metadata_indexes::key_in;

/// The index over the ids of transfers, as SQLite names it. A million look-ups by ids, which are anywhere in it, would take longer than
/// the rest of a verification, and reading it takes a tenth of that.
const IDS: &str = "sqlite_autoindex_transfers_1";

/// More than any book has rows, and few enough that as many times as many fit into a count.
const MISSED: i64 = 1 << 31;

impl Indexes for SqliteConnection {
    fn index_problems(&mut self) -> Result<Vec<String>, StoreError> {
        let mut problems = Vec::new();
        for table in tables()? {
            let indexes = indexes_of(self, &table)?;
            if !indexes.is_empty() {
                problems.extend(problems_of(self, &table, &indexes)?);
            }
        }
        problems.extend(self.altered_indexes()?.iter().map(AlteredIndex::problem));
        Ok(problems)
    }

    fn transfer_ids_in_index(&mut self, visit: &mut dyn FnMut(SqlId, i64)) -> Result<bool, StoreError> {
        let entries = format!("select id, sequence from transfers indexed by {IDS} order by id");
        for row in diesel::sql_query(entries).load_iter::<EntryRow, DefaultLoadingMode>(self)? {
            let EntryRow { id, sequence } = row?;
            visit(id, sequence);
        }
        Ok(true)
    }
}

fn indexes_of(connection: &mut SqliteConnection, table: &str) -> Result<Vec<Index>, StoreError> {
    // Null where one of the keys is computed, as it has no name.
    let listed = "select list.name, (select case when count(key.name) = count(*) then group_concat(key.name, char(31)) end from \
            (select name from pragma_index_xinfo(list.name) where key order by seqno) as key) as keys, \
            (select sql from sqlite_schema where type = 'index' and name = list.name) as sql \
        from pragma_index_list(?) as list order by list.name";
    let rows = diesel::sql_query(listed).bind::<Text, _>(table).load::<IndexRow>(connection)?;
    let mut indexes = Vec::new();
    for IndexRow { name, keys, sql } in rows.into_iter().filter(|row| row.name != IDS) {
        match keys {
            Some(keys) => indexes.push(of_columns(name, &keys, &sql.unwrap_or_default())),
            // An index over an expression is a declared one, or none of Teller's.
            None => indexes.extend(declared(connection, name, &sql.unwrap_or_default())?),
        }
    }
    Ok(indexes)
}

fn of_columns(name: String, keys: &str, sql: &str) -> Index {
    let condition = sql.to_ascii_lowercase().find(" where ").map(|at| sql[at + " where ".len()..].to_owned());
    Index { name, keys: keys.split('\u{1f}').map(quoted).collect(), condition }
}

/// A declared index that is defined as it was declared. In another one the rows cannot be looked up as look-ups would do it.
fn declared(connection: &mut SqliteConnection, name: String, sql: &str) -> Result<Option<Index>, StoreError> {
    let Some(key) = key_in(sql) else { return Ok(None) };
    let Some((_, part)) = Part::of_name(&name, &key) else { return Ok(None) };
    if !connection.usable_among(vec![name.clone()])?.contains(&name) {
        return Ok(None);
    }
    let text = SqliteConnection::text(part.column, &connection.literal(&key)?);
    let condition = Some(part.condition(&text.of("")));
    Ok(Some(Index { name, keys: vec![text, quoted(part.second)], condition }))
}

pub(super) fn quoted(column: &str) -> IndexKey {
    IndexKey::of_column(&format!("\"{column}\""))
}

/// All indexes of a table in one scan of it, because a scan costs more than what is done with most of its rows.
fn problems_of(connection: &mut SqliteConnection, table: &str, indexes: &[Index]) -> Result<Vec<String>, StoreError> {
    let parts: Vec<_> = indexes.iter().map(|index| scanned(table, index)).collect();
    let scan = format!("select {} as value from \"{table}\" as scanned not indexed", parts.join(" || ' ' || "));
    let TextRow { value: counts } = diesel::sql_query(scan).get_result(connection)?;
    let counts = counts.split(' ').filter_map(|count| count.parse::<i64>().ok());
    let mut problems = Vec::new();
    for (index, count) in indexes.iter().zip(counts) {
        let (rows, missed) = (count % MISSED, count / MISSED);
        let condition = index.condition_or_true();
        let count =
            format!("select count(*) as value from \"{table}\" indexed by \"{}\" where {condition}", index.name);
        let entries = diesel::sql_query(count).get_result::<NumberRow>(connection)?.value;
        problems.extend(Lookup { table, index: &index.name, rows, missed, entries: Some(entries) }.problem());
    }
    Ok(problems)
}

/// How many rows an index should have, and [`MISSED`] times how many of them a look-up by their keys does not find. Added up as one number,
/// so that the condition is computed once a row.
pub(super) fn scanned(table: &str, index: &Index) -> String {
    let condition = index.condition_or_true();
    let keys = index.keys.iter().map(|key| format!("{} is {}", key.of(""), key.of("scanned.")));
    let keys = keys.collect::<Vec<_>>().join(" and ");
    format!(
        "coalesce(sum(case when {condition} then 1 + {MISSED} * (not exists (select 1 from \"{table}\" indexed by \"{}\" \
         where {condition} and {keys} and rowid = scanned.rowid)) end), 0)",
        index.name
    )
}

#[derive(QueryableByName)]
struct EntryRow {
    #[diesel(sql_type = Uuid)]
    id: SqlId,
    #[diesel(sql_type = Int8)]
    sequence: i64,
}

#[derive(QueryableByName)]
struct IndexRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    keys: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    sql: Option<String>,
}
