//! Random requests, answered by the rules, by both databases, and by a naive model, which all have to agree.
//!
//! `TELLER_MODEL_STEPS` is how many steps the pure rules take in all; 100,000 unless it says otherwise.

mod asking;
mod judging;
mod naive;
mod operations;
mod steps;

use std::collections::HashMap;
use std::env;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use teller::facts::{Account, AccountId, Instant, Limits, NormalSide, Sequence, Transfer, TransferId};
use teller::judging::{Batch, ChangedAccount, Known, Opening, Verdict, open_account};
use teller::money::{Amount, Currency, Money};
use teller::rejection::Rejection;
use teller::requests::{AccountAction, AccountRequest, LimitChange, NewLimit, Parties, Request, TransferRequest};
use teller::{Error, Ledger, Mode};

use crate::support::model::{Model, ModelAccount, ModelRequest};
use crate::support::{TestBook, change as change_of, opening_event};

const STEPS_DEFAULT: u32 = 100_000;
const STEPS_PER_RUN: u32 = 200;
const RUNS_ON_DATABASES: u32 = 3;
const ACCOUNTS: usize = 8;
const KINDS: [&str; 5] = ["asset", "liability", "equity", "revenue", "expense"];
const CURRENCIES: [&str; 2] = ["EUR", "JPY"];

#[derive(Clone, Debug)]
enum Step {
    Post(ModelRequest),
    ChangeLimits(String, (Option<i64>, Option<i64>)),
}

/// Mostly small, so that limits are met often; the others reach to the ends of the type.
fn amounts() -> impl Strategy<Value = i64> {
    prop_oneof![
        12 => 1..=100_i64,
        1 => Just(0),
        1 => -5..0_i64,
        1 => (i64::MAX - 200)..=i64::MAX,
        1 => (i64::MAX / 2 - 50)..=(i64::MAX / 2 + 50),
    ]
}

fn limits() -> impl Strategy<Value = (Option<i64>, Option<i64>)> {
    let min = prop_oneof![3 => Just(None), 4 => Just(Some(0)), 2 => (-200..=50_i64).prop_map(Some), 1 => Just(Some(i64::MIN))];
    let max = prop_oneof![6 => Just(None), 2 => (-20..=400_i64).prop_map(Some), 1 => Just(Some(i64::MAX))];
    (min, max)
}

/// One of the accounts, or, rarely, none.
fn names() -> impl Strategy<Value = String> {
    prop_oneof![30 => (0..ACCOUNTS).prop_map(name), 1 => Just("nobody".to_owned())]
}

fn name(index: usize) -> String {
    format!("account {index}")
}

fn currencies() -> impl Strategy<Value = &'static str> {
    prop_oneof![12 => Just(CURRENCIES[0]), 1 => Just(CURRENCIES[1])]
}

fn steps() -> impl Strategy<Value = Step> {
    let forms = prop::sample::select(vec!["transfer", "transfer", "deposit", "withdraw", "post", "post"]);
    let post = (0..200_u32, forms, names(), names(), amounts(), currencies()).prop_map(
        |(id, form, first, second, amount, currency)| {
            Step::Post(ModelRequest { id, form, first, second, amount, currency })
        },
    );
    prop_oneof![15 => post, 1 => (names(), limits()).prop_map(|(name, limits)| Step::ChangeLimits(name, limits))]
}

/// The accounts to open, and what is then asked for. Posts repeat an earlier one now and then.
fn runs() -> impl Strategy<Value = (Vec<ModelAccount>, Vec<Step>)> {
    let account = (prop::sample::select(KINDS.to_vec()), currencies(), limits());
    let accounts = vec(account, ACCOUNTS).prop_map(|accounts| {
        let account = |(index, (kind, currency, limits))| ModelAccount { name: name(index), kind, currency, limits };
        accounts.into_iter().enumerate().map(account).collect()
    });
    let steps = vec((steps(), 0..8_u8, any::<prop::sample::Index>()), STEPS_PER_RUN as usize).prop_map(|steps| {
        let mut done: Vec<Step> = Vec::new();
        for (step, chance, earlier) in steps {
            let repeated = (chance == 0 && !done.is_empty()).then(|| earlier.get(&done).clone());
            done.push(repeated.unwrap_or(step));
        }
        done
    });
    (accounts, steps)
}

fn currency(code: &str) -> Currency {
    Currency::new(code.parse().unwrap(), if code == "JPY" { 0 } else { 2 }).unwrap()
}

fn to_limits((min, max): (Option<i64>, Option<i64>)) -> Limits {
    Limits { min_balance: min.map(Amount::from_minor), max_balance: max.map(Amount::from_minor) }
}

fn to_change(limits: (Option<i64>, Option<i64>)) -> LimitChange {
    let new = |limit: Option<i64>| limit.map_or(NewLimit::Remove, |limit| NewLimit::Set(Amount::from_minor(limit)));
    LimitChange { min_balance: new(limits.0), max_balance: new(limits.1), ..LimitChange::default() }
}

