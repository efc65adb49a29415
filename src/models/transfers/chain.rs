//! Walks down an account's chain for those who prove it.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::HasSqlType;

use crate::models::sql_types::{Bytea, Int8, Nullable, SqlHash};
use crate::models::transfers::TransferRow;
use crate::models::transfers::history::{AccountHistory, AllColumns, ColumnTypes, push_first, push_step_back};
use crate::schema::transfers;

/// A transfer of one account, and the head that the account on its other side had before it: the hash of the newest event that the other
/// account had since its previous transfer, or of that transfer. Nothing where neither is there.
pub(crate) type ChainRow = (TransferRow, Option<SqlHash>);

/// As [`AccountHistory`], with the heads of the accounts on the other side.
#[derive(Clone, Copy, Debug, QueryId)]
pub(crate) struct ChainRows(pub AccountHistory);

impl Query for ChainRows {
    type SqlType = (ColumnTypes, Nullable<Bytea>);
}

impl<Conn> RunQueryDsl<Conn> for ChainRows {}

impl<DB> QueryFragment<DB> for ChainRows
where
    DB: Backend + HasSqlType<Int8>,
    i64: ToSql<Int8, DB>,
    AllColumns: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.push_walk(&mut out)?;
        out.push_sql("select ");
        transfers::all_columns.walk_ast(out.reborrow())?;
        out.push_sql(
            ", coalesce((select event.hash from account_events as event where event.account_id = other_account_id \
             and event.sequence < transfers.sequence and event.sequence > coalesce(other_previous, ",
        );
        out.push_bind_param::<Int8, _>(&i64::MIN)?;
        out.push_sql(
            ") order by event.event desc limit 1), \
             (select before.hash from transfers as before where before.sequence = other_previous \
             and before.sequence < transfers.sequence \
             and other_account_id in (before.debit_account_id, before.credit_account_id))) from (select walk.*",
        );
        for column in ["account_id", "previous"] {
            out.push_sql(", case when debit_account_id = ");
            out.push_bind_param::<Int8, _>(&self.0.account_id)?;
            out.push_sql(&format!(" then credit_{column} else debit_{column} end as other_{column}"));
        }
        out.push_sql(" from walk) as transfers order by step");
        Ok(())
    }
}

/// The place of the transfer that is `steps` steps down an account's chain from the transfer `first`, if the chain is that long.
#[derive(Clone, Copy, Debug, QueryId)]
pub(crate) struct ChainStep {
    pub account_id: i64,
    pub first: i64,
    pub steps: i64,
}

impl Query for ChainStep {
    type SqlType = Int8;
}

impl<Conn> RunQueryDsl<Conn> for ChainStep {}

impl<DB> QueryFragment<DB> for ChainStep
where
    DB: Backend + HasSqlType<Int8>,
    i64: ToSql<Int8, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let columns = ["sequence", "debit_account_id", "debit_previous", "credit_previous"];
        let columns = columns.map(|column| format!("transfers.{column}")).join(", ");
        out.push_sql(&format!("with recursive walk as (select 1 as step, {columns}"));
        push_first(&mut out, &self.account_id, &self.first)?;
        out.push_sql(&format!(" union all select walk.step + 1, {columns}"));
        push_step_back(&mut out, &self.account_id)?;
        out.push_sql(" where walk.step <= ");
        out.push_bind_param::<Int8, _>(&self.steps)?;
        out.push_sql(") select sequence from walk where step > ");
        out.push_bind_param::<Int8, _>(&self.steps)?;
        Ok(())
    }
}
