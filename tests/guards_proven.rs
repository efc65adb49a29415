//! What guards a book is proven too: `verify` and `doctor` name what is missing, altered or switched off.

use teller::ledger::FindingCode;

use crate::support::{TestBook, check, on_every_backend};

/// What leaves a book that cannot be walked to its end, and the words of two findings.
const RUINS: &[(&str, &str, [&str; 2])] = &[
    ("drop table schedule_dues", "drop table schedule_dues", ["schedule_dues", "cannot be verified any further"]),
    (
        "alter table accounts rename column description to note",
        "alter table accounts rename column description to note",
        ["accounts", "cannot be verified any further"],
    ),
    (
        "drop index transfers_by_journal; create index transfers_by_journal on transfers (journal_id) where journal_id is not null and true",
        "drop index transfers_by_journal; create index transfers_by_journal on transfers (journal_id) where journal_id is not null and 1",
        ["transfers_by_journal", "transfers"],
    ),
];

/// What somebody did to a guard, on PostgreSQL and on SQLite, and the words of the finding.
const ATTACKS: &[(&str, &str, &str)] = &[
    (
        "alter table transfers disable trigger transfers_are_append_only",
        "drop trigger transfers_are_append_only_on_update",
        "trigger transfers_are_append_only",
    ),
    ("alter table accounts disable trigger all", "drop trigger accounts_stay", "of accounts is "),
    (
        "create or replace function refuse_change() returns trigger language plpgsql as 'begin return null; end'",
        "drop trigger book_events_are_append_only_on_delete; create trigger book_events_are_append_only_on_delete \
         before delete on book_events begin select 1; end",
        " is altered: it is ",
    ),
    (
        "alter table transfers drop constraint transfers_amount_is_positive",
        "pragma writable_schema = on; update sqlite_schema set sql = replace(sql, 'check (amount > 0)', 'check (true)') \
         where name = 'transfers'",
        "transfers",
    ),
    (
        "alter table holds drop constraint holds_sequence_fkey",
        "pragma writable_schema = on; update sqlite_schema set sql = replace(sql, 'references transfers', 'references accounts') \
         where name = 'holds'",
        "of holds is ",
    ),
    ("drop index schedules_due", "drop index schedules_due", "index schedules_due of schedules is missing"),
    (
        "drop index schedules_due; create index schedules_due on schedules (next_due_at, id) where state = 'x'",
        "drop index schedules_due; create index schedules_due on schedules (next_due_at, id) where state = 'x'",
        "index schedules_due of schedules is altered",
    ),
    (
        "create function own() returns trigger language plpgsql as 'begin return new; end'; \
         create trigger own before insert on accounts for each row execute function own()",
        "create trigger own after insert on accounts begin select 1; end",
        "trigger own of accounts is none of Teller's",
    ),
    (
        "do $$ begin execute 'create or replace view v1_balances as ' \
         || replace(pg_get_viewdef('v1_balances'::regclass), 'posted - b.held', 'posted + b.held'); end $$",
        "drop view v1_balances; create view v1_balances as select name as account, 0 as posted from accounts",
        "view v1_balances of ",
    ),
    ("drop view v1_holds", "drop view v1_holds", "view v1_holds of "),
];

/// What only PostgreSQL has.
const POSTGRES_ATTACKS: &[(&str, &str)] = &[
    ("alter table transfers disable trigger all", "foreign keys of transfers is altered: it is switched off"),
    (
        "drop trigger transfers_are_not_truncated on transfers",
        "trigger transfers_are_not_truncated of transfers is missing",
    ),
    (
        "drop trigger book_identity_is_alone on book_identity",
        "trigger book_identity_is_alone of book_identity is missing",
    ),
    ("create rule own as on update to accounts do instead nothing", "rule own of accounts is none of Teller's"),
    ("alter table accounts alter column head drop not null", "column head of accounts is altered"),
    (
        "alter table transfers alter column effective_at set default now()",
        "column effective_at of transfers is altered",
    ),
    ("alter table transfers enable replica trigger transfers_are_append_only", "DISABLED"),
    ("alter table schedules enable row level security", "storage of schedules is altered"),
    ("update pg_index set indisvalid = false where indexrelid = 'transfers_id_key'::regclass", "INVALID"),
];

#[track_caller]
fn assert_found(book: &TestBook, attack: &str, words: &str) {
    book.raw_script(attack).unwrap_or_else(|error| panic!("{attack}: {error}"));
    let findings = book.ledger().verify(&mut |_| {}).unwrap().findings;
    assert!(findings.iter().all(|finding| finding.code == FindingCode::Guard), "{attack}: {findings:#?}");
    assert!(findings.iter().any(|finding| finding.problem.contains(words)), "{attack}: {findings:#?}");
    book.run("--format json verify").ends(1).shows("\"code\": \"guard\"");
    book.run("doctor").ends(1).shows("guards");
}

on_every_backend! {
    fn a_book_that_cannot_be_walked_is_a_finding_and_names_what_was_done_to_it(book: &TestBook) {
        for (number, (postgres, sqlite, words)) in RUINS.iter().enumerate() {
            let ruined = if book.is_on_postgres() { TestBook::on_postgres() } else { TestBook::on_sqlite() };
            check(&ruined, "account a asset EUR\naccount b asset EUR\ntransfer a b 5 -> posted");
            ruined.raw_script(if book.is_on_postgres() { postgres } else { sqlite }).unwrap();
            let answer = ruined.run("verify").ends(1);
            assert!(words.iter().all(|word| answer.stdout.contains(word)), "{number}: {}", answer.stdout);
        }
    }

    fn a_guard_that_is_missing_altered_or_switched_off_is_named(book: &TestBook) {
        for (postgres, sqlite, words) in ATTACKS {
            let book = book.another();
            check(&book, "account cash asset EUR");
            assert_eq!(book.ledger().verify(&mut |_| {}).unwrap().findings, []);
            book.run("doctor").shows("as the migrations made them");
            assert_found(&book, if book.is_on_postgres() { postgres } else { sqlite }, words);
        }
    }

    fn what_somebody_added_beside_the_book_is_no_fault(book: &TestBook) {
        check(book, "account cash asset EUR");
        book.raw_script("create table notes (id integer); create index own on transfers (amount); create view own_view as select * from accounts").unwrap();
        assert_eq!(book.ledger().verify(&mut |_| {}).unwrap().findings, []);
    }
}

#[test]
fn what_only_postgresql_can_switch_off_is_named() {
    for (attack, words) in POSTGRES_ATTACKS {
        let book = TestBook::on_postgres();
        assert_found(&book, attack, words);
    }
}

#[test]
fn a_session_that_fires_no_triggers_is_named() {
    let mut book = TestBook::on_postgres();
    assert_eq!(book.ledger().verify(&mut |_| {}).unwrap().findings, []);
    book.url = format!("{}%20-csession_replication_role%3Dreplica", book.owner_url);
    let findings = book.ledger().verify(&mut |_| {}).unwrap().findings;
    assert!(findings[0].problem.contains("session_replication_role is replica in this session"), "{findings:?}");
}

#[test]
fn the_roles_of_a_book_change_no_guard() {
    let book = TestBook::on_postgres();
    let prefix = book.make_roles();
    assert_eq!(book.ledger().verify(&mut |_| {}).unwrap().findings, []);
    for role in ["owner", "writer", "reader"] {
        let url = book.url_as(&format!("{prefix}_{role}"));
        crate::support::Program::new(&["--database-url", &url, "verify"]).run().ends(0);
    }
}
