//! Several operations together or not at all, and undoing them.

use crate::support::{Book, check, check_on};

const BEGIN: &str = "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        account fx:eur equity   EUR
        account fx:usd equity   USD
        account usd   liability USD
        deposit alice 10 -> posted
";

#[test]
fn legs_are_posted_together_each_seeing_those_before_it() {
    let book = Book::new();
    check_on(
        &book,
        &format!(
            "{BEGIN}
        journal j1:                -> posted rows=3
            transfer alice bob 8
            transfer bob alice 3
            transfer alice bob 5
        balance alice posted 0
        balance bob posted 10
        # The order of legs matters.
        journal j2:                -> insufficient_funds leg=1 account=alice
            transfer alice bob 1
            deposit alice 1
        journal j2:                -> posted
            deposit alice 1
            transfer alice bob 1
    "
        ),
    );
    let transfers = book.transfers();
    let id = "j1".parse::<teller::facts::Key>().unwrap().id();
    let legs: Vec<_> = transfers.iter().filter(|transfer| transfer.journal_id == Some(id.0)).collect();
    let found: Vec<_> = legs.iter().map(|leg| leg.id).collect();
    assert_eq!(found, [id, id.of_leg(1), id.of_leg(2)], "the first leg has the journal's id");
    assert_eq!(legs[0].key.as_ref().map(teller::facts::Key::as_str), Some("j1"));
    assert!(legs[1..].iter().all(|leg| leg.key.is_none()));
    assert!(legs.iter().all(|leg| leg.request_digest.is_none()), "its rows show all of it");
}

#[test]
fn a_refused_journal_leaves_nothing_behind() {
    check(&format!(
        "{BEGIN}
        hold h1: alice bob 2       -> held
        deposit d1: alice 1        -> posted
        batch
            journal j1:            -> insufficient_funds leg=7 account=alice
                transfer alice bob 1
                hold alice bob 1
                capture h1 1
                reverse d1 0.50
                annotate account alice a=b
                annotate transfer d1 c=d
                transfer alice bob 100
            journal j2:            -> account_unknown leg=3 account=ghost
                freeze bob
                unfreeze bob
                transfer ghost alice 1
            capture h1 2           -> captured
            reverse d1             -> reversed amount=1.00
            journal j1:            -> posted
                transfer alice bob 8
        balance alice posted 0 held 0 version 6
        metadata account alice
        metadata transfer d1
    "
    ));
}

#[test]
fn a_journal_moves_something_and_its_legs_are_well_formed() {
    check(&format!(
        "{BEGIN}
        journal j1:        -> journal_empty journal=j1
        journal j1:        -> journal_empty
            freeze alice
            annotate account alice a=b
        journal j1:        -> amount_not_positive leg=2
            deposit alice 1
            deposit alice 0
        journal j1:        -> same_account leg=1
            transfer alice alice 1
        journal j1:        -> hold_unknown leg=1
            release ghost
        balance alice state open version 1
    "
    ));
}

#[test]
fn a_journal_crosses_currencies_by_accounts_of_both() {
    check(&format!(
        "{BEGIN}
        journal j1:        -> posted
            fall alice fx:eur 9
            rise usd fx:usd 10
        balance alice posted 1
        balance usd posted 10
        balance fx:eur posted 9
        balance fx:usd posted -10
        journal j2:        -> currencies_differ leg=1 account=usd
            rise alice usd 1
        reverse-journal r1: j1 -> reversed rows=2
        balance alice posted 10
        balance usd posted 0
    "
    ));
}

#[test]
fn a_journal_changes_accounts_between_its_transfers() {
    let book = Book::new();
    check_on(
        &book,
        &format!(
            "{BEGIN}
        journal j1:               -> posted rows=1
            limits bob max 5
            transfer alice bob 5
            freeze bob actor carol reason done
            annotate account bob k=v
        balance bob posted 5 state frozen
        metadata account bob k=v
        journal j2:               -> account_frozen leg=2 account=bob
            deposit alice 1
            deposit bob 1
        journal j1:               -> replayed rows=1
            limits bob max 5
            transfer alice bob 5
            freeze bob reason done
            annotate account bob k=v
    "
        ),
    );
    let id = "j1".parse::<teller::facts::Key>().unwrap().id();
    assert!(book.events().iter().all(|event| event.journal_id == Some(id.0)));
    assert_eq!(
        book.events().iter().map(|event| event.actor.as_str().to_owned()).collect::<Vec<_>>(),
        ["tests", "carol", "tests"]
    );
    assert!(book.transfers()[1].request_digest.is_some());
}

