//! Holds that end by themselves: at that very moment, whether or not anything ran.

use crate::support::{Book, check, check_on};

const BEGIN: &str = "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        account carol liability EUR
        deposit alice 10                                   -> posted
        hold h1: alice bob 6 expires 2026-01-01T01:00:00Z  -> held
        at 2026-01-01T00:59:59.999999Z
";

#[test]
fn an_expired_hold_is_gone_at_that_very_moment() {
    check(&format!(
        "{BEGIN}
        transfer alice bob 5 -> insufficient_funds available=4.00
        capture h1 1         -> captured
        hold-state h1 open remaining 5 rows 2
        at 2026-01-01T01:00:00Z
        hold-state h1 expired remaining 0 rows 2
        capture h1 1         -> hold_expired hold=h1 expires_at=2026-01-01T01:00:00.000000Z
        capture h1           -> hold_expired
        release h1           -> hold_expired
        transfer alice bob 9 -> posted
        hold-state h1 expired remaining 0 rows 3
        capture h1           -> hold_expired
    "
    ));
}

#[test]
fn a_hold_expires_later_than_now() {
    check(&format!("{BEGIN}
        at 2026-01-01T01:00:00Z
        hold alice bob 1 expires 2026-01-01T00:59:59Z -> expiry_past expires_at=2026-01-01T00:59:59.000000Z now=2026-01-01T01:00:00.000000Z
        hold alice bob 1 expires 2026-01-01T01:00:00Z -> expiry_past
        hold alice bob 1 expires in 0s                -> expiry_past
        hold h2: alice bob 1 expires 2026-01-01T01:00:00.000001Z -> held
        hold h3: alice bob 1 expires in 60s           -> held
        # From when it is recorded.
        times h3 expires 2026-01-01T01:01:00.000002Z
    "));
}

#[test]
fn the_next_write_that_touches_the_account_records_the_expiry() {
    let book = Book::new();
    check_on(
        &book,
        &format!(
            "{BEGIN}
        at 2026-01-01T01:00:00Z
        # Carol has nothing to do with it.
        deposit carol 1      -> posted
        hold-state h1 expired remaining 0 rows 1
        transfer alice carol 9 -> posted
        hold-state h1 expired remaining 0 rows 2
        history alice 10.00 0.00 0.00 -9.00
        balance alice posted 1 held 0 version 4
        balance bob version 2
        expire               -> 0
    "
        ),
    );
    let transfers = book.transfers();
    let kinds: Vec<_> = transfers.iter().map(|transfer| transfer.kind.as_str()).collect();
    assert_eq!(kinds, ["transfer", "hold", "transfer", "release", "transfer"]);
    assert_eq!((transfers[3].actor.as_str(), transfers[4].actor.as_str()), ("teller", "tests"), "nobody asked for it");
    assert_eq!(transfers[3].id, transfers[1].id.of_expiry());
}

#[test]
fn a_hold_of_which_this_account_gets_the_money_expires_by_it_too() {
    check(&format!(
        "{BEGIN}
        at 2026-01-01T01:00:00Z
        deposit bob 1        -> posted
        hold-state h1 expired remaining 0 rows 2
        balance alice held 0 version 3
        balance bob posted 1 version 3
        # Recorded once, whichever side comes next.
        transfer alice bob 1 -> posted
        hold-state h1 expired remaining 0 rows 2
    "
    ));
}

#[test]
fn a_refused_request_does_not_record_an_expiry() {
    check(&format!(
        "{BEGIN}
        at 2026-01-01T01:00:00Z
        transfer alice bob 10.01   -> insufficient_funds available=10.00
        hold-state h1 expired remaining 0 rows 1
        batch
            transfer alice bob 11  -> insufficient_funds available=10.00
            limits alice min 11    -> limit_overrun balance=10.00
            transfer alice bob 1   -> posted
            transfer alice bob 9.5 -> insufficient_funds available=9.00
        hold-state h1 expired remaining 0 rows 2
        balance alice version 4
        hold h2: alice bob 5 expires in 60s -> held
        at 2026-01-01T02:00:00Z
        journal                     -> insufficient_funds leg=2
            transfer alice bob 9
            transfer alice bob 1
        hold-state h2 expired remaining 0 rows 1
        balance alice posted 9 version 5
        journal j1:                 -> posted rows=2
            transfer alice bob 4
            transfer alice bob 5
        hold-state h2 expired remaining 0 rows 2
        journal j1:                 -> replayed rows=2
            transfer alice bob 4
            transfer alice bob 5
    "
    ));
}

#[test]
fn expiries_are_recorded_on_request_in_the_order_of_their_times() {
    let book = Book::new();
    check_on(
        &book,
        &format!(
            "{BEGIN}
        hold h2: alice carol 1 expires 2026-01-01T03:00:00Z -> held
        hold h3: alice bob 1 expires 2026-01-01T02:00:00Z -> held
        hold h4: alice bob 1                              -> held
        expire                                            -> 0
        at 2026-01-01T01:00:00Z
        expire                                            -> 1
        expire                                            -> 0
        hold-state h1 expired remaining 0 rows 2
        at 2036-01-01T00:00:00Z
        expire                                            -> 2
        hold-state h2 expired remaining 0 rows 2
        hold-state h3 expired remaining 0 rows 2
        hold-state h4 open remaining 1 rows 1
        balance alice posted 10 held 1
    "
        ),
    );
    let last: Vec<_> = book.transfers().iter().rev().take(2).filter_map(|transfer| transfer.hold_id).collect();
    let key = |key: &str| key.parse::<teller::facts::Key>().unwrap().id();
    assert_eq!(last, [key("h2"), key("h3")], "the first to expire is recorded first");
}

#[test]
fn changes_reversals_captures_and_releases_record_expiries_first() {
    check(&format!(
        "{BEGIN}
        transfer t1: alice bob 4  -> posted
        hold h2: bob carol 1      -> held
        at 2026-01-01T01:00:00Z
        limits alice min 6        -> changed
        hold-state h1 expired remaining 0 rows 2
        hold h3: alice bob 1 expires in 1s -> insufficient_funds
        limits alice min none     -> changed
        hold h3: alice bob 1 expires in 1s -> held
        at 2026-01-01T01:00:02Z
        reverse t1 1              -> reversed
        hold-state h3 expired remaining 0 rows 2
        hold h4: alice bob 1 expires in 1s -> held
        at 2026-01-01T01:00:04Z
        capture h2 0.50           -> captured
        hold-state h4 expired remaining 0 rows 2
        hold h5: alice bob 1 expires in 1s -> held
        at 2026-01-01T01:00:06Z
        release h2                -> released
        hold-state h5 expired remaining 0 rows 2
        hold h6: alice bob 1 expires in 1s -> held
        hold h7: alice bob 1      -> held
        at 2026-01-01T01:00:08Z
        hold alice bob 1          -> held
        hold-state h6 expired remaining 0 rows 2
        journal j1:               -> posted
            transfer alice bob 1
        hold h8: alice bob 1 expires in 1s -> held
        at 2026-01-01T01:00:10Z
        reverse-journal j1        -> reversed
        hold-state h8 expired remaining 0 rows 2
    "
    ));
}

#[test]
fn an_account_is_closed_though_its_holds_expired_without_a_record() {
    check(&format!(
        "{BEGIN}
        close bob         -> account_has_holds account=bob held=6.00
        at 2026-01-01T01:00:00Z
        withdraw alice 4  -> posted
        close bob         -> closed
        hold-state h1 expired remaining 0 rows 2
        hold h2: alice carol 6 expires in 60s -> held
        at 2026-01-01T01:01:01Z
        close carol       -> closed
        hold-state h2 expired remaining 0 rows 2
        withdraw alice 6  -> posted
        close alice       -> closed
        balance alice state closed version 7
    "
    ));
}
