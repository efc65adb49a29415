//! Statements over many rows, each with a fixed text, so that SQLite prepares it once a connection.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sqlite::{Sqlite, SqliteConnection};
use serde::Serialize;

use crate::facts::TransferId;
use crate::models::accounts::{AccountHistoryUpdate, AccountUpdate};
use crate::models::holds::{HoldRow, HoldUpdate};
use crate::models::sql_types::{Bytea, Int8, Jsonb, Nullable, Text, Timestamptz, Uuid};
use crate::models::transfers::TransferRow;
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

/// A row of values in a statement over many rows.
pub(super) trait ValueRow: Sized + 'static {
    const TABLE: &str;
    /// The first is the key.
    const COLUMNS: &[&str];
    /// The column of the table that must still have what another one of these says, where it is only updated then.
    const CHECKED: Option<(&str, &str)>;

    fn push_values<'b>(&'b self, out: &mut AstPass<'_, 'b, Sqlite>) -> QueryResult<()>;
}

macro_rules! value_row {
    ($row:ty, $table:literal { $($column:ident: $sql_type:ty),+ $(,)? }) => {
        value_row!($row, $table { $($column: $sql_type),+ } checks None);
    };
    ($row:ty, $table:literal { $($column:ident: $sql_type:ty),+ $(,)? } checks $checked:expr) => {
        impl ValueRow for $row {
            const TABLE: &str = $table;
            const COLUMNS: &[&str] = &[$(stringify!($column)),+];
            const CHECKED: Option<(&str, &str)> = $checked;

            fn push_values<'b>(&'b self, out: &mut AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
                let mut separator = "(";
                $(
                    out.push_sql(separator);
                    out.push_bind_param::<$sql_type, _>(&self.$column)?;
                    separator = ", ";
                )+
                debug_assert_eq!(separator, ", ");
                out.push_sql(")");
                Ok(())
            }
        }
    };
}

value_row!(TransferRow, "transfers" {
    sequence: Int8,
    id: Uuid,
    debit_account_id: Int8,
    credit_account_id: Int8,
    amount: Int8,
    debit_version: Int8,
    credit_version: Int8,
    debit_balance: Int8,
    credit_balance: Int8,
    debit_previous: Nullable<Int8>,
    credit_previous: Nullable<Int8>,
    recorded_at: Timestamptz,
    effective_at: Timestamptz,
    journal_id: Nullable<Uuid>,
    hold_id: Nullable<Uuid>,
    reversed_id: Nullable<Uuid>,
    kind: Text,
    hash: Bytea,
    description: Nullable<Text>,
    metadata: Nullable<Jsonb>,
    expires_at: Nullable<Timestamptz>,
    up_to: Nullable<Int8>,
    key: Nullable<Text>,
    request_digest: Nullable<Uuid>,
    clock_at: Nullable<Timestamptz>,
});

value_row!(AccountUpdate, "accounts" {
    id: Int8,
    posted: Int8,
    debits_held: Int8,
    credits_held: Int8,
    version: Int8,
    last_transfer: Nullable<Int8>,
    last_recorded_at: Nullable<Timestamptz>,
    head: Bytea,
    head_before: Bytea,
} checks Some(("head", "head_before")));

value_row!(AccountHistoryUpdate, "accounts" {
    id: Int8,
    posted: Int8,
    debits_held: Int8,
    credits_held: Int8,
    version: Int8,
    last_transfer: Nullable<Int8>,
    last_recorded_at: Nullable<Timestamptz>,
    min_balance: Nullable<Int8>,
    max_balance: Nullable<Int8>,
    per_transfer: Nullable<Int8>,
    per_day: Nullable<Int8>,
    per_month: Nullable<Int8>,
    closed_at: Nullable<Timestamptz>,
    state: Text,
    head: Bytea,
});

value_row!(HoldRow, "holds" {
    id: Uuid,
    sequence: Int8,
    debit_account_id: Int8,
    credit_account_id: Int8,
    amount: Int8,
    remaining: Int8,
    expires_at: Nullable<Timestamptz>,
    state: Text,
});

value_row!(HoldUpdate, "holds" {
    id: Uuid,
    remaining: Int8,
    state: Text,
});

fn push_rows<'b, R: ValueRow>(rows: &'b [R], out: &mut AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
    let mut separator = "values ";
    for row in rows {
        out.push_sql(separator);
        row.push_values(out)?;
        separator = ", ";
    }
    Ok(())
}

/// A statement over `ROWS` rows. Its type is its identity in the cache of prepared statements, so its text depends on that alone.
struct InsertRows<'a, R, const ROWS: usize>(&'a [R; ROWS]);

impl<R: ValueRow, const ROWS: usize> QueryId for InsertRows<'_, R, ROWS> {
    type QueryId = InsertRows<'static, R, ROWS>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<R, const ROWS: usize> RunQueryDsl<SqliteConnection> for InsertRows<'_, R, ROWS> {}

impl<R: ValueRow, const ROWS: usize> QueryFragment<Sqlite> for InsertRows<'_, R, ROWS> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(&format!("insert into {} ({}) ", R::TABLE, R::COLUMNS.join(", ")));
        push_rows(self.0, &mut out)
    }
}

/// As [`InsertRows`], by the first column.
struct UpdateRows<'a, R, const ROWS: usize>(&'a [R; ROWS]);

impl<R: ValueRow, const ROWS: usize> QueryId for UpdateRows<'_, R, ROWS> {
    type QueryId = UpdateRows<'static, R, ROWS>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<R, const ROWS: usize> RunQueryDsl<SqliteConnection> for UpdateRows<'_, R, ROWS> {}

impl<R: ValueRow, const ROWS: usize> QueryFragment<Sqlite> for UpdateRows<'_, R, ROWS> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        // SQLite names the columns of a list of values column1, column2, …
        let (mut assignments, mut conditions) = (Vec::new(), Vec::new());
        for (place, name) in (1..).zip(R::COLUMNS) {
            match R::CHECKED {
                _ if place == 1 => conditions.push(format!("{}.{name} = new.column1", R::TABLE)),
                Some((checked, before)) if before == *name => {
                    conditions.push(format!("{}.{checked} = new.column{place}", R::TABLE));
                }
                _ => assignments.push(format!("{name} = new.column{place}")),
            }
        }
        out.push_sql(&format!("update {} set {} from (", R::TABLE, assignments.join(", ")));
        push_rows(self.0, &mut out)?;
        out.push_sql(&format!(") as new where {}", conditions.join(" and ")));
        Ok(())
    }
}

pub(super) fn insert_rows<R: ValueRow>(connection: &mut SqliteConnection, rows: &[R]) -> QueryResult<usize> {
    let mut inserted = 0;
    by_size!(rows, chunk => inserted += InsertRows(chunk).execute(connection)?);
    Ok(inserted)
}

pub(super) fn update_rows<R: ValueRow>(connection: &mut SqliteConnection, rows: &[R]) -> QueryResult<usize> {
    let mut updated = 0;
    by_size!(rows, chunk => updated += UpdateRows(chunk).execute(connection)?);
    Ok(updated)
}
