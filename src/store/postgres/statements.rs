//! Statements over whole batches, each with one text whatever the size, so that the server prepares it once a connection.

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Array;

use crate::facts::Instant;
use crate::models::accounts::{AccountHistoryUpdate, AccountUpdate, NewAccountRow};
use crate::models::holds::{HoldRow, HoldUpdate};
use crate::models::sql_types::{
    Bytea, Int2, Int8, Jsonb, Nullable, SqlHash, SqlId, SqlInstant, SqlJson, SqlKind, Text, Timestamptz, Uuid,
};
use crate::models::transfers::TransferRow;
use crate::store::TOLD_OFF_MAX;

/// Draws numbers for transfers. One call a number, because a range would need a lock; one row for all, because rows cost more than they do.
#[derive(QueryId)]
pub(super) struct NextSequences {
    pub(super) count: i64,
    pub(super) clock: ClockCheck,
}

impl Query for NextSequences {
    type SqlType = Nullable<Array<Int8>>;
}

impl RunQueryDsl<PgConnection> for NextSequences {}

impl QueryFragment<Pg> for NextSequences {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("select array_agg(nextval('transfers_sequence_seq')) from generate_series(1, ");
        out.push_bind_param::<Int8, _>(&self.count)?;
        out.push_sql(") where ");
        self.clock.walk_ast(out)
    }
}

/// Whether the server's clock is where the client believes it to be, if the client goes by it. The clock is read once, in a subquery of its
/// own, so that one statement has one answer. The name has no schema, so that tests can set a server's clock.
#[derive(QueryId)]
pub(super) struct ClockCheck {
    earliest: Option<SqlInstant>,
    latest: Option<SqlInstant>,
}

impl ClockCheck {
    pub(super) fn new(told: Option<Instant>) -> Self {
        let earliest = told.map(|told| told.before(TOLD_OFF_MAX).into());
        Self { earliest, latest: told.map(|told| told.after(TOLD_OFF_MAX).into()) }
    }
}

impl QueryFragment<Pg> for ClockCheck {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("(select coalesce(clock_timestamp() between ");
        out.push_bind_param::<Nullable<Timestamptz>, _>(&self.earliest)?;
        out.push_sql(" and ");
        out.push_bind_param::<Nullable<Timestamptz>, _>(&self.latest)?;
        out.push_sql(", true))");
        Ok(())
    }
}

/// Sets a counter to the newest number that it has given.
#[derive(QueryId)]
pub(super) struct ContinueNumbers {
    pub(super) counter: &'static str,
    pub(super) newest: i64,
}

impl RunQueryDsl<PgConnection> for ContinueNumbers {}

impl QueryFragment<Pg> for ContinueNumbers {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("select setval(");
        out.push_bind_param::<Text, _>(self.counter)?;
        out.push_sql("::regclass, ");
        out.push_bind_param::<Int8, _>(&self.newest)?;
        out.push_sql(")");
        Ok(())
    }
}

/// The rows of a batch, column by column, as parameters of one statement.
pub(super) trait Columns: 'static {
    type Row;
    const TABLE: &str;
    /// The first is the key.
    const NAMES: &[&str];
    /// The column of the table that must still have what another one of these names says, where it is only updated then.
    const CHECKED: Option<(&str, &str)>;

    fn of(rows: impl ExactSizeIterator<Item = Self::Row>) -> Self;

    /// Writes `unnest($1, $2, …)`: one text whatever the number of rows.
    fn push_unnest<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()>;

    /// Writes `values ($1, $2, …), (…), …`: another text for each number of rows, and faster where there are few.
    fn push_values<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()>;
}

