//! A pooler that lends each transaction another of the server's sessions.

use std::thread;

use diesel::prelude::*;
use diesel::sql_types::Text;

use teller::ledger::StatementQuery;
use teller::store::{Depth, Lifetime, Pool, StoreOptions};
use teller::{Ledger, Mode};

use super::server_of;
use crate::support::pgbouncer::PgBouncer;
use crate::support::{Program, TestBook, assert_whole, check, transfer};

const WORKERS: usize = 8;
const ROUNDS: i64 = 40;

/// Few sessions for many clients, and a book that is named in `options`.
const TRANSACTION_MODE: &str = "pool_mode = transaction\ndefault_pool_size = 3\nignore_startup_parameters = options";

fn pgbouncer(book: &TestBook, settings: &str) -> (PgBouncer, String) {
    let role = book.query_text("select current_user::text");
    let pooler = PgBouncer::to(&server_of(book), &role, settings);
    let url = book.url.replace(&server_of(book), &pooler.address);
    (pooler, url)
}

fn pooler_of(url: &str) -> String {
    pooler_for(StoreOptions::default(), url)
}

fn pooler_for(options: StoreOptions, url: &str) -> String {
    let pool = Pool::connect(url.parse().unwrap(), options).unwrap();
    let facts = pool.diagnose(Depth::Quick).unwrap().facts;
    facts.into_iter().find(|fact| fact.name == "pooler").unwrap().value
}

#[test]
fn a_pooler_is_noticed_in_every_mode_and_a_direct_way_too() {
    let book = TestBook::on_postgres();
    assert!(pooler_of(&book.url).starts_with("none"));
    let one = StoreOptions { connections_max: 1, ..StoreOptions::default() };
    assert!(pooler_for(one, &book.url).starts_with("none"));
    assert!(pooler_for(StoreOptions { lifetime: Lifetime::Short, ..one }, &book.url).starts_with("not known"));
    for mode in ["transaction", "session"] {
        let (_pooler, url) = pgbouncer(&book, &format!("pool_mode = {mode}\nignore_startup_parameters = options"));
        assert!(pooler_of(&url).starts_with("one is on the way"), "{mode}");
    }
    // Where options are refused, they can only be left out.
    let (_pooler, url) = pgbouncer(&book, "pool_mode = transaction");
    let without_options = url.split_once("?options").unwrap().0;
    assert!(pooler_of(without_options).starts_with("one is on the way"));
}

/// Prepared statements of two clients have the same names, so that one would get the other's rows.
#[test]
fn many_clients_behind_a_pooler_get_their_own_answers() {
    let book = TestBook::on_postgres();
    let (_pooler, url) = pgbouncer(&book, TRANSACTION_MODE);
    for worker in 0..WORKERS {
        check(&book, &format!("account a{worker} asset EUR\naccount b{worker} asset EUR"));
    }
    thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (book, url) = (&book, &url);
            // Half of the clients read first, and half write first, so that they would number their statements differently.
            scope.spawn(move || work(&open(url, book), worker));
        }
    });
    assert_whole(&book.ledger(), WORKERS as u64 * ROUNDS.unsigned_abs());
}

fn open(url: &str, book: &TestBook) -> Ledger {
    Ledger::open(url.parse().unwrap(), StoreOptions::default()).unwrap().with_clock(book.clock())
}

fn work(ledger: &Ledger, worker: usize) {
    let (from, to) = (format!("a{worker}"), format!("b{worker}"));
    for round in 1..=ROUNDS {
        if worker.is_multiple_of(2) {
            assert_eq!(ledger.list_accounts(&to, None, 9).unwrap().accounts[0].name.as_str(), to);
        }
        let posted = ledger.post(transfer(&format!("{worker} {round}"), &from, &to, "1"), Mode::Commit).unwrap();
        assert_eq!((posted.debit_account.as_str(), posted.replayed), (to.as_str(), false));
        let account = ledger.get_account(&to.parse().unwrap()).unwrap();
        assert_eq!((account.name.as_str(), account.version), (to.as_str(), round));
        let statement = ledger.statement(&to.parse().unwrap(), &StatementQuery::newest(2)).unwrap();
        assert_eq!(statement.entries[0].transfer.id, posted.transfer.id);
    }
}

#[test]
fn a_book_that_options_name_is_the_same_behind_a_pooler_that_ignores_them() {
    let book = TestBook::on_postgres();
    check(&book, "account a asset EUR\naccount b asset EUR");
    let (_pooler, url) = pgbouncer(&book, TRANSACTION_MODE);
    let run = |arguments: &[&str]| Program::new(&[&["--database-url", &url], arguments].concat()).run();
    run(&["transfer", "a", "b", "5"]).ends(0);
    run(&["migrate", "status"]).ends(0).shows("true");
    run(&["doctor"]).shows(&book.query_text("select current_schema()::text"));
    book.catch_up();
    assert!(!open(&url, &book).post(transfer("k1", "a", "b", "1"), Mode::Commit).unwrap().replayed);
    check(&book, "balance b posted 6 version 2");
}

#[test]
fn a_pooler_that_refuses_options_is_named() {
    let book = TestBook::on_postgres();
    let (_pooler, url) = pgbouncer(&book, "pool_mode = transaction");
    let answer = Program::new(&["--database-url", &url, "account", "list"]).run().ends(69);
    answer.says("unsupported startup parameter").says("a connection pooler is on the way");
}

#[test]
fn nothing_that_teller_sets_stays_behind_in_a_poolers_sessions() {
    let book = TestBook::on_postgres();
    check(&book, "account a asset EUR\naccount b asset EUR");
    let (_pooler, url) =
        pgbouncer(&book, "pool_mode = transaction\ndefault_pool_size = 1\nignore_startup_parameters = options");
    assert!(!open(&url, &book).post(transfer("k1", "a", "b", "1"), Mode::Commit).unwrap().replayed);
    let mut other = PgConnection::establish(&url).unwrap();
    let left = "select concat(current_setting('enable_seqscan'), ' ', current_setting('lock_timeout'), ' ', \
        current_setting('search_path'), ' ', (select count(*) from pg_prepared_statements))";
    let left: String = diesel::dsl::sql::<Text>(left).get_result(&mut other).unwrap();
    assert_eq!(left, "on 0 \"$user\", public 0");
}
