//! One chain of what happened to the book as a whole, whoever adds to it.

use teller::Mode;
use teller::facts::{BookEventKind, PeriodAction, Sequence};
use teller::ledger::NamedCurrency;
use teller::money::Currency;

use crate::support::schedule::{add, monthly, schedule_id};
use crate::support::{assert_whole, check, in_parallel, on_every_backend, period_change, signature, transfer};

const BEGIN: &str = "
    account cash  asset     EUR
    account alice liability EUR
    account bob   liability EUR
    at 2026-03-01T00:00:00Z
    deposit alice 100 -> posted
";

const ROUNDS: usize = 5;

fn token(code: &str) -> NamedCurrency {
    NamedCurrency { currency: Currency::new(code.parse().unwrap(), 3).unwrap(), name: code.parse().unwrap() }
}

on_every_backend! {
    fn changes_of_the_book_at_once_make_one_chain_and_seals_between_them_hold(book: &TestBook) {
        check(book, BEGIN);
        let seals: Vec<_> = in_parallel(8, |worker| {
            let ledger = book.owner_ledger();
            let mut seals = Vec::new();
            for round in 0..ROUNDS {
                let name = format!("{worker}-{round}");
                match worker {
                    0 => drop(ledger.add_currency(&token(&format!("TOK{round}")), &signature(), Mode::Commit).unwrap()),
                    1 | 2 => drop(add(&ledger, &monthly(&name, 1))),
                    3 => {
                        add(&ledger, &monthly(&name, 1));
                        let actor = signature().actor;
                        ledger.cancel_schedule(schedule_id(&name), &actor, None, Mode::Commit).unwrap();
                    }
                    4 => {
                        let action = if round % 2 == 0 { PeriodAction::Close } else { PeriodAction::Reopen };
                        ledger.change_period(&period_change(action, "2026-01"), Mode::Commit).unwrap();
                    }
                    5 => seals.push(ledger.seal().unwrap()),
                    _ => drop(ledger.post(transfer(&name, "alice", "bob", "0.01"), Mode::Commit).unwrap()),
                }
            }
            seals
        }).into_iter().flatten().collect();

        let events = book.ledger().book_events(Sequence(0), 1_000).unwrap();
        assert_eq!(events.len(), ROUNDS * 6);
        assert!(events.iter().zip(1..).all(|(event, number)| event.number == number));
        assert!(events.is_sorted_by(|a, b| a.sequence < b.sequence && a.recorded_at < b.recorded_at));
        assert_whole(&book.ledger(), 1 + 2 * ROUNDS as u64);
        assert_eq!(seals.len(), ROUNDS);
        for seal in seals {
            assert_eq!(book.ledger().verify_sealed(&seal, &mut |_| {}).unwrap().findings, [], "{seal:?}");
        }
    }

    fn what_changes_nothing_is_not_recorded(book: &TestBook) {
        check(book, BEGIN);
        let ledger = book.owner_ledger();
        for _ in 0..2 {
            ledger.add_currency(&token("TOK"), &signature(), Mode::Commit).unwrap();
            ledger.add_schedule(&monthly("rent", 1), Mode::Commit).unwrap();
            ledger.change_period(&period_change(PeriodAction::Close, "2026-01"), Mode::Commit).unwrap();
            ledger.cancel_schedule(schedule_id("rent"), &signature().actor, None, Mode::Commit).unwrap();
        }
        ledger.add_currency(&token("OTHER"), &signature(), Mode::DryRun).unwrap();
        let kinds: Vec<_> = ledger.book_events(Sequence(0), 10).unwrap().iter().map(|event| event.change.kind()).collect();
        let expected = [
            BookEventKind::CurrencyRegistered,
            BookEventKind::ScheduleAdded,
            BookEventKind::PeriodClosed,
            BookEventKind::ScheduleCancelled,
        ];
        assert_eq!(kinds, expected);
        assert_eq!(ledger.clock_acceptance().unwrap(), None);
    }
}