#[test]
fn holds_captures_and_releases_are_legs_too() {
    check(&format!(
        "{BEGIN}
        hold h1: alice bob 4       -> held
        journal j1:                -> posted rows=5
            hold alice bob 2
            capture h1 1 final
            transfer alice bob 1
            release j1
        balance alice posted 8 held 0
        hold-state j1 released remaining 0
        journal j1:                -> replayed rows=5
            hold alice bob 2
            capture h1 1 final
            transfer alice bob 1
            release j1
        journal j1:                -> id_reused id=j1
            hold alice bob 2
            capture h1 1
            transfer alice bob 1
            release j1
    "
    ));
}

#[test]
fn a_reversal_is_a_leg_too() {
    let book = Book::new();
    check_on(
        &book,
        &format!(
            "{BEGIN}
        deposit d1: bob 3        -> posted
        transfer t1: alice bob 1 -> posted
        journal j1:              -> posted rows=2
            reverse d1 1
            deposit alice 1
        journal j1:              -> replayed rows=2
            reverse d1 1
            deposit alice 1
        reverse d1               -> reversed amount=2.00
        # What undoes something is not undone, in a journal neither.
        reverse-journal j1       -> not_reversible leg=1 transfer=@10 kind=reversal
        # Nor in the batch that posted it, where it has no sequence yet.
        batch
            journal j2:          -> posted rows=1
                reverse t1
            reverse-journal j2   -> not_reversible leg=1 transfer=@13 kind=reversal
    "
        ),
    );
    let id = "j1".parse::<teller::facts::Key>().unwrap().id();
    let legs = book.transfers().into_iter().filter(|transfer| transfer.journal_id == Some(id.0));
    assert_eq!(legs.map(|leg| leg.kind.as_str()).collect::<Vec<_>>(), ["reversal", "transfer"]);
}

#[test]
fn a_journal_is_undone_as_a_whole_and_judged_at_its_end() {
    let book = Book::new();
    check_on(
        &book,
        &format!(
            "{BEGIN}
        # Bob passes on what he gets.
        journal j1:              -> posted
            transfer alice bob 6
            transfer bob fx:eur 6
            transfer fx:eur bob 1
        balance bob posted 1
        reverse-journal r1: j1 note undone meta a=b -> reversed rows=3 amount=1.00
        balance alice posted 10
        balance bob posted 0
        balance fx:eur posted 0
        reverse-journal j1       -> already_reversed transfer=j1
        reverse-journal ghost    -> journal_unknown journal=ghost
        deposit d1: alice 1      -> posted
        reverse-journal d1       -> journal_unknown journal=d1
    "
        ),
    );
    let rows = book.transfers();
    let (legs, undone) = (&rows[1..4], &rows[4..7]);
    let pairs: Vec<_> = undone.iter().map(|row| row.reversed_id).collect();
    assert_eq!(pairs, [Some(legs[2].id), Some(legs[1].id), Some(legs[0].id)], "in reverse");
    assert!(undone[0].request_digest.is_some() && undone[1].request_digest.is_none());
    let id = "r1".parse::<teller::facts::Key>().unwrap().id();
    for (row, index) in undone.iter().zip(0..) {
        assert_eq!((row.journal_id, row.id), (Some(id.0), id.of_leg(index)));
        assert_eq!(row.description.as_ref().map(teller::facts::Description::as_str), Some("undone"));
        assert_eq!(row.metadata, crate::support::metadata("a=b"));
    }
    assert_eq!(undone[0].key.as_ref().map(teller::facts::Key::as_str), Some("r1"));
}

