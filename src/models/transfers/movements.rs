//! What transfers move, for reports: in the order of the book, down the chains of accounts, and by the time at which they count.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::HasSqlType;

use crate::models::sql_types::{Int8, Nullable, SqlInstant, Timestamptz};
use crate::models::transfers::effective::MOVES;
use crate::models::transfers::history::MILESTONE_INTERVAL;

/// How much a row moves. Holds and releases move nothing.
const MOVED: &str = "case when kind in ('transfer', 'capture', 'reversal') then amount else 0 end";

/// A transfer in the order of the book.
#[derive(Clone, Copy, Debug, Queryable)]
pub(crate) struct MovementRow {
    pub sequence: i64,
    pub debit_account_id: i64,
    pub credit_account_id: i64,
    /// Nothing, for holds and releases.
    pub moved: i64,
    pub debit_previous: Option<i64>,
    pub credit_previous: Option<i64>,
    pub recorded_at: SqlInstant,
    pub effective_at: SqlInstant,
}

/// Up to `limit` transfers from a place down, the newest first.
#[derive(Clone, Copy, Debug, QueryId)]
pub(crate) struct MovementsBelow {
    pub up_to: i64,
    pub limit: i64,
}

impl Query for MovementsBelow {
    type SqlType = (Int8, Int8, Int8, Int8, Nullable<Int8>, Nullable<Int8>, Timestamptz, Timestamptz);
}

impl<Conn> RunQueryDsl<Conn> for MovementsBelow {}

impl<DB> QueryFragment<DB> for MovementsBelow
where
    DB: Backend + HasSqlType<Int8>,
    i64: ToSql<Int8, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(&format!(
            "select sequence, debit_account_id, credit_account_id, {MOVED}, debit_previous, credit_previous, \
             recorded_at, effective_at from transfers where sequence <= "
        ));
        out.push_bind_param::<Int8, _>(&self.up_to)?;
        out.push_sql(" order by sequence desc limit ");
        out.push_bind_param::<Int8, _>(&self.limit)
    }
}

/// A transfer in the chain of one of its accounts.
#[derive(Clone, Copy, Debug, Queryable)]
pub(crate) struct ChainMovementRow {
    pub account_id: i64,
    pub sequence: i64,
    pub debit_account_id: i64,
    pub credit_account_id: i64,
    /// Nothing, for holds and releases.
    pub moved: i64,
    /// What the account had after it, on its normal side.
    pub balance: i64,
    /// The account's transfer before it.
    pub previous: Option<i64>,
    pub recorded_at: SqlInstant,
    pub effective_at: SqlInstant,
}

/// Walks down the chains of some accounts. Gives the transfers that were recorded by `end`, down to the first that was recorded by `begin`,
/// which is given too. Where an account's first transfer was recorded later than `end`, that one is given instead.
///
/// Each chain is entered at the first milestone behind `end`, as in [`LastRecordedAt`](super::LastRecordedAt).
#[derive(Clone, Debug)]
pub(crate) struct ChainMovements {
    pub accounts: Vec<i64>,
    pub begin: SqlInstant,
    pub end: SqlInstant,
}

impl Query for ChainMovements {
    type SqlType = (Int8, Int8, Int8, Int8, Int8, Int8, Nullable<Int8>, Timestamptz, Timestamptz);
}

/// The statement's text goes by how many accounts there are.
impl QueryId for ChainMovements {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Conn> RunQueryDsl<Conn> for ChainMovements {}

impl<DB> QueryFragment<DB> for ChainMovements
where
    DB: Backend + HasSqlType<Int8> + HasSqlType<Timestamptz>,
    i64: ToSql<Int8, DB>,
    SqlInstant: ToSql<Timestamptz, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        const COLUMNS: &str = "step.sequence, step.debit_account_id, step.credit_account_id, step.amount, step.kind, \
            step.debit_balance, step.credit_balance, step.debit_previous, step.credit_previous, step.recorded_at, \
            step.effective_at";
        const PREVIOUS: &str = "case when walk.debit_account_id = walk.account_id then walk.debit_previous \
            else walk.credit_previous end";
        out.push_sql(&format!(
            "with recursive walk as (select accounts.id as account_id, {COLUMNS} from accounts join transfers as step \
             on step.sequence = coalesce((select min(milestone.sequence) from ("
        ));
        self.push_milestone(&mut out, "debit")?;
        out.push_sql(" union all ");
        self.push_milestone(&mut out, "credit")?;
        out.push_sql(
            ") as milestone), accounts.last_transfer) \
             and accounts.id in (step.debit_account_id, step.credit_account_id) where accounts.id in ",
        );
        push_ids(&mut out, &self.accounts)?;
        out.push_sql(&format!(
            " union all select walk.account_id, {COLUMNS} from walk join transfers as step on step.sequence = {PREVIOUS} \
             and step.sequence < walk.sequence \
             and walk.account_id in (step.debit_account_id, step.credit_account_id) where walk.recorded_at > "
        ));
        out.push_bind_param::<Timestamptz, _>(&self.begin)?;
        out.push_sql(&format!(
            ") select account_id, sequence, debit_account_id, credit_account_id, {MOVED}, \
             case when debit_account_id = account_id then debit_balance else credit_balance end, {PREVIOUS}, \
             recorded_at, effective_at from walk where recorded_at <= "
        ));
        out.push_bind_param::<Timestamptz, _>(&self.end)?;
        out.push_sql(&format!(" or {PREVIOUS} is null"));
        Ok(())
    }
}

