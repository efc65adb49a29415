//! Whatever is changed behind Teller's back, with the guards switched off, is found by `verify`, where it began.

mod account;
mod accounts;
mod book_events;
mod cases;
mod everything;
mod holds;
mod impossible;
mod periods;
mod removed;
mod transfers;

use teller::Ledger;
use teller::ledger::{Finding, VerifyReport};

use self::accounts::{ACCOUNTS, EVENTS};
use self::book_events::{BOOK_EVENTS, WHAT_THEY_ARE_ABOUT, fill_book_events};
use self::cases::Tampering;
use self::holds::{HOLDS, STATES, fill_holds};
use self::impossible::IMPOSSIBLE;
use self::periods::{ANNOTATIONS, PERIODS, fill_periods};
use self::transfers::{ROWS, TRANSFERS};
use crate::support::{TestBook, check, on_every_backend, without_guards};

const TABLES: [&str; 8] =
    ["book_events", "schedule_dues", "schedules", "holds", "account_events", "transfers", "accounts", "currencies"];

/// Accounts 1 to 7, in the order given here, and transfers 8 to 13; `spare` and `limited` have none.
fn fill(book: &TestBook) -> Ledger {
    check(
        book,
        "
        account cash    asset     EUR
        account alice   liability EUR
        account bob     liability EUR
        account carol   liability EUR
        account spare   liability EUR
        account limited liability EUR
        account last    liability EUR
        at 2026-01-01T00:00:01Z
        deposit alice 100 note receipt meta k=v -> posted
        at 2026-01-01T00:00:02Z
        deposit bob 50              -> posted
        at 2026-01-01T00:00:03Z
        transfer alice bob 10       -> posted
        at 2026-01-01T00:00:04Z
        transfer bob carol 5        -> posted
        at 2026-01-01T00:00:05Z
        transfer alice carol 1      -> posted
        at 2026-01-01T00:00:06Z
        transfer carol alice 0.50   -> posted
        limits alice min -1         -> changed
        limits alice max 1000       -> changed
        limits limited min -7       -> changed
        limits last min -8          -> changed
    ",
    );
    disarm(book);
    book.ledger()
}

/// Switches the guards off, as only the owner of the database can, and keeps what is stored.
fn disarm(book: &TestBook) {
    if book.is_on_postgres() {
        book.drop_guards_of_rows(&TABLES);
    } else {
        for trigger in book.query_texts("select name from sqlite_schema where type = 'trigger'") {
            book.raw(&format!("drop trigger {trigger}")).unwrap();
        }
    }
    for table in TABLES {
        book.raw(&format!("create table kept_{table} as select * from {table}")).unwrap();
    }
}

/// What a connection to an SQLite book can switch off for itself. What PostgreSQL has instead was dropped.
fn switches_off(book: &TestBook) -> &'static str {
    if book.is_on_postgres() { "" } else { "pragma ignore_check_constraints = on; pragma foreign_keys = off;" }
}

fn restore(book: &TestBook) {
    let table = |table| format!("delete from {table}; insert into {table} select * from kept_{table};");
    book.raw_script(&format!("{} {}", switches_off(book), TABLES.map(table).concat())).unwrap();
}

fn verify(ledger: &Ledger, what: &str) -> VerifyReport {
    let report = ledger.verify(&mut |_| {});
    without_guards(report.unwrap_or_else(|error| panic!("{what}: an error and no finding: {error:?}")))
}

fn assert_found(book: &TestBook, cases: &[Tampering]) {
    assert_found_in(book, &fill(book), cases);
}

