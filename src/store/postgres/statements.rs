//! Statements over whole batches, each with one text whatever the size, so that the server prepares it once a connection.

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Array;

use crate::facts::Instant;
use crate::models::accounts::{NewAccountColumns, NewAccountRow};
use crate::models::row::{Row, RowColumns};
use crate::models::sql_types::{Int8, Nullable, SqlInstant, Timestamptz};
use crate::store::TOLD_OFF_MAX;
use crate::store::postgres::drawing::SHOW_WRITER;

/// Draws numbers for transfers, once it is shown that this transaction does so. One call a number, because a range would need a lock; one row for all, because rows cost more than they do.
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
        out.push_sql("select array_agg(nextval('transfers_sequence_seq')) from (select ");
        out.push_sql(SHOW_WRITER);
        out.push_sql(") as shown, generate_series(1, ");
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

/// Sets the book's sequence to the newest number that was imported.
#[derive(QueryId)]
pub(super) struct ContinueSequences {
    pub(super) newest: i64,
}

impl RunQueryDsl<PgConnection> for ContinueSequences {}

impl QueryFragment<Pg> for ContinueSequences {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("select setval('transfers_sequence_seq', ");
        out.push_bind_param::<Int8, _>(&self.newest)?;
        out.push_sql(")");
        Ok(())
    }
}

/// Inserts all rows in one statement.
pub(super) struct InsertRows<C>(C);

impl<C: RowColumns> InsertRows<C> {
    pub(super) fn new(rows: impl ExactSizeIterator<Item = C::Row>) -> Self {
        Self(C::of(rows))
    }
}

impl<C: RowColumns> QueryId for InsertRows<C> {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C> RunQueryDsl<PgConnection> for InsertRows<C> {}

impl<C: RowColumns> QueryFragment<Pg> for InsertRows<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&format!("insert into {} ({}) select * from ", C::Row::TABLE, C::Row::COLUMNS.join(", ")));
        self.0.push_unnest(&mut out)
    }
}

/// Inserts all accounts whose name is not taken, and returns their numbers.
#[derive(QueryId)]
pub(super) struct InsertAccounts(InsertRows<NewAccountColumns>);

impl InsertAccounts {
    pub(super) fn new(rows: impl ExactSizeIterator<Item = NewAccountRow>) -> Self {
        Self(InsertRows::new(rows))
    }
}

impl Query for InsertAccounts {
    type SqlType = Int8;
}

impl RunQueryDsl<PgConnection> for InsertAccounts {}

impl QueryFragment<Pg> for InsertAccounts {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(" on conflict (name) do nothing returning id");
        Ok(())
    }
}

/// Updates all rows in one statement, by the first column.
pub(super) struct UpdateRows<C>(C);

impl<C: RowColumns> UpdateRows<C> {
    pub(super) fn new(rows: impl ExactSizeIterator<Item = C::Row>) -> Self {
        Self(C::of(rows))
    }
}

impl<C: RowColumns> QueryId for UpdateRows<C> {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C> RunQueryDsl<PgConnection> for UpdateRows<C> {}

impl<C: RowColumns> QueryFragment<Pg> for UpdateRows<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let (table, columns, key) = (C::Row::TABLE, C::Row::COLUMNS, C::Row::COLUMNS[0]);
        let assigned: Vec<_> = C::Row::assigned().map(|column| format!("{column} = new.{column}")).collect();
        out.push_sql(&format!("update {table} set {} from ", assigned.join(", ")));
        self.0.push_unnest(&mut out)?;
        out.push_sql(&format!(" as new ({}) where {table}.{key} = new.{key}", columns.join(", ")));
        if let Some((column, value)) = C::Row::UNCHANGED {
            out.push_sql(&format!(" and {table}.{column} = new.{value}"));
        }
        Ok(())
    }
}
