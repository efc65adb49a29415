//! A moment, in microseconds of UTC.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use thiserror::Error;

/// A moment: microseconds since 1970-01-01T00:00:00Z, between the years 1 and 9999.
///
/// ```
/// use teller_ledger_core::facts::Instant;
///
/// let noon: Instant = "2026-01-31T16:00:00+04:00".parse()?;
/// assert_eq!(noon, "2026-01-31T12:00:00Z".parse()?);
/// assert_eq!(noon.to_string(), "2026-01-31T12:00:00.000000Z");
/// # Ok::<(), teller_ledger_core::facts::InstantError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);
    /// 9999-12-31T23:59:59.999999Z.
    pub const MAX: Self = Self(253_402_300_799_999_999);

    /// The moment so many microseconds after 1970 began, or `None` outside the years 1 to 9999.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Option<Self> {
        if micros < Self::MIN.0 || micros > Self::MAX.0 {
            return None;
        }
        Some(Self(micros))
    }

    /// Microseconds since 1970 began.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The next moment that can be told apart, one microsecond later.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The moment before, or `None` before the first one there is.
    #[must_use]
    pub const fn previous(self) -> Option<Self> {
        Self::from_micros(self.0 - 1)
    }

    /// The moment behind, or `None` behind the last one there is.
    #[must_use]
    pub const fn checked_next(self) -> Option<Self> {
        Self::from_micros(self.0 + 1)
    }

    /// Whether both lie in one day of UTC.
    #[must_use]
    pub fn is_same_day(self, other: Self) -> bool {
        self.date() == other.date()
    }

    /// The day of UTC that it lies in.
    pub(crate) fn date(self) -> NaiveDate {
        // Every moment that there is has a day.
        DateTime::<Utc>::from_timestamp_micros(self.0).map_or(NaiveDate::MIN, |time| time.date_naive())
    }

    /// The moment so much earlier, or the first one there is.
    #[must_use]
    pub fn before(self, time: Duration) -> Self {
        let micros = i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(micros).max(Self::MIN.0))
    }

    /// The moment so much later, or the last one there is.
    #[must_use]
    pub fn after(self, time: Duration) -> Self {
        let micros = i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(micros).min(Self::MAX.0))
    }
}

impl FromStr for Instant {
    type Err = InstantError;

    /// Reads RFC 3339 with an offset. Digits finer than a microsecond are refused, and so is the second 60, which no clock here has.
    fn from_str(text: &str) -> Result<Self, InstantError> {
        let invalid = || InstantError { text: text.chars().take(40).collect() };
        let time = DateTime::parse_from_rfc3339(text).map_err(|_| invalid())?;
        // The reader takes a leap second, `:60`, for the next minute, which is not what is written.
        let nanos = time.timestamp_subsec_nanos();
        if nanos % 1_000 != 0 || nanos >= 1_000_000_000 {
            return Err(invalid());
        }
        Self::from_micros(time.timestamp_micros()).ok_or_else(invalid)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::<Utc>::from_timestamp_micros(self.0) {
            Some(time) => f.write_str(&time.to_rfc3339_opts(SecondsFormat::Micros, true)),
            None => write!(f, "{} microseconds since 1970", self.0),
        }
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text that is not a moment.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{text:?} is not a time; write it with its offset, like 2026-01-31T12:00:00Z or 2026-01-31T16:00:00+04:00")]
#[non_exhaustive]
pub struct InstantError {
    /// What was given, shortened to 40 characters.
    pub text: String,
}

input_code!(InstantError = "time_invalid");

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn a_time_without_an_offset_or_off_the_calendar_is_refused() {
        for text in [
            "2026-01-31T12:00:00",
            "2026-01-31",
            "2026-02-30T12:00:00Z",
            "now",
            "",
            "0000-01-01T00:00:00Z",
            "2026-01-31T12:00:60Z",
            "2016-12-31T23:59:60Z",
            "2016-12-31T23:59:60.5Z",
            "2026-01-31T24:00:00Z",
            "2026-01-31T12:00:00.0000001Z",
            "2026-01-31T12:00:60Z",
            "2016-12-31T23:59:60Z",
            "2026-01-31T12:00:60.5+01:00",
            "2026-01-31T12:60:00Z",
            "2026-01-31T24:00:00Z",
        ] {
            assert!(text.parse::<Instant>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_bounds_are_printed_and_read_back() {
        for instant in [Instant::MIN, Instant::MAX, Instant(0), Instant(-1)] {
            assert_eq!(instant.to_string().parse(), Ok(instant));
        }
    }
}
