//! When something recurs: computed from its first moment and a number, so that nothing drifts. All of it is in UTC.

mod request;
#[cfg(test)]
mod tests;

use chrono::{Datelike, NaiveDate};
use thiserror::Error;

use crate::facts::instant::Instant;

pub use request::{DueDay, RecurrenceRequest, Weekday};

const MICROS_PER_DAY: i64 = 24 * 60 * 60 * 1_000_000;
const DAYS_PER_WEEK: i64 = 7;
const MONTHS_PER_YEAR: i64 = 12;
const DAY_MAX: u8 = 31;

/// The most periods from one moment to the next.
const STEP_MAX: u32 = 9_999;

/// What is counted from one moment to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecurrencePeriod {
    /// Nothing: there is one moment.
    Once,
    /// Days.
    Day,
    /// Weeks.
    Week,
    /// Months of the calendar.
    Month,
    /// Years of the calendar.
    Year,
}

words!(RecurrencePeriod {
    Once = "once",
    Day = "day",
    Week = "week",
    Month = "month",
    Year = "year",
});

/// The moments at which something is due, counted from 0. Valid once it is made.
///
/// Those of months and years are on the day that is meant, or on the last one of a month that lacks it: the 31st of January is followed
/// by the 28th or 29th of February and the 31st of March.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recurrence {
    period: RecurrencePeriod,
    step: u32,
    day: Option<u8>,
    first_due_at: Instant,
    until: Option<Instant>,
    due_count_max: Option<u32>,
}

/// What a recurrence is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecurrenceParts {
    /// What is counted.
    pub period: RecurrencePeriod,
    /// So many of them from one moment to the next: 1 to 9,999.
    pub step: u32,
    /// The day of the month that is meant, 1 to 31, for months and years; the first moment is on it, or on the last one of its month.
    pub day: Option<u8>,
    /// The moment with the number 0.
    pub first_due_at: Instant,
    /// No moment is later.
    pub until: Option<Instant>,
    /// How many moments there are at most.
    pub due_count_max: Option<u32>,
}

impl Recurrence {
    /// A recurrence of these parts.
    ///
    /// # Errors
    /// [`RecurrenceError`] where they do not fit each other.
    pub fn new(parts: RecurrenceParts) -> Result<Self, RecurrenceError> {
        let RecurrenceParts { period, step, day, first_due_at, until, due_count_max } = parts;
        if !(1..=STEP_MAX).contains(&step) {
            return Err(RecurrenceError::Step { step });
        }
        check_day(period, day, first_due_at)?;
        if due_count_max == Some(0) {
            return Err(RecurrenceError::Count);
        }
        match until {
            Some(until) if until < first_due_at => Err(RecurrenceError::EndsBefore { first_due_at, until }),
            _ => Ok(Self { period, step, day, first_due_at, until, due_count_max }),
        }
    }

    /// What it is made of.
    #[must_use]
    pub const fn parts(&self) -> RecurrenceParts {
        let Self { period, step, day, first_due_at, until, due_count_max } = *self;
        RecurrenceParts { period, step, day, first_due_at, until, due_count_max }
    }

    /// The moment of that number, or `None` where there are not so many.
    #[must_use]
    pub fn nth(&self, number: u32) -> Option<Instant> {
        let is_counted = self.due_count_max.is_none_or(|max| number < max);
        let is_meant = is_counted && (number == 0 || self.period != RecurrencePeriod::Once);
        let due_at = if is_meant { self.moment(i64::from(number) * i64::from(self.step)) } else { None };
        due_at.filter(|due_at| self.until.is_none_or(|until| *due_at <= until))
    }

