//! Rows of schedules and their dues, split into the columns that are fixed and those that are updated.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::facts::{
    AccountId, Cancellation, Due, DueState, Instant, OnRefusal, Recurrence, RecurrenceParts, RecurrencePeriod, Refusal,
    Schedule, ScheduleId, ScheduleState, TransferId,
};
use crate::models::CorruptRow;
use crate::models::fixed_sql::FixedSql;
use crate::models::sql_types::{SqlHash, SqlId, SqlInstant, SqlJson};
use crate::models::transfers::{metadata_from_json, metadata_to_json};
use crate::money::Amount;
use crate::schema::{schedule_dues, schedules};

#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = schedules)]
pub(crate) struct ScheduleRow {
    pub id: SqlId,
    pub debit_account_id: i64,
    pub credit_account_id: i64,
    pub amount: i64,
    pub created_at: SqlInstant,
    pub first_due_at: SqlInstant,
    pub until: Option<SqlInstant>,
    pub due_count_max: Option<i64>,
    pub step: i64,
    pub day: Option<i16>,
    pub period: String,
    pub on_refusal: String,
    pub actor: String,
    pub hash: SqlHash,
    pub description: Option<String>,
    pub metadata: Option<SqlJson>,
    #[diesel(embed)]
    pub progress: ScheduleProgress,
}

/// How far a schedule has come: all of its row that is ever updated.
#[derive(AsChangeset, Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = schedules, treat_none_as_null = true)]
pub(crate) struct ScheduleProgress {
    pub due_count: i64,
    pub next_due_at: Option<SqlInstant>,
    pub state: String,
    pub cancelled_at: Option<SqlInstant>,
    pub cancelled_by: Option<String>,
    pub cancel_reason: Option<String>,
}

#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = schedule_dues)]
pub(crate) struct DueRow {
    pub schedule_id: SqlId,
    pub due_at: SqlInstant,
    pub first_at: SqlInstant,
    #[diesel(embed)]
    pub outcome: DueOutcome,
}

/// How a due stands: all of its row that is ever updated.
#[derive(AsChangeset, Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = schedule_dues, treat_none_as_null = true)]
pub(crate) struct DueOutcome {
    pub transfer_id: Option<SqlId>,
    pub last_at: SqlInstant,
    pub attempts: i64,
    pub state: String,
    pub code: Option<String>,
    pub reason: Option<String>,
    pub hash: SqlHash,
}

impl TryFrom<ScheduleRow> for Schedule {
    type Error = CorruptRow;

    fn try_from(row: ScheduleRow) -> Result<Self, CorruptRow> {
        let read = Reader { table: "schedules", key: row.id.id().map_or_else(String::new, |id| id.to_string()) };
        let schedule = Self {
            id: ScheduleId(row.id.id().ok_or_else(|| read.corrupt("id", "not of 16 bytes"))?),
            debit_account_id: AccountId(row.debit_account_id),
            credit_account_id: AccountId(row.credit_account_id),
            amount: Amount::from_minor(row.amount),
            recurrence: read.recurrence(&row)?,
            on_refusal: read.word("on_refusal", &row.on_refusal, OnRefusal::from_word)?,
            description: row.description.as_deref().map(|text| read.parsed("description", text)).transpose()?,
            metadata: metadata_from_json(row.metadata.as_ref(), "schedules", &read.key)?,
            created_at: read.instant("created_at", row.created_at)?,
            actor: read.parsed("actor", &row.actor)?,
            hash: row.hash.hash().map_err(|found| read.corrupt("hash", &found))?,
            due_count: read.count("due_count", row.progress.due_count)?,
            cancellation: read.cancellation(&row.progress)?,
        };
        if !schedule.amount.is_positive() {
            return Err(read.corrupt("amount", &row.amount.to_string()));
        }
        // Both follow from the rest, and stand in the row to be found by.
        if schedule.state() != read.word("state", &row.progress.state, ScheduleState::from_word)? {
            return Err(read.corrupt("state", &row.progress.state));
        }
        if schedule.next_due_at().map(SqlInstant::from) != row.progress.next_due_at {
            return Err(read.corrupt("next_due_at", &format!("{:?}", row.progress.next_due_at)));
        }
        Ok(schedule)
    }
}

impl TryFrom<DueRow> for Due {
    type Error = CorruptRow;

    fn try_from(row: DueRow) -> Result<Self, CorruptRow> {
        let id = row.schedule_id.id().map_or_else(String::new, |id| id.to_string());
        let read = Reader { table: "schedule_dues", key: format!("{} of schedule {id}", row.due_at) };
        let DueOutcome { transfer_id, last_at, attempts, state, code, reason, hash } = row.outcome;
        let transfer_id = transfer_id.map(|id| id.id().ok_or_else(|| read.corrupt("transfer_id", "not of 16 bytes")));
        Ok(Self {
            schedule_id: ScheduleId(
                row.schedule_id.id().ok_or_else(|| read.corrupt("schedule_id", "not of 16 bytes"))?,
            ),
            due_at: read.instant("due_at", row.due_at)?,
            transfer_id: transfer_id.transpose()?.map(TransferId),
            first_at: read.instant("first_at", row.first_at)?,
            last_at: read.instant("last_at", last_at)?,
            attempts: read.count("attempts", attempts)?,
            state: read.word("state", &state, DueState::from_word)?,
            refusal: match (code, reason) {
                (Some(code), Some(reason)) => Some(Refusal { code, reason }),
                (None, None) => None,
                (code, _) => return Err(read.corrupt("code", &format!("{code:?}, which does not fit its reason"))),
            },
            hash: hash.hash().map_err(|found| read.corrupt("hash", &found))?,
        })
    }
}

