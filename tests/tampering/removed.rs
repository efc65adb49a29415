//! Rows that are gone: a chain that ends where none should end is a fault wherever it is walked, and never a zero.

use teller::facts::Instant;
use teller::ledger::{AsOf, Span, StatementOrder, StatementQuery};
use teller::store::StoreError;
use teller::{Error, Mode};

use super::{disarm, fill, restore, switches_off};
use crate::support::{TestBook, check, on_every_backend, transfer};

#[track_caller]
fn assert_corrupt<T: std::fmt::Debug>(answer: Result<T, Error>) {
    match answer {
        Err(error @ Error::Store(StoreError::Corrupt(_))) => assert_eq!(error.code(), "corrupt_row"),
        other => panic!("it is answered as if nothing were missing: {other:?}"),
    }
}

fn at(second: &str) -> Instant {
    format!("2026-01-01T00:00:{second}Z").parse().unwrap()
}

fn remove(book: &TestBook, condition: &str) {
    book.raw_script(&format!("{} delete from {condition}", switches_off(book))).unwrap();
}

on_every_backend! {
    fn an_old_transfer_that_is_gone_is_no_beginning(book: &TestBook) {
        let ledger = fill(book);
        let alice = "alice".parse().unwrap();
        let span = |order, from| Span { order, from, ..Span::default() };
        let recorded = StatementOrder::Recorded;
        assert_eq!(ledger.balance_as_of(&alice, AsOf::recorded(at("00"))).unwrap().to_string(), "0.00 EUR");
        remove(book, "transfers where sequence = 8");

        for second in ["00", "01", "02"] {
            assert_corrupt(ledger.balance_as_of(&alice, AsOf::recorded(at(second))));
            assert_corrupt(ledger.balances_as_of(std::slice::from_ref(&alice), AsOf::effective(at(second))));
        }
        assert_corrupt(ledger.statement(&alice, &StatementQuery::newest(10)));
        assert_corrupt(ledger.statement(&alice, &StatementQuery::of_span(span(recorded, None), 10)));
        assert_corrupt(ledger.statement(&alice, &StatementQuery::of_span(span(recorded, Some(at("02"))), 2)));
        assert_corrupt(ledger.statement(&alice, &StatementQuery::of_span(span(StatementOrder::Effective, None), 10)));
        // What is there is told.
        assert_eq!(ledger.balance_as_of(&alice, AsOf::recorded(at("03"))).unwrap().to_string(), "90.00 EUR");
        assert_eq!(ledger.statement(&alice, &StatementQuery::newest(1)).unwrap().entries.len(), 1);
        book.run("balance alice --recorded-at 2026-01-01T00:00:02Z").ends(70).says("row 8: sequence is \"missing");
        book.run("verify --account alice").ends(1);
        restore(book);
        assert_eq!(ledger.statement(&alice, &StatementQuery::newest(10)).unwrap().entries.len(), 4);
    }

    fn a_newest_transfer_that_is_gone_is_no_end(book: &TestBook) {
        let ledger = fill(book);
        let carol = "carol".parse().unwrap();
        remove(book, "transfers where sequence = 13");
        assert_corrupt(ledger.balance_as_of(&carol, AsOf::recorded(at("59"))));
        assert_corrupt(ledger.statement(&carol, &StatementQuery::newest(10)));
        assert_corrupt(ledger.statement(&carol, &StatementQuery::of_span(Span::default(), 10)));
    }

    fn what_left_an_account_is_not_counted_without_a_transfer_that_is_gone(book: &TestBook) {
        check(book, "
            account a liability EUR
            account cash asset EUR
            deposit a 100 -> posted
            limits a per-month 50 -> changed
            withdraw a 1 -> posted
            withdraw a 1 -> posted
            account b liability EUR
        ");
        disarm(book);
        remove(book, "transfers where debit_account_id = 1 and debit_version = 2");
        assert_corrupt(book.ledger().post(transfer("k1", "a", "b", "1"), Mode::Commit));
    }

    fn a_change_of_an_account_that_is_gone_is_a_fault(book: &TestBook) {
        let ledger = fill(book);
        let alice = "alice".parse().unwrap();
        assert_eq!(ledger.account_events(&alice, None, 10).unwrap().1.len(), 2);
        remove(book, "account_events where account_id = 2 and event = 1");
        assert_corrupt(ledger.account_events(&alice, None, 10));
        assert_eq!(ledger.account_events(&alice, None, 1).unwrap().1.len(), 1);
    }
}
