use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Array;

use super::statements::{AccountColumns, Columns, TransferColumns, assignments, is_same_row};
use crate::models::accounts::AccountUpdate;
use crate::models::sql_types::{Int8, Uuid};
use crate::models::transfers::TransferRow;
use crate::rules::{ChangedAccount, Sequence, Transfer};

/// The columns in which a provisional sequence can stand.
const PLACES: [&str; 4] = ["sequence", "debit_previous", "credit_previous", "last_transfer"];

/// Draws places, updates accounts and inserts their transfers in one round trip. The answer are the places, and how many rows were
/// updated and inserted; there is none, and nothing is done, where one of the ids is in the book already. The accounts come first, so that
/// whoever waits for another transaction waits at them.
pub(super) struct WriteTogether {
    count: i64,
    transfers: TransferColumns,
    accounts: AccountColumns,
}

impl WriteTogether {
    pub(super) fn new(transfers: &[Transfer], accounts: &[ChangedAccount]) -> Self {
        Self {
            count: i64::try_from(transfers.len()).unwrap_or(i64::MAX),
            transfers: TransferColumns::of(transfers.iter().map(TransferRow::from)),
            accounts: AccountColumns::of(accounts.iter().map(AccountUpdate::from)),
        }
    }

    /// Diesel gives no type to what is written out, so it is given here.
    pub(super) fn get_result(self, connection: &mut PgConnection) -> QueryResult<Option<(Vec<i64>, i64, i64)>> {
        RunQueryDsl::get_result(self, connection).optional()
    }
}

impl QueryId for WriteTogether {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for WriteTogether {
    type SqlType = (Array<Int8>, Int8, Int8);
}

impl RunQueryDsl<PgConnection> for WriteTogether {}

impl QueryFragment<Pg> for WriteTogether {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        // One call a number, because a range would need a lock; they are drawn in the order of the series, so they rise.
        out.push_sql(
            "with drawn as materialized (select numbers from (\
            select array_agg(nextval('transfers_sequence_seq')) as numbers from generate_series(1, ",
        );
        out.push_bind_param::<Int8, _>(&self.count)?;
        out.push_sql(") where not exists (select from transfers where id = any(");
        out.push_bind_param::<Array<Uuid>, _>(self.transfers.ids())?;
        out.push_sql(&format!(
            "))) as places where numbers is not null), updated as (update {} set {} from drawn, ",
            AccountColumns::TABLE,
            assignments::<AccountColumns>(placed),
        ));
        self.accounts.push_unnest(&mut out)?;
        out.push_sql(&format!(
            " as new ({}) where {} returning 1), inserted as (insert into {} ({}) select {} from drawn, ",
            AccountColumns::NAMES.join(", "),
            is_same_row::<AccountColumns>(),
            TransferColumns::TABLE,
            TransferColumns::NAMES.join(", "),
            TransferColumns::NAMES.iter().map(|name| placed(name)).collect::<Vec<_>>().join(", "),
        ));
        self.transfers.push_unnest(&mut out)?;
        out.push_sql(&format!(
            " as new ({}) returning 1) \
            select numbers, (select count(*) from updated), (select count(*) from inserted) from drawn",
            TransferColumns::NAMES.join(", "),
        ));
        Ok(())
    }
}

/// The value for a column, with the place that was drawn where a provisional sequence stands for it.
fn placed(name: &str) -> String {
    if !PLACES.contains(&name) {
        return format!("new.{name}");
    }
    let base = Sequence::PROVISIONAL_BASE;
    format!("case when new.{name} > {base} then numbers[new.{name} - {base}] else new.{name} end")
}
