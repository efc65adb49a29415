//! What is changed of schedules behind Teller's back, with the guards switched off, is found by `verify`.

use super::guards::fill;
use crate::support::{TestBook, on_every_backend, without_guards};

/// Switches the guards off, as only the owner of the database can.
fn disarm(book: &TestBook) {
    if book.is_on_postgres() {
        book.raw_script(
            "do $$ declare found record; begin
                for found in select conrelid::regclass as of_table, conname from pg_constraint
                    where connamespace = current_schema()::regnamespace and contype in ('c', 'f') loop
                    execute format('alter table %s drop constraint %I', found.of_table, found.conname);
                end loop;
            end $$;
            alter table schedules disable trigger user;
            alter table schedule_dues disable trigger user;
            alter table book_events disable trigger user;
            alter table transfers disable trigger user",
        )
        .unwrap();
    } else {
        for trigger in book.query_texts("select name from sqlite_schema where type = 'trigger'") {
            book.raw(&format!("drop trigger {trigger}")).unwrap();
        }
    }
}

/// The first finding after a change, or what the database says to it.
fn finding_after(book: &TestBook, change: &str) -> Option<String> {
    let switch_off =
        if book.is_on_postgres() { "" } else { "pragma ignore_check_constraints = on; pragma foreign_keys = off; " };
    book.raw_script(&format!("{switch_off}{}", book.in_own_words(change))).unwrap();
    let report = without_guards(book.ledger().verify(&mut |_| {}).unwrap());
    report.findings.into_iter().next().map(|finding| finding.problem)
}

on_every_backend! {
    fn every_change_of_a_schedule_is_found(book: &TestBook) {
        fill(book);
        disarm(book);
        for (change, back, problem) in [
            ("amount = 1", "amount = 6000", "its content gives"),
            ("debit_account_id = 3, credit_account_id = 2", "debit_account_id = 2, credit_account_id = 3", "its content gives"),
            ("credit_account_id = 1", "credit_account_id = 3", "its content gives"),
            ("credit_account_id = 99", "credit_account_id = 3", "which is not there"),
            ("on_refusal = 'skip'", "on_refusal = 'retry'", "its content gives"),
            ("actor = 'mallory'", "actor = 'tests'", "its content gives"),
            ("description = 'x'", "description = null", "its content gives"),
            ("due_count_max = 9", "due_count_max = null", "its content gives"),
            ("step = 0", "step = 1", "recurrence"),
            ("period = 'hour'", "period = 'day'", "period"),
            ("amount = -1", "amount = 6000", "amount"),
            ("state = 'finished'", "state = 'active'", "state"),
            ("next_due_at = null", "", "next_due_at"),
        ] {
            let next = if book.is_on_postgres() { "'2026-01-03T09:00:00Z'" } else { "1767430800000000" };
            let back = if back.is_empty() { format!("next_due_at = {next}") } else { back.to_owned() };
            let found = finding_after(book, &format!("update schedules set {change}"));
            assert!(found.as_ref().is_some_and(|found| found.contains(problem)), "{change}: {found:?}");
            assert_eq!(finding_after(book, &format!("update schedules set {back}")), None, "{back}");
        }
    }

    fn a_due_that_was_changed_removed_or_added_is_found(book: &TestBook) {
        fill(book);
        disarm(book);
        for table in ["schedules", "schedule_dues"] {
            book.raw(&format!("create table kept_{table} as select * from {table}")).unwrap();
        }
        let second = if book.is_on_postgres() { "'2026-01-03T09:00:00Z'" } else { "1767430800000000" };
        let third = if book.is_on_postgres() { "'2026-01-04T09:00:00Z'" } else { "1767517200000000" };
        let forgotten = format!("update schedules set due_count = 3, next_due_at = {third}");
        let doubled = format!("insert into schedule_dues select schedule_id, {second}, null, first_at, last_at, 1, 'skipped', hash, 'x', 'x' from schedule_dues where state = 'posted'");
        for (change, problem) in [
            // Posted twice would be the next step of this one.
            ("delete from schedule_dues where state = 'posted'", "it should be 2026-01-01T09:00"),
            ("delete from schedule_dues where state = 'refused'", "counts 2 dues, 1 are there"),
            (&forgotten, "counts 3 dues, 2 are there"),
            (&doubled, "it should be none"),
            ("update schedule_dues set due_at = TIME where state = 'refused'", "it should be 2026-01-02T09:00"),
            ("update schedule_dues set state = 'skipped', transfer_id = null, code = 'x', reason = 'x' where state = 'posted'", "its content gives"),
            ("update schedule_dues set state = 'posted', code = null, reason = null where state = 'refused'", "does not fit the rest"),
            ("update schedule_dues set transfer_id = ID where state = 'posted'", "does not fit the rest"),
            ("update schedule_dues set code = null, reason = null where state = 'refused'", "does not fit the rest"),
            ("update schedule_dues set attempts = 0 where state = 'refused'", "does not fit the rest"),
            ("update schedule_dues set attempts = 7 where state = 'refused'", "its content gives"),
            ("update schedule_dues set first_at = due_at where state = 'refused'", "its content gives"),
            ("update schedule_dues set code = 'x' where state = 'refused'", "its content gives"),
            ("update schedule_dues set reason = 'x' where state = 'refused'", "its content gives"),
            ("update schedule_dues set last_at = due_at, first_at = due_at where state = 'posted'", "its content gives"),
            ("update schedule_dues set state = 'skipped' where state = 'refused'", "its content gives"),
            ("update schedule_dues set hash = HASH where state = 'refused'", "its content gives"),
            ("update schedule_dues set state = 'x' where state = 'refused'", "state"),
        ] {
            let found = finding_after(book, change);
            assert!(found.as_ref().is_some_and(|found| found.contains(problem)), "{change}: {found:?}");
            for table in ["schedule_dues", "schedules"] {
                book.raw(&format!("delete from {table}")).unwrap();
            }
            for table in ["schedules", "schedule_dues"] {
                book.raw(&format!("insert into {table} select * from kept_{table}")).unwrap();
            }
            assert_eq!(finding_after(book, "update schedules set step = step"), None, "it is as it was");
        }
    }

    fn an_event_of_a_refused_due_that_was_changed_removed_or_added_is_found(book: &TestBook) {
        fill(book);
        disarm(book);
        book.raw("create table kept as select * from book_events").unwrap();
        let columns = "event, sequence, recorded_at, kind, actor, hash, reason, period, schedule_id, schedule_hash, currency, exponent, \
            currency_name, accepted_until, due_at, due_code, due_reason";
        let other = columns.replacen("event, sequence", "event + 1, sequence + 50", 1).replace("kind", "'due_skipped'");
        for (change, problem) in [
            ("delete from book_events where due_at is not null", "is refused, which is not what the events"),
            ("update book_events set due_at = TIME where due_at is not null", "another hash"),
            ("update book_events set due_code = 'x' where due_at is not null", "another hash"),
            ("update book_events set due_reason = 'x' where due_at is not null", "another hash"),
            ("update book_events set kind = 'due_skipped' where due_at is not null", "another hash"),
            (&format!("insert into book_events ({columns}) select {other} from book_events where due_at is not null"), "is recorded before what came before it"),
        ] {
            let found = finding_after(book, change);
            assert!(found.as_ref().is_some_and(|found| found.contains(problem)), "{change}: {found:?}");
            book.raw("delete from book_events").unwrap();
            book.raw(&format!("insert into book_events ({columns}) select {columns} from kept")).unwrap();
            assert_eq!(finding_after(book, "update schedules set step = step"), None, "it is as it was");
        }
    }
}
