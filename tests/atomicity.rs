//! A batch happens whole or not at all, whichever of its statements fails, and however.

mod postgres_kills;

use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use teller::facts::AccountType;
use teller::money::Currency;
use teller::requests::{AccountRequest, BatchPolicy, Parties, TransferRequest};
use teller::store::{StoreError, StoreOptions};
use teller::{Error, Mode};

use crate::support::{Answer, Program, Snapshot, TestBook, assert_whole, check, on_every_backend, requests, transfer};

const ACCOUNTS: &str = "
    account a asset EUR
    account b asset EUR
    account c asset EUR
    transfer a b 9 -> posted
";

fn euro() -> Currency {
    Currency::new("EUR".parse().unwrap(), 2).unwrap()
}

on_every_backend! {
    fn nothing_remains_of_a_batch_when_any_of_its_rows_cannot_be_inserted(book: &TestBook) {
        check(book, ACCOUNTS);
        let before = Snapshot::of(book);
        for row in 1..=4 {
            // The amounts are the numbers of the rows, in cents.
            sabotage(book, &format!("before insert on transfers when new.amount = {row}"));
            assert_statement_refused(book.ledger().post_batch(&batch(), Mode::Commit));
            assert_eq!(Snapshot::of(book), before, "the insert of row {row} failed");
            mend(book, "transfers");
        }
        assert_batch_succeeds(book);
    }

    fn nothing_remains_of_a_batch_when_any_of_its_accounts_cannot_be_updated(book: &TestBook) {
        check(book, ACCOUNTS);
        let before = Snapshot::of(book);
        for name in ["a", "b", "c"] {
            sabotage(book, &format!("before update on accounts when new.name = '{name}'"));
            assert_statement_refused(book.ledger().post_batch(&batch(), Mode::Commit));
            assert_eq!(Snapshot::of(book), before, "the update of {name} failed");
            mend(book, "accounts");
        }
        assert_batch_succeeds(book);
    }

    fn a_cash_account_is_not_opened_when_its_deposit_fails(book: &TestBook) {
        check(book, "account alice liability EUR");
        let before = Snapshot::of(book);
        let parties = Parties::Deposit { account: "alice".parse().unwrap(), cash: "till".parse().unwrap() };
        let request = TransferRequest { parties, ..transfer("k1", "alice", "till", "0.01") };
        let till = AccountRequest::new("till".parse().unwrap(), AccountType::Asset, euro());
        for (table, event) in [("transfers", "insert"), ("accounts", "update")] {
            sabotage(book, &format!("before {event} on {table} when new.{} > 0", match table {
                "transfers" => "amount",
                _ => "version",
            }));
            assert_statement_refused(book.ledger().submit_opening(&request.clone().into(), std::slice::from_ref(&till), Mode::Commit));
            assert_eq!(Snapshot::of(book), before, "the {event} of {table} failed");
            mend(book, table);
        }
        assert!(book.ledger().submit_opening(&request.clone().into(), std::slice::from_ref(&till), Mode::Commit).unwrap().opened.len() == 1);
        check(book, "balance till posted 0.01 version 1");
    }

    fn a_change_of_limits_and_its_record_are_written_together(book: &TestBook) {
        check(book, ACCOUNTS);
        let before = Snapshot::of(book);
        for (table, event) in [("account_events", "before insert on account_events when new.event = 1"),
            ("accounts", "before update on accounts when new.name = 'a'")] {
            sabotage(book, event);
            book.run("account limit a --overdraft 100").ends(70).says("the database refused a statement");
            assert_eq!(Snapshot::of(book), before, "a write of {table} failed");
            mend(book, table);
        }
        book.run("account limit a --overdraft 100").ends(0);
    }

    fn nothing_remains_of_a_batch_when_its_holds_or_events_cannot_be_written(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "hold h1: a b 5 -> held\nhold h2: a b 6 -> held");
        let ledger = book.ledger();
        let asked = requests(book, &ledger, "
            transfer a b 1
            hold b c 7
            hold b c 8
            capture h1 2
            release h2
            journal
                transfer a c 1
                freeze b
            freeze a
        ");
        let before = Snapshot::of(book);
        for (table, event) in [("holds", "before insert on holds when new.amount = 700"), ("holds", "before insert on holds when new.amount = 800"),
            ("holds", "before update on holds when new.remaining = 300"), ("holds", "before update on holds when new.state = 'released'"),
            ("account_events", "before insert on account_events when new.state_after = 'frozen'"),
            ("accounts", "before update on accounts when new.name = 'a'"), ("accounts", "before update on accounts when new.name = 'c'")] {
            sabotage(book, event);
            assert_statement_refused(ledger.submit(&asked, BatchPolicy::CarryOn, Mode::Commit));
            assert_eq!(Snapshot::of(book), before, "it failed {event}");
            mend(book, table);
        }
        let answers = ledger.submit(&asked, BatchPolicy::CarryOn, Mode::Commit).unwrap();
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        check(book, "hold-state h1 open remaining 3\nbalance a state frozen\nbalance b state frozen");
    }

    // C6
    fn a_client_that_is_killed_while_it_holds_locks_holds_nobody_up(book: &TestBook) {
        check(book, ACCOUNTS);
        let before = Snapshot::of(book);
        if book.is_on_postgres() {
            postgres_kills::kill_a_client_that_holds_locks(book);
            assert_eq!(Snapshot::of(book), before);
        } else {
            kill_an_import(book);
            book.catch_up();
        }
        let impatient = StoreOptions { attempts_max: 1, lock_wait_max: Duration::from_secs(5), ..StoreOptions::default() };
        assert!(!book.open_with(impatient).post(transfer("next", "a", "b", "1"), Mode::Commit).unwrap().replayed);
        assert_batch_succeeds(book);
    }
}

