//! What a new schedule must be like.

use std::collections::BTreeMap;

use teller::facts::{DueDay, Metadata, OnRefusal, RecurrencePeriod, RecurrenceRequest};

use teller::requests::{Parties, ScheduleRequest};
use teller::{Error, Ledger, Mode};

use super::ACCOUNTS;
use crate::support::schedule::{add, counts, daily, euros, monthly, run_at, schedule_id, scheduled};
use crate::support::{Snapshot, check, in_parallel, on_every_backend};

/// The code of the refusal.
fn refusal(ledger: &Ledger, request: &ScheduleRequest) -> String {
    match ledger.add_schedule(request, Mode::Commit) {
        Err(Error::Rejected(rejection)) => rejection.code().to_owned(),
        Err(Error::Input(input)) => input.code().to_owned(),
        other => panic!("not refused: {other:?}"),
    }
}

fn between(from: &str, to: &str) -> ScheduleRequest {
    ScheduleRequest {
        parties: Parties::Transfer { from: from.parse().unwrap(), to: to.parse().unwrap() },
        ..daily("d", 1)
    }
}

on_every_backend! {
    fn what_no_transfer_could_ever_pass_is_refused_at_once(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "account yen liability JPY\naccount gone liability EUR\nclose gone -> closed");
        let ledger = book.ledger();
        let before = Snapshot::of(book);
        let reserved = schedule_id("x").of_due("2026-01-01T00:00:00Z".parse().unwrap());
        for (request, code) in [
            (ScheduleRequest { id: reserved.into(), ..between("ghost", "bob") }, "id_reserved"),
            (ScheduleRequest { money: euros("0.00"), ..between("ghost", "bob") }, "amount_not_positive"),
            (between("alice", "alice"), "same_account"),
            (between("ghost", "bob"), "account_unknown"),
            (between("alice", "ghost"), "account_unknown"),
            (between("cash", "bob"), "normal_sides_differ"),
            (between("alice", "yen"), "currencies_differ"),
            (between("yen", "alice"), "currencies_differ"),
            (between("gone", "bob"), "account_closed"),
            (between("alice", "gone"), "account_closed"),
            (monthly("d", 32), "recurrence_invalid"),
        ] {
            for mode in [Mode::Commit, Mode::DryRun] {
                match ledger.add_schedule(&request, mode) {
                    Err(Error::Rejected(rejection)) => assert_eq!(rejection.code(), code),
                    Err(Error::Input(input)) => assert_eq!(input.code(), code),
                    other => panic!("{code}: {other:?}"),
                }
            }
        }
        assert_eq!(Snapshot::of(book), before);
    }

    fn what_may_pass_until_then_is_judged_when_it_is_due(book: &TestBook) {
        check(book, "account alice liability EUR max 1\naccount bob liability EUR max 1\nfreeze alice -> frozen");
        check(book, "limits alice per-transfer 1 -> changed\nlimits alice per-day 1 -> changed\nlimits alice per-month 1 -> changed");
        add(&book.ledger(), &ScheduleRequest { money: euros("90000000000000000"), ..daily("d", 1) });
    }

    fn the_same_request_again_gives_the_same_schedule(book: &TestBook) {
        check(book, ACCOUNTS);
        let ledger = book.ledger();
        let request = monthly("rent", 31);
        let first = add(&ledger, &request);
        // Later it would begin in another month, and its accounts are limited or no longer open; it is still the same request.
        check(book, "limits alice per-transfer 1 -> changed\nclose bob -> closed");
        book.set_time("2026-05-05T00:00:00Z");
        let again = ledger.add_schedule(&request, Mode::Commit).unwrap();
        assert_eq!((again.status, again.replayed), (first, true));
        let recurrence = request.recurrence;
        for other in [
            ScheduleRequest { parties: Parties::Transfer { from: "bob".parse().unwrap(), to: "alice".parse().unwrap() }, ..request.clone() },
            ScheduleRequest { money: euros("11"), ..request.clone() },
            ScheduleRequest { recurrence: RecurrenceRequest { day: Some(DueDay::OfMonth(30)), ..recurrence }, ..request.clone() },
            ScheduleRequest { recurrence: RecurrenceRequest { step: 2, ..recurrence }, ..request.clone() },
            ScheduleRequest { recurrence: RecurrenceRequest { due_count_max: Some(9), ..recurrence }, ..request.clone() },
            ScheduleRequest { on_refusal: OnRefusal::Retry, ..request.clone() },
            ScheduleRequest { description: Some("x".parse().unwrap()), ..request.clone() },
            ScheduleRequest { metadata: Metadata::new(BTreeMap::from([("a".into(), "b".into())])).unwrap(), ..request.clone() },
        ] {
            assert_eq!(refusal(&ledger, &other), "schedule_exists", "{other:?}");
        }
    }

    fn a_dry_run_leaves_no_trace(book: &TestBook) {
        check(book, ACCOUNTS);
        let ledger = book.ledger();
        let before = book.contents();
        let tried = ledger.add_schedule(&daily("d", 1), Mode::DryRun).unwrap();
        assert_eq!(book.contents(), before);
        assert_eq!(ledger.add_schedule(&daily("d", 1), Mode::Commit).unwrap(), tried);
    }

    fn a_beginning_that_is_past_is_made_up_for(book: &TestBook) {
        check(book, ACCOUNTS);
        let from = Some("2025-11-15T00:00:00Z".parse().unwrap());
        add(&book.ledger(), &scheduled("m", RecurrenceRequest { from, ..RecurrenceRequest::every(RecurrencePeriod::Month) }));
        assert_eq!(counts(&run_at(book, "2026-01-01T00:00:00Z")), [2, 0, 0]);
    }

    fn metadata_without_room_for_the_schedules_id_is_refused(book: &TestBook) {
        check(book, ACCOUNTS);
        let entries = (0..64).map(|number| (format!("k{number}"), String::new())).collect();
        let full = ScheduleRequest { metadata: Metadata::new(entries).unwrap(), ..daily("d", 1) };
        assert_eq!(refusal(&book.ledger(), &full), "text_invalid");
    }

    fn one_schedule_added_by_ten_at_once_is_there_once(book: &TestBook) {
        check(book, ACCOUNTS);
        let added = in_parallel(10, |_| book.ledger().add_schedule(&daily("d", 1), Mode::Commit).unwrap().replayed);
        assert_eq!(added.iter().filter(|replayed| !**replayed).count(), 1);
        assert_eq!(book.query_i64("select count(*) from schedules"), 1);
    }

    fn schedules_are_listed_over_pages(book: &TestBook) {
        check(book, ACCOUNTS);
        let ledger = book.ledger();
        for number in 0..5 {
            add(&ledger, &daily(&number.to_string(), 1));
        }
        let (mut from, mut found) = (None, Vec::new());
        loop {
            let page = ledger.list_schedules(from, 2).unwrap();
            found.extend(page.schedules.into_iter().map(|status| status.schedule.id));
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        let mut expected: Vec<_> = (0..5).map(|number| schedule_id(&number.to_string())).collect();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}
