//! Times as people write them: days, months and years of UTC, and moments with their offset.

use crate::error::InputError;
use crate::facts::{Instant, Period};

/// A moment, or the first and the last one of a day, a month or a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moments {
    /// The first.
    pub first: Instant,
    /// The last.
    pub last: Instant,
}

/// Reads `2026`, `2026-09`, `2026-09-01`, `today`, `yesterday` or `2026-09-01T12:00:00+02:00`. A span begins with the first moment of what
/// is read, and ends before it; a report as of it goes up to its last.
///
/// # Errors
/// [`InputError::Moment`] for anything else, such as a moment without an offset.
pub fn read_moments(text: &str, now: Instant) -> Result<Moments, InputError> {
    let unread = || InputError::Moment { text: text.chars().take(40).collect() };
    let period = match text {
        "today" => Some(day_of(now)),
        "yesterday" => day_of(now).begin().previous().map(day_of),
        _ => text.parse().ok(),
    };
    match period {
        Some(period) => Ok(whole(period)),
        None => text.parse().map(|moment| Moments { first: moment, last: moment }).map_err(|_| unread()),
    }
}

/// Reads a month of UTC, `2026-09`.
///
/// # Errors
/// [`InputError::Moment`] for anything else.
pub fn read_month(text: &str) -> Result<Moments, InputError> {
    let month = text.parse().ok().filter(|_| text.len() == "2026-09".len());
    month.map(whole).ok_or_else(|| InputError::Moment { text: text.chars().take(40).collect() })
}

fn whole(period: Period) -> Moments {
    let last = match period.end() {
        // The last period ends with time.
        Instant::MAX => Instant::MAX,
        end => end.previous().unwrap_or(end),
    };
    Moments { first: period.begin(), last }
}

fn day_of(moment: Instant) -> Period {
    let day: String = moment.to_string().chars().take("2026-09-01".len()).collect();
    day.parse().unwrap_or_else(|_| unreachable!("every moment lies in a day"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, String)> {
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        read_moments(text, now).ok().map(|moments| (moments.first.to_string(), moments.last.to_string()))
    }

    #[test]
    fn a_day_a_month_and_a_year_are_read_with_their_ends() {
        for (text, first, last) in [
            ("2026", "2026-01-01T00:00:00.000000Z", "2026-12-31T23:59:59.999999Z"),
            ("2024-02", "2024-02-01T00:00:00.000000Z", "2024-02-29T23:59:59.999999Z"),
            ("2026-09-01", "2026-09-01T00:00:00.000000Z", "2026-09-01T23:59:59.999999Z"),
            ("today", "2026-03-01T00:00:00.000000Z", "2026-03-01T23:59:59.999999Z"),
            ("yesterday", "2026-02-28T00:00:00.000000Z", "2026-02-28T23:59:59.999999Z"),
            ("2026-09-01T12:00:00+02:00", "2026-09-01T10:00:00.000000Z", "2026-09-01T10:00:00.000000Z"),
            ("9999", "9999-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(read(text), Some((first.to_owned(), last.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        for text in
            ["", "2026-9", "2026-13", "2026-02-30", "01/02/2026", "2026-09-01T12:00:00", "Today", "26", "2026-09-01 "]
        {
            assert_eq!(read(text), None, "{text:?}");
        }
        assert!(read_month("2026").is_err() && read_month("2026-09-01").is_err() && read_month("2026-09").is_ok());
    }
}
