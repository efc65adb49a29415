//! How far a balance may go, and how limits change.

use crate::support::check;

const BEGIN: &str = "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
";

#[test]
fn what_is_available_stays_at_or_above_the_minimum() {
    check(&format!(
        "{BEGIN}
        deposit  alice 10        -> posted
        transfer alice bob 10.01 -> insufficient_funds account=alice available=10.00 min_balance=0.00 requested=10.01
        hold     alice bob 4     -> held
        transfer alice bob 6.01  -> insufficient_funds available=6.00
        hold     alice bob 6.01  -> insufficient_funds available=6.00
        transfer alice bob 6     -> posted
        limits   alice min -3    -> changed
        transfer alice bob 3.01  -> insufficient_funds available=0.00 min_balance=-3.00
        transfer alice bob 3     -> posted
        limits   alice min none  -> changed
        transfer alice bob 1000  -> posted
        # A deposit raises, so no minimum is in its way.
        deposit  alice 1         -> posted
        balance  alice posted -998 held 4 available -1002
    "
    ));
}

#[test]
fn only_what_falls_is_held_against_a_minimum_and_only_what_rises_against_a_maximum() {
    check(&format!("{BEGIN}
        account vault asset EUR min -5.00 max 5
        deposit  alice 20                   -> posted
        # Vault falls by a credit and rises by a debit.
        fall     vault alice 5              -> posted
        fall     vault alice 0.01           -> insufficient_funds account=vault available=-5.00
        rise     vault alice 10             -> posted
        rise     vault alice 0.01           -> max_balance_exceeded account=vault posted=5.00 max_balance=5.00 requested=0.01
        balance  vault posted 5
    "));
}

#[test]
fn what_is_posted_stays_at_or_below_the_maximum() {
    check(&format!(
        "{BEGIN}
        limits   alice max 10    -> changed
        deposit  alice 10.01     -> max_balance_exceeded account=alice posted=0.00 max_balance=10.00 requested=10.01
        deposit  alice 10        -> posted
        # What is held is posted all the same.
        hold     alice bob 4     -> held
        deposit  alice 0.01      -> max_balance_exceeded posted=10.00
        transfer alice bob 4     -> posted
        deposit  alice 4         -> posted
        # What could not be posted now is not promised either; other holds may still be released.
        limits   bob max 10      -> changed
        hold h1: alice bob 2.01  -> held
        hold     alice bob 6.01  -> insufficient_funds
        deposit  bob 3           -> posted
        hold     alice bob 3.01  -> max_balance_exceeded account=bob posted=7.00 requested=3.01
        hold     alice bob 2     -> held
        deposit  bob 2.99        -> posted
        capture  h1              -> max_balance_exceeded account=bob posted=9.99 requested=2.01
        capture  h1 0.01         -> captured
        limits   alice max none  -> changed
        deposit  alice 1000      -> posted
    "
    ));
}

#[test]
fn an_account_is_opened_inside_its_limits() {
    check(
        "
        account cash   asset     EUR min 0.01   -> limit_overrun account=cash balance=0.00 limit=0.01
        account cash   asset     EUR max -0.01  -> limit_overrun account=cash balance=0.00 limit=-0.01
        account cash   asset     EUR min 1 max 0 -> limits_inverted account=cash min_balance=1.00 max_balance=0.00
        account cash   asset     EUR min 0 max 0
        balance cash posted 0 version 0 state open
        account vault  asset     EUR
        account costs  expense   EUR
        account fees   revenue   EUR
        account funds  equity    EUR
        account alice  liability EUR
        # Of those that are opened without limits, only customers may not be overdrawn.
        post funds vault 1 -> posted
        post fees costs 1  -> posted
        post funds costs 1 -> posted
        balance vault posted -1
        balance costs posted -2
        balance fees  posted -1
        balance funds posted -2
        post alice vault 1 -> insufficient_funds account=alice min_balance=0.00
    ",
    );
}

#[test]
fn limits_change_one_by_one_and_stay_around_the_balance() {
    check(&format!(
        "{BEGIN}
        deposit alice 10        -> posted
        hold alice bob 4        -> held
        limits alice min 6.01   -> limit_overrun account=alice balance=6.00 limit=6.01
        limits alice min 6      -> changed
        limits alice max 9.99   -> limit_overrun account=alice balance=10.00 limit=9.99
        limits alice max 10     -> changed
        limits alice min 10.01  -> limits_inverted min_balance=10.01 max_balance=10.00
        limits alice max 5.99   -> limits_inverted min_balance=6.00 max_balance=5.99
        # The other limit stays as it was.
        transfer alice bob 0.01 -> insufficient_funds min_balance=6.00
        deposit  alice 0.01     -> max_balance_exceeded max_balance=10.00
        limits alice min none   -> changed
        transfer alice bob 6    -> posted
        deposit  alice 6.01     -> max_balance_exceeded
        limits alice max none   -> changed
        deposit  alice 6.01     -> posted
        limits ghost max 1      -> account_unknown account=ghost
        limits alice per-transfer -0.01 -> velocity_negative account=alice limit=-0.01
        limits alice per-day -1         -> velocity_negative limit=-1.00
        limits alice per-month -2       -> velocity_negative limit=-2.00
        # Of several that are wrong, velocities are looked at first.
        limits alice min 5 max 1 per-day -1 -> velocity_negative
        limits alice per-transfer 0 per-day 0 per-month 0 -> changed
        withdraw alice 0.01             -> velocity_exceeded limit=0.00
    "
    ));
}
