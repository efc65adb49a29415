use std::time::Duration;

use crate::error::InputError;

/// Reads a length of time: `90s`, `30m`, `12h`, `7d`, `1h 30m`.
///
/// # Errors
/// [`InputError::Duration`] for anything else, and for parts of a microsecond.
pub fn read_duration(text: &str) -> Result<Duration, InputError> {
    let whole = |duration: &Duration| duration.subsec_nanos().is_multiple_of(1_000);
    // Months and years differ in length, and `1M` is easily taken for a minute.
    let is_calendar = |word: &str| matches!(word, "M" | "month" | "months" | "y" | "yr" | "yrs" | "year" | "years");
    let has_calendar = text.split(|letter: char| !letter.is_alphabetic()).any(is_calendar);
    let duration = humantime::parse_duration(text).ok().filter(whole).filter(|_| !has_calendar);
    duration.ok_or_else(|| InputError::Duration { text: text.chars().take(40).collect() })
}
