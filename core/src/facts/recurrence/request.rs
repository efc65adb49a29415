//! What is asked for, before it is known when it begins.

use std::time::Duration;

use chrono::{Datelike, NaiveDate};

use super::{DAYS_PER_WEEK, MICROS_PER_DAY, MONTHS_PER_YEAR, at_time_of, in_month};
use crate::facts::instant::Instant;
use crate::facts::recurrence::{Recurrence, RecurrenceError, RecurrenceParts, RecurrencePeriod};

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weekday {
    /// The first one, by ISO 8601.
    Monday,
    /// The second one.
    Tuesday,
    /// The third one.
    Wednesday,
    /// The fourth one.
    Thursday,
    /// The fifth one.
    Friday,
    /// The sixth one.
    Saturday,
    /// The last one.
    Sunday,
}

words!(Weekday {
    Monday = "monday",
    Tuesday = "tuesday",
    Wednesday = "wednesday",
    Thursday = "thursday",
    Friday = "friday",
    Saturday = "saturday",
    Sunday = "sunday",
});

/// The day on which something is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueDay {
    /// A day of the month, 1 to 31; a shorter month takes its last one.
    OfMonth(u8),
    /// A day of the week.
    OfWeek(Weekday),
}

/// How something is to recur. When it begins follows from this and from when it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecurrenceRequest {
    /// What is counted.
    pub period: RecurrencePeriod,
    /// So many of them from one moment to the next: 1 to 9,999.
    pub step: u32,
    /// The day; `None` is that on which it begins.
    pub day: Option<DueDay>,
    /// The time of day in UTC, as the time since midnight, in whole microseconds. Not looked at where there is one moment.
    pub time_of_day: Duration,
    /// The first moment is the first one that fits from here on. `None` is the first one after it is asked for. Where there is one
    /// moment it is this one, or that of asking.
    pub from: Option<Instant>,
    /// No moment is later.
    pub until: Option<Instant>,
    /// How many moments there are at most.
    pub due_count_max: Option<u32>,
}

impl RecurrenceRequest {
    /// Every day, week, month or year at midnight from now on, or once now.
    #[must_use]
    pub const fn every(period: RecurrencePeriod) -> Self {
        let time_of_day = Duration::ZERO;
        Self { period, step: 1, day: None, time_of_day, from: None, until: None, due_count_max: None }
    }

    /// Once, at that moment.
    #[must_use]
    pub const fn once(at: Instant) -> Self {
        Self { from: Some(at), ..Self::every(RecurrencePeriod::Once) }
    }

    /// The recurrence that this is when it is asked for at a moment.
    ///
    /// # Errors
    /// [`RecurrenceError`] where there is no such thing.
    pub fn asked_for_at(&self, now: Instant) -> Result<Recurrence, RecurrenceError> {
        let from = self.from.unwrap_or_else(|| now.checked_next().unwrap_or(now));
        let day = self.day_of_month(from)?;
        let first_due_at =
            if self.period == RecurrencePeriod::Once { self.from.unwrap_or(now) } else { self.first(from, day)? };
        Recurrence::new(RecurrenceParts {
            period: self.period,
            step: self.step,
            day,
            first_due_at,
            until: self.until,
            due_count_max: self.due_count_max,
        })
    }

    fn day_of_month(&self, from: Instant) -> Result<Option<u8>, RecurrenceError> {
        match (self.period, self.day) {
            (RecurrencePeriod::Month | RecurrencePeriod::Year, Some(DueDay::OfMonth(day @ 1..=super::DAY_MAX))) => {
                Ok(Some(day))
            }
            (RecurrencePeriod::Month | RecurrencePeriod::Year, Some(DueDay::OfMonth(day))) => {
                Err(RecurrenceError::Day { day })
            }
            (RecurrencePeriod::Month | RecurrencePeriod::Year, None) => Ok(u8::try_from(from.date().day()).ok()),
            (RecurrencePeriod::Once | RecurrencePeriod::Day | RecurrencePeriod::Week, None)
            | (RecurrencePeriod::Week, Some(DueDay::OfWeek(_))) => Ok(None),
            (period, Some(_)) => Err(RecurrenceError::DayUnfit { period }),
        }
    }

    /// The first moment that fits, not before `from`.
    fn first(&self, from: Instant, day: Option<u8>) -> Result<Instant, RecurrenceError> {
        let time = i64::try_from(self.time_of_day.as_micros()).ok().filter(|micros| *micros < MICROS_PER_DAY);
        let time = time.ok_or(RecurrenceError::TimeOfDay)?;
        let date = from.date();
        let that_day = at_time_of(date, time).ok_or(RecurrenceError::TooLate)?;
        // Which one of them depends on the time of day, and on whether the month's day has passed.
        let fits = |moment: Option<Instant>| moment.filter(|moment| *moment >= from);
        let days_later = |days: i64| Instant::from_micros(that_day.micros() + days * MICROS_PER_DAY);
        let first = match (self.period, day) {
            (RecurrencePeriod::Once | RecurrencePeriod::Day, _) => fits(Some(that_day)).or_else(|| days_later(1)),
            (RecurrencePeriod::Week, _) => {
                let days = self.days_to_weekday(date);
                fits(days_later(days)).or_else(|| days_later(days + DAYS_PER_WEEK))
            }
            (RecurrencePeriod::Month, Some(day)) => {
                fits(in_month(that_day, 0, day)).or_else(|| in_month(that_day, 1, day))
            }
            (RecurrencePeriod::Year, Some(day)) => {
                fits(in_month(that_day, 0, day)).or_else(|| in_month(that_day, MONTHS_PER_YEAR, day))
            }
            (RecurrencePeriod::Month | RecurrencePeriod::Year, None) => None,
        };
        first.ok_or(RecurrenceError::TooLate)
    }

    fn days_to_weekday(&self, date: NaiveDate) -> i64 {
        let Some(DueDay::OfWeek(weekday)) = self.day else { return 0 };
        let place = Weekday::ALL.iter().zip(0_i64..).find(|(one, _)| **one == weekday).map_or(0, |(_, place)| place);
        (place - i64::from(date.weekday().num_days_from_monday())).rem_euclid(DAYS_PER_WEEK)
    }
}
