//! How long reads take on an account with a long history. `cargo bench --bench reads`.
//!
//! `TELLER_BENCH_TRANSFERS` is how many transfers the account has, 100,000 unless it says otherwise; every hundredth counts at another
//! time than it was recorded. `TELLER_BENCH_DATABASE_URL` is an empty book to fill, or one that was filled so before; a new SQLite file
//! unless it says otherwise. `balance_now`, which reads one row, is what the others are to be compared with.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot begin may panic")]

use std::env;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};

use divan::Bencher;
use teller::facts::{AccountName, AccountType, Instant, TransferId};
use teller::ledger::{AsOf, Span, StatementOrder, StatementQuery};
use teller::money::{Amount, Currency, Money};
use teller::requests::{AccountRequest, Parties, TransferRequest};
use teller::store::{Pool, StoreOptions};
use teller::{Clock, Ledger, Mode};

const TRANSFERS_DEFAULT: i64 = 100_000;
const TRANSFERS_PER_BATCH: i64 = 5_000;
/// How far apart two transfers are recorded, in microseconds.
const STEP: i64 = 1_000_000;

static BOOK: LazyLock<Book> = LazyLock::new(Book::fill);

fn main() {
    divan::main();
}

struct Book {
    ledger: Ledger,
    account: AccountName,
    transfers: i64,
    _folder: tempfile::TempDir,
}

impl Book {
    fn fill() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = format!("sqlite://{}", folder.path().join("book.db").display());
        let url = env::var("TELLER_BENCH_DATABASE_URL").unwrap_or(file);
        Pool::connect(url.parse().unwrap(), StoreOptions::default().making_missing()).unwrap().migrate().unwrap();
        let now = std::sync::Arc::new(AtomicI64::new(0));
        let clock = std::sync::Arc::clone(&now);
        let clock = Clock::new(move || Instant::from_micros(clock.load(Ordering::Relaxed)).unwrap());
        let ledger = Ledger::open_or_create(url.parse().unwrap(), StoreOptions::default()).unwrap().with_clock(clock);
        let euro = Currency::new("EUR".parse().unwrap(), 2).unwrap();
        let [account, other] = ["long", "other"].map(|name| name.parse::<AccountName>().unwrap());
        for name in [&account, &other] {
            let request = AccountRequest::new(name.clone(), AccountType::Equity, euro);
            ledger.open_account(&request, Mode::Commit).unwrap();
        }
        let transfers = env::var("TELLER_BENCH_TRANSFERS").map_or(TRANSFERS_DEFAULT, |count| count.parse().unwrap());
        let request = |number: i64| {
            let parties = Parties::Transfer { from: other.clone(), to: account.clone() };
            let id = TransferId::from_key(&number.to_string()).unwrap();
            let effective_at = (number % 100 == 0).then(|| Instant::from_micros((number / 2) * STEP).unwrap());
            TransferRequest {
                effective_at,
                ..TransferRequest::new(id, parties, Money::new(Amount::from_minor(1), euro))
            }
        };
        let filled = ledger.get_account(&account).unwrap().version;
        for first in (filled..transfers).step_by(usize::try_from(TRANSFERS_PER_BATCH).unwrap()) {
            now.store(first * STEP, Ordering::Relaxed);
            let batch: Vec<_> = (first..transfers.min(first + TRANSFERS_PER_BATCH)).map(request).collect();
            assert!(ledger.post_batch(&batch, Mode::Commit).unwrap().iter().all(Result::is_ok));
        }
        Self { ledger, account, transfers, _folder: folder }
    }

    fn middle(&self) -> Instant {
        Instant::from_micros(self.transfers / 2 * STEP).unwrap()
    }

    fn balance(&self, as_of: AsOf) -> Money {
        self.ledger.balances_as_of(std::slice::from_ref(&self.account), as_of).unwrap().remove(0).1
    }
}

#[divan::bench]
fn balance_now(bencher: Bencher) {
    bencher.bench_local(|| BOOK.ledger.get_account(&BOOK.account).unwrap());
}

#[divan::bench]
fn balance_as_recorded(bencher: Bencher) {
    bencher.bench_local(|| BOOK.balance(AsOf::recorded(BOOK.middle())));
}

#[divan::bench]
fn balance_as_effective(bencher: Bencher) {
    bencher.bench_local(|| BOOK.balance(AsOf::effective(BOOK.middle())));
}

#[divan::bench]
fn balance_as_effective_and_recorded(bencher: Bencher) {
    let as_of = AsOf { effective_at: Some(BOOK.middle()), recorded_at: Some(BOOK.middle()) };
    bencher.bench_local(|| BOOK.balance(as_of));
}

#[divan::bench]
fn page_of_100_newest(bencher: Bencher) {
    bencher.bench_local(|| BOOK.ledger.statement(&BOOK.account, &StatementQuery::newest(100)).unwrap());
}

#[divan::bench(args = ["recorded", "effective"])]
fn page_of_100_in_the_middle(bencher: Bencher, order: &str) {
    let order = if order == "recorded" { StatementOrder::Recorded } else { StatementOrder::Effective };
    let span = Span { order, to: Some(BOOK.middle()), ..Span::default() };
    bencher.bench_local(|| BOOK.ledger.statement(&BOOK.account, &StatementQuery::of_span(span, 100)).unwrap());
}
