//! Value that is reserved: what it lessens, and the ways in which it ends.

mod expiry;

use crate::support::{check, on_every_backend};

pub(crate) const ACCOUNTS: &str = "
    account cash  asset     EUR
    account alice liability EUR
    account bob   liability EUR
    account carol liability EUR
";

on_every_backend! {
    // H1
    fn a_hold_is_captured_in_parts_and_no_more_than_it_is(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            deposit alice 500      -> posted
            hold h1: alice bob 500 -> held amount=500.00
            balance alice posted 500 held 500 available 0 version 2
            balance bob posted 0 held 0 available 0 version 1
            capture h1 250         -> captured amount=250.00
            balance alice posted 250 held 250 available 0 version 3
            balance bob posted 250 available 250
            hold-state h1 open remaining 250 rows 2
            capture h1 250         -> captured
            balance alice posted 0 held 0
            hold-state h1 captured remaining 0 rows 3
            capture h1 0.01        -> hold_not_open state=captured
            capture h1             -> hold_not_open state=captured
            release h1             -> hold_not_open state=captured
            history alice 500 0 -250 -250
            history bob 0 250 250
            sum zero
        ");
        let names_hold = "select count(*) from transfers where hold_id = (select id from holds) and kind in ('hold', 'capture')";
        assert_eq!(book.query_i64(names_hold), 3);
    }

    // H2
    fn a_capture_of_more_than_is_left_is_refused_and_changes_nothing(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            deposit alice 100      -> posted
            hold h1: alice bob 100 -> held
            capture h1 150         -> hold_too_small remaining=100.00 requested=150.00
            hold-state h1 open remaining 100 rows 1
            balance alice posted 100 held 100 version 2
            capture h1 50          -> captured
            capture h1 60          -> hold_too_small remaining=50.00 requested=60.00
            capture h1 50          -> captured
            balance alice posted 0 held 0
            balance bob posted 100
        ");
    }

    // H3
    fn a_release_frees_what_was_not_captured_once(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            deposit alice 500      -> posted
            hold h1: alice bob 500 -> held
            capture h1 250         -> captured
            release h1             -> released amount=250.00
            balance alice posted 250 held 0 available 250
            balance bob posted 250
            hold-state h1 released remaining 0 rows 3
            release h1             -> hold_not_open state=released
            capture h1             -> hold_not_open state=released
        ");
    }

    // H4
    fn what_is_held_cannot_be_spent(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            deposit alice 10     -> posted
            hold alice bob 6     -> held
            transfer alice bob 5 -> insufficient_funds available=4.00 requested=5.00
            transfer alice bob 4 -> posted
            hold alice bob 0.01  -> insufficient_funds available=0.00
            deposit carol 5000   -> posted
            batch
                hold carol bob 1000 -> held
                hold carol bob 1000 -> held
                hold carol bob 1000 -> held
                hold carol bob 1000 -> held
                hold carol bob 1000 -> held
                hold carol bob 1000 -> insufficient_funds available=0.00
            balance carol posted 5000 held 5000 available 0
        ");
    }

    fn a_hold_lessens_the_side_that_falls_whatever_the_accounts_are(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            account vault asset EUR min 0
            deposit alice 100 cash vault          -> posted
            # Both fall: a withdrawal to come.
            hold w: alice vault 30                -> held
            balance alice posted 100 held 30
            balance vault posted 100 held 30
            # Both rise: money on its way in is not available.
            hold-post d: vault bob 40             -> held
            balance vault posted 100 held 30 available 70
            balance bob posted 0 held 0 available 0
            withdraw bob 1                        -> insufficient_funds account=bob available=0.00
            transfer vault cash 70.01             -> insufficient_funds account=vault available=70.00
            capture w                             -> captured
            capture d                             -> captured
            balance vault posted 110 held 0
            balance bob posted 40
            sum zero
        ");
    }

    fn a_final_capture_releases_the_rest_with_it(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            deposit alice 100         -> posted
            hold h1: alice bob 100    -> held
            capture c1: h1 30 final   -> captured amount=30.00 rows=2
            hold-state h1 released remaining 0 rows 3
            balance alice posted 70 held 0 version 4
            capture c1: h1 30 final   -> replayed amount=30.00 rows=2
            # Where nothing is left there is nothing to release.
            hold h2: alice bob 70     -> held
            capture c2: h2 final      -> captured amount=70.00 rows=1
            hold-state h2 captured remaining 0 rows 2
            capture c2: h2 final      -> replayed rows=1
        ");
    }

    fn a_capture_takes_what_is_left_where_it_is_left_open(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            deposit alice 100         -> posted
            hold h1: alice bob 100    -> held
            capture c1: h1 up-to 60   -> captured amount=60.00
            capture c2: h1 up-to 60   -> captured amount=40.00
            capture c3: h1 up-to 60   -> hold_not_open
            capture c1: h1 up-to 60   -> replayed amount=60.00
            capture c1: h1 60         -> id_reused
            capture c2: h1 all        -> id_reused
            hold h2: bob alice all    -> held amount=100.00
            capture h2 all            -> captured amount=100.00
        ");
    }

    fn a_capture_looks_at_the_maximum_of_who_rises_and_not_at_the_minimum_again(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            account full liability EUR max 150
            deposit alice 100       -> posted
            hold h1: alice full 100 -> held
            limits full max 50      -> changed
            limits alice min none   -> changed
            # Alice has nothing available any more, but what was held is hers to give.
            transfer alice bob 50   -> posted
            capture h1 60           -> max_balance_exceeded account=full posted=0.00 requested=60.00
            hold-state h1 open remaining 100 rows 1
            capture h1 50           -> captured
            release h1              -> released
            balance alice posted 0 held 0
            balance full posted 50
        ");
    }

    fn what_holds_reserve_has_to_be_countable(book: &TestBook) {
        check(book, "
            account a equity EUR
            account b equity EUR
            account c equity EUR
            hold h1: a b 92233720368547758.07 -> held
            hold a c 0.02                     -> overflow account=a
            hold c b 0.01                     -> overflow account=b
            capture h1                        -> captured
            hold h2: a c 0.01                 -> held
            hold a c 0.01                     -> overflow account=a
            capture h2                        -> captured
            balance a posted -92233720368547758.08 held 0
        ");
    }

    fn the_first_broken_rule_is_the_answer_to_a_hold_a_capture_or_a_release(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            account usd  asset     USD
            account cold liability EUR
            account shut liability EUR
            account full liability EUR max 10
            at 2026-01-01T01:00:00Z
            deposit alice 100                       -> posted
            hold used: alice bob 10                 -> held
            hold cool: alice cold 10                -> held
            hold gone: alice bob 10 expires in 60s  -> held
            hold much: alice full 10                -> held
            deposit full 1                          -> posted
            freeze cold                             -> frozen
            close shut                              -> closed
            at 2026-01-01T02:00:00Z
            hold used: ghost ghost 0                -> amount_not_positive
            hold used: ghost ghost 1                -> same_account
            hold used: ghost shut 1                 -> id_reused sequence=10
            hold ghost shut 1 USD                   -> account_unknown account=ghost
            hold-post cash alice all                -> nothing_falls account=cash other=alice
            hold shut cold 1 USD                    -> currencies_differ account=shut
            hold shut cold 1                        -> account_closed account=shut
            hold alice cold 1000 expires in 0s      -> account_frozen account=cold
            hold alice bob 1000 expires in 0s if-version alice 99 -> expiry_past
            hold alice bob 1000 expires 2026-01-01T02:00:00Z      -> expiry_past now=2026-01-01T02:00:00.000000Z
            hold alice bob 1000 if-version alice 99 -> precondition_failed
            hold alice bob 1000                     -> insufficient_funds
            hold alice full 10                      -> max_balance_exceeded account=full posted=1.00 requested=10.00

            capture used: nothing 0                 -> amount_not_positive
            capture used: nothing 1                 -> id_reused
            capture nothing 1                       -> hold_unknown
            capture cool 1000 USD                   -> currencies_differ account=alice
            capture cool 1000                       -> account_frozen account=cold
            capture gone 1000                       -> hold_expired expires_at=2026-01-01T01:01:00.000003Z
            capture used 1000                       -> hold_too_small
            capture much 10                         -> max_balance_exceeded account=full

            release used: nothing                   -> id_reused
            release nothing                         -> hold_unknown
            release gone                            -> hold_expired
            release cool                            -> released
        ");
    }
}
