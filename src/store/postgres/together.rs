use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Array;

use crate::facts::{Sequence, Transfer};
use crate::judging::ChangedAccount;
use crate::models::accounts::AccountUpdate;
use crate::models::book_events::OF_POSTINGS;
use crate::models::sql_types::{Int8, Uuid};
use crate::models::transfers::TransferRow;
use crate::store::postgres::copying::COPY_ROWS_MIN;
use crate::store::postgres::statements::{AccountColumns, ClockCheck, Columns, TransferColumns, assignments};
use crate::store::{JudgedBy, StoreError};

/// The columns in which a provisional sequence can stand.
const PLACES: [&str; 4] = ["sequence", "debit_previous", "credit_previous", "last_transfer"];

/// What stands for a transfer whose place is not drawn yet.
const BASE: i64 = Sequence::PROVISIONAL_BASE;

/// Locks accounts, draws places, and writes accounts and transfers, in one round trip. The places are the answer.
///
/// There is none, and nothing is done, where an account is not as it was judged any more, an id is in use, a period was closed or opened
/// since the newest place, or the server's clock is not where it was believed to be. All of that is made sure of before anything is written, so that the statement may be a transaction by itself. The
/// accounts come first and are compared only once they are locked: whoever waits for another transaction then sees what that has left.
///
/// `ONE` is for one transfer and its two accounts, which are written out; arrays of one row cost more than they hold.
pub(super) struct WriteTogether<const ONE: bool> {
    count: i64,
    transfers: TransferColumns,
    accounts: AccountColumns,
    newest: i64,
    clock: ClockCheck,
}

/// Writes transfers and accounts together: see [`WriteTogether`]. `None` where there are so many that it is no gain; then nothing was done.
pub(super) fn write_together(
    connection: &mut PgConnection,
    transfers: &[Transfer],
    accounts: &[ChangedAccount],
    judged_by: JudgedBy,
) -> Result<Option<Vec<Sequence>>, StoreError> {
    if transfers.len() >= COPY_ROWS_MIN {
        return Ok(None);
    }
    let places = if let ([_], [_, _]) = (transfers, accounts) {
        WriteTogether::<true>::new(transfers, accounts, judged_by).get_result(connection)
    } else {
        WriteTogether::<false>::new(transfers, accounts, judged_by).get_result(connection)
    };
    let Some(places): Option<Vec<i64>> = places.optional()? else {
        // Which of them it was is not found out.
        let reason = "an account, the closed periods or the server's clock have changed since they were read, or an id is in use";
        return Err(StoreError::Conflict { reason: reason.into() });
    };
    Ok(Some(places.into_iter().map(Sequence).collect()))
}

impl<const ONE: bool> WriteTogether<ONE> {
    fn new(transfers: &[Transfer], accounts: &[ChangedAccount], judged_by: JudgedBy) -> Self {
        Self {
            count: i64::try_from(transfers.len()).unwrap_or(i64::MAX),
            transfers: TransferColumns::of(transfers.iter().map(TransferRow::from)),
            accounts: AccountColumns::of(accounts.iter().map(AccountUpdate::from)),
            newest: judged_by.newest.0,
            clock: ClockCheck::new(judged_by.told),
        }
    }

    fn push_rows<'b>(rows: &'b impl Columns, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if ONE {
            return rows.push_values(out);
        }
        out.push_sql("select * from ");
        rows.push_unnest(out)
    }
}

impl<const ONE: bool> QueryId for WriteTogether<ONE> {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const ONE: bool> Query for WriteTogether<ONE> {
    type SqlType = Array<Int8>;
}

impl<const ONE: bool> RunQueryDsl<PgConnection> for WriteTogether<ONE> {}

impl<const ONE: bool> QueryFragment<Pg> for WriteTogether<ONE> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let columns = TransferColumns::NAMES;
        out.push_sql(&format!("with changed ({}) as materialized (", AccountColumns::NAMES.join(", ")));
        Self::push_rows(&self.accounts, &mut out)?;
        // One call a number, because a range would need a lock; they are drawn in the order of the series, so they rise.
        out.push_sql(
            "), locked as materialized (\
            select accounts.head = new.head_before as is_same from accounts, changed as new \
            where accounts.id = new.id for no key update of accounts), \
            drawn as materialized (select numbers from (\
            select array_agg(nextval('transfers_sequence_seq')) as numbers from generate_series(1, ",
        );
        out.push_bind_param::<Int8, _>(&self.count)?;
        out.push_sql(
            ") where (select count(*) from locked where is_same) = (select count(*) from changed) \
            and not exists (select from transfers where id = any(",
        );
        out.push_bind_param::<Array<Uuid>, _>(self.transfers.ids())?;
        out.push_sql(")) and not exists (select from book_events where ");
        out.push_sql(OF_POSTINGS);
        out.push_sql(" and sequence > ");
        out.push_bind_param::<Int8, _>(&self.newest)?;
        out.push_sql(") and ");
        self.clock.walk_ast(out.reborrow())?;
        out.push_sql(&format!(
            ") as places where numbers is not null), \
            updated as (update accounts set {} from drawn, changed as new where accounts.id = new.id), \
            inserted as (insert into transfers ({}) select {} from drawn, (",
            assignments::<AccountColumns>(placed),
            columns.join(", "),
            columns.iter().map(|name| placed(name)).collect::<Vec<_>>().join(", "),
        ));
        Self::push_rows(&self.transfers, &mut out)?;
        out.push_sql(&format!(") as new ({})) select numbers from drawn", columns.join(", ")));
        Ok(())
    }
}

/// The value for a column, with the place that was drawn where a provisional sequence stands for it.
fn placed(name: &str) -> String {
    if !PLACES.contains(&name) {
        return format!("new.{name}");
    }
    format!("case when new.{name} > {BASE} then numbers[new.{name} - {BASE}] else new.{name} end")
}
