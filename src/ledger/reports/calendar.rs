//! The columns of a report: spans of UTC, and how they are named. Pure. Who wants those of another zone asks in its local time, as if that
//! were UTC.

use std::fmt;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc};

use crate::error::InputError;
use crate::facts::Instant;
use crate::ledger::reports::bound::Bound;

/// How many columns a report may have.
const PERIODS_MAX: usize = 1_000;

/// How long the columns of a report are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodUnit {
    /// From midnight to midnight.
    Day,
    /// From Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
    /// Three months, counted from the first month of the fiscal year.
    Quarter,
    /// A fiscal year.
    Year,
}

/// The month in which a fiscal year begins, 1 to 12.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FiscalYear {
    first_month: u32,
}

impl Default for FiscalYear {
    fn default() -> Self {
        Self { first_month: 1 }
    }
}

impl FiscalYear {
    /// A fiscal year that begins with the month of that number.
    ///
    /// # Errors
    /// [`InputError::Report`] where there is no such month.
    pub fn beginning_in(month: u32) -> Result<Self, InputError> {
        if (1..=12).contains(&month) {
            return Ok(Self { first_month: month });
        }
        Err(InputError::report(format!("a fiscal year begins in a month from 1 to 12, {month} was given")))
    }

    /// Where the fiscal year begins that a moment lies in.
    #[must_use]
    pub fn begin_around(self, moment: Instant) -> Bound {
        first_moment(self.first_day_around(date(moment), 12))
    }

    /// The first day of the part of `months` months, counted from the first month of the year, that a day lies in.
    fn first_day_around(self, day: NaiveDate, months: u32) -> NaiveDate {
        let behind = (day.month() + 12 - self.first_month) % months;
        let first_of_month = day.with_day(1).unwrap_or(day);
        first_of_month.checked_sub_months(Months::new(behind)).unwrap_or(first_of_month)
    }
}

/// With what a report is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportComparison {
    /// The span of the same length before.
    Previous,
    /// The same span a year earlier.
    Year,
}

/// A column of a report: from one place in time to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportPeriod {
    /// Where it begins.
    pub begin: Bound,
    /// Where it ends.
    pub end: Bound,
}

impl ReportPeriod {
    /// From one place to a later one.
    ///
    /// # Errors
    /// [`InputError::Span`] where the end is before the beginning.
    pub fn new(begin: Bound, end: Bound) -> Result<Self, InputError> {
        if begin > end {
            let moment = |bound: Bound| bound.next().unwrap_or(Instant::MAX);
            return Err(InputError::Span { from: moment(begin), to: moment(end) });
        }
        Ok(Self { begin, end })
    }

    /// Its parts, which begin where such parts of a calendar do; the first and the last can be shorter.
    ///
    /// # Errors
    /// [`InputError::Report`] where it has more than 1,000 parts. One without a beginning begins with the year 1.
    pub fn split(self, unit: PeriodUnit, year: FiscalYear) -> Result<Vec<Self>, InputError> {
        let first = self.begin.next().unwrap_or(Instant::MAX);
        let mut next_day = first_day_around(date(first), unit, year);
        let mut parts: Vec<Self> = Vec::new();
        let mut begin = self.begin;
        while begin < self.end || parts.is_empty() {
            if parts.len() == PERIODS_MAX {
                return Err(InputError::report(format!(
                    "a report has at most {PERIODS_MAX} columns; ask for longer ones"
                )));
            }
            next_day = following(next_day, unit);
            let end = first_moment(next_day).min(self.end);
            parts.push(Self { begin, end });
            begin = end;
        }
        Ok(parts)
    }

    /// The span that this one is compared with. One that begins and ends with months is moved by whole months.
    ///
    /// # Errors
    /// [`InputError::Report`] where the span before is asked for and this one has no beginning.
    pub fn earlier(self, comparison: ReportComparison) -> Result<Self, InputError> {
        let has_begin = self.begin > Bound::BEGIN;
        let months = match comparison {
            ReportComparison::Year => Some(12),
            ReportComparison::Previous if !has_begin => {
                return Err(InputError::report(
                    "the span before one that has no beginning is not known; say where it begins",
                ));
            }
            ReportComparison::Previous => self.whole_months(),
        };
        let moved = |bound: Bound| match months {
            _ if bound == Bound::BEGIN => bound,
            Some(months) => months_before(bound, months),
            None => moved_by(bound, self.begin.last_micros() - self.end.last_micros()),
        };
        Ok(Self { begin: moved(self.begin), end: moved(self.end) })
    }

