//! How long reports take on a book of many accounts. `cargo bench --bench reports`.
//!
//! `TELLER_BENCH_TRANSFERS` and `TELLER_BENCH_ACCOUNTS` are how many there are, 100,000 and 1,000 unless they say otherwise. The transfers
//! are spread over 2025; every hundredth counts at another time than it was recorded. `TELLER_BENCH_DATABASE_URL` is an empty book to
//! fill, or one that was filled so before; a new SQLite file unless it says otherwise.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot begin may panic")]

use std::env;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};

use divan::Bencher;
use teller::facts::{AccountName, AccountType, Instant, TransferId};
use teller::ledger::{BalanceTable, Bound, FiscalYear, PeriodUnit, ReportPeriod, TableRequest};
use teller::money::{Amount, Currency, Money};
use teller::requests::{AccountRequest, Parties, TransferRequest};
use teller::store::{Pool, StoreOptions};
use teller::{Clock, Ledger, Mode};

const TRANSFERS_PER_BATCH: i64 = 5_000;
const ACCOUNTS_PER_BATCH: usize = 1_000;
/// 2025 in microseconds.
const BEGIN: i64 = 1_735_689_600_000_000;
const YEAR: i64 = 365 * 86_400_000_000;

static BOOK: LazyLock<Ledger> = LazyLock::new(fill);

fn main() {
    divan::main();
}

fn number(variable: &str, default: i64) -> i64 {
    env::var(variable).map_or(default, |text| text.parse().unwrap())
}

fn name(number: i64) -> AccountName {
    format!("accounts:{}:{number}", number % 100).parse().unwrap()
}

fn at(micros: i64) -> Instant {
    Instant::from_micros(micros).unwrap()
}

fn fill() -> Ledger {
    let [transfers, accounts] = [("TELLER_BENCH_TRANSFERS", 100_000), ("TELLER_BENCH_ACCOUNTS", 1_000)]
        .map(|(name, default)| number(name, default));
    // The file stays as long as the benchmark runs.
    let folder = Box::leak(Box::new(tempfile::tempdir().unwrap()));
    let file = format!("sqlite://{}", folder.path().join("book.db").display());
    let url = env::var("TELLER_BENCH_DATABASE_URL").unwrap_or(file);
    Pool::connect(url.parse().unwrap(), StoreOptions::default().making_missing()).unwrap().migrate().unwrap();
    let now = Arc::new(AtomicI64::new(BEGIN - 1));
    let clock = Arc::clone(&now);
    let clock = Clock::new(move || at(clock.load(Ordering::Relaxed)));
    let ledger = Ledger::open_or_create(url.parse().unwrap(), StoreOptions::default()).unwrap().with_clock(clock);
    let euro = Currency::new("EUR".parse().unwrap(), 2).unwrap();
    let names: Vec<_> = (0..accounts).map(name).collect();
    for names in names.chunks(ACCOUNTS_PER_BATCH) {
        let request = |name: &AccountName| AccountRequest::new(name.clone(), AccountType::Equity, euro);
        let opened = ledger.open_accounts(&names.iter().map(request).collect::<Vec<_>>(), Mode::Commit).unwrap();
        assert!(opened.iter().all(Result::is_ok));
    }
    let moment = |number: i64| BEGIN + YEAR / transfers * number;
    let request = |number: i64| {
        // Neighbours in the book share no accounts, as in life.
        let [from, to] = [number * 7_919 % accounts, (number * 7_919 + 1 + number % 97) % accounts].map(name);
        let id = TransferId::from_key(&number.to_string()).unwrap();
        let effective_at = (number % 100 == 0).then(|| at(moment(number / 2)));
        let money = Money::new(Amount::from_minor(1 + number % 1_000), euro);
        TransferRequest { effective_at, ..TransferRequest::new(id, Parties::Transfer { from, to }, money) }
    };
    for first in (0..transfers).step_by(usize::try_from(TRANSFERS_PER_BATCH).unwrap()) {
        now.store(moment(first), Ordering::Relaxed);
        let batch: Vec<_> = (first..transfers.min(first + TRANSFERS_PER_BATCH)).map(request).collect();
        assert!(ledger.post_batch(&batch, Mode::Commit).unwrap().iter().all(Result::is_ok));
    }
    ledger
}

fn months() -> Vec<Bound> {
    let year = ReportPeriod::new(Bound::before(at(BEGIN)), Bound::before(at(BEGIN + YEAR))).unwrap();
    let months = year.split(PeriodUnit::Month, FiscalYear::default()).unwrap();
    months.iter().flat_map(|month| [month.begin, month.end]).collect()
}

fn table(request: &TableRequest) -> BalanceTable {
    BOOK.balance_table(request, &mut |_| {}).unwrap()
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn twelve_months_of_all_accounts(bencher: Bencher) {
    let request = TableRequest { bounds: months(), ..TableRequest::default() };
    bencher.bench_local(|| table(&request));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn the_last_month_of_all_accounts(bencher: Bencher) {
    let request = TableRequest { bounds: months().split_off(22), ..TableRequest::default() };
    bencher.bench_local(|| table(&request));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn all_accounts_now(bencher: Bencher) {
    bencher.bench_local(|| table(&TableRequest::default()));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn twelve_months_of_one_account(bencher: Bencher) {
    let request = TableRequest { prefix: name(17).to_string().into(), bounds: months(), ..TableRequest::default() };
    bencher.bench_local(|| table(&request));
}
