//! Moments, and when something recurs.

use std::time::Duration;

use proptest::prelude::*;

use teller::facts::{
    DueDay, Instant, Recurrence, RecurrenceError, RecurrenceParts, RecurrencePeriod, RecurrenceRequest, Weekday,
};

use crate::support::at;

#[test]
fn moments_are_microseconds_of_the_years_1_to_9999() {
    assert_eq!(
        (Instant::MIN.to_string(), Instant::MAX.to_string()),
        ("0001-01-01T00:00:00.000000Z".into(), "9999-12-31T23:59:59.999999Z".into())
    );
    assert_eq!(Instant::from_micros(Instant::MIN.micros()), Some(Instant::MIN));
    assert_eq!(Instant::from_micros(Instant::MIN.micros() - 1), None);
    assert_eq!(Instant::from_micros(Instant::MAX.micros()), Some(Instant::MAX));
    assert_eq!(Instant::from_micros(Instant::MAX.micros() + 1), None);
    assert_eq!((Instant::EPOCH.micros(), Instant::EPOCH.next().micros()), (0, 1));
    assert_eq!((Instant::MIN.previous(), Instant::MAX.checked_next()), (None, None));
    assert_eq!(
        (Instant::EPOCH.previous(), Instant::EPOCH.checked_next()),
        (Instant::from_micros(-1), Instant::from_micros(1))
    );
    assert!(
        at("2026-01-01").is_same_day(at("2026-01-01T23:59:59.999999Z"))
            && !at("2026-01-01").is_same_day(at("2026-01-02"))
    );
    assert_eq!(serde_json::to_value(Instant::EPOCH).unwrap(), "1970-01-01T00:00:00.000000Z");
}

#[test]
fn times_are_added_and_taken_away_up_to_the_borders() {
    let second = Duration::from_secs(1);
    assert_eq!(at("2026-01-01").after(second), at("2026-01-01T00:00:01Z"));
    assert_eq!(at("2026-01-01T00:00:01Z").before(second), at("2026-01-01"));
    assert_eq!(Instant::EPOCH.after(Duration::from_nanos(1_999)), Instant::EPOCH.next(), "in whole microseconds");
    assert_eq!((Instant::MAX.after(second), Instant::MIN.before(second)), (Instant::MAX, Instant::MIN));
    assert_eq!((Instant::MIN.after(Duration::MAX), Instant::MAX.before(Duration::MAX)), (Instant::MAX, Instant::MIN));
}

#[test]
fn a_time_is_read_with_its_offset_to_the_microsecond() {
    assert_eq!("2026-01-31T16:00:00.000001+04:00".parse(), Ok(at("2026-01-31T12:00:00.000001Z")));
    for text in [
        "2026-01-31T12:00:00.0000001Z",
        "2026-01-31T12:00:60Z",
        "2026-01-31T12:00:60.5Z",
        "2026-02-30T12:00:00Z",
        "2026-01-31",
        "0000-12-31T23:59:59Z",
        "x",
    ] {
        assert!(text.parse::<Instant>().is_err(), "{text}");
    }
    assert_eq!("x".repeat(50).parse::<Instant>().unwrap_err().text, "x".repeat(40));
    // By its offset it is before the first moment there is.
    assert!("0001-01-01T00:00:00+01:00".parse::<Instant>().is_err());
}

fn parts(period: RecurrencePeriod, step: u32, day: Option<u8>, first: &str) -> RecurrenceParts {
    RecurrenceParts { period, step, day, first_due_at: at(first), until: None, due_count_max: None }
}

#[track_caller]
fn check_moments(parts: RecurrenceParts, expected: &[&str]) {
    let recurrence = Recurrence::new(parts).unwrap();
    assert_eq!(recurrence.parts(), parts);
    for (number, moment) in (0..).zip(expected) {
        assert_eq!(recurrence.nth(number), Some(at(moment)), "moment {number}");
    }
}

