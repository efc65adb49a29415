//! Whether accounts open as fast in a large book as in a young one. `cargo bench --bench accounts`.
//!
//! Opens 100,000 accounts, or as many as `TELLER_BENCH_ACCOUNTS` says, and compares how long the last ones took, one at a time, with the
//! first ones. `TELLER_BENCH_DATABASE_URL` is an empty book to fill; a new SQLite file unless it says otherwise.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot begin may panic")]

use std::env;
use std::ops::Range;
use std::time::{Duration, Instant};

use teller::facts::AccountType;
use teller::money::Currency;
use teller::requests::AccountRequest;
use teller::store::{Pool, StoreOptions};
use teller::{Ledger, Mode};

const ACCOUNTS_DEFAULT: usize = 100_000;
const ACCOUNTS_PER_BATCH: usize = 5_000;
/// How many accounts are opened one at a time, at both ends. The first ten only warm up.
const SAMPLES: usize = 500;
const WARM_UP: usize = 10;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite://{}", folder.path().join("book.db").display());
    let url = env::var("TELLER_BENCH_DATABASE_URL").unwrap_or(file);
    let accounts = env::var("TELLER_BENCH_ACCOUNTS").map_or(ACCOUNTS_DEFAULT, |count| count.parse().unwrap());
    Pool::connect(url.parse().unwrap(), StoreOptions::default().making_missing()).unwrap().migrate().unwrap();
    let ledger = Ledger::open_or_create(url.parse().unwrap(), StoreOptions::default()).unwrap();

    let early = open_one_by_one(&ledger, 0..WARM_UP + SAMPLES);
    let requests: Vec<_> = (WARM_UP + SAMPLES..accounts - SAMPLES).map(request).collect();
    for batch in requests.chunks(ACCOUNTS_PER_BATCH) {
        assert!(ledger.open_accounts(batch, Mode::Commit).unwrap().iter().all(Result::is_ok));
    }
    let late = open_one_by_one(&ledger, accounts - SAMPLES..accounts);

    println!("the first {SAMPLES} accounts: {early:?} each, the last {SAMPLES} of {accounts}: {late:?} each (medians)");
    println!("a late account takes {}% of the time of an early one", 100 * late.as_nanos() / early.as_nanos());
}

/// The median time of one, without those that warm up.
fn open_one_by_one(ledger: &Ledger, numbers: Range<usize>) -> Duration {
    let mut times: Vec<_> = numbers
        .map(|number| {
            let begin = Instant::now();
            ledger.open_account(&request(number), Mode::Commit).unwrap();
            begin.elapsed()
        })
        .collect();
    let measured = times.len().saturating_sub(SAMPLES);
    let times = &mut times[measured..];
    times.sort_unstable();
    times[times.len() / 2]
}

/// Names that do not come in the order of the index, as those of customers do not.
fn request(number: usize) -> AccountRequest {
    let euro = Currency::new("EUR".parse().unwrap(), 2).unwrap();
    let name = format!("customers:{:08x}", number * 2_654_435_761 % (1 << 32));
    AccountRequest::new(name.parse().unwrap(), AccountType::Liability, euro)
}
