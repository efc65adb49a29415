//! Times as people write them: days, months and years of a time zone, times of its clocks, and moments with their offset.
//!
//! What belongs here: reading them, and the arithmetic of local times. What does not: the rules of named zones, which the caller brings as a
//! [`TimeZone`].

use crate::error::InputError;
use crate::facts::{Instant, Period};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// How the clocks of a place stand to UTC.
pub trait TimeZone {
    /// By how many seconds its clocks are ahead of UTC at a moment.
    fn offset_seconds(&self, at: Instant) -> i32;
}

/// Coordinated Universal Time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Utc;

impl TimeZone for Utc {
    fn offset_seconds(&self, _: Instant) -> i32 {
        0
    }
}

/// A moment, or the first and the last one of a day, a month or a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moments {
    /// The first.
    pub first: Instant,
    /// The last.
    pub last: Instant,
}

/// Reads `2026`, `2026-09`, `2026-09-01`, `today`, `yesterday`, `2026-09-01T12:00` by the clocks of a zone, or
/// `2026-09-01T12:00:00+02:00`. A span begins with the first moment of what is read, and ends before it; a balance as of it goes up to its
/// last.
///
/// # Errors
/// [`InputError::Moment`] for anything else, and [`InputError::LocalTime`] for a time that the clocks of the zone show twice or never, and
/// for a day that they pass over as a whole.
pub fn read_moments(text: &str, now: Instant, zone: &dyn TimeZone) -> Result<Moments, InputError> {
    let period = match text {
        "today" => Some(day_of(local_time(now, zone))),
        "yesterday" => {
            let today = day_of(local_time(now, zone)).begin();
            first_moment(today, zone).previous().map(|before| day_of(local_time(before, zone)))
        }
        _ => text.parse().ok(),
    };
    if let Some(period) = period {
        let moments = whole(period, zone);
        let never = || InputError::LocalTime { text: text.to_owned(), shown: "never" };
        return if moments.first <= moments.last { Ok(moments) } else { Err(never()) };
    }
    let moment = match with_seconds(text).parse() {
        Ok(moment) => moment,
        Err(_) => read_local_time(text, zone)?,
    };
    Ok(Moments { first: moment, last: moment })
}

/// Reads a month, `2026-09`, of a zone.
///
/// # Errors
/// [`InputError::Month`] for anything else.
pub fn read_month(text: &str, zone: &dyn TimeZone) -> Result<Moments, InputError> {
    let month = text.parse().ok().filter(|_| text.len() == "2026-09".len());
    let unread = || InputError::Month { text: text.chars().take(40).collect() };
    month.map(|month| whole(month, zone)).ok_or_else(unread)
}

/// What the clocks of a zone show at a moment, as if that were UTC.
#[must_use]
pub fn local_time(at: Instant, zone: &dyn TimeZone) -> Instant {
    clamped(at.micros() + offset(at.micros(), zone))
}

/// The first moment at which the clocks of a zone show a time, or a later one where they pass it over. The time is given as if it were UTC.
#[must_use]
pub fn first_moment(local: Instant, zone: &dyn TimeZone) -> Instant {
    match shown_at(local, zone) {
        Shown::Once(moment) | Shown::Twice(moment) | Shown::Never(moment) => moment,
    }
}

/// When the clocks of a zone show a time.
enum Shown {
    Once(Instant),
    /// At this moment, and again after they were set back.
    Twice(Instant),
    /// They were set past it at this moment.
    Never(Instant),
}

fn shown_at(local: Instant, zone: &dyn TimeZone) -> Shown {
    let time = local.micros();
    let around = [time - DAY, time + DAY].map(|micros| offset(micros, zone));
    let (early, late) = (time - around[0].max(around[1]), time - around[0].min(around[1]));
    let is_shown = |micros: i64| micros + offset(micros, zone) == time;
    match (is_shown(early), is_shown(late)) {
        (true, true) if early != late => Shown::Twice(clamped(early)),
        (true, _) => Shown::Once(clamped(early)),
        (false, true) => Shown::Once(clamped(late)),
        (false, false) => Shown::Never(clamped(first_behind(time, [early, late], zone))),
    }
}

