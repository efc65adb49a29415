//! Walks down an account's chain of transfers.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::HasSqlType;

use crate::models::sql_types::{Int8, SqlInstant, Timestamptz};
use crate::schema::transfers;

/// Every how many versions of an account a transfer is in the milestone indexes. The migrations say the same number.
pub(crate) const MILESTONE_INTERVAL: i64 = 64;

pub(super) type AllColumns = <transfers::table as Table>::AllColumns;
pub(super) type ColumnTypes = <AllColumns as Expression>::SqlType;

/// Up to `limit` transfers of one account, newest first, from the transfer `first` on: a walk down the account's pointers.
///
/// One recursive statement, the same on both backends, each step of which is one look-up in the primary key.
#[derive(Clone, Copy, Debug, QueryId)]
pub(crate) struct AccountHistory {
    pub account_id: i64,
    pub first: i64,
    pub limit: i64,
}

impl Query for AccountHistory {
    type SqlType = ColumnTypes;
}

impl<Conn> RunQueryDsl<Conn> for AccountHistory {}

impl<DB> QueryFragment<DB> for AccountHistory
where
    DB: Backend + HasSqlType<Int8>,
    i64: ToSql<Int8, DB>,
    AllColumns: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.push_walk(&mut out)?;
        out.push_sql("select ");
        transfers::all_columns.walk_ast(out.reborrow())?;
        out.push_sql(" from walk as transfers order by step");
        Ok(())
    }
}

impl AccountHistory {
    /// Writes `with recursive walk as (…) `, the rows with their `step`.
    pub(super) fn push_walk<'b, DB>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: Backend + HasSqlType<Int8>,
        i64: ToSql<Int8, DB>,
        AllColumns: QueryFragment<DB>,
    {
        let columns = &transfers::all_columns;
        out.push_sql("with recursive walk as (select 1 as step, ");
        columns.walk_ast(out.reborrow())?;
        push_first(out, &self.account_id, &self.first)?;
        out.push_sql(" union all select walk.step + 1, ");
        columns.walk_ast(out.reborrow())?;
        push_step_back(out, &self.account_id)?;
        out.push_sql(" where walk.step < ");
        out.push_bind_param::<Int8, _>(&self.limit)?;
        out.push_sql(") ");
        Ok(())
    }
}

/// The newest transfer of an account that was recorded at or before a moment, or else the oldest that the walk came to. That one tells
/// whether the account's history begins there.
///
/// Begins at the account's first milestone behind the moment, or at its newest transfer, and walks down from there, at most
/// [`MILESTONE_INTERVAL`] steps unless many milestones share a microsecond.
#[derive(Clone, Copy, Debug, QueryId)]
pub(crate) struct LastRecordedAt {
    pub account_id: i64,
    pub last_transfer: i64,
    pub recorded_at: SqlInstant,
}

impl Query for LastRecordedAt {
    type SqlType = ColumnTypes;
}

impl<Conn> RunQueryDsl<Conn> for LastRecordedAt {}

impl<DB> QueryFragment<DB> for LastRecordedAt
where
    DB: Backend + HasSqlType<Int8> + HasSqlType<Timestamptz>,
    i64: ToSql<Int8, DB>,
    SqlInstant: ToSql<Timestamptz, DB>,
    AllColumns: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let columns = &transfers::all_columns;
        out.push_sql("with recursive walk as (select ");
        columns.walk_ast(out.reborrow())?;
        out.push_sql(" from transfers where transfers.sequence = ");
        push_milestone_or(&mut out, [&self.account_id, &self.last_transfer], &self.recorded_at)?;
        out.push_sql(" union all select ");
        columns.walk_ast(out.reborrow())?;
        push_step_back(&mut out, &self.account_id)?;
        out.push_sql(" where walk.recorded_at > ");
        out.push_bind_param::<Timestamptz, _>(&self.recorded_at)?;
        out.push_sql(") select ");
        columns.walk_ast(out.reborrow())?;
        out.push_sql(" from walk as transfers order by transfers.sequence limit 1");
        Ok(())
    }
}

/// The account's first milestone behind a moment, or its newest transfer where none is. From there a walk down comes to the moment in at
/// most [`MILESTONE_INTERVAL`] steps.
#[derive(Clone, Copy, Debug, QueryId)]
pub(crate) struct MilestoneBehind {
    pub account_id: i64,
    pub last_transfer: i64,
    pub recorded_at: SqlInstant,
}

