//! Posting what clients wrote: amounts without currencies, and references that only the book can look up.

use std::collections::{BTreeSet, HashMap};

use crate::error::Error;
use crate::facts::{AccountId, AccountName};
use crate::judging::Actors;
use crate::ledger::posting::Outcome;
use crate::ledger::posting::receipts::Receipt;
use crate::ledger::posting::resolving::{RequestAccounts, ResolvedRequests, resolve, resolve_by_currencies};
use crate::ledger::transfers::{WithOpenings, unopened};
use crate::ledger::write_options::{Mode, WriteOptions};
use crate::ledger::{Ledger, log};
use crate::money::Currency;
use crate::rejection::Rejection;
use crate::requests::{AccountRequest, BatchPolicy, Request, Written};
use crate::store::{Access, Store};

/// A written request, and the accounts that are opened for it where they do not exist.
pub struct WrittenWithOpenings {
    /// The request.
    pub request: Request<Written>,
    /// The accounts.
    pub openings: Vec<AccountRequest>,
}

impl Ledger {
    /// As [`Ledger::submit`], for requests as clients wrote them. What they leave to the book is looked up in the transaction that posts
    /// them.
    ///
    /// # Errors
    /// [`InputError::Amount`](crate::error::InputError::Amount) with its place, for amounts with more decimals than their currency has, or too
    /// large; [`Rejection::SequenceUnknown`]; [`Error::Store`]. Then nothing is posted. All other refusals are in the answers.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::requests::BatchPolicy;
    /// use teller::wire::{DefaultSignature, RequestReader};
    ///
    /// let reader = RequestReader::new(DefaultSignature { actor: None, reason: None });
    /// let requests = reader.read_items(r#"{"key": "rent", "from": "customers:alice", "to": "customers:bob", "amount": "30.00"}"#)?;
    /// let answers = ledger.submit_written(&requests, BatchPolicy::CarryOn, Mode::Commit)?;
    /// assert!(answers[0].is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn submit_written(
        &self,
        requests: &[Request<Written>],
        policy: BatchPolicy,
        options: impl Into<WriteOptions>,
    ) -> Result<Vec<Result<Receipt, Rejection>>, Error> {
        let options = options.into();
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        // Accounts that need not be locked and read for their currencies need not be for the posting either.
        if let Some(requests) = resolve_by_currencies(requests, |names| self.remembered_currencies(names))? {
            return self.submit(&requests, policy, options);
        }
        let mut also_locked = BTreeSet::new();
        let outcome = self.pool.transaction(Access::Write, |store| {
            let resolved = resolve(store, requests, &also_locked, &[])?;
            self.post_resolved(store, resolved, policy, &options, &mut also_locked)
        })?;
        if options.mode == Mode::Commit {
            self.remembered.keep(outcome.changed);
        }
        log::answered(&outcome.answers, options.mode);
        Ok(outcome.answers)
    }

    /// The currencies of accounts of which most are remembered; those of the others are read. Where most would have to be read, none is.
    fn remembered_currencies(&self, names: &BTreeSet<&AccountName>) -> Result<HashMap<AccountName, Currency>, Error> {
        let mut known = self.remembered.currencies_of(names);
        let missing: Vec<_> = names.iter().copied().filter(|name| !known.contains_key(*name)).collect();
        if !missing.is_empty() && missing.len() <= names.len() / 2 {
            let read = self.pool.transaction(Access::ReadOnce, |store| Ok(store.find_accounts(&missing)?))?;
            known.extend(read.iter().map(|account| (account.name.clone(), account.currency)));
            self.remembered.keep_read(read);
        }
        Ok(known)
    }

    /// As [`Ledger::submit_one`], for a request as a client wrote it.
    ///
    /// # Errors
    /// As [`Ledger::submit_one`] and [`Ledger::submit_written`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::wire::{DefaultSignature, RequestReader};
    ///
    /// let reader = RequestReader::new(DefaultSignature { actor: None, reason: None });
    /// let items = reader.read_items(r#"{"key": "rent", "from": "customers:alice", "to": "customers:bob", "amount": "30.00"}"#)?;
    /// assert!(!ledger.submit_one_written(&items[0], Mode::Commit)?.replayed);
    /// assert!(ledger.submit_one_written(&items[0], Mode::Commit)?.replayed);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn submit_one_written(
        &self,
        request: &Request<Written>,
        options: impl Into<WriteOptions>,
    ) -> Result<Receipt, Error> {
        let mut answers = self.submit_written(std::slice::from_ref(request), BatchPolicy::CarryOn, options)?;
        answers.pop().map_or_else(|| unreachable!("one answer a request"), |answer| answer.map_err(Error::from))
    }

    /// Does a request that depends on the currency of an account, and opens those of its accounts that do not exist yet, in one transaction.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`] for the account, those of `make`, and as [`Ledger::submit_opening`] and [`Ledger::submit_written`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::AccountType;
    /// use teller::ledger::WrittenWithOpenings;
    /// use teller::requests::AccountRequest;
    /// use teller::wire::{DefaultSignature, RequestReader};
    ///
    /// let reader = RequestReader::new(DefaultSignature { actor: None, reason: None });
    /// let (alice, vault) = ("customers:alice".parse()?, "cash:vault".parse::<teller::facts::AccountName>()?);
    /// let item = r#"{"key": "d2", "debit": "cash:vault", "credit": "customers:alice", "amount": "5.00"}"#;
    /// let make = |currency| {
    ///     let openings = vec![AccountRequest::new(vault.clone(), AccountType::Asset, currency)];
    ///     Ok(WrittenWithOpenings { request: reader.read_items(item)?.remove(0), openings })
    /// };
    /// let done = ledger.submit_written_in_currency_of(&alice, make, Mode::Commit)?;
    /// assert_eq!(done.opened[0].name, vault);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn submit_written_in_currency_of(
        &self,
        account: &AccountName,
        make: impl Fn(Currency) -> Result<WrittenWithOpenings, Error>,
        options: impl Into<WriteOptions>,
    ) -> Result<WithOpenings, Error> {
        let options = options.into();
        let mut also_locked = BTreeSet::new();
        self.post_behind_openings(&options, |store| {
            let WrittenWithOpenings { request, openings } = make(get_currency_of(store, account)?)?;
            let opened = self.open_missing(store, &openings, &options)?;
            let unopened = unopened(&opened, &options);
            let resolved = resolve(store, std::slice::from_ref(&request), &also_locked, unopened)?;
            let outcome = self.post_resolved(store, resolved, BatchPolicy::CarryOn, &options, &mut also_locked)?;
            Ok((opened, outcome))
        })
    }

    /// Posts requests in the transaction in which they were resolved. What it finds that must be locked too is kept for the next attempt.
    pub(in crate::ledger) fn post_resolved(
        &self,
        store: &mut dyn Store,
        resolved: ResolvedRequests,
        policy: BatchPolicy,
        options: &WriteOptions,
        also_locked: &mut BTreeSet<AccountId>,
    ) -> Result<Outcome, Error> {
        let ResolvedRequests { requests, accounts } = resolved;
        let actors = Actors::One(self.acting(options));
        let mut posting =
            self.posting(&requests, policy, options.mode).acting_for(actors).also_locking(std::mem::take(also_locked));
        let attempt = match accounts {
            RequestAccounts::Locked(accounts) => posting.attempt_behind_lock(store, accounts),
            RequestAccounts::Unlocked { unopened } => posting.attempt(store, &unopened),
        };
        *also_locked = posting.into_also_locked();
        attempt?.into_outcome()
    }
}

/// An account's currency, which never changes.
///
/// # Errors
/// [`Rejection::AccountUnknown`], [`Error::Store`].
pub(in crate::ledger) fn get_currency_of(store: &mut dyn Store, account: &AccountName) -> Result<Currency, Error> {
    let found = store.find_accounts(&[account])?.pop();
    Ok(found.ok_or_else(|| Rejection::AccountUnknown { account: account.clone() })?.currency)
}
