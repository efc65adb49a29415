//! Rows of changes of accounts and metadata, and their conversion to and from account events.

use diesel::prelude::*;

use crate::facts::{
    Account, AccountEvent, AccountId, AccountState, Annotation, Metadata, OpenedWith, Sequence, Terms, TransferId,
};
use crate::models::accounts::{limits, velocity};
use crate::models::sql_types::{SqlHash, SqlId, SqlInstant, SqlJson};
use crate::models::transfers::{metadata_as_json, metadata_from_json};
use crate::models::{CorruptRow, HasText};
use crate::money::Amount;
use crate::schema::account_events;

/// One change of what an account may do, or of what is kept beside it or one of its transfers.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = account_events)]
pub(crate) struct AccountEventRow {
    pub account_id: i64,
    pub event: i64,
    pub sequence: i64,
    pub version: i64,
    pub recorded_at: SqlInstant,
    pub min_balance_before: Option<i64>,
    pub max_balance_before: Option<i64>,
    pub min_balance_after: Option<i64>,
    pub max_balance_after: Option<i64>,
    pub journal_id: Option<SqlId>,
    pub state_before: String,
    pub state_after: String,
    pub actor: String,
    pub hash: SqlHash,
    pub reason: Option<String>,
    pub per_transfer_before: Option<i64>,
    pub per_day_before: Option<i64>,
    pub per_month_before: Option<i64>,
    pub per_transfer_after: Option<i64>,
    pub per_day_after: Option<i64>,
    pub per_month_after: Option<i64>,
    pub transfer_id: Option<SqlId>,
    pub metadata_before: Option<SqlJson>,
    pub metadata_after: Option<SqlJson>,
}

impl HasText for AccountEventRow {
    fn text_bytes(&self) -> usize {
        self.reason.text_bytes() + self.metadata_before.text_bytes() + self.metadata_after.text_bytes()
    }
}

/// What an account was opened with, by its first event and the first one that changed what is kept beside it.
pub(crate) fn opened_with(
    account: &Account,
    first: Option<&AccountEventRow>,
    first_annotation: Option<&AccountEventRow>,
) -> Result<OpenedWith, CorruptRow> {
    let limits = first.map_or(account.limits, |row| limits(row.min_balance_before, row.max_balance_before));
    let metadata = match first_annotation {
        Some(row) => row.metadata(row.metadata_before.as_ref())?,
        None => account.metadata.clone(),
    };
    Ok(OpenedWith { limits, metadata })
}

impl AccountEventRow {
    fn metadata(&self, json: Option<&SqlJson>) -> Result<Metadata, CorruptRow> {
        metadata_from_json(json, "account_events", self.sequence)
    }

    fn annotation(&self) -> Result<Option<Annotation>, CorruptRow> {
        let found = (self.transfer_id.is_some(), self.metadata_before.is_some(), self.metadata_after.is_some());
        match found {
            (false, false, false) => return Ok(None),
            (_, true, true) => {}
            // No hash tells these from what is whole.
            _ => return Err(CorruptRow::new("account_events", self.sequence, "metadata", "there in part")),
        }
        let corrupt = || CorruptRow::new("account_events", self.sequence, "transfer_id", "not of 16 bytes");
        let transfer_id = self.transfer_id.map(|id| id.id().ok_or_else(corrupt)).transpose()?;
        Ok(Some(Annotation {
            transfer_id: transfer_id.map(TransferId),
            before: self.metadata(self.metadata_before.as_ref())?,
            after: self.metadata(self.metadata_after.as_ref())?,
        }))
    }
}

impl TryFrom<AccountEventRow> for AccountEvent {
    type Error = CorruptRow;

    fn try_from(row: AccountEventRow) -> Result<Self, CorruptRow> {
        let corrupt = |column, value: &str| {
            CorruptRow::new(
                "account_events",
                format_args!("{} of account {}", row.event, row.account_id),
                column,
                value,
            )
        };
        let state = |column, word: &str| AccountState::from_word(word).ok_or_else(|| corrupt(column, word));
        let journal_id = row.journal_id.map(|id| id.id().ok_or_else(|| corrupt("journal_id", "not of 16 bytes")));
        let hash = row.hash.hash().map_err(|found| corrupt("hash", &found))?;
        let reason = row.reason.as_deref().map(|reason| reason.parse().map_err(|_| corrupt("reason", reason)));
        Ok(Self {
            account_id: AccountId(row.account_id),
            number: row.event,
            sequence: Sequence(row.sequence),
            version: row.version,
            recorded_at: row
                .recorded_at
                .instant()
                .ok_or_else(|| corrupt("recorded_at", &row.recorded_at.to_string()))?,
            before: Terms {
                state: state("state_before", &row.state_before)?,
                limits: limits(row.min_balance_before, row.max_balance_before),
                velocity: velocity(row.per_transfer_before, row.per_day_before, row.per_month_before),
            },
            after: Terms {
                state: state("state_after", &row.state_after)?,
                limits: limits(row.min_balance_after, row.max_balance_after),
                velocity: velocity(row.per_transfer_after, row.per_day_after, row.per_month_after),
            },
            annotation: row.annotation()?,
            actor: row.actor.parse().map_err(|_| corrupt("actor", &row.actor))?,
            reason: reason.transpose()?,
            journal_id: journal_id.transpose()?,
            hash,
        })
    }
}

impl From<&AccountEvent> for AccountEventRow {
    fn from(event: &AccountEvent) -> Self {
        assert!(event.sequence > Sequence::UNASSIGNED, "a stored event has a place");
        Self {
            account_id: event.account_id.0,
            event: event.number,
            sequence: event.sequence.0,
            version: event.version,
            recorded_at: event.recorded_at.into(),
            min_balance_before: event.before.limits.min_balance.map(Amount::minor),
            max_balance_before: event.before.limits.max_balance.map(Amount::minor),
            min_balance_after: event.after.limits.min_balance.map(Amount::minor),
            max_balance_after: event.after.limits.max_balance.map(Amount::minor),
            journal_id: event.journal_id.map(SqlId::new),
            state_before: event.before.state.as_str().to_owned(),
            state_after: event.after.state.as_str().to_owned(),
            actor: event.actor.to_string(),
            hash: event.hash.into(),
            reason: event.reason.as_ref().map(ToString::to_string),
            per_transfer_before: event.before.velocity.per_transfer.map(Amount::minor),
            per_day_before: event.before.velocity.per_day.map(Amount::minor),
            per_month_before: event.before.velocity.per_month.map(Amount::minor),
            per_transfer_after: event.after.velocity.per_transfer.map(Amount::minor),
            per_day_after: event.after.velocity.per_day.map(Amount::minor),
            per_month_after: event.after.velocity.per_month.map(Amount::minor),
            transfer_id: event.annotation.as_ref().and_then(|it| it.transfer_id).map(|id| SqlId::new(id.0)),
            metadata_before: event.annotation.as_ref().map(|it| metadata_as_json(&it.before)),
            metadata_after: event.annotation.as_ref().map(|it| metadata_as_json(&it.after)),
        }
    }
}
