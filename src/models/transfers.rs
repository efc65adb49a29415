use std::collections::BTreeMap;
use std::fmt::Display;

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::HasSqlType;

use super::CorruptRow;
use super::sql_types::{Int8, SqlId, SqlInstant, SqlJson, Timestamptz};
use crate::money::Amount;
use crate::rules::{AccountId, Hash, Leg, Metadata, Sequence, Transfer, TransferId, TransferKind};
use crate::schema::transfers;

/// Every how many versions of an account a transfer is in the milestone indexes. The migrations say the same number.
pub(crate) const MILESTONE_INTERVAL: i64 = 64;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = transfers)]
pub(crate) struct TransferRow {
    pub sequence: i64,
    pub id: SqlId,
    pub debit_account_id: i64,
    pub credit_account_id: i64,
    pub amount: i64,
    pub debit_version: i64,
    pub credit_version: i64,
    pub debit_balance: i64,
    pub credit_balance: i64,
    pub debit_previous: Option<i64>,
    pub credit_previous: Option<i64>,
    pub recorded_at: SqlInstant,
    pub effective_at: SqlInstant,
    pub journal_id: Option<SqlId>,
    pub hold_id: Option<SqlId>,
    pub reversed_id: Option<SqlId>,
    pub kind: String,
    pub hash: Vec<u8>,
    pub description: Option<String>,
    pub metadata: Option<SqlJson>,
    pub expires_at: Option<SqlInstant>,
    pub up_to: Option<i64>,
}

impl TryFrom<TransferRow> for Transfer {
    type Error = CorruptRow;

    fn try_from(row: TransferRow) -> Result<Self, CorruptRow> {
        let corrupt =
            |column, value: &dyn Display| CorruptRow::new("transfers", row.sequence, column, value.to_string());
        if row.amount <= 0 {
            return Err(corrupt("amount", &row.amount));
        }
        let hash = row.hash.as_slice().try_into().map_err(|_| corrupt("hash", &format!("{:?}", row.hash)))?;
        let description = row.description.as_deref().map(str::parse).transpose();
        let instant = |column, time: SqlInstant| time.instant().ok_or_else(|| corrupt(column, &time));
        let id = |column, value: SqlId| value.id().ok_or_else(|| corrupt(column, &"not of 16 bytes"));
        Ok(Self {
            sequence: Sequence(row.sequence),
            id: TransferId(id("id", row.id)?),
            kind: TransferKind::from_word(&row.kind).ok_or_else(|| corrupt("kind", &row.kind))?,
            amount: Amount::from_minor(row.amount),
            debit: Leg {
                account_id: AccountId(row.debit_account_id),
                version: row.debit_version,
                balance: Amount::from_minor(row.debit_balance),
                previous: row.debit_previous.map(Sequence),
            },
            credit: Leg {
                account_id: AccountId(row.credit_account_id),
                version: row.credit_version,
                balance: Amount::from_minor(row.credit_balance),
                previous: row.credit_previous.map(Sequence),
            },
            recorded_at: instant("recorded_at", row.recorded_at)?,
            effective_at: instant("effective_at", row.effective_at)?,
            journal_id: row.journal_id.map(|value| id("journal_id", value)).transpose()?,
            hold_id: row.hold_id.map(|value| id("hold_id", value)).transpose()?.map(TransferId),
            reversed_id: row.reversed_id.map(|value| id("reversed_id", value)).transpose()?.map(TransferId),
            expires_at: row.expires_at.map(|time| instant("expires_at", time)).transpose()?,
            up_to: row.up_to.map(Amount::from_minor),
            description: description
                .map_err(|_| corrupt("description", &row.description.clone().unwrap_or_default()))?,
            metadata: metadata_from_json(row.metadata.as_ref(), "transfers", row.sequence)?,
            hash: Hash(hash),
        })
    }
}

impl From<&Transfer> for TransferRow {
    fn from(transfer: &Transfer) -> Self {
        assert!(transfer.sequence > Sequence::UNASSIGNED, "a stored transfer has a place");
        Self {
            sequence: transfer.sequence.0,
            id: SqlId::new(transfer.id.0),
            debit_account_id: transfer.debit.account_id.0,
            credit_account_id: transfer.credit.account_id.0,
            amount: transfer.amount.minor(),
            debit_version: transfer.debit.version,
            credit_version: transfer.credit.version,
            debit_balance: transfer.debit.balance.minor(),
            credit_balance: transfer.credit.balance.minor(),
            debit_previous: transfer.debit.previous.map(|sequence| sequence.0),
            credit_previous: transfer.credit.previous.map(|sequence| sequence.0),
            recorded_at: transfer.recorded_at.into(),
            effective_at: transfer.effective_at.into(),
            journal_id: transfer.journal_id.map(SqlId::new),
            hold_id: transfer.hold_id.map(|id| SqlId::new(id.0)),
            reversed_id: transfer.reversed_id.map(|id| SqlId::new(id.0)),
            kind: transfer.kind.as_str().to_owned(),
            hash: transfer.hash.0.to_vec(),
            description: transfer.description.as_ref().map(ToString::to_string),
            metadata: metadata_to_json(&transfer.metadata),
            expires_at: transfer.expires_at.map(SqlInstant::from),
            up_to: transfer.up_to.map(Amount::minor),
        }
    }
}

