//! Reserving value, capturing it in parts, and giving it up.

use crate::support::{Book, check, check_on};

const BEGIN: &str = "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        deposit alice 10 -> posted
";

#[test]
fn a_hold_lowers_what_is_available_but_not_what_is_posted() {
    check(&format!(
        "{BEGIN}
        hold h1: alice bob 3  -> held amount=3.00 rows=1
        balance alice posted 10 held 3 available 7 version 2
        balance bob   posted 0 held 0 available 0 version 1
        hold-state h1 open remaining 3 rows 1
        hold alice bob all    -> held amount=7.00
        balance alice posted 10 held 10 available 0
        hold alice bob 0.01   -> insufficient_funds
        hold alice bob up-to 1 -> nothing_available
        hold alice alice 1    -> same_account
        hold alice bob 0      -> amount_not_positive
        hold alice ghost 1    -> account_unknown
        account usd liability USD
        hold alice usd 1      -> currencies_differ account=usd
        hold-post cash alice all -> nothing_falls
    "
    ));
}

#[test]
fn a_hold_is_captured_in_parts_up_to_its_amount() {
    check(&format!(
        "{BEGIN}
        hold h1: alice bob 6      -> held
        capture h1 6.01           -> hold_too_small hold=h1 remaining=6.00 requested=6.01
        capture h1 2              -> captured amount=2.00 rows=1
        balance alice posted 8 held 4 available 4
        balance bob   posted 2
        hold-state h1 open remaining 4 rows 2
        capture h1 4.01           -> hold_too_small remaining=4.00
        capture h1 up-to 1        -> captured amount=1.00
        capture h1 up-to 100      -> captured amount=3.00
        hold-state h1 captured remaining 0 rows 4
        balance alice posted 4 held 0 available 4 version 5
        balance bob   posted 6 version 4
        capture h1 1              -> hold_not_open hold=h1 state=captured
        capture h1                -> hold_not_open
        release h1                -> hold_not_open state=captured
        capture ghost 1           -> hold_unknown hold=ghost
        release ghost             -> hold_unknown hold=ghost
        # A transfer is no hold.
        transfer t1: alice bob 1  -> posted
        capture t1 1              -> hold_unknown
    "
    ));
}

#[test]
fn a_final_capture_releases_what_is_left() {
    check(&format!(
        "{BEGIN}
        hold h1: alice bob 6      -> held
        capture c1: h1 2 final    -> captured amount=2.00 rows=2
        hold-state h1 released remaining 0 rows 3
        balance alice posted 8 held 0 available 8 version 4
        capture c1: h1 2 final    -> replayed rows=2
        hold h2: alice bob 4      -> held
        # Nothing is left, so nothing is released.
        capture c2: h2 4 final    -> captured rows=1
        hold-state h2 captured remaining 0 rows 2
        capture c2: h2 4 final    -> replayed rows=1
        hold h3: alice bob 4      -> held
        capture h3 all            -> captured amount=4.00
        hold-state h3 captured remaining 0
    "
    ));
}

#[test]
fn a_release_gives_up_all_that_is_left() {
    let book = Book::new();
    check_on(
        &book,
        &format!(
            "{BEGIN}
        hold h1: alice bob 6      -> held
        capture h1 2              -> captured
        release r1: h1 note off   -> released amount=4.00 rows=1
        hold-state h1 released remaining 0 rows 3
        balance alice posted 8 held 0 available 8 version 4
        balance bob posted 2 version 3
        release r2: h1            -> hold_not_open state=released
        release r1: h1 note off   -> replayed
    "
        ),
    );
    let release = book.transfers().pop().unwrap();
    assert_eq!(
        (release.kind.as_str(), release.description.map(|text| text.to_string())),
        ("release", Some("off".into()))
    );
    assert_eq!(release.key.map(|key| key.to_string()), Some("r1".into()));
}

#[test]
fn a_capture_is_posted_as_it_says() {
    let book = Book::new();
    check_on(
        &book,
        &format!(
            "{BEGIN}
        hold h1: alice bob 6 effective 2025-05-05T00:00:00Z note held meta a=b -> held
        capture c1: h1 2 effective 2025-06-06T00:00:00Z note taken meta c=d final -> captured rows=2
        hold h2: alice bob 6 -> held
        capture h2 1 USD     -> currencies_differ account=alice currency=USD
        capture h2 0         -> amount_not_positive
        capture h2 up-to 0   -> amount_not_positive
    "
        ),
    );
    let transfers = book.transfers();
    let [hold, capture, rest] = &transfers[1..4] else { panic!("three rows") };
    assert_eq!(hold.effective_at, crate::support::at("2025-05-05"));
    assert_eq!(hold.hold_id, Some(hold.id), "a hold names itself");
    assert_eq!((capture.kind.as_str(), rest.kind.as_str()), ("capture", "release"));
    assert_eq!(capture.effective_at, crate::support::at("2025-06-06"));
    assert_eq!((capture.hold_id, rest.hold_id), (Some(hold.id), Some(hold.id)));
    assert_eq!(capture.key.as_ref().map(teller::facts::Key::as_str), Some("c1"));
    assert_eq!((rest.id, rest.key.as_ref()), (capture.id.of_remainder(), None));
    for row in [capture, rest] {
        assert_eq!(row.description.as_ref().map(teller::facts::Description::as_str), Some("taken"));
        assert_eq!(row.metadata, crate::support::metadata("c=d"));
    }
    assert!(capture.request_digest.is_some() && rest.request_digest.is_none(), "the first row has it");
    assert_eq!(rest.effective_at, rest.recorded_at, "what is given up counts when it is");
}

#[test]
fn frozen_accounts_release_but_neither_hold_nor_capture() {
    check(&format!(
        "{BEGIN}
        hold h1: alice bob 1      -> held
        hold h2: alice bob 1      -> held
        freeze alice              -> frozen
        hold alice bob 1          -> account_frozen account=alice
        capture h1                -> account_frozen account=alice
        release h1                -> released
        unfreeze alice            -> unfrozen
        freeze bob credits        -> frozen
        capture h2                -> account_frozen account=bob state=credits_frozen
        release h2                -> released
        unfreeze bob              -> unfrozen
        close bob                 -> closed
        hold alice bob 1          -> account_closed account=bob
        capture h2                -> account_closed account=bob
        release h2                -> account_closed account=bob
    "
    ));
}

#[test]
fn holds_of_both_sides_are_counted_apart() {
    check(&format!(
        "{BEGIN}
        account carol liability EUR
        deposit bob 5             -> posted
        hold h1: alice bob 4      -> held
        hold h2: bob carol 3      -> held
        balance bob posted 5 held 3 available 2
        capture h1 1              -> captured
        balance bob posted 6 held 3 available 3
        capture h2 1              -> captured
        balance bob posted 5 held 2 available 3
        release h1                -> released
        release h2                -> released
        balance bob posted 5 held 0 available 5
        close carol               -> account_not_empty
        hold h3: carol alice 1    -> held
        close alice               -> account_has_holds account=alice held=1.00
        close carol               -> account_has_holds account=carol held=1.00
    "
    ));
}
