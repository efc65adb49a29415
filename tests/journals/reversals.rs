//! Journals undone as a whole.

use crate::support::{check, on_every_backend};

const ACCOUNTS: &str = "
    account world  equity    EUR
    account walter liability EUR
    account wendy  liability EUR
    account carol  liability EUR
    account cash   asset     EUR
    deposit walter 10 -> posted
";

on_every_backend! {
    fn a_journal_is_reversed_though_it_passed_through_an_empty_account(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            journal j1: -> posted
                transfer walter wendy 10
                transfer wendy world 10
            reverse-journal r1: j1 -> reversed rows=2
            balance walter posted 10
            balance wendy posted 0 version 4
            balance world posted 0
            reverse-journal r1: j1 -> replayed rows=2
            reverse-journal r2: j1 -> already_reversed transfer=j1
            reverse-journal r3: r1 -> not_reversible leg=2 kind=reversal
        ");
        assert_eq!(book.query_i64("select count(distinct journal_id) from transfers"), 2);
    }

    fn a_journal_is_judged_at_its_end_where_one_leg_after_the_other_would_be_refused(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            # Wendy spends what she got before; undone in reverse she would pay back first what she has not.
            journal j1: -> posted
                transfer world wendy 10
                transfer walter wendy 10
                transfer wendy carol 5
            transfer wendy world 10 -> posted
            transfer carol wendy 5  -> posted
            # Legs 2 and 1 would take 20 out of 10, had leg 3 not put 5 back; all of it is 15.
            deposit carol 5         -> posted
            reverse-journal r1: j1  -> insufficient_funds account=wendy available=10.00 requested=15.00
            deposit wendy 5         -> posted
            reverse-journal r1: j1  -> reversed rows=3
            balance wendy posted 0
            balance carol posted 0
        ");
    }

    fn what_a_single_reversal_would_refuse_passes_within_the_journal(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            account box liability EUR max 10
            journal j1: -> posted
                transfer walter box 10
                transfer box wendy 10
                transfer world box 10
            transfer box carol 5   -> posted
            reverse j1#3           -> insufficient_funds account=box available=5.00
            reverse-journal r1: j1 -> insufficient_funds account=box available=5.00 min_balance=0.00 requested=10.00
            transfer carol box 5   -> posted
            reverse-journal r1: j1 -> reversed
            balance box posted 0
            balance walter posted 10
        ");
    }

    fn the_maximum_is_looked_at_when_all_legs_are_undone(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            account box liability EUR max 10
            transfer walter box 10 -> posted
            journal j1: -> posted
                transfer box wendy 10
                transfer world box 4
            transfer world box 5   -> posted
            # Of 9, 4 go back and 10 come: 15.
            reverse-journal r1: j1 -> max_balance_exceeded account=box posted=9.00 max_balance=10.00 requested=6.00
            transfer box world 5   -> posted
            reverse-journal r1: j1 -> reversed
            balance box posted 10
        ");
    }

    fn the_first_broken_rule_is_the_answer_to_a_reversal_of_a_journal(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            account cold liability EUR
            transfer t1: world carol 1   -> posted
            journal j1: -> posted
                transfer walter wendy 4
                transfer world cold 1
                transfer walter carol 1
            journal j2: -> posted
                transfer walter wendy 1
                hold walter wendy 1
            journal j3: -> posted
                transfer walter wendy 1
                transfer walter wendy 1
            freeze cold                   -> frozen
            reverse-journal t1: nothing   -> id_reused
            reverse-journal j1: j1        -> id_reused
            reverse-journal nothing       -> journal_unknown
            reverse-journal t1            -> journal_unknown
            reverse-journal j1            -> account_frozen leg=2 account=cold
            reverse-journal j2            -> not_reversible leg=2 kind=hold
        ");
    }

    fn a_journal_that_was_undone_in_part_can_be_undone_in_the_rest(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            journal j1: -> posted
                transfer walter wendy 4
                transfer walter carol 3
                transfer walter wendy 2
            reverse j1#2 0.50                -> reversed
            reverse j1#3                     -> reversed
            reverse-journal r1: j1           -> reversed rows=2
            balance walter posted 10
            balance wendy posted 0
            balance carol posted 0
            reverse-journal r1: j1           -> replayed rows=2
            reverse-journal r1: j1 original  -> id_reused
            reverse-journal r2: j1           -> already_reversed transfer=j1
            # What undoes the same by hand is another request.
            journal j2: -> posted
                transfer walter wendy 1
                transfer walter carol 1
            journal r3: -> posted rows=1
                reverse j2#2 1
            reverse-journal r3: j2           -> id_reused
            reverse-journal r4: j2           -> reversed rows=1
            journal r4: -> id_reused
                reverse j2#1 1
            balance walter posted 10
        ");
    }

    fn a_journal_never_stands_for_its_first_transfer(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            journal j1: -> posted
                transfer walter wendy 4
                transfer walter carol 3
            reverse j1                       -> journal_named journal=j1 transfers=2
            reverse j1 4                     -> journal_named
            annotate transfer j1 k=v         -> journal_named
            batch
                journal j2: -> posted
                    transfer walter wendy 1
                reverse j2                   -> journal_named journal=j2 transfers=1
                reverse j2#1                 -> reversed
            journal j3: -> journal_named leg=1
                reverse j1
            balance walter posted 3
            reverse j1#1                     -> reversed
            reverse-journal r1: j1           -> reversed rows=1
            balance walter posted 10
        ");
    }

    fn a_reversal_of_a_journal_is_replayed_only_with_the_same_content(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            journal j1: -> posted
                transfer walter wendy 4 effective 2025-01-01T00:00:00Z
                transfer wendy walter 1
            journal j2: -> posted
                transfer walter wendy 4
                transfer wendy walter 1
            reverse-journal r1: j1 original note x -> reversed
            reverse-journal r1: j1 original note x -> replayed rows=2
            reverse-journal r1: j1 note x          -> id_reused
            reverse-journal r1: j1 original        -> id_reused
            reverse-journal r1: j1 original note y -> id_reused
            reverse-journal r1: j2 original note x -> id_reused
            batch
                journal j3: -> posted
                    transfer walter wendy 1
                    transfer walter wendy 1
                reverse-journal r3: j3   -> reversed rows=2
                reverse-journal r3: j3   -> replayed rows=2
                reverse-journal r4: j3   -> already_reversed
                reverse-journal r3: j2   -> id_reused
                reverse-journal r5: j2   -> reversed
            balance walter posted 10
            balance wendy posted 0
        ");
    }
}
