//! Writers that commit in another order than that of their sequences, beside a reader.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use diesel::connection::{Connection, SimpleConnection};
use diesel::dsl::sql;
use diesel::query_dsl::RunQueryDsl;
use diesel::sql_types::Integer;

use teller::facts::{AccountType, Actor, Sequence};
use teller::ledger::{EventCursor, EventFilter};
use teller::requests::AccountRequest;
use teller::store::StoreOptions;
use teller::{Ledger, Mode, post_in};

use crate::connections::server_of;
use crate::support::pgbouncer::PgBouncer;
use crate::support::{Random, TestBook, check, in_parallel, transfer};

use super::WAIT;

const WRITERS: usize = 8;
const POSTS: usize = 60;

const ACCOUNTS: &str = "
    account w0 equity EUR min none
    account w1 equity EUR min none
    account w2 equity EUR min none
    account w3 equity EUR min none
    account w4 equity EUR min none
    account w5 equity EUR min none
    account w6 equity EUR min none
    account w7 equity EUR min none
    account pot0 equity EUR min none
    account pot1 equity EUR min none
";

/// The sequences of everything in the book.
fn sequences(book: &TestBook) -> Vec<i64> {
    let all = "
        select sequence from transfers union all select id from accounts union all select sequence from account_events
        union all select sequence from book_events";
    let texts = book.query_texts(&format!("select cast(sequence as text) from ({all}) as everything"));
    let mut sequences: Vec<i64> = texts.iter().map(|sequence| sequence.parse().unwrap()).collect();
    sequences.sort_unstable();
    sequences
}

