//! Amounts that are left to what is available, and requests that depend on how an account is.

use crate::support::{check, on_every_backend};

const ACCOUNTS: &str = "
    account cash  asset     EUR
    account alice liability EUR
    account bob   liability EUR
    deposit alice 50 -> posted
";

on_every_backend! {
    fn all_is_what_is_available_and_a_replay_gives_the_same(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            hold alice bob 20           -> held
            transfer t1: alice bob all  -> posted amount=30.00
            transfer t2: alice bob all  -> nothing_available account=alice available=0.00
            deposit alice 5             -> posted
            transfer t1: alice bob all  -> replayed amount=30.00
            transfer t1: alice bob 30   -> id_reused
            transfer t1: alice bob up-to 30 -> id_reused
            transfer t2: alice bob all  -> posted amount=5.00
            withdraw bob all            -> posted amount=35.00
            withdraw bob all            -> nothing_available
            balance bob posted 0
        ");
    }

    fn up_to_takes_no_more_than_that_and_no_more_than_there_is(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            transfer t1: alice bob up-to 30 -> posted amount=30.00
            transfer t2: alice bob up-to 30 -> posted amount=20.00
            transfer t3: alice bob up-to 30 -> nothing_available
            transfer t2: alice bob up-to 30 -> replayed amount=20.00
            transfer t2: alice bob up-to 31 -> id_reused
            transfer t2: alice bob 20       -> id_reused
            transfer t2: alice bob all      -> id_reused
            transfer alice bob up-to 0      -> amount_not_positive
            post bob alice up-to 1          -> posted
        ");
    }

    fn an_overdraft_is_no_part_of_what_is_taken_and_a_minimum_stays(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            limits alice min -100       -> changed
            transfer alice bob all      -> posted amount=50.00
            transfer alice bob all      -> nothing_available available=0.00
            transfer alice bob 10       -> posted
            transfer alice bob up-to 10 -> nothing_available available=-10.00
            limits bob min 40           -> changed
            transfer bob alice all      -> posted amount=20.00
            transfer bob alice all      -> nothing_available available=40.00
            limits cash min none        -> changed
            withdraw bob all            -> nothing_available account=bob
        ");
    }

    fn where_both_fall_the_first_named_gives_the_amount_and_where_both_rise_nothing_does(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            account till asset EUR min 0
            transfer cash till 20     -> posted
            withdraw alice all cash till -> insufficient_funds account=till available=20.00 requested=50.00
            withdraw till all cash alice -> posted amount=20.00
            deposit alice all         -> nothing_falls account=alice other=cash
            deposit alice up-to 5     -> nothing_falls
            post cash alice all       -> nothing_falls account=cash other=alice
            fall alice bob all        -> posted amount=30.00
            rise alice bob 30         -> posted
            rise alice bob 30         -> insufficient_funds account=bob
            fall alice cash 5         -> posted
            rise alice cash 5         -> posted
            balance alice posted 30
        ");
    }

    fn all_of_another_currency_does_not_move(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            account usd liability USD
            transfer alice usd all       -> currencies_differ account=usd account_currency=USD currency=EUR
            transfer alice usd up-to 1 USD -> currencies_differ account=alice
        ");
    }

    fn a_version_or_a_balance_that_is_not_as_expected_refuses(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            transfer k: alice bob 1 if-version alice 2 -> precondition_failed account=alice expected=version_=_2 actual=version_=_1
            transfer k: alice bob 1 if-version alice 1 -> posted
            # What was expected then is not looked at again.
            transfer k: alice bob 1 if-version alice 1 -> replayed
            transfer k: alice bob 1 if-version bob 77  -> replayed
            transfer alice bob 1 if-balance alice >= 49.01 -> precondition_failed expected=balance_>=_49.01_EUR actual=balance_=_49.00_EUR
            transfer alice bob 1 if-balance alice >= 49    -> posted
            transfer alice bob 1 if-balance alice = 49     -> precondition_failed
            transfer alice bob 1 if-balance alice = 48     -> posted
            transfer alice bob 1 if-balance alice <= 46.99 -> precondition_failed
            transfer alice bob 1 if-balance alice <= 47    -> posted
            transfer alice bob 1 if-balance alice > 46     -> precondition_failed
            transfer alice bob 1 if-balance alice > 45.99  -> posted
            transfer alice bob 1 if-balance alice < 45     -> precondition_failed
            transfer alice bob 1 if-balance alice < 45.01  -> posted
            transfer alice bob 1 if-balance alice > 0 if-balance bob < 6 -> precondition_failed account=bob
            transfer alice bob 1 if-balance alice < 0 if-version bob 0   -> precondition_failed account=alice
        ");
    }

    fn a_condition_is_about_any_account_and_about_what_is_posted(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            account usd liability USD
            hold h1: alice bob 20 expires in 60s       -> held
            transfer alice bob 1 if-balance alice = 50 -> posted
            transfer alice bob 1 if-balance cash = 50  -> posted
            transfer alice bob 1 if-version usd 1      -> precondition_failed account=usd
            transfer alice bob 1 if-version ghost 1    -> account_unknown account=ghost
            transfer alice bob 1 if-balance usd = 0    -> posted
            transfer alice bob 1 if-balance usd = 0 EUR -> currencies_differ account=usd
            # Recording an expiry raises the version; who looked before that is still right.
            at 2026-01-01T01:00:00Z
            balance alice version 5
            transfer alice bob 1 if-version alice 5    -> posted
            balance alice version 7
            hold alice bob 1 if-version alice 5        -> precondition_failed
            batch
                transfer alice bob 1 if-version alice 7 -> posted
                transfer alice bob 1 if-version alice 7 -> precondition_failed actual=version_=_8
        ");
    }

    fn the_first_broken_rule_is_the_answer_where_the_amount_is_left_open(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            account usd  liability USD
            account cold liability EUR
            account shut liability EUR
            account full liability EUR max 0
            freeze cold                              -> frozen
            close shut                               -> closed
            deposit usd all                          -> nothing_falls
            transfer usd cold all if-version usd 9   -> currencies_differ
            transfer cold shut all if-version cold 9 -> account_closed
            transfer bob cold all if-version bob 9   -> account_frozen
            transfer bob full all if-version bob 9   -> precondition_failed
            transfer bob full all                    -> nothing_available
            transfer alice full all                  -> max_balance_exceeded requested=50.00
        ");
    }
}
