//! Several operations that happen together or not at all.

mod reversals;

use crate::support::{check, on_every_backend};

const ACCOUNTS: &str = "
    account a equity EUR
    account b equity EUR
    account c equity EUR
    account cash  asset     EUR
    account alice liability EUR
    account bob   liability EUR
";

on_every_backend! {
    // P3
    fn the_legs_of_a_journal_move_value_one_after_the_other(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            journal j1: -> posted rows=3
                transfer a b 10
                transfer b c 20
                transfer c a 50
            balance a posted 40 version 2
            balance b posted -10 version 2
            balance c posted -30 version 2
            sum zero
        ");
        assert_eq!(book.query_i64("select count(distinct journal_id) from transfers"), 1);
    }

    // P4
    fn nothing_remains_of_a_refused_journal_and_the_refusal_names_the_leg(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "limits c max 0 -> changed");
        let before = book.contents();
        check(book, "
            journal j1: -> max_balance_exceeded leg=2 account=c posted=0.00 requested=20.00
                transfer a b 10
                transfer b c 20
                transfer c a 50
            balance a posted 0 version 0
            balance b posted 0 version 0
            balance c posted 0 version 0
        ");
        let without_sequences = |lines: Vec<String>| lines.into_iter().filter(|line| !line.contains("_seq")).collect::<Vec<_>>();
        assert_eq!(without_sequences(book.contents()), without_sequences(before));
        check(book, "
            # Its id is free.
            journal j1: -> posted
                transfer a b 10
        ");
    }

    // P8
    fn a_journal_moves_two_currencies(book: &TestBook) {
        check(book, "
            account user:usd equity USD
            account user:eur equity EUR
            account fx:usd   equity USD
            account fx:eur   equity EUR
            journal -> posted rows=2
                transfer user:usd fx:usd 10.00
                transfer fx:eur user:eur 9.26
            balance user:usd posted -10.00
            balance fx:usd   posted 10.00
            balance fx:eur   posted -9.26
            balance user:eur posted 9.26
            sum zero
        ");
    }

    fn each_leg_sees_those_before_it_and_never_a_net_sum(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            journal -> posted
                deposit alice 10
                transfer alice bob 10
                transfer bob alice all
            balance alice posted 10 version 3
            journal -> insufficient_funds leg=1 account=bob
                transfer bob alice 5
                transfer alice bob 5
            journal -> insufficient_funds leg=3 available=4.00
                transfer alice bob 6
                hold h: bob alice 6
                transfer alice bob 5
            balance alice posted 10 version 3
            balance bob posted 0 version 2
        ");
    }

    fn a_hold_is_placed_and_captured_and_released_in_one_journal(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            deposit alice 10            -> posted
            journal j1:                 -> posted rows=4
                hold alice bob 8
                capture j1#1 5
                transfer bob alice 1
                release j1#1
            hold-state j1 released remaining 0 rows 3
            balance alice posted 6 held 0 version 5
            journal j2:                 -> posted rows=4
                deposit alice 1
                hold alice bob 7
                capture j2#2 3 final
            hold-state j2#2 released remaining 0 rows 3
            journal j3:                 -> hold_too_small leg=2 remaining=4.00
                hold alice bob 4
                capture j3#1 5
            capture j3                  -> hold_unknown
            # Holds from before are used, and are as they were where the journal is refused.
            hold h1: alice bob 2        -> held
            journal                     -> hold_not_open leg=3 state=captured
                capture h1 1
                capture h1
                release h1
            hold-state h1 open remaining 2 rows 1
            balance alice posted 4 held 2 version 10
        ");
    }

    fn an_account_is_emptied_and_closed_in_one_journal(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            deposit alice 10      -> posted
            journal               -> account_closed leg=3 account=alice
                transfer alice bob all
                close alice
                transfer bob alice 1
            balance alice posted 10 version 1 state open
            journal j1:           -> posted rows=1
                transfer alice bob all
                close alice reason moved actor teller
            balance alice posted 0 version 2 state closed
            journal               -> account_not_empty leg=2 account=bob posted=9.00
                transfer bob a 1
                close bob
        ");
        assert_eq!(book.query_i64("select count(*) from account_events where journal_id = (select journal_id from transfers where journal_id is not null)"), 1);
        let told = "select actor || ' ' || reason from account_events";
        assert_eq!(book.query_text(told), "teller moved");
    }

    fn limits_and_states_change_between_the_transfers_that_need_it(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            # Each order leaves the table's own guard content only if both are written at once.
            journal -> posted
                limits alice min -5
                withdraw alice 5
            balance alice posted -5
            journal -> posted
                deposit alice 20
                limits alice min 10 max 20
            journal -> posted
                limits alice min -10
                withdraw alice 20
                limits alice max -5
                deposit bob 3
                limits bob min 3
            balance alice posted -5
            withdraw bob 1 -> insufficient_funds
        ");
    }

    fn a_failing_journal_in_a_batch_leaves_the_other_items_alone(book: &TestBook) {
        // B2
        check(book, ACCOUNTS);
        check(book, "
            deposit alice 10 -> posted
            batch
                transfer alice bob 1       -> posted
                journal                    -> insufficient_funds leg=3 available=2.00
                    hold alice bob 3
                    transfer alice bob 4
                    transfer alice bob 3
                transfer alice bob 1       -> posted
                journal                    -> posted
                    transfer alice bob 3
                    close c
                transfer alice bob 6       -> insufficient_funds available=5.00
            balance alice posted 5 held 0 version 4
            balance c state closed
        ");
    }

    fn a_failing_journal_in_a_batch_leaves_holds_and_reversals_as_they_were(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            deposit alice 10         -> posted
            transfer t1: alice bob 3 -> posted
            hold h1: alice bob 2     -> held
            batch
                journal              -> insufficient_funds leg=3
                    capture h1 1
                    reverse t1 1
                    transfer alice bob 99
                transfer alice bob 1 -> posted
                reverse t1           -> reversed amount=3.00
                capture h1           -> captured amount=2.00
        ");
    }

    // I1, I2
    fn a_journal_is_replayed_as_a_whole_and_its_id_is_used_once(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            deposit alice 10 -> posted
            journal j1: -> posted rows=2
                transfer alice bob 1 note x
                transfer alice bob up-to 2
            journal j1: -> replayed rows=2
                transfer alice bob 1 note x
                transfer alice bob up-to 2
            # Fewer, more, others, in another order.
            journal j1: -> id_reused sequence=8
                transfer alice bob 1 note x
            journal j1: -> id_reused
                transfer alice bob 1 note x
                transfer alice bob up-to 2
                transfer alice bob 3
            journal j1: -> id_reused
                transfer alice bob 1 note y
                transfer alice bob up-to 2
            journal j1: -> id_reused
                transfer alice bob 1 note x
                transfer alice bob 2
            journal j1: -> id_reused
                transfer alice bob up-to 2
                transfer alice bob 1 note x
            transfer j1: alice bob 1 note x -> id_reused
            transfer t1: alice bob 1        -> posted
            journal t1: -> id_reused sequence=10
                transfer alice bob 1
            batch
                journal j2: -> posted
                    transfer alice bob 1
                    transfer bob alice 1
                journal j2: -> replayed rows=2
                    transfer alice bob 1
                    transfer bob alice 1
                journal j2: -> id_reused sequence=11
                    transfer alice bob 1
                transfer j2: alice bob 1 -> id_reused
        ");
    }

    fn a_journal_without_a_transfer_is_none(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            journal j1: -> journal_empty
            journal j1: -> journal_empty
                close alice
            balance alice state open
            journal j1: -> amount_not_positive leg=1
                transfer alice alice 0
            journal j1: -> same_account leg=1
                transfer alice alice 1
        ");
    }

    fn a_batch_that_is_to_stop_does_so_at_the_first_refusal(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            deposit alice 10 -> posted
            batch stop
                transfer alice bob 4  -> posted
                transfer alice bob 7  -> insufficient_funds
                transfer alice bob 1  -> batch_stopped item=2
                transfer ghost bob 1  -> batch_stopped item=2
            balance bob posted 4
            batch stop
                transfer alice bob 1  -> posted
                freeze alice          -> frozen
            batch stop
                transfer alice bob 1  -> account_frozen
                unfreeze alice        -> batch_stopped item=1
        ");
    }

    fn a_batch_of_all_or_nothing_leaves_nothing_where_one_is_refused(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            deposit d1: alice 10 -> posted
            hold h1: alice bob 2 -> held
            batch nothing
                deposit d1: alice 10   -> batch_refused item=5
                transfer alice bob 4   -> batch_refused item=5
                release h1             -> batch_refused item=5
                freeze c               -> batch_refused item=5
                transfer bob alice 5   -> insufficient_funds available=4.00
                transfer bob alice 1   -> batch_refused item=5
            balance alice posted 10 held 2 version 2 state open
            balance c state open
            hold-state h1 open remaining 2 rows 1
            batch nothing
                transfer alice bob 4   -> posted
                transfer k: bob alice 1 -> posted
            batch nothing
                transfer bob alice 1   -> batch_refused item=2
                transfer k: bob alice 2 -> id_reused sequence=10
            balance bob posted 3
        ");
    }
}
