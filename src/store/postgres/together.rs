//! Locking, numbering and writing in one statement: the fast way of small batches.

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Array;

use crate::facts::{Sequence, Transfer};
use crate::judging::ChangedAccount;
use crate::models::accounts::{AccountColumns, AccountUpdate};
use crate::models::book_events::OF_POSTINGS;
use crate::models::row::{PushValues, Row, RowColumns};
use crate::models::sql_types::{Int8, SqlId, Uuid};
use crate::models::transfers::{TransferColumns, TransferRow};
use crate::store::postgres::copying::COPY_ROWS_MIN;
use crate::store::postgres::drawing::SHOW_WRITER;
use crate::store::postgres::sql_text::push_sql_text;
use crate::store::postgres::statements::ClockCheck;
use crate::store::{JudgedBy, StoreError};

/// Locks accounts, draws sequences, and writes accounts and transfers, in one round trip. The sequences are the answer.
///
/// There is none, and nothing is done, where an account is not as it was judged any more, an id is in use, a period was closed or opened
/// since the newest sequence, or the server's clock is not where it was believed to be. All of that is made sure of before anything is
/// written, so that the statement may be a transaction by itself. The accounts come first and are compared only once they are locked: a
/// writer that waited for another transaction then sees what that has left. Sequences are drawn one call a number, because a range would
/// need a lock, and in the order of the series, so they rise; before the first one it is shown that this transaction draws.
const TEXT: &str = "\
with changed ({account columns}) as materialized (
    {accounts}
),
locked as materialized (
    select accounts.head = new.head_before as is_same
    from accounts, changed as new
    where accounts.id = new.id
    for no key update of accounts
),
drawn as materialized (
    select numbers
    from (
        select array_agg(nextval('transfers_sequence_seq')) as numbers
        from (select {show writer}) as shown, generate_series(1, {count})
        where (select count(*) from locked where is_same) = (select count(*) from changed)
            and not exists (select from transfers where id = any({ids}))
            and not exists (select from book_events where {of postings} and sequence > {newest})
            and {clock agrees}
    ) as sequences
    where numbers is not null
),
updated as (
    update accounts set {account assignments} from drawn, changed as new where accounts.id = new.id
),
inserted as (
    insert into transfers ({transfer columns})
    select {transfer values} from drawn, ({transfers}) as new ({transfer columns})
)
select numbers from drawn";

/// The columns in which a provisional sequence can stand.
const SEQUENCES: [&str; 4] = ["sequence", "debit_previous", "credit_previous", "last_transfer"];

/// What provisional sequences are counted from.
const BASE: i64 = Sequence::PROVISIONAL_BASE;

/// Writes transfers and accounts together, as the statement's text says. `None` where there are so many that it is no gain; then nothing
/// was done.
pub(super) fn write_together(
    connection: &mut PgConnection,
    transfers: &[Transfer],
    accounts: &[ChangedAccount],
    judged_by: JudgedBy,
) -> Result<Option<Vec<Sequence>>, StoreError> {
    if transfers.len() >= COPY_ROWS_MIN {
        return Ok(None);
    }
    let ids = transfers.iter().map(|transfer| SqlId::new(transfer.id.0)).collect();
    let sequences = if let ([transfer], [one, other]) = (transfers, accounts) {
        let rows = OneTransfer { transfer: transfer.into(), accounts: [one.into(), other.into()] };
        WriteTogether::new(rows, ids, judged_by).get_result(connection)
    } else {
        let rows = Arrays {
            transfers: TransferColumns::of(transfers.iter().map(TransferRow::from)),
            accounts: AccountColumns::of(accounts.iter().map(AccountUpdate::from)),
        };
        WriteTogether::new(rows, ids, judged_by).get_result(connection)
    };
    let Some(sequences): Option<Vec<i64>> = sequences.optional()? else {
        // Which of them it was is not found out.
        let reason = "an account, the closed periods or the server's clock have changed since they were read, or an id is in use";
        return Err(StoreError::Conflict { reason: reason.into() });
    };
    Ok(Some(sequences.into_iter().map(Sequence).collect()))
}

/// The rows of the statement. Each kind makes another text of it, which the server prepares once a connection.
pub(super) trait Rows: 'static {
    fn push_transfers<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()>;
    fn push_accounts<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()>;
}

/// One transfer and its two accounts, written out: arrays of one row cost more than they hold.
pub(super) struct OneTransfer {
    pub(super) transfer: TransferRow,
    pub(super) accounts: [AccountUpdate; 2],
}

impl Rows for OneTransfer {
    fn push_transfers<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("values ");
        self.transfer.push_values(&mut out)
    }

    fn push_accounts<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let [one, other] = &self.accounts;
        out.push_sql("values ");
        one.push_values(&mut out)?;
        out.push_sql(", ");
        other.push_values(&mut out)
    }
}

/// Any number of rows, an array a column.
pub(super) struct Arrays {
    pub(super) transfers: TransferColumns,
    pub(super) accounts: AccountColumns,
}

impl Rows for Arrays {
    fn push_transfers<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("select * from ");
        self.transfers.push_unnest(&mut out)
    }

    fn push_accounts<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("select * from ");
        self.accounts.push_unnest(&mut out)
    }
}

pub(super) struct WriteTogether<R> {
    rows: R,
    ids: Vec<SqlId>,
    count: i64,
    newest: i64,
    clock: ClockCheck,
}

impl<R> WriteTogether<R> {
    pub(super) fn new(rows: R, ids: Vec<SqlId>, judged_by: JudgedBy) -> Self {
        let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        Self { rows, ids, count, newest: judged_by.newest.0, clock: ClockCheck::new(judged_by.told) }
    }
}

impl<R: Rows> QueryId for WriteTogether<R> {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<R> Query for WriteTogether<R> {
    type SqlType = Array<Int8>;
}

impl<R> RunQueryDsl<PgConnection> for WriteTogether<R> {}

impl<R: Rows> QueryFragment<Pg> for WriteTogether<R> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_sql_text(TEXT, out, |name, mut out| {
            match name {
                "account columns" => out.push_sql(&AccountUpdate::COLUMNS.join(", ")),
                "account assignments" => {
                    let assigned = AccountUpdate::assigned().map(|column| format!("{column} = {}", numbered(column)));
                    out.push_sql(&assigned.collect::<Vec<_>>().join(", "));
                }
                "transfer columns" => out.push_sql(&TransferRow::COLUMNS.join(", ")),
                "transfer values" => {
                    let values = TransferRow::COLUMNS.iter().map(|column| numbered(column));
                    out.push_sql(&values.collect::<Vec<_>>().join(", "));
                }
                "accounts" => self.rows.push_accounts(out)?,
                "transfers" => self.rows.push_transfers(out)?,
                "show writer" => out.push_sql(SHOW_WRITER),
                "count" => out.push_bind_param::<Int8, _>(&self.count)?,
                "ids" => out.push_bind_param::<Array<Uuid>, _>(&self.ids)?,
                "of postings" => out.push_sql(OF_POSTINGS),
                "newest" => out.push_bind_param::<Int8, _>(&self.newest)?,
                "clock agrees" => self.clock.walk_ast(out)?,
                _ => unreachable!("{name} stands in no text"),
            }
            Ok(())
        })
    }
}

/// The value for a column, with the sequence that was drawn where a provisional one stands for it.
fn numbered(column: &str) -> String {
    if !SEQUENCES.contains(&column) {
        return format!("new.{column}");
    }
    format!("case when new.{column} > {BASE} then numbers[new.{column} - {BASE}] else new.{column} end")
}
