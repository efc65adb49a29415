use diesel::prelude::*;

use super::CorruptRow;
use super::accounts::limits;
use super::sql_types::{SqlId, SqlInstant};
use crate::money::Amount;
use crate::rules::{AccountEvent, AccountId, AccountState, Hash, Limits, Sequence, Terms};
use crate::schema::account_events;

/// One change of what an account may do.
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
    pub hash: Vec<u8>,
    pub reason: Option<String>,
}

impl AccountEventRow {
    pub(crate) fn limits_before(&self) -> Limits {
        limits(self.min_balance_before, self.max_balance_before)
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
        let hash = row.hash.as_slice().try_into().map_err(|_| corrupt("hash", &format!("{:?}", row.hash)))?;
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
            before: Terms { state: state("state_before", &row.state_before)?, limits: row.limits_before() },
            after: Terms {
                state: state("state_after", &row.state_after)?,
                limits: limits(row.min_balance_after, row.max_balance_after),
            },
            actor: row.actor.parse().map_err(|_| corrupt("actor", &row.actor))?,
            reason: reason.transpose()?,
            journal_id: journal_id.transpose()?,
            hash: Hash(hash),
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
            hash: event.hash.0.to_vec(),
            reason: event.reason.as_ref().map(ToString::to_string),
        }
    }
}
