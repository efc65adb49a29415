//! Entries later than the clock, and what counts by the day of the clock.

use teller::facts::{Account, Key, Sequence};
use teller::judging::{Batch, ClockLead, Known};
use teller::rejection::Rejection;

use crate::support::{Book, at, check, check_on, requests};

/// Alice's newest entry is an hour ahead of the clock.
const BEGIN: &str = "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        account carol liability EUR
        account vault asset     EUR
        deposit carol 5 cash vault -> posted
        at 2026-01-01T13:00:00Z
        deposit d1: alice 10 -> posted
        at 2026-01-01T12:00:00Z
";

#[test]
fn nothing_follows_an_entry_that_is_later_than_the_clock_by_more_than_a_minute() {
    let book = Book::new();
    check_on(&book, BEGIN);
    let sequence = book.transfers()[1].sequence;
    check_on(&book, &format!("
        deposit alice 1      -> clock_behind account=alice sequence={sequence} recorded_at=2026-01-01T13:00:00.000000Z now=2026-01-01T12:00:00.000000Z
        transfer carol alice 1 -> clock_behind account=alice
        hold carol alice 1   -> clock_behind account=alice
        limits alice min 0   -> clock_behind account=alice
        annotate account alice a=b -> clock_behind account=alice
        annotate transfer d1 a=b -> clock_behind account=cash
        reverse d1           -> clock_behind account=alice
        transfer carol bob 1 -> posted
        at 2026-01-01T12:58:59.999999Z
        deposit alice 1      -> clock_behind account=alice
        at 2026-01-01T12:59:00Z
        deposit d2: alice 1  -> posted
        # What is told apart from the clock says what the clock said.
        times d2 recorded 2026-01-01T13:00:00.000001Z clock 2026-01-01T12:59:00Z effective 2026-01-01T12:59:00Z
    "));
}

#[test]
fn what_the_owner_accepts_is_followed_behind_it() {
    check(&format!(
        "{BEGIN}
        deposit alice 1      -> clock_behind
        clock accept         -> accepted
        clock accept         -> unchanged
        deposit d2: alice 1  -> posted
        times d2 recorded 2026-01-01T13:00:00.000001Z clock 2026-01-01T12:00:00Z effective 2026-01-01T12:00:00Z
        deposit d3: alice 1  -> posted
        times d3 recorded 2026-01-01T13:00:00.000002Z clock 2026-01-01T12:00:00Z
        freeze alice         -> frozen
    "
    ));
}

#[test]
fn a_batch_follows_its_own_entries() {
    let book = Book::new();
    check_on(&book, BEGIN);
    // Accepted is the newest entry and nothing behind it.
    let known = |book: &Book| {
        let accounts = ["cash", "alice", "bob"].map(|name| book.get_account(&name.parse().unwrap()).unwrap()).to_vec();
        let lead = ClockLead { accepted_until: Some(at("2026-01-01T13:00:00Z")), ..ClockLead::default() };
        Known { accounts, lead, ..Known::default() }
    };
    let mut batch = Batch::new(known(&book), book.now());
    for request in requests(
        &book,
        "
        deposit alice 1
        deposit alice 1
        limits alice min 0 max 100
        limits alice min 0 max 101
        transfer alice bob 1
    ",
    ) {
        assert!(batch.judge(&request).is_ok());
    }
}

#[test]
fn only_what_the_batch_itself_has_written_is_followed_however_late_it_is() {
    let book = Book::new();
    check_on(&book, BEGIN);
    let account = |name: &str| book.get_account(&name.parse().unwrap()).unwrap();
    let refusal = |sequence: i64| {
        let mut alice = account("alice");
        alice.last.as_mut().unwrap().sequence = Sequence(sequence);
        let known = Known { accounts: vec![alice, account("vault")], ..Known::default() };
        Batch::new(known, book.now()).judge(&requests(&book, "deposit alice 1 cash vault")[0]).unwrap_err()
    };
    // The largest numbers that a book could draw are still those of what is stored.
    for sequence in [1, Sequence::PROVISIONAL_BASE - 1, Sequence::PROVISIONAL_BASE] {
        assert_eq!(refusal(sequence).code(), "clock_behind");
    }
}

#[test]
fn a_change_is_recorded_behind_the_accounts_newest_entry() {
    let book = Book::new();
    check_on(
        &book,
        "
        account alice liability EUR
        at 2026-01-01T13:00:00Z
        freeze alice          -> frozen
        at 2026-01-01T12:58:00Z
        unfreeze alice        -> clock_behind account=alice recorded_at=2026-01-01T13:00:00.000000Z
        close alice           -> clock_behind
        at 2026-01-01T12:59:30Z
        unfreeze alice        -> unfrozen
        at 2026-01-01T13:05:00Z
        limits alice max 5    -> changed
    ",
    );
    let times: Vec<_> = book.events().iter().map(|event| event.recorded_at.to_string()).collect();
    assert_eq!(times, ["2026-01-01T13:00:00.000000Z", "2026-01-01T13:00:00.000001Z", "2026-01-01T13:05:00.000000Z"]);
    let sequence = book.events()[2].sequence;
    check_on(
        &book,
        &format!(
            "
        at 2026-01-01T13:00:00Z
        limits alice max 6    -> clock_behind sequence={sequence}
    "
        ),
    );
}

#[test]
fn days_are_those_of_the_clock_and_not_of_what_is_recorded() {
    check(
        "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        at 2026-01-02T00:00:30Z
        deposit alice 100            -> posted
        limits alice per-day 10      -> changed
        at 2026-01-01T23:59:50Z
        transfer t1: alice bob 10    -> posted
        times t1 recorded 2026-01-02T00:00:30.000001Z clock 2026-01-01T23:59:50Z effective 2026-01-01T23:59:50Z
        transfer alice bob 0.01      -> velocity_exceeded
        # The next day by the clock.
        at 2026-01-02T00:01:00Z
        transfer alice bob 10        -> posted
        # A hold's time is counted from the clock, too.
        at 2026-01-02T00:00:30Z
        limits alice per-day none    -> changed
        hold h1: alice bob 1 expires in 60s -> held
        times h1 clock 2026-01-02T00:00:30Z expires 2026-01-02T00:01:30Z
        hold h1: alice bob 1 expires in 60s -> replayed
    ",
    );
}

#[test]
fn what_a_clock_that_was_ahead_let_through_counts_in_its_own_month() {
    check(
        "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        at 2026-02-01T00:00:20Z
        deposit alice 100                  -> posted
        limits alice per-day 10 per-month 10 -> changed
        transfer alice bob 10              -> posted
        transfer alice bob 0.01            -> velocity_exceeded spent=10.00
        at 2026-01-31T23:59:50Z
        transfer alice bob 9               -> posted
        transfer alice bob 1.01            -> velocity_exceeded window=day spent=9.00
        limits alice per-day none          -> changed
        transfer alice bob 1.01            -> velocity_exceeded window=month spent=9.00
        transfer alice bob 1               -> posted
        at 2026-02-01T00:00:30Z
        transfer alice bob 0.01            -> velocity_exceeded window=month spent=10.00
    ",
    );
}

#[test]
fn a_request_without_a_time_counts_in_the_period_of_the_clock() {
    check(
        "
        account cash  asset     EUR
        account alice liability EUR
        at 2026-02-01T00:00:10Z
        period close 2026-01         -> closed
        deposit alice 1              -> posted
        at 2026-01-31T23:59:55Z
        deposit alice 1              -> period_closed effective_at=2026-01-31T23:59:55.000000Z period=2026-01
        deposit alice 1 effective 2026-02-01T00:00:00Z -> posted
    ",
    );
}

/// What is known at 12:45, when a hold of carol for bob has expired, and bob's newest entry is of one o'clock.
fn with_late_bob(book: &Book) -> Batch {
    let account = |name: &str| book.get_account(&name.parse().unwrap()).unwrap();
    let last = account("alice").last;
    let accounts = vec![account("carol"), account("vault"), Account { last, ..account("bob") }];
    let hold = book.hold("h1".parse::<Key>().unwrap().id()).unwrap();
    Batch::new(Known { accounts, holds: vec![hold], ..Known::default() }, at("2026-01-01T12:45:00Z"))
}

#[test]
fn an_expiry_is_not_recorded_behind_an_entry_that_is_too_late() {
    let book = Book::new();
    check_on(
        &book,
        &format!(
            "{BEGIN}
        hold h1: carol bob 1 expires 2026-01-01T12:30:00Z -> held
    "
        ),
    );
    let mut batch = with_late_bob(&book);
    let refusal = batch.judge(&requests(&book, "deposit carol 1 cash vault")[0]).unwrap_err();
    assert!(matches!(refusal, Rejection::ClockBehind { account: Some(ref account), .. } if account.as_str() == "bob"));
    batch.expire_all();
    assert_eq!(batch.sequence_count(), 0, "a sweep leaves it for later");
}
