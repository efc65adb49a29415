//! Which refusal comes first where a request breaks several rules.

use strum::VariantNames;

use teller::rejection::Rejection;

use crate::support::{Book, check, check_on};

/// Accounts, each wrong in its own way, at noon. Alice's deposit has the key `k`.
pub const BEGIN: &str = "
        currency TOK 0                              -> added
        account cash  asset     EUR
        account till  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        account usd   liability USD
        account vault asset     USD
        account shut  liability EUR
        account cold  liability EUR
        account late  liability EUR
        account poor  liability EUR min 0 max 20
        account full  liability EUR max 0
        close shut                                  -> closed
        limits poor per-transfer 1                  -> changed
        limits bob per-transfer 1                   -> changed
        deposit k: alice 10                         -> posted
        deposit bob 10                              -> posted
        at 2026-01-01T13:00:00Z
        deposit late 10 cash till                   -> posted
        at 2026-01-01T12:00:00Z
        freeze cold                                 -> frozen
        period close 2025                           -> closed
";

/// Each line is refused by its code though it breaks rules of the codes below it, too, and the codes stand in the order of `Rejection`.
#[track_caller]
fn check_precedence(begin: &str, lines: &[(&str, &str)]) {
    let places: Vec<_> =
        lines.iter().map(|(code, _)| Rejection::VARIANTS.iter().position(|one| one == code).unwrap()).collect();
    assert!(places.is_sorted(), "the documented order is another one");
    for (code, line) in lines {
        check(&format!("{BEGIN}{begin}        {line} -> {code}"));
    }
}

#[test]
fn a_transfer_is_refused_by_the_first_rule_that_it_breaks() {
    check_precedence(
        "",
        &[
            ("amount_not_positive", "transfer k: ghost ghost 0"),
            ("same_account", "transfer k: ghost ghost 1"),
            ("id_reused", "transfer k: ghost cash 1"),
            ("account_unknown", "transfer shut ghost 1 effective 2025-01-01T00:00:00Z"),
            ("normal_sides_differ", "transfer shut vault 1 effective 2025-01-01T00:00:00Z"),
            ("nothing_falls", "rise shut vault all effective 2025-01-01T00:00:00Z"),
            ("currencies_differ", "transfer shut usd 1 effective 2025-01-01T00:00:00Z"),
            ("account_closed", "transfer cold shut 1 effective 2025-01-01T00:00:00Z"),
            ("account_frozen", "transfer late cold 1 effective 2025-01-01T00:00:00Z"),
            ("clock_behind", "transfer poor late 1 effective 2025-01-01T00:00:00Z if-version poor 9"),
            ("period_closed", "transfer poor full 1 effective 2025-01-01T00:00:00Z if-version poor 9"),
            ("precondition_failed", "transfer poor full all if-version poor 9"),
            ("nothing_available", "transfer poor full all"),
            ("insufficient_funds", "transfer poor full 2"),
            ("velocity_exceeded", "transfer bob full 2"),
            ("max_balance_exceeded", "transfer bob full 1"),
        ],
    );
}

#[test]
fn a_hold_is_refused_by_the_first_rule_that_it_breaks() {
    check_precedence(
        "",
        &[
            ("amount_not_positive", "hold k: ghost ghost 0"),
            ("same_account", "hold k: ghost ghost 1"),
            ("id_reused", "hold k: ghost cash 1"),
            ("account_unknown", "hold shut ghost 1 expires in 0s"),
            ("nothing_falls", "hold-post vault shut all expires in 0s"),
            ("currencies_differ", "hold shut usd 1 expires in 0s"),
            ("account_closed", "hold cold shut 1 expires in 0s"),
            ("account_frozen", "hold late cold 1 expires in 0s"),
            ("clock_behind", "hold poor late 1 expires in 0s effective 2025-01-01T00:00:00Z"),
            ("period_closed", "hold poor full 1 expires in 0s effective 2025-01-01T00:00:00Z"),
            ("expiry_past", "hold poor full 2 expires in 0s if-version poor 9"),
            ("precondition_failed", "hold poor full all if-version poor 9"),
            ("nothing_available", "hold poor full all"),
            ("insufficient_funds", "hold poor full 2"),
            ("velocity_exceeded", "hold bob full 2"),
            ("max_balance_exceeded", "hold bob full 1"),
        ],
    );
}

