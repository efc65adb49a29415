//! Posting requests: transfers, holds, captures, releases, reversals, journals and changes. Looking transfers up.
//!
//! What belongs here: the methods of [`Ledger`] that submit requests, their twins in a transaction of the caller, and lists of transfers. What does not: how a
//! posting locks, judges and writes, which is in [`posting`](crate::ledger::posting).

pub(super) mod by_metadata;
pub(super) mod filter;
#[cfg(feature = "cli")]
mod floor;
#[cfg(feature = "postgres")]
pub(super) mod in_transaction;
pub(super) mod listing;
pub(super) mod named;
#[cfg(feature = "server")]
pub(super) mod prepared;
pub(super) mod references;
pub(super) mod spans;
pub(super) mod walks;
pub(super) mod written;

use std::collections::BTreeSet;

use crate::error::{Error, InputError};
use crate::facts::Account;
use crate::judging::{Actors, Opening, open_account};
use crate::ledger::Ledger;
use crate::ledger::accounts::opening::{check_registered, insert_or_replay, opening_events, provisional_events};
use crate::ledger::log;
use crate::ledger::posting::basis::Basis;
use crate::ledger::posting::receipts::{Posted, Receipt};
use crate::ledger::posting::{Outcome, Posting};
use crate::ledger::write_options::{Mode, WriteOptions};
use crate::rejection::Rejection;
use crate::requests::{
    AccountRequest, BatchPolicy, JournalRequest, JournalReversalRequest, Operation, Request, TransferRequest,
};
use crate::store::{Access, Store};

/// The answer to a request, and the accounts that were opened for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithOpenings {
    /// The answer to the request.
    pub receipt: Receipt,
    /// The accounts that were opened.
    pub opened: Vec<Account>,
}

