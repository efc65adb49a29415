//! Undoing transfers: once, in whole or in parts.

use crate::support::{Book, check, check_on};

const BEGIN: &str = "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        deposit d1: alice 10 -> posted
        transfer t1: alice bob 6 -> posted
";

#[test]
fn a_reversal_moves_back_what_was_moved() {
    let book = Book::new();
    check_on(
        &book,
        &format!(
            "{BEGIN}
        reverse r1: t1 note wrong meta a=b -> reversed amount=6.00 rows=1
        balance alice posted 10 version 3
        balance bob posted 0 version 2
        reverse t1            -> already_reversed transfer=t1
        reverse r1            -> not_reversible transfer=r1 kind=reversal
        reverse d1            -> reversed
        balance cash posted 0
    "
        ),
    );
    let row = &book.transfers()[2];
    assert_eq!(row.reversed_id, Some(book.transfers()[1].id));
    assert_eq!(row.key.as_ref().map(teller::facts::Key::as_str), Some("r1"));
    assert_eq!(row.description.as_ref().map(teller::facts::Description::as_str), Some("wrong"));
    assert_eq!(row.metadata, crate::support::metadata("a=b"));
    assert_eq!(row.up_to.map(teller::money::Amount::minor), Some(i64::MAX), "all was asked for");
}

#[test]
fn a_transfer_is_reversed_in_parts_up_to_its_amount() {
    check(&format!(
        "{BEGIN}
        reverse t1 2          -> reversed amount=2.00
        reverse t1 4.01       -> reversal_too_large transfer=t1 remaining=4.00 requested=4.01
        reverse t1 0          -> amount_not_positive
        reverse t1 up-to 1    -> reversed amount=1.00
        reverse t1 up-to 100  -> reversed amount=3.00
        reverse t1 0.01       -> already_reversed
        balance alice posted 10
        reverse ghost         -> transfer_unknown transfer=ghost
        reverse d1 1 USD      -> currencies_differ account=alice currency=USD
        reverse d1 10         -> reversed
    "
    ));
}

#[test]
fn transfers_and_captures_are_reversible_and_nothing_else_is() {
    check(&format!(
        "{BEGIN}
        hold h1: alice bob 4  -> held
        reverse h1            -> not_reversible transfer=h1 kind=hold
        capture c1: h1 1      -> captured
        reverse c1            -> reversed amount=1.00
        # What is undone is not held again.
        balance alice posted 4 held 3 available 1
        release l1: h1        -> released
        reverse l1            -> not_reversible kind=release
    "
    ));
}

#[test]
fn a_reversal_keeps_the_rules_of_a_transfer_but_for_velocity() {
    check(&format!(
        "{BEGIN}
        withdraw bob 1        -> posted
        reverse t1            -> insufficient_funds account=bob available=5.00 requested=6.00
        reverse t1 5          -> reversed
        limits alice max 9    -> changed
        deposit bob 9         -> posted
        reverse t1            -> max_balance_exceeded account=alice posted=9.00 requested=1.00
        limits alice max none -> changed
        limits bob per-transfer 0 per-day 0 -> changed
        freeze bob debits     -> frozen
        reverse t1            -> account_frozen account=bob
        unfreeze bob          -> unfrozen
        reverse t1            -> reversed
        withdraw alice all    -> posted
        close alice           -> closed
        reverse d1            -> account_closed account=alice
    "
    ));
    check(
        "
        account vault asset  JPY
        account pool  equity JPY
        account side  equity JPY
        account other equity JPY
        post t1: vault pool 10               -> posted
        fall vault side 9223372036854775807  -> posted
        fall vault other 5                   -> posted
        reverse t1                           -> overflow account=vault requested=10
    ",
    );
}

#[test]
fn a_reversal_counts_when_it_is_recorded_or_when_the_transfer_did() {
    check(
        "
        account cash  asset     EUR
        account alice liability EUR
        deposit d1: alice 10 effective 2025-05-05T00:00:00Z -> posted
        at 2026-01-02T00:00:00Z
        reverse r1: d1 4 original -> reversed
        times r1 effective 2025-05-05T00:00:00Z recorded 2026-01-02T00:00:00Z
        reverse r2: d1 1          -> reversed
        times r2 effective 2026-01-02T00:00:00.000001Z
        period close 2025-05      -> closed
        reverse d1 1 original     -> period_closed effective_at=2025-05-05T00:00:00.000000Z period=2025-05
        reverse d1 1              -> reversed
    ",
    );
}

#[test]
fn a_leg_is_reversed_by_its_own_name_and_never_by_its_journals() {
    check(
        "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        journal j1:      -> posted
            deposit alice 5
            deposit bob 6
        reverse j1       -> journal_named journal=j1 transfers=2
        reverse j1#2     -> reversed amount=6.00
        reverse j1#1 2   -> reversed amount=2.00
        batch
            journal j2:  -> posted
                deposit alice 1
                deposit alice 2
                deposit alice 3
            reverse j2   -> journal_named journal=j2 transfers=3
            reverse j2#3 -> reversed amount=3.00
            reverse j2#3 -> already_reversed
    ",
    );
}

#[test]
fn what_an_earlier_request_of_the_batch_posted_can_be_reversed_by_a_later_one() {
    check(&format!(
        "{BEGIN}
        batch
            deposit d2: alice 5 -> posted
            reverse d2 2        -> reversed
            reverse d2 4        -> reversal_too_large remaining=3.00
            reverse d2          -> reversed amount=3.00
            reverse d2          -> already_reversed
            # A refused journal has undone nothing.
            journal             -> reversal_too_large leg=2 remaining=3.00
                reverse t1 3
                reverse t1 4
            reverse t1          -> reversed amount=6.00
            journal             -> already_reversed leg=1
                reverse t1 3
    "
    ));
}
