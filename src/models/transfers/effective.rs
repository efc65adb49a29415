//! The transfers that count at another time than they were recorded: few, and each in an index of its own.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::HasSqlType;

use crate::models::sql_types::{Int8, SqlInstant, Timestamptz};
use crate::models::transfers::history::{AllColumns, ColumnTypes};
use crate::schema::transfers;

/// What the exceptions change of a balance: debits less credits, of what counts by `effective_at` and was known by `known_at` but not
/// recorded by `recorded_at`, less what was recorded by then and counts later only.
///
/// In two halves, of which the first counts 2^32 minor units: sums of 64-bit numbers are inexact or fail where they do not fit.
#[derive(Clone, Copy, Debug, QueryId)]
pub(crate) struct EffectiveCorrection {
    pub account_id: i64,
    pub effective_at: SqlInstant,
    pub recorded_at: SqlInstant,
    pub known_at: SqlInstant,
}

impl EffectiveCorrection {
    /// The two halves of what such a statement gives, put together.
    pub(crate) fn whole((high, low): (i64, i64)) -> i128 {
        (i128::from(high) << 32) + i128::from(low)
    }
}

impl Query for EffectiveCorrection {
    type SqlType = (Int8, Int8);
}

impl<Conn> RunQueryDsl<Conn> for EffectiveCorrection {}

impl<DB> QueryFragment<DB> for EffectiveCorrection
where
    DB: Backend + HasSqlType<Int8> + HasSqlType<Timestamptz>,
    i64: ToSql<Int8, DB>,
    SqlInstant: ToSql<Timestamptz, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("select coalesce(cast(sum(high) as bigint), 0), coalesce(cast(sum(low) as bigint), 0) from (");
        let mut separator = "";
        for (side, sign) in [("debit", ""), ("credit", "-")] {
            out.push_sql(separator);
            self.push_counted(&mut out, side, sign)?;
            out.push_sql(" union all ");
            let opposite = if sign.is_empty() { "-" } else { "" };
            self.push_not_yet_counted(&mut out, side, opposite)?;
            separator = " union all ";
        }
        out.push_sql(") as corrections");
        Ok(())
    }
}

impl EffectiveCorrection {
    /// Recorded later, known all the same, and counting by then.
    fn push_counted<'b, DB>(&'b self, out: &mut AstPass<'_, 'b, DB>, side: &str, sign: &str) -> QueryResult<()>
    where
        DB: Backend + HasSqlType<Int8> + HasSqlType<Timestamptz>,
        i64: ToSql<Int8, DB>,
        SqlInstant: ToSql<Timestamptz, DB>,
    {
        push_exceptions(out, &halves(sign), side, &self.account_id)?;
        out.push_sql(MOVES);
        out.push_sql(" and effective_at <= ");
        out.push_bind_param::<Timestamptz, _>(&self.effective_at)?;
        out.push_sql(" and recorded_at > ");
        out.push_bind_param::<Timestamptz, _>(&self.recorded_at)?;
        out.push_sql(" and recorded_at <= ");
        out.push_bind_param::<Timestamptz, _>(&self.known_at)
    }

    /// Recorded by then, but counting later only.
    fn push_not_yet_counted<'b, DB>(&'b self, out: &mut AstPass<'_, 'b, DB>, side: &str, sign: &str) -> QueryResult<()>
    where
        DB: Backend + HasSqlType<Int8> + HasSqlType<Timestamptz>,
        i64: ToSql<Int8, DB>,
        SqlInstant: ToSql<Timestamptz, DB>,
    {
        push_exceptions(out, &halves(sign), side, &self.account_id)?;
        out.push_sql(MOVES);
        out.push_sql(" and effective_at > ");
        out.push_bind_param::<Timestamptz, _>(&self.effective_at)?;
        out.push_sql(" and recorded_at <= ");
        out.push_bind_param::<Timestamptz, _>(&self.recorded_at)
    }
}