impl Ledger {
    /// Posts one operation (a transfer, hold, capture, release or reversal) and returns the transfer that it made.
    ///
    /// # Errors
    /// [`InputError::Request`] for a change of an account or of metadata, which makes no transfer: use [`Ledger::submit_one`].
    ///
    /// [`Error::Rejected`] with [`Rejection::IdReserved`], `AmountNotPositive`, `SameAccount`, `IdReused`, `AccountUnknown`, `HoldUnknown`,
    /// `TransferUnknown`, `JournalNamed`, `NormalSidesDiffer`, `NormalSidesMatch`, `NothingFalls`, `CurrenciesDiffer`, `AccountClosed`,
    /// `AccountFrozen`, `ClockBehind`, `PeriodClosed`, `ExpiryPast`, `HoldNotOpen`, `HoldExpired`, `HoldTooSmall`, `AlreadyReversed`,
    /// `NotReversible`, `ReversalTooLarge`, `PreconditionFailed`, `NothingAvailable`, `InsufficientFunds`, `VelocityExceeded`,
    /// `MaxBalanceExceeded`, `Overflow`. [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::TransferId;
    /// use teller::money::Money;
    /// use teller::requests::{Parties, TransferRequest};
    ///
    /// let euro = ledger.get_currency("EUR".parse()?)?.currency;
    /// let parties = Parties::Transfer { from: "customers:alice".parse()?, to: "customers:bob".parse()? };
    /// let rent = TransferRequest::new(TransferId::from_key("rent 2026-09")?, parties, Money::parse("30.00", euro)?);
    /// let posted = ledger.post(rent.clone(), Mode::Commit)?;
    ///
    /// // The same request again is answered with the same transfer.
    /// let again = ledger.post(rent, Mode::Commit)?;
    /// assert!(again.replayed);
    /// assert_eq!(again.transfer, posted.transfer);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn post(&self, operation: impl Into<Operation>, options: impl Into<WriteOptions>) -> Result<Posted, Error> {
        let operation = operation.into();
        if operation.id().is_none() {
            let problem = "a change of an account or of metadata makes no transfer; submit it instead of posting it";
            return Err(InputError::request(problem).into());
        }
        let receipt = self.submit_one(Request::Operation(operation), options)?;
        let posted = receipt.transfers.into_iter().next();
        Ok(posted.unwrap_or_else(|| unreachable!("every operation with an id makes a transfer")))
    }

    /// Posts many transfers in one transaction, strictly in order. A refused transfer leaves no trace and does not affect the others. The answers
    /// are in the order of the requests and come after the commit.
    ///
    /// # Errors
    /// [`Error::Store`], and then nothing is posted. Refusals are in the answers.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    ///
    /// let requests = [support::payment(&ledger, "p1", "80.00")?, support::payment(&ledger, "p2", "80.00")?];
    /// let answers = ledger.post_batch(&requests, Mode::Commit)?;
    /// assert!(answers[0].is_ok());
    /// assert_eq!(answers[1].as_ref().unwrap_err().code(), "insufficient_funds");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn post_batch(
        &self,
        requests: &[TransferRequest],
        options: impl Into<WriteOptions>,
    ) -> Result<Vec<Result<Posted, Rejection>>, Error> {
        let requests: Vec<_> = requests.iter().cloned().map(Request::from).collect();
        Ok(one_transfer_each(self.submit(&requests, BatchPolicy::CarryOn, options)?))
    }

    /// Posts a journal: all its legs or none.
    ///
    /// # Errors
    /// [`Rejection::IdReserved`], `JournalEmpty`, `IdReused`; [`Rejection::InLeg`] with a rejection of [`Ledger::submit_one`] if one leg is
    /// refused; [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::TransferId;
    /// use teller::requests::JournalRequest;
    ///
    /// let legs = vec![
    ///     support::payment(&ledger, "price", "50.00")?.into(),
    ///     support::payment(&ledger, "fee", "1.00")?.into(),
    /// ];
    /// let receipt = ledger.post_journal(&JournalRequest::new(TransferId::from_key("order 7")?, legs), Mode::Commit)?;
    /// assert_eq!(receipt.transfers.len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn post_journal(&self, request: &JournalRequest, options: impl Into<WriteOptions>) -> Result<Receipt, Error> {
        self.submit_one(request.clone().into(), options)
    }

    /// Reverses a journal as a whole. The limits of its accounts are judged once all its legs are reversed.
    ///
    /// # Errors
    /// [`Rejection::IdReserved`], `IdReused`, `JournalUnknown`, `AlreadyReversed`, `NotReversible`; [`Rejection::InLeg`] with a rejection of
    /// [`Ledger::submit_one`] if one leg is refused; [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::TransferId;
    /// use teller::requests::{JournalRequest, JournalReversalRequest};
    ///
    /// let order = TransferId::from_key("order 7")?;
    /// let legs = vec![support::payment(&ledger, "price", "50.00")?.into()];
    /// ledger.post_journal(&JournalRequest::new(order, legs), Mode::Commit)?;
    /// let request = JournalReversalRequest::new(TransferId::from_key("order 7 cancelled")?, order);
    /// ledger.reverse_journal(&request, Mode::Commit)?;
    /// let alice = ledger.get_account(&"customers:alice".parse()?)?;
    /// assert_eq!(alice.money(alice.posted()).to_string(), "100.00 EUR");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reverse_journal(
        &self,
        request: &JournalReversalRequest,
        options: impl Into<WriteOptions>,
    ) -> Result<Receipt, Error> {
        self.submit_one(request.clone().into(), options)
    }

    /// Submits requests of any kind in one transaction, strictly in order. The policy says whether a refusal affects the others. The answers are
    /// in the order of the requests and come after the commit.
    ///
    /// # Errors
    /// [`Error::Store`], and then nothing is posted. Refusals are in the answers.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::TransferId;
    /// use teller::requests::{BatchPolicy, CaptureRequest, HoldRequest, Operation, Request};
    ///
    /// let hold = HoldRequest::new(support::payment(&ledger, "hotel", "60.00")?);
    /// let capture = CaptureRequest::new(TransferId::from_key("checkout")?, TransferId::from_key("hotel")?);
    /// let requests = [Operation::from(hold), Operation::from(capture)].map(Request::Operation);
    /// let answers = ledger.submit(&requests, BatchPolicy::CarryOn, Mode::Commit)?;
    /// assert!(answers.iter().all(Result::is_ok));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn submit(
        &self,
        requests: &[Request],
        policy: BatchPolicy,
        options: impl Into<WriteOptions>,
    ) -> Result<Vec<Result<Receipt, Rejection>>, Error> {
        let options = options.into();
        let actors = Actors::One(self.acting(&options));
        self.submit_for(actors, requests, policy, options.mode)
    }

    /// Does the same for requests that may each have an actor of their own.
    pub(super) fn submit_for(
        &self,
        actors: Actors<'_>,
        requests: &[Request],
        policy: BatchPolicy,
        mode: Mode,
    ) -> Result<Vec<Result<Receipt, Rejection>>, Error> {
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        let mut posting = self.posting(requests, policy, mode).acting_for(actors);
        let outcome = match mode {
            Mode::Commit => self.post_remembering(posting)?,
            Mode::DryRun => self.post_behind_locks(&mut posting)?,
        };
        log::answered(&outcome.answers, mode);
        Ok(outcome.answers)
    }

    /// A posting of requests to this book.
    pub(super) fn posting<'a>(&'a self, requests: &'a [Request], policy: BatchPolicy, mode: Mode) -> Posting<'a> {
        Posting::new(requests, policy, mode, self.basis())
    }

    /// What every posting to this book needs beside its rows.
    fn basis(&self) -> Basis<'_> {
        Basis {
            actor: &self.actor,
            clock: &self.clock,
            lead_max: self.clock_lead_max,
            numbering: self.pool.numbering(),
            spending: &self.spending,
            rules: &self.rules,
        }
    }

    /// Submits one request of any kind, and returns all transfers that it made.
    ///
    /// # Errors
    /// Those of [`Ledger::post`]; of a journal [`Rejection::JournalEmpty`], `JournalUnknown`, `InLeg`; of a change of an account
    /// `AccountHasHolds`, `AccountNotEmpty`, `LimitsInverted`, `VelocityNegative`, `LimitOverrun`; of a change of metadata `MetadataTooLarge`.
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    ///
    /// let receipt = ledger.submit_one(support::payment(&ledger, "rent", "30.00")?.into(), Mode::DryRun)?;
    /// assert_eq!(receipt.transfers.len(), 1);
    /// let bob = ledger.get_account(&"customers:bob".parse()?)?;
    /// assert_eq!(bob.version, 0, "a dry run leaves no trace");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn submit_one(&self, request: Request, options: impl Into<WriteOptions>) -> Result<Receipt, Error> {
        let mut answers = self.submit(&[request], BatchPolicy::CarryOn, options)?;
        answers.pop().map_or_else(|| unreachable!("one answer a request"), |answer| answer.map_err(Error::from))
    }

    /// Submits one request, and in the same transaction first opens those of the accounts that do not exist yet.
    ///
    /// # Errors
    /// Those of [`Ledger::submit_one`] and [`Ledger::open_account`]. Then no account is opened either.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::AccountType;
    /// use teller::requests::AccountRequest;
    ///
    /// let euro = ledger.get_currency("EUR".parse()?)?.currency;
    /// let bob = AccountRequest::new("customers:bob".parse()?, AccountType::Liability, euro);
    /// let answer = ledger.submit_opening(&support::payment(&ledger, "rent", "30.00")?.into(), &[bob], Mode::Commit)?;
    /// assert!(answer.opened.is_empty(), "bob has an account already");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn submit_opening(
        &self,
        request: &Request,
        accounts: &[AccountRequest],
        options: impl Into<WriteOptions>,
    ) -> Result<WithOpenings, Error> {
        let options = options.into();
        let actors = Actors::One(self.acting(&options));
        let requests = std::slice::from_ref(request);
        let mut posting = self.posting(requests, BatchPolicy::CarryOn, options.mode).acting_for(actors);
        self.post_behind_openings(&options, |store| {
            let opened = self.open_missing(store, accounts, &options)?;
            let outcome = posting.attempt(store, unopened(&opened, &options))?.into_outcome()?;
            Ok((opened, outcome))
        })
    }

    /// Opens accounts and posts one request in one transaction, as `work` does both.
    pub(super) fn post_behind_openings(
        &self,
        options: &WriteOptions,
        mut work: impl FnMut(&mut dyn Store) -> Result<(Vec<Account>, Outcome), Error>,
    ) -> Result<WithOpenings, Error> {
        let answer = self.pool.transaction(Access::Write, |store| {
            let (opened, outcome) = work(store)?;
            Ok(WithOpenings { receipt: outcome.only_answer()?, opened })
        })?;
        log::answered(&[Ok(answer.receipt.clone())], options.mode);
        Ok(answer)
    }

    /// Opens those of the accounts that do not exist yet. In a dry run they are only judged.
    pub(super) fn open_missing(
        &self,
        store: &mut dyn Store,
        requests: &[AccountRequest],
        options: &WriteOptions,
    ) -> Result<Vec<Account>, Error> {
        let names: Vec<_> = requests.iter().map(|request| &request.name).collect();
        let found: BTreeSet<_> = store.find_accounts(&names)?.into_iter().map(|account| account.name).collect();
        let missing: Vec<_> = requests.iter().filter(|request| !found.contains(&request.name)).collect();
        let by = (self.clock.now(), self.acting(options));
        let mut events = match options.mode {
            Mode::Commit => opening_events(store, missing.len(), by)?,
            Mode::DryRun => provisional_events(missing.len(), by),
        };
        let mut opened = Vec::new();
        for request in missing {
            let Some(event) = events.pop() else { unreachable!("one event for each missing account") };
            check_registered(store, request.currency)?;
            let Opening::New(account) = open_account(request, None, &event)? else {
                unreachable!("an account that does not exist is not opened before")
            };
            if options.mode == Mode::DryRun {
                opened.push(account);
                continue;
            }
            let answer = insert_or_replay(store, request, account)??;
            if !answer.replayed {
                opened.push(answer.account);
            }
        }
        Ok(opened)
    }
}

/// The accounts that a dry run would have opened: postings see them, and the book does not have them.
pub(super) fn unopened<'a>(opened: &'a [Account], options: &WriteOptions) -> &'a [Account] {
    match options.mode {
        Mode::DryRun => opened,
        Mode::Commit => &[],
    }
}

fn one_transfer_each(answers: Vec<Result<Receipt, Rejection>>) -> Vec<Result<Posted, Rejection>> {
    let only_transfer = |receipt: Receipt| {
        let transfer = receipt.transfers.into_iter().next();
        transfer.unwrap_or_else(|| unreachable!("a posted transfer has a row"))
    };
    answers.into_iter().map(|answer| answer.map(only_transfer)).collect()
}
