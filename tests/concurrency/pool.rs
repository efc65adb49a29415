//! The bounds of a ledger's connections: how many, who waits, and which are used again.

use std::time::{Duration, Instant};

use teller::store::{StoreError, StoreOptions};
use teller::{Error, Ledger, Mode};

use super::faults::{IMPATIENT, count_connections, open_customers};
use crate::support::{Holder, TestBook, assert_whole, in_parallel, on_every_backend, transfer};

/// How many times two calls fail; `TELLER_FAILURES` asks for more, by hand.
fn failures() -> usize {
    std::env::var("TELLER_FAILURES").map_or(2_000, |count| count.parse().unwrap())
}

on_every_backend! {
    // O4
    fn a_caller_behind_too_many_others_is_told_so_at_once(book: &TestBook) {
        open_customers(book);
        let wait = Duration::from_secs(2);
        let options = StoreOptions {
            connections_max: 1, connection_waiters_max: 1, connection_wait_max: wait, lock_wait_max: wait, ..IMPATIENT
        };
        let ledger = book.open_with(options);
        let holder = Holder::of(book);
        // One has the connection and waits for the lock, one waits for the connection, and for the third there is no place.
        let answers = in_parallel(3, |worker| ledger.post(transfer(&format!("k{worker}"), "alice", "bob", "1"), Mode::Commit));
        holder.release();
        let reasons: Vec<_> = answers.into_iter().map(|answer| answer.unwrap_err().to_string()).collect();
        let full = "the database is busy: all 1 connections are in use, and 1 callers wait for one";
        assert_eq!(reasons.iter().filter(|reason| *reason == full).count(), 1, "{reasons:?}");
    }

    fn a_command_that_waits_for_others_ends_at_its_deadline(book: &TestBook) {
        open_customers(book);
        let holder = Holder::of(book);
        let begin = Instant::now();
        book.run("--deadline 1s transfer alice bob 1").ends(75).says("the database is busy").says("nothing was posted");
        assert!(begin.elapsed() < Duration::from_secs(8), "{:?}", begin.elapsed());
        holder.release();
        assert_whole(&book.ledger(), 1);
    }

    fn operations_that_fail_leave_no_connection_behind(book: &TestBook) {
        open_customers(book);
        let ledger = open(book, "failing", IMPATIENT);
        in_parallel(20, |worker| {
            for number in 0..failures() / 20 {
                let refused = transfer(&format!("{worker} {number}"), "alice", "bob", "1000");
                assert!(matches!(ledger.post(&refused, Mode::Commit), Err(Error::Rejected(_) | Error::Store(StoreError::Busy { .. }))));
                assert!(ledger.get_account(&"ghost".parse().unwrap()).is_err());
            }
        });
        if book.is_on_postgres() {
            let count = count_connections(book, "failing");
            assert!((1..=10).contains(&count), "{count} connections");
        }
        ledger.post(transfer("k1", "alice", "bob", "1"), Mode::Commit).unwrap();
        assert_whole(&ledger, 2);
    }
}

#[test]
fn when_one_connection_is_lost_the_others_of_its_time_are_not_used_again() {
    let book = TestBook::on_postgres();
    open_customers(&book);
    let ledger = open(&book, "lost", StoreOptions { attempts_max: 1, ..StoreOptions::default() });
    in_parallel(8, |worker| {
        ledger.post(transfer(&format!("k{worker}"), "alice", "bob", "1"), Mode::Commit).unwrap();
    });
    assert!(count_connections(&book, "lost") > 1);
    book.query_i64("select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'lost'");
    while count_connections(&book, "lost") > 0 {}

    // What begins with the one statement that is a transaction by itself cannot tell whether that was heard of.
    let lost = ledger.post(transfer("k8", "alice", "bob", "1"), Mode::Commit);
    assert!(matches!(lost, Err(Error::Store(StoreError::OutcomeUnknown { .. }))), "{lost:?}");
    for _ in 0..2 {
        in_parallel(4, |worker| {
            ledger.post(transfer(&format!("k{worker}"), "alice", "bob", "1"), Mode::Commit).unwrap();
        });
    }
}

/// A ledger whose sessions have a name.
fn open(book: &TestBook, application: &str, options: StoreOptions) -> Ledger {
    let url =
        if book.is_on_postgres() { format!("{}&application_name={application}", book.url) } else { book.url.clone() };
    Ledger::open(url.parse().unwrap(), options).unwrap().with_clock(book.clock())
}
