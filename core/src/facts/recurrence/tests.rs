use std::time::Duration;

use super::*;

fn at(text: &str) -> Instant {
    let text = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00Z") };
    text.parse().unwrap()
}

/// The first moments, as dates, with the time where it is not midnight.
fn moments(recurrence: &Recurrence, count: u32) -> Vec<String> {
    let shown = |moment: Instant| moment.to_string().replace("T00:00:00.000000Z", "").replace(":00.000000Z", "");
    (0..count).map_while(|number| recurrence.nth(number)).map(shown).collect()
}

fn every(period: RecurrencePeriod, step: u32, day: Option<DueDay>, from: &str) -> RecurrenceRequest {
    RecurrenceRequest { step, day, from: Some(at(from)), ..RecurrenceRequest::every(period) }
}

fn asked(request: &RecurrenceRequest) -> Recurrence {
    request.asked_for_at(at("2026-11-25T12:00:00Z")).unwrap()
}

#[test]
fn moments_are_those_of_the_calendar() {
    use RecurrencePeriod::{Day, Month, Week, Year};
    let day = |day| Some(DueDay::OfMonth(day));
    let weekday = |weekday| Some(DueDay::OfWeek(weekday));
    for (period, step, due_day, from, expected) in [
        (Day, 1, None, "2026-12-30", "2026-12-30 2026-12-31 2027-01-01"),
        (Day, 10, None, "2028-02-20", "2028-02-20 2028-03-01 2028-03-11"),
        (Week, 1, None, "2026-12-30", "2026-12-30 2027-01-06 2027-01-13"),
        (Week, 2, weekday(Weekday::Monday), "2026-12-30", "2027-01-04 2027-01-18 2027-02-01"),
        (Week, 1, weekday(Weekday::Wednesday), "2026-12-30", "2026-12-30 2027-01-06 2027-01-13"),
        // The 31st comes back in the next long month, and a leap year's February has a 29th.
        (Month, 1, day(31), "2027-01-01", "2027-01-31 2027-02-28 2027-03-31 2027-04-30 2027-05-31"),
        (Month, 1, day(31), "2028-01-31", "2028-01-31 2028-02-29 2028-03-31"),
        (Month, 1, day(29), "2027-02-01", "2027-02-28 2027-03-29 2027-04-29"),
        (Month, 1, day(30), "2026-11-30", "2026-11-30 2026-12-30 2027-01-30 2027-02-28 2027-03-30"),
        (Month, 1, day(1), "2026-11-02", "2026-12-01 2027-01-01"),
        (Month, 1, None, "2026-11-15", "2026-11-15 2026-12-15 2027-01-15"),
        (Month, 3, day(31), "2026-11-01", "2026-11-30 2027-02-28 2027-05-31 2027-08-31"),
        (Month, 13, day(31), "2026-12-01", "2026-12-31 2028-01-31 2029-02-28"),
        (Year, 1, day(29), "2027-02-01", "2027-02-28 2028-02-29 2029-02-28"),
        (Year, 4, day(29), "2028-02-01", "2028-02-29 2032-02-29 2036-02-29"),
        (Year, 1, day(29), "2096-02-01", "2096-02-29 2097-02-28 2098-02-28 2099-02-28 2100-02-28 2101-02-28"),
        (Year, 1, day(10), "2026-11-11", "2027-11-10 2028-11-10"),
        (Year, 1, None, "2026-11-25", "2026-11-25 2027-11-25"),
    ] {
        let expected: Vec<_> = expected.split(' ').collect();
        let count = u32::try_from(expected.len()).unwrap();
        let found = moments(&asked(&every(period, step, due_day, from)), count);
        assert_eq!(found, expected, "every {step} {period} {due_day:?} from {from}");
    }
}

#[test]
fn a_time_of_day_is_kept_and_decides_about_the_first_day() {
    let morning =
        |period, from| RecurrenceRequest { time_of_day: Duration::from_hours(9), ..every(period, 1, None, from) };
    let first = |request: &RecurrenceRequest| moments(&asked(request), 2).join(" ");
    assert_eq!(first(&morning(RecurrencePeriod::Day, "2026-11-25T09:00:00Z")), "2026-11-25T09:00 2026-11-26T09:00");
    assert_eq!(first(&morning(RecurrencePeriod::Day, "2026-11-25T09:00:01Z")), "2026-11-26T09:00 2026-11-27T09:00");
    assert_eq!(first(&morning(RecurrencePeriod::Week, "2026-11-25T10:00:00Z")), "2026-12-02T09:00 2026-12-09T09:00");
    assert_eq!(first(&morning(RecurrencePeriod::Month, "2026-11-25T10:00:00Z")), "2026-12-25T09:00 2027-01-25T09:00");
    assert_eq!(first(&morning(RecurrencePeriod::Year, "2026-11-25T10:00:00Z")), "2027-11-25T09:00 2028-11-25T09:00");
}