#[test]
fn what_is_left_of_each_leg_is_undone() {
    check(&format!(
        "{BEGIN}
        journal j1:              -> posted
            transfer alice bob 6
            deposit alice 3
            deposit bob 2
        reverse j1#1 2           -> reversed
        reverse j1#2             -> reversed
        reverse-journal r1: j1   -> reversed rows=2 amount=2.00
        balance alice posted 10
        balance bob posted 0
        reverse-journal r1: j1   -> replayed rows=2
        reverse-journal j1       -> already_reversed
    "
    ));
}

#[test]
fn an_account_that_ends_outside_its_limits_keeps_a_journal_from_being_undone() {
    check(&format!(
        "{BEGIN}
        journal j1:              -> posted
            transfer alice bob 6
            transfer alice bob 2
        withdraw bob 3           -> posted
        reverse-journal j1       -> insufficient_funds account=bob available=5.00 min_balance=0.00 requested=8.00
        deposit bob 3            -> posted
        limits alice max 9       -> changed
        reverse-journal j1       -> max_balance_exceeded account=alice posted=2.00 max_balance=9.00 requested=8.00
        limits alice max 10      -> changed
        hold h1: bob alice 1     -> held
        reverse-journal j1       -> insufficient_funds account=bob available=7.00 requested=8.00
        release h1               -> released
        freeze alice             -> frozen
        reverse-journal j1       -> account_frozen leg=2 account=alice
        unfreeze alice           -> unfrozen
        reverse-journal j1       -> reversed
        balance alice posted 10
        balance bob posted 0
    "
    ));
    check(
        "
        account vault asset  JPY
        account pool  equity JPY
        account side  equity JPY
        account other equity JPY
        journal j1:                          -> posted
            post vault pool 10
        fall vault side 9223372036854775807  -> posted
        fall vault other 5                   -> posted
        reverse-journal j1                   -> overflow leg=1 account=vault requested=10
    ",
    );
}

#[test]
fn a_refusal_at_the_end_tells_what_is_undone_of_the_account_and_nothing_else() {
    check(&format!(
        "{BEGIN}
        journal j1:              -> posted
            transfer alice bob 6
            deposit alice 3
        hold bob alice 1 expires in 60s -> held
        withdraw bob 2           -> posted
        at 2026-01-01T00:02:00Z
        # Neither the leg of others nor the hold that ends counts.
        reverse-journal j1       -> insufficient_funds account=bob available=4.00 requested=6.00
    "
    ));
}

#[test]
fn limits_at_the_end_are_looked_at_on_the_accounts_own_side() {
    check(&format!(
        "{BEGIN}
        account vault asset EUR min 0 max 9
        journal j1:              -> posted
            deposit bob 6 cash vault
            deposit bob 2 cash vault
        withdraw bob 1 cash vault -> posted
        limits bob min none      -> changed
        reverse-journal j1       -> insufficient_funds account=vault available=7.00 requested=8.00
        deposit bob 1 cash vault -> posted
        reverse-journal j1       -> reversed
        balance vault posted 0
        deposit bob 5 cash vault -> posted
        journal j2:              -> posted
            fall bob vault 5
        deposit bob 5 cash vault -> posted
        reverse-journal j2       -> max_balance_exceeded account=vault posted=5.00 max_balance=9.00 requested=5.00
    "
    ));
}

#[test]
fn a_journals_reversal_counts_now_or_when_each_leg_did() {
    check(&format!(
        "{BEGIN}
        journal j1:              -> posted
            deposit alice 1 effective 2025-05-05T00:00:00Z
            deposit bob 1 effective 2025-06-06T00:00:00Z
        period close 2025-05     -> closed
        reverse-journal j1 original -> period_closed leg=1 period=2025-05
        period reopen 2025-05    -> reopened
        reverse-journal r1: j1 original -> reversed
        times r1 effective 2025-06-06T00:00:00Z
        reverse-journal r1: j1   -> id_reused
        reverse-journal r1: j1 original -> replayed
        journal j2:              -> posted
            deposit alice 1 effective 2025-05-05T00:00:00Z
        reverse-journal r2: j2   -> reversed
        reverse-journal r2: j2 original -> id_reused
    "
    ));
}
