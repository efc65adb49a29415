//! Moving value: who falls and who rises, by how much, and when it counts.

use crate::support::{Book, check, check_on};

const BEGIN: &str = "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
";

#[test]
fn each_verb_moves_both_accounts_as_it_says() {
    check(&format!(
        "{BEGIN}
        account safe    asset   EUR
        account rent    expense EUR
        account fees    revenue EUR
        account capital equity  EUR
        deposit  alice 10           -> posted amount=10.00 rows=1
        balance  alice posted 10 held 0 available 10 version 1 state open
        balance  cash  posted 10 version 1
        withdraw alice 1            -> posted
        balance  alice posted 9 version 2
        balance  cash  posted 9 version 2
        transfer alice bob 2        -> posted
        balance  alice posted 7
        balance  bob   posted 2
        transfer cash safe 3        -> posted
        balance  cash  posted 6
        balance  safe  posted 3
        post     rent capital 4     -> posted
        balance  rent    posted 4
        balance  capital posted 4
        post     capital rent 1     -> posted
        balance  rent    posted 3
        balance  capital posted 3
        # The first account moves as the verb says, the second as it must.
        fall     cash fees 1        -> posted
        balance  cash posted 5
        balance  fees posted -1
        rise     fees cash 3        -> posted
        balance  cash posted 8
        balance  fees posted 2
        fall     alice bob 1        -> posted
        balance  alice posted 6
        balance  bob   posted 3
        rise     alice bob 2        -> posted
        balance  alice posted 8
        balance  bob   posted 1
        history  alice 10.00 -1.00 -2.00 -1.00 2.00
    "
    ));
}

#[test]
fn a_transfer_needs_accounts_that_move_as_its_verb_says() {
    check(&format!(
        "{BEGIN}
        account vault asset EUR
        transfer alice cash 1            -> normal_sides_differ from=alice from_side=credit to=cash to_side=debit
        transfer cash alice 1            -> normal_sides_differ from=cash from_side=debit
        deposit  alice 1 cash bob        -> normal_sides_match account=alice cash=bob side=credit
        withdraw cash 1 cash vault       -> normal_sides_match account=cash cash=vault side=debit
        deposit  cash 1 cash alice       -> posted
        balance  cash posted 1
        balance  alice posted 1
    "
    ));
}

#[test]
fn both_accounts_exist_and_are_two() {
    check(&format!(
        "{BEGIN}
        transfer alice alice 1 -> same_account account=alice
        post     cash cash 1   -> same_account account=cash
        transfer ghost spook 1 -> account_unknown account=ghost
        transfer alice spook 1 -> account_unknown account=spook
        transfer alice bob 0   -> amount_not_positive amount=0.00
        transfer alice bob up-to 0 -> amount_not_positive
    "
    ));
}

#[test]
fn the_amount_and_both_accounts_are_of_one_currency() {
    check(&format!(
        "{BEGIN}
        account usd   liability USD
        account usd2  liability USD
        transfer alice bob 1 USD -> currencies_differ account=alice account_currency=EUR currency=USD
        transfer alice usd 1     -> currencies_differ account=usd account_currency=USD currency=EUR
        transfer usd alice 1     -> currencies_differ account=alice account_currency=EUR currency=USD
        transfer alice usd all   -> currencies_differ account=usd currency=EUR
        transfer usd usd2 1 EUR  -> currencies_differ account=usd
        transfer alice bob 1 XYZ -> currency_unknown currency=XYZ
        transfer alice bob 1.001 -> amount_too_precise
        transfer alice bob 92233720368547758.08 -> amount_too_large
        # One code with other decimals is another currency.
        currency TOK 3           -> added
        account tok liability TOK
        transfer tok alice 1.001 -> currencies_differ account=alice currency=TOK
    "
    ));
}

#[test]
fn an_open_amount_takes_what_is_available_above_zero_and_above_the_minimum() {
    check(&format!(
        "{BEGIN}
        account carol liability EUR min -5.00
        account dora  liability EUR min none
        deposit  alice 10            -> posted
        transfer alice bob up-to 4   -> posted amount=4.00
        transfer alice bob up-to 100 -> posted amount=6.00
        transfer alice bob up-to 1   -> nothing_available account=alice available=0.00
        transfer alice bob all       -> nothing_available account=alice
        # An overdraft is used by exact amounts only.
        transfer carol bob all       -> nothing_available account=carol available=0.00
        transfer carol bob 5         -> posted
        transfer carol bob all       -> nothing_available account=carol available=-5.00
        deposit  carol 8             -> posted
        transfer carol bob all       -> posted amount=3.00
        deposit  dora 2              -> posted
        transfer dora bob all        -> posted amount=2.00
        # What a minimum keeps stays.
        limits   bob min 7           -> changed
        transfer bob alice all       -> posted amount=13.00
        balance  bob posted 7
        transfer bob alice up-to 1   -> nothing_available account=bob available=7.00
        # Of two that fall, the first one that is named gives it.
        withdraw alice all           -> posted amount=13.00
        rise     cash bob all        -> nothing_falls account=cash other=bob
        deposit  bob all             -> nothing_falls account=bob other=cash
        deposit  bob up-to 1         -> nothing_falls
        rise     alice bob all       -> nothing_available account=bob
    "
    ));
}

#[test]
fn what_a_hold_reserves_is_not_available_to_an_open_amount() {
    check(&format!(
        "{BEGIN}
        deposit  alice 10        -> posted
        hold     alice bob 3     -> held
        transfer alice bob all   -> posted amount=7.00
        balance  alice posted 3 held 3 available 0
        # What is on its way in is not available.
        transfer bob cash all    -> normal_sides_differ
        withdraw bob all         -> posted amount=7.00
        withdraw bob all         -> nothing_available account=bob available=0.00
    "
    ));
}

