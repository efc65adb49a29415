use diesel::prelude::*;

use super::CorruptRow;
use super::sql_types::{SqlHash, SqlInstant};
use crate::rules::{PeriodAction, PeriodEvent, Sequence};
use crate::schema::period_events;

/// One closing or reopening of a period.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = period_events)]
pub(crate) struct PeriodEventRow {
    pub event: i64,
    pub sequence: i64,
    pub recorded_at: SqlInstant,
    pub period: String,
    pub action: String,
    pub actor: String,
    pub hash: SqlHash,
    pub reason: Option<String>,
}

impl TryFrom<PeriodEventRow> for PeriodEvent {
    type Error = CorruptRow;

    fn try_from(row: PeriodEventRow) -> Result<Self, CorruptRow> {
        let corrupt = |column, value: &str| CorruptRow::new("period_events", row.event, column, value);
        let recorded_at = row.recorded_at.instant();
        let reason = row.reason.as_deref().map(|reason| reason.parse().map_err(|_| corrupt("reason", reason)));
        Ok(Self {
            number: row.event,
            sequence: Sequence(row.sequence),
            recorded_at: recorded_at.ok_or_else(|| corrupt("recorded_at", &row.recorded_at.to_string()))?,
            period: row.period.parse().map_err(|_| corrupt("period", &row.period))?,
            action: PeriodAction::from_word(&row.action).ok_or_else(|| corrupt("action", &row.action))?,
            actor: row.actor.parse().map_err(|_| corrupt("actor", &row.actor))?,
            reason: reason.transpose()?,
            hash: row.hash.hash().map_err(|found| corrupt("hash", &found))?,
        })
    }
}

impl From<&PeriodEvent> for PeriodEventRow {
    fn from(event: &PeriodEvent) -> Self {
        assert!(event.sequence > Sequence::UNASSIGNED, "a stored event has a place");
        Self {
            event: event.number,
            sequence: event.sequence.0,
            recorded_at: event.recorded_at.into(),
            period: event.period.to_string(),
            action: event.action.as_str().to_owned(),
            actor: event.actor.to_string(),
            hash: event.hash.into(),
            reason: event.reason.as_ref().map(ToString::to_string),
        }
    }
}
