//! What the database itself refuses of schedules: every statement here comes past Teller.

use teller::facts::OnRefusal;

use teller::requests::ScheduleRequest;

use super::ACCOUNTS;
use crate::support::schedule::{add, counts, daily, euros, run_at};
use crate::support::{TestBook, check, on_every_backend};

/// One schedule with a due that was posted and one that is to be tried again.
pub fn fill(book: &TestBook) {
    check(book, ACCOUNTS);
    let request = ScheduleRequest { on_refusal: OnRefusal::Retry, money: euros("60"), ..daily("d", 1) };
    add(&book.ledger(), &request);
    assert_eq!(counts(&run_at(book, "2026-01-02T12:00:00Z")), [1, 1, 0]);
}

#[track_caller]
fn assert_refused(book: &TestBook, statement: &str, reason: &str) {
    let statement = book.in_own_words(statement);
    let before = book.contents();
    match book.raw(&statement) {
        Ok(rows) => panic!("`{statement}` is not refused and changes {rows} rows"),
        Err(message) => assert!(message.contains(reason), "`{statement}` is refused for another reason: {message}"),
    }
    assert_eq!(book.contents(), before, "`{statement}` is refused but leaves a trace");
}

/// A copy of the row with other values in some columns.
fn insert_changed(book: &TestBook, table: &str, changes: &[(&str, &str)]) -> String {
    let columns = if book.is_on_postgres() {
        format!(
            "select column_name::text from information_schema.columns where table_schema = current_schema() and table_name = '{table}' order by ordinal_position"
        )
    } else {
        format!("select name from pragma_table_info('{table}') order by cid")
    };
    let columns = book.query_texts(&columns);
    let value = |column: &String| {
        changes.iter().find(|(name, _)| name == column).map_or(column.clone(), |(_, value)| (*value).to_owned())
    };
    let values: Vec<_> = columns.iter().map(value).collect();
    format!("insert into {table} select {} from {table} limit 1", values.join(", "))
}