    /// How many months it has, where it begins and ends with months.
    fn whole_months(self) -> Option<u32> {
        let [begin, end] = [midnight(self.begin)?, midnight(self.end)?];
        let months = (end.year() - begin.year()) * 12 + end.month().cast_signed() - begin.month().cast_signed();
        u32::try_from(months).ok().filter(|months| begin.day() == 1 && end.day() == 1 && *months > 0)
    }

    /// The same up to the end of the day that it ends in, for the names of what goes up to now.
    #[must_use]
    pub fn to_end_of_day(self) -> Self {
        let day = self.end.last().map(date).and_then(|day| day.succ_opt());
        Self { end: day.map_or(self.end, first_moment), ..self }
    }

    /// The name of its end, for reports of a moment: the last day of it, or the last moment before it.
    #[must_use]
    pub fn end_name(self) -> String {
        match midnight(self.end) {
            Some(day) => day.pred_opt().unwrap_or(day).to_string(),
            None => self.end.last().map_or_else(String::new, |moment| moment.to_string()),
        }
    }
}

/// `2026`, `2026-09` and `2026-09-01` where it is just that, days with `..` between them, or moments. One that holds no moment says so.
impl fmt::Display for ReportPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.begin == Bound::BEGIN {
            return write!(f, "..{}", self.end_name());
        }
        if self.begin == self.end {
            return match midnight(self.begin) {
                Some(day) => write!(f, "empty span at {day}"),
                None => write!(f, "empty span at {}", self.begin),
            };
        }
        let (Some(begin), Some(end)) = (midnight(self.begin), midnight(self.end)) else {
            return write!(f, "{}..{}", self.begin, self.end_name());
        };
        match self.whole_months() {
            Some(12) if begin.month() == 1 => write!(f, "{}", begin.format("%Y")),
            Some(1) => write!(f, "{}", begin.format("%Y-%m")),
            _ if end.pred_opt() == Some(begin) => begin.fmt(f),
            _ => write!(f, "{begin}..{}", self.end_name()),
        }
    }
}

fn first_day_around(day: NaiveDate, unit: PeriodUnit, year: FiscalYear) -> NaiveDate {
    match unit {
        PeriodUnit::Day => day,
        PeriodUnit::Week => {
            let behind = Days::new(day.weekday().num_days_from_monday().into());
            day.checked_sub_days(behind).unwrap_or(day)
        }
        PeriodUnit::Month => year.first_day_around(day, 1),
        PeriodUnit::Quarter => year.first_day_around(day, 3),
        PeriodUnit::Year => year.first_day_around(day, 12),
    }
}

fn following(day: NaiveDate, unit: PeriodUnit) -> NaiveDate {
    let next = match unit {
        PeriodUnit::Day => day.checked_add_days(Days::new(1)),
        PeriodUnit::Week => day.checked_add_days(Days::new(7)),
        PeriodUnit::Month => day.checked_add_months(Months::new(1)),
        PeriodUnit::Quarter => day.checked_add_months(Months::new(3)),
        PeriodUnit::Year => day.checked_add_months(Months::new(12)),
    };
    next.unwrap_or(NaiveDate::MAX)
}

fn date(moment: Instant) -> NaiveDate {
    // Every moment that there is has a day.
    DateTime::<Utc>::from_timestamp_micros(moment.micros()).map_or(NaiveDate::MIN, |time| time.date_naive())
}

/// The place before a day.
fn first_moment(day: NaiveDate) -> Bound {
    bound(day.and_time(NaiveTime::MIN).and_utc())
}

/// The place before a time, or where time ends.
fn bound(time: DateTime<Utc>) -> Bound {
    let outside = if time < DateTime::UNIX_EPOCH { Bound::BEGIN } else { Bound::END };
    Instant::from_micros(time.timestamp_micros()).map_or(outside, Bound::before)
}

/// The day that begins there, if one does.
fn midnight(place: Bound) -> Option<NaiveDate> {
    let time = DateTime::<Utc>::from_timestamp_micros(place.last_micros() + 1)?;
    (time.time() == NaiveTime::MIN).then(|| time.date_naive())
}

