//! Reading the date, the time of day and the due day of a recurring transfer.

use std::time::Duration;

use crate::error::InputError;
use crate::facts::{DueDay, Instant, Weekday};

/// Reads a date, `2026-01-31`: the moment at which it begins in UTC.
///
/// # Errors
/// [`InputError::Request`] for anything else.
pub fn read_date(text: &str) -> Result<Instant, InputError> {
    let is_date = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let moment = if is_date { format!("{text}T00:00:00Z").parse().ok() } else { None };
    moment.ok_or_else(|| {
        let text: String = text.chars().take(40).collect();
        InputError::request(format!("{text:?} is not a date of the calendar; write it like 2026-01-31"))
    })
}

/// Reads a time of day, `09:30`: the time since midnight.
///
/// # Errors
/// [`InputError::Request`] for anything else.
pub fn read_time_of_day(text: &str) -> Result<Duration, InputError> {
    let part = |text: &str, end: u64| {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u64>().ok().filter(|number| is_number && *number < end)
    };
    let time = text.split_once(':').and_then(|(hours, minutes)| part(hours, 24).zip(part(minutes, 60)));
    time.map(|(hours, minutes)| Duration::from_mins(hours * 60 + minutes)).ok_or_else(|| {
        let text: String = text.chars().take(40).collect();
        InputError::request(format!("{text:?} is not a time of day; write it like 09:30, in UTC"))
    })
}

/// Reads the day on which something is due: a day of the month, `31`, or of the week, `friday`.
///
/// # Errors
/// [`InputError::Request`] for anything else.
pub fn read_due_day(text: &str) -> Result<DueDay, InputError> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let of_month = || text.parse::<u8>().ok().filter(|day| is_number && (1..=31).contains(day)).map(DueDay::OfMonth);
    let of_week = || Weekday::from_word(&text.to_lowercase()).map(DueDay::OfWeek);
    of_month().or_else(of_week).ok_or_else(|| {
        let text: String = text.chars().take(40).collect();
        InputError::request(format!("{text:?} is not a day; give 1 to 31, or a weekday like friday"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_quite_a_date_a_time_or_a_day_is_refused() {
        for text in ["2026-02-30", "2026-1-31", "2026-01-31T00:00:00Z", "26-01-31", "0000-01-01", "+026-01-01", ""] {
            assert!(read_date(text).is_err(), "{text}");
        }
        for text in ["24:00", "9:30", "09:60", "0930", "09:30:00", "+9:30", "09:30Z", ""] {
            assert!(read_time_of_day(text).is_err(), "{text}");
        }
        for text in ["0", "32", "256", "+1", "-1", "1.0", "fri", "last", ""] {
            assert!(read_due_day(text).is_err(), "{text}");
        }
        assert_eq!(read_date("2026-01-31").unwrap(), "2026-01-31T00:00:00Z".parse().unwrap());
        assert_eq!(read_time_of_day("23:59").unwrap(), Duration::from_mins(1_439));
        assert_eq!(read_due_day("31").unwrap(), DueDay::OfMonth(31));
        assert_eq!(read_due_day("Friday").unwrap(), DueDay::OfWeek(Weekday::Friday));
    }
}
