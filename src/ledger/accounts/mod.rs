pub(super) mod balances;
pub(super) mod metadata;
pub(super) mod opened;
pub(super) mod paths;

use std::collections::HashMap;

use crate::error::Error;
use crate::facts::{Account, AccountEvent, AccountId, AccountName, Instant, OpenedWith, similar_names};
use crate::judging::{Existing, Opening, open_account};
use crate::ledger::accounts::opened::FirstEvents;
use crate::ledger::holds::expiry::without_expired;
use crate::ledger::{Ledger, Mode, told};
use crate::money::{Currency, CurrencyCode};
use crate::rejection::Rejection;
use crate::requests::{AccountChange, AccountRequest, BatchPolicy, Request};
use crate::store::{Access, Pool, Store, StoreError};

/// How many names are looked at for each beginning of a mistyped one.
const SIMILAR_ROWS_MAX: i64 = 300;

/// The answer to a request to open an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The account as it stands now.
    pub account: Account,
    /// Whether the same request opened it before.
    pub replayed: bool,
}

/// A page of accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountPage {
    /// The accounts, by name.
    pub accounts: Vec<Account>,
    /// What to pass for the next page, or `None` on the last one.
    pub next: Option<AccountName>,
}

impl Ledger {
    /// Opens an account, or answers with the one that the same request opened before.
    ///
    /// # Errors
    /// [`Rejection::AccountClosed`], [`Rejection::AccountExists`], [`Rejection::CurrencyUnknown`], [`Rejection::LimitsInverted`],
    /// [`Rejection::LimitOverrun`], [`Error::Store`].
    pub fn open_account(&self, request: &AccountRequest, mode: Mode) -> Result<Opened, Error> {
        let mut answers = self.open_accounts(std::slice::from_ref(request), mode)?;
        answers.pop().map_or_else(|| unreachable!("one answer a request"), |answer| answer.map_err(Error::from))
    }

    /// Opens many accounts in one transaction, each judged for itself: a refused one does not hold up the others.
    ///
    /// # Errors
    /// [`Error::Store`]; refusals are in the answers.
    pub fn open_accounts(
        &self,
        requests: &[AccountRequest],
        mode: Mode,
    ) -> Result<Vec<Result<Opened, Rejection>>, Error> {
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
        told::opened(&answers, mode);
        Ok(answers)
    }

    /// The account of that name.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`], [`Error::Store`].
    pub fn get_account(&self, name: &AccountName) -> Result<Account, Error> {
        self.get_accounts(std::slice::from_ref(name)).map(|mut accounts| accounts.swap_remove(0))
    }

    /// The accounts of those names, in the order of the names, all as they stood at one moment.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`] for the first name that is not there, [`Error::Store`].
    pub fn get_accounts(&self, names: &[AccountName]) -> Result<Vec<Account>, Error> {
        self.pool.transaction(Access::Read, |store| {
            let found = store.find_accounts(&names.iter().collect::<Vec<_>>())?;
            let found = without_expired(store, found, self.clock.now())?;
            let found: HashMap<_, _> = found.into_iter().map(|account| (account.name.clone(), account)).collect();
            let get = |name: &AccountName| {
                found.get(name).cloned().ok_or_else(|| Rejection::AccountUnknown { account: name.clone() })
            };
            Ok(names.iter().map(get).collect::<Result<_, _>>()?)
        })
    }

