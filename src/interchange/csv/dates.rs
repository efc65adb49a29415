//! How dates are written in a file.

use std::str::FromStr;

use chrono::format::{Fixed, Item, Numeric, Parsed, StrftimeItems, parse};

use crate::facts::{Instant, Period};

/// A form of dates in the notation of `strftime`, such as `%d.%m.%Y`. A time of day may stand in it, and an offset. A day stands for its
/// first moment, and without an offset it is a day of UTC.
///
/// ```
/// use teller::interchange::DateFormat;
///
/// let format: DateFormat = "%d.%m.%Y".parse()?;
/// assert_eq!(format.read("31.12.2026")?.to_string(), "2026-12-31T00:00:00.000000Z");
/// assert!(format.read("12/31/2026").is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateFormat {
    text: String,
    items: Vec<Item<'static>>,
    has_short_year: bool,
}

impl DateFormat {
    /// Reads a date.
    ///
    /// # Errors
    /// What is wrong with it, and how it should be written.
    pub fn read(&self, text: &str) -> Result<Instant, String> {
        self.moment(text).ok_or_else(|| format!("{text:?} is not a date that is written like {}", self.text))
    }

    fn moment(&self, text: &str) -> Option<Instant> {
        let mut parsed = Parsed::new();
        parse(&mut parsed, text, self.items.iter()).ok()?;
        // `26` is no year, where the format asks for all four digits.
        if !self.has_short_year && parsed.year()? < 1000 {
            return None;
        }
        let moment = if let Ok(moment) = parsed.to_datetime() {
            moment.to_utc()
        } else {
            let day = parsed.to_naive_date().ok()?;
            day.and_time(parsed.to_naive_time().unwrap_or_default()).and_utc()
        };
        Instant::from_micros(moment.timestamp_micros())
    }
}

/// Reads a moment with its offset, or a day of UTC, `2026-09-01`, which stands for its first moment. `None` for anything else.
pub(crate) fn read_usual(text: &str) -> Option<Instant> {
    match text.parse::<Period>() {
        Ok(period) if text.len() == "2026-09-01".len() => Some(period.begin()),
        _ => text.parse().ok(),
    }
}

impl FromStr for DateFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unread = || format!("{text:?} has something that is no part of a date; write it like %d.%m.%Y or %m/%d/%y");
        let items = StrftimeItems::new(text).parse_to_owned().map_err(|_| unread())?;
        let has = |wanted: &[Numeric]| {
            items.iter().any(|item| matches!(item, Item::Numeric(numeric, _) if wanted.contains(numeric)))
        };
        let has_short_year = has(&[Numeric::YearMod100]);
        let has_month_name =
            items.iter().any(|item| matches!(item, Item::Fixed(Fixed::ShortMonthName | Fixed::LongMonthName)));
        let is_date = (has(&[Numeric::Year]) || has_short_year)
            && (has(&[Numeric::Month]) || has_month_name)
            && has(&[Numeric::Day]);
        if is_date {
            Ok(Self { text: text.to_owned(), items, has_short_year })
        } else {
            Err(format!("{text:?} lacks the day, the month or the year; write it like %d.%m.%Y or %m/%d/%y"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, text: &str) -> Option<String> {
        format.parse::<DateFormat>().unwrap().read(text).ok().map(|moment| moment.to_string())
    }

    #[test]
    fn dates_are_read_as_their_format_says() {
        for (format, text, moment) in [
            ("%d.%m.%Y", "01.09.2026", "2026-09-01T00:00:00.000000Z"),
            ("%d.%m.%Y", "1.9.2026", "2026-09-01T00:00:00.000000Z"),
            ("%m/%d/%y", "09/01/26", "2026-09-01T00:00:00.000000Z"),
            ("%Y%m%d", "20260901", "2026-09-01T00:00:00.000000Z"),
            ("%d %b %Y", "1 Sep 2026", "2026-09-01T00:00:00.000000Z"),
            ("%Y-%m-%d %H:%M", "2026-09-01 13:30", "2026-09-01T13:30:00.000000Z"),
            ("%Y-%m-%dT%H:%M:%S%z", "2026-09-01T13:30:00+0200", "2026-09-01T11:30:00.000000Z"),
        ] {
            assert_eq!(read(format, text).as_deref(), Some(moment), "{format}: {text}");
        }
    }

    #[test]
    fn what_is_no_such_date_is_refused() {
        for (format, text) in [
            ("%d.%m.%Y", "30.02.2026"),
            ("%d.%m.%Y", "01.09.26"),
            ("%d.%m.%Y", "01.09.2026 "),
            ("%d.%m.%Y", "09/01/2026"),
            ("%d.%m.%Y", ""),
            ("%Y-%m-%d %H:%M", "2026-09-01 25:00"),
        ] {
            assert_eq!(read(format, text), None, "{format}: {text}");
        }
    }

    #[test]
    fn a_format_has_a_day_a_month_and_a_year() {
        for text in ["", "%d.%m", "%Y-%m", "%H:%M", "%q", "DD.MM.YYYY"] {
            assert!(text.parse::<DateFormat>().is_err(), "{text}");
        }
    }

    #[test]
    fn without_a_format_a_day_or_a_moment_is_read() {
        let read = |text| read_usual(text).map(|moment| moment.to_string());
        assert_eq!(read("2026-09-01"), read("2026-09-01T02:00:00+02:00"));
        for text in ["2026", "2026-09", "01.09.2026", "2026-09-01T00:00:00"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
