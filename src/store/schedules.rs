//! Queries of schedules and their dues, the same on both backends.

use diesel::prelude::*;

use crate::facts::{Due, Instant, Schedule, ScheduleId};
use crate::models::schedules::{DueOutcome, DueRow, ScheduleProgress, ScheduleRow, is_active, is_refused};
use crate::models::sql_types::{SqlId, SqlInstant};
use crate::schema::{schedule_dues, schedules};
use crate::store::StoreError;
use crate::store::each_backend::on_each_backend;
use crate::store::portable::{from_rows, in_chunks};

/// How many rows one statement inserts. SQLite takes 32,766 values a statement.
const ROWS_PER_STATEMENT: usize = 1_000;

/// The position of a due among those of all schedules: by time, then by schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DueKey {
    pub(crate) due_at: Instant,
    pub(crate) schedule_id: ScheduleId,
}

impl DueKey {
    /// No due is before it.
    pub(crate) const FIRST: Self = Self { due_at: Instant::MIN, schedule_id: ScheduleId::FIRST };
    /// No due is behind it.
    pub(crate) const LAST: Self = Self { due_at: Instant::MAX, schedule_id: ScheduleId::LAST };
}

/// One open transaction: what schedules ask.
pub(crate) trait Schedules {
    /// The schedule of that id.
    fn find_schedule(&mut self, id: ScheduleId) -> Result<Option<Schedule>, StoreError>;

    /// The schedules of these ids, in no particular order.
    fn find_schedules(&mut self, ids: &[ScheduleId]) -> Result<Vec<Schedule>, StoreError>;

    /// Those of the ids that a schedule has.
    fn existing_schedules(&mut self, ids: &[ScheduleId]) -> Result<Vec<ScheduleId>, StoreError>;

    /// Up to `limit` schedules from an id on, by id.
    fn list_schedules(&mut self, from: ScheduleId, limit: i64) -> Result<Vec<Schedule>, StoreError>;

    /// Up to `limit` active schedules that are due up to a moment, those first that are due first, as they are stored.
    fn due_schedule_rows(&mut self, until: Instant, limit: i64) -> Result<Vec<ScheduleRow>, StoreError>;

    /// Up to `limit` dues that are to be tried again, behind a place, in order, as they are stored.
    fn refused_due_rows(&mut self, behind: DueKey, limit: i64) -> Result<Vec<DueRow>, StoreError>;

    /// How many dues of a schedule are to be tried again.
    fn count_refused_dues(&mut self, schedule: ScheduleId) -> Result<u64, StoreError>;

    /// Up to `limit` dues of a schedule before a moment, the latest first.
    fn list_dues(&mut self, schedule: ScheduleId, before: Option<Instant>, limit: i64) -> Result<Vec<Due>, StoreError>;

    /// Adds dues.
    fn insert_dues(&mut self, dues: &[Due]) -> Result<(), StoreError>;

    /// Writes what became of a due that was to be tried again, and whose schedule this transaction has locked.
    fn update_due(&mut self, due: &Due) -> Result<(), StoreError>;

    /// Up to `limit` dues of a schedule that are to be tried again.
    fn list_refused_dues_of(&mut self, schedule: ScheduleId, limit: i64) -> Result<Vec<Due>, StoreError>;

    /// Writes how far a schedule has come that this transaction has locked.
    fn update_schedule(&mut self, schedule: &Schedule) -> Result<(), StoreError>;

    /// How many schedules and dues there are.
    fn count_schedules(&mut self) -> Result<[i64; 2], StoreError>;

    /// Up to `limit` rows of schedules from an id on, in order, as they are stored.
    fn schedule_rows_from(&mut self, id: SqlId, limit: i64) -> Result<Vec<ScheduleRow>, StoreError>;

    /// Up to `limit` rows of a schedule's dues, from the first one or behind a moment, in order, as they are stored.
    fn due_rows(&mut self, schedule: SqlId, behind: Option<SqlInstant>, limit: i64) -> Result<Vec<DueRow>, StoreError>;
}

