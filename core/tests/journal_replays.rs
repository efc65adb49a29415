//! A journal that is repeated is answered as before; one with another leg is refused.

use crate::replays::BEGIN;
use crate::support::{Book, check, check_on};

#[test]
fn a_journal_is_the_same_leg_by_leg() {
    let journal = |id: &str, legs: &[&str]| {
        let legs: Vec<_> = legs.iter().map(|leg| format!("\n                {leg}")).collect();
        format!("journal {id}: -> ANSWER{}", legs.concat())
    };
    let first =
        journal("k", &["deposit alice 1", "transfer alice bob 2", "freeze usd reason r", "annotate transfer t a=b"]);
    let others = [
        journal("k", &["deposit alice 1", "transfer alice bob 2", "freeze usd reason r"]),
        journal(
            "k",
            &["deposit alice 1", "transfer alice bob 2", "freeze usd debits reason r", "annotate transfer t a=b"],
        ),
        journal("k", &["deposit alice 1", "transfer alice bob 2", "freeze usd", "annotate transfer t a=b"]),
        journal("k", &["deposit alice 1", "transfer alice bob 2", "unfreeze usd reason r", "annotate transfer t a=b"]),
        journal("k", &["deposit alice 1", "transfer alice bob 2", "freeze bob reason r", "annotate transfer t a=b"]),
        journal("k", &["deposit alice 1", "transfer alice bob 2", "freeze usd reason r", "annotate transfer t a=c"]),
        journal("k", &["deposit alice 1", "transfer alice bob 2", "freeze usd reason r", "annotate transfer t a=b -z"]),
        journal("k", &["deposit alice 1", "transfer alice bob 2", "freeze usd reason r", "annotate transfer u a=b"]),
        journal("k", &["deposit alice 1", "transfer alice bob 2", "freeze usd reason r", "annotate account alice a=b"]),
        journal("k", &["deposit alice 1", "freeze usd reason r", "transfer alice bob 2", "annotate transfer t a=b"]),
        journal("k", &["deposit alice 1", "transfer alice bob 2", "close usd reason r", "annotate transfer t a=b"]),
        journal("k", &["deposit alice 2", "transfer alice bob 2", "freeze usd reason r", "annotate transfer t a=b"]),
        journal("k", &["deposit alice 1", "transfer alice bob 3", "freeze usd reason r", "annotate transfer t a=b"]),
        journal("k", &["deposit alice 1", "freeze usd reason r", "annotate transfer t a=b"]),
        "deposit k: alice 1 -> ANSWER".to_owned(),
    ];
    let begin = format!(
        "{BEGIN}
        deposit t: bob 1 -> posted
        deposit u: bob 1 -> posted
        batch
            {}
            {}
            {}
        ",
        first.replace("ANSWER", "posted"),
        others[0].replace("ANSWER", "id_reused id=k"),
        first.replace("ANSWER", "replayed")
    );
    let book = Book::new();
    check_on(&book, &begin);
    for other in &others {
        check_on(&book, &other.replace("ANSWER", "id_reused id=k"));
    }
    check_on(&book, &first.replace("ANSWER", "replayed"));
}

#[test]
fn a_journal_of_transfers_alone_is_the_same_leg_by_leg_too() {
    check(&format!(
        "{BEGIN}
        journal k:             -> posted rows=2
            deposit alice 1
            deposit alice 2
        journal k:             -> id_reused id=k
            deposit alice 1
        journal k:             -> id_reused
            deposit alice 2
            deposit alice 1
        journal k:             -> id_reused
            deposit alice 1
            deposit alice 2
            deposit alice 3
        journal k:             -> id_reused
            deposit alice 1
            freeze usd
            deposit alice 2
        deposit k: alice 1     -> id_reused
        reverse-journal k: k   -> id_reused
        journal k:             -> replayed rows=2
            deposit alice 1
            deposit alice 2
        deposit d: alice 1     -> posted
        journal d:             -> id_reused
            deposit alice 1
        # The id of a leg belongs to it.
        batch
            journal m:         -> posted
                deposit alice 1
                deposit alice 2
            journal m:         -> replayed rows=2
                deposit alice 1
                deposit alice 2
            deposit m: alice 1 -> id_reused
        journal                -> journal_empty
    "
    ));
}

#[test]
fn limits_of_a_journal_are_told_apart_one_by_one() {
    let limits = [
        "max 1",
        "max none",
        "max 2",
        "min 0",
        "min none",
        "per-transfer 1",
        "per-transfer none",
        "per-day 1",
        "per-day none",
        "per-month 1",
        "per-month none",
        "max 1 per-day 1",
    ];
    for first in limits {
        let book = Book::new();
        let journal = |limits: &str, answer: &str| {
            format!(
                "
        journal k: -> {answer}
            deposit alice 1
            limits usd {limits}"
            )
        };
        check_on(&book, &format!("{BEGIN}{}", journal(first, "posted")));
        for other in limits {
            check_on(&book, &journal(other, if first == other { "replayed" } else { "id_reused" }));
        }
    }
}
