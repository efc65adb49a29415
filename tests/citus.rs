//! What Teller does where Citus keeps the tables on other servers, as far as a plain server shows it.
//!
//! A session that has the setting `citus.version` is taken for one of a cluster. `citus/cluster.rs` asks a real one, where there is one.

mod cluster;
mod doctor;
mod faults;
mod guards;
mod migrations;

use teller::facts::Actor;
use teller::ledger::post_in;
use teller::requests::BatchPolicy;
use teller::store::StoreError;
use teller::{Error, Mode};

use crate::support::{TestBook, check, in_parallel, requests, transfer};

const ACCOUNTS: &str = "account cash asset EUR\naccount alice liability EUR\naccount bob liability EUR";

/// Refuses transfers that the statement which draws their sequences inserts, and tells how that statement is planned. The sequence tells
/// whether that was ever tried: the ledger tries another way where this one is refused.
const NO_WRITE_TOGETHER: &str = "\
    create sequence tried; \
    create function own() returns trigger language plpgsql as $$ begin \
        if current_query() like '%nextval%' then \
            perform nextval('tried'); \
            raise exception 'written together, plans: %', current_setting('plan_cache_mode'); \
        end if; \
        return null; \
    end $$; \
    create trigger own before insert on transfers for each statement execute function own()";

/// Refuses transfers and tells how statements are planned.
const TELL_PLANS: &str = "\
    create function own() returns trigger language plpgsql as $$ begin \
        raise exception 'plans: %', current_setting('plan_cache_mode'); \
    end $$; \
    create trigger own before insert on transfers for each statement execute function own()";

const NOTHING_OWN: &str = "drop trigger own on transfers; drop function own(); drop sequence if exists tried";
const TRIES: &str = "select count(*) from tried where is_called";

/// A book whose sessions are like those of a cluster.
fn book_like_on_citus() -> TestBook {
    let mut book = TestBook::on_postgres();
    book.url = like_on_citus(&book);
    book
}

fn like_on_citus(book: &TestBook) -> String {
    format!("{}%20-ccitus.version%3D13.2", book.url)
}

fn refusal(answer: Result<impl std::fmt::Debug, Error>) -> String {
    match answer {
        Err(Error::Store(StoreError::Statement { reason })) => reason,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn numbers_are_drawn_before_the_statements_that_write() {
    let book = book_like_on_citus();
    check(&book, &format!("{ACCOUNTS}\ndeposit alice 100.00 -> posted"));
    book.raw_script(NO_WRITE_TOGETHER).unwrap();

    let ledger = book.ledger();
    for number in 0..3 {
        let posted = ledger.post(transfer(&format!("single {number}"), "alice", "bob", "1.00"), Mode::Commit);
        assert!(!posted.unwrap().replayed);
    }
    let batch: Vec<_> =
        (0..40).map(|number| transfer(&format!("of a batch {number}"), "alice", "bob", "0.01")).collect();
    assert!(ledger.post_batch(&batch, Mode::Commit).unwrap().iter().all(Result::is_ok));
    let asked = requests(
        &book,
        &ledger,
        "
        hold h1: alice bob 5.00
        capture c1: h1 2.00
        transfer t1: bob alice 0.50
        reverse r1: t1
        journal j1:
          transfer alice bob 0.10
          transfer bob alice 0.10
    ",
    );
    let answers = ledger.submit(&asked, BatchPolicy::CarryOn, Mode::Commit).unwrap();
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(
        ledger
            .post_batch(&batch, Mode::Commit)
            .unwrap()
            .iter()
            .filter(|answer| answer.as_ref().unwrap().replayed)
            .count(),
        40
    );
    book.run("transfer alice bob 1.00").ends(0);

    assert_eq!(book.query_i64(TRIES), 0);
    book.raw_script(NOTHING_OWN).unwrap();
    check(&book, "sum zero\nverify -> ok");
}

#[test]
fn numbers_are_drawn_apart_in_a_transaction_of_an_application_too() {
    let book = TestBook::on_postgres();
    check(&book, &format!("{ACCOUNTS}\ndeposit alice 100.00 -> posted"));
    book.raw_script(NO_WRITE_TOGETHER).unwrap();
    let post = |url: &str| {
        let mut connection = <diesel::pg::PgConnection as diesel::Connection>::establish(url).unwrap();
        post_in(&mut connection, &Actor::teller(), &book.clock(), &[transfer("k1", "alice", "bob", "1.00")])
    };
    assert!(post(&like_on_citus(&book)).unwrap()[0].is_ok());
    assert_eq!(book.query_i64(TRIES), 0);
    book.raw_script(NOTHING_OWN).unwrap();
    check(&book, "balance bob posted 1.00\nverify -> ok");
}

#[test]
fn one_statement_draws_and_writes_on_a_server_of_its_own() {
    let book = TestBook::on_postgres();
    check(&book, &format!("{ACCOUNTS}\ndeposit alice 100.00 -> posted"));
    book.raw_script(NO_WRITE_TOGETHER).unwrap();
    let ledger = book.ledger();
    for _ in 0..2 {
        let reason = refusal(ledger.post(transfer("k1", "alice", "bob", "1.00"), Mode::Commit));
        assert_eq!(reason, "written together, plans: force_generic_plan");
    }
    book.run("transfer alice bob 1.00").ends(70).says("written together");
    assert_eq!(book.query_i64(TRIES), 1);
}

#[test]
fn plans_are_not_kept_on_citus() {
    for (book, plans) in [(book_like_on_citus(), "plans: auto"), (TestBook::on_postgres(), "plans: force_generic_plan")]
    {
        check(&book, &format!("{ACCOUNTS}\ndeposit alice 100.00 -> posted"));
        book.raw_script(TELL_PLANS).unwrap();
        let posted = book.ledger().post(transfer("k1", "alice", "bob", "1.00"), Mode::Commit);
        assert_eq!(refusal(posted), plans);
        book.run("deposit alice 1.00").ends(70).says(plans);
    }
}

/// Imports and many writers at once take the same way.
#[test]
fn imports_and_many_writers_work_like_on_a_server_of_its_own() {
    let book = book_like_on_citus();
    check(&book, &format!("{ACCOUNTS}\ndeposit alice 100.00 -> posted"));
    let ledger = book.ledger();
    in_parallel(4, |worker| {
        for number in 0..10 {
            let key = format!("{worker} {number}");
            assert!(!ledger.post(transfer(&key, "alice", "bob", "0.10"), Mode::Commit).unwrap().replayed);
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("transfers.csv");
    let lines: Vec<_> = (0..300).map(|number| format!("bob,alice,0.01,i{number}")).collect();
    std::fs::write(&file, format!("from,to,amount,key\n{}\n", lines.join("\n"))).unwrap();
    book.run(&format!("import transfers {}", file.display())).ends(0);
    check(&book, "balance bob posted 1.00\nsum zero\nverify -> ok");
}
