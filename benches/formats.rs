//! How fast files are read and answers are written. `cargo bench --bench formats`.

#![allow(clippy::unwrap_used, reason = "the inputs are fixed, and a benchmark that cannot begin may panic")]

use std::fmt::Write as _;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use teller::Mode;
use teller::facts::{
    AccountId, Description, Entry, Hash, Instant, Metadata, Sequence, Transfer, TransferId, TransferKind,
};
use teller::interchange::read_transfers;
use teller::ledger::{Posted, Receipt};
use teller::money::{Amount, Currency};
use teller::wire::ReceiptRecord;

const LINES: usize = 10_000;

fn main() {
    divan::main();
}

/// Lines with nothing but what is needed, and lines with all that there is room for.
#[divan::bench(args = [false, true])]
fn read_csv(bencher: Bencher, is_full: bool) {
    let file = csv(is_full);
    bencher
        .counter(ItemsCount::new(LINES))
        .counter(BytesCount::new(file.len()))
        .bench_local(|| read_transfers(black_box(file.as_bytes())).unwrap().map(Result::unwrap).count());
}

#[divan::bench]
fn write_json(bencher: Bencher) {
    let receipt = receipt();
    bencher
        .counter(ItemsCount::new(1_u32))
        .bench_local(|| serde_json::to_string(&ReceiptRecord::new(black_box(&receipt), Mode::Commit)).unwrap());
}

fn csv(is_full: bool) -> String {
    let mut file = String::from("key,from,to,amount,currency");
    file.push_str(if is_full { ",effective_at,description,metadata.order\n" } else { "\n" });
    for line in 0..LINES {
        let (from, to) = (line % 1_000, (line + 1) % 1_000);
        write!(file, "line {line},customers:{from},customers:{to},{line}.25,EUR").unwrap();
        let rest = format!(",2026-01-31T12:00:00+01:00,rent of flat {line},A-{line}\n");
        file.push_str(if is_full { &rest } else { "\n" });
    }
    file
}

fn receipt() -> Receipt {
    let leg =
        |id| Entry { account_id: AccountId(id), version: 7, balance: Amount::from_minor(1_234_567), previous: None };
    let transfer = Transfer {
        sequence: Sequence(1_000_000),
        id: TransferId::from_key("rent").unwrap(),
        kind: TransferKind::Transfer,
        amount: Amount::from_minor(123_456),
        debit: leg(1),
        credit: leg(2),
        recorded_at: Instant::EPOCH,
        effective_at: Instant::EPOCH,
        journal_id: None,
        hold_id: None,
        reversed_id: None,
        expires_at: None,
        up_to: None,
        key: None,
        request_digest: None,
        actor: "ops".parse().unwrap(),
        clock_at: None,
        description: Some("rent of flat 7".parse::<Description>().unwrap()),
        metadata: Metadata::new([("order".to_owned(), "A-7".to_owned())].into()).unwrap(),
        hash: Hash([7; 32]),
    };
    let posted = Posted {
        transfer,
        debit_account: "customers:alice".parse().unwrap(),
        credit_account: "customers:bob".parse().unwrap(),
        currency: Currency::new("EUR".parse().unwrap(), 2).unwrap(),
        replayed: false,
    };
    Receipt { journal_id: None, transfers: vec![posted], replayed: false }
}