fn to_opening(account: &ModelAccount) -> AccountRequest {
    let request =
        AccountRequest::new(account.name.parse().unwrap(), account.kind.parse().unwrap(), currency(account.currency));
    AccountRequest { limits: to_limits(account.limits), ..request }
}

fn to_request(request: &ModelRequest) -> TransferRequest {
    let (first, second) = (request.first.parse().unwrap(), request.second.parse().unwrap());
    let parties = match request.form {
        "transfer" => Parties::Transfer { from: first, to: second },
        "deposit" => Parties::Deposit { account: first, cash: second },
        "withdraw" => Parties::Withdrawal { account: first, cash: second },
        _ => Parties::Post { debit: first, credit: second },
    };
    let id = TransferId::from_key(&request.id.to_string()).unwrap();
    TransferRequest::new(id, parties, Money::new(Amount::from_minor(request.amount), currency(request.currency)))
}

/// The model's answer to the opening of an account.
fn open_in_model(model: &mut Model, account: &ModelAccount) -> &'static str {
    model.accounts.push(ModelAccount { limits: (None, None), ..account.clone() });
    let answer = model.change_limits(&account.name, account.limits);
    if answer != "changed" {
        model.accounts.pop();
    }
    answer
}

fn code<T>(answer: &Result<T, Rejection>, done: impl FnOnce(&T) -> &'static str) -> &'static str {
    answer.as_ref().map_or_else(Rejection::code, done)
}

/// A book in memory: the pure rules, with everything handed to them and taken from them.
#[derive(Default)]
struct Memory {
    accounts: Vec<Account>,
    transfers: HashMap<TransferId, Transfer>,
}

impl Memory {
    fn open(&mut self, request: &AccountRequest) -> &'static str {
        let event = opening_event(i64::try_from(self.accounts.len()).unwrap() + 1);
        let answer = open_account(request, None, &event);
        if let Ok(Opening::New(account)) = &answer {
            self.accounts.push(account.clone());
        }
        code(&answer, |_| "changed")
    }

    fn change_limits(&mut self, name: &str, change: LimitChange) -> &'static str {
        let mut batch = Batch::new(Known { accounts: self.accounts.clone(), ..Known::default() }, Instant::EPOCH);
        let answer = batch.judge(&change_of(name, AccountAction::Limit(change)).into());
        let sequences: Vec<_> = (1..).take(batch.sequence_count()).map(Sequence).collect();
        self.take(batch.finish(&sequences).accounts);
        code(&answer, |_| "changed")
    }

    fn post(&mut self, requests: &[TransferRequest]) -> Vec<&'static str> {
        let transfers = requests.iter().filter_map(|request| self.transfers.get(&request.id.id()).cloned()).collect();
        let known = Known { accounts: self.accounts.clone(), transfers, ..Known::default() };
        let mut batch = Batch::new(known, Instant::EPOCH);
        let requests = requests.iter().cloned().map(Request::from);
        let verdicts: Vec<_> = requests.map(|request| batch.judge(&request)).collect();
        let next = i64::try_from(self.transfers.len()).unwrap() + 1;
        let sequences: Vec<_> = (next..).take(batch.sequence_count()).map(Sequence).collect();
        let ruling = batch.finish(&sequences);
        self.take(ruling.accounts);
        self.transfers.extend(ruling.transfers.into_iter().map(|transfer| (transfer.id, transfer)));
        let word = |verdict: &Verdict| if matches!(verdict, Verdict::Posted(_)) { "posted" } else { "replayed" };
        verdicts.iter().map(|verdict| code(verdict, word)).collect()
    }

    fn take(&mut self, changed: Vec<ChangedAccount>) {
        for ChangedAccount { account: changed, .. } in changed {
            let account = self.accounts.iter_mut().find(|account| account.id == changed.id).unwrap();
            *account = changed;
        }
    }
}

fn assert_like_model(model: &Model, accounts: &[Account]) {
    assert_eq!(accounts.len(), model.accounts.len());
    for account in accounts {
        let name = account.name.as_str();
        assert_eq!(i128::from(account.posted().minor()), model.balance(name), "balance of {name}");
        assert_eq!(usize::try_from(account.version).unwrap(), model.version(name), "version of {name}");
    }
    for currency in CURRENCIES {
        let (mut debits, mut credits) = (0, 0);
        for account in accounts.iter().filter(|account| account.currency.code().as_str() == currency) {
            match account.account_type.normal_side() {
                NormalSide::Debit => debits += i128::from(account.posted().minor()),
                NormalSide::Credit => credits += i128::from(account.posted().minor()),
            }
        }
        assert_eq!(debits, credits, "debits and credits of {currency}");
    }
}

