//! Opening accounts.

use std::collections::{HashMap, HashSet};

use crate::error::Error;
use crate::facts::{Account, AccountId, AccountName, Actor, Instant, OpeningEvent, Sequence};
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
        let mut answers = self.open_accounts(std::slice::from_ref(request), options)?;
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
        let options = options.into();
        let mode = options.mode;
        let answers = self.pool.transaction(Access::Write, |store| {
            let names: Vec<_> = requests.iter().map(|request| &request.name).collect();
            let found = store.find_accounts(&names)?;
            let known: HashMap<_, _> = found.into_iter().map(|account| (account.name.clone(), account)).collect();
            let unknown = names.iter().filter(|name| !known.contains_key(**name)).count();
            let by = (self.clock.now(), self.acting(&options));
            let events = provisional_events(unknown, by);
            let mut openings = Openings { store, known, registered: HashMap::new(), events };
            let mut answers = requests.iter().map(|request| openings.judge(request)).collect::<Result<Vec<_>, _>>()?;
            if mode == Mode::DryRun {
                return Ok(answers);
            }
            openings.assign_sequences(requests, &mut answers, by)?;
            openings.write(requests, answers)
        })?;
        log::opened(&answers, mode);
        Ok(answers)
    }
}

/// Opens accounts in one transaction. The requests are judged one after the other.
struct Openings<'a> {
    store: &'a mut dyn Store,
    /// The accounts that exist so far, by name, those among them that are not inserted yet.
    known: HashMap<AccountName, Account>,
    /// The currencies that were looked up so far, by code.
    registered: HashMap<CurrencyCode, Option<Currency>>,
    /// Provisional ones, as many as accounts can be new.
    events: Vec<OpeningEvent>,
}

impl Openings<'_> {
    fn judge(&mut self, request: &AccountRequest) -> Result<Result<Opened, Rejection>, Error> {
        if self.find_registered(request.currency.code())? != Some(request.currency) {
            return Ok(Err(Rejection::CurrencyUnknown { currency: request.currency.code() }));
        }
        let decision = if let Some(account) = self.known.get(&request.name) {
            reopen(self.store, request, account)?
        } else {
            let event = self.events.last().unwrap_or_else(|| unreachable!("one event for each unknown name"));
            open_account(request, None, event)
        };
        Ok(decision.map(|opening| match opening {
            Opening::New(account) => {
                self.events.pop();
                self.known.insert(account.name.clone(), account.clone());
                Opened { account, replayed: false }
            }
            Opening::Replay(account) => Opened { account, replayed: true },
        }))
    }

    /// Gives the new accounts their numbers. These are drawn after the judging, so that a refused request uses none.
    fn assign_sequences(
        &mut self,
        requests: &[AccountRequest],
        answers: &mut [Result<Opened, Rejection>],
        by: (Instant, &Actor),
    ) -> Result<(), StoreError> {
        let new = answers.iter().flatten().filter(|opened| !opened.replayed).count();
        let mut events = opening_events(self.store, new, by)?;
        for (request, answer) in requests.iter().zip(answers) {
            let Ok(opened) = answer else { continue };
            if opened.replayed {
                // Perhaps of an account that is new in this batch.
                opened.account.clone_from(&self.known[&request.name]);
                continue;
            }
            let event = events.pop().unwrap_or_else(|| unreachable!("one event for each new account"));
            let Ok(Opening::New(account)) = open_account(request, None, &event) else {
                unreachable!("the same request was accepted a moment ago")
            };
            self.known.insert(request.name.clone(), account.clone());
            opened.account = account;
        }
        Ok(())
    }

    /// Inserts the new accounts. A name that another transaction has taken meanwhile gets another answer.
    fn write(
        &mut self,
        requests: &[AccountRequest],
        mut answers: Vec<Result<Opened, Rejection>>,
    ) -> Result<Vec<Result<Opened, Rejection>>, Error> {
        let new = answers.iter().flatten().filter(|opened| !opened.replayed).map(|opened| opened.account.clone());
        let new: Vec<_> = new.collect();
        let Some(now) = new.first().map(|account| account.opened_at) else { return Ok(answers) };
        let added = self.store.insert_accounts(&new)?;
        let taken: HashSet<_> = new.iter().map(|account| account.id).filter(|id| !added.contains(id)).collect();
        for (answer, request) in answers.iter_mut().zip(requests) {
            if answer.as_ref().is_ok_and(|opened| taken.contains(&opened.account.id)) {
                *answer = replay(self.store, request, now)?;
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
) -> Result<Result<Opened, Rejection>, Error> {
    if store.insert_accounts(std::slice::from_ref(&account))?.contains(&account.id) {
        Ok(Ok(Opened { account, replayed: false }))
    } else {
        replay(store, request, account.opened_at)
    }
}

/// The events that open so many accounts, the first of them last.
pub(in crate::ledger) fn opening_events(
    store: &mut dyn Store,
    count: usize,
    by: (Instant, &Actor),
) -> Result<Vec<OpeningEvent>, StoreError> {
    let sequences = if count == 0 { Vec::new() } else { store.next_sequences(count, None)? };
    Ok(events_of(sequences, by))
}

/// Such events for what is only judged. They have negative numbers, which no account has.
pub(in crate::ledger) fn provisional_events(count: usize, by: (Instant, &Actor)) -> Vec<OpeningEvent> {
    events_of((1..).take(count).map(|number| Sequence(-number)).collect(), by)
}

fn events_of(sequences: Vec<Sequence>, (recorded_at, actor): (Instant, &Actor)) -> Vec<OpeningEvent> {
    let event = |sequence| OpeningEvent { account_id: AccountId::from(sequence), recorded_at, actor: actor.clone() };
    sequences.into_iter().rev().map(event).collect()
}

/// The answer if another transaction has opened an account of that name meanwhile.
fn replay(store: &mut dyn Store, request: &AccountRequest, now: Instant) -> Result<Result<Opened, Rejection>, Error> {
    let winner = get_account_in(store, &request.name, now)?;
    let decision = reopen(store, request, &winner)?;
    Ok(decision.map(|_| Opened { account: winner, replayed: true }))
}

/// Judges a request to open an account that is there.
fn reopen(
    store: &mut dyn Store,
    request: &AccountRequest,
    account: &Account,
) -> Result<Result<Opening, Rejection>, StoreError> {
    let opened_with = FirstEvents::of_accounts(store, &[account.id])?.opened_with(account)?;
    Ok(open_account(request, Some(Existing { account, opened_with: &opened_with }), &account.opening_event()))
}