fn months_before(place: Bound, months: u32) -> Bound {
    let time = DateTime::<Utc>::from_timestamp_micros(place.last_micros() + 1);
    time.and_then(|time| time.checked_sub_months(Months::new(months))).map_or(Bound::BEGIN, bound)
}

fn moved_by(place: Bound, micros: i64) -> Bound {
    DateTime::<Utc>::from_timestamp_micros(place.last_micros() + 1 + micros).map_or(Bound::BEGIN, bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `2026-09-01` as the place before that day.
    fn at(day: &str) -> Bound {
        Bound::before(format!("{day}T00:00:00Z").parse().unwrap())
    }

    fn period(begin: &str, end: &str) -> ReportPeriod {
        ReportPeriod::new(at(begin), at(end)).unwrap()
    }

    fn names(period: ReportPeriod, unit: PeriodUnit, first_month: u32) -> Vec<String> {
        let year = FiscalYear::beginning_in(first_month).unwrap();
        period.split(unit, year).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn parts_begin_where_those_of_a_calendar_do() {
        let span = period("2026-01-30", "2026-03-03");
        assert_eq!(names(span, PeriodUnit::Month, 1), ["2026-01-30..2026-01-31", "2026-02", "2026-03-01..2026-03-02"]);
        assert_eq!(names(span, PeriodUnit::Quarter, 3), ["2026-01-30..2026-02-28", "2026-03-01..2026-03-02"]);
        assert_eq!(names(period("2025-12-31", "2026-01-02"), PeriodUnit::Day, 1), ["2025-12-31", "2026-01-01"]);
        assert_eq!(
            names(period("2026-01-01", "2026-01-13"), PeriodUnit::Week, 1),
            ["2026-01-01..2026-01-04", "2026-01-05..2026-01-11", "2026-01-12"]
        );
        assert_eq!(names(period("2024-04-01", "2026-04-01"), PeriodUnit::Year, 4).len(), 2);
        assert_eq!(names(period("2024-01-01", "2026-01-01"), PeriodUnit::Year, 1), ["2024", "2025"]);
        assert_eq!(names(period("2026-01-01", "2026-01-01"), PeriodUnit::Month, 1), ["empty span at 2026-01-01"]);
    }

    #[test]
    fn a_fiscal_year_begins_in_any_month() {
        let at_noon = "2026-03-31T12:00:00Z".parse().unwrap();
        for (month, begin) in [(1, "2026-01-01"), (3, "2026-03-01"), (4, "2025-04-01"), (12, "2025-12-01")] {
            assert_eq!(FiscalYear::beginning_in(month).unwrap().begin_around(at_noon), at(begin), "{month}");
        }
        assert!(FiscalYear::beginning_in(0).is_err() && FiscalYear::beginning_in(13).is_err());
    }

    #[test]
    fn what_is_compared_is_as_long_or_a_year_earlier() {
        let earlier = |period: ReportPeriod, comparison| period.earlier(comparison).unwrap().to_string();
        assert_eq!(earlier(period("2026-03-01", "2026-04-01"), ReportComparison::Previous), "2026-02");
        assert_eq!(earlier(period("2026-01-01", "2026-04-01"), ReportComparison::Previous), "2025-10-01..2025-12-31");
        assert_eq!(earlier(period("2026-03-02", "2026-03-12"), ReportComparison::Previous), "2026-02-20..2026-03-01");
        assert_eq!(earlier(period("2026-02-01", "2026-03-01"), ReportComparison::Year), "2025-02");
        let to_date = ReportPeriod::new(Bound::BEGIN, at("2026-03-01")).unwrap();
        assert_eq!(earlier(to_date, ReportComparison::Year), "..2025-02-28");
        assert!(to_date.earlier(ReportComparison::Previous).is_err());
    }

    #[test]
    fn a_span_that_cannot_be_split_is_refused() {
        let all = ReportPeriod::new(Bound::BEGIN, Bound::END).unwrap();
        assert!(all.split(PeriodUnit::Month, FiscalYear::default()).is_err());
        assert!(period("2000-01-01", "2026-01-01").split(PeriodUnit::Day, FiscalYear::default()).is_err());
        assert!(ReportPeriod::new(at("2026-01-02"), at("2026-01-01")).is_err());
        assert_eq!(all.to_string(), "..9999-12-31");
    }
}
