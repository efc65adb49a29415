//! Due transfers that are refused: the first refusal is an event, and so is the end.

use teller::Mode;
use teller::facts::{BookEventKind, OnRefusal, Sequence, Weekday};
use teller::ledger::{EventContent, EventFilter};
use teller::requests::ScheduleRequest;

use crate::support::schedule::{add, counts, daily, dues, euros, run, run_at, schedule_id, weekly};
use crate::support::{TestBook, assert_whole, check, in_parallel, on_every_backend, signature};

use super::{WAIT, code, shown, types};

const BEGIN: &str = "
    account cash  asset     EUR
    account alice liability EUR
    account bob   liability EUR
    account carol liability EUR
    at 2026-01-01T00:00:00Z
    deposit alice 15 -> posted
";

/// A transfer of 10 euros each day at nine, which is tried again.
fn tried_again(key: &str) -> ScheduleRequest {
    ScheduleRequest { on_refusal: OnRefusal::Retry, ..daily(key, 1) }
}

/// The types of events about schedules and their dues, and of the transfers behind the deposit.
fn told(book: &TestBook) -> Vec<String> {
    let events = shown(book, "");
    let types = types(&events).into_iter().map(str::to_owned);
    types.filter(|word| word != "account.opened").skip(1).collect()
}

on_every_backend! {
    fn a_refused_due_is_told_once_and_so_is_its_end(book: &TestBook) {
        check(book, BEGIN);
        add(&book.ledger(), &tried_again("rent"));
        assert_eq!(counts(&run_at(book, "2026-01-02T12:00:00Z")), [1, 1, 0]);
        for later in ["2026-01-02T13:00:00Z", "2026-01-02T14:00:00Z"] {
            assert_eq!(counts(&run_at(book, later)), [0, 1, 0], "it is tried again and told of no more");
        }
        assert_eq!(told(book), ["schedule.added", "transfer.posted", "due.refused"]);
        check(book, "deposit alice 5 -> posted");
        assert_eq!(counts(&run_at(book, "2026-01-02T15:00:00Z")), [1, 0, 0]);
        assert_eq!(told(book)[3..], ["transfer.posted", "transfer.posted"]);
        assert_eq!(dues(book, "rent"), ["2026-01-01T09:00 posted 1", "2026-01-02T09:00 posted 4"]);

        let events = shown(book, "--types due.refused,transfer.posted");
        let (refused, posted) = (&events[2], &events[4]);
        assert_eq!(refused["type"], "teller.due.refused");
        assert_eq!(refused["subject"], schedule_id("rent").to_string());
        let data = &refused["data"];
        for (field, value) in [
            ("due_at", "2026-01-02T09:00:00.000000Z"),
            ("debit_account", "alice"),
            ("credit_account", "bob"),
            ("amount", "10.00"),
            ("currency", "EUR"),
            ("code", "insufficient_funds"),
            ("actor", "tests"),
        ] {
            assert_eq!(data[field], value, "{field}");
        }
        assert!(data["message"].as_str().unwrap().contains("alice has 5.00"), "{data}");
        assert_eq!(data["transfer"], posted["data"]["id"], "the transfer that follows is named");
        assert_whole(&book.ledger(), 4);
    }

    fn a_due_that_is_given_up_is_told_once(book: &TestBook) {
        check(book, BEGIN);
        let ledger = book.ledger();
        let too_much = || euros("100");
        add(&ledger, &ScheduleRequest { money: too_much(), ..weekly("skipped", Weekday::Friday) });
        add(&ledger, &ScheduleRequest { money: too_much(), on_refusal: OnRefusal::Retry, ..weekly("old", Weekday::Friday) });
        add(&ledger, &ScheduleRequest { money: too_much(), on_refusal: OnRefusal::Retry, ..weekly("cancelled", Weekday::Monday) });
        assert_eq!(counts(&run_at(book, "2026-01-02T12:00:00Z")), [0, 1, 1]);
        let mut first = told(book)[3..].to_vec();
        first.sort_unstable();
        assert_eq!(first, ["due.refused", "due.refused", "due.skipped"]);
        let cancel = |mode| ledger.cancel_schedule(schedule_id("cancelled"), &signature().actor, None, mode).unwrap();
        run_at(book, "2026-01-05T12:00:00Z");
        assert_eq!(cancel(Mode::DryRun).skipped, 1);
        let before = told(book).len();
        assert_eq!(cancel(Mode::Commit).skipped, 1);
        assert!(cancel(Mode::Commit).unchanged);
        assert_eq!(told(book)[before..], ["schedule.cancelled", "due.skipped"]);

        run_at(book, "2026-02-05T12:00:00Z");
        let skipped = shown(book, "--types due.skipped");
        let of = |key: &str| skipped.iter().filter(|event| event["subject"] == schedule_id(key).to_string()).count();
        assert_eq!((of("cancelled"), of("old")), (1, 1), "31 days have passed since the first Friday");
        assert_eq!(of("skipped"), dues(book, "skipped").len());
        assert_whole(&book.ledger(), 1);
    }

    fn a_refused_due_is_about_both_of_its_accounts(book: &TestBook) {
        check(book, BEGIN);
        add(&book.ledger(), &ScheduleRequest { money: euros("100"), ..daily("rent", 1) });
        run_at(book, "2026-01-01T12:00:00Z");
        for (accounts, expected) in [("ali", 1), ("bob", 1), ("carol", 0)] {
            let events = shown(book, &format!("--types due.refused --accounts {accounts}"));
            assert_eq!(events.len(), expected, "{accounts}");
        }
        let page = book.ledger().list_events(None, &EventFilter::default(), 100, WAIT).unwrap();
        let dues: Vec<_> = page.events.iter().filter(|event| matches!(event.content, EventContent::Due(_))).collect();
        assert_eq!(dues.len(), 2);
    }

    fn runs_at_the_same_time_tell_of_each_refusal_once(book: &TestBook) {
        check(book, BEGIN);
        for number in 0..20 {
            add(&book.ledger(), &ScheduleRequest { money: euros("100"), ..tried_again(&format!("rent {number}")) });
        }
        book.set_time("2026-01-03T12:00:00Z");
        in_parallel(4, |_| drop(run(&book.ledger(), Mode::Commit)));
        let events = book.ledger().book_events(Sequence(0), 1_000).unwrap();
        let refused = events.iter().filter(|event| event.change.kind() == BookEventKind::DueRefused).count();
        assert_eq!((refused, events.len()), (60, 80));
        assert_whole(&book.ledger(), 1);
    }

    // The clock went back by a day: what is told comes behind the newest event all the same, and no due is held up.
    fn a_clock_that_is_behind_holds_up_no_refusal(book: &TestBook) {
        check(book, BEGIN);
        add(&book.ledger(), &ScheduleRequest { money: euros("100"), ..tried_again("rent") });
        book.set_time("2026-01-10T12:00:00Z");
        add(&book.ledger(), &tried_again("of another day"));
        assert_eq!(counts(&run_at(book, "2026-01-02T12:00:00Z")), [0, 2, 0]);
        let fault = book.ledger().add_schedule(&tried_again("now"), Mode::Commit).unwrap_err();
        assert_eq!(code(&fault), "clock_behind", "what somebody asks for is refused");
        let events = book.ledger().book_events(Sequence(0), 10).unwrap();
        let kinds: Vec<_> = events.iter().map(|event| event.change.kind()).collect();
        let (added, refused) = (BookEventKind::ScheduleAdded, BookEventKind::DueRefused);
        assert_eq!(kinds, [added, added, refused, refused]);
        assert!(events.is_sorted_by(|first, second| first.recorded_at < second.recorded_at));
        assert_whole(&book.ledger(), 1);
    }
}
