//! The same request twice is one transfer.

mod kinds;

use std::sync::Barrier;
use std::thread;

use teller::facts::TransferId;
use teller::ledger::Posted;
use teller::money::{Currency, Money};
use teller::requests::{Parties, TransferRequest};
use teller::{Ledger, Mode};

use crate::support::{TestBook, check, on_every_backend};

const PARALLEL_REQUESTS: usize = 50;

on_every_backend! {
    // I1
    fn a_repeated_request_is_answered_with_the_first_transfer(book: &TestBook) {
        open_accounts(book);
        let ledger = book.ledger();
        let first = post(&ledger);
        book.set_time("2026-06-01T00:00:00Z");
        let mut second = post(&book.ledger());
        assert!(!first.replayed && second.replayed);
        second.replayed = false;
        assert_eq!(second, first);
        check(book, "
            balance alice posted 10 version 1
            history alice 10
        ");
        assert_eq!(book.query_i64("select count(*) from transfers"), 1);
    }

    fn an_id_with_other_content_is_refused(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account vault asset     EUR
            account alice liability EUR
            account bob   liability EUR
            account usd   asset     USD
            account us    liability USD
            deposit k1: alice 10 effective 2025-12-01T00:00:00Z note rent meta invoice=17 -> posted

            deposit k1: alice 10 effective 2025-12-01T00:00:00Z note rent meta invoice=17 -> replayed
            deposit k1: alice 11 effective 2025-12-01T00:00:00Z note rent meta invoice=17 -> id_reused sequence=7
            deposit k1: bob   10 effective 2025-12-01T00:00:00Z note rent meta invoice=17 -> id_reused
            deposit k1: alice 10 cash vault effective 2025-12-01T00:00:00Z note rent meta invoice=17 -> id_reused
            deposit k1: alice 10 effective 2025-12-02T00:00:00Z note rent meta invoice=17 -> id_reused
            deposit k1: alice 10                                note rent meta invoice=17 -> id_reused
            deposit k1: alice 10 effective 2025-12-01T00:00:00Z note gift meta invoice=17 -> id_reused
            deposit k1: alice 10 effective 2025-12-01T00:00:00Z           meta invoice=17 -> id_reused
            deposit k1: alice 10 effective 2025-12-01T00:00:00Z note rent meta invoice=18 -> id_reused
            deposit k1: alice 10 effective 2025-12-01T00:00:00Z note rent                 -> id_reused
            withdraw k1: alice 10 effective 2025-12-01T00:00:00Z note rent meta invoice=17 -> id_reused
            deposit k1: us 10 USD cash usd effective 2025-12-01T00:00:00Z note rent meta invoice=17 -> id_reused
            deposit k1: ghost 10 effective 2025-12-01T00:00:00Z note rent meta invoice=17 -> id_reused
            transfer k1: alice bob 10                                                     -> id_reused
            balance alice posted 10 version 1
            balance bob posted 0 version 0
        ");
    }

    fn the_same_content_in_other_words_is_the_same_request(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            deposit k1: alice 10.00 -> posted
            deposit k1: alice 10    -> replayed
            post k1: cash alice 10  -> replayed
            deposit k1: alice 10 effective 2026-01-01T00:00:00Z -> replayed
            deposit k2: alice 10 effective 2026-01-01T04:00:00+04:00 -> posted
            deposit k2: alice 10 effective 2026-01-01T00:00:00Z -> replayed
            balance alice posted 20 version 2
        ");
    }

    fn a_replay_is_answered_whatever_became_of_the_accounts(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            deposit  k1: alice 10 -> posted
            withdraw k2: alice 10 -> posted
            # The funds are gone.
            withdraw k2: alice 10 -> replayed
            limits alice max 0    -> changed
            deposit  k1: alice 10 -> replayed
        ");
        check(book, "
            close alice           -> closed
            close cash            -> closed
            deposit  k1: alice 10 -> replayed
            deposit  k3: alice 10 -> account_closed
            balance alice posted 0 version 2
        ");
    }

    fn the_same_id_in_another_book_is_new(book: &TestBook) {
        let other = book.another();
        for book in [book, &other] {
            check(book, "
                account cash  asset     EUR
                account alice liability EUR
                deposit k1: alice 10 -> posted
                balance alice posted 10 version 1
            ");
        }
        check(&other, "deposit k2: alice 5 -> posted");
        check(book, "
            deposit k2: alice 6 -> posted
            balance alice posted 16
        ");
    }

    // I2
    fn the_same_id_twice_in_a_batch_is_posted_once(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            deposit k0: alice 1 -> posted
            batch
                deposit k1: alice 10 -> posted
                deposit k1: alice 10 -> replayed
                deposit k1: alice 11 -> id_reused sequence=4
                deposit k0: alice 1  -> replayed
                deposit k0: alice 2  -> id_reused sequence=3
                deposit k2: alice 10 -> posted
                deposit k2: alice 10 -> replayed
            history alice 1 10 10
            balance alice posted 21 version 3
        ");
    }

    fn parallel_identical_requests_get_one_transfer_and_equal_answers(book: &TestBook) {
        open_accounts(book);
        let ledger = book.ledger();
        let start = Barrier::new(PARALLEL_REQUESTS);
        let run = || {
            start.wait();
            post(&ledger)
        };
        let answers: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..PARALLEL_REQUESTS).map(|_| scope.spawn(run)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|posted| !posted.replayed).count(), 1);
        assert!(answers.iter().all(|posted| posted.transfer == answers[0].transfer));
        check(book, "history alice 10");
    }

    // I3
    fn a_refused_request_leaves_nothing_and_its_retry_is_judged_anew(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            account bob   liability EUR
            transfer k1: alice bob 5 -> insufficient_funds
            transfer k1: alice bob 5 -> insufficient_funds
            balance alice posted 0 version 0
            deposit alice 5          -> posted
            transfer k1: alice bob 5 -> posted
            transfer k1: alice bob 5 -> replayed
            balance bob posted 5 version 1
            # A refused id may come back with other content, in the same batch too.
            batch
                transfer k2: alice bob 7 -> insufficient_funds
                transfer k2: bob alice 2 -> posted
                transfer k2: bob alice 2 -> replayed
            balance bob posted 3 version 2
        ");
        assert_eq!(book.query_i64("select count(*) from transfers"), 3);
    }
}

fn open_accounts(book: &TestBook) {
    check(
        book,
        "
        account cash  asset     EUR
        account alice liability EUR
    ",
    );
}

fn post(ledger: &Ledger) -> Posted {
    let euro = Currency::new("EUR".parse().unwrap(), 2).unwrap();
    let parties = Parties::Deposit { account: "alice".parse().unwrap(), cash: "cash".parse().unwrap() };
    let request = TransferRequest::new(TransferId::from_key("k1").unwrap(), parties, Money::parse("10", euro).unwrap());
    ledger.post(&request, Mode::Commit).unwrap()
}
