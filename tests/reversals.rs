//! What was posted is undone once, in whole or in parts.

use crate::support::{check, on_every_backend};

const ACCOUNTS: &str = "
    account world equity    EUR
    account alice liability EUR
    account foo   liability EUR
    account cash  asset     EUR
";

on_every_backend! {
    // R1
    fn a_transfer_is_reversed_once_and_only_when_the_funds_are_there(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            transfer t1: world alice 100 -> posted
            transfer t2: alice foo 100   -> posted
            reverse r1: t1               -> insufficient_funds account=alice available=0.00 requested=100.00
            reverse r2: t2               -> reversed amount=100.00
            reverse r1: t1               -> reversed
            reverse t1                   -> already_reversed
            reverse t2                   -> already_reversed
            reverse r1: t1               -> replayed
            balance world posted 0 version 2
            balance alice posted 0 version 4
            balance foo   posted 0 version 2
            sum zero
        ");
    }

    fn a_transfer_is_reversed_in_parts_up_to_its_amount(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            transfer t1: world alice 100 -> posted
            reverse t1 30                -> reversed
            reverse t1 71                -> reversal_too_large remaining=70.00 requested=71.00
            reverse r2: t1 up-to 60      -> reversed amount=60.00
            reverse r3: t1 up-to 60      -> reversed amount=10.00
            reverse t1 0.01              -> already_reversed
            reverse r2: t1 up-to 60      -> replayed amount=60.00
            reverse r3: t1 up-to 60      -> replayed amount=10.00
            batch
                transfer t2: world alice 5 -> posted
                reverse t2 3               -> reversed
                reverse t2 3               -> reversal_too_large remaining=2.00
                reverse t2                 -> reversed amount=2.00
                reverse t2                 -> already_reversed
            balance alice posted 0
        ");
    }

    fn only_what_moved_value_is_reversed_and_not_what_undid_something(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            transfer t1: world alice 100 -> posted
            hold h1: alice foo 10        -> held
            capture c1: h1 4             -> captured
            release l1: h1               -> released
            reverse v1: c1               -> reversed amount=4.00
            reverse h1                   -> not_reversible kind=hold
            reverse l1                   -> not_reversible kind=release
            reverse v1                   -> not_reversible kind=reversal
            balance alice posted 100
            hold-state h1 released remaining 0 rows 3
        ");
    }

    fn a_reversal_counts_now_or_at_the_original_time(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            transfer t1: world alice 7 effective 2000-02-20T00:02:00Z -> posted
            transfer t2: world alice 7 effective 2000-02-20T00:02:00Z -> posted
            reverse r1: t1          -> reversed
            reverse r2: t2 original -> reversed
            reverse r1: t1 original -> id_reused
            reverse r2: t2          -> id_reused
            reverse r1: t1          -> replayed
            reverse r2: t2 original -> replayed
        ");
        let original = "select count(*) from transfers t join transfers o on t.reversed_id = o.id where t.effective_at = o.effective_at";
        assert_eq!(book.query_i64(original), 1);
        let now = "select count(*) from transfers where kind = 'reversal' and effective_at = recorded_at";
        assert_eq!(book.query_i64(now), 1);
    }

    fn a_reversal_keeps_to_the_limits_of_who_rises(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            transfer t1: world alice 10 -> posted
            transfer t2: alice foo 10   -> posted
            limits alice max 4          -> changed
            reverse t2                  -> max_balance_exceeded account=alice posted=0.00
            reverse t2 4                -> reversed
        ");
    }

    fn the_first_broken_rule_is_the_answer_to_a_reversal(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            account cold liability EUR
            account shut liability EUR
            transfer t1: world alice 10 -> posted
            transfer t2: world cold 10  -> posted
            transfer t3: world shut 10  -> posted
            transfer b3: shut world 10  -> posted
            transfer t4: world alice 5  -> posted
            hold h1: alice cold 1       -> held
            hold h2: alice foo 1        -> held
            reverse t4                  -> reversed
            freeze cold                 -> frozen
            close shut                  -> closed
            reverse t1: nothing 0       -> amount_not_positive
            reverse t1: nothing 1       -> id_reused
            reverse nothing 1           -> transfer_unknown
            reverse t3 1 USD            -> currencies_differ account=shut
            reverse t3 99               -> account_closed account=shut
            reverse t2 99               -> account_frozen account=cold
            reverse h1 99               -> account_frozen account=cold
            reverse t4 99               -> already_reversed
            reverse h2 99               -> not_reversible
            reverse t1 99               -> reversal_too_large
            limits foo max 0            -> changed
            transfer b1: alice world 8  -> posted
            reverse t1                  -> insufficient_funds available=0.00
        ");
    }
}