on_every_backend! {
    fn what_a_schedule_is_never_changes_and_its_rows_stay(book: &TestBook) {
        fill(book);
        for change in ["id = ID", "debit_account_id = 1", "credit_account_id = 1", "amount = 1", "created_at = TIME", "first_due_at = TIME",
            "until = TIME", "due_count_max = 9", "step = 2", "day = 1", "period = 'week'", "on_refusal = 'skip'", "actor = 'x'", "hash = HASH",
            "description = 'x'", "metadata = null", "due_count = 3, amount = 1"] {
            assert_refused(book, &format!("update schedules set {change}"), "update refused");
        }
        for change in ["schedule_id = ID", "due_at = TIME", "first_at = TIME"] {
            assert_refused(book, &format!("update schedule_dues set {change} where state = 'refused'"), "update refused");
        }
        for table in ["schedules", "schedule_dues"] {
            assert_refused(book, &format!("delete from {table}"), "delete refused");
            if book.is_on_postgres() {
                assert_refused(book, &format!("truncate {table} cascade"), "truncate refused");
            } else {
                assert_refused(book, &format!("insert or replace into {table} select * from {table}"), "replace refused");
            }
        }
    }

    fn how_far_a_schedule_has_come_never_goes_back(book: &TestBook) {
        fill(book);
        assert_refused(book, "update schedules set due_count = 1", "update refused");
        assert_refused(book, "update schedule_dues set attempts = 2 where state = 'posted'", "update refused");
        assert_refused(book, "update schedule_dues set state = 'refused', transfer_id = null, code = 'x', reason = 'x' where state = 'posted'", "update refused");
        assert_refused(book, "update schedule_dues set attempts = 0 where state = 'refused'", "refused");
        assert_eq!(book.raw("update schedule_dues set state = 'skipped' where state = 'refused'"), Ok(1));
        assert_refused(book, "update schedule_dues set state = 'refused' where state = 'skipped'", "update refused");
        assert_eq!(book.raw("update schedules set state = 'finished', next_due_at = null"), Ok(1));
        assert_refused(book, &book.in_own_words("update schedules set state = 'active', next_due_at = TIME"), "update refused");
        assert_eq!(book.raw(&book.in_own_words("update schedules set state = 'cancelled', cancelled_at = TIME, cancelled_by = 'x'")), Ok(1));
        assert_refused(book, "update schedules set cancelled_by = 'y'", "update refused");
    }

    fn a_schedule_written_by_hand_keeps_to_the_rules_of_the_table(book: &TestBook) {
        fill(book);
        let short = if book.is_on_postgres() { "decode(repeat('ab', 31), 'hex')" } else { "zeroblob(31)" };
        let foreign_key = |name| if book.is_on_postgres() { name } else { "FOREIGN KEY" };
        for (changes, reason) in [
            (vec![("debit_account_id", "99")], foreign_key("schedules_debit_account_id_fkey")),
            (vec![("credit_account_id", "99")], foreign_key("schedules_credit_account_id_fkey")),
            (vec![("amount", "0")], "schedules_amount_is_positive"),
            (vec![("debit_account_id", "1"), ("credit_account_id", "1")], "schedules_accounts_differ"),
            (vec![("period", "'hour'")], "schedules_period_is_known"),
            (vec![("step", "0")], "schedules_step_goes_forward"),
            (vec![("day", "1")], "schedules_day_is_of_a_month"),
            (vec![("period", "'month'")], "schedules_day_is_of_a_month"),
            (vec![("period", "'month'"), ("day", "32")], "schedules_day_is_of_a_month"),
            (vec![("first_due_at", "TIME"), ("until", "created_at")], "schedules_begin_before_they_end"),
            (vec![("on_refusal", "'x'")], "schedules_on_refusal_is_known"),
            (vec![("hash", short)], "schedules_hash_is_a_hash"),
            (vec![("due_count", "-1")], "schedules_due_count_is_counted"),
            (vec![("due_count_max", "1")], "schedules_due_count_is_counted"),
            (vec![("state", "'x'"), ("next_due_at", "null")], "schedules_state_is_known"),
            (vec![("state", "'finished'")], "schedules_active_while_something_is_due"),
            (vec![("next_due_at", "null")], "schedules_active_while_something_is_due"),
            (vec![("state", "'cancelled'"), ("next_due_at", "null")], "schedules_cancellation_is_signed"),
            (vec![("cancelled_by", "'x'")], "schedules_cancellation_is_signed"),
            (vec![("cancel_reason", "'x'")], "schedules_cancellation_is_signed"),
        ] {
            let changes = [&[("id", "ID")], &changes[..]].concat();
            assert_refused(book, &insert_changed(book, "schedules", &changes), reason);
        }
        let again = if book.is_on_postgres() { "schedules_pkey" } else { "replace refused" };
        assert_refused(book, &insert_changed(book, "schedules", &[]), again);
        assert_eq!(book.raw(&book.in_own_words(&insert_changed(book, "schedules", &[("id", "ID")]))), Ok(1));
    }

    fn a_due_written_by_hand_keeps_to_the_rules_of_the_table(book: &TestBook) {
        fill(book);
        let usual = [("due_at", "TIME"), ("state", "'skipped'"), ("transfer_id", "null"), ("code", "'x'"), ("reason", "'x'")];
        let foreign_key = |name| if book.is_on_postgres() { name } else { "FOREIGN KEY" };
        let unique = |name| if book.is_on_postgres() { name } else { "replace refused" };
        for (changes, reason) in [
            (vec![("schedule_id", "ID")], foreign_key("schedule_dues_schedule_id_fkey")),
            (vec![("state", "'posted'"), ("code", "null"), ("reason", "null"), ("transfer_id", "ID")], foreign_key("schedule_dues_transfer_id_fkey")),
            (vec![("state", "'x'")], "schedule_dues_state_is_known"),
            (vec![("transfer_id", "ID")], "schedule_dues_transfer_is_posted"),
            (vec![("state", "'posted'"), ("code", "null"), ("reason", "null")], "schedule_dues_transfer_is_posted"),
            (vec![("code", "null")], "schedule_dues_refusal_has_a_reason"),
            (vec![("reason", "null")], "schedule_dues_refusal_has_a_reason"),
            (vec![("attempts", "0")], "schedule_dues_attempts_are_counted"),
            (vec![("first_at", "TIME")], "schedule_dues_last_is_not_before_first"),
        ] {
            let usual = usual.iter().filter(|(column, _)| !changes.iter().any(|(changed, _)| changed == column));
            let changes: Vec<_> = usual.copied().chain(changes.iter().copied()).collect();
            assert_refused(book, &insert_changed(book, "schedule_dues", &changes), reason);
        }
        let posted = "insert into schedule_dues select schedule_id, TIME, transfer_id, first_at, last_at, 1, state, hash, code, reason from schedule_dues where state = 'posted'";
        assert_refused(book, posted, unique("schedule_dues_transfer_id_key"));
        assert_eq!(book.raw(&book.in_own_words(&insert_changed(book, "schedule_dues", &usual))), Ok(1));
    }

    fn the_first_refusal_of_a_due_is_recorded_once(book: &TestBook) {
        fill(book);
        let columns = "event, sequence, recorded_at, kind, actor, hash, schedule_id, schedule_hash, due_at, due_code, due_reason";
        let again = columns.replacen("event, sequence", "event + 1, sequence + 50", 1);
        let insert = |values: &str| format!("insert into book_events ({columns}) select {values} from book_events where due_at is not null");
        let reason = if book.is_on_postgres() { "book_events_of_dues" } else { "replace refused" };
        assert_refused(book, &insert(&again), reason);
        let skipped = again.replacen("kind", "'due_skipped'", 1);
        for column in ["due_at", "due_code", "due_reason", "schedule_id"] {
            assert_refused(book, &insert(&skipped.replacen(column, "null", 1)), "book_events_");
        }
        assert_refused(book, &insert(&again.replacen("kind", "'schedule_added'", 1)), "book_events_");
    }
}
