//! Statements over many rows, each with a fixed text, so that SQLite prepares it once a connection.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sqlite::{Sqlite, SqliteConnection};
use serde::Serialize;

use crate::facts::TransferId;
use crate::models::row::PushValues;
use crate::models::sql_types::Text;
use crate::schema::{accounts, transfers};

/// Does something with arrays of rows that come to all of them, so that few statements have fixed texts. SQLite takes 32,766 values a
/// statement; the gain ends long before.
macro_rules! by_size {
    ($rows:expr, $chunk:ident => $run:expr) => {
        let rest = $rows;
        by_size!(rest, $chunk => $run, 64, 16, 4, 2, 1);
        debug_assert!(rest.is_empty(), "every row is in an array");
    };
    ($rest:ident, $chunk:ident => $run:expr, $($size:literal),+) => {
        $(
            let (chunks, $rest) = $rest.as_chunks::<$size>();
            for $chunk in chunks {
                $run;
            }
        )+
    };
}

/// What accounts are looked up by.
#[derive(Clone, Copy)]
pub(super) enum Key {
    Id,
    Name,
}

/// The accounts that have one of many keys, which travel as one JSON array.
pub(super) struct AccountsByKey {
    key: Key,
    keys: String,
}

impl AccountsByKey {
    pub(super) fn new<K: Serialize>(key: Key, keys: &[K]) -> Self {
        // Numbers and texts always have a JSON form.
        Self { key, keys: serde_json::to_string(keys).unwrap_or_default() }
    }
}

impl QueryId for AccountsByKey {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for AccountsByKey {
    type SqlType = <<accounts::table as Table>::AllColumns as Expression>::SqlType;
}

impl RunQueryDsl<SqliteConnection> for AccountsByKey {}

impl QueryFragment<Sqlite> for AccountsByKey {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("select ");
        accounts::all_columns.walk_ast(out.reborrow())?;
        out.push_sql(match self.key {
            Key::Id => " from accounts where id in (select value from json_each(",
            Key::Name => " from accounts where name in (select value from json_each(",
        });
        out.push_bind_param::<Text, _>(&self.keys)?;
        out.push_sql(")) order by id");
        Ok(())
    }
}

/// The transfers that have one of many ids.
#[derive(QueryId)]
pub(super) struct TransfersById {
    ids: String,
}

impl TransfersById {
    pub(super) fn new(ids: &[TransferId]) -> Self {
        let ids: Vec<_> = ids.iter().map(|id| id.0.simple().to_string()).collect();
        // Texts always have a JSON form.
        Self { ids: serde_json::to_string(&ids).unwrap_or_default() }
    }
}

impl Query for TransfersById {
    type SqlType = <<transfers::table as Table>::AllColumns as Expression>::SqlType;
}

impl RunQueryDsl<SqliteConnection> for TransfersById {}

impl QueryFragment<Sqlite> for TransfersById {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("select ");
        transfers::all_columns.walk_ast(out.reborrow())?;
        out.push_sql(" from transfers where id in (select unhex(value) from json_each(");
        out.push_bind_param::<Text, _>(&self.ids)?;
        out.push_sql("))");
        Ok(())
    }
}

fn push_rows<'b, R: PushValues<Sqlite>>(rows: &'b [R], out: &mut AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
    let mut separator = "values ";
    for row in rows {
        out.push_sql(separator);
        row.push_values(out)?;
        separator = ", ";
    }
    Ok(())
}

/// A statement over `ROWS` rows. Its type is its identity in the cache of prepared statements, so its text depends on that alone.
pub(super) struct InsertRows<'a, R, const ROWS: usize>(pub(super) &'a [R; ROWS]);

impl<R: PushValues<Sqlite>, const ROWS: usize> QueryId for InsertRows<'_, R, ROWS> {
    type QueryId = InsertRows<'static, R, ROWS>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<R, const ROWS: usize> RunQueryDsl<SqliteConnection> for InsertRows<'_, R, ROWS> {}

impl<R: PushValues<Sqlite>, const ROWS: usize> QueryFragment<Sqlite> for InsertRows<'_, R, ROWS> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(&format!("insert into {} ({}) ", R::TABLE, R::COLUMNS.join(", ")));
        push_rows(self.0, &mut out)
    }
}

/// As [`InsertRows`], by the first column.
pub(super) struct UpdateRows<'a, R, const ROWS: usize>(pub(super) &'a [R; ROWS]);

impl<R: PushValues<Sqlite>, const ROWS: usize> QueryId for UpdateRows<'_, R, ROWS> {
    type QueryId = UpdateRows<'static, R, ROWS>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<R, const ROWS: usize> RunQueryDsl<SqliteConnection> for UpdateRows<'_, R, ROWS> {}

impl<R: PushValues<Sqlite>, const ROWS: usize> QueryFragment<Sqlite> for UpdateRows<'_, R, ROWS> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        // SQLite names the columns of a list of values column1, column2, …
        let value = |name: &str| {
            let index = R::COLUMNS.iter().position(|column| *column == name).map_or(0, |index| index + 1);
            format!("new.column{index}")
        };
        let (table, key) = (R::TABLE, R::COLUMNS[0]);
        let assigned: Vec<_> = R::assigned().map(|column| format!("{column} = {}", value(column))).collect();
        out.push_sql(&format!("update {table} set {} from (", assigned.join(", ")));
        push_rows(self.0, &mut out)?;
        out.push_sql(&format!(") as new where {table}.{key} = {}", value(key)));
        if let Some((column, unchanged)) = R::UNCHANGED {
            out.push_sql(&format!(" and {table}.{column} = {}", value(unchanged)));
        }
        Ok(())
    }
}

pub(super) fn insert_rows<R: PushValues<Sqlite>>(connection: &mut SqliteConnection, rows: &[R]) -> QueryResult<usize> {
    let mut inserted = 0;
    by_size!(rows, chunk => inserted += InsertRows(chunk).execute(connection)?);
    Ok(inserted)
}

pub(super) fn update_rows<R: PushValues<Sqlite>>(connection: &mut SqliteConnection, rows: &[R]) -> QueryResult<usize> {
    let mut updated = 0;
    by_size!(rows, chunk => updated += UpdateRows(chunk).execute(connection)?);
    Ok(updated)
}
