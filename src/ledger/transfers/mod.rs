pub(super) mod references;
pub(super) mod written;

use std::collections::BTreeSet;

use diesel::pg::PgConnection;

use crate::clock::Clock;
use crate::error::{Error, InputError};
use crate::facts::{Account, AccountId};
use crate::judging::{ClockLead, Opening, open_account};
use crate::ledger::accounts::{check_registered, insert_or_replay};
use crate::ledger::book::rules::{Basis, KnownRules};
use crate::ledger::posting::receipts::{Posted, Receipt};
use crate::ledger::posting::remembered::Guess;
use crate::ledger::posting::spending::Spending;
use crate::ledger::posting::{Attempt, Outcome, Posting};
use crate::ledger::{Ledger, Mode, told};
use crate::rejection::Rejection;
use crate::requests::{
    AccountRequest, BatchPolicy, JournalRequest, JournalReversalRequest, Operation, Request, TransferRequest,
};
use crate::store::{Access, Store, server_clock};

/// An answer, and the accounts that had to be opened for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithOpenings {
    /// The answer.
    pub receipt: Receipt,
    /// Those of the accounts that were used for the first time.
    pub opened: Vec<Account>,
}

impl Ledger {
    /// Does one operation, and answers with the transfer that it made.
    ///
    /// # Errors
    /// [`InputError::Request`] for a change of an account or of metadata, which makes no transfer and is not done: see
    /// [`Ledger::change_account`] and [`Ledger::submit_one`].
    ///
    /// [`Error::Rejected`] with [`Rejection::IdReserved`], `AmountNotPositive`, `SameAccount`, `IdReused`, `AccountUnknown`, `HoldUnknown`,
    /// `TransferUnknown`, `NormalSidesDiffer`, `NormalSidesMatch`, `NothingFalls`, `CurrenciesDiffer`, `AccountClosed`, `AccountFrozen`,
    /// `PeriodClosed`, `ExpiryPast`, `HoldNotOpen`, `HoldExpired`, `HoldTooSmall`, `AlreadyReversed`, `NotReversible`,
    /// `ReversalTooLarge`, `PreconditionFailed`, `NothingAvailable`, `InsufficientFunds`, `VelocityExceeded`, `MaxBalanceExceeded`,
    /// `Overflow`. [`Error::Store`].
    pub fn post(&self, operation: impl Into<Operation>, mode: Mode) -> Result<Posted, Error> {
        let operation = operation.into();
        if operation.id().is_none() {
            let problem = "a change of an account or of metadata makes no transfer; submit it instead of posting it";
            return Err(InputError::request(problem).into());
        }
        let receipt = self.submit_one(Request::Operation(operation), mode)?;
        let posted = receipt.transfers.into_iter().next();
        Ok(posted.unwrap_or_else(|| unreachable!("every operation with an id makes a transfer")))
    }

    /// Posts many transfers in one transaction, strictly in order. A refused one leaves no trace and does not hold up the others.
    /// Answers come in the order of the requests, after the commit.
    ///
    /// # Errors
    /// [`Error::Store`], and then nothing is posted; refusals are in the answers.
    pub fn post_batch(
        &self,
        requests: &[TransferRequest],
        mode: Mode,
    ) -> Result<Vec<Result<Posted, Rejection>>, Error> {
        let requests: Vec<_> = requests.iter().cloned().map(Request::from).collect();
        Ok(one_transfer_each(self.submit(&requests, BatchPolicy::CarryOn, mode)?))
    }

    /// Posts a journal: all its legs or none.
    ///
    /// # Errors
    /// [`Rejection::IdReserved`], `JournalEmpty`, `IdReused`, `JournalUnknown`, `AlreadyReversed`, `NotReversible`; where a leg is to
    /// blame, [`Rejection::InLeg`] with a rejection that [`Ledger::submit_one`] gives; [`Error::Store`].
    pub fn post_journal(&self, request: &JournalRequest, mode: Mode) -> Result<Receipt, Error> {
        self.submit_one(request.clone().into(), mode)
    }