    /// Accounts whose names are so near to a mistyped one that they may have been meant, the nearest first, three at most. Looks at the names
    /// that begin alike, and at no more than a few hundred for each beginning.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn find_similar_accounts(&self, typed: &AccountName) -> Result<Vec<AccountName>, Error> {
        let names = self.pool.transaction(Access::Read, |store| {
            let mut names = Vec::new();
            for prefix in beginnings(typed.as_str()) {
                let accounts = store.list_accounts(prefix, "", SIMILAR_ROWS_MAX)?;
                names.extend(accounts.into_iter().map(|account| account.name));
            }
            Ok(names)
        })?;
        Ok(similar_names(typed, names))
    }

    /// Those of the accounts that exist, in no particular order. Holds of theirs that have expired may still be counted.
    pub(crate) fn find_accounts(&self, names: &[&AccountName]) -> Result<Vec<Account>, Error> {
        self.pool.transaction(Access::Read, |store| Ok(store.find_accounts(names)?))
    }

    /// Up to `limit` accounts whose names begin with `prefix`, by name, behind `after`.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn list_accounts(&self, prefix: &str, after: Option<&AccountName>, limit: u32) -> Result<AccountPage, Error> {
        let after = after.map_or("", AccountName::as_str);
        self.pool.transaction(Access::Read, |store| {
            // One more than asked for tells whether there is another page.
            let mut accounts = store.list_accounts(prefix, after, i64::from(limit) + 1)?;
            let is_last = accounts.len() <= limit as usize;
            accounts.truncate(limit as usize);
            let next = if is_last { None } else { accounts.last().map(|account| account.name.clone()) };
            Ok(AccountPage { accounts: without_expired(store, accounts, self.clock.now())?, next })
        })
    }

    /// Changes what an account may do, and keeps a record of it in the account's chain. A change to what is there already does nothing.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`], [`Rejection::AccountClosed`], [`Rejection::AccountHasHolds`], [`Rejection::AccountNotEmpty`],
    /// [`Rejection::LimitsInverted`], [`Rejection::LimitOverrun`], [`Error::Store`].
    pub fn change_account(&self, change: &AccountChange, mode: Mode) -> Result<Account, Error> {
        let requests = [Request::from(change.clone())];
        let mut posting = self.posting(&requests, BatchPolicy::CarryOn, mode);
        let (account, is_changed) = self.pool.transaction(Access::Write, |store| {
            let mut outcome = posting.attempt(store, &[])?.or_begin_anew()?;
            let changed = std::mem::take(&mut outcome.changed);
            outcome.only_answer()?;
            match changed.into_iter().find(|account| account.name == change.account) {
                Some(account) => Ok((account, true)),
                None => Ok((get_account_in(store, &change.account, self.clock.now())?, false)),
            }
        })?;
        told::changed("account", is_changed, mode);
        Ok(account)
    }

    /// Up to `limit` changes of what an account may do, newest first; `below` is the number of the last one on the page before.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`], [`Error::Store`].
    pub fn account_events(
        &self,
        name: &AccountName,
        below: Option<i64>,
        limit: u32,
    ) -> Result<(Account, Vec<AccountEvent>), Error> {
        self.pool.transaction(Access::Read, |store| {
            let account = get_account_in(store, name, self.clock.now())?;
            let events = store.list_events(account.id, below.unwrap_or(i64::MAX), limit.into())?;
            Ok((account, events))
        })
    }
}

/// From long to short: a slip near the end leaves a long beginning, which few accounts share.
fn beginnings(name: &str) -> Vec<&str> {
    let without = |count: usize| name.char_indices().rev().nth(count - 1).map_or("", |(offset, _)| &name[..offset]);
    let parent = name.rfind(':').map_or("", |colon| &name[..=colon]);
    let first = name.find(':').map_or("", |colon| &name[..=colon]);
    let mut beginnings = vec![without(1), without(2), without(4), without(8), parent, first, ""];
    beginnings.sort_by_key(|beginning| std::cmp::Reverse(beginning.len()));
    beginnings.dedup();
    beginnings
}

/// Refuses a book that has accounts, which going back behind its migrations would destroy.
///
/// # Errors
/// [`Rejection::BookNotEmpty`], [`Error::Store`].
pub fn check_empty(book: &Pool) -> Result<(), Error> {
    match book.count_accounts()? {
        0 => Ok(()),
        accounts => Err(Rejection::BookNotEmpty { accounts }.into()),
    }
}

/// The account of that name, with what has expired by now no longer held.
pub(super) fn get_account_in(store: &mut dyn Store, name: &AccountName, now: Instant) -> Result<Account, Error> {
    let found = store.find_accounts(&[name])?;
    let found = without_expired(store, found, now)?.pop();
    Ok(found.ok_or_else(|| Rejection::AccountUnknown { account: name.clone() })?)
}

/// The accounts that are opened in one transaction, judged one after the other.
struct Openings<'a> {
    store: &'a mut dyn Store,
    /// The accounts of the requests' names that exist so far, those that are only judged without a number.
    known: HashMap<AccountName, Account>,
    /// The currencies that were looked up so far.
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

    /// Adds the new accounts, and puts their numbers into the answers.
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

/// Refuses a currency that the book does not have, or has with other decimals.
pub(super) fn check_registered(store: &mut dyn Store, currency: Currency) -> Result<(), Error> {
    let found = store.find_currency(currency.code().as_str())?.map(|row| row.to_currency()).transpose();
    if found.map_err(StoreError::from)? == Some(currency) {
        Ok(())
    } else {
        Err(Rejection::CurrencyUnknown { currency: currency.code() }.into())
    }
}

/// Inserts an account; where another transaction opened one of that name since it was looked for, that one is the answer.
pub(super) fn insert_or_replay(
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

/// The answer where another transaction opened an account of that name since it was looked for.
fn replay(store: &mut dyn Store, request: &AccountRequest, now: Instant) -> Result<Result<Opened, Rejection>, Error> {
    let winner = get_account_in(store, &request.name, now)?;
    let opened_with = find_opened_with(store, &winner)?;
    let decision = open_account(request, Some(Existing { account: &winner, opened_with: &opened_with }), now);
    Ok(decision.map(|_| Opened { account: winner, replayed: true }))
}

/// What an account was opened with, where it may have been changed since.
fn find_opened_with(store: &mut dyn Store, account: &Account) -> Result<OpenedWith, StoreError> {
    Ok(FirstEvents::of_accounts(store, &[account.id])?.opened_with(account)?)
}