#[test]
fn a_capture_is_refused_by_the_first_rule_that_it_breaks() {
    let begin = "
        hold h1: alice poor 1     -> held
        hold h2: alice poor 2     -> held
        release h1                -> released
        limits poor max 0         -> changed
";
    let with = |more: &str| format!("{begin}{more}");
    check_precedence(
        begin,
        &[
            ("amount_not_positive", "capture k: h9 0"),
            ("id_reused", "capture k: h9 1"),
            ("hold_unknown", "capture h9 1"),
            ("currencies_differ", "capture h1 1 USD effective 2025-01-01T00:00:00Z"),
            ("period_closed", "capture h1 9 effective 2025-01-01T00:00:00Z"),
            ("hold_not_open", "capture h1 9"),
            ("hold_too_small", "capture h2 9"),
            ("max_balance_exceeded", "capture h2 1"),
        ],
    );
    let frozen = with("        freeze alice -> frozen\n");
    check_precedence(
        &frozen,
        &[("currencies_differ", "capture h1 1 USD"), ("account_frozen", "capture h1 9 effective 2025-01-01T00:00:00Z")],
    );
    let closed = with(
        "        freeze alice -> frozen
        release h2 -> released
        close poor -> closed\n",
    );
    check_precedence(
        &closed,
        &[("currencies_differ", "capture h1 1 USD"), ("account_closed", "capture h1 9 effective 2025-01-01T00:00:00Z")],
    );
    let late = with(
        "        at 2026-01-01T13:00:00Z
        deposit alice 1 cash till -> posted
        at 2026-01-01T12:30:00Z\n",
    );
    check_precedence(
        &late,
        &[("clock_behind", "capture h1 9 effective 2025-01-01T00:00:00Z"), ("clock_behind", "release h1")],
    );
}

#[test]
fn a_reversal_is_refused_by_the_first_rule_that_it_breaks() {
    let begin = "
        transfer t1: alice poor 4 effective 2026-01-01T00:00:00Z -> posted
        transfer t2: alice poor 4 -> posted
        deposit d0: alice 1 effective 2026-01-01T00:00:00Z -> posted
        hold h1: alice poor 1     -> held
        reverse t1                -> reversed
        withdraw poor 1           -> posted
        journal j1:               -> posted
            deposit alice 1
        limits alice max 3        -> limit_overrun
";
    check_precedence(
        begin,
        &[
            ("amount_not_positive", "reverse k: t9 0"),
            ("id_reused", "reverse k: t9 1"),
            ("transfer_unknown", "reverse t9 1"),
            ("journal_named", "reverse j1 1 USD"),
            ("currencies_differ", "reverse t1 9 USD"),
            ("already_reversed", "reverse t1 9"),
            ("not_reversible", "reverse h1 9"),
            ("reversal_too_large", "reverse t2 9"),
            ("insufficient_funds", "reverse t2 4"),
        ],
    );
    let book = Book::new();
    check_on(
        &book,
        &format!(
            "{BEGIN}{begin}
        at 2027-02-01T00:00:00Z
        period close 2026         -> closed
        reverse t1 9 original     -> period_closed
        freeze alice              -> frozen
        reverse t1 9 original     -> account_frozen
        reverse t1 9 USD          -> currencies_differ
        unfreeze alice            -> unfrozen
        at 2027-03-01T00:00:00Z
        deposit alice 1           -> posted
        at 2027-02-15T00:00:00Z
        reverse t1 9 original     -> clock_behind
    "
        ),
    );
}

#[test]
fn a_journal_is_refused_by_the_first_leg_that_breaks_a_rule() {
    check(&format!(
        "{BEGIN}
        journal k:               -> id_reused id=k
            transfer ghost ghost 1
        journal j:               -> insufficient_funds leg=2
            deposit alice 1
            transfer alice bob 100
            transfer ghost ghost 1
        reverse-journal k: j     -> id_reused id=k
        batch
            journal j:           -> insufficient_funds leg=1
                transfer alice bob 100
    "
    ));
}