    /// Undoes a journal as a whole. Limits are judged at its end.
    ///
    /// # Errors
    /// As [`Ledger::post_journal`].
    pub fn reverse_journal(&self, request: &JournalReversalRequest, mode: Mode) -> Result<Receipt, Error> {
        self.submit_one(request.clone().into(), mode)
    }

    /// Does all kinds of requests in one transaction, strictly in order. What a refusal means for the others is the policy's to say.
    /// Answers come in the order of the requests, after the commit.
    ///
    /// # Errors
    /// [`Error::Store`], and then nothing is posted; refusals are in the answers.
    pub fn submit(
        &self,
        requests: &[Request],
        policy: BatchPolicy,
        mode: Mode,
    ) -> Result<Vec<Result<Receipt, Rejection>>, Error> {
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        let mut posting = self.posting(requests, policy, mode);
        let guess = match mode {
            Mode::Commit => self.remembered.guess(&posting, &self.rules),
            Mode::DryRun => None,
        };
        let outcome = match guess {
            Some(guess) => self.post_by(guess, &mut posting)?,
            None => self.pool.transaction(Access::Write, |store| posting.attempt(store, &[])?.or_begin_anew())?,
        };
        if mode == Mode::Commit {
            self.remembered.keep(outcome.changed);
        }
        told::submitted(&outcome.answers, mode);
        Ok(outcome.answers)
    }

    /// Requests that are to be posted to this book.
    pub(super) fn posting<'a>(&'a self, requests: &'a [Request], policy: BatchPolicy, mode: Mode) -> Posting<'a> {
        Posting::new(requests, policy, mode, self.basis())
    }

    /// What its postings go by.
    const fn basis(&self) -> Basis<'_> {
        Basis { clock: &self.clock, lead_max: self.clock_lead_max, spending: &self.spending, rules: &self.rules }
    }

    fn post_by(&self, guess: Guess<'_>, posting: &mut Posting<'_>) -> Result<Outcome, Error> {
        let shortcut = self.pool.shortcut();
        let outcome = guess.post(posting, &shortcut, &self.clock);
        shortcut.or_transaction(outcome, |store| {
            // It was wrong.
            self.remembered.pause();
            posting.attempt(store, &[])?.or_begin_anew()
        })
    }

    /// Does one request of any kind, and answers with all the transfers that it made.
    ///
    /// # Errors
    /// As [`Ledger::post`], and [`Rejection::JournalEmpty`], `JournalUnknown`, `InLeg` of a journal; `AccountHasHolds`,
    /// `AccountNotEmpty`, `LimitsInverted`, `VelocityNegative`, `LimitOverrun` of a change of an account; `MetadataTooLarge` of one of
    /// metadata. [`Error::Store`].
    pub fn submit_one(&self, request: Request, mode: Mode) -> Result<Receipt, Error> {
        let mut answers = self.submit(&[request], BatchPolicy::CarryOn, mode)?;
        answers.pop().map_or_else(|| unreachable!("one answer a request"), |answer| answer.map_err(Error::from))
    }

    /// Does one request, and opens those of the accounts in the same transaction that do not exist yet.
    ///
    /// # Errors
    /// As [`Ledger::submit`] and [`Ledger::open_account`]; the accounts are then not opened either.
    pub fn submit_opening(
        &self,
        request: &Request,
        accounts: &[AccountRequest],
        mode: Mode,
    ) -> Result<WithOpenings, Error> {
        let requests = std::slice::from_ref(request);
        let mut posting = self.posting(requests, BatchPolicy::CarryOn, mode);
        let answer = self.pool.transaction(Access::Write, |store| {
            let opened = self.open_missing(store, accounts, mode)?;
            let unopened = if mode == Mode::DryRun { opened.as_slice() } else { &[] };
            let outcome = posting.attempt(store, unopened)?.or_begin_anew()?;
            Ok(WithOpenings { receipt: outcome.only_answer()?, opened })
        })?;
        told::submitted(&[Ok(answer.receipt.clone())], mode);
        Ok(answer)
    }

    /// Opens those of the accounts that do not exist yet. In a dry run they are only judged, and get numbers that no account has.
    pub(super) fn open_missing(
        &self,
        store: &mut dyn Store,
        requests: &[AccountRequest],
        mode: Mode,
    ) -> Result<Vec<Account>, Error> {
        let names: Vec<_> = requests.iter().map(|request| &request.name).collect();
        let found: BTreeSet<_> = store.find_accounts(&names)?.into_iter().map(|account| account.name).collect();
        let missing = requests.iter().filter(|request| !found.contains(&request.name));
        let now = self.clock.now();
        let mut opened = Vec::new();
        for (number, request) in (1..).zip(missing) {
            check_registered(store, request.currency)?;
            let Opening::New(account) = open_account(request, None, now)? else {
                unreachable!("an account that does not exist is not opened before")
            };
            if mode == Mode::DryRun {
                opened.push(Account { id: AccountId(-number), ..account });
                continue;
            }
            let answer = insert_or_replay(store, request, account, now)??;
            if !answer.replayed {
                opened.push(answer.account);
            }
        }
        Ok(opened)
    }
}

