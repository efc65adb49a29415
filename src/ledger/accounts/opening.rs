//! Opening accounts.

use std::collections::HashMap;

use crate::error::Error;
use crate::facts::{Account, AccountId, AccountName, Instant, OpenedWith};
use crate::judging::{Existing, Opening, open_account};
use crate::ledger::Ledger;
use crate::ledger::accounts::first_events::FirstEvents;
use crate::ledger::accounts::{Opened, get_account_in};
use crate::ledger::log;
use crate::ledger::write_options::{Mode, WriteOptions};
use crate::money::{Currency, CurrencyCode};
use crate::rejection::Rejection;
use crate::requests::AccountRequest;
use crate::store::{Access, Store, StoreError};

impl Ledger {
    /// Opens an account. If the same request opened it before, returns that account as a replay.
    ///
    /// # Errors
    /// [`Rejection::CurrencyUnknown`], [`Rejection::LimitsInverted`], [`Rejection::LimitOverrun`]; [`Rejection::AccountExists`] if the name was
    /// opened with other fields; [`Rejection::AccountClosed`] if it was closed since; [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::AccountType;
    /// use teller::requests::AccountRequest;
    ///
    /// let euro = ledger.get_currency("EUR".parse()?)?.currency;
    /// let request = AccountRequest::new("customers:carol".parse()?, AccountType::Liability, euro);
    /// assert!(!ledger.open_account(&request, Mode::Commit)?.replayed);
    /// assert!(ledger.open_account(&request, Mode::Commit)?.replayed);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open_account(&self, request: &AccountRequest, options: impl Into<WriteOptions>) -> Result<Opened, Error> {
        let mode = options.into().mode;
        let mut answers = self.open_accounts(std::slice::from_ref(request), mode)?;
        answers.pop().map_or_else(|| unreachable!("one answer a request"), |answer| answer.map_err(Error::from))
    }

    /// Opens many accounts in one transaction. Each request is judged by itself: a refusal does not affect the others. The answers are in the
    /// order of the requests.
    ///
    /// # Errors
    /// [`Error::Store`], and then no account is opened. Refusals are in the answers.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::AccountType;
    /// use teller::requests::AccountRequest;
    ///
    /// let euro = ledger.get_currency("EUR".parse()?)?.currency;
    /// let dave = AccountRequest::new("customers:dave".parse()?, AccountType::Liability, euro);
    /// let other = AccountRequest::new("customers:alice".parse()?, AccountType::Asset, euro);
    /// let answers = ledger.open_accounts(&[dave, other], Mode::Commit)?;
    /// assert!(answers[0].is_ok());
    /// assert_eq!(answers[1].as_ref().unwrap_err().code(), "account_exists");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open_accounts(
        &self,
        requests: &[AccountRequest],
        options: impl Into<WriteOptions>,
    ) -> Result<Vec<Result<Opened, Rejection>>, Error> {
        let mode = options.into().mode;
        let answers = self.pool.transaction(Access::Write, |store| {
            let now = self.clock.now();
            let names: Vec<_> = requests.iter().map(|request| &request.name).collect();
            let found = store.find_accounts(&names)?;
            let known = found.into_iter().map(|account| (account.name.clone(), account)).collect();
            let mut openings = Openings { store, known, registered: HashMap::new(), now };
            let answers = requests.iter().map(|request| openings.judge(request)).collect::<Result<Vec<_>, _>>()?;
            match mode {
                Mode::DryRun => Ok(answers),
                Mode::Commit => openings.write(requests, answers),
            }
        })?;
        log::opened(&answers, mode);
        Ok(answers)
    }
}

/// Opens accounts in one transaction. The requests are judged one after the other.
struct Openings<'a> {
    store: &'a mut dyn Store,
    /// The accounts that exist so far, by name. Those that are judged but not inserted have no number yet.
    known: HashMap<AccountName, Account>,
    /// The currencies that were looked up so far, by code.
    registered: HashMap<CurrencyCode, Option<Currency>>,
    now: Instant,
}

