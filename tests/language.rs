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
        "freeze alice -> closed",
        "close alice -> closed",
        "hold alice cash 5 -> posted",
        "hold alice cash 11 -> held",
        "hold alice cash 5 -> held amount=6.00",
        "capture nothing -> captured",
        "release nothing -> hold_unknown missing=1",
        "reverse nothing -> reversed",
        "reverse-journal nothing -> reversed",
        "journal -> posted",
        "withdraw alice all -> posted amount=9.00",
        "deposit alice 1 if-version alice 2 -> posted",
        "deposit alice 1 if-balance alice > 10 -> posted",
        "expire -> 1",
        "balance alice state frozen",
        "hold-state nothing open",
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
        "batch stop -> posted",
        "freeze alice sideways -> frozen",
        "hold alice cash 5 cash till -> held",
        "hold alice cash 5 expires in 5 -> held",
        "deposit alice 5 expires in 5s -> posted",
        "capture h1 5 original -> hold_unknown",
        "deposit alice 1 if-balance alice ~ 10 -> posted",
        "hold-state",
        "journal 5 -> posted",
        "release h1#x -> hold_unknown",
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
    book.raw("update accounts set posted = posted + 1 where name = 'alice'").unwrap();
    assert!(failure(&book, "sum zero").contains("the sum of EUR is -1, not 0"));
}

#[test]
fn what_stands_inside_a_batch_or_a_journal_is_held_to_its_word() {
    for (lines, line) in [
        ("batch\n        deposit alice 1 -> replayed", 6),
        ("batch\n        deposit alice 1", 6),
        ("batch nothing\n        deposit alice 1 -> posted\n        withdraw alice 99 -> insufficient_funds", 6),
        ("batch\n        journal -> insufficient_funds\n            deposit alice 1", 6),
        ("journal -> posted\n        withdraw alice 99", 5),
        ("journal -> insufficient_funds leg=2\n        withdraw alice 99", 5),
        ("journal -> posted\n        deposit alice 1\n            deposit alice 1", 7),
        ("deposit alice 1 -> posted\n        deposit alice 1 -> posted", 6),
    ] {
        let message = failure(&TestBook::on_sqlite(), &format!("{BEGIN}{lines}"));
        assert!(message.starts_with(&format!("line {line}, ")), "{lines}: {message}");
    }
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
