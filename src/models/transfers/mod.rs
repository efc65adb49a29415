//! Rows of transfers and their metadata as JSON; most queries over them have files of their own.

mod chain;
mod counting;
mod effective;
mod history;
mod movements;
#[cfg(test)]
mod snapshots;

use std::collections::BTreeMap;
use std::fmt::Display;

use diesel::prelude::*;

use crate::facts::{AccountId, Entry, Key, Metadata, RequestDigest, Sequence, Transfer, TransferId};
use crate::models::row::row;
use crate::models::sql_types::{
    Bytea, Int8, Jsonb, Nullable, SqlHash, SqlId, SqlInstant, SqlJson, SqlKind, Text, Timestamptz, Uuid,
};
use crate::models::{CorruptRow, HasText};
use crate::money::Amount;
use crate::schema::transfers;

pub(crate) use crate::models::transfers::chain::{ChainRow, ChainRows, ChainStep};
pub(crate) use crate::models::transfers::counting::{CountingRow, CountingTransfers};
pub(crate) use crate::models::transfers::effective::{EffectiveCorrection, ExceptionCount, Exceptions};
pub(crate) use crate::models::transfers::history::{
    AccountHistory, LastRecordedAt, MILESTONE_INTERVAL, MilestoneBehind,
};
pub(crate) use crate::models::transfers::movements::{
    ChainMovementRow, ChainMovements, CrossingRow, CrossingTransfers, MovementRow, MovementsBelow,
};

row! {
    #[derive(Clone, Debug, Insertable, Queryable, Selectable)]
    #[diesel(table_name = transfers, treat_none_as_default_value = false)]
    pub(crate) struct TransferRow in "transfers", by columns TransferColumns {
        sequence: i64 as Int8,
        id: SqlId as Uuid,
        debit_account_id: i64 as Int8,
        credit_account_id: i64 as Int8,
        amount: i64 as Int8,
        debit_version: i64 as Int8,
        credit_version: i64 as Int8,
        debit_balance: i64 as Int8,
        credit_balance: i64 as Int8,
        debit_previous: Option<i64> as Nullable<Int8>,
        credit_previous: Option<i64> as Nullable<Int8>,
        recorded_at: SqlInstant as Timestamptz,
        effective_at: SqlInstant as Timestamptz,
        journal_id: Option<SqlId> as Nullable<Uuid>,
        hold_id: Option<SqlId> as Nullable<Uuid>,
        reversed_id: Option<SqlId> as Nullable<Uuid>,
        request_digest: Option<SqlId> as Nullable<Uuid>,
        expires_at: Option<SqlInstant> as Nullable<Timestamptz>,
        up_to: Option<i64> as Nullable<Int8>,
        clock_at: Option<SqlInstant> as Nullable<Timestamptz>,
        kind: SqlKind as Text,
        actor: String as Text,
        hash: SqlHash as Bytea,
        key: Option<String> as Nullable<Text>,
        description: Option<String> as Nullable<Text>,
        metadata: Option<SqlJson> as Nullable<Jsonb>,
    }
}

impl HasText for TransferRow {
    fn text_bytes(&self) -> usize {
        self.description.text_bytes() + self.metadata.text_bytes() + self.key.text_bytes()
    }
}

impl TryFrom<TransferRow> for Transfer {
    type Error = CorruptRow;

    fn try_from(row: TransferRow) -> Result<Self, CorruptRow> {
        let corrupt =
            |column, value: &dyn Display| CorruptRow::new("transfers", row.sequence, column, value.to_string());
        if row.amount <= 0 {
            return Err(corrupt("amount", &row.amount));
        }
        let hash = row.hash.hash().map_err(|found| corrupt("hash", &found))?;
        let description = row.description.as_deref().map(str::parse).transpose();
        let instant = |column, time: SqlInstant| time.instant().ok_or_else(|| corrupt(column, &time));
        let id = |column, value: SqlId| value.id().ok_or_else(|| corrupt(column, &"not of 16 bytes"));
        Ok(Self {
            sequence: Sequence(row.sequence),
            id: TransferId(id("id", row.id)?),
            kind: match row.kind {
                SqlKind::Kind(kind) => kind,
                SqlKind::Other(word) => return Err(corrupt("kind", &word)),
            },
            amount: Amount::from_minor(row.amount),
            debit: Entry {
                account_id: AccountId(row.debit_account_id),
                version: row.debit_version,
                balance: Amount::from_minor(row.debit_balance),
                previous: row.debit_previous.map(Sequence),
            },
            credit: Entry {
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
            key: key(&row)?,
            request_digest: row.request_digest.map(|value| id("request_digest", value)).transpose()?.map(RequestDigest),
            actor: row.actor.parse().map_err(|_| corrupt("actor", &row.actor))?,
            clock_at: row.clock_at.map(|time| instant("clock_at", time)).transpose()?,
            description: description
                .map_err(|_| corrupt("description", &row.description.clone().unwrap_or_default()))?,
            metadata: metadata_from_json(row.metadata.as_ref(), "transfers", row.sequence)?,
            hash,
        })
    }
}

impl From<&Transfer> for TransferRow {
    fn from(transfer: &Transfer) -> Self {
        assert!(transfer.sequence > Sequence::UNASSIGNED, "a stored transfer has a sequence");
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
            kind: SqlKind::Kind(transfer.kind),
            hash: transfer.hash.into(),
            description: transfer.description.as_ref().map(ToString::to_string),
            metadata: metadata_to_json(&transfer.metadata),
            expires_at: transfer.expires_at.map(SqlInstant::from),
            up_to: transfer.up_to.map(Amount::minor),
            key: transfer.key.as_ref().map(ToString::to_string),
            request_digest: transfer.request_digest.map(|digest| SqlId::new(digest.0)),
            actor: transfer.actor.to_string(),
            clock_at: transfer.clock_at.map(SqlInstant::from),
        }
    }
}

fn key(row: &TransferRow) -> Result<Option<Key>, CorruptRow> {
    let Some(text) = row.key.as_deref() else { return Ok(None) };
    text.parse().map(Some).map_err(|_| CorruptRow::new("transfers", row.sequence, "key", text))
}

/// Metadata as it is stored: nothing when there is none, else a JSON object with sorted keys.
pub(crate) fn metadata_to_json(metadata: &Metadata) -> Option<SqlJson> {
    (!metadata.is_empty()).then(|| metadata_as_json(metadata))
}

/// Metadata as a JSON object, also where there is none.
pub(super) fn metadata_as_json(metadata: &Metadata) -> SqlJson {
    // Texts under text keys always have a JSON form.
    SqlJson::new(serde_json::to_string(metadata).unwrap_or_default())
}

pub(super) fn metadata_from_json(
    json: Option<&SqlJson>,
    table: &'static str,
    key: impl Display,
) -> Result<Metadata, CorruptRow> {
    let Some(json) = json else { return Ok(Metadata::default()) };
    serde_json::from_str::<BTreeMap<String, String>>(&json.text)
        .ok()
        .and_then(|entries| Metadata::new(entries).ok())
        // Another reader could take a key that stands twice for another one than this program does.
        .filter(|metadata| json.is(&metadata_as_json(metadata).text))
        .ok_or_else(|| CorruptRow::new(table, key, "metadata", &json.text))
}

/// The transfers of the book from a sequence on, in order.
#[diesel::dsl::auto_type]
pub(crate) fn from_sequence(sequence: i64, limit: i64) -> _ {
    transfers::table.filter(transfers::sequence.ge(sequence)).order(transfers::sequence).limit(limit)
}
