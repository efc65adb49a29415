//! Rows of events of the book as a whole, and the conditions that match their partial indexes.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::facts::{
    BookChange, BookChangeFields, BookEvent, BookEventKind, CurrencyName, Hash, Instant, Period, Refusal, ScheduleId,
    Sequence,
};
use crate::models::CorruptRow;
use crate::models::currencies::currency;
use crate::models::fixed_sql::FixedSql;
use crate::models::sql_types::{SqlHash, SqlId, SqlInstant};
use crate::money::Currency;
use crate::schema::book_events;

/// One event of the book as a whole.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = book_events)]
pub(crate) struct BookEventRow {
    pub event: i64,
    pub sequence: i64,
    pub recorded_at: SqlInstant,
    pub kind: String,
    pub actor: String,
    pub hash: SqlHash,
    pub reason: Option<String>,
    #[diesel(embed)]
    pub subject: Subject,
}

/// What an event is about. Only the columns of its kind have values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = book_events)]
pub(crate) struct Subject {
    pub period: Option<String>,
    pub schedule_id: Option<SqlId>,
    pub schedule_hash: Option<SqlHash>,
    pub currency: Option<String>,
    pub exponent: Option<i16>,
    pub currency_name: Option<String>,
    pub accepted_until: Option<SqlInstant>,
    pub due_at: Option<SqlInstant>,
    pub due_code: Option<String>,
    pub due_reason: Option<String>,
}

impl TryFrom<BookEventRow> for BookEvent {
    type Error = CorruptRow;

    fn try_from(row: BookEventRow) -> Result<Self, CorruptRow> {
        let corrupt = |column, value: &str| row.corrupt(column, value);
        let recorded_at = row.recorded_at.instant();
        let reason = row.reason.as_deref().map(|reason| reason.parse().map_err(|_| corrupt("reason", reason)));
        let kind = BookEventKind::from_word(&row.kind).ok_or_else(|| corrupt("kind", &row.kind))?;
        let change = BookChange::read(kind, &row)?;
        // A value that belongs to another kind is covered by no hash.
        if Subject::from(&change) != row.subject {
            return Err(corrupt("subject", &format!("{:?}, more or other than {kind} has", row.subject)));
        }
        Ok(Self {
            number: row.event,
            sequence: Sequence(row.sequence),
            recorded_at: recorded_at.ok_or_else(|| corrupt("recorded_at", &row.recorded_at.to_string()))?,
            change,
            actor: row.actor.parse().map_err(|_| corrupt("actor", &row.actor))?,
            reason: reason.transpose()?,
            hash: row.hash.hash().map_err(|found| corrupt("hash", &found))?,
        })
    }
}

impl BookEventRow {
    fn corrupt(&self, column: &'static str, value: &str) -> CorruptRow {
        CorruptRow::new("book_events", self.event, column, value)
    }
}

impl BookChangeFields for BookEventRow {
    type Error = CorruptRow;

    fn period(&self) -> Result<Period, CorruptRow> {
        let text = self.subject.period.as_deref().unwrap_or("missing");
        text.parse().map_err(|_| self.corrupt("period", text))
    }

    fn schedule(&self) -> Result<(ScheduleId, Hash), CorruptRow> {
        let Subject { schedule_id, schedule_hash, .. } = &self.subject;
        let id = schedule_id.and_then(SqlId::id).map(ScheduleId);
        let hash = schedule_hash.as_ref().ok_or_else(|| "missing".to_owned()).and_then(SqlHash::hash);
        let hash = hash.map_err(|found| self.corrupt("schedule_hash", &found))?;
        Ok((id.ok_or_else(|| self.corrupt("schedule_id", "missing"))?, hash))
    }

    fn currency(&self) -> Result<(Currency, CurrencyName), CorruptRow> {
        let Subject { currency: code, exponent, currency_name, .. } = &self.subject;
        let code = code.as_deref().unwrap_or("missing");
        let name = currency_name.as_deref().unwrap_or_default();
        let currency = currency(code, exponent.unwrap_or(-1), || ("book_events", self.event.to_string()))?;
        Ok((currency, name.parse().map_err(|_| self.corrupt("currency_name", name))?))
    }

    fn accepted_until(&self) -> Result<Instant, CorruptRow> {
        let until = self.subject.accepted_until.and_then(SqlInstant::instant);
        until.ok_or_else(|| self.corrupt("accepted_until", "no time"))
    }

    fn due(&self) -> Result<(Instant, Refusal), CorruptRow> {
        let Subject { due_at, due_code, due_reason, .. } = &self.subject;
        let due_at = due_at.and_then(SqlInstant::instant).ok_or_else(|| self.corrupt("due_at", "no time"))?;
        let code = due_code.clone().ok_or_else(|| self.corrupt("due_code", "missing"))?;
        let reason = due_reason.clone().ok_or_else(|| self.corrupt("due_reason", "missing"))?;
        Ok((due_at, Refusal { code, reason }))
    }
}

impl From<&BookEvent> for BookEventRow {
    fn from(event: &BookEvent) -> Self {
        assert!(event.sequence > Sequence::UNASSIGNED, "a stored event has a place");
        Self {
            event: event.number,
            sequence: event.sequence.0,
            recorded_at: event.recorded_at.into(),
            kind: event.change.kind().as_str().to_owned(),
            actor: event.actor.to_string(),
            hash: event.hash.into(),
            reason: event.reason.as_ref().map(ToString::to_string),
            subject: (&event.change).into(),
        }
    }
}

impl From<&BookChange> for Subject {
    fn from(change: &BookChange) -> Self {
        match change {
            BookChange::Period { period, .. } => Self { period: Some(period.to_string()), ..Self::default() },
            BookChange::ScheduleAdded { schedule, hash } | BookChange::ScheduleCancelled { schedule, hash } => Self {
                schedule_id: Some(SqlId::new(schedule.0)),
                schedule_hash: Some((*hash).into()),
                ..Self::default()
            },
            BookChange::CurrencyRegistered { currency, name } => Self {
                currency: Some(currency.code().to_string()),
                exponent: Some(currency.exponent().into()),
                currency_name: Some(name.to_string()),
                ..Self::default()
            },
            BookChange::ClockAccepted { until } => Self { accepted_until: Some((*until).into()), ..Self::default() },
            BookChange::DueRefused(due) | BookChange::DueSkipped(due) => Self {
                schedule_id: Some(SqlId::new(due.schedule.0)),
                schedule_hash: Some(due.hash.into()),
                due_at: Some(due.due_at.into()),
                due_code: Some(due.refusal.code.clone()),
                due_reason: Some(due.refusal.reason.clone()),
                ..Self::default()
            },
        }
    }
}

/// Written out, so that the planner sees that the partial indexes fit.
pub(crate) fn is_of_a_period() -> FixedSql<Bool> {
    FixedSql::new("period is not null")
}

/// As above, for all that postings keep to.
pub(crate) fn is_of_postings() -> FixedSql<Bool> {
    FixedSql::new(OF_POSTINGS)
}

/// The same, for statements that are written by hand.
pub(crate) const OF_POSTINGS: &str = "(period is not null or accepted_until is not null)";

/// As above, for accepted futures.
pub(crate) fn is_of_the_clock() -> FixedSql<Bool> {
    FixedSql::new("accepted_until is not null")
}

/// As above, for schedules that were added or cancelled.
pub(crate) fn is_of_a_schedule() -> FixedSql<Bool> {
    FixedSql::new("schedule_id is not null and due_at is null")
}

/// As above, for refused dues.
pub(crate) fn is_of_a_due() -> FixedSql<Bool> {
    FixedSql::new("due_at is not null")
}