/// Reads the columns of one row.
struct Reader {
    table: &'static str,
    key: String,
}

impl Reader {
    fn corrupt(&self, column: &'static str, value: &str) -> CorruptRow {
        CorruptRow::new(self.table, &self.key, column, value)
    }

    fn instant(&self, column: &'static str, time: SqlInstant) -> Result<Instant, CorruptRow> {
        time.instant().ok_or_else(|| self.corrupt(column, &time.to_string()))
    }

    fn count(&self, column: &'static str, number: i64) -> Result<u32, CorruptRow> {
        u32::try_from(number).map_err(|_| self.corrupt(column, &number.to_string()))
    }

    fn word<T>(&self, column: &'static str, word: &str, known: fn(&str) -> Option<T>) -> Result<T, CorruptRow> {
        known(word).ok_or_else(|| self.corrupt(column, word))
    }

    fn parsed<T: std::str::FromStr>(&self, column: &'static str, text: &str) -> Result<T, CorruptRow> {
        text.parse().map_err(|_| self.corrupt(column, text))
    }

    fn recurrence(&self, row: &ScheduleRow) -> Result<Recurrence, CorruptRow> {
        let day = row.day.map(|day| u8::try_from(day).map_err(|_| self.corrupt("day", &day.to_string())));
        let parts = RecurrenceParts {
            period: self.word("period", &row.period, RecurrencePeriod::from_word)?,
            step: self.count("step", row.step)?,
            day: day.transpose()?,
            first_due_at: self.instant("first_due_at", row.first_due_at)?,
            until: row.until.map(|time| self.instant("until", time)).transpose()?,
            due_count_max: row.due_count_max.map(|count| self.count("due_count_max", count)).transpose()?,
        };
        Recurrence::new(parts).map_err(|error| self.corrupt("recurrence", &error.to_string()))
    }

    fn cancellation(&self, progress: &ScheduleProgress) -> Result<Option<Cancellation>, CorruptRow> {
        let (at, actor) = match (progress.cancelled_at, &progress.cancelled_by, &progress.cancel_reason) {
            (Some(at), Some(actor), _) => (at, actor),
            (None, None, None) => return Ok(None),
            (at, ..) => return Err(self.corrupt("cancelled_at", &format!("{at:?}, which does not fit who and why"))),
        };
        let reason = progress.cancel_reason.as_deref().map(|text| self.parsed("cancel_reason", text));
        Ok(Some(Cancellation {
            at: self.instant("cancelled_at", at)?,
            actor: self.parsed("cancelled_by", actor)?,
            reason: reason.transpose()?,
        }))
    }
}

impl From<&Schedule> for ScheduleRow {
    fn from(schedule: &Schedule) -> Self {
        let parts = schedule.recurrence.parts();
        Self {
            id: SqlId::new(schedule.id.0),
            debit_account_id: schedule.debit_account_id.0,
            credit_account_id: schedule.credit_account_id.0,
            amount: schedule.amount.minor(),
            created_at: schedule.created_at.into(),
            first_due_at: parts.first_due_at.into(),
            until: parts.until.map(SqlInstant::from),
            due_count_max: parts.due_count_max.map(i64::from),
            step: parts.step.into(),
            day: parts.day.map(i16::from),
            period: parts.period.as_str().to_owned(),
            on_refusal: schedule.on_refusal.as_str().to_owned(),
            actor: schedule.actor.to_string(),
            hash: schedule.hash.into(),
            description: schedule.description.as_ref().map(ToString::to_string),
            metadata: metadata_to_json(&schedule.metadata),
            progress: schedule.into(),
        }
    }
}

impl From<&Schedule> for ScheduleProgress {
    fn from(schedule: &Schedule) -> Self {
        let cancellation = schedule.cancellation.as_ref();
        Self {
            due_count: schedule.due_count.into(),
            next_due_at: schedule.next_due_at().map(SqlInstant::from),
            state: schedule.state().as_str().to_owned(),
            cancelled_at: cancellation.map(|cancellation| cancellation.at.into()),
            cancelled_by: cancellation.map(|cancellation| cancellation.actor.to_string()),
            cancel_reason: cancellation.and_then(|cancellation| cancellation.reason.as_ref()).map(ToString::to_string),
        }
    }
}

impl From<&Due> for DueRow {
    fn from(due: &Due) -> Self {
        Self {
            schedule_id: SqlId::new(due.schedule_id.0),
            due_at: due.due_at.into(),
            first_at: due.first_at.into(),
            outcome: due.into(),
        }
    }
}

impl From<&Due> for DueOutcome {
    fn from(due: &Due) -> Self {
        Self {
            transfer_id: due.transfer_id.map(|id| SqlId::new(id.0)),
            last_at: due.last_at.into(),
            attempts: due.attempts.into(),
            state: due.state.as_str().to_owned(),
            code: due.refusal.as_ref().map(|refusal| refusal.code.clone()),
            reason: due.refusal.as_ref().map(|refusal| refusal.reason.clone()),
            hash: due.hash.into(),
        }
    }
}

/// Written out, not bound: the planner must see that the partial indexes fit.
pub(crate) fn is_active() -> FixedSql<Bool> {
    FixedSql::new("state = 'active'")
}

/// As above, for dues that are to be tried again.
pub(crate) fn is_refused() -> FixedSql<Bool> {
    FixedSql::new("state = 'refused'")
}