#[test]
fn months_and_years_have_their_last_days() {
    use RecurrencePeriod::{Day, Month, Week, Year};
    check_moments(
        parts(Month, 1, Some(31), "2024-01-31T09:30:00Z"),
        &["2024-01-31T09:30:00Z", "2024-02-29T09:30:00Z", "2024-03-31T09:30:00Z", "2024-04-30T09:30:00Z"],
    );
    check_moments(parts(Month, 1, Some(30), "2023-01-30"), &["2023-01-30", "2023-02-28", "2023-03-30"]);
    check_moments(parts(Month, 1, Some(31), "2023-02-28"), &["2023-02-28", "2023-03-31", "2023-04-30"]);
    check_moments(parts(Month, 5, Some(31), "2023-10-31"), &["2023-10-31", "2024-03-31", "2024-08-31", "2025-01-31"]);
    check_moments(
        parts(Year, 1, Some(29), "2096-02-29"),
        &["2096-02-29", "2097-02-28", "2098-02-28", "2099-02-28", "2100-02-28"],
    );
    check_moments(parts(Year, 4, Some(29), "1996-02-29"), &["1996-02-29", "2000-02-29", "2004-02-29"]);
    check_moments(parts(Day, 3, None, "2023-12-30"), &["2023-12-30", "2024-01-02"]);
    check_moments(parts(Week, 2, None, "2024-02-20"), &["2024-02-20", "2024-03-05"]);
    // Before 1970, too.
    check_moments(
        parts(Month, 1, Some(31), "1967-12-31T23:59:59Z"),
        &["1967-12-31T23:59:59Z", "1968-01-31T23:59:59Z", "1968-02-29T23:59:59Z"],
    );
    check_moments(parts(RecurrencePeriod::Once, 1, None, "2024-01-01"), &["2024-01-01"]);
    assert_eq!(Recurrence::new(parts(RecurrencePeriod::Once, 1, None, "2024-01-01")).unwrap().nth(1), None);
}

#[test]
fn what_ends_has_no_more_moments() {
    let daily = parts(RecurrencePeriod::Day, 1, None, "2024-01-01");
    let count =
        |parts: RecurrenceParts| (0..9).filter_map(|number| Recurrence::new(parts).unwrap().nth(number)).count();
    assert_eq!(count(RecurrenceParts { due_count_max: Some(1), ..daily }), 1);
    assert_eq!(count(RecurrenceParts { due_count_max: Some(3), ..daily }), 3);
    assert_eq!(count(RecurrenceParts { until: Some(at("2024-01-01")), ..daily }), 1);
    assert_eq!(count(RecurrenceParts { until: Some(at("2024-01-03")), ..daily }), 3);
    assert_eq!(count(RecurrenceParts { until: at("2024-01-03").previous(), ..daily }), 2);
    for (period, day) in [
        (RecurrencePeriod::Day, None),
        (RecurrencePeriod::Week, None),
        (RecurrencePeriod::Month, Some(31)),
        (RecurrencePeriod::Year, Some(31)),
    ] {
        let last = Recurrence::new(parts(period, 9_999, day, "9999-12-31")).unwrap();
        assert_eq!((last.nth(0), last.nth(1), last.nth(u32::MAX)), (Some(at("9999-12-31")), None, None), "{period}");
    }
}