/// Reads events until it is told that nothing more comes, and checks that each comes behind those before it.
fn read_until(ledger: &Ledger, is_over: &AtomicBool) -> Vec<i64> {
    let (mut after, mut seen): (Option<EventCursor>, Vec<i64>) = (None, Vec::new());
    loop {
        let was_over = is_over.load(Ordering::SeqCst);
        let page = ledger.list_events(after, &EventFilter::default(), 50, Duration::ZERO).unwrap();
        for event in &page.events {
            assert!(
                seen.last().is_none_or(|last| *last < event.sequence.0),
                "{} behind {:?}",
                event.sequence,
                seen.last()
            );
            seen.push(event.sequence.0);
        }
        after = page.next;
        if was_over && page.is_last && page.horizon == page.newest {
            return seen;
        }
        if page.is_last {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Posts in a transaction of the application's own, which takes its time and is sometimes rolled back.
fn post_in_own_transaction(book: &TestBook, worker: usize, number: usize, random: &mut Random) {
    let mut connection = book.connect_postgres();
    let (pause, is_kept) = (random.below(4), random.below(3) > 0);
    let request =
        transfer(&format!("own {worker} {number}"), &format!("w{worker}"), &format!("pot{}", random.below(2)), "1");
    let outcome = connection.transaction(|connection| {
        post_in(connection, &Actor::teller(), &book.clock(), std::slice::from_ref(&request)).unwrap()[0]
            .as_ref()
            .unwrap();
        thread::sleep(Duration::from_millis(pause));
        if is_kept { Ok(()) } else { Err(diesel::result::Error::RollbackTransaction) }
    });
    assert_eq!(outcome.is_ok(), is_kept);
}

#[test]
fn eight_writers_and_a_reader_that_misses_nothing() {
    let book = TestBook::on_postgres();
    write_and_read(&book, &book.url);
}

/// Each transaction of the reader, and of most writers, is in another session of the server.
#[test]
fn the_order_holds_behind_a_pooler() {
    let book = TestBook::on_postgres();
    let role = book.query_text("select current_user::text");
    let settings = "pool_mode = transaction\ndefault_pool_size = 5\nignore_startup_parameters = options";
    let pooler = PgBouncer::to(&server_of(&book), &role, settings);
    write_and_read(&book, &book.url.replace(&server_of(&book), &pooler.address));
}

/// Eight writers, some of whom roll back or take their time, and two readers, who must see the same.
fn write_and_read(book: &TestBook, url: &str) {
    check(book, ACCOUNTS);
    let open = || Ledger::open(url.parse().unwrap(), StoreOptions::default()).unwrap().with_clock(book.clock());
    let is_over = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let readers: Vec<_> = (0..2).map(|_| scope.spawn(|| read_until(&open(), &is_over))).collect();
        in_parallel(WRITERS, |worker| {
            let ledger = open();
            let euro = ledger.get_currency("EUR".parse().unwrap()).unwrap().currency;
            let mut random = Random(worker as u64 + 1);
            for number in 0..POSTS {
                match random.below(4) {
                    0 => post_in_own_transaction(book, worker, number, &mut random),
                    1 => {
                        let name = format!("new:{worker}:{number}").parse().unwrap();
                        ledger
                            .open_account(&AccountRequest::new(name, AccountType::Equity, euro), Mode::Commit)
                            .unwrap();
                    }
                    _ => {
                        let (from, to) = (format!("w{worker}"), format!("pot{}", random.below(2)));
                        ledger.post(transfer(&format!("{worker} {number}"), &from, &to, "1"), Mode::Commit).unwrap();
                    }
                }
            }
        });
        is_over.store(true, Ordering::SeqCst);
        readers.into_iter().map(|reader| reader.join().unwrap()).collect::<Vec<_>>()
    });
    let expected = sequences(book);
    assert!(expected.len() > WRITERS * POSTS / 2);
    for seen in seen {
        assert_eq!(seen, expected);
    }
}

#[test]
fn what_was_drawn_first_holds_back_what_was_committed_first() {
    let book = TestBook::on_postgres();
    check(&book, ACCOUNTS);
    let ledger = book.ledger();
    let before = ledger.newest_event_cursor(WAIT).unwrap();
    let list = || ledger.list_events(before, &EventFilter::default(), 10, Duration::ZERO).unwrap();

    let mut slow = book.connect_postgres();
    slow.batch_execute("begin").unwrap();
    let request = transfer("slow", "w0", "pot0", "1");
    let slow_sequence =
        post_in(&mut slow, &Actor::teller(), &book.clock(), &[request]).unwrap()[0].as_ref().unwrap().transfer.sequence;
    let fast_sequence = ledger.post(transfer("fast", "w1", "pot1", "1"), Mode::Commit).unwrap().transfer.sequence;
    assert!(slow_sequence < fast_sequence);

    for _ in 0..3 {
        let page = list();
        assert_eq!(page.events, [], "the slow one may still be committed");
        assert_eq!((page.next, page.newest), (before, fast_sequence));
    }
    // Writers that began later hold back nothing.
    let mut later = book.connect_postgres();
    later.batch_execute("begin").unwrap();
    post_in(&mut later, &Actor::teller(), &book.clock(), &[transfer("later", "w2", "w3", "1")]).unwrap()[0]
        .as_ref()
        .unwrap();
    slow.batch_execute("commit").unwrap();
    let seen: Vec<_> = list().events.iter().map(|event| event.sequence).collect();
    assert_eq!(seen, [slow_sequence, fast_sequence]);
    later.batch_execute("rollback").unwrap();
    assert_eq!(list().events.len(), 2);
}

#[test]
fn doctor_names_the_session_that_holds_events_back() {
    let book = TestBook::on_postgres();
    check(&book, ACCOUNTS);
    let fact = || {
        let facts = book.run("doctor --format json").json();
        let facts = facts["items"].as_array().unwrap().clone();
        facts.into_iter().find(|fact| fact["fact"] == "feed").unwrap()
    };
    assert_eq!(fact()["value"], "no writer holds events back");
    let mut slow = book.connect_postgres();
    slow.batch_execute("begin").unwrap();
    post_in(&mut slow, &Actor::teller(), &book.clock(), &[transfer("slow", "w0", "pot0", "1")]).unwrap()[0]
        .as_ref()
        .unwrap();
    let pid: i32 = sql::<Integer>("select pg_backend_pid()").get_result(&mut slow).unwrap();
    assert!(fact()["value"].as_str().unwrap().contains(&format!("session {pid} ")), "{:?}", fact());
    slow.batch_execute("rollback").unwrap();
    assert_eq!(fact()["value"], "no writer holds events back");
}

#[test]
fn an_account_that_is_being_opened_holds_back_what_came_after_it() {
    let book = TestBook::on_postgres();
    check(&book, ACCOUNTS);
    let ledger = book.ledger();
    let before = ledger.newest_event_cursor(WAIT).unwrap();
    // Somebody has inserted an account of that name and not committed it, so the opening waits with its number drawn.
    let mut other = book.connect_postgres();
    let copy = "
        begin;
        insert into accounts (id, name, account_type, currency, exponent, head, opened_at, opened_by)
        select -1, 'contested', account_type, currency, exponent, head, opened_at, opened_by from accounts where name = 'w0'";
    other.batch_execute(copy).unwrap();
    let pid: i32 = sql::<Integer>("select pg_backend_pid()").get_result(&mut other).unwrap();
    let waiting = format!("select count(*) from pg_stat_activity where {pid} = any(pg_blocking_pids(pid))");
    thread::scope(|scope| {
        let opening = scope.spawn(|| book.run("account open contested --currency EUR --type equity"));
        while book.query_i64(&waiting) == 0 {
            thread::sleep(Duration::from_millis(1));
        }
        let posted = ledger.post(transfer("t", "w0", "w1", "1"), Mode::Commit).unwrap().transfer.sequence;
        let list = || ledger.list_events(before, &EventFilter::default(), 10, Duration::ZERO).unwrap();
        assert_eq!(list().events, []);
        assert_eq!(list().events, []);
        other.batch_execute("rollback").unwrap();
        opening.join().unwrap().ends(0);
        let sequences: BTreeSet<Sequence> = list().events.iter().map(|event| event.sequence).collect();
        assert_eq!(sequences.len(), 2);
        assert_eq!(sequences.last(), Some(&posted));
    });
}
