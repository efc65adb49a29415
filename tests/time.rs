//! When a transfer was recorded, and what a balance was then.

use std::thread;

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Integer;
use teller::facts::{Actor, Instant};
use teller::ledger::StatementQuery;
use teller::money::{Amount, Currency, Money};
use teller::requests::{Parties, TransferRequest};
use teller::{Clock, Ledger, Mode, post_in};

use crate::support::{TestBook, check, on_every_backend};

on_every_backend! {
    // T1
    fn a_balance_as_of_a_moment_counts_what_was_recorded_until_then(book: &TestBook) {
        check(book, "
            at 2026-01-01T11:00:00Z
            account cash  asset     EUR
            account alice liability EUR
            at 2026-01-01T12:00:00Z
            deposit alice 10 -> posted
            at 2026-01-01T13:00:00Z
            deposit alice 20 -> posted
            at 2026-01-01T14:00:00Z
            deposit alice 50 -> posted
            balance alice at 0001-01-01T00:00:00Z 0
            balance alice at 2026-01-01T11:59:59.999999Z 0
            balance alice at 2026-01-01T12:00:00Z 10
            balance alice at 2026-01-01T12:15:00Z 10
            balance alice at 2026-01-01T12:59:59.999999Z 10
            balance alice at 2026-01-01T13:00:00Z 30
            balance alice at 2026-01-01T13:15:00Z 30
            balance alice at 2026-01-01T14:00:00Z 80
            balance alice at 9999-12-31T23:59:59.999999Z 80
            balance cash  at 2026-01-01T13:15:00Z 30
        ");
    }

    // T5
    fn a_moment_is_the_same_in_every_offset(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            at 2026-01-01T16:00:00+04:00
            deposit alice 10 -> posted
            balance alice at 2026-01-01T12:00:00Z 10
            balance alice at 2026-01-01T16:00:00+04:00 10
            balance alice at 2026-01-01T11:59:59.999999Z 0
            balance alice at 2026-01-01T15:59:59.999999+04:00 0
        ");
    }

    fn an_account_that_was_never_used_was_always_at_zero(book: &TestBook) {
        check(book, "
            account alice liability EUR
            balance alice at 0001-01-01T00:00:00Z 0
            balance alice at 9999-12-31T23:59:59.999999Z 0
        ");
    }

    fn recorded_times_rise_though_the_clock_stands_still_or_goes_back(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            at 2026-01-01T12:00:00Z
            deposit alice 10 -> posted
            deposit alice 20 -> posted
            at 2026-01-01T11:59:01Z
            batch
                deposit alice 30 -> posted
                deposit alice 40 -> posted
            balance alice at 2026-01-01T11:59:59.999999Z 0
            balance alice at 2026-01-01T12:00:00Z 10
            balance alice at 2026-01-01T12:00:00.000001Z 30
            balance alice at 2026-01-01T12:00:00.000002Z 60
            balance alice at 2026-01-01T12:00:00.000003Z 100
        ");
    }

    fn an_account_is_not_held_back_by_others_times(book: &TestBook) {
        check(book, "
            account a equity EUR
            account b equity EUR
            account c equity EUR
            account d equity EUR
            at 2026-01-01T12:00:00Z
            transfer a b 1 -> posted
            at 2026-01-01T11:59:30Z
            transfer c d 1 -> posted
            # Later than the newest transfer of either account.
            transfer c a 1 -> posted
            balance d at 2026-01-01T11:59:30Z 1
            balance c at 2026-01-01T12:00:00Z -1
            balance c at 2026-01-01T12:00:00.000001Z -2
        ");
    }

    // T2, as far as one writer at a time lets it happen: the clock that was read first writes last.
    fn a_writer_with_a_late_clock_is_recorded_behind_what_it_follows(book: &TestBook) {
        open_accounts(book);
        let slow = book.ledger().with_clock(clock("2026-01-01T12:59:10Z"));
        let fast = book.ledger().with_clock(clock("2026-01-01T13:00:00Z"));
        assert_eq!(slow.get_account(&"alice".parse().unwrap()).unwrap().version, 0);
        fast.post(deposit(book, "10"), Mode::Commit).unwrap();
        slow.post(deposit(book, "20"), Mode::Commit).unwrap();
        check(book, T2_OUTCOME);
    }

    // T6
    fn ten_thousand_transfers_keep_their_order(book: &TestBook) {
        open_accounts(book);
        let ledger = book.ledger();
        let requests: Vec<_> = (1..=10_000).map(|units| deposit_of(book, Amount::from_minor(units))).collect();
        for batch in requests.chunks(1_000) {
            let answers = ledger.post_batch(batch, Mode::Commit).unwrap();
            assert!(answers.iter().all(Result::is_ok));
        }
        check_order(&ledger, &requests);
        check(book, "balance alice posted 500050.00 version 10000");
    }
}

const T2_OUTCOME: &str = "
    history alice 10 20 balances 10 30
    balance alice at 2026-01-01T12:59:59.999999Z 0
    balance alice at 2026-01-01T13:00:00Z 10
    balance alice at 2026-01-01T13:00:00.000001Z 30
    balance alice effective 2026-01-01T12:59:09.999999Z 0
    balance alice effective 2026-01-01T12:59:10Z 20
    balance alice effective 2026-01-01T13:00:00Z 30
    balance alice version 2
";

// T2
#[test]
fn a_transaction_that_began_first_and_posts_last_is_recorded_last() {
    let book = TestBook::on_postgres();
    open_accounts(&book);
    let (mut first, mut second) = (book.connect_postgres(), book.connect_postgres());
    begin(&mut first);
    begin(&mut second);
    post_in(&mut second, &Actor::teller(), &clock("2026-01-01T13:00:00Z"), &[deposit(&book, "10")])
        .unwrap()
        .remove(0)
        .unwrap();
    second.batch_execute("commit").unwrap();
    post_in(&mut first, &Actor::teller(), &clock("2026-01-01T12:59:10Z"), &[deposit(&book, "20")])
        .unwrap()
        .remove(0)
        .unwrap();
    first.batch_execute("commit").unwrap();
    check(&book, T2_OUTCOME);
}

#[test]
fn a_transaction_that_waited_for_the_lock_sees_what_it_waited_for() {
    let book = TestBook::on_postgres();
    open_accounts(&book);
    let mut first = book.connect_postgres();
    begin(&mut first);
    let pid: i32 = sql::<Integer>("select pg_backend_pid()").get_result(&mut first).unwrap();
    post_in(&mut first, &Actor::teller(), &clock("2026-01-01T13:00:00Z"), &[deposit(&book, "10")])
        .unwrap()
        .remove(0)
        .unwrap();

    let request = deposit(&book, "20");
    let ledger = book.ledger().with_clock(clock("2026-01-01T12:59:10Z"));
    let second = thread::spawn(move || ledger.post(&request, Mode::Commit).map(drop));
    let waiting = format!("select count(*) from pg_stat_activity where {pid} = any(pg_blocking_pids(pid))");
    while book.query_i64(&waiting) == 0 {
        assert!(!second.is_finished(), "the second writer waits for the first");
        thread::yield_now();
    }
    first.batch_execute("commit").unwrap();
    second.join().unwrap().unwrap();
    check(&book, T2_OUTCOME);
}

fn begin(connection: &mut PgConnection) {
    // The transaction's own time and snapshot begin here.
    connection.batch_execute("begin; select count(*) from transfers").unwrap();
}

fn clock(now: &str) -> Clock {
    let now: Instant = now.parse().unwrap();
    Clock::new(move || now)
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

fn deposit(book: &TestBook, amount: &str) -> TransferRequest {
    deposit_of(book, Money::parse(amount, euro()).unwrap().amount)
}

fn deposit_of(book: &TestBook, amount: Amount) -> TransferRequest {
    let parties = Parties::Deposit { account: "alice".parse().unwrap(), cash: "cash".parse().unwrap() };
    TransferRequest::new(book.next_id(), parties, Money::new(amount, euro()))
}

fn euro() -> Currency {
    Currency::new("EUR".parse().unwrap(), 2).unwrap()
}

/// Reads the account's history from the newest transfer back, and compares it with what was asked for.
fn check_order(ledger: &Ledger, requests: &[TransferRequest]) {
    let mut query = StatementQuery::newest(1_000);
    let mut newer = None;
    let mut expected = requests.iter().rev();
    loop {
        let page = ledger.statement(&"alice".parse().unwrap(), &query).unwrap();
        for entry in page.entries {
            let transfer = entry.transfer;
            assert_eq!(Some(transfer.id), expected.next().map(|request| request.id.id()));
            let place = (transfer.sequence, transfer.recorded_at);
            assert!(newer.is_none_or(|(sequence, time)| place.0 < sequence && place.1 < time), "{place:?}, {newer:?}");
            newer = Some(place);
        }
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
    }
    assert_eq!(expected.next(), None);
}