macro_rules! columns {
    ($name:ident, $row:ty, $table:literal { $($column:ident: $sql_type:ty => $rust_type:ty),+ $(,)? }) => {
        columns!($name, $row, $table { $($column: $sql_type => $rust_type),+ } checks None);
    };
    (
        $name:ident, $row:ty, $table:literal { $($column:ident: $sql_type:ty => $rust_type:ty),+ $(,)? }
        checks $checked:expr
    ) => {
        pub(super) struct $name {
            $($column: Vec<$rust_type>),+
        }

        impl Columns for $name {
            type Row = $row;
            const TABLE: &str = $table;
            const NAMES: &[&str] = &[$(stringify!($column)),+];
            const CHECKED: Option<(&str, &str)> = $checked;

            fn of(rows: impl ExactSizeIterator<Item = $row>) -> Self {
                let mut columns = Self { $($column: Vec::with_capacity(rows.len())),+ };
                for row in rows {
                    $(columns.$column.push(row.$column);)+
                }
                columns
            }

            fn push_unnest<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                let mut separator = "unnest(";
                $(
                    out.push_sql(separator);
                    out.push_bind_param::<Array<$sql_type>, _>(&self.$column)?;
                    separator = ", ";
                )+
                debug_assert_eq!(separator, ", ");
                out.push_sql(")");
                Ok(())
            }

            fn push_values<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                let [rows, ..] = [$(self.$column.len()),+];
                for row in 0..rows {
                    let mut separator = if row == 0 { "values (" } else { ", (" };
                    $(
                        out.push_sql(separator);
                        out.push_bind_param::<$sql_type, _>(&self.$column[row])?;
                        separator = ", ";
                    )+
                    debug_assert_eq!(separator, ", ");
                    out.push_sql(")");
                }
                Ok(())
            }
        }
    };
}

columns!(TransferColumns, TransferRow, "transfers" {
    sequence: Int8 => i64,
    id: Uuid => SqlId,
    debit_account_id: Int8 => i64,
    credit_account_id: Int8 => i64,
    amount: Int8 => i64,
    debit_version: Int8 => i64,
    credit_version: Int8 => i64,
    debit_balance: Int8 => i64,
    credit_balance: Int8 => i64,
    debit_previous: Nullable<Int8> => Option<i64>,
    credit_previous: Nullable<Int8> => Option<i64>,
    recorded_at: Timestamptz => SqlInstant,
    effective_at: Timestamptz => SqlInstant,
    journal_id: Nullable<Uuid> => Option<SqlId>,
    hold_id: Nullable<Uuid> => Option<SqlId>,
    reversed_id: Nullable<Uuid> => Option<SqlId>,
    kind: Text => SqlKind,
    hash: Bytea => SqlHash,
    description: Nullable<Text> => Option<String>,
    metadata: Nullable<Jsonb> => Option<SqlJson>,
    expires_at: Nullable<Timestamptz> => Option<SqlInstant>,
    up_to: Nullable<Int8> => Option<i64>,
    key: Nullable<Text> => Option<String>,
    request_digest: Nullable<Uuid> => Option<SqlId>,
    clock_at: Nullable<Timestamptz> => Option<SqlInstant>,
});

impl TransferColumns {
    pub(super) const fn ids(&self) -> &Vec<SqlId> {
        &self.id
    }
}

columns!(NewAccountColumns, NewAccountRow, "accounts" {
    name: Text => String,
    min_balance: Nullable<Int8> => Option<i64>,
    max_balance: Nullable<Int8> => Option<i64>,
    opened_at: Timestamptz => SqlInstant,
    exponent: Int2 => i16,
    account_type: Text => &'static str,
    currency: Text => String,
    head: Bytea => SqlHash,
    description: Nullable<Text> => Option<String>,
    metadata: Nullable<Jsonb> => Option<SqlJson>,
});

columns!(AccountColumns, AccountUpdate, "accounts" {
    id: Int8 => i64,
    posted: Int8 => i64,
    debits_held: Int8 => i64,
    credits_held: Int8 => i64,
    version: Int8 => i64,
    last_transfer: Nullable<Int8> => Option<i64>,
    last_recorded_at: Nullable<Timestamptz> => Option<SqlInstant>,
    head: Bytea => SqlHash,
    head_before: Bytea => SqlHash,
} checks Some(("head", "head_before")));

