//! How much may leave an account in one transfer, in a day and in a month.

use std::collections::HashMap;

use teller::facts::Transfer;
use teller::judging::Spent;

use crate::support::{Book, at, check, check_on, name};

const BEGIN: &str = "
        at 2026-01-30T12:00:00Z
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        deposit alice 1000 -> posted
";

#[test]
fn no_transfer_or_hold_is_larger_than_the_limit() {
    check(&format!("{BEGIN}
        limits alice per-transfer 10 -> changed
        transfer alice bob 10.01     -> velocity_exceeded account=alice window=transfer limit=10.00 requested=10.01 spent=0.00
        transfer alice bob 10        -> posted
        withdraw alice 10.01         -> velocity_exceeded window=transfer
        hold alice bob 10.01         -> velocity_exceeded
        hold h1: alice bob 10        -> held
        # Only what leaves counts.
        deposit  alice 500           -> posted
        transfer bob alice 10        -> posted
        transfer alice bob all       -> velocity_exceeded
        limits alice per-transfer none -> changed
        transfer alice bob 11        -> posted
    "));
}

#[test]
fn an_account_that_is_named_second_or_falls_by_a_credit_is_limited_alike() {
    check(&format!(
        "{BEGIN}
        limits cash per-transfer 10  -> changed
        withdraw alice 10.01         -> velocity_exceeded account=cash
        withdraw alice 10            -> posted
        deposit alice 11             -> posted
        rise  bob alice 5            -> posted
        limits alice per-day 20      -> changed
        rise  bob alice 5.01         -> velocity_exceeded account=alice spent=15.00
    "
    ));
}

#[test]
fn a_day_ends_at_midnight_of_utc() {
    check(&format!(
        "{BEGIN}
        transfer alice bob 4         -> posted
        limits alice per-day 10      -> changed
        transfer alice bob 6.01      -> velocity_exceeded window=day spent=4.00 limit=10.00
        transfer alice bob 6         -> posted
        transfer alice bob 0.01      -> velocity_exceeded spent=10.00
        at 2026-01-30T23:59:59.999999Z
        transfer alice bob 0.01      -> velocity_exceeded
        at 2026-01-31T00:00:00Z
        transfer alice bob 10        -> posted
        transfer alice bob 0.01      -> velocity_exceeded
        at 2027-01-31T00:00:00Z
        transfer alice bob 10        -> posted
    "
    ));
}

#[test]
fn a_month_ends_with_its_last_day() {
    check(&format!(
        "{BEGIN}
        limits alice per-day 10 per-month 15 -> changed
        transfer alice bob 10        -> posted
        at 2026-01-31T23:59:59Z
        transfer alice bob 5.01      -> velocity_exceeded window=month spent=10.00 limit=15.00
        transfer alice bob 5         -> posted
        at 2026-02-01T00:00:00Z
        transfer alice bob 10        -> posted
        at 2026-02-02T00:00:00Z
        transfer alice bob 5         -> posted
        transfer alice bob 0.01      -> velocity_exceeded window=month
        at 2027-02-02T00:00:00Z
        transfer alice bob 5         -> posted
    "
    ));
}

#[test]
fn what_is_back_dated_counts_when_it_is_recorded() {
    check(&format!(
        "{BEGIN}
        limits alice per-day 10      -> changed
        transfer alice bob 10 effective 2026-01-01T00:00:00Z -> posted
        transfer alice bob 1  effective 2026-01-02T00:00:00Z -> velocity_exceeded
    "
    ));
}

#[test]
fn a_hold_counts_when_it_is_placed_and_its_captures_no_more() {
    check(&format!(
        "{BEGIN}
        limits alice per-day 10      -> changed
        hold h1: alice bob 8         -> held
        transfer alice bob 2.01      -> velocity_exceeded spent=8.00
        capture h1 3                 -> captured
        transfer alice bob 2         -> posted
        transfer alice bob 0.01      -> velocity_exceeded spent=10.00
        release h1                   -> released
        transfer alice bob 5.01      -> velocity_exceeded spent=5.00
        transfer alice bob 5         -> posted
        at 2026-01-31T12:00:00Z
        hold h2: alice bob 10        -> held
        at 2026-02-01T12:00:00Z
        capture h2                   -> captured
        transfer alice bob 10        -> posted
    "
    ));
}

#[test]
fn what_is_released_on_a_later_day_is_given_back_to_the_day_of_the_hold() {
    check(&format!(
        "{BEGIN}
        limits alice per-day 10 per-month 20 -> changed
        hold h1: alice bob 10        -> held
        at 2026-01-31T12:00:00Z
        transfer alice bob 10        -> posted
        release h1                   -> released
        transfer alice bob 1         -> velocity_exceeded window=day spent=10.00
        limits alice per-day none    -> changed
        transfer alice bob 10.01     -> velocity_exceeded window=month spent=10.00
        hold h2: alice bob 10        -> held
        at 2026-02-01T12:00:00Z
        # In the next month nothing of it counts, and nothing is given back.
        release h2                   -> released
        transfer alice bob 20.01     -> velocity_exceeded window=month spent=0.00
        transfer alice bob 20        -> posted
    "
    ));
}

#[test]
fn an_expired_hold_is_given_back_and_reversals_neither_count_nor_give_back() {
    check(&format!(
        "{BEGIN}
        limits alice per-day 10      -> changed
        hold h1: alice bob 10 expires 2026-01-30T13:00:00Z -> held
        transfer alice bob 1         -> velocity_exceeded
        at 2026-01-30T13:00:00Z
        deposit  d1: alice 50        -> posted
        reverse  d1                  -> reversed
        transfer t1: alice bob 10    -> posted
        reverse  t1                  -> reversed
        transfer alice bob 0.01      -> velocity_exceeded spent=10.00
    "
    ));
}

#[test]
fn each_request_of_a_batch_counts_for_those_behind_it() {
    check(&format!(
        "{BEGIN}
        batch
            limits alice per-day 10  -> changed
            transfer alice bob 6     -> posted
            transfer alice bob 6     -> velocity_exceeded spent=6.00
            hold h1: alice bob 4     -> held
            transfer alice bob 0.01  -> velocity_exceeded
            release h1               -> released
            transfer alice bob 4     -> posted
            deposit alice 20         -> posted
            transfer alice bob 0.01  -> velocity_exceeded spent=10.00
        at 2026-01-31T00:00:00Z
        journal j2:                  -> velocity_exceeded leg=2
            transfer alice bob 6
            transfer alice bob 6
        transfer alice bob 10        -> posted
    "
    ));
}

#[test]
fn more_than_64_bits_can_leave_an_account_in_a_day() {
    check(
        "
        account vault asset  JPY
        account pool  equity JPY
        limits pool per-day 9223372036854775807   -> changed
        fall pool vault 9223372036854775807       -> posted
        fall pool vault 1                         -> velocity_exceeded spent=9223372036854775807 requested=1
        rise pool vault 9223372036854775807       -> posted
        limits pool per-day none                  -> changed
        fall pool vault 9223372036854775807       -> posted
        rise pool vault 9223372036854775807       -> posted
        limits pool per-month 9223372036854775807 -> changed
        fall pool vault 1                         -> velocity_exceeded window=month spent=9223372036854775807
    ",
    );
}

/// What has left alice in a month, read from the newest transfer back and counted from the oldest on.
fn spent_of_alice(book: &Book, month: &str) -> [Spent; 2] {
    let alice = book.get_account(&name("alice")).unwrap().id;
    let [mut back, mut forth] = [(); 2].map(|()| Spent::nothing_at(at(month)));
    let transfers = book.transfers();
    let falls = |transfer: &&Transfer| transfer.debit.account_id == alice && back.reaches(transfer.recorded_at);
    let counted: Vec<_> = transfers.iter().filter(falls).collect();
    let mut released = HashMap::new();
    counted.iter().rev().for_each(|transfer| back.look_back(transfer, &mut released));
    for transfer in counted {
        forth.add(transfer);
    }
    [back, forth]
}

#[test]
fn what_left_is_the_same_read_back_and_counted_on() {
    let book = Book::new();
    check_on(
        &book,
        &format!(
            "{BEGIN}
        hold h0: alice bob 7 -> held
        at 2026-02-03T00:00:00Z
        transfer t1: alice bob 1 -> posted
        hold h1: alice bob 2 -> held
        hold h2: alice bob 4 -> held
        at 2026-02-04T00:00:00Z
        capture h1 1     -> captured
        release h1       -> released
        capture h2 1     -> captured
        release h0       -> released
        reverse t1       -> reversed
        transfer alice bob 8 -> posted
    "
        ),
    );
    for (month, hold_count) in [("2026-02-04", 2), ("2026-01-31", 3), ("2026-03-01", 0)] {
        let [back, forth] = spent_of_alice(&book, month);
        assert_eq!(back.hold_count(), hold_count, "{month}");
        assert_eq!(back, forth, "{month}");
    }
}

#[test]
fn what_is_remembered_of_a_month_goes_on_to_the_next_and_never_back() {
    let book = Book::new();
    check_on(
        &book,
        &format!(
            "{BEGIN}
        hold h1: alice bob 7 -> held
        at 2026-02-03T00:00:00Z
        hold h2: alice bob 2 -> held
    "
        ),
    );
    let [mut spent, _] = spent_of_alice(&book, "2026-01-30");
    assert!(spent.can_go_on_to(at("2026-01-01")) && spent.can_go_on_to(at("2026-02-01")));
    assert!(!spent.can_go_on_to(at("2025-12-31T23:59:59.999999Z")));
    assert!(spent.reaches(at("2026-01-01")) && !spent.reaches(at("2025-12-31T23:59:59.999999Z")));
    let before = spent.clone();
    spent.turn_to(at("2026-01-15"));
    assert_eq!(spent, before, "nothing is forgotten inside of the month");
    spent.turn_to(at("2026-02-15"));
    assert_eq!((spent.hold_count(), spent.can_go_on_to(at("2026-01-31"))), (1, false));
    let [february, _] = spent_of_alice(&book, "2026-02-15");
    assert_eq!(spent, february);
    spent.turn_to(at("2026-01-15"));
    assert_eq!(spent, february, "what was forgotten does not come back");
}
