//! What comes of waiting in vain, made on purpose.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;

use teller::store::{Lifetime, MissingBook, StoreError, StoreOptions};
use teller::{Error, Ledger, Mode};

use super::open_assets;
use crate::support::{
    Holder, TestBook, assert_whole, check, in_parallel, on_every_backend, transfer, transfer_with_id,
};

/// One attempt, and a short wait.
pub(super) const IMPATIENT: StoreOptions = StoreOptions {
    connections_max: 10,
    connection_waiters_max: 1_000,
    connection_wait_max: Duration::from_millis(100),
    connect_time_max: Duration::ZERO,
    statement_time_max: Duration::from_secs(10),
    lock_wait_max: Duration::from_millis(100),
    attempts_max: 1,
    retry_time_max: Duration::from_secs(10),
    slow_statement_min: Duration::MAX,
    missing_book: MissingBook::Refuse,
    lifetime: Lifetime::Long,
};

on_every_backend! {
    // O3
    fn a_lock_that_is_waited_for_in_vain_reads_as_busy(book: &TestBook) {
        open_customers(book);
        let holder = Holder::of(book);
        // Too much is asked for, but nobody can know that while the account is locked.
        for euros in ["1", "1000"] {
            let answer = book.open_with(IMPATIENT).post(transfer("k1", "alice", "bob", euros), Mode::Commit);
            assert!(matches!(answer, Err(Error::Store(StoreError::Busy { .. }))), "{answer:?}");
        }
        holder.release();
        assert!(!book.ledger().post(transfer("k1", "alice", "bob", "1"), Mode::Commit).unwrap().replayed);
        check(book, "balance alice posted 9 version 2");
    }

    // O4
    fn a_connection_that_is_waited_for_in_vain_reads_as_busy(book: &TestBook) {
        open_customers(book);
        let options = StoreOptions { connections_max: 1, lock_wait_max: Duration::from_secs(2), ..IMPATIENT };
        let ledger = book.open_with(options);
        let holder = Holder::of(book);
        // One has the connection and waits for the lock; the other can only wait for the connection.
        let answers = in_parallel(2, |worker| ledger.post(transfer(&format!("k{worker}"), "alice", "bob", "1"), Mode::Commit));
        let reason = |answer| match answer {
            Err(Error::Store(StoreError::Busy { reason })) => reason,
            other => panic!("not busy: {other:?}"),
        };
        let reasons: Vec<String> = answers.into_iter().map(reason).collect();
        assert_eq!(reasons.iter().filter(|reason| *reason == "all 1 connections are in use").count(), 1, "{reasons:?}");
        holder.release();
        check(book, "balance alice posted 10 version 1");
    }

    // O4
    fn two_hundred_clients_on_one_account_share_ten_connections(book: &TestBook) {
        const APPLICATION: &str = "two_hundred_clients";
        open_assets(book, 201);
        let url = if book.is_on_postgres() { format!("{}&application_name={APPLICATION}", book.url) } else { book.url.clone() };
        let options = StoreOptions { connection_wait_max: Duration::from_mins(2), ..StoreOptions::default() };
        let ledger = Ledger::open(url.parse().unwrap(), options).unwrap().with_clock(book.clock());
        let has_ended = AtomicBool::new(false);
        let connections_most = thread::scope(|scope| {
            let watcher = book.is_on_postgres().then(|| scope.spawn(|| {
                let mut most = 0;
                while !has_ended.load(Ordering::Relaxed) {
                    most = most.max(count_connections(book, APPLICATION));
                }
                most
            }));
            in_parallel(200, |worker| {
                let request = transfer_with_id(book.next_id(), &format!("a{}", worker + 1), "a0", "1");
                ledger.post(&request, Mode::Commit).unwrap();
            });
            has_ended.store(true, Ordering::Relaxed);
            watcher.map(|watcher| watcher.join().unwrap())
        });
        assert!(connections_most.is_none_or(|most| (1..=10).contains(&most)), "{connections_most:?}");
        check(book, "balance a0 posted 200 version 200");
    }
}

/// A deadlock with an application that locks in another order: PostgreSQL undoes the ledger's transaction.
// O3
#[test]
fn a_deadlock_reads_as_a_conflict_and_passes_when_it_is_tried_again() {
    let book = TestBook::on_postgres();
    open_customers(&book);
    for (attempts_max, key) in [(1, "k1"), (20, "k2")] {
        let mut application = book.connect_postgres();
        // It waits longer than the ledger before it looks for a circle, so it is the ledger that finds one.
        let lock_bob = "set deadlock_timeout = '1min'; begin; select from accounts where name = 'bob' for update";
        application.batch_execute(lock_bob).unwrap();
        let options = StoreOptions { attempts_max, ..StoreOptions::default() };
        let ledger = book.open_with(options);
        let answer = thread::scope(|scope| {
            let post = scope.spawn(|| ledger.post(transfer(key, "alice", "bob", "1"), Mode::Commit));
            let waits = "select count(*) from pg_locks where not granted and pid in \
                (select pid from pg_locks where relation = 'accounts'::regclass)";
            while book.query_i64(waits) == 0 {}
            application.batch_execute("select from accounts where name = 'alice' for update; rollback").unwrap();
            post.join().unwrap()
        });
        match answer {
            Err(Error::Store(StoreError::Conflict { .. })) => assert_eq!(attempts_max, 1),
            answer => assert!(attempts_max > 1 && !answer.unwrap().replayed),
        }
    }
    assert_whole(&book.ledger(), 2);
}

pub(super) fn open_customers(book: &TestBook) {
    check(
        book,
        "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        deposit alice 10 -> posted
    ",
    );
}

pub(super) fn count_connections(book: &TestBook, application: &str) -> i64 {
    book.query_i64(&format!("select count(*) from pg_stat_activity where application_name = '{application}'"))
}
