//! What a PostgreSQL server can do to a client besides breaking the connection.

use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;

use teller::facts::AccountName;

use teller::requests::{AccountAction, AccountChange, Operation, Sides};
use teller::store::{Lifetime, Pool, StoreError, StoreOptions};
use teller::{Error, Ledger, Mode};

use crate::support::cluster::{Cluster, ROLE};
use crate::support::{Program, TestBook, check, transfer};

/// The statement that begins a transaction has two parts. The second is cancelled while the first has begun a transaction.
#[test]
fn a_transaction_whose_begin_is_cancelled_is_not_left_to_the_next_one() {
    let book = TestBook::on_postgres();
    check(&book, "account a asset EUR\naccount b asset EUR");
    let schema = book.query_text("select current_schema()::text");
    // A function of the book's own stands before PostgreSQL's, and waits.
    let url = format!("{}%2Cpg_catalog", book.url);
    // Each transaction brings its settings, as behind a pooler.
    let options = StoreOptions { connections_max: 1, lifetime: Lifetime::Short, ..StoreOptions::default() };
    let ledger = Ledger::open(url.parse().unwrap(), options).unwrap();
    book.raw(&format!(
        "create function set_config(text, text, boolean) returns text language plpgsql as $$ begin
            perform pg_advisory_xact_lock_shared(hashtext('{schema}'));
            return pg_catalog.set_config($1, $2, $3);
        end $$"
    ))
    .unwrap();
    let name: AccountName = "a".parse().unwrap();
    for write in [false, true] {
        let mut holder = book.connect_postgres();
        holder.batch_execute(&format!("select pg_advisory_lock(hashtext('{schema}'))")).unwrap();
        thread::scope(|scope| {
            let work = scope.spawn(|| {
                if write {
                    ledger.post(transfer("k1", "a", "b", "1"), Mode::Commit).map(drop)
                } else {
                    ledger.get_account(&name).map(drop)
                }
            });
            let cancelled = format!(
                "select count(pg_cancel_backend(pid)) from pg_stat_activity \
                    where wait_event_type = 'Lock' and query like 'begin%set_config%{schema}%'"
            );
            while book.query_i64(&cancelled) == 0 {}
            drop(holder);
            work.join().unwrap().unwrap();
        });
    }
    assert_eq!(ledger.get_account(&name).unwrap().version, 1);
}

#[test]
fn a_database_in_another_encoding_takes_no_book_and_one_that_is_there_is_warned_of() {
    let server = Cluster::primary(&[]);
    for encoding in ["LATIN1", "SQL_ASCII"] {
        let name = encoding.to_lowercase();
        server.run(&format!("create database {name} encoding '{encoding}' locale 'C' template template0"));
        let url = format!("postgres://{ROLE}@127.0.0.1:{}/{name}", server.port);
        let run = |arguments: &[&str]| Program::new(&[&["--database-url", &url], arguments].concat()).run();
        let refused = run(&["migrate", "run", "--format", "json"]).ends(78).says("createdb --encoding=UTF8");
        assert!(refused.stderr.contains("\"code\":\"database_not_utf8\"") && refused.stderr.contains(encoding));
        run(&["migrate", "status"]).ends(0);
        run(&["book", "create", "other"]).ends(78);
        run(&["doctor"]).ends(1).shows("use a database in UTF8");
        let fault = Ledger::migrate(url.parse().unwrap(), StoreOptions::default()).unwrap_err();
        assert!(fault.code() == "database_not_utf8" && !fault.is_retryable(), "{fault}");
    }
}

#[test]
fn a_server_without_a_connection_to_spare_is_busy() {
    let server = Cluster::primary(&[]);
    server.run("create role few login connection limit 0");
    server.run("create role many login");
    server.run("create database small connection limit 0");
    for url in [
        format!("postgres://few@127.0.0.1:{}/postgres", server.port),
        format!("postgres://many@127.0.0.1:{}/small", server.port),
    ] {
        let answer = Program::new(&["--database-url", &url, "--deadline", "500ms", "migrate", "status"]).run();
        answer.ends(75).says("too many connections");
        let once = StoreOptions { attempts_max: 1, retry_time_max: Duration::ZERO, ..StoreOptions::default() };
        let fault = Pool::connect(url.parse().unwrap(), once).unwrap_err();
        assert!(matches!(fault, StoreError::Busy { .. }) && fault.is_retryable() && fault.code() == "busy", "{fault}");
    }
}

#[test]
fn bounds_that_one_database_would_not_keep_are_refused_on_both() {
    let usual = StoreOptions::default();
    for book in [TestBook::on_postgres(), TestBook::on_sqlite()] {
        for options in [
            StoreOptions { statement_time_max: Duration::MAX, ..usual },
            StoreOptions { lock_wait_max: Duration::from_secs(u64::from(u32::MAX)), ..usual },
            StoreOptions { lock_wait_max: Duration::ZERO, ..usual },
            StoreOptions { connection_wait_max: Duration::MAX, ..usual },
            StoreOptions { connections_max: u32::MAX, ..usual },
            StoreOptions { connections_max: 0, ..usual },
        ] {
            let fault = Ledger::open(book.url.parse().unwrap(), options).unwrap_err();
            assert!(fault.code() == "options_invalid" && !fault.is_retryable(), "{fault}");
        }
        // Times that only Teller looks at may be without end.
        let patient = usual.with_deadline(Duration::MAX);
        Ledger::open(book.url.parse().unwrap(), patient).unwrap();
        Program::on(&book, &["--deadline", "5124095576h", "account", "list"]).run().ends(0);
    }
    for number in ["99999999999999999999", "-99999999999", "1e3", "x"] {
        let url = format!("postgres://u@127.0.0.1:1/d?connect_timeout={number}");
        Program::new(&["--database-url", &url, "account", "list"]).run().ends(69).says("check");
    }
    for port in ["99999", "0", "70000"] {
        Program::new(&["--database-url", &format!("postgres://u@127.0.0.1:{port}/d"), "account", "list"])
            .run()
            .ends(69);
    }
}

#[test]
fn what_makes_no_transfer_is_not_posted_and_does_not_panic() {
    for book in [TestBook::on_postgres(), TestBook::on_sqlite()] {
        check(&book, "account a asset EUR");
        let change = AccountChange {
            account: "a".parse().unwrap(),
            action: AccountAction::Freeze(Sides::Both),
            actor: "me".parse().unwrap(),
            reason: None,
        };
        let refused = book.ledger().post(Operation::Change(change), Mode::Commit).unwrap_err();
        assert!(matches!(refused, Error::Input(_)) && refused.code() == "request_invalid", "{refused}");
        check(&book, "balance a posted 0 version 0 state open");
    }
}