#[test]
fn parts_that_do_not_fit_each_other_are_refused() {
    use RecurrencePeriod::{Day, Month, Once, Week, Year};
    let refused = |parts: RecurrenceParts| Recurrence::new(parts).unwrap_err();
    let monthly = parts(Month, 1, Some(31), "2024-01-31");
    assert_eq!(refused(RecurrenceParts { step: 0, ..monthly }), RecurrenceError::Step { step: 0 });
    assert_eq!(refused(RecurrenceParts { step: 10_000, ..monthly }), RecurrenceError::Step { step: 10_000 });
    assert!(Recurrence::new(RecurrenceParts { step: 9_999, ..monthly }).is_ok());
    assert_eq!(refused(RecurrenceParts { day: Some(0), ..monthly }), RecurrenceError::Day { day: 0 });
    assert_eq!(refused(RecurrenceParts { day: Some(32), ..monthly }), RecurrenceError::Day { day: 32 });
    let first_due_at = at("2024-01-31");
    assert_eq!(
        refused(RecurrenceParts { day: Some(30), ..monthly }),
        RecurrenceError::FirstOnAnotherDay { first_due_at, day: 30 }
    );
    for period in [Month, Year] {
        assert_eq!(refused(RecurrenceParts { period, day: None, ..monthly }), RecurrenceError::DayUnfit { period });
    }
    for period in [Once, Day, Week] {
        assert_eq!(refused(RecurrenceParts { period, ..monthly }), RecurrenceError::DayUnfit { period });
    }
    assert_eq!(refused(RecurrenceParts { due_count_max: Some(0), ..monthly }), RecurrenceError::Count);
    let until = at("2024-01-30");
    assert_eq!(
        refused(RecurrenceParts { until: Some(until), ..monthly }),
        RecurrenceError::EndsBefore { first_due_at, until }
    );
}

fn every(period: RecurrencePeriod, day: Option<DueDay>, from: &str) -> RecurrenceRequest {
    RecurrenceRequest { day, from: Some(at(from)), ..RecurrenceRequest::every(period) }
}

#[track_caller]
fn check_first(request: RecurrenceRequest, expected: &str) {
    let recurrence = request.asked_for_at(at("2020-01-01T12:00:00Z")).unwrap();
    assert_eq!(recurrence.nth(0), Some(at(expected)));
}

#[test]
fn the_first_moment_is_the_first_one_that_fits() {
    use RecurrencePeriod::{Day, Month, Once, Week, Year};
    let day = |day| Some(DueDay::OfMonth(day));
    check_first(every(Day, None, "2024-02-28"), "2024-02-28");
    check_first(every(Day, None, "2024-02-28T00:00:00.000001Z"), "2024-02-29");
    check_first(every(Month, day(31), "2024-02-28"), "2024-02-29");
    check_first(every(Month, day(31), "2024-02-29T00:00:01Z"), "2024-03-31");
    check_first(every(Month, day(5), "2024-12-06"), "2025-01-05");
    check_first(every(Month, None, "2024-12-06T00:00:01Z"), "2025-01-06");
    check_first(every(Year, day(29), "2023-02-01"), "2023-02-28");
    check_first(every(Year, day(29), "2023-02-28T00:00:01Z"), "2024-02-29");
    check_first(every(Year, None, "2023-05-05"), "2023-05-05");
    // The 1st of January 2024 was a Monday.
    for (weekday, date) in Weekday::ALL.iter().zip(["01", "02", "03", "04", "05", "06", "07"]) {
        check_first(every(Week, Some(DueDay::OfWeek(*weekday)), "2024-01-01"), &format!("2024-01-{date}"));
    }
    check_first(every(Week, Some(DueDay::OfWeek(Weekday::Monday)), "2024-01-01T00:00:01Z"), "2024-01-08");
    check_first(every(Week, Some(DueDay::OfWeek(Weekday::Monday)), "2024-01-02"), "2024-01-08");
    check_first(every(Week, None, "2024-01-03"), "2024-01-03");
    check_first(every(Week, None, "2024-01-03T00:00:01Z"), "2024-01-10");
    let last = Duration::from_micros(86_400_000_000 - 1);
    check_first(
        RecurrenceRequest { time_of_day: last, ..every(Day, None, "2024-01-01") },
        "2024-01-01T23:59:59.999999Z",
    );
    // Once is then, or now, whatever the time of day.
    check_first(
        RecurrenceRequest { time_of_day: Duration::MAX, ..RecurrenceRequest::once(at("2024-01-01")) },
        "2024-01-01",
    );
    check_first(RecurrenceRequest::every(Once), "2020-01-01T12:00:00Z");
    check_first(RecurrenceRequest::every(Day), "2020-01-02");
}