/// The first moment between two at which the clocks show a time or a later one.
fn first_behind(time: i64, [mut before, mut behind]: [i64; 2], zone: &dyn TimeZone) -> i64 {
    while behind - before > 1 {
        let middle = before + (behind - before) / 2;
        if middle + offset(middle, zone) < time {
            before = middle;
        } else {
            behind = middle;
        }
    }
    behind
}

fn offset(micros: i64, zone: &dyn TimeZone) -> i64 {
    i64::from(zone.offset_seconds(clamped(micros))) * SECOND
}

fn clamped(micros: i64) -> Instant {
    let bounded = micros.clamp(Instant::MIN.micros(), Instant::MAX.micros());
    Instant::from_micros(bounded).unwrap_or(Instant::MAX)
}

/// A time to the minute as one to the second: `2026-09-01T12:00Z`.
fn with_seconds(text: &str) -> String {
    match text.split_at_checked("2026-09-01T12:00".len()) {
        Some((time, offset)) if offset.starts_with(['Z', '+', '-']) => format!("{time}:00{offset}"),
        Some(_) | None => text.to_owned(),
    }
}

/// `2026-09-01T12:00` and `2026-09-01 12:00:30.5`.
fn read_local_time(text: &str, zone: &dyn TimeZone) -> Result<Instant, InputError> {
    let seconds = if text.len() == "2026-09-01T12:00".len() { ":00" } else { "" };
    let local = format!("{text}{seconds}Z").parse().map_err(|_| unread(text))?;
    match shown_at(local, zone) {
        Shown::Once(moment) => Ok(moment),
        Shown::Twice(_) => Err(InputError::LocalTime { text: text.to_owned(), shown: "twice" }),
        Shown::Never(_) => Err(InputError::LocalTime { text: text.to_owned(), shown: "never" }),
    }
}

fn unread(text: &str) -> InputError {
    InputError::Moment { text: text.chars().take(40).collect() }
}

fn whole(period: Period, zone: &dyn TimeZone) -> Moments {
    let last = match period.end() {
        // The last period ends with time.
        Instant::MAX => Instant::MAX,
        end => first_moment(end, zone).previous().unwrap_or(end),
    };
    Moments { first: first_moment(period.begin(), zone), last }
}

