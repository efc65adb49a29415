//! Balances: as they are now, and at a moment, by effective time and as the ledger knew them.

use std::collections::HashMap;

use crate::error::Error;
use crate::facts::{Account, AccountName, Instant, NormalSide, Transfer};
use crate::ledger::Ledger;
use crate::models::transfers::EffectiveCorrection;
use crate::money::{Amount, Money};
use crate::rejection::Rejection;
use crate::store::{Access, Store, StoreError};

/// The moments of a balance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AsOf {
    /// Only transfers that are effective at this moment or before count. `None`: all count, also those with an effective time in the
    /// future.
    pub effective_at: Option<Instant>,
    /// Only transfers that were recorded at this moment or before count. `None`: all count.
    pub recorded_at: Option<Instant>,
}

impl AsOf {
    /// The balance that is effective at a moment, by everything known now.
    #[must_use]
    pub const fn effective(at: Instant) -> Self {
        Self { effective_at: Some(at), recorded_at: None }
    }

    /// The balance as the ledger knew it at a moment.
    #[must_use]
    pub const fn recorded(at: Instant) -> Self {
        Self { effective_at: None, recorded_at: Some(at) }
    }
}

/// What an account has now, in its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Balance {
    /// Posted value, on the account's normal side. Negative when overdrawn.
    pub posted: Money,
    /// What open holds reserve of it, zero or more.
    pub held: Money,
    /// What can be spent before any limit is counted: posted less held.
    pub available: Money,
}

impl From<&Account> for Balance {
    fn from(account: &Account) -> Self {
        Self {
            posted: account.money(account.posted()),
            held: account.money(account.held()),
            available: account.money(account.available()),
        }
    }
}

impl Ledger {
    /// Returns what an account has now. A hold that has expired no longer counts as held.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`], [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use std::time::Duration;
    /// use teller::prelude::*;
    ///
    /// let parties = Parties::Transfer { from: "customers:alice".parse()?, to: "customers:bob".parse()? };
    /// let euro = ledger.get_currency("EUR".parse()?)?.currency;
    /// let transfer = TransferRequest::new("card 1".parse::<Key>()?, parties, Money::parse("30.00", euro)?);
    /// ledger.post(HoldRequest { transfer, expiry: Expiry::After(Duration::from_hours(24)) }, Mode::Commit)?;
    ///
    /// let alice = ledger.balance(&"customers:alice".parse()?)?;
    /// assert_eq!(alice.posted.to_string(), "100.00 EUR");
    /// assert_eq!(alice.held.to_string(), "30.00 EUR");
    /// assert_eq!(alice.available.to_string(), "70.00 EUR");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn balance(&self, name: &AccountName) -> Result<Balance, Error> {
        self.get_account(name).map(|account| Balance::from(&account))
    }

    /// Returns the posted balances of accounts at a moment, on their normal sides, in the order of the names. Transfers of exactly that moment
    /// count. The time that this takes does not depend on the length of an account's history, but on the number of its transfers that are
    /// effective at another time than they were recorded.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`] for the first name that does not exist, [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::ledger::AsOf;
    ///
    /// let last_year = AsOf::effective("2020-12-31T23:59:59Z".parse()?);
    /// let balances = ledger.balances_as_of(&["customers:alice".parse()?], last_year)?;
    /// assert_eq!(balances[0].1.to_string(), "0.00 EUR");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn balances_as_of(&self, names: &[AccountName], as_of: AsOf) -> Result<Vec<(Account, Money)>, Error> {
        self.pool.transaction(Access::Read, |store| {
            let found = store.find_accounts(&names.iter().collect::<Vec<_>>())?;
            let mut found: HashMap<_, _> = found.into_iter().map(|account| (account.name.clone(), account)).collect();
            let mut balance = |name: &AccountName| {
                let account = found.remove(name).ok_or_else(|| Rejection::AccountUnknown { account: name.clone() })?;
                let balance = balance_as_of(store, &account, as_of)?;
                Ok((account, balance))
            };
            names.iter().map(&mut balance).collect()
        })
    }

    /// Returns the posted balance of one account at a moment, on its normal side. Transfers of exactly that moment count.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`], [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::facts::Instant;
    /// use teller::ledger::AsOf;
    ///
    /// let balance = ledger.balance_as_of(&"customers:alice".parse()?, AsOf::recorded(Instant::EPOCH))?;
    /// assert_eq!(balance.to_string(), "0.00 EUR");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn balance_as_of(&self, name: &AccountName, as_of: AsOf) -> Result<Money, Error> {
        self.pool.transaction(Access::Read, |store| {
            let found = store.find_accounts(&[name])?.pop();
            let account = found.ok_or_else(|| Rejection::AccountUnknown { account: name.clone() })?;
            Ok(balance_as_of(store, &account, as_of)?)
        })
    }
}

/// An account at a moment.
pub(in crate::ledger) struct Reading {
    /// The posted balance, on the normal side.
    pub balance: Money,
    /// The account's newest transfer that was recorded at that moment or before.
    pub last: Option<Transfer>,
}

pub(in crate::ledger) fn balance_as_of(
    store: &mut dyn Store,
    account: &Account,
    as_of: AsOf,
) -> Result<Money, StoreError> {
    Ok(read_as_of(store, account, as_of)?.balance)
}

/// Reads the balance recorded at the earlier of the two moments, by one walk down the chain. Then corrects it by the off-time transfers,
/// which are effective at another time than they were recorded and have indexes of their own.
pub(in crate::ledger) fn read_as_of(
    store: &mut dyn Store,
    account: &Account,
    as_of: AsOf,
) -> Result<Reading, StoreError> {
    let known_at = as_of.recorded_at.unwrap_or(Instant::MAX);
    let recorded_at = as_of.effective_at.map_or(known_at, |effective_at| effective_at.min(known_at));
    let last = store.find_last_recorded_at(account, recorded_at)?;
    let entry = last.as_ref().and_then(|transfer| transfer.entry_of(account.id));
    let recorded = entry.map_or(Amount::ZERO, |entry| entry.balance);
    let Some(effective_at) = as_of.effective_at else { return Ok(Reading { balance: account.money(recorded), last }) };

    let debits = store.correct_effective(EffectiveCorrection {
        account_id: account.id.0,
        effective_at: effective_at.into(),
        recorded_at: recorded_at.into(),
        known_at: known_at.into(),
    })?;
    let correction = if account.account_type.normal_side() == NormalSide::Debit { debits } else { -debits };
    let balance = i128::from(recorded.minor()) + correction;
    // The sum of some of the account's transfers fits into 64 bits, because the sum of all of them does.
    let balance = i64::try_from(balance).unwrap_or(if balance > 0 { i64::MAX } else { i64::MIN });
    Ok(Reading { balance: account.money(Amount::from_minor(balance)), last })
}