/// Posts transfers inside the transaction that the caller has open, strictly in order, and leaves the commit to the caller.
///
/// The accounts stay locked until that transaction ends, so it should end soon. A caller whose own locks come in another order can
/// deadlock with Teller; the database then undoes one of the two transactions, and the caller runs it again with the same ids.
///
/// The book's clock is the server's, which is asked for when `clock` is [`Clock::system`]; any other clock is believed.
///
/// A connection that lives long should be opened with `set plan_cache_mode = force_custom_plan`, so that plans made while the book was
/// small are not kept; Teller's own connections see to that themselves.
///
/// # Errors
/// [`Error::Store`], and then the transaction must be rolled back; refusals are in the answers and leave it intact.
pub fn post_in(
    connection: &mut PgConnection,
    clock: &Clock,
    requests: &[TransferRequest],
) -> Result<Vec<Result<Posted, Rejection>>, Error> {
    let requests: Vec<_> = requests.iter().cloned().map(Request::from).collect();
    Ok(one_transfer_each(submit_in(connection, clock, &requests, BatchPolicy::CarryOn)?))
}

/// As [`post_in`], for all kinds of requests.
///
/// # Errors
/// As [`post_in`].
pub fn submit_in(
    connection: &mut PgConnection,
    clock: &Clock,
    requests: &[Request],
    policy: BatchPolicy,
) -> Result<Vec<Result<Receipt, Rejection>>, Error> {
    if requests.is_empty() {
        return Ok(Vec::new());
    }
    // A book has one clock, and where there is a server it is not that of one of its clients.
    let of_server = if clock.is_system() { Some(server_clock(connection)?) } else { None };
    let clock = of_server.as_ref().unwrap_or(clock);
    let (spending, rules) = (Spending::default(), KnownRules::default());
    let basis = Basis { clock, lead_max: ClockLead::MAX, spending: &spending, rules: &rules };
    let mut posting = Posting::new(requests, policy, Mode::Commit, basis);
    loop {
        // The transaction cannot be begun anew here, so further accounts are locked behind those that are locked already.
        if let Attempt::Done(outcome) = posting.attempt(connection, &[])? {
            return Ok(outcome.answers);
        }
    }
}

fn one_transfer_each(answers: Vec<Result<Receipt, Rejection>>) -> Vec<Result<Posted, Rejection>> {
    let only_transfer = |receipt: Receipt| {
        let transfer = receipt.transfers.into_iter().next();
        transfer.unwrap_or_else(|| unreachable!("a posted transfer has a row"))
    };
    answers.into_iter().map(|answer| answer.map(only_transfer)).collect()
}
