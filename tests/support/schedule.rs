//! Requests for schedules, and what a run came to, in few words.

use std::ops::ControlFlow;
use std::time::Duration;

use teller::facts::{DueDay, OnRefusal, RecurrencePeriod, RecurrenceRequest, ScheduleId, TransferId, Weekday};
use teller::ledger::{ScheduleRun, ScheduleStatus};
use teller::money::{Currency, Money};
use teller::requests::{Parties, ScheduleRequest};
use teller::{Ledger, Mode};

use super::TestBook;

/// A transfer of 10 euros every month, from alice to bob, from now on.
pub fn monthly(key: &str, day: u8) -> ScheduleRequest {
    let recurrence =
        RecurrenceRequest { day: Some(DueDay::OfMonth(day)), ..RecurrenceRequest::every(RecurrencePeriod::Month) };
    scheduled(key, recurrence)
}

/// A transfer of 10 euros every so many days at nine in the morning.
pub fn daily(key: &str, step: u32) -> ScheduleRequest {
    let time_of_day = Duration::from_hours(9);
    scheduled(key, RecurrenceRequest { step, time_of_day, ..RecurrenceRequest::every(RecurrencePeriod::Day) })
}

/// A transfer of 10 euros every week.
pub fn weekly(key: &str, weekday: Weekday) -> ScheduleRequest {
    scheduled(
        key,
        RecurrenceRequest { day: Some(DueDay::OfWeek(weekday)), ..RecurrenceRequest::every(RecurrencePeriod::Week) },
    )
}

/// A transfer of 10 euros from alice to bob.
pub fn scheduled(key: &str, recurrence: RecurrenceRequest) -> ScheduleRequest {
    let parties = Parties::Transfer { from: "alice".parse().unwrap(), to: "bob".parse().unwrap() };
    ScheduleRequest {
        id: schedule_id(key),
        parties,
        money: euros("10"),
        recurrence,
        on_refusal: OnRefusal::Skip,
        description: None,
        metadata: teller::facts::Metadata::default(),
        actor: "tests".parse().unwrap(),
    }
}

pub fn euros(amount: &str) -> Money {
    Money::parse(amount, Currency::new("EUR".parse().unwrap(), 2).unwrap()).unwrap()
}

pub fn schedule_id(key: &str) -> ScheduleId {
    TransferId::from_key(key).unwrap().into()
}

/// Adds a schedule that must not be refused.
#[track_caller]
pub fn add(ledger: &Ledger, request: &ScheduleRequest) -> ScheduleStatus {
    let added = ledger.add_schedule(request, Mode::Commit).unwrap();
    assert!(!added.replayed, "the schedule is new");
    added.status
}

/// Sets the clock, and runs what is due then.
#[track_caller]
pub fn run_at(book: &TestBook, now: &str) -> ScheduleRun {
    book.set_time(now);
    run(&book.ledger(), Mode::Commit)
}

#[track_caller]
pub fn run(ledger: &Ledger, mode: Mode) -> ScheduleRun {
    let run = ledger.run_schedules(None, mode, &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(run.is_complete, "nobody broke it off");
    run
}

/// How many were posted, refused and skipped.
pub fn counts(run: &ScheduleRun) -> [u64; 3] {
    [run.posted, run.refused, run.skipped]
}

/// `moment state attempts code` of the dues of a schedule, the earliest first, without midnight and without what a plain posting has.
pub fn dues(book: &TestBook, key: &str) -> Vec<String> {
    let history = book.ledger().get_schedule(schedule_id(key), None, 100_000).unwrap();
    let line = |due: &teller::facts::Due| {
        let moment = due.due_at.to_string().replace("T00:00:00.000000Z", "").replace(":00.000000Z", "");
        let code = due.refusal.as_ref().map(|refusal| format!(" {}", refusal.code)).unwrap_or_default();
        format!("{moment} {} {}{code}", due.state, due.attempts)
    };
    history.dues.iter().rev().map(line).collect()
}
