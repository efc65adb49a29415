//! Opening, freezing, unfreezing and closing accounts.

use crate::support::{Book, check, check_on};

const BEGIN: &str = "
        account cash  asset     EUR
        account vault asset     EUR
        account alice liability EUR
        account bob   liability EUR
        deposit alice 50 -> posted
";

#[test]
fn a_repeated_opening_is_the_same_account_and_another_one_is_refused() {
    check(&format!(
        "{BEGIN}
        account alice liability EUR          -> replayed
        account alice asset EUR              -> account_exists account=alice field=type
        account alice liability USD          -> account_exists field=currency
        account alice liability EUR min 1    -> account_exists field=minimum
        account alice liability EUR max 1    -> account_exists field=maximum
        account alice liability EUR note x   -> account_exists field=description
        account alice liability EUR meta a=b -> account_exists field=metadata
        account carol liability EUR min -5.00 max 9 note hers meta a=b
        # What was changed since then does not count.
        limits carol min none max none       -> changed
        annotate account carol c=d           -> annotated
        freeze carol                         -> frozen
        account carol liability EUR min -5.00 max 9 note hers meta a=b -> replayed
        account carol liability EUR meta a=b -> account_exists field=minimum
        unfreeze carol                       -> unfrozen
        close carol                          -> closed
        account carol liability EUR min -5.00 max 9 note hers meta a=b -> account_closed account=carol
        account dora liability EUR min 1     -> limit_overrun
        account dora liability XYZ           -> currency_unknown currency=XYZ
    "
    ));
}

#[test]
fn a_frozen_account_takes_and_gives_nothing() {
    check(&format!(
        "{BEGIN}
        freeze alice             -> frozen
        deposit  alice 1         -> account_frozen account=alice state=frozen
        withdraw alice 1         -> account_frozen account=alice state=frozen
        balance alice posted 50 version 1 state frozen
        unfreeze alice           -> unfrozen
        deposit  alice 1         -> posted
        freeze ghost             -> account_unknown
    "
    ));
}

#[test]
fn each_side_is_frozen_and_unfrozen_by_itself() {
    check(&format!(
        "{BEGIN}
        freeze alice debits   -> frozen
        balance alice state debits_frozen
        withdraw alice 1      -> account_frozen account=alice state=debits_frozen
        deposit  alice 1      -> posted
        freeze alice debits   -> frozen
        balance alice state debits_frozen
        unfreeze alice credits -> unfrozen
        balance alice state debits_frozen
        freeze alice credits  -> frozen
        balance alice state frozen
        freeze alice debits   -> frozen
        balance alice state frozen
        unfreeze alice debits -> unfrozen
        balance alice state credits_frozen
        deposit  alice 1      -> account_frozen account=alice state=credits_frozen
        withdraw alice 1      -> posted
        freeze alice credits  -> frozen
        balance alice state credits_frozen
        unfreeze alice debits -> unfrozen
        balance alice state credits_frozen
        unfreeze alice credits -> unfrozen
        balance alice state open
        freeze alice          -> frozen
        unfreeze alice credits -> unfrozen
        balance alice state debits_frozen
        freeze alice          -> frozen
        balance alice state frozen
        unfreeze alice        -> unfrozen
        balance alice state open
        unfreeze alice        -> unfrozen
        freeze alice credits  -> frozen
        freeze alice          -> frozen
        balance alice state frozen
        # Debits raise an asset.
        freeze vault debits   -> frozen
        transfer cash vault 1 -> account_frozen account=vault state=debits_frozen
        transfer vault cash 1 -> posted
    "
    ));
}

#[test]
fn only_an_empty_account_without_holds_is_closed_and_stays_closed() {
    check(&format!(
        "{BEGIN}
        close alice          -> account_not_empty account=alice posted=50.00
        fall vault alice 1   -> posted
        close vault          -> account_not_empty account=vault posted=-1.00
        hold h1: alice bob 1 -> held
        close alice          -> account_has_holds account=alice held=1.00
        close bob            -> account_has_holds account=bob held=1.00
        release h1           -> released
        close bob            -> closed
        balance bob state closed
        transfer alice bob 1 -> account_closed account=bob
        freeze bob           -> account_closed account=bob
        unfreeze bob         -> account_closed account=bob
        limits bob min 0     -> account_closed account=bob
        # A repetition changes nothing.
        close bob            -> closed
        freeze alice         -> frozen
        withdraw alice 1     -> account_frozen
        account eve liability EUR
        freeze eve           -> frozen
        close eve            -> closed
        balance eve state closed
    "
    ));
}

#[test]
fn a_change_is_recorded_with_who_and_why_and_only_where_something_changes() {
    let book = Book::new();
    check_on(
        &book,
        &format!(
            "{BEGIN}
        freeze alice actor carol reason fraud -> frozen
        freeze alice actor dora               -> frozen
        deposit bob 1                         -> posted
        unfreeze alice                        -> unfrozen
        limits alice min 0                    -> changed
        limits alice min 1 max 90 per-transfer 2 per-day 3 per-month 4 -> changed
        close vault                           -> closed
        close vault                           -> closed
    "
        ),
    );
    let events = book.events();
    let shown: Vec<_> = events
        .iter()
        .map(|event| {
            let reason = event.reason.as_ref().map_or("", |reason| reason.as_str());
            format!("{} {} {} {reason}", event.number, event.actor.as_str(), event.after.state)
        })
        .collect();
    assert_eq!(shown, ["1 carol frozen fraud", "2 tests open ", "3 tests open ", "1 tests closed "]);
    let minor = |limit: Option<teller::money::Amount>| limit.map(teller::money::Amount::minor);
    let (limits, velocity) = (events[2].after.limits, events[2].after.velocity);
    let found = [limits.min_balance, limits.max_balance, velocity.per_transfer, velocity.per_day, velocity.per_month];
    assert_eq!(found.map(minor), [Some(100), Some(9000), Some(200), Some(300), Some(400)]);
    assert_eq!(events[2].before.velocity, teller::facts::Velocity::default());
    assert_eq!(book.get_account(&"vault".parse().unwrap()).unwrap().closed_at, Some(events[3].recorded_at));
    assert!(events.iter().all(|event| event.journal_id.is_none() && event.annotation.is_none()));
}