fn day_of(moment: Instant) -> Period {
    let day: String = moment.to_string().chars().take("2026-09-01".len()).collect();
    day.parse().unwrap_or_else(|_| unreachable!("every moment lies in a day"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As in Berlin in 2026: an hour ahead of UTC, and two in summer.
    struct Summer;

    impl TimeZone for Summer {
        fn offset_seconds(&self, at: Instant) -> i32 {
            let between = |from: &str, to: &str| (from.parse().unwrap()..to.parse().unwrap()).contains(&at);
            if between("2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z") { 7_200 } else { 3_600 }
        }
    }

    /// A place that left out the first half hour of a day, as some do when summer begins.
    struct WithoutMidnight;

    impl TimeZone for WithoutMidnight {
        fn offset_seconds(&self, at: Instant) -> i32 {
            if at < "2026-03-29T00:00:00Z".parse().unwrap() { 0 } else { 1_800 }
        }
    }

    /// A place that went over the date line and left a whole day out, as Samoa did with the 30th of December 2011.
    struct WithoutADay;

    impl TimeZone for WithoutADay {
        fn offset_seconds(&self, at: Instant) -> i32 {
            if at < "2011-12-30T10:00:00Z".parse().unwrap() { -36_000 } else { 50_400 }
        }
    }

    #[test]
    fn a_day_that_never_was_is_refused() {
        let now = "2011-12-31T00:00:00Z".parse().unwrap();
        let refused = read_moments("2011-12-30", now, &WithoutADay).unwrap_err();
        assert!(refused.to_string().contains("2011-12-30"), "{refused}");
        let day = |text| read_moments(text, now, &WithoutADay).map(|day| (day.first.to_string(), day.last.to_string()));
        assert_eq!(day("2011-12-29").unwrap().1, "2011-12-30T09:59:59.999999Z");
        assert_eq!(day("2011-12-31").unwrap().0, "2011-12-30T10:00:00.000000Z");
        assert_eq!(day("today").unwrap(), day("2011-12-31").unwrap());
        assert_eq!(day("yesterday").unwrap(), day("2011-12-29").unwrap());
        assert!(day("2011-12").is_ok() && day("2011").is_ok());
    }

    fn read(text: &str, zone: &dyn TimeZone) -> Option<(String, String)> {
        let now = "2026-03-01T23:30:00Z".parse().unwrap();
        read_moments(text, now, zone).ok().map(|moments| (moments.first.to_string(), moments.last.to_string()))
    }

    #[track_caller]
    fn check(text: &str, zone: &dyn TimeZone, first: &str, last: &str) {
        assert_eq!(read(text, zone), Some((first.to_owned(), last.to_owned())), "{text}");
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
            ("2026-09-01T12:00+02:00", "2026-09-01T10:00:00.000000Z", "2026-09-01T10:00:00.000000Z"),
            ("2026-09-01T12:00", "2026-09-01T12:00:00.000000Z", "2026-09-01T12:00:00.000000Z"),
            ("2026-09-01 12:00:30.5", "2026-09-01T12:00:30.500000Z", "2026-09-01T12:00:30.500000Z"),
            ("9999", "9999-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"),
            ("0001", "0001-01-01T00:00:00.000000Z", "0001-12-31T23:59:59.999999Z"),
        ] {
            check(text, &Utc, first, last);
        }
    }

    #[test]
    fn days_and_times_are_those_of_the_zone() {
        for (text, first, last) in [
            ("2026-03-29", "2026-03-28T23:00:00.000000Z", "2026-03-29T21:59:59.999999Z"),
            ("2026-10-25", "2026-10-24T22:00:00.000000Z", "2026-10-25T22:59:59.999999Z"),
            ("2026-03", "2026-02-28T23:00:00.000000Z", "2026-03-31T21:59:59.999999Z"),
            ("today", "2026-03-01T23:00:00.000000Z", "2026-03-02T22:59:59.999999Z"),
            ("2026-07-01T12:00", "2026-07-01T10:00:00.000000Z", "2026-07-01T10:00:00.000000Z"),
            ("2026-07-01T12:00:00Z", "2026-07-01T12:00:00.000000Z", "2026-07-01T12:00:00.000000Z"),
            ("2026-03-29T03:00", "2026-03-29T01:00:00.000000Z", "2026-03-29T01:00:00.000000Z"),
            ("2026-03-29T01:59:59", "2026-03-29T00:59:59.000000Z", "2026-03-29T00:59:59.000000Z"),
        ] {
            check(text, &Summer, first, last);
        }
        check("2026-03-29", &WithoutMidnight, "2026-03-29T00:00:00.000000Z", "2026-03-29T23:29:59.999999Z");
        check("2026-03-28", &WithoutMidnight, "2026-03-28T00:00:00.000000Z", "2026-03-28T23:59:59.999999Z");
    }

    #[test]
    fn what_can_be_read_in_two_ways_or_in_none_is_refused() {
        for text in [
            "",
            "2026-9",
            "2026-13",
            "2026-02-30",
            "01/02/2026",
            "Today",
            "26",
            "2026-09-01 ",
            "2026-09-01T12",
            "12:00",
        ] {
            assert_eq!(read(text, &Utc), None, "{text:?}");
        }
        for (text, shown) in [("2026-10-25T02:30", "twice"), ("2026-03-29T02:30", "never")] {
            let refused = read_moments(text, Instant::EPOCH, &Summer).unwrap_err();
            assert!(refused.to_string().contains(shown), "{refused}");
        }
        assert!(read_month("2026", &Utc).is_err() && read_month("2026-09-01", &Utc).is_err());
        assert!(read_month("2026-09", &Utc).is_ok());
    }

    #[test]
    fn what_clocks_show_is_read_back() {
        for text in ["2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-12-01T00:00:00Z", "2026-07-01T12:00:00Z"] {
            let moment = text.parse().unwrap();
            assert_eq!(first_moment(local_time(moment, &Summer), &Summer), moment, "{text}");
        }
    }
}
