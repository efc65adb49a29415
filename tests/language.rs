//! Scenarios that do not hold must fail, at the line where they do not. These are about the text, so one backend is enough.

use std::panic::catch_unwind;

use crate::support::{TestBook, check};

const BEGIN: &str = "
    account cash  asset     EUR
    account alice liability EUR
    deposit alice 10 -> posted
";

#[test]
fn a_line_that_does_not_hold_fails_by_its_number() {
    for wrong in [
        "balance alice posted 11",
        "balance alice held 1",
        "balance alice available 9",
        "balance alice version 2",
        "balance alice at 2026-01-01T00:00:00Z 9",
        "history alice 11",
        "history alice",
        "history alice 10 balances 11",
        "deposit alice 1 -> replayed",
        "deposit alice 0 -> posted",
        "withdraw alice 11 -> insufficient_funds account=bob",
        "withdraw alice 11 -> insufficient_funds missing=1",
        "account alice liability USD",
        "limits alice min 11 -> changed",
    ] {
        check_fails_at_line_5(wrong);
    }
}

#[test]
fn a_line_that_says_nothing_or_cannot_be_read_fails_by_its_number() {
    for unreadable in [
        "borrow alice 1 -> posted",
        "deposit alice 1 softly -> posted",
        "deposit alice 1",
        "deposit alice 1 ->",
        "deposit alice -> posted",
        "withdraw alice 11 -> insufficient_funds account",
        "balance alice",
        "balance alice posted",
        "balance alice colour red",
        "balance alice posted 10 -> posted",
        "balance ghost posted 0",
        "account bob liability EUR mid 3",
        "sum one",
        "verify twice -> ok",
        "verify",
        "batch 3",
    ] {
        check_fails_at_line_5(unreadable);
    }
}

#[test]
fn a_scenario_ends_with_a_verification() {
    let book = TestBook::on_sqlite();
    check(&book, BEGIN);
    book.raw("update accounts set head = zeroblob(32) where name = 'alice'").unwrap();
    let message = failure(&book, "balance alice posted 10");
    assert!(message.starts_with("after the last line: verify has 1 findings"), "{message}");
    assert!(failure(&book, "\nverify -> ok").starts_with("line 2, `verify -> ok`: verify has 1 findings"));
}

#[test]
fn a_sum_that_is_not_zero_fails() {
    let book = TestBook::on_sqlite();
    check(&book, BEGIN);
    book.raw("update accounts set credits_posted = credits_posted + 1 where name = 'alice'").unwrap();
    assert!(failure(&book, "sum zero").contains("the sum of EUR is -1, not 0"));
}

fn check_fails_at_line_5(line: &str) {
    let message = failure(&TestBook::on_sqlite(), &format!("{BEGIN}{line}"));
    assert!(message.starts_with(&format!("line 5, `{line}`: ")), "{message}");
}

/// The message of a scenario that must fail.
fn failure(book: &TestBook, script: &str) -> String {
    // A book that a panic left behind is only looked at.
    let outcome = catch_unwind(std::panic::AssertUnwindSafe(|| check(book, script)));
    let payload = outcome.expect_err(script);
    *payload.downcast::<String>().expect("a message")
}