#[test]
fn without_a_beginning_the_first_moment_is_after_the_request() {
    let daily = RecurrenceRequest::every(RecurrencePeriod::Day);
    let first = |now| daily.asked_for_at(at(now)).unwrap().nth(0);
    assert_eq!(first("2026-11-25T00:00:00Z"), Some(at("2026-11-26")));
    assert_eq!(first("2026-11-24T23:59:59.999999Z"), Some(at("2026-11-25")));
    let once = RecurrenceRequest::every(RecurrencePeriod::Once).asked_for_at(at("2026-11-25")).unwrap();
    assert_eq!(moments(&once, 3), ["2026-11-25"]);
}

#[test]
fn a_recurrence_ends_with_its_last_moment() {
    let monthly = every(RecurrencePeriod::Month, 1, Some(DueDay::OfMonth(31)), "2027-01-01");
    let until = |until| moments(&asked(&RecurrenceRequest { until: Some(at(until)), ..monthly }), 9).len();
    assert_eq!([until("2027-01-31"), until("2027-02-27"), until("2027-02-28"), until("2027-04-01")], [1, 1, 2, 3]);
    let counted = RecurrenceRequest { due_count_max: Some(2), ..monthly };
    assert_eq!(moments(&asked(&counted), 9).len(), 2);
    assert_eq!(moments(&asked(&RecurrenceRequest { until: Some(at("2027-02-01")), ..counted }), 9).len(), 1);
    assert_eq!(moments(&asked(&RecurrenceRequest::once(at("2027-01-01"))), 9).len(), 1);
    // The calendar itself ends too.
    let last = asked(&every(RecurrencePeriod::Year, 9_999, None, "9998-01-01"));
    assert_eq!(moments(&last, 9).len(), 1);
    assert_eq!(last.nth(u32::MAX), None);
}

#[test]
fn what_cannot_recur_is_refused() {
    let monthly = every(RecurrencePeriod::Month, 1, Some(DueDay::OfMonth(31)), "2027-01-01");
    for (request, problem) in [
        (RecurrenceRequest { step: 0, ..monthly }, "0 periods cannot lie between"),
        (RecurrenceRequest { step: 10_000, ..monthly }, "10000 periods cannot lie between"),
        (RecurrenceRequest { day: Some(DueDay::OfMonth(0)), ..monthly }, "no month has a day 0"),
        (RecurrenceRequest { day: Some(DueDay::OfMonth(32)), ..monthly }, "no month has a day 32"),
        (RecurrenceRequest { day: Some(DueDay::OfWeek(Weekday::Monday)), ..monthly }, "does not go with month"),
        (RecurrenceRequest { period: RecurrencePeriod::Week, ..monthly }, "does not go with week"),
        (RecurrenceRequest { period: RecurrencePeriod::Day, ..monthly }, "does not go with day"),
        (RecurrenceRequest { period: RecurrencePeriod::Once, ..monthly }, "does not go with once"),
        (RecurrenceRequest { due_count_max: Some(0), ..monthly }, "at least 1"),
        (RecurrenceRequest { until: Some(at("2027-01-30")), ..monthly }, "before its first transfer at 2027-01-31"),
        (RecurrenceRequest { time_of_day: Duration::from_hours(24), ..monthly }, "less than 24 hours"),
        (RecurrenceRequest { from: Some(Instant::MAX), ..monthly }, "after the year 9999"),
    ] {
        let error = request.asked_for_at(at("2026-11-25")).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
    let stored = asked(&monthly).parts();
    let other = RecurrenceParts { first_due_at: at("2027-01-30"), ..stored };
    assert!(Recurrence::new(other).unwrap_err().to_string().contains("which is not on day 31"));
    assert!(Recurrence::new(RecurrenceParts { day: None, ..stored }).is_err());
}