impl Query for MilestoneBehind {
    type SqlType = Int8;
}

impl<Conn> RunQueryDsl<Conn> for MilestoneBehind {}

impl<DB> QueryFragment<DB> for MilestoneBehind
where
    DB: Backend + HasSqlType<Int8> + HasSqlType<Timestamptz>,
    i64: ToSql<Int8, DB>,
    SqlInstant: ToSql<Timestamptz, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("select ");
        push_milestone_or(&mut out, [&self.account_id, &self.last_transfer], &self.recorded_at)
    }
}

/// The first milestone of an account that was recorded behind a moment, on either side, or else another sequence, as one value. Both are
/// given as the account's number and that sequence.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "a bind value must live as long as the statement")]
fn push_milestone_or<'b, DB>(
    out: &mut AstPass<'_, 'b, DB>,
    [account_id, otherwise]: [&'b i64; 2],
    recorded_at: &'b SqlInstant,
) -> QueryResult<()>
where
    DB: Backend + HasSqlType<Int8> + HasSqlType<Timestamptz>,
    i64: ToSql<Int8, DB>,
    SqlInstant: ToSql<Timestamptz, DB>,
{
    out.push_sql("coalesce((select min(milestone.sequence) from (");
    push_milestone(out, account_id, recorded_at, "debit")?;
    out.push_sql(" union all ");
    push_milestone(out, account_id, recorded_at, "credit")?;
    out.push_sql(") as milestone), ");
    out.push_bind_param::<Int8, _>(otherwise)?;
    out.push_sql(")");
    Ok(())
}

/// The account's first milestone on one side that was recorded behind the moment. The interval stands in the text, not in a bind value,
/// because the planner must see that the partial index fits.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "a bind value must live as long as the statement")]
fn push_milestone<'b, DB>(
    out: &mut AstPass<'_, 'b, DB>,
    account_id: &'b i64,
    recorded_at: &'b SqlInstant,
    side: &str,
) -> QueryResult<()>
where
    DB: Backend + HasSqlType<Int8> + HasSqlType<Timestamptz>,
    i64: ToSql<Int8, DB>,
    SqlInstant: ToSql<Timestamptz, DB>,
{
    out.push_sql("select * from (select sequence from transfers where ");
    out.push_sql(side);
    out.push_sql("_account_id = ");
    out.push_bind_param::<Int8, _>(account_id)?;
    out.push_sql(&format!(" and {side}_version % {MILESTONE_INTERVAL} = 0 and recorded_at > "));
    out.push_bind_param::<Timestamptz, _>(recorded_at)?;
    out.push_sql(&format!(" order by recorded_at limit 1) as {side}_milestone"));
    Ok(())
}

/// From the transfer where a walk begins, which must be one of the account.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "a bind value must live as long as the statement")]
pub(super) fn push_first<'b, DB>(out: &mut AstPass<'_, 'b, DB>, account_id: &'b i64, first: &'b i64) -> QueryResult<()>
where
    DB: Backend + HasSqlType<Int8>,
    i64: ToSql<Int8, DB>,
{
    out.push_sql(" from transfers where transfers.sequence = ");
    out.push_bind_param::<Int8, _>(first)?;
    push_is_of(out, account_id)
}

/// From the row `walk` to the transfer that touched the account before it. A pointer that was tampered with leads nowhere else: not in a
/// circle, and not into the history of another account.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "a bind value must live as long as the statement")]
pub(super) fn push_step_back<'b, DB>(out: &mut AstPass<'_, 'b, DB>, account_id: &'b i64) -> QueryResult<()>
where
    DB: Backend + HasSqlType<Int8>,
    i64: ToSql<Int8, DB>,
{
    out.push_sql(" from walk join transfers on transfers.sequence = case when walk.debit_account_id = ");
    out.push_bind_param::<Int8, _>(account_id)?;
    out.push_sql(" then walk.debit_previous else walk.credit_previous end and transfers.sequence < walk.sequence");
    push_is_of(out, account_id)
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "a bind value must live as long as the statement")]
fn push_is_of<'b, DB>(out: &mut AstPass<'_, 'b, DB>, account_id: &'b i64) -> QueryResult<()>
where
    DB: Backend + HasSqlType<Int8>,
    i64: ToSql<Int8, DB>,
{
    out.push_sql(" and ");
    out.push_bind_param::<Int8, _>(account_id)?;
    out.push_sql(" in (transfers.debit_account_id, transfers.credit_account_id)");
    Ok(())
}