/// Holds and releases move nothing.
pub(super) const MOVES: &str = " and kind in ('transfer', 'capture', 'reversal')";

/// Summed where they are read: a sum over all of them together would hand every row on first.
fn halves(sign: &str) -> String {
    format!("{sign}sum(amount / 4294967296) as high, {sign}sum(amount % 4294967296) as low")
}

/// Up to `limit` exceptions of an account that count from `from` on and before the place (`before`, `below`), the latest first.
#[derive(Clone, Copy, Debug, QueryId)]
pub(crate) struct Exceptions {
    pub account_id: i64,
    pub from: SqlInstant,
    pub before: SqlInstant,
    pub below: i64,
    pub limit: i64,
}

impl Query for Exceptions {
    type SqlType = ColumnTypes;
}

impl<Conn> RunQueryDsl<Conn> for Exceptions {}

impl<DB> QueryFragment<DB> for Exceptions
where
    DB: Backend + HasSqlType<Int8> + HasSqlType<Timestamptz>,
    i64: ToSql<Int8, DB>,
    SqlInstant: ToSql<Timestamptz, DB>,
    AllColumns: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let order = " order by effective_at desc, sequence desc limit ";
        out.push_sql("select ");
        transfers::all_columns.walk_ast(out.reborrow())?;
        out.push_sql(" from (");
        let mut separator = "select * from (";
        for side in ["debit", "credit"] {
            out.push_sql(separator);
            push_exceptions(&mut out, "*", side, &self.account_id)?;
            out.push_sql(" and effective_at >= ");
            out.push_bind_param::<Timestamptz, _>(&self.from)?;
            out.push_sql(" and effective_at <= ");
            out.push_bind_param::<Timestamptz, _>(&self.before)?;
            out.push_sql(" and (effective_at < ");
            out.push_bind_param::<Timestamptz, _>(&self.before)?;
            out.push_sql(" or sequence < ");
            out.push_bind_param::<Int8, _>(&self.below)?;
            out.push_sql(")");
            out.push_sql(order);
            out.push_bind_param::<Int8, _>(&self.limit)?;
            out.push_sql(&format!(") as {side}s"));
            separator = " union all select * from (";
        }
        out.push_sql(") as transfers");
        out.push_sql(order);
        out.push_bind_param::<Int8, _>(&self.limit)
    }
}

/// How many transfers of an account, up to a place, count at another time than they were recorded.
#[derive(Clone, Copy, Debug, QueryId)]
pub(crate) struct ExceptionCount {
    pub account_id: i64,
    pub up_to: i64,
}

impl Query for ExceptionCount {
    type SqlType = Int8;
}

impl<Conn> RunQueryDsl<Conn> for ExceptionCount {}

impl<DB> QueryFragment<DB> for ExceptionCount
where
    DB: Backend + HasSqlType<Int8>,
    i64: ToSql<Int8, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let mut separator = "select (";
        for side in ["debit", "credit"] {
            out.push_sql(separator);
            push_exceptions(&mut out, "count(*)", side, &self.account_id)?;
            out.push_sql(" and sequence <= ");
            out.push_bind_param::<Int8, _>(&self.up_to)?;
            separator = ") + (";
        }
        out.push_sql(")");
        Ok(())
    }
}

/// The comparison of the two times stands as in the partial indexes, so that the planner sees that they fit.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "a bind value must live as long as the statement")]
fn push_exceptions<'b, DB>(
    out: &mut AstPass<'_, 'b, DB>,
    selected: &str,
    side: &str,
    account_id: &'b i64,
) -> QueryResult<()>
where
    DB: Backend + HasSqlType<Int8>,
    i64: ToSql<Int8, DB>,
{
    out.push_sql(&format!(
        "select {selected} from transfers where effective_at <> recorded_at and {side}_account_id = "
    ));
    out.push_bind_param::<Int8, _>(account_id)
}