    /// The moment so many periods behind the first, or `None` outside the years 1 to 9999.
    fn moment(&self, periods: i64) -> Option<Instant> {
        let days = |days: i64| {
            let micros = days.checked_mul(MICROS_PER_DAY)?.checked_add(self.first_due_at.micros())?;
            Instant::from_micros(micros)
        };
        match (self.period, self.day) {
            (RecurrencePeriod::Once, _) => Some(self.first_due_at),
            (RecurrencePeriod::Day, _) => days(periods),
            (RecurrencePeriod::Week, _) => days(periods * DAYS_PER_WEEK),
            (RecurrencePeriod::Month, Some(day)) => in_month(self.first_due_at, periods, day),
            (RecurrencePeriod::Year, Some(day)) => in_month(self.first_due_at, periods * MONTHS_PER_YEAR, day),
            (RecurrencePeriod::Month | RecurrencePeriod::Year, None) => None,
        }
    }
}

fn check_day(period: RecurrencePeriod, day: Option<u8>, first_due_at: Instant) -> Result<(), RecurrenceError> {
    match (period, day) {
        (RecurrencePeriod::Month | RecurrencePeriod::Year, Some(day)) if (1..=DAY_MAX).contains(&day) => {
            match in_month(first_due_at, 0, day) {
                Some(meant) if meant == first_due_at => Ok(()),
                _ => Err(RecurrenceError::FirstOnAnotherDay { first_due_at, day }),
            }
        }
        (RecurrencePeriod::Month | RecurrencePeriod::Year, Some(day)) => Err(RecurrenceError::Day { day }),
        (RecurrencePeriod::Month | RecurrencePeriod::Year, None) | (_, Some(_)) => {
            Err(RecurrenceError::DayUnfit { period })
        }
        (_, None) => Ok(()),
    }
}

/// The moment so many months later, at the same time of day, on a day or on the last one of a month that lacks it.
fn in_month(moment: Instant, months: i64, day: u8) -> Option<Instant> {
    let date = moment.date();
    let month = i64::from(date.year()) * MONTHS_PER_YEAR + i64::from(date.month0()) + months;
    let year = i32::try_from(month.div_euclid(MONTHS_PER_YEAR)).ok()?;
    let first = NaiveDate::from_ymd_opt(year, u32::try_from(month.rem_euclid(MONTHS_PER_YEAR)).ok()? + 1, 1)?;
    let date = first.with_day(u32::from(day.min(first.num_days_in_month())))?;
    at_time_of(date, moment.micros().rem_euclid(MICROS_PER_DAY))
}

fn at_time_of(date: NaiveDate, micros_of_day: i64) -> Option<Instant> {
    Instant::from_micros(i64::from(date.to_epoch_days()) * MICROS_PER_DAY + micros_of_day)
}

/// Why something cannot recur so.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecurrenceError {
    /// A step that leads nowhere, or too far.
    #[error("{step} periods cannot lie between two transfers; give 1 to {STEP_MAX}")]
    Step {
        /// What was given.
        step: u32,
    },
    /// A day that no month has.
    #[error("no month has a day {day}; give 1 to {DAY_MAX}: a shorter month takes its last day")]
    Day {
        /// What was given.
        day: u8,
    },
    /// A day that does not go with the period.
    #[error(
        "that day does not go with {period}; weeks take a weekday, months and years a day of the month, others none"
    )]
    DayUnfit {
        /// The period.
        period: RecurrencePeriod,
    },
    /// A first moment on another day than all others.
    #[error("the first transfer is due at {first_due_at}, which is not on day {day}")]
    FirstOnAnotherDay {
        /// The first moment.
        first_due_at: Instant,
        /// The day that is meant.
        day: u8,
    },
    /// No transfer at all.
    #[error("a schedule of no transfers does nothing; give a count of at least 1")]
    Count,
    /// An end before the beginning.
    #[error("the schedule ends at {until}, before its first transfer at {first_due_at}; give a later end")]
    EndsBefore {
        /// The first moment.
        first_due_at: Instant,
        /// The end.
        until: Instant,
    },
    /// A time of day that no day has.
    #[error("a day has no time so long after midnight; give less than 24 hours")]
    TimeOfDay,
    /// A first moment that cannot be written.
    #[error("the first transfer would be due after the year 9999; give an earlier beginning")]
    TooLate,
}

input_code!(RecurrenceError = "recurrence_invalid");