/// Four transfers over three accounts.
fn batch() -> Vec<TransferRequest> {
    let parties = [("a", "b"), ("b", "c"), ("c", "a"), ("a", "c")];
    let request = |(row, (from, to)): (usize, &(&str, &str))| {
        transfer(&format!("row {row}"), from, to, &format!("0.0{}", row + 1))
    };
    parties.iter().enumerate().map(request).collect()
}

fn assert_batch_succeeds(book: &TestBook) {
    let before = book.query_i64("select count(*) from transfers");
    let answers = book.ledger().post_batch(&batch(), Mode::Commit).unwrap();
    assert!(answers.iter().all(|answer| answer.as_ref().is_ok_and(|posted| !posted.replayed)));
    assert_eq!(book.query_i64("select count(*) from transfers"), before + 4);
    check(book, "sum zero");
}

/// Makes the database refuse what a trigger's head describes.
fn sabotage(book: &TestBook, head: &str) {
    if book.is_on_postgres() {
        let (event, condition) = head.split_once(" when ").unwrap();
        book.raw(
            "create or replace function sabotage() returns trigger language plpgsql as $$
            begin raise exception 'sabotage'; end $$",
        )
        .unwrap();
        let trigger =
            format!("create trigger sabotage {event} for each row when ({condition}) execute function sabotage()");
        book.raw(&trigger).unwrap();
    } else {
        book.raw(&format!("create trigger sabotage {head} begin select raise(abort, 'sabotage'); end")).unwrap();
    }
}

fn mend(book: &TestBook, table: &str) {
    let on_table = if book.is_on_postgres() { format!(" on {table}") } else { String::new() };
    book.raw(&format!("drop trigger sabotage{on_table}")).unwrap();
}

#[track_caller]
fn assert_statement_refused<T: std::fmt::Debug>(answer: Result<T, Error>) {
    match answer {
        Err(Error::Store(StoreError::Statement { reason })) => {
            assert!(reason.contains("sabotage"), "{reason}");
        }
        other => panic!("not refused by the trigger: {other:?}"),
    }
}

/// Kills an import behind its first commit.
fn kill_an_import(book: &TestBook) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("transfers.csv");
    let lines = "a,b,0.01\n".repeat(20_000);
    std::fs::write(&file, format!("from,to,amount\n{lines}")).unwrap();
    let mut import = Program::on(book, &["import", "transfers", file.to_str().unwrap()]).start();
    while book.query_i64("select count(*) from transfers") < 1_000 {
        assert_eq!(import.try_wait().unwrap(), None, "the import is not killed before it ends");
    }
    import.kill().unwrap();
    assert_eq!(import.wait().unwrap().code(), None);
}

/// A limit on the size of a file is as good as a full disk: the write that passes it fails.
#[test]
fn nothing_remains_of_a_batch_that_finds_the_disk_full() {
    let book = TestBook::on_sqlite();
    check(&book, ACCOUNTS);
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("transfers.csv");
    std::fs::write(&file, format!("from,to,amount\n{}", "a,b,0.01\n".repeat(9_000))).unwrap();

    // In blocks of 512 bytes. The signal is ignored, so that the write returns the fault.
    let script = "trap '' XFSZ; ulimit -f 2048; exec \"$0\" --database-url \"$1\" import transfers \"$2\"";
    let mut shell = Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_teller"), &book.url, file.to_str().unwrap()]).stdin(Stdio::null());
    let answer: Answer = shell.output().unwrap().into();
    assert!(matches!(answer.code, Some(70 | 75)), "{answer:?}");

    let ledger = book.ledger();
    let posted = book.query_i64("select count(*) from transfers") - 1;
    assert!(posted < 9_000 && posted % 1_000 == 0, "whole batches only, not {posted}");
    assert_whole(&ledger, posted.unsigned_abs() + 1);
    // With room again, the same import completes.
    Program::on(&book, &["import", "transfers", file.to_str().unwrap()]).run().ends(0);
    assert_whole(&ledger, 9_001);
}
