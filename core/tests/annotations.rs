//! What is kept beside accounts and transfers, and how it changes.

use std::collections::BTreeSet;

use teller::facts::{Metadata, TextError};
use teller::requests::MetadataChange;

use crate::support::{Book, check, check_on, metadata};

const BEGIN: &str = "
        account cash  asset     EUR
        account alice liability EUR meta a=1
        deposit d1: alice 10 meta x=1 -> posted
";

#[test]
fn entries_are_set_and_removed_and_the_others_stay() {
    check(&format!(
        "{BEGIN}
        annotate account alice b=2 c=3    -> annotated
        metadata account alice a=1 b=2 c=3
        annotate account alice b=4 -a -zz -> annotated
        metadata account alice b=4 c=3
        annotate transfer d1 y=2          -> annotated
        metadata transfer d1 x=1 y=2
        annotate transfer d1 -x           -> annotated
        metadata transfer d1 y=2
        # What is set and removed is set.
        annotate account alice c=5 -c     -> annotated
        metadata account alice b=4 c=5
        annotate account ghost a=b        -> account_unknown account=ghost
        annotate transfer ghost a=b       -> transfer_unknown transfer=ghost
        balance alice version 1
    "
    ));
}

#[test]
fn only_a_change_is_recorded() {
    let book = Book::new();
    check_on(
        &book,
        &format!(
            "{BEGIN}
        annotate account alice a=1        -> annotated
        annotate account alice -b         -> annotated
        annotate transfer d1 x=1          -> annotated
        annotate account alice a=2        -> annotated
        annotate transfer d1 x=2          -> annotated
        annotate transfer d1 x=2          -> annotated
        batch
            annotate transfer d1 x=3      -> annotated
            annotate transfer d1 x=3      -> annotated
            annotate account alice a=3    -> annotated
            annotate account alice a=3    -> annotated
    "
        ),
    );
    let shown: Vec<_> = book
        .events()
        .iter()
        .map(|event| {
            let annotation = event.annotation.as_ref().unwrap();
            assert_eq!(event.before, event.after, "what an account may do stays");
            (event.account_id.0, annotation.transfer_id.is_some(), annotation.before.clone(), annotation.after.clone())
        })
        .collect();
    let [alice, cash] = ["alice", "cash"].map(|name| book.get_account(&name.parse().unwrap()).unwrap().id.0);
    assert_eq!(
        shown,
        [
            (alice, false, metadata("a=1"), metadata("a=2")),
            // In the chain of the account that is debited.
            (cash, true, metadata("x=1"), metadata("x=2")),
            (cash, true, metadata("x=2"), metadata("x=3")),
            (alice, false, metadata("a=2"), metadata("a=3")),
        ]
    );
    assert_eq!(book.transfers()[0].metadata, metadata("x=1"), "the row stays as it was");
}

#[test]
fn closed_and_frozen_accounts_are_annotated_too() {
    check(&format!(
        "{BEGIN}
        withdraw alice 10          -> posted
        freeze cash                -> frozen
        close alice                -> closed
        annotate account alice b=2 -> annotated
        annotate transfer d1 b=2   -> annotated
        metadata account alice a=1 b=2
    "
    ));
}

#[test]
fn at_most_64_entries_are_kept() {
    let entries = |from: usize, to: usize| (from..to).map(|n| format!("k{n}=v")).collect::<Vec<_>>().join(" ");
    check(&format!(
        "{BEGIN}
        annotate account alice {}  -> annotated
        annotate account alice b=2 -> metadata_too_large entries=65 entries_max=64
        annotate account alice b=2 -a -> annotated
        annotate transfer d1 {}    -> annotated
        annotate transfer d1 b=2   -> metadata_too_large entries=65
        annotate transfer d1 x=2   -> annotated
    ",
        entries(0, 63),
        entries(0, 63)
    ));
}

#[test]
fn a_leg_of_a_journal_is_annotated_by_its_own_name() {
    check(&format!(
        "{BEGIN}
        journal j1: -> posted
            deposit alice 1
            deposit alice 2
        annotate transfer j1 a=b   -> journal_named journal=j1 transfers=2
        annotate transfer j1#1 a=b -> annotated
        annotate transfer j1#2 a=c -> annotated
        batch
            deposit d2: alice 1    -> posted
            annotate transfer d2 a=b -> annotated
        metadata transfer d2 a=b
    "
    ));
}

#[test]
fn a_change_is_applied_or_too_large() {
    let change = MetadataChange { set: metadata("a=2 c=3"), remove: BTreeSet::from(["b".to_owned()]) };
    assert_eq!(change.apply(&metadata("a=1 b=2 d=4")), Ok(metadata("a=2 c=3 d=4")));
    assert_eq!(MetadataChange::default().apply(&metadata("a=1")), Ok(metadata("a=1")));
    let full = Metadata::new((0..64).map(|n| (format!("k{n}"), String::new())).collect()).unwrap();
    assert_eq!(change.apply(&full), Err(TextError::TooMany { entries: 66, entries_max: 64 }));
}
