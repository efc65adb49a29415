//! Holds that end by themselves: at that very moment, whether or not anything ran.

use teller::Mode;

use super::ACCOUNTS;
use crate::support::{TestBook, check, on_every_backend};

/// Alice has 10, and 6 of it are held for bob until one o'clock.
fn fill(book: &TestBook) {
    check(book, ACCOUNTS);
    check(
        book,
        "
        deposit alice 10                                   -> posted
        hold h1: alice bob 6 expires 2026-01-01T01:00:00Z  -> held
        at 2026-01-01T00:59:59.999999Z
        balance alice posted 10 held 6 available 4 version 2
        transfer alice bob 5                               -> insufficient_funds available=4.00
        hold-state h1 open remaining 6 rows 1
    ",
    );
}

on_every_backend! {
    // H6
    fn an_expired_hold_is_gone_at_that_very_moment_though_nothing_ran(book: &TestBook) {
        fill(book);
        check(book, "
            at 2026-01-01T01:00:00Z
            balance alice posted 10 held 0 available 10 version 2
            balance bob posted 0 held 0 version 1
            hold-state h1 expired remaining 0 rows 1
            capture h1 1         -> hold_expired expires_at=2026-01-01T01:00:00.000000Z
            capture h1           -> hold_expired
            release h1           -> hold_expired
        ");
        assert_eq!(book.query_i64("select count(*) from transfers"), 2, "reading writes nothing, and a refusal neither");
    }

    // H6
    fn the_next_write_that_touches_the_account_records_the_expiry(book: &TestBook) {
        fill(book);
        check(book, "
            at 2026-01-01T01:00:00Z
            # Bob has nothing reserved of his own, so he has no need to know.
            deposit bob 1        -> posted
            hold-state h1 expired remaining 0 rows 1
            transfer alice bob 9 -> posted
            hold-state h1 expired remaining 0 rows 2
            history alice 10 0 0 -9 balances 10 10 10 1
            balance alice posted 1 held 0 version 4
            # Recorded or not, the answer is the same.
            capture h1           -> hold_expired
            expire               -> 0
        ");
        assert_eq!(kinds(book), ["transfer", "hold", "transfer", "release", "transfer"]);
    }

    // H6
    fn a_refused_request_does_not_record_an_expiry(book: &TestBook) {
        fill(book);
        check(book, "
            at 2026-01-01T01:00:00Z
            transfer alice bob 10.01   -> insufficient_funds available=10.00
            hold-state h1 expired remaining 0 rows 1
            batch
                transfer alice bob 11  -> insufficient_funds available=10.00
                transfer alice bob 1   -> posted
                transfer alice bob 9.5 -> insufficient_funds available=9.00
            hold-state h1 expired remaining 0 rows 2
            balance alice version 4
        ");
    }

    // H6
    fn expiries_are_recorded_on_request(book: &TestBook) {
        fill(book);
        check(book, "
            hold h2: alice bob 1 expires 2026-01-01T02:00:00Z -> held
            hold h3: alice bob 1                              -> held
            expire                                            -> 0
            at 2026-01-01T01:00:00Z
        ");
        let before = book.contents();
        assert_eq!(book.ledger().expire_holds(Mode::DryRun).unwrap(), 1);
        assert_eq!(book.contents(), before);
        check(book, "
            expire                                            -> 1
            expire                                            -> 0
            hold-state h1 expired remaining 0 rows 2
            at 2036-01-01T00:00:00Z
            expire                                            -> 1
            hold-state h3 open remaining 1 rows 1
            balance alice posted 10 held 1
        ");
    }

    // H6
    fn an_account_is_closed_though_its_holds_expired_without_a_record(book: &TestBook) {
        fill(book);
        check(book, "
            close bob         -> account_has_holds account=bob held=6.00
            at 2026-01-01T01:00:00Z
            withdraw alice 4  -> posted
            close bob         -> closed
            hold-state h1 expired remaining 0 rows 2
            hold h2: alice carol 6 expires in 60s -> held
            at 2026-01-01T01:01:01Z
            # It was carol's money to come, and it is alice who is closed.
            close carol       -> closed
            hold-state h2 expired remaining 0 rows 2
            withdraw alice 6  -> posted
            close alice       -> closed
            balance alice state closed version 7
        ");
    }

    // H6: the accounts on the other side are locked as well, though nobody named them.
    fn an_expiry_is_recorded_on_both_sides_whoever_is_named(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            deposit alice 10                         -> posted
            hold h1: alice bob   1 expires in 60s    -> held
            hold h2: alice carol 2 expires in 50s    -> held
            hold h3: alice cash  3 expires in 70s    -> held
            balance bob held 0 version 1
            at 2026-01-01T00:05:00Z
            withdraw alice 10                        -> posted
            balance alice posted 0 held 0 version 8
            balance bob   version 2
            balance carol version 2
            balance cash  posted 0 held 0 version 4
            expire                                   -> 0
        ");
        let holds = "select id from holds where state = 'expired' and remaining = 0";
        assert_eq!(book.query_i64(&format!("select count(*) from ({holds}) as h")), 3);
        // In the order in which they expired.
        let of = if book.is_on_postgres() { "amount::text" } else { "cast(amount as text)" };
        assert_eq!(book.query_texts(&format!("select {of} from transfers where kind = 'release' order by sequence")), ["200", "100", "300"]);
    }

    fn a_hold_that_is_partly_captured_expires_for_the_rest(book: &TestBook) {
        fill(book);
        check(book, "
            capture h1 2      -> captured
            at 2026-01-01T01:00:00Z
            balance alice posted 8 held 0 available 8
            withdraw alice 8  -> posted
            hold-state h1 expired remaining 0 rows 3
            balance bob posted 2
        ");
    }

    fn funds_of_an_expired_hold_can_be_held_and_reversed_and_moved_by_a_journal(book: &TestBook) {
        fill(book);
        check(book, "
            transfer t1: bob alice 1 -> insufficient_funds
            deposit bob 1            -> posted
            transfer t1: bob alice 1 -> posted
            hold h2: alice bob 5 expires 2026-01-01T01:00:00Z -> held
            at 2026-01-01T01:00:00Z
            journal j1:              -> posted amount=10.00 rows=3
                hold alice carol 10
                capture j1#1 4
                release j1#1
            hold-state h1 expired remaining 0 rows 2
            hold-state h2 expired remaining 0 rows 2
            hold-state j1#1 released remaining 0 rows 3
            hold h4: alice bob 7 expires in 1s -> held
            at 2026-01-01T01:00:02Z
            reverse t1               -> reversed
            hold-state h4 expired remaining 0 rows 2
            journal j1:              -> replayed rows=3
                hold alice carol 10
                capture j1#1 4
                release j1#1
        ");
    }

    fn a_clock_that_goes_back_does_not_bring_a_recorded_expiry_back(book: &TestBook) {
        fill(book);
        check(book, "
            at 2026-01-01T01:00:00Z
            expire               -> 1
            at 2026-01-01T00:59:30Z
            hold-state h1 expired remaining 0 rows 2
            capture h1           -> hold_expired
            transfer alice bob 10 -> posted
        ");
    }

    fn an_expiry_is_recorded_for_frozen_accounts_too(book: &TestBook) {
        fill(book);
        check(book, "
            freeze alice -> frozen
            freeze bob   -> frozen
            at 2026-01-01T01:00:00Z
            expire       -> 1
            balance alice held 0 state frozen
        ");
    }
}

fn kinds(book: &TestBook) -> Vec<String> {
    book.query_texts("select kind from transfers order by sequence")
}