#[test]
fn balances_end_at_the_borders_of_64_bits() {
    check(
        "
        account vault asset  JPY
        account pool  equity JPY
        account side  equity JPY
        post pool vault 9223372036854775807 -> posted
        post pool vault 1                   -> posted
        balance vault posted -9223372036854775808
        balance pool  posted -9223372036854775808
        post pool vault 1                   -> overflow account=pool requested=1
        fall vault pool 1                   -> overflow account=vault requested=1
        post side vault 1                   -> overflow account=vault
        post vault side 1                   -> posted
        balance vault posted -9223372036854775807
        post vault pool 9223372036854775807 -> posted
        post vault pool 9223372036854775807 -> posted
        balance vault posted 9223372036854775807
        post vault pool 1                   -> overflow account=vault
        post vault side 1                   -> overflow account=vault requested=1
        balance pool  posted 9223372036854775806
    ",
    );
}

#[test]
fn amounts_have_up_to_18_decimals() {
    check(
        "
        currency ETH 18 -> added
        account pool  equity    ETH
        account alice liability ETH
        limits pool max none                          -> changed
        fall pool alice 0.000000000000000001          -> posted
        balance alice posted 0.000000000000000001
        balance pool  posted -0.000000000000000001
        rise alice pool 9.223372036854775806          -> posted
        balance alice posted 9.223372036854775807
        rise alice pool 0.000000000000000001          -> overflow account=alice requested=0.000000000000000001
        rise alice pool 9.223372036854775808          -> amount_too_large
        rise alice pool 0.0000000000000000001         -> amount_too_precise
    ",
    );
}

#[test]
fn all_that_is_held_on_a_side_can_be_captured_within_64_bits() {
    check(
        "
        account vault asset  JPY
        account pool  equity JPY
        account side  equity JPY
        hold-post h1: vault pool 9223372036854775800 -> held
        # Both rise by it, so both have room for seven more.
        post vault side 8                            -> overflow account=vault requested=8
        post vault side 7                            -> posted
        hold-post vault side 1                       -> overflow account=vault requested=1
        hold-post side pool 8                        -> overflow account=pool requested=8
        hold-post side pool 7                        -> held
        capture h1                                   -> captured
        balance vault posted 9223372036854775807
    ",
    );
    check(
        "
        account vault asset  JPY
        account pool  equity JPY
        account side  equity JPY
        hold-post h1: pool vault 9223372036854775800 -> held
        # Both fall by it.
        post side vault 9                            -> overflow account=vault requested=9
        post side vault 8                            -> posted
        hold-post side vault 1                       -> overflow account=vault
        hold-post pool side 9                        -> overflow account=pool
        capture h1                                   -> captured
        balance vault posted -9223372036854775808
    ",
    );
    check(
        "
        account vault asset  JPY
        account pool  equity JPY
        hold-post vault pool 9223372036854775807     -> held
        hold-post vault pool 1                       -> overflow account=vault requested=1
        hold-post pool vault 9223372036854775807     -> held
        balance vault posted 0 held 9223372036854775807 available -9223372036854775807
    ",
    );
}

#[test]
fn a_transfer_counts_when_it_says_or_when_it_is_recorded() {
    check(&format!(
        "{BEGIN}
        at 2026-03-01T10:00:00Z
        deposit d1: alice 1                                  -> posted
        times   d1 effective 2026-03-01T10:00:00Z recorded 2026-03-01T10:00:00Z
        deposit d2: alice 1                                  -> posted
        # Entries of one account can be told apart by their times.
        times   d2 effective 2026-03-01T10:00:00.000001Z recorded 2026-03-01T10:00:00.000001Z
        deposit d3: alice 1 effective 2025-01-01T00:00:00Z   -> posted
        times   d3 effective 2025-01-01T00:00:00Z recorded 2026-03-01T10:00:00.000002Z
        deposit d4: alice 1 effective 2030-01-01T00:00:00Z   -> posted
        times   d4 effective 2030-01-01T00:00:00Z
        account vault asset EUR
        deposit d5: bob 1 cash vault                         -> posted
        times   d5 recorded 2026-03-01T10:00:00Z
        transfer t6: bob alice 1                             -> posted
        times   t6 recorded 2026-03-01T10:00:00.000004Z
    "
    ));
}

#[test]
fn a_row_says_what_was_asked_for() {
    let book = Book::new();
    check_on(
        &book,
        &format!(
            "{BEGIN}
        deposit d1: alice 10 note rent meta k=v -> posted
        transfer alice bob up-to 3              -> posted
        transfer alice bob all                  -> posted
    "
        ),
    );
    let rows = book.transfers();
    assert_eq!(rows[0].description.as_ref().map(teller::facts::Description::as_str), Some("rent"));
    assert_eq!(rows[0].metadata, crate::support::metadata("k=v"));
    assert_eq!(rows[0].key.as_ref().map(teller::facts::Key::as_str), Some("d1"));
    assert_eq!(rows[0].actor.as_str(), "tests");
    assert_eq!(rows[1].key, None);
    assert_eq!(
        [&rows[0], &rows[1], &rows[2]].map(|row| row.up_to.map(teller::money::Amount::minor)),
        [None, Some(300), Some(i64::MAX)]
    );
    assert!(rows.iter().all(|row| row.journal_id.is_none() && row.hold_id.is_none() && row.request_digest.is_none()));
    assert!(rows.iter().all(|row| row.clock_at.is_none() && row.expires_at.is_none() && row.reversed_id.is_none()));
}