/// Takes the steps in the model and elsewhere; posts in a row go there as batches of up to `batch_max`.
fn take_steps(
    model: &mut Model,
    steps: &[Step],
    batch_max: usize,
    mut change: impl FnMut(&str, LimitChange) -> &'static str,
    mut post: impl FnMut(&[TransferRequest]) -> Vec<&'static str>,
) {
    let mut rest = steps;
    while let Some(first) = rest.first() {
        if let Step::ChangeLimits(name, limits) = first {
            assert_eq!(change(name, to_change(*limits)), model.change_limits(name, *limits), "{first:?}");
            rest = &rest[1..];
            continue;
        }
        let requests: Vec<_> = rest
            .iter()
            .map_while(|step| match step {
                Step::Post(request) => Some(request),
                Step::ChangeLimits(..) => None,
            })
            .take(batch_max)
            .collect();
        let expected: Vec<_> = requests.iter().map(|request| model.post(request)).collect();
        let asked: Vec<_> = requests.iter().map(|request| to_request(request)).collect();
        assert_eq!(post(&asked), expected, "{requests:#?}");
        rest = &rest[requests.len()..];
    }
}

fn rejection(error: Error) -> Rejection {
    match error {
        Error::Rejected(rejection) => *rejection,
        fault => panic!("{fault:?}"),
    }
}

/// Takes a run on a book, and returns every account as it ends.
fn run_on_book(book: &TestBook, accounts: &[ModelAccount], steps: &[Step]) -> Vec<Account> {
    let ledger: Ledger = book.ledger();
    let mut model = Model::default();
    for account in accounts {
        let answer = ledger.open_account(&to_opening(account), Mode::Commit).map_err(rejection);
        assert_eq!(code(&answer, |_| "changed"), open_in_model(&mut model, account));
    }
    let change = |name: &str, change| {
        let answer =
            ledger.change_account(&change_of(name, AccountAction::Limit(change)), Mode::Commit).map_err(rejection);
        code(&answer, |_| "changed")
    };
    let post = |requests: &[TransferRequest]| {
        let answers = ledger.post_batch(requests, Mode::Commit).unwrap();
        answers
            .iter()
            .map(|answer| code(answer, |posted| if posted.replayed { "replayed" } else { "posted" }))
            .collect()
    };
    take_steps(&mut model, steps, 25, change, post);
    let accounts = ledger.list_accounts("", None, 100).unwrap().accounts;
    assert_like_model(&model, &accounts);
    assert_eq!(ledger.verify(&mut |_| {}).unwrap().findings, []);
    accounts
}

fn steps_in_all() -> u32 {
    env::var("TELLER_MODEL_STEPS").map_or(STEPS_DEFAULT, |steps| steps.parse().unwrap())
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() })
}

#[test]
fn the_rules_agree_with_a_naive_model() {
    let steps = steps_in_all();
    let mut seen = HashMap::<&str, u32>::new();
    let seen_codes = std::cell::RefCell::new(&mut seen);
    let outcome = runner(steps.div_ceil(STEPS_PER_RUN)).run(&runs(), |(accounts, steps)| {
        let mut model = Model::default();
        let memory = std::cell::RefCell::new(Memory::default());
        for account in &accounts {
            assert_eq!(memory.borrow_mut().open(&to_opening(account)), open_in_model(&mut model, account));
        }
        let change = |name: &str, change| memory.borrow_mut().change_limits(name, change);
        let post = |requests: &[TransferRequest]| {
            let answers = memory.borrow_mut().post(requests);
            for code in &answers {
                *seen_codes.borrow_mut().entry(*code).or_default() += 1;
            }
            answers
        };
        take_steps(&mut model, &steps, 7, change, post);
        assert_like_model(&model, &memory.borrow().accounts);
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    // What never comes up is not compared; a few steps are not enough to tell.
    if steps < STEPS_DEFAULT {
        return;
    }
    for code in [
        "posted",
        "replayed",
        "amount_not_positive",
        "same_account",
        "id_reused",
        "account_unknown",
        "normal_sides_differ",
        "normal_sides_match",
        "currencies_differ",
        "insufficient_funds",
        "max_balance_exceeded",
        "overflow",
    ] {
        assert!(seen.get(code).is_some_and(|count| *count > 10), "{code} hardly comes up: {seen:?}");
    }
}

/// Numbers and places are the databases' own; everything else, hashes first, is the same.
fn placeless(accounts: Vec<Account>) -> Vec<Account> {
    let placeless = |account: Account| Account { id: AccountId::UNASSIGNED, last: None, ..account };
    accounts.into_iter().map(placeless).collect()
}

#[test]
fn both_databases_agree_with_the_model_and_with_each_other() {
    let outcome = runner(RUNS_ON_DATABASES).run(&runs(), |(accounts, steps)| {
        let postgres = run_on_book(&TestBook::on_postgres(), &accounts, &steps);
        let sqlite = run_on_book(&TestBook::on_sqlite(), &accounts, &steps);
        assert_eq!(placeless(postgres), placeless(sqlite));
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
