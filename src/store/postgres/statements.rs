//! Statements over whole batches, each with one text whatever the size, so that the server prepares it once a connection.

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Array;

use crate::models::accounts::AccountUpdate;
use crate::models::sql_types::{Bytea, Int8, Jsonb, Nullable, SqlId, SqlInstant, SqlJson, Text, Timestamptz, Uuid};
use crate::models::transfers::TransferRow;
use crate::rules::{Account, Transfer};

/// Draws numbers for transfers. One call a number, because a range would need a lock.
#[derive(QueryId)]
pub(super) struct NextSequences {
    pub(super) count: i64,
}

impl Query for NextSequences {
    type SqlType = Int8;
}

impl RunQueryDsl<PgConnection> for NextSequences {}

impl QueryFragment<Pg> for NextSequences {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("select nextval('transfers_sequence_seq') from generate_series(1, ");
        out.push_bind_param::<Int8, _>(&self.count)?;
        out.push_sql(")");
        Ok(())
    }
}

/// Writes the columns of a batch as parameters `unnest($1, $2, …)`, and gives the struct that holds them.
macro_rules! columns {
    ($name:ident, $row:ty { $($column:ident: $sql_type:ty => $rust_type:ty),+ $(,)? }) => {
        struct $name {
            $($column: Vec<$rust_type>),+
        }

        impl $name {
            const NAMES: &[&str] = &[$(stringify!($column)),+];

            fn new(rows: impl ExactSizeIterator<Item = $row>) -> Self {
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
        }
    };
}

columns!(TransferColumns, TransferRow {
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
    kind: Text => String,
    hash: Bytea => Vec<u8>,
    description: Nullable<Text> => Option<String>,
    metadata: Nullable<Jsonb> => Option<SqlJson>,
});

columns!(AccountColumns, AccountUpdate {
    id: Int8 => i64,
    debits_posted: Int8 => i64,
    credits_posted: Int8 => i64,
    debits_held: Int8 => i64,
    credits_held: Int8 => i64,
    version: Int8 => i64,
    last_transfer: Nullable<Int8> => Option<i64>,
    last_recorded_at: Nullable<Timestamptz> => Option<SqlInstant>,
    head: Bytea => Vec<u8>,
});

pub(super) struct InsertTransfers(TransferColumns);

impl InsertTransfers {
    pub(super) fn new(transfers: &[Transfer]) -> Self {
        Self(TransferColumns::new(transfers.iter().map(TransferRow::from)))
    }
}

impl QueryId for InsertTransfers {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<PgConnection> for InsertTransfers {}

impl QueryFragment<Pg> for InsertTransfers {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("insert into transfers (");
        out.push_sql(&TransferColumns::NAMES.join(", "));
        out.push_sql(") select * from ");
        self.0.push_unnest(&mut out)
    }
}

pub(super) struct UpdateAccounts(AccountColumns);

impl UpdateAccounts {
    pub(super) fn new(accounts: &[Account]) -> Self {
        Self(AccountColumns::new(accounts.iter().map(AccountUpdate::from)))
    }
}

impl QueryId for UpdateAccounts {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<PgConnection> for UpdateAccounts {}

impl QueryFragment<Pg> for UpdateAccounts {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let [id, changed @ ..] = AccountColumns::NAMES else { return Ok(()) };
        let assignments: Vec<_> = changed.iter().map(|column| format!("{column} = new.{column}")).collect();
        out.push_sql("update accounts set ");
        out.push_sql(&assignments.join(", "));
        out.push_sql(" from ");
        self.0.push_unnest(&mut out)?;
        out.push_sql(" as new (");
        out.push_sql(&AccountColumns::NAMES.join(", "));
        out.push_sql(&format!(") where accounts.{id} = new.{id}"));
        Ok(())
    }
}
