//! The accounts of a measurement, and a seeded generator of the requests that are made on them.

use std::time::Duration;

use crate::error::Error;
use crate::facts::{AccountName, AccountType, Instant, TransferId};
use crate::ledger::{Ledger, Mode};
use crate::money::{Amount, Currency, CurrencyCode, Money};
use crate::rejection::Rejection;
use crate::requests::{
    AccountRequest, CaptureRequest, Expiry, HoldRequest, Operation, Parties, Request, TransferRequest,
};

/// How many accounts are opened, and get their money, in one transaction.
const ACCOUNTS_PER_BATCH: usize = 1_000;
/// So much that no transfer is ever refused, in minor units.
const FUNDS: i64 = 1_000_000_000_000;
/// The most that is transferred at once, in minor units.
const AMOUNT_MAX: u64 = 10_000;
const CURRENCY: &str = "EUR";
/// Long enough to outlive the measurement.
const HOLD_TIME: Duration = Duration::from_hours(24);

/// Accounts that have money, and the one that it came from.
pub(super) struct Accounts {
    names: Vec<AccountName>,
    cash: AccountName,
    currency: Currency,
}

impl Accounts {
    /// Opens them: at least two, whose names begin with that.
    pub(super) fn open(ledger: &Ledger, prefix: &str, count: u32) -> Result<Self, Error> {
        let code: CurrencyCode = CURRENCY.parse().map_err(crate::error::InputError::from)?;
        let currency = ledger.get_currency(code)?.currency;
        let cash = name(&format!("{prefix}:cash"))?;
        ledger.open_account(&AccountRequest::new(cash.clone(), AccountType::Asset, currency), Mode::Commit)?;
        let names: Vec<_> =
            (0..count.max(2)).map(|number| name(&format!("{prefix}:{number}"))).collect::<Result<_, _>>()?;
        let accounts = Self { names, cash, currency };
        for names in accounts.names.chunks(ACCOUNTS_PER_BATCH) {
            accounts.open_some(ledger, names)?;
        }
        Ok(accounts)
    }

    #[cfg(feature = "server")]
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.names.len()).unwrap_or(u32::MAX)
    }

    fn open_some(&self, ledger: &Ledger, names: &[AccountName]) -> Result<(), Error> {
        let request = |name: &AccountName| AccountRequest::new(name.clone(), AccountType::Liability, self.currency);
        let requests: Vec<_> = names.iter().map(request).collect();
        check_all(ledger.open_accounts(&requests, Mode::Commit)?)?;
        let mut source = Source::new(self, 0);
        let deposits: Vec<_> = names.iter().map(|name| source.deposit(name, FUNDS)).collect();
        check_all(ledger.post_batch(&deposits, Mode::Commit)?)
    }
}

/// No request of a measurement is meant to be refused.
pub(super) fn check_all<T>(answers: Vec<Result<T, Rejection>>) -> Result<(), Error> {
    answers.into_iter().try_for_each(|answer| answer.map(drop).map_err(Error::from))
}

fn name(text: &str) -> Result<AccountName, Error> {
    Ok(text.parse().map_err(crate::error::InputError::from)?)
}

/// Makes requests, the same ones in every run but for their ids.
pub(super) struct Source<'a> {
    accounts: &'a Accounts,
    state: u64,
}

impl<'a> Source<'a> {
    pub(super) fn new(accounts: &'a Accounts, seed: u64) -> Self {
        Self { accounts, state: seed.wrapping_mul(2).wrapping_add(0x9e37_79b9_7f4a_7c15) | 1 }
    }

    /// Goes on where another one stopped.
    #[cfg(feature = "server")]
    pub(super) const fn with_state(accounts: &'a Accounts, state: u64) -> Self {
        Self { accounts, state }
    }

    #[cfg(feature = "server")]
    pub(super) const fn into_state(self) -> u64 {
        self.state
    }

    /// Between two accounts.
    pub(super) fn transfer(&mut self, now: Instant) -> TransferRequest {
        let (from, to) = self.two_accounts();
        let money = self.money();
        TransferRequest::new(TransferId::fresh(now), Parties::Transfer { from, to }, money)
    }

    /// So many of a hundred touch one account, which is the same each time; the others are as [`Source::transfer`].
    pub(super) fn hot_transfer(&mut self, now: Instant, percent: u32) -> TransferRequest {
        if self.below(100) >= u64::from(percent) {
            return self.transfer(now);
        }
        let account = self.account();
        let money = self.money();
        let parties = Parties::Deposit { account, cash: self.accounts.cash.clone() };
        TransferRequest::new(TransferId::fresh(now), parties, money)
    }

    /// A hold, and the capture of all of it.
    pub(super) fn hold_and_capture(&mut self, now: Instant) -> [Request; 2] {
        let transfer = self.transfer(now);
        let capture = CaptureRequest::new(TransferId::fresh(now), transfer.id.clone());
        let hold = HoldRequest { transfer, expiry: Expiry::After(HOLD_TIME) };
        [Request::Operation(Operation::Hold(hold)), Request::Operation(Operation::Capture(capture))]
    }

    fn deposit(&mut self, account: &AccountName, minor: i64) -> TransferRequest {
        let parties = Parties::Deposit { account: account.clone(), cash: self.accounts.cash.clone() };
        let money = Money::new(Amount::from_minor(minor), self.accounts.currency);
        TransferRequest::new(TransferId::fresh(Instant::EPOCH), parties, money)
    }

    pub(super) fn two_accounts(&mut self) -> (AccountName, AccountName) {
        let names = &self.accounts.names;
        let count = names.len() as u64;
        let first = self.below(count);
        let second = (first + 1 + self.below(count - 1)) % count;
        let at = |place: u64| names[usize::try_from(place).unwrap_or_default()].clone();
        (at(first), at(second))
    }

    fn account(&mut self) -> AccountName {
        self.two_accounts().0
    }

    pub(super) fn money(&mut self) -> Money {
        let minor = 1 + self.below(AMOUNT_MAX);
        Money::new(Amount::from_minor(i64::try_from(minor).unwrap_or(1)), self.accounts.currency)
    }

    /// Xorshift: good enough to spread accounts.
    fn below(&mut self, bound: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) % bound
    }
}
