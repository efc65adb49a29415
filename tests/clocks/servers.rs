//! The clock of a PostgreSQL server, which is the book's whatever the machines of its clients believe.
//!
//! A function of the book's own schema stands before the server's, so that it tells Teller another time.

use std::time::Duration;

use teller::facts::{Actor, Instant};

use teller::requests::{BatchPolicy, Request};
use teller::store::StoreOptions;
use teller::{Clock, Ledger, Mode, submit_in};

use crate::support::{TestBook, check, transfer};

const ACCOUNTS: &str = "
    account a equity EUR
    account b equity EUR
    account c equity EUR
    account d equity EUR
";

/// A book on a server whose clock is off by so much.
fn book(off: &str) -> TestBook {
    let mut book = TestBook::on_postgres();
    check(&book, ACCOUNTS);
    set_server(&book, off);
    for url in [&mut book.url, &mut book.owner_url] {
        // The book's schema first, and PostgreSQL's own functions behind it.
        let (before, after) = url.split_once("search_path%3D").unwrap();
        let (schema, rest) =
            after.split_once('%').map_or((after, String::new()), |(schema, rest)| (schema, format!("%{rest}")));
        *url = format!("{before}search_path%3D{schema},pg_catalog{rest}");
    }
    book
}

fn set_server(book: &TestBook, off: &str) {
    let body = format!("select pg_catalog.clock_timestamp() + interval '{off}'");
    let function = "create or replace function clock_timestamp() returns timestamptz language sql volatile";
    book.raw(&format!("{function} as $$ {body} $$")).unwrap();
}

/// The server's time. Tests of clocks have no other way to know what a program should say.
fn server_time(book: &TestBook) -> Instant {
    let now = "select (extract(epoch from clock_timestamp()) * 1000000)::bigint";
    Instant::from_micros(book.query_i64(now)).unwrap()
}

/// Posts, and sees to it that the time is the server's.
#[track_caller]
fn assert_posts_by_the_server(book: &TestBook, ledger: &Ledger, key: &str, [from, to]: [&str; 2]) {
    let before = server_time(book);
    let posted = ledger.post(transfer(key, from, to, "1"), Mode::Commit).unwrap().transfer;
    let after = server_time(book);
    let second = Duration::from_secs(1);
    let (earliest, latest) = (before.before(second), after.after(second));
    assert!(
        (earliest..=latest).contains(&posted.recorded_at),
        "{} is not in {earliest} to {latest}",
        posted.recorded_at
    );
    assert_eq!((posted.effective_at, posted.clock_at), (posted.recorded_at, None));
}

const OFF: [&str; 6] = ["1 hour", "-1 hour", "1 month", "-1 month", "10 years", "-10 years"];

#[test]
fn every_client_goes_by_the_servers_clock() {
    for off in OFF {
        let book = book(off);
        let [one, other] = [book.ledger_of_today(), book.ledger_of_today()];
        for number in 0..3 {
            assert_posts_by_the_server(&book, &one, &format!("one {number}"), ["a", "b"]);
            assert_posts_by_the_server(&book, &other, &format!("other {number}"), ["b", "a"]);
        }
        assert_eq!(one.verify(&mut |_| {}).unwrap().findings, []);
    }
}

// A clock that was told wrong once is refused by the statement that writes, and measured again.
#[test]
fn a_servers_clock_that_jumps_is_noticed_by_the_write_itself() {
    for off in OFF {
        let book = book("0 seconds");
        let ledger = book.ledger_of_today();
        // The first ones are remembered afterwards, and their next transfer is one statement; the others are locked first.
        assert_posts_by_the_server(&book, &ledger, "before", ["a", "b"]);
        assert_posts_by_the_server(&book, &ledger, "before too", ["c", "d"]);
        set_server(&book, off);
        if off.starts_with('-') {
            // They have been there already, by a clock that was ahead.
            let refused = ledger.post(transfer("refused", "a", "b", "1"), Mode::Commit).unwrap_err();
            assert!(refused.to_string().contains("account a has an entry of"), "{off}: {refused}");
            continue;
        }
        assert_posts_by_the_server(&book, &ledger, "after", ["a", "b"]);
        assert_posts_by_the_server(&book, &ledger, "after too", ["c", "d"]);
        let many: Vec<Request> =
            (0..60).map(|number| transfer(&format!("many {number}"), "a", "c", "1").into()).collect();
        let answers = ledger.submit(&many, BatchPolicy::CarryOn, Mode::Commit).unwrap();
        let first = answers[0].as_ref().unwrap().transfers[0].transfer.recorded_at;
        assert!(first.after(Duration::from_secs(30)) > server_time(&book), "{off}: {first}");
    }
}

#[test]
fn a_server_that_never_agrees_is_no_reason_to_write_a_wrong_time() {
    let book = book("0 seconds");
    let options = StoreOptions { retry_time_max: Duration::from_millis(300), ..StoreOptions::default() };
    let ledger = Ledger::open(book.url.parse().unwrap(), options).unwrap();
    assert_posts_by_the_server(&book, &ledger, "before", ["a", "b"]);
    // Another hour each time that it is asked.
    book.raw("create sequence asked").unwrap();
    let body = "select pg_catalog.clock_timestamp() + nextval('asked') * interval '1 hour'";
    book.raw(&format!(
        "create or replace function clock_timestamp() returns timestamptz language sql volatile as $$ {body} $$"
    ))
    .unwrap();
    for key in ["k1", "k2"] {
        let fault = ledger.post(transfer(key, "a", "b", "1"), Mode::Commit).unwrap_err();
        assert!(fault.to_string().contains("lost against others"), "{fault}");
    }
    assert_eq!(book.query_i64("select count(*) from transfers"), 1);
}

#[test]
fn an_applications_own_transaction_goes_by_the_servers_clock() {
    let book = book("10 years");
    let mut connection = book.connect_postgres();
    let requests = [transfer("k1", "a", "b", "1").into()];
    let before = server_time(&book);
    let receipts =
        submit_in(&mut connection, &Actor::teller(), &Clock::system(), &requests, BatchPolicy::CarryOn).unwrap();
    let recorded_at = receipts[0].as_ref().unwrap().transfers[0].transfer.recorded_at;
    assert!((before..=server_time(&book)).contains(&recorded_at), "{recorded_at}");
}

#[test]
fn the_program_says_where_its_machines_clock_is_another() {
    let book = book("1 hour");
    let doctor = book.run("doctor --format csv");
    assert!(
        doctor.stdout.contains("ahead of ours") && doctor.stdout.contains("goes by the server's clock"),
        "{}",
        doctor.stdout
    );
    book.run("transfer a b 1").ends(0);
    let shown = book.run("clock show --format json").ends(0).json();
    assert_eq!(shown["refused"], false, "{shown}");
    assert!(
        shown["now"].as_str().unwrap() > server_time(&book).before(Duration::from_mins(1)).to_string().as_str(),
        "{shown}"
    );
}
