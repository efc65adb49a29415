//! Finding the expired holds of several accounts by one index look-up for each account.

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Array;

use crate::facts::NormalSide;
use crate::models::sql_types::{Int8, SqlInstant, Timestamptz};
use crate::schema::holds;

/// Open holds on one side of accounts that have expired, by one look-up an account. Asked for all accounts by one condition, the planner
/// would read every open hold of the book as long as these are few, and go on with that when they are many.
pub(super) struct ExpiredHolds {
    pub(super) side: NormalSide,
    pub(super) accounts: Vec<i64>,
    pub(super) now: SqlInstant,
}

impl Query for ExpiredHolds {
    type SqlType = <<holds::table as Table>::AllColumns as Expression>::SqlType;
}

/// The text depends on the side, so that it is known by its text among the prepared statements and not by its type.
impl QueryId for ExpiredHolds {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<PgConnection> for ExpiredHolds {}

impl QueryFragment<Pg> for ExpiredHolds {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("select ");
        holds::all_columns.walk_ast(out.reborrow())?;
        out.push_sql(" from unnest(");
        out.push_bind_param::<Array<Int8>, _>(&self.accounts)?;
        out.push_sql("::bigint[]) as account (id) cross join lateral (select * from holds where state = 'open' and ");
        out.push_sql(self.side.as_str());
        out.push_sql("_account_id = account.id and expires_at <= ");
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        // Keeps the look-up from being made one join with many ways.
        out.push_sql(" offset 0) as holds");
        Ok(())
    }
}
