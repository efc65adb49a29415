//! Periods of effective time: what they hold, and what their closing keeps out.

use teller::facts::{BookChange, BookEvent, ClosedPeriods, Instant, Period, PeriodAction, Sequence, Signature};

use crate::support::{at, check};

#[test]
fn nothing_counts_in_a_closed_period_any_more() {
    check("
        at 2026-03-15T12:00:00Z
        account cash  asset     EUR
        account alice liability EUR
        period close 2026-02 actor carol reason audited -> closed
        deposit alice 1 effective 2026-02-28T23:59:59.999999Z -> period_closed effective_at=2026-02-28T23:59:59.999999Z period=2026-02
        deposit alice 1 effective 2026-02-01T00:00:00Z        -> period_closed period=2026-02
        deposit alice 1 effective 2026-01-31T23:59:59.999999Z -> posted
        deposit alice 1 effective 2026-03-01T00:00:00Z        -> posted
        hold h0: alice cash 1 effective 2026-02-02T00:00:00Z  -> period_closed
        hold h1: alice cash 1                                 -> held
        capture h1 effective 2026-02-02T00:00:00Z             -> period_closed
        # What does not move value is not kept out.
        release h1                                            -> released
        freeze alice                                          -> frozen
        unfreeze alice                                        -> unfrozen
        period reopen 2026-02                                 -> reopened
        deposit alice 1 effective 2026-02-28T00:00:00Z        -> posted
    ");
}

#[test]
fn a_period_is_closed_when_it_is_over_and_not_within_a_closed_one() {
    check("
        at 2026-02-28T23:59:59.999999Z
        period close 2026-02    -> period_not_over period=2026-02 end=2026-03-01T00:00:00.000000Z now=2026-02-28T23:59:59.999999Z
        period close 2026       -> period_not_over end=2027-01-01T00:00:00.000000Z
        period close 2026-02-28 -> period_not_over
        at 2026-03-01T00:00:00Z
        period close 2026-02    -> closed
        period close 2026-02    -> unchanged
        period close 2026-02-03 -> unchanged
        period reopen 2026-02-03 -> period_closed_within period=2026-02-03 within=2026-02
        period reopen 2026      -> unchanged
        period reopen 2026-01   -> unchanged
        # A period that is not over was never closed.
        period reopen 2027      -> unchanged
        period reopen 2026-02   -> reopened
        period reopen 2026-02   -> unchanged
    ");
}

#[test]
fn the_widest_closed_period_is_named() {
    check(
        "
        at 2027-01-01T00:00:00Z
        account cash  asset     EUR
        account alice liability EUR
        period close 2026-05-05 -> closed
        deposit alice 1 effective 2026-05-05T01:00:00Z -> period_closed period=2026-05-05
        period close 2026-05    -> closed
        deposit alice 1 effective 2026-05-05T01:00:00Z -> period_closed period=2026-05
        period close 2026       -> closed
        deposit alice 1 effective 2026-05-05T01:00:00Z -> period_closed period=2026
        deposit alice 1 effective 2025-05-05T01:00:00Z -> posted
        period close 2026-06    -> unchanged
        # Those that are wider than it are looked at, the widest first.
        period reopen 2026-05-05 -> period_closed_within within=2026
        period reopen 2026-05   -> period_closed_within within=2026
        period reopen 2026      -> reopened
        deposit alice 1 effective 2026-06-05T01:00:00Z -> posted
        period reopen 2026-05-05 -> period_closed_within within=2026-05
    ",
    );
}

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

#[test]
fn closed_periods_follow_from_the_events_of_the_book() {
    let mut events = Vec::<BookEvent>::new();
    let mut record = |change: BookChange| {
        let signature = Signature { actor: "ops".parse().unwrap(), reason: None };
        let sequence = Sequence(i64::try_from(events.len()).unwrap() + 5);
        events.push(BookEvent::behind(events.last(), sequence, at("2027-01-01"), signature, change));
    };
    record(BookChange::Period { period: period("2026-01"), action: PeriodAction::Close });
    record(BookChange::Period { period: period("2026-01-05"), action: PeriodAction::Close });
    record(BookChange::ClockAccepted { until: Instant::MAX });
    record(BookChange::Period { period: period("2025"), action: PeriodAction::Close });
    record(BookChange::Period { period: period("2026-03"), action: PeriodAction::Close });
    record(BookChange::Period { period: period("2026-03"), action: PeriodAction::Reopen });
    let closed = ClosedPeriods::after(&events);
    assert_eq!(closed.iter().map(|one| one.to_string()).collect::<Vec<_>>(), ["2025", "2026-01", "2026-01-05"]);
    let parts = |whole: &str| closed.find_parts(period(whole)).map(|part| part.to_string()).collect::<Vec<_>>();
    assert_eq!(parts("2026"), ["2026-01", "2026-01-05"]);
    assert_eq!(parts("2026-01"), ["2026-01-05"]);
    assert_eq!(parts("2025"), [""; 0]);
    assert_eq!(parts("2026-02"), [""; 0]);
    assert_eq!(closed.find_around(period("2025-07")), Some(period("2025")));
    assert_eq!(closed.find_around(period("2025")), None, "a period is no part of itself");
    assert_eq!(closed.find_around(period("2026-01-05")), Some(period("2026-01")));
    assert_eq!(closed.find(at("2026-02-01")), None);
    // Each event is later than the one before it and covers it, and numbers have no gap.
    assert_eq!(events.iter().map(|event| event.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert!(events.windows(2).all(|pair| pair[0].recorded_at.next() == pair[1].recorded_at));
    assert_eq!(events[2].change.accepted_until(), Some(Instant::MAX));
    assert_eq!(events[1].change.accepted_until(), None);
    let kinds: Vec<_> = events.iter().map(|event| event.change.kind().as_str()).collect();
    assert_eq!((kinds[0], kinds[2], kinds[5]), ("period_closed", "clock_accepted", "period_reopened"));
}

#[test]
fn a_period_begins_with_its_first_moment_and_ends_before_the_next_one() {
    for (text, begin, end) in [
        ("2024", "2024-01-01", "2025-01-01"),
        ("2024-02", "2024-02-01", "2024-03-01"),
        ("2100-02", "2100-02-01", "2100-03-01"),
        ("2023-12-31", "2023-12-31", "2024-01-01"),
        ("2024-02-29", "2024-02-29", "2024-03-01"),
    ] {
        assert_eq!((period(text).begin(), period(text).end()), (at(begin), at(end)), "{text}");
        assert_eq!(format!("{:>12}|", period(text)), format!("{text:>12}|"));
        assert_eq!(serde_json::to_value(period(text)).unwrap(), text);
    }
    // There is nothing behind the last year, and nothing before the first.
    assert_eq!(period("9999-12-31").end(), Instant::MAX);
    assert_eq!(period("0001-01-01").begin(), Instant::MIN);
    assert!("0000-12-31".parse::<Period>().is_err());
    let error = "x".repeat(50).parse::<Period>().unwrap_err();
    assert_eq!(error.text, "x".repeat(40));
}