/// Metadata as it is stored: nothing when there is none, else a JSON object with sorted keys.
pub(super) fn metadata_to_json(metadata: &Metadata) -> Option<SqlJson> {
    // Texts under text keys always have a JSON form.
    (!metadata.is_empty()).then(|| SqlJson(serde_json::to_string(metadata).unwrap_or_default()))
}

pub(super) fn metadata_from_json(
    json: Option<&SqlJson>,
    table: &'static str,
    key: i64,
) -> Result<Metadata, CorruptRow> {
    let Some(SqlJson(json)) = json else { return Ok(Metadata::default()) };
    serde_json::from_str::<BTreeMap<String, String>>(json)
        .ok()
        .and_then(|entries| Metadata::new(entries).ok())
        .ok_or_else(|| CorruptRow::new(table, key, "metadata", json))
}

type Columns = <transfers::table as Table>::AllColumns;
type ColumnTypes = <Columns as Expression>::SqlType;

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
    Columns: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let columns = &transfers::all_columns;
        out.push_sql("with recursive walk as (select 1 as step, ");
        columns.walk_ast(out.reborrow())?;
        out.push_sql(" from transfers where transfers.sequence = ");
        out.push_bind_param::<Int8, _>(&self.first)?;
        out.push_sql(" union all select walk.step + 1, ");
        columns.walk_ast(out.reborrow())?;
        push_step_back(&mut out, &self.account_id)?;
        out.push_sql(" where walk.step < ");
        out.push_bind_param::<Int8, _>(&self.limit)?;
        out.push_sql(") select ");
        columns.walk_ast(out.reborrow())?;
        out.push_sql(" from walk as transfers order by step");
        Ok(())
    }
}

/// The newest transfer of an account that was recorded at or before a moment.
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
    Columns: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let columns = &transfers::all_columns;
        out.push_sql("with recursive walk as (select ");
        columns.walk_ast(out.reborrow())?;
        out.push_sql(" from transfers where transfers.sequence = coalesce((select min(milestone.sequence) from (");
        self.push_milestone(&mut out, "debit")?;
        out.push_sql(" union all ");
        self.push_milestone(&mut out, "credit")?;
        out.push_sql(") as milestone), ");
        out.push_bind_param::<Int8, _>(&self.last_transfer)?;
        out.push_sql(") union all select ");
        columns.walk_ast(out.reborrow())?;
        push_step_back(&mut out, &self.account_id)?;
        out.push_sql(" where walk.recorded_at > ");
        out.push_bind_param::<Timestamptz, _>(&self.recorded_at)?;
        out.push_sql(") select ");
        columns.walk_ast(out.reborrow())?;
        out.push_sql(" from walk as transfers where transfers.recorded_at <= ");
        out.push_bind_param::<Timestamptz, _>(&self.recorded_at)?;
        Ok(())
    }
}

impl LastRecordedAt {
    /// The account's first milestone on one side that was recorded behind the moment. The interval stands in the text, not in a bind
    /// value, because the planner must see that the partial index fits.
    fn push_milestone<'b, DB>(&'b self, out: &mut AstPass<'_, 'b, DB>, side: &str) -> QueryResult<()>
    where
        DB: Backend + HasSqlType<Int8> + HasSqlType<Timestamptz>,
        i64: ToSql<Int8, DB>,
        SqlInstant: ToSql<Timestamptz, DB>,
    {
        out.push_sql("select * from (select sequence from transfers where ");
        out.push_sql(side);
        out.push_sql("_account_id = ");
        out.push_bind_param::<Int8, _>(&self.account_id)?;
        out.push_sql(&format!(" and {side}_version % {MILESTONE_INTERVAL} = 0 and recorded_at > "));
        out.push_bind_param::<Timestamptz, _>(&self.recorded_at)?;
        out.push_sql(&format!(" order by recorded_at limit 1) as {side}_milestone"));
        Ok(())
    }
}

/// From the row `walk` to the transfer that touched the account before it.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "a bind value must live as long as the statement")]
fn push_step_back<'b, DB>(out: &mut AstPass<'_, 'b, DB>, account_id: &'b i64) -> QueryResult<()>
where
    DB: Backend + HasSqlType<Int8>,
    i64: ToSql<Int8, DB>,
{
    out.push_sql(" from walk join transfers on transfers.sequence = case when walk.debit_account_id = ");
    out.push_bind_param::<Int8, _>(account_id)?;
    out.push_sql(" then walk.debit_previous else walk.credit_previous end");
    Ok(())
}

/// The transfers of the book from a sequence on, in order.
#[diesel::dsl::auto_type]
pub(crate) fn from_sequence(sequence: i64, limit: i64) -> _ {
    transfers::table.filter(transfers::sequence.ge(sequence)).order(transfers::sequence).limit(limit)
}
