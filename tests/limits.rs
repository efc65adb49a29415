//! How far a balance may go.

use crate::support::{check, on_every_backend};

on_every_backend! {
    // L1
    fn an_account_at_its_minimum_gives_nothing(book: &TestBook) {
        check(book, "
            account alice liability EUR
            account bob   liability EUR
            transfer alice bob 12.34 -> insufficient_funds account=alice available=0.00 min_balance=0.00 requested=12.34
            transfer alice bob 0.01  -> insufficient_funds
            balance alice posted 0 version 0
            balance bob   posted 0 version 0
        ");
    }

    // L2
    fn an_overdraft_reaches_exactly_to_its_limit(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account shop  liability EUR
            account alice liability EUR min -10
            account bob   liability EUR min -10
            account carol liability EUR min -0.29
            deposit alice 89         -> posted
            transfer alice shop 100  -> insufficient_funds account=alice available=89.00 min_balance=-10.00
            balance alice posted 89 version 1
            deposit bob 90           -> posted
            transfer bob shop 100    -> posted
            balance bob posted -10 available -10
            transfer bob shop 0.01   -> insufficient_funds
            transfer carol shop 0.30 -> insufficient_funds
            transfer carol shop 0.29 -> posted
            balance carol posted -0.29
            sum zero
        ");
    }

    // L3
    fn a_minimum_above_zero_is_kept(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account fees  revenue   EUR
            account alice liability EUR
            deposit alice 1600       -> posted
            limits  alice min 1500   -> changed
            transfer alice fees 100  -> posted
            balance alice posted 1500
            withdraw alice 800       -> insufficient_funds available=1500.00 min_balance=1500.00
            deposit alice 2000       -> posted
            balance alice posted 3500
            withdraw alice 800       -> posted
            balance alice posted 2700
            sum zero
        ");
    }

    fn a_maximum_is_reached_but_not_passed(book: &TestBook) {
        check(book, "
            account cash  asset     EUR max 100
            account vault asset     EUR
            account alice liability EUR max 60.50
            account bob   liability EUR
            deposit alice 60.51     -> max_balance_exceeded account=alice posted=0.00 max_balance=60.50 requested=60.51
            deposit alice 60.50     -> posted
            deposit alice 0.01      -> max_balance_exceeded account=alice
            deposit bob   39.51     -> max_balance_exceeded account=cash posted=60.50 max_balance=100.00
            deposit bob   39.50     -> posted
            transfer vault cash 1   -> max_balance_exceeded account=cash
            transfer bob alice 1    -> max_balance_exceeded account=alice
            withdraw alice 0.01     -> posted
            transfer bob alice 0.01 -> posted
            balance alice posted 60.50 version 3
            sum zero
        ");
    }

    fn only_liabilities_have_a_minimum_by_default(book: &TestBook) {
        check(book, "
            account cash    asset     EUR
            account vault   asset     EUR
            account alice   liability EUR
            account sales   revenue   EUR
            account capital equity    EUR
            account costs   expense   EUR
            account other   expense   EUR
            account free    liability EUR min none
            transfer cash vault 5     -> posted
            transfer capital sales 5  -> posted
            transfer sales capital 20 -> posted
            transfer costs other 5    -> posted
            transfer free capital 5   -> posted
            transfer alice capital 5  -> insufficient_funds
            balance cash  posted -5
            balance sales posted -15
            balance costs posted -5
            balance free  posted -5
            sum zero
        ");
    }

    fn an_asset_with_a_minimum_cannot_be_emptied_below_it(book: &TestBook) {
        check(book, "
            account cash  asset     EUR min 0
            account vault asset     EUR
            account alice liability EUR
            deposit  alice 10            -> posted
            transfer cash vault 4        -> posted
            withdraw alice 6.01          -> insufficient_funds account=cash available=6.00
            withdraw alice 6             -> posted
            post vault cash 0.01         -> insufficient_funds account=cash available=0.00
            balance cash posted 0
        ");
    }

    fn every_change_of_limits_is_recorded(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            at 2026-02-01T00:00:00Z
            limits alice min -5.00 max 100  -> changed
            at 2026-02-02T00:00:00Z
            # The same again is no change.
            limits alice min -5.00          -> changed
            limits alice                    -> changed
            limits alice min none           -> changed
            limits alice max none           -> changed
            # A refused change leaves no trace.
            limits alice min 1              -> limit_overrun
            deposit alice 200               -> posted
        ");
        let number = |column: &str| format!("coalesce(cast({column} as text), 'none')");
        let columns = ["min_balance_before", "max_balance_before", "min_balance_after", "max_balance_after"];
        let columns = columns.map(number).join(" || ' ' || ");
        let change = |number: i64| {
            book.query_text(&format!("select {columns} from account_events where event = {number}"))
        };
        assert_eq!(book.query_i64("select count(*) from account_events"), 3);
        assert_eq!(change(1), "0 none -500 10000");
        assert_eq!(change(2), "-500 10000 none 10000");
        assert_eq!(change(3), "none 10000 none none");
    }

    fn a_limit_that_the_balance_already_breaks_is_refused(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account alice liability EUR
            deposit alice 50              -> posted
            limits alice max 49.99        -> limit_overrun account=alice balance=50.00 limit=49.99
            limits alice min 50.01        -> limit_overrun account=alice balance=50.00 limit=50.01
            limits alice min 20 max 10    -> limits_inverted account=alice min_balance=20.00 max_balance=10.00
            limits alice min 50 max 50    -> changed
            deposit alice 0.01            -> max_balance_exceeded
            withdraw alice 0.01           -> insufficient_funds
            limits alice max 60           -> changed
            deposit alice 0.01            -> posted
        ");
        assert_eq!(book.query_i64("select count(*) from account_events"), 2);
    }
}