#[test]
fn what_was_asked_for_is_kept() {
    let asked = RecurrenceRequest {
        step: 3,
        until: Some(at("2030-01-01")),
        due_count_max: Some(7),
        ..every(RecurrencePeriod::Month, Some(DueDay::OfMonth(5)), "2024-01-01")
    };
    let expected = RecurrenceParts {
        until: Some(at("2030-01-01")),
        due_count_max: Some(7),
        ..parts(RecurrencePeriod::Month, 3, Some(5), "2024-01-05")
    };
    assert_eq!(asked.asked_for_at(at("2020-01-01")).unwrap().parts(), expected);
}

#[test]
fn what_never_begins_is_refused() {
    use RecurrencePeriod::{Day, Month, Once, Week, Year};
    let refused = |request: RecurrenceRequest| request.asked_for_at(at("2020-01-01")).unwrap_err();
    for period in [Day, Week, Month, Year] {
        let too_late = RecurrenceRequest { from: Some(Instant::MAX), ..RecurrenceRequest::every(period) };
        assert_eq!(refused(too_late), RecurrenceError::TooLate, "{period}");
    }
    let midnight = RecurrenceRequest { time_of_day: Duration::from_hours(24), ..RecurrenceRequest::every(Day) };
    assert_eq!(refused(midnight), RecurrenceError::TimeOfDay);
    assert_eq!(refused(RecurrenceRequest { time_of_day: Duration::MAX, ..midnight }), RecurrenceError::TimeOfDay);
    for period in [Once, Day, Week] {
        assert_eq!(
            refused(every(period, Some(DueDay::OfMonth(5)), "2024-01-01")),
            RecurrenceError::DayUnfit { period }
        );
    }
    for period in [Once, Day, Month, Year] {
        let weekday = Some(DueDay::OfWeek(Weekday::Friday));
        assert_eq!(refused(every(period, weekday, "2024-01-01")), RecurrenceError::DayUnfit { period });
    }
    for day in [0, 32] {
        assert_eq!(refused(every(Month, Some(DueDay::OfMonth(day)), "2024-01-01")), RecurrenceError::Day { day });
    }
    // Asked for at the last moment there is.
    assert_eq!(RecurrenceRequest::every(Day).asked_for_at(Instant::MAX), Err(RecurrenceError::TooLate));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Moments rise, are on the day that is meant or on the last one of a month that lacks it, and keep their time of day.
    #[test]
    fn moments_of_months_do_not_drift(from in 0_i64..4_000_000_000_000_000, day in 1_u8..=31, step in 1_u32..40, number in 0_u32..200) {
        let from = Instant::from_micros(from).unwrap();
        let request = RecurrenceRequest { step, day: Some(DueDay::OfMonth(day)), from: Some(from), ..RecurrenceRequest::every(RecurrencePeriod::Month) };
        let recurrence = request.asked_for_at(Instant::EPOCH).unwrap();
        let (moment, next) = (recurrence.nth(number).unwrap(), recurrence.nth(number + 1).unwrap());
        prop_assert!(recurrence.nth(0).unwrap() >= from && moment < next);
        prop_assert_eq!(moment.micros().rem_euclid(86_400_000_000), 0);
        let shown = |moment: Instant| moment.to_string()[8..10].parse::<u8>().unwrap();
        let tomorrow = moment.after(Duration::from_hours(24));
        prop_assert!(shown(moment) == day || shown(moment) < day && shown(tomorrow) == 1);
        let months = |moment: Instant| {
            let text = moment.to_string();
            text[..4].parse::<u32>().unwrap() * 12 + text[5..7].parse::<u32>().unwrap()
        };
        prop_assert_eq!(months(next) - months(moment), step);
    }
}