macro_rules! implement_schedules {
    ($connection:ty) => {
        impl Schedules for $connection {
            fn find_schedule(&mut self, id: ScheduleId) -> Result<Option<Schedule>, StoreError> {
                let row = schedules::table.find(SqlId::new(id.0)).select(ScheduleRow::as_select());
                Ok(row.get_result(self).optional()?.map(Schedule::try_from).transpose()?)
            }

            fn find_schedules(&mut self, ids: &[ScheduleId]) -> Result<Vec<Schedule>, StoreError> {
                from_rows(in_chunks(ids, |ids| {
                    let ids = ids.iter().map(|id| SqlId::new(id.0));
                    schedules::table.filter(schedules::id.eq_any(ids)).select(ScheduleRow::as_select()).load(self)
                })?)
            }

            fn existing_schedules(&mut self, ids: &[ScheduleId]) -> Result<Vec<ScheduleId>, StoreError> {
                let found: Vec<SqlId> = in_chunks(ids, |ids| {
                    let ids = ids.iter().map(|id| SqlId::new(id.0));
                    schedules::table.filter(schedules::id.eq_any(ids)).select(schedules::id).load(self)
                })?;
                Ok(found.into_iter().filter_map(SqlId::id).map(ScheduleId).collect())
            }

            fn list_schedules(&mut self, from: ScheduleId, limit: i64) -> Result<Vec<Schedule>, StoreError> {
                from_rows(self.schedule_rows_from(SqlId::new(from.0), limit)?)
            }

            fn due_schedule_rows(&mut self, until: Instant, limit: i64) -> Result<Vec<ScheduleRow>, StoreError> {
                let due = schedules::table
                    .filter(is_active())
                    .filter(schedules::next_due_at.le(SqlInstant::from(until)))
                    .order((schedules::next_due_at, schedules::id))
                    .limit(limit);
                Ok(due.select(ScheduleRow::as_select()).load(self)?)
            }

            fn refused_due_rows(&mut self, behind: DueKey, limit: i64) -> Result<Vec<DueRow>, StoreError> {
                let (due_at, schedule) = (SqlInstant::from(behind.due_at), SqlId::new(behind.schedule_id.0));
                let is_behind = schedule_dues::due_at
                    .gt(due_at)
                    .or(schedule_dues::due_at.eq(due_at).and(schedule_dues::schedule_id.gt(schedule)));
                let refused = schedule_dues::table
                    .filter(is_refused())
                    // Said again, so that the index is entered at the place.
                    .filter(schedule_dues::due_at.ge(due_at))
                    .filter(is_behind)
                    .order((schedule_dues::due_at, schedule_dues::schedule_id))
                    .limit(limit);
                Ok(refused.select(DueRow::as_select()).load(self)?)
            }

            fn count_refused_dues(&mut self, schedule: ScheduleId) -> Result<u64, StoreError> {
                let refused = schedule_dues::table
                    .filter(is_refused())
                    .filter(schedule_dues::schedule_id.eq(SqlId::new(schedule.0)));
                Ok(refused.count().get_result::<i64>(self)?.unsigned_abs())
            }

            fn list_dues(
                &mut self,
                schedule: ScheduleId,
                before: Option<Instant>,
                limit: i64,
            ) -> Result<Vec<Due>, StoreError> {
                let mut dues = schedule_dues::table
                    .filter(schedule_dues::schedule_id.eq(SqlId::new(schedule.0)))
                    .order(schedule_dues::due_at.desc())
                    .limit(limit)
                    .into_boxed();
                if let Some(before) = before {
                    dues = dues.filter(schedule_dues::due_at.lt(SqlInstant::from(before)));
                }
                from_rows(dues.select(DueRow::as_select()).load(self)?)
            }

            fn insert_dues(&mut self, dues: &[Due]) -> Result<(), StoreError> {
                for dues in dues.chunks(ROWS_PER_STATEMENT) {
                    let rows: Vec<_> = dues.iter().map(DueRow::from).collect();
                    let inserted = diesel::insert_into(schedule_dues::table).values(rows).execute(self)?;
                    assert_eq!(inserted, dues.len(), "every due is inserted");
                }
                Ok(())
            }

            fn update_due(&mut self, due: &Due) -> Result<(), StoreError> {
                let key = (SqlId::new(due.schedule_id.0), SqlInstant::from(due.due_at));
                let row = diesel::update(schedule_dues::table.find(key)).set(DueOutcome::from(due));
                assert_eq!(row.execute(self)?, 1, "the due was read behind the lock of its schedule, so it is there");
                Ok(())
            }

            fn list_refused_dues_of(&mut self, schedule: ScheduleId, limit: i64) -> Result<Vec<Due>, StoreError> {
                let refused = schedule_dues::table
                    .filter(is_refused())
                    .filter(schedule_dues::schedule_id.eq(SqlId::new(schedule.0)))
                    .limit(limit);
                from_rows(refused.select(DueRow::as_select()).load(self)?)
            }

            fn update_schedule(&mut self, schedule: &Schedule) -> Result<(), StoreError> {
                let row = diesel::update(schedules::table.find(SqlId::new(schedule.id.0)));
                let updated = row.set(ScheduleProgress::from(schedule)).execute(self)?;
                assert_eq!(updated, 1, "the schedule was locked, so it is there");
                Ok(())
            }

            fn count_schedules(&mut self) -> Result<[i64; 2], StoreError> {
                let schedules = schedules::table.count().get_result(self)?;
                Ok([schedules, schedule_dues::table.count().get_result(self)?])
            }

            fn schedule_rows_from(&mut self, id: SqlId, limit: i64) -> Result<Vec<ScheduleRow>, StoreError> {
                let rows = schedules::table.filter(schedules::id.ge(id)).order(schedules::id).limit(limit);
                Ok(rows.select(ScheduleRow::as_select()).load(self)?)
            }

            fn due_rows(
                &mut self,
                schedule: SqlId,
                behind: Option<SqlInstant>,
                limit: i64,
            ) -> Result<Vec<DueRow>, StoreError> {
                let mut rows = schedule_dues::table
                    .filter(schedule_dues::schedule_id.eq(schedule))
                    .order(schedule_dues::due_at)
                    .limit(limit)
                    .into_boxed();
                if let Some(behind) = behind {
                    rows = rows.filter(schedule_dues::due_at.gt(behind));
                }
                Ok(rows.select(DueRow::as_select()).load(self)?)
            }
        }
    };
}

on_each_backend!(implement_schedules);
