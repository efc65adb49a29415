//! How fast files are read and answers are written. `cargo bench --bench formats`.

#![allow(clippy::unwrap_used, reason = "the inputs are fixed, and a benchmark that cannot begin may panic")]

use std::fmt::Write as _;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use teller::facts::{AccountName, AccountType, Metadata, TransferId};
use teller::interchange::read_transfers;
use teller::ledger::Receipt;
use teller::money::{Amount, Currency, Money};
use teller::requests::{AccountRequest, Parties, TransferRequest};
use teller::store::StoreOptions;
use teller::wire::ReceiptRecord;
use teller::{Ledger, Mode};

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

/// Of a transfer with all that a client gives.
fn receipt() -> Receipt {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("book.db").display());
    let ledger = Ledger::open_or_create(url.parse().unwrap(), StoreOptions::default()).unwrap();
    let euro = Currency::new("EUR".parse().unwrap(), 2).unwrap();
    let [from, to] = ["customers:alice", "customers:bob"].map(|name| name.parse::<AccountName>().unwrap());
    for name in [&from, &to] {
        ledger.open_account(&AccountRequest::new(name.clone(), AccountType::Equity, euro), Mode::Commit).unwrap();
    }
    let id = TransferId::from_key("rent").unwrap();
    let amount = Money::new(Amount::from_minor(123_456), euro);
    let request = TransferRequest {
        description: Some("rent of flat 7".parse().unwrap()),
        metadata: Metadata::new([("order".to_owned(), "A-7".to_owned())].into()).unwrap(),
        ..TransferRequest::new(id, Parties::Transfer { from, to }, amount)
    };
    ledger.submit_one(request.into(), Mode::Commit).unwrap()
}