columns!(AccountHistoryColumns, AccountHistoryUpdate, "accounts" {
    id: Int8 => i64,
    posted: Int8 => i64,
    debits_held: Int8 => i64,
    credits_held: Int8 => i64,
    version: Int8 => i64,
    last_transfer: Nullable<Int8> => Option<i64>,
    last_recorded_at: Nullable<Timestamptz> => Option<SqlInstant>,
    min_balance: Nullable<Int8> => Option<i64>,
    max_balance: Nullable<Int8> => Option<i64>,
    per_transfer: Nullable<Int8> => Option<i64>,
    per_day: Nullable<Int8> => Option<i64>,
    per_month: Nullable<Int8> => Option<i64>,
    closed_at: Nullable<Timestamptz> => Option<SqlInstant>,
    state: Text => String,
    head: Bytea => SqlHash,
});

columns!(HoldColumns, HoldRow, "holds" {
    id: Uuid => SqlId,
    sequence: Int8 => i64,
    debit_account_id: Int8 => i64,
    credit_account_id: Int8 => i64,
    amount: Int8 => i64,
    remaining: Int8 => i64,
    expires_at: Nullable<Timestamptz> => Option<SqlInstant>,
    state: Text => String,
});

columns!(HoldUpdateColumns, HoldUpdate, "holds" {
    id: Uuid => SqlId,
    remaining: Int8 => i64,
    state: Text => String,
});

/// Inserts all rows in one statement.
pub(super) struct InsertRows<C>(C);

impl<C: Columns> InsertRows<C> {
    pub(super) fn new(rows: impl ExactSizeIterator<Item = C::Row>) -> Self {
        Self(C::of(rows))
    }
}

impl<C: Columns> QueryId for InsertRows<C> {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C> RunQueryDsl<PgConnection> for InsertRows<C> {}

impl<C: Columns> QueryFragment<Pg> for InsertRows<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&format!("insert into {} ({}) select * from ", C::TABLE, C::NAMES.join(", ")));
        self.0.push_unnest(&mut out)
    }
}

/// Inserts all accounts whose name is not taken, in order, and returns their names and numbers.
#[derive(QueryId)]
pub(super) struct InsertAccounts(InsertRows<NewAccountColumns>);

impl InsertAccounts {
    pub(super) fn new(rows: impl ExactSizeIterator<Item = NewAccountRow>) -> Self {
        Self(InsertRows::new(rows))
    }
}

impl Query for InsertAccounts {
    type SqlType = (Text, Int8);
}

impl RunQueryDsl<PgConnection> for InsertAccounts {}

impl QueryFragment<Pg> for InsertAccounts {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(" on conflict (name) do nothing returning name, id");
        Ok(())
    }
}

/// Updates all rows in one statement, by the first column.
pub(super) struct UpdateRows<C>(C);

impl<C: Columns> UpdateRows<C> {
    pub(super) fn new(rows: impl ExactSizeIterator<Item = C::Row>) -> Self {
        Self(C::of(rows))
    }
}

impl<C: Columns> QueryId for UpdateRows<C> {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C> RunQueryDsl<PgConnection> for UpdateRows<C> {}

impl<C: Columns> QueryFragment<Pg> for UpdateRows<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&format!("update {} set {} from ", C::TABLE, assignments::<C>(|column| format!("new.{column}"))));
        self.0.push_unnest(&mut out)?;
        out.push_sql(&format!(" as new ({}) where {}", C::NAMES.join(", "), is_same_row::<C>()));
        Ok(())
    }
}

/// What is assigned to each column of a row that is updated.
pub(super) fn assignments<C: Columns>(value: impl Fn(&str) -> String) -> String {
    let is_assigned = |name: &&&str| C::CHECKED.is_none_or(|(_, before)| before != **name);
    let changed = C::NAMES.iter().skip(1).filter(is_assigned);
    changed.map(|name| format!("{name} = {}", value(name))).collect::<Vec<_>>().join(", ")
}

/// Which row of the table a new one is for.
fn is_same_row<C: Columns>() -> String {
    let (table, key) = (C::TABLE, C::NAMES[0]);
    let is_unchanged = C::CHECKED.map(|(column, before)| format!(" and {table}.{column} = new.{before}"));
    format!("{table}.{key} = new.{key}{}", is_unchanged.unwrap_or_default())
}