impl ChainMovements {
    /// An account's first milestone on one side that was recorded behind the end. The interval stands in the text, so that the planner sees
    /// that the partial index fits.
    fn push_milestone<'b, DB>(&'b self, out: &mut AstPass<'_, 'b, DB>, side: &str) -> QueryResult<()>
    where
        DB: Backend + HasSqlType<Timestamptz>,
        SqlInstant: ToSql<Timestamptz, DB>,
    {
        out.push_sql(&format!(
            "select * from (select sequence from transfers where {side}_account_id = accounts.id \
             and {side}_version % {MILESTONE_INTERVAL} = 0 and recorded_at > "
        ));
        out.push_bind_param::<Timestamptz, _>(&self.end)?;
        out.push_sql(&format!(" order by recorded_at limit 1) as {side}_milestone"));
        Ok(())
    }
}

/// A transfer that counts at another time than it was recorded, as one of its accounts sees it.
#[derive(Clone, Copy, Debug, Queryable)]
pub(crate) struct CrossingRow {
    pub account_id: i64,
    pub sequence: i64,
    pub debit_account_id: i64,
    pub credit_account_id: i64,
    pub moved: i64,
    pub effective_at: SqlInstant,
}

/// What some accounts have of value that moved and counts at another time than it was recorded: behind one moment of either time, and up to
/// another.
#[derive(Clone, Debug)]
pub(crate) struct CrossingTransfers {
    pub accounts: Vec<i64>,
    pub effective_after: SqlInstant,
    pub effective_until: SqlInstant,
    pub recorded_after: SqlInstant,
    pub recorded_until: SqlInstant,
    /// How many of them at most, where not all are wanted.
    pub rows_max: Option<i64>,
}

impl Query for CrossingTransfers {
    type SqlType = (Int8, Int8, Int8, Int8, Int8, Timestamptz);
}

/// The statement's text goes by how many accounts there are.
impl QueryId for CrossingTransfers {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Conn> RunQueryDsl<Conn> for CrossingTransfers {}

impl<DB> QueryFragment<DB> for CrossingTransfers
where
    DB: Backend + HasSqlType<Int8> + HasSqlType<Timestamptz>,
    i64: ToSql<Int8, DB>,
    SqlInstant: ToSql<Timestamptz, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let mut separator = "";
        for side in ["debit", "credit"] {
            // The comparison of the two times stands as in the partial indexes, so that the planner sees that they fit.
            out.push_sql(&format!(
                "{separator}select {side}_account_id, sequence, debit_account_id, credit_account_id, amount, effective_at \
                 from transfers where effective_at <> recorded_at{MOVES} and {side}_account_id in "
            ));
            push_ids(&mut out, &self.accounts)?;
            for (comparison, bound) in [
                ("effective_at >", &self.effective_after),
                ("effective_at <=", &self.effective_until),
                ("recorded_at >", &self.recorded_after),
                ("recorded_at <=", &self.recorded_until),
            ] {
                out.push_sql(&format!(" and {comparison} "));
                out.push_bind_param::<Timestamptz, _>(bound)?;
            }
            separator = " union all ";
        }
        if let Some(rows_max) = self.rows_max {
            out.push_sql(&format!(" limit {rows_max}"));
        }
        Ok(())
    }
}

/// Writes `($1, $2, …)`.
fn push_ids<'b, DB>(out: &mut AstPass<'_, 'b, DB>, ids: &'b [i64]) -> QueryResult<()>
where
    DB: Backend + HasSqlType<Int8>,
    i64: ToSql<Int8, DB>,
{
    let mut separator = "(";
    for id in ids {
        out.push_sql(separator);
        out.push_bind_param::<Int8, _>(id)?;
        separator = ", ";
    }
    out.push_sql(")");
    Ok(())
}
