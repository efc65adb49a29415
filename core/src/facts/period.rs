//! Periods of effective time, which are closed when the books for them are.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime};
use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::facts::instant::Instant;

/// A year, a month or a day of UTC: `2026`, `2026-01`, `2026-01-31`. From its first moment up to that of the next one, which is not part
/// of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    pub(super) first_day: NaiveDate,
    pub(super) unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Unit {
    Year,
    Month,
    Day,
}

impl Unit {
    pub(super) const WIDEST_FIRST: [Self; 3] = [Self::Year, Self::Month, Self::Day];

    /// The period of this kind that a day lies in.
    pub(super) fn around(self, day: NaiveDate) -> Period {
        // Every month and every year has a first day.
        let first_day = match self {
            Self::Year => day.with_ordinal(1),
            Self::Month => day.with_day(1),
            Self::Day => Some(day),
        };
        Period { first_day: first_day.unwrap_or(day), unit: self }
    }
}

impl Period {
    /// Its first moment.
    #[must_use]
    pub fn begin(self) -> Instant {
        // A period that is read begins at a moment there is.
        first_moment(self.first_day).unwrap_or(Instant::MAX)
    }

    /// The first moment behind it.
    #[must_use]
    pub fn end(self) -> Instant {
        let next = match self.unit {
            Unit::Year => self.first_day.checked_add_months(Months::new(12)),
            Unit::Month => self.first_day.checked_add_months(Months::new(1)),
            Unit::Day => self.first_day.checked_add_days(Days::new(1)),
        };
        // Behind the last year that there is comes nothing.
        next.and_then(first_moment).unwrap_or(Instant::MAX)
    }

    /// Whether a moment lies in it.
    #[must_use]
    pub fn contains(self, at: Instant) -> bool {
        (self.begin()..self.end()).contains(&at)
    }
}

fn first_moment(day: NaiveDate) -> Option<Instant> {
    Instant::from_micros(day.and_time(NaiveTime::MIN).and_utc().timestamp_micros())
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let invalid = || PeriodError { text: text.chars().take(40).collect() };
        let (unit, day) = match text.len() {
            4 => (Unit::Year, format!("{text}-01-01")),
            7 => (Unit::Month, format!("{text}-01")),
            10 => (Unit::Day, text.to_owned()),
            _ => return Err(invalid()),
        };
        let first_day = NaiveDate::parse_from_str(&day, "%Y-%m-%d").map_err(|_| invalid())?;
        let period = Self { first_day, unit };
        // What is written another way, like +026 or 2026-1-1, is no name of a period: each has one.
        if first_moment(first_day).is_some() && period.to_string() == text { Ok(period) } else { Err(invalid()) }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = match self.unit {
            Unit::Year => "%Y",
            Unit::Month => "%Y-%m",
            Unit::Day => "%Y-%m-%d",
        };
        f.pad(&self.first_day.format(format).to_string())
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text that is not a period.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{text:?} is not a period; write a year, a month or a day of UTC, like 2026, 2026-01 or 2026-01-31")]
#[non_exhaustive]
pub struct PeriodError {
    /// What was given, shortened to 40 characters.
    pub text: String,
}

input_code!(PeriodError = "period_invalid");

#[cfg(test)]
mod tests {

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_holds_its_first_moment_and_not_the_next_ones() {
        for (period, first, behind) in [
            ("2024", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
            ("2024-02", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
            ("2024-12", "2024-12-01T00:00:00Z", "2025-01-01T00:00:00Z"),
            ("2024-02-29", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
        ] {
            let parsed: Period = period.parse().unwrap();
            assert_eq!(parsed.to_string(), period);
            assert!(parsed.contains(at(first)) && !parsed.contains(at(behind)), "{period}");
            assert!(!parsed.contains(at(first).previous().unwrap()), "{period}");
            assert!(parsed.contains(at(behind).previous().unwrap()), "{period}");
        }
    }

    #[test]
    fn what_no_calendar_has_is_no_period() {
        for text in
            ["", "26", "2026-13", "2026-02-30", "2026-1", "2026-1-01", "+026", "0000", "2026-01-31T", "Jan", " 2026"]
        {
            assert!(text.parse::<Period>().is_err(), "{text:?}");
        }
    }
}