fn assert_found_in(book: &TestBook, ledger: &Ledger, cases: &[Tampering]) {
    let short_of_memory = book.ledger().with_walk_memory(600);
    let mut misses = Vec::new();
    for Tampering { what, postgres, sqlite, sequence, account, problem } in cases {
        let script = if book.is_on_postgres() { postgres } else { sqlite };
        book.raw_script(&format!("{} {}", switches_off(book), book.in_own_words(script)))
            .unwrap_or_else(|error| panic!("{what}: {error}"));

        let report = verify(ledger, what);
        assert_eq!(verify(&short_of_memory, what), report, "{what}: with most accounts in a file");
        let found = report.findings.first().map(|Finding { sequence, account, problem, .. }| {
            (sequence.map(|sequence| sequence.0), account.as_deref(), problem.as_str())
        });
        if !found.is_some_and(|found| (found.0, found.1) == (*sequence, *account) && found.2.contains(problem)) {
            misses.push(format!("{what}: {:#?}", report.findings));
        }
        restore(book);
        assert_eq!(verify(ledger, what).findings, [], "after {what} all is as it was");
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

on_every_backend! {
    // V2
    fn a_changed_transfer_is_found(book: &TestBook) {
        assert_found(book, TRANSFERS);
    }

    // V2
    fn a_row_that_was_removed_added_or_moved_is_found(book: &TestBook) {
        assert_found(book, ROWS);
    }

    // V2
    fn a_changed_account_is_found(book: &TestBook) {
        assert_found(book, ACCOUNTS);
    }

    // V2
    fn a_changed_record_of_what_an_account_may_do_is_found(book: &TestBook) {
        assert_found(book, EVENTS);
    }

    // V2
    fn a_changed_hold_is_found(book: &TestBook) {
        assert_found_in(book, &fill_holds(book), HOLDS);
    }

    // V2
    fn a_changed_state_is_found(book: &TestBook) {
        assert_found_in(book, &fill_holds(book), STATES);
    }

    // V2
    fn a_changed_velocity_limit_or_metadata_is_found(book: &TestBook) {
        assert_found_in(book, &fill_periods(book), ANNOTATIONS);
    }

    // V2
    fn a_changed_record_of_periods_and_what_slipped_into_one_are_found(book: &TestBook) {
        assert_found_in(book, &fill_periods(book), PERIODS);
    }

    // V2
    fn a_changed_record_of_the_book_is_found(book: &TestBook) {
        assert_found_in(book, &fill_book_events(book), BOOK_EVENTS);
    }

    // V2
    fn a_schedule_or_currency_that_no_record_of_the_book_knows_is_found(book: &TestBook) {
        assert_found_in(book, &fill_book_events(book), WHAT_THEY_ARE_ABOUT);
    }

    // V2: the order of what is believed is hashed, so that no row can make room for another one and come back behind it.
    fn a_closing_that_was_put_back_behind_a_late_transfer_is_found(book: &TestBook) {
        let ledger = fill_periods(book);
        let (take_out, later) = ("delete from book_events where event = 3", "update book_events set sequence = 14 where event = 3");
        book.raw("create table closing as select * from book_events where event = 3").unwrap();
        book.raw(take_out).unwrap();
        check(book, "transfer alice bob 1 effective 2026-01-20T00:00:00Z -> posted");
        book.raw("insert into book_events select * from closing").unwrap();
        // Places are counted on SQLite, so the transfer has the one that was free.
        let problem = if book.is_on_postgres() { "in 2026-01, which was closed then" } else { "two are at place 12" };
        assert!(verify(&ledger, "put back").findings[0].problem.contains(problem));
        book.raw(later).unwrap();
        assert!(verify(&ledger, "put back behind it").findings[0].problem.contains("another hash"));
    }

    // V2: beside the hash, what is wrong with the thing itself.
    fn what_does_not_fit_a_hold_or_a_reversed_transfer_is_named(book: &TestBook) {
        let ledger = fill_holds(book);
        for (script, problem) in [
            ("update transfers set amount = 2100 where sequence = 8", "a capture of 2100 does not fit hold"),
            ("update transfers set amount = 1400 where sequence = 9", "a release of 1400 does not fit hold"),
            ("update transfers set hold_id = (select id from holds where sequence = 6) where sequence = 9", "does not fit hold"),
            ("update transfers set amount = 701 where sequence = 11", "more is reversed than there was"),
            ("update transfers set reversed_id = ID where sequence = 11", "reverses a transfer that is not in the book"),
            ("update transfers set reversed_id = (select id from transfers where sequence = 6) where sequence = 11", "not the opposite"),
            ("update transfers set debit_account_id = 2, credit_account_id = 3 where sequence = 11", "not the opposite"),
        ] {
            book.raw_script(&format!("{} {}", switches_off(book), book.in_own_words(script))).unwrap();
            let findings = verify(&ledger, script).findings;
            assert!(findings.iter().any(|finding| finding.problem.contains(problem)), "{script}: {findings:#?}");
            restore(book);
        }
    }

    // V2
    fn an_account_that_was_moved_behind_its_own_transfers_is_named(book: &TestBook) {
        let ledger = fill(book);
        let moves = [("transfers", "debit_account_id"), ("transfers", "credit_account_id"), ("accounts", "id")]
            .map(|(table, column)| format!("update {table} set {column} = 50 where {column} = 4;"));
        book.raw_script(&format!("{} {}", switches_off(book), moves.concat())).unwrap();
        let findings = verify(&ledger, "carol moved").findings;
        let problem = "the credit account was opened behind it, at 50";
        assert!(findings.iter().any(|finding| finding.problem == problem), "{findings:#?}");
    }

    // V2
    fn what_teller_could_never_write_is_a_finding_and_no_error(book: &TestBook) {
        assert_found(book, IMPOSSIBLE);
    }

    fn an_untouched_book_has_no_findings_and_says_what_was_walked(book: &TestBook) {
        let report = verify(&fill(book), "nothing");
        assert_eq!((report.transfers, report.accounts, report.finding_count), (6, 7, 0));
        assert_eq!(report.totals.len(), 1);
        assert_eq!(report.totals[0].debits.to_plain_string(), "166.50");
        assert_eq!(report.totals[0].credits.to_plain_string(), "166.50");
    }

    fn more_findings_than_are_described_are_counted(book: &TestBook) {
        let ledger = fill(book);
        let many = "with recursive more(n) as (select 1 union all select n + 1 from more where n < 150) ";
        let like = "debit_account_id, credit_account_id, amount, debit_version, credit_version, debit_balance, credit_balance, \
            debit_previous, credit_previous, recorded_at, effective_at, kind, actor, hash";
        let id = if book.is_on_postgres() { "gen_random_uuid()" } else { "randomblob(16)" };
        let insert = format!("insert into transfers (sequence, id, {like}) {many} select 100 + n, {id}, {like} from transfers, more where sequence = 8");
        book.raw(&insert).unwrap();
        let report = verify(&ledger, "150 rows");
        assert_eq!(report.findings.len(), 100);
        assert!(report.finding_count > 150 && report.findings[0].sequence.unwrap().0 == 101);
    }
}
