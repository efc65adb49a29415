//! Whatever is asked for, in whatever order: the book stays whole.

use proptest::prelude::*;

use teller::facts::NormalSide;
use teller::requests::BatchPolicy;

use crate::support::{Book, check_on, requests};

const BEGIN: &str = "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR max 30
        account carol liability EUR min -5.00
        limits  carol per-transfer 9 per-day 20 per-month 40 -> changed
        deposit alice 20 -> posted
";

fn party() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("alice"), Just("bob"), Just("carol")]
}

/// Few keys, so that they meet again: as the ids of other requests, and as holds and transfers.
fn key() -> impl Strategy<Value = String> {
    (0..8).prop_map(|number| format!("k{number}"))
}

fn quantity() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (0_u8..12).prop_map(|euros| euros.to_string()),
        1 => (1..12).prop_map(|euros| format!("up-to {euros}")),
        1 => Just("all".to_owned()),
    ]
}

fn operation() -> impl Strategy<Value = String> {
    prop_oneof![
        (key(), party(), quantity()).prop_map(|(key, account, amount)| format!("deposit {key}: {account} {amount}")),
        (key(), party(), quantity()).prop_map(|(key, account, amount)| format!("withdraw {key}: {account} {amount}")),
        (key(), party(), party(), quantity())
            .prop_map(|(key, from, to, amount)| format!("transfer {key}: {from} {to} {amount}")),
        (key(), party(), party(), quantity(), 1..9).prop_map(|(key, from, to, amount, seconds)| {
            let expiry = if seconds > 4 { String::new() } else { format!("expires in {seconds}s") };
            format!("hold {key}: {from} {to} {amount} {expiry}")
        }),
        (key(), key(), quantity(), any::<bool>()).prop_map(|(key, hold, amount, last)| {
            format!("capture {key}: {hold} {amount} {}", if last { "final" } else { "" })
        }),
        (key(), key()).prop_map(|(key, hold)| format!("release {key}: {hold}")),
        (key(), key(), quantity()).prop_map(|(key, transfer, amount)| format!("reverse {key}: {transfer} {amount}")),
        (party(), 0..12).prop_map(|(account, most)| format!("limits {account} max {most}")),
        party().prop_map(|account| format!("limits {account} max none")),
        party().prop_map(|account| format!("freeze {account} debits")),
        party().prop_map(|account| format!("unfreeze {account}")),
        (key(), 0..3).prop_map(|(transfer, value)| format!("annotate transfer {transfer} a={value}")),
    ]
}

fn request() -> impl Strategy<Value = String> {
    let journal = (key(), prop::collection::vec(operation(), 1..4)).prop_map(|(key, legs)| {
        let legs: Vec<_> = legs.iter().map(|leg| format!("\n            {leg}")).collect();
        format!("journal {key}:{}", legs.concat())
    });
    prop_oneof![
        6 => operation(),
        2 => journal,
        1 => (key(), key()).prop_map(|(key, journal)| format!("reverse-journal {key}: {journal}")),
    ]
}

/// What all accounts of a side have.
fn sum(book: &Book, side: NormalSide) -> i64 {
    let accounts = ["cash", "alice", "bob", "carol"].map(|name| book.get_account(&name.parse().unwrap()).unwrap());
    let of_side = accounts.iter().filter(|account| account.account_type.normal_side() == side);
    of_side.map(|account| account.posted().minor()).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_book_stays_whole(batches in prop::collection::vec(prop::collection::vec(request(), 1..8), 1..6)) {
        let book = Book::new();
        check_on(&book, BEGIN);
        for (second, batch) in batches.iter().enumerate() {
            book.set_time(&format!("2026-01-01T00:00:{:02}Z", second * 2));
            let lines: Vec<_> = batch.iter().map(|line| format!("\n        {line}")).collect();
            // Judged as a batch, one by one, and without what was refused: all three have to come to the same.
            book.submit(&requests(&book, &lines.concat()), BatchPolicy::CarryOn, &"tests".parse().unwrap());
            book.verify();
            prop_assert_eq!(sum(&book, NormalSide::Debit), sum(&book, NormalSide::Credit));
        }
    }
}
