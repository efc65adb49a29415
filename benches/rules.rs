//! How fast the pure part is: what a database adds comes on top. `cargo bench --bench rules`.

#![allow(clippy::unwrap_used, reason = "the inputs are fixed, and a benchmark that cannot begin may panic")]

use std::collections::BTreeSet;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use teller::facts::{
    Account, AccountId, AccountName, AccountType, Actor, Hash, Hold, HoldState, Instant, NormalSide, OpeningEvent,
    Sequence, Transfer, TransferId,
};
use teller::judging::{Actors, Batch, Known, Opening, open_account};
use teller::money::{Amount, Currency, Money};
use teller::proof::hash_transfer;
use teller::requests::{AccountRequest, BatchPolicy, Parties, Request, TransferRequest};

/// How many accounts the parties are drawn from.
const ACCOUNTS: usize = 10_000;
/// A stride that meets every account before it meets one again, and leaves no neighbours together.
const STRIDE: usize = 7_919;

fn main() {
    divan::main();
}

#[divan::bench(args = [1, 100, 8_000])]
fn judge_and_finish(bencher: Bencher, batch_size: usize) {
    let requests = requests(batch_size);
    let accounts = accounts_of(&requests);
    let requests: Vec<_> = requests.into_iter().map(Request::from).collect();
    let sequences: Vec<_> = (1..).map(Sequence).take(batch_size).collect();
    bencher
        .counter(ItemsCount::new(batch_size))
        .with_inputs(|| Batch::new(known(&accounts), Instant::EPOCH))
        .bench_local_values(|mut batch| {
            let answers = batch.judge_all(black_box(&requests), Actors::One(&Actor::teller()), BatchPolicy::CarryOn);
            (answers, batch.finish(&sequences))
        });
}

/// The first transfer after so many holds of its accounts have expired: it records that.
#[divan::bench(args = [100, 1_000, 10_000])]
fn transfer_behind_expired_holds(bencher: Bencher, holds: usize) {
    let requests = requests(1);
    let [one, other] = accounts_of(&requests).try_into().unwrap();
    let total = Amount::from_minor(i64::try_from(holds).unwrap());
    let (debit, credit) = (with_held(one, NormalSide::Debit, total), with_held(other, NormalSide::Credit, total));
    let hold = |index: usize| Hold {
        id: TransferId::from_key(&format!("hold {index}")).unwrap(),
        sequence: Sequence(1),
        debit_account_id: debit.id,
        credit_account_id: credit.id,
        amount: Amount::from_minor(1),
        remaining: Amount::from_minor(1),
        expires_at: Some(Instant::EPOCH),
        state: HoldState::Open,
    };
    let holds: Vec<_> = (0..holds).map(hold).collect();
    let known = || Known { holds: holds.clone(), ..known(&[debit.clone(), credit.clone()]) };
    bencher
        .counter(ItemsCount::new(holds.len()))
        .with_inputs(|| Batch::new(known(), Instant::EPOCH.next()))
        .bench_local_values(|mut batch| {
            batch.judge(black_box(&requests[0].clone().into())).unwrap();
            batch
        });
}

#[divan::bench]
fn hash_of_a_transfer(bencher: Bencher) {
    let transfer = transfer();
    let (debit_head, credit_head) = (Hash([1; 32]), Hash([2; 32]));
    bencher
        .counter(ItemsCount::new(1_u32))
        .bench_local(|| hash_transfer(black_box(&transfer), black_box(debit_head), black_box(credit_head)));
}

#[divan::bench(args = ["0.01", "1234.56", "92233720368547758.07"])]
fn parse_money(bencher: Bencher, text: &str) {
    let euro = euro();
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| Money::parse(black_box(text), euro));
}

#[divan::bench(args = [1, 123_456, i64::MAX])]
fn print_money(bencher: Bencher, units: i64) {
    let money = Money::new(Amount::from_minor(units), euro());
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| black_box(money).to_string());
}

fn euro() -> Currency {
    Currency::new("EUR".parse().unwrap(), 2).unwrap()
}

fn name(index: usize) -> AccountName {
    format!("customers:{}", index % ACCOUNTS).parse().unwrap()
}

fn requests(count: usize) -> Vec<TransferRequest> {
    let request = |index: usize| {
        let id = TransferId::from_key(&index.to_string()).unwrap();
        let parties = Parties::Transfer { from: name(index * STRIDE), to: name(index * STRIDE + 1) };
        TransferRequest::new(id, parties, Money::new(Amount::from_minor(123), euro()))
    };
    (0..count).map(request).collect()
}

/// The accounts that the requests name, as the service would have locked them: only those.
fn accounts_of(requests: &[TransferRequest]) -> Vec<Account> {
    let names: BTreeSet<_> = requests.iter().flat_map(|request| request.parties.names()).collect();
    names.into_iter().zip(1..).map(|(name, id)| account(name, id)).collect()
}

fn known(accounts: &[Account]) -> Known {
    Known { accounts: accounts.to_vec(), ..Known::default() }
}

/// An account without a minimum, so that no transfer is refused.
fn account(name: &AccountName, id: i64) -> Account {
    let request = AccountRequest::new(name.clone(), AccountType::Equity, euro());
    let event =
        OpeningEvent { account_id: AccountId(id), recorded_at: Instant::EPOCH, actor: "bench".parse().unwrap() };
    let Opening::New(account) = open_account(&request, None, &event).unwrap() else {
        unreachable!("no account is there before")
    };
    account
}

fn with_held(account: Account, side: NormalSide, held: Amount) -> Account {
    Account { balances: account.balances.with_held(side, held), ..account }
}

fn transfer() -> Transfer {
    let requests = requests(1);
    let mut batch = Batch::new(known(&accounts_of(&requests)), Instant::EPOCH);
    batch.judge(&requests[0].clone().into()).unwrap();
    batch.finish(&[Sequence(1)]).transfers.remove(0)
}
