//! Queries of closed periods, the same on both backends.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;

use super::StoreError;
use super::portable::from_rows;
use crate::models::period_events::PeriodEventRow;
use crate::rules::PeriodEvent;
use crate::schema::period_events;

/// One open transaction: the history of the book's periods.
pub(crate) trait Periods {
    /// The closings and reopenings at the places from `first` to `last`, in order, as they are stored.
    fn period_event_rows_between(&mut self, first: i64, last: i64) -> Result<Vec<PeriodEventRow>, StoreError>;

    /// Every closing and reopening, in order.
    fn list_period_events(&mut self) -> Result<Vec<PeriodEvent>, StoreError> {
        from_rows(self.period_event_rows_between(i64::MIN, i64::MAX)?)
    }

    /// Adds closings and reopenings.
    fn insert_period_events(&mut self, events: &[PeriodEvent]) -> Result<(), StoreError>;
}

macro_rules! implement_periods {
    ($connection:ty) => {
        impl Periods for $connection {
            fn period_event_rows_between(&mut self, first: i64, last: i64) -> Result<Vec<PeriodEventRow>, StoreError> {
                let events = period_events::table
                    .filter(period_events::sequence.between(first, last))
                    .order(period_events::sequence);
                Ok(events.select(PeriodEventRow::as_select()).load(self)?)
            }

            fn insert_period_events(&mut self, events: &[PeriodEvent]) -> Result<(), StoreError> {
                let rows: Vec<_> = events.iter().map(PeriodEventRow::from).collect();
                let inserted = diesel::insert_into(period_events::table).values(rows).execute(self)?;
                assert_eq!(inserted, events.len(), "every event is inserted");
                Ok(())
            }
        }
    };
}

implement_periods!(PgConnection);
implement_periods!(SqliteConnection);
