//! Queries of what happened to the book as a whole, the same on both backends.

use diesel::dsl::{exists, max, select};
use diesel::prelude::*;

use crate::facts::{BookEvent, Instant, ScheduleId, Sequence};
use crate::models::book_events::{
    BookEventRow, is_of_a_due, is_of_a_period, is_of_a_schedule, is_of_postings, is_of_the_clock,
};
use crate::models::sql_types::{SqlId, SqlInstant};
use crate::schema::{account_events, accounts, book_events, transfers};
use crate::store::StoreError;
use crate::store::each_backend::on_each_backend;
use crate::store::portable::{from_rows, in_chunks};

/// How many rows one statement inserts. SQLite takes 32,766 values a statement.
const ROWS_PER_STATEMENT: usize = 1_000;

/// One open transaction: the newest sequence, and the book's own chain.
pub(crate) trait BookEvents {
    /// The newest sequence in the book: of a transfer, an event, or the opening of an account.
    fn newest_sequence(&mut self) -> Result<Option<Sequence>, StoreError>;

    /// Up to `limit` events at the places from `first` to `last`, in order, as they are stored.
    fn book_event_rows_between(&mut self, first: i64, last: i64, limit: i64) -> Result<Vec<BookEventRow>, StoreError>;

    /// The additions and cancellations of schedules, in the order of the chain, as they are stored.
    fn schedule_event_rows(&mut self, schedules: &[ScheduleId]) -> Result<Vec<BookEventRow>, StoreError>;

    /// The events of a schedule's dues between two moments, which are part of it, in the order of the chain, as they are stored.
    fn due_event_rows(
        &mut self,
        schedule: ScheduleId,
        between: (Instant, Instant),
    ) -> Result<Vec<BookEventRow>, StoreError>;

    /// Every closing and reopening of a period, in order.
    fn list_period_events(&mut self) -> Result<Vec<BookEvent>, StoreError>;

    /// From a place on, all that postings keep to: closings and reopenings of periods, acceptances of futures, in order.
    fn list_rule_events(&mut self, first: Sequence) -> Result<Vec<BookEvent>, StoreError>;

    /// Whether there are any of these behind a place.
    fn has_rule_events_behind(&mut self, place: Sequence) -> Result<bool, StoreError>;

    /// The newest acceptance of a future.
    fn find_clock_acceptance(&mut self) -> Result<Option<BookEvent>, StoreError>;

    /// The newest event of any kind.
    fn find_newest_book_event(&mut self) -> Result<Option<BookEvent>, StoreError>;

    /// How many events there are.
    fn count_book_events(&mut self) -> Result<i64, StoreError>;

    /// Adds events.
    fn insert_book_events(&mut self, events: &[BookEvent]) -> Result<(), StoreError>;
}

macro_rules! implement_book_events {
    ($connection:ty) => {
        impl BookEvents for $connection {
            fn newest_sequence(&mut self) -> Result<Option<Sequence>, StoreError> {
                let transfer = transfers::table.select(max(transfers::sequence)).single_value();
                let event = account_events::table.select(max(account_events::sequence)).single_value();
                let of_book = book_events::table.select(max(book_events::sequence)).single_value();
                let opening = accounts::table.select(max(accounts::id)).single_value();
                let newest: (Option<i64>, Option<i64>, Option<i64>, Option<i64>) =
                    diesel::select((transfer, event, of_book, opening)).get_result(self)?;
                Ok(newest.0.max(newest.1).max(newest.2).max(newest.3).map(Sequence))
            }

            fn book_event_rows_between(
                &mut self,
                first: i64,
                last: i64,
                limit: i64,
            ) -> Result<Vec<BookEventRow>, StoreError> {
                let events = book_events::table
                    .filter(book_events::sequence.between(first, last))
                    .order(book_events::sequence)
                    .limit(limit);
                Ok(events.select(BookEventRow::as_select()).load(self)?)
            }

            fn schedule_event_rows(&mut self, schedules: &[ScheduleId]) -> Result<Vec<BookEventRow>, StoreError> {
                let mut rows: Vec<BookEventRow> = in_chunks(schedules, |ids| {
                    let ids = ids.iter().map(|id| SqlId::new(id.0));
                    let events = book_events::table.filter(is_of_a_schedule());
                    let events = events.filter(book_events::schedule_id.eq_any(ids));
                    events.select(BookEventRow::as_select()).load(self)
                })?;
                rows.sort_unstable_by_key(|row| row.event);
                Ok(rows)
            }

            fn due_event_rows(
                &mut self,
                schedule: ScheduleId,
                (first, last): (Instant, Instant),
            ) -> Result<Vec<BookEventRow>, StoreError> {
                let events = book_events::table
                    .filter(is_of_a_due())
                    .filter(book_events::schedule_id.eq(SqlId::new(schedule.0)))
                    .filter(book_events::due_at.between(SqlInstant::from(first), SqlInstant::from(last)));
                let mut rows: Vec<BookEventRow> = events.select(BookEventRow::as_select()).load(self)?;
                rows.sort_unstable_by_key(|row| row.event);
                Ok(rows)
            }

            fn list_period_events(&mut self) -> Result<Vec<BookEvent>, StoreError> {
                let events = book_events::table.filter(is_of_a_period()).order(book_events::event);
                from_rows(events.select(BookEventRow::as_select()).load(self)?)
            }

            fn list_rule_events(&mut self, first: Sequence) -> Result<Vec<BookEvent>, StoreError> {
                let events = book_events::table.filter(is_of_postings()).filter(book_events::sequence.ge(first.0));
                from_rows(events.order(book_events::sequence).select(BookEventRow::as_select()).load(self)?)
            }

            fn has_rule_events_behind(&mut self, place: Sequence) -> Result<bool, StoreError> {
                let events = book_events::table.filter(is_of_postings()).filter(book_events::sequence.gt(place.0));
                Ok(select(exists(events)).get_result(self)?)
            }

            fn find_clock_acceptance(&mut self) -> Result<Option<BookEvent>, StoreError> {
                let events = book_events::table.filter(is_of_the_clock()).order(book_events::event.desc());
                let row: Option<BookEventRow> = events.select(BookEventRow::as_select()).first(self).optional()?;
                Ok(row.map(BookEvent::try_from).transpose()?)
            }

            fn find_newest_book_event(&mut self) -> Result<Option<BookEvent>, StoreError> {
                let events = book_events::table.order(book_events::event.desc());
                let row: Option<BookEventRow> = events.select(BookEventRow::as_select()).first(self).optional()?;
                Ok(row.map(BookEvent::try_from).transpose()?)
            }

            fn count_book_events(&mut self) -> Result<i64, StoreError> {
                Ok(book_events::table.count().get_result(self)?)
            }

            fn insert_book_events(&mut self, events: &[BookEvent]) -> Result<(), StoreError> {
                for events in events.chunks(ROWS_PER_STATEMENT) {
                    let rows: Vec<_> = events.iter().map(BookEventRow::from).collect();
                    let inserted = diesel::insert_into(book_events::table).values(rows).execute(self)?;
                    assert_eq!(inserted, events.len(), "every event is inserted");
                }
                Ok(())
            }
        }
    };
}

on_each_backend!(implement_book_events);