impl Openings<'_> {
    fn judge(&mut self, request: &AccountRequest) -> Result<Result<Opened, Rejection>, Error> {
        if self.find_registered(request.currency.code())? != Some(request.currency) {
            return Ok(Err(Rejection::CurrencyUnknown { currency: request.currency.code() }));
        }
        let decision = match self.known.get(&request.name) {
            Some(account) => {
                let opened_with = find_opened_with(self.store, account)?;
                open_account(request, Some(Existing { account, opened_with: &opened_with }), self.now)
            }
            None => open_account(request, None, self.now),
        };
        Ok(decision.map(|opening| match opening {
            Opening::New(account) => {
                self.known.insert(account.name.clone(), account.clone());
                Opened { account, replayed: false }
            }
            Opening::Replay(account) => Opened { account, replayed: true },
        }))
    }

    /// Inserts the new accounts, and sets their numbers in the answers.
    fn write(
        &mut self,
        requests: &[AccountRequest],
        mut answers: Vec<Result<Opened, Rejection>>,
    ) -> Result<Vec<Result<Opened, Rejection>>, Error> {
        let new = answers.iter().flatten().filter(|opened| !opened.replayed).map(|opened| opened.account.clone());
        let new: Vec<_> = new.collect();
        if new.is_empty() {
            return Ok(answers);
        }
        let ids = self.store.insert_accounts(&new)?;
        let ids: HashMap<_, _> = new.iter().map(|account| &account.name).zip(ids).collect();
        for (answer, request) in answers.iter_mut().zip(requests) {
            if let Ok(opened) = answer
                && opened.account.id == AccountId::UNASSIGNED
            {
                match ids[&request.name] {
                    Some(id) => opened.account.id = id,
                    None => *answer = replay(self.store, request, self.now)?,
                }
            }
        }
        Ok(answers)
    }

    /// The currency that is registered under a code.
    fn find_registered(&mut self, code: CurrencyCode) -> Result<Option<Currency>, StoreError> {
        if let Some(found) = self.registered.get(&code) {
            return Ok(*found);
        }
        let found = self.store.find_currency(code.as_str())?.map(|row| row.to_currency()).transpose()?;
        self.registered.insert(code, found);
        Ok(found)
    }
}

/// Refuses a currency that is not registered, or is registered with another exponent.
pub(in crate::ledger) fn check_registered(store: &mut dyn Store, currency: Currency) -> Result<(), Error> {
    let found = store.find_currency(currency.code().as_str())?.map(|row| row.to_currency()).transpose();
    if found.map_err(StoreError::from)? == Some(currency) {
        Ok(())
    } else {
        Err(Rejection::CurrencyUnknown { currency: currency.code() }.into())
    }
}

/// Inserts an account. If another transaction has opened one of that name meanwhile, that account is judged as the answer.
pub(in crate::ledger) fn insert_or_replay(
    store: &mut dyn Store,
    request: &AccountRequest,
    account: Account,
    now: Instant,
) -> Result<Result<Opened, Rejection>, Error> {
    match store.insert_accounts(std::slice::from_ref(&account))?.pop().flatten() {
        Some(id) => Ok(Ok(Opened { account: Account { id, ..account }, replayed: false })),
        None => replay(store, request, now),
    }
}

/// The answer if another transaction has opened an account of that name meanwhile.
fn replay(store: &mut dyn Store, request: &AccountRequest, now: Instant) -> Result<Result<Opened, Rejection>, Error> {
    let winner = get_account_in(store, &request.name, now)?;
    let opened_with = find_opened_with(store, &winner)?;
    let decision = open_account(request, Some(Existing { account: &winner, opened_with: &opened_with }), now);
    Ok(decision.map(|_| Opened { account: winner, replayed: true }))
}

/// The limits and metadata that an account was opened with, which may have been changed since.
fn find_opened_with(store: &mut dyn Store, account: &Account) -> Result<OpenedWith, StoreError> {
    Ok(FirstEvents::of_accounts(store, &[account.id])?.opened_with(account)?)
}
