//! The write path: lock the accounts, read what depends on the lock, let the rules judge, write the ruling.

pub(super) mod ahead;
pub(super) mod basis;
mod promise;
pub(super) mod receipts;
pub(super) mod remembered;
pub(super) mod resolving;
pub(super) mod spending;
mod standing;
mod turns;
pub(super) mod writing;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use uuid::Uuid;

use crate::clock::Reading;
use crate::error::Error;
use crate::facts::{Account, AccountEvent, AccountId, Hold, Instant, LastEvent, Sequence, Transfer, TransferId};
use crate::judging::{Actors, Batch, ChangedAccount, ClockLead, Known, Ruling, Verdict};
use crate::ledger::accounts::labels::AccountLabels;
use crate::ledger::book::rules::BookRules;
use crate::ledger::holds::expiry::find_expired_holds;
use crate::ledger::posting::basis::Basis;
use crate::ledger::posting::receipts::Receipt;
use crate::ledger::posting::writing::write_ruling;
use crate::ledger::write_options::Mode;
use crate::money::Amount;
use crate::rejection::Rejection;
use crate::requests::{BatchPolicy, Request, Scope};
use crate::store::{Numbering, Store, StoreError};

/// Requests that are posted in one transaction, and the accounts that this locks.
pub(super) struct Posting<'a> {
    requests: &'a [Request],
    actors: Actors<'a>,
    policy: BatchPolicy,
    mode: Mode,
    basis: Basis<'a>,
    scope: Scope<'a>,
    /// Accounts to lock that the requests do not name: the accounts of the holds, transfers and journals that they refer to, and the other
    /// accounts of expired holds.
    also_locked: BTreeSet<AccountId>,
}

/// The outcome of a posting.
pub(super) struct Outcome {
    /// One answer for each request, in order.
    pub(super) answers: Vec<Result<Receipt, Rejection>>,
    /// The accounts that were changed, after the change.
    pub(super) changed: Vec<Account>,
}

impl Outcome {
    fn new(
        requests: &[Request],
        verdicts: Vec<Result<Verdict, Rejection>>,
        labels: &AccountLabels,
        ruling: Ruling,
    ) -> Self {
        let answers = verdicts.into_iter().zip(requests).map(|(verdict, request)| match verdict {
            Ok(verdict) => Ok(labels.answer(request, verdict, &ruling)),
            Err(rejection) => Err(ruling.with_sequences(rejection)),
        });
        let answers = answers.collect();
        Self { answers, changed: ruling.accounts.into_iter().map(|changed| changed.account).collect() }
    }

    /// The answer to the only request.
    pub(super) fn only_answer(mut self) -> Result<Receipt, Rejection> {
        self.answers.pop().unwrap_or_else(|| unreachable!("one answer a request"))
    }
}

/// The outcome of an attempt.
pub(super) enum Attempt {
    Done(Outcome),
    /// More accounts must be locked than were known before. The next attempt knows them, and locks all accounts in order.
    LacksLocks,
}

impl Attempt {
    /// The outcome, or a fault that makes the pool begin the transaction again.
    pub(super) fn into_outcome(self) -> Result<Outcome, Error> {
        match self {
            Self::Done(outcome) => Ok(outcome),
            Self::LacksLocks => {
                let reason = "holds have expired whose other accounts must be locked too".to_owned();
                Err(StoreError::Conflict { reason }.into())
            }
        }
    }
}

impl<'a> Posting<'a> {
    pub(super) fn new(requests: &'a [Request], policy: BatchPolicy, mode: Mode, basis: Basis<'a>) -> Self {
        let (scope, also_locked) = (Scope::of(requests), BTreeSet::new());
        Self { requests, actors: Actors::One(basis.actor), policy, mode, basis, scope, also_locked }
    }

    /// The same, asked for by others than the ledger's own actor.
    pub(super) fn acting_for(self, actors: Actors<'a>) -> Self {
        Self { actors, ..self }
    }

    /// Also locks accounts that an earlier attempt at the same requests lacked.
    pub(super) fn also_locking(mut self, accounts: BTreeSet<AccountId>) -> Self {
        self.also_locked = accounts;
        self
    }

    /// The accounts to lock that the requests do not name, for the next attempt.
    pub(super) fn into_also_locked(self) -> BTreeSet<AccountId> {
        self.also_locked
    }

    /// Tries to post the requests. `unopened` are accounts that a dry run treats as if they were opened.
    pub(super) fn attempt(&mut self, store: &mut dyn Store, unopened: &[Account]) -> Result<Attempt, Error> {
        self.find_accounts_behind_ids(store)?;
        let names: Vec<_> = self.scope.names.iter().copied().collect();
        let ids: Vec<_> = self.also_locked.iter().copied().collect();
        let mut accounts = store.lock_accounts(&names, &ids)?;
        accounts.extend_from_slice(unopened);
        self.attempt_behind_lock(store, accounts)
    }

    /// Goes on with accounts that are locked, if these are all that the requests need. They include those that a dry run treats as opened.
    pub(super) fn attempt_behind_lock(
        &mut self,
        store: &mut dyn Store,
        accounts: Vec<Account>,
    ) -> Result<Attempt, Error> {
        // Everything else is read in later statements than the lock, so that it includes what was committed while this waited for the lock.
        let time = self.basis.clock.read();
        let Some(known) = self.read_behind_lock(store, accounts, time.now)? else { return Ok(Attempt::LacksLocks) };
        let judged = self.judge(known, time);
        Ok(Attempt::Done(match self.mode {
            Mode::Commit => judged.write(store, self.requests)?,
            Mode::DryRun => judged.pretend(self.requests),
        }))
    }

    /// Judges by the accounts only. `None` if something is refused or was posted before: only a posting behind the lock can answer that.
    pub(super) fn judge_by(&self, accounts: Vec<Account>, rules: &BookRules, time: Reading) -> Option<Judged> {
        let judged = self.judge(Known { accounts, ..self.known_by(rules) }, time);
        judged.is_all_posted().then_some(judged)
    }

    fn known_by(&self, rules: &BookRules) -> Known {
        let lead = ClockLead { max: self.basis.lead_max, accepted_until: rules.accepted_until };
        Known { closed_periods: Arc::clone(&rules.closed_periods), lead, ..Known::default() }
    }

    /// What is to be posted.
    pub(super) const fn requests(&self) -> &'a [Request] {
        self.requests
    }

    /// The accounts and ids that the requests refer to.
    pub(super) const fn scope(&self) -> &Scope<'a> {
        &self.scope
    }

    fn judge(&self, known: Known, time: Reading) -> Judged {
        let labels = AccountLabels::of(&known.accounts);
        let mut batch = Batch::new(known, time.now);
        let verdicts = batch.judge_all(self.requests, self.actors, self.policy);
        let ruling = batch.finish_provisionally();
        Judged { labels, verdicts, ruling, time, numbering: self.basis.numbering }
    }

    /// Finds the accounts of the holds, transfers and journals that the requests are about. These never change, so they can be read before
    /// the lock.
    fn find_accounts_behind_ids(&mut self, store: &mut dyn Store) -> Result<(), StoreError> {
        let scope = &self.scope;
        let mut pairs = Vec::new();
        if !scope.hold_ids.is_empty() {
            pairs.extend(store.hold_account_ids(&scope.hold_ids)?);
        }
        if !scope.reversed_ids.is_empty() {
            pairs.extend(store.transfer_account_ids(&scope.reversed_ids)?);
        }
        if !scope.reversed_journal_ids.is_empty() {
            pairs.extend(store.journal_account_ids(&scope.reversed_journal_ids)?);
        }
        self.also_locked.extend(pairs.into_iter().flatten());
        if !scope.annotated_ids.is_empty() {
            // A transfer's metadata is recorded in the chain of the account that it debited.
            let annotated = store.transfer_account_ids(&scope.annotated_ids)?;
            self.also_locked.extend(annotated.into_iter().map(|[debit, _]| debit));
        }
        Ok(())
    }

    fn read_behind_lock(
        &mut self,
        store: &mut dyn Store,
        accounts: Vec<Account>,
        now: Instant,
    ) -> Result<Option<Known>, StoreError> {
        let mut holds = find_expired_holds(store, &accounts, &self.scope.changed, now)?;
        let lacking = find_lacking(&holds, &accounts);
        if !lacking.is_empty() {
            self.also_locked.extend(lacking);
            return Ok(None);
        }
        let scope = &self.scope;
        if !scope.hold_ids.is_empty() {
            holds.extend(store.find_holds(&scope.hold_ids)?);
        }
        let mut transfers = if scope.ids.is_empty() { Vec::new() } else { store.find_transfers(&scope.ids)? };
        let journal_ids = self.journals_to_read(&transfers);
        if !journal_ids.is_empty() {
            transfers.extend(store.find_journals(&journal_ids)?);
        }
        let reversed = self.find_reversed(store, &transfers)?;
        let last_events = self.find_last_events(store, &accounts, &transfers)?;
        let known = self.known_by(&self.basis.rules.read(store)?);
        let spent = self.basis.spending.find(store, &accounts, self.requests, &scope.limited, now)?;
        let annotations = match scope.annotated_ids.as_slice() {
            [] => HashMap::new(),
            ids => store.find_transfer_annotations(ids)?,
        };
        Ok(Some(Known { accounts, transfers, holds, reversed, last_events, spent, annotations, ..known }))
    }

    /// The journals that are posted again or reversed, and those named in place of a transfer: the refusal says how many transfers they
    /// have.
    fn journals_to_read(&self, transfers: &[Transfer]) -> Vec<Uuid> {
        let scope = &self.scope;
        let is_named = |id: &TransferId| scope.reversed_ids.contains(id) || scope.annotated_ids.contains(id);
        let leads = |transfer: &&Transfer| transfer.journal_id == Some(transfer.id.0) && is_named(&transfer.id);
        let named = transfers.iter().filter(leads).map(|transfer| transfer.id.0);
        scope.journal_ids.iter().copied().chain(named).collect()
    }

    /// How much was reversed before of the transfers that the requests reverse.
    fn find_reversed(
        &self,
        store: &mut dyn Store,
        transfers: &[Transfer],
    ) -> Result<HashMap<TransferId, Amount>, StoreError> {
        let scope = &self.scope;
        let in_journals = transfers.iter().filter(|transfer| {
            transfer.journal_id.is_some_and(|journal_id| scope.reversed_journal_ids.contains(&journal_id))
        });
        let ids: Vec<_> = scope.reversed_ids.iter().copied().chain(in_journals.map(|transfer| transfer.id)).collect();
        let mut reversed: HashMap<TransferId, Amount> = HashMap::new();
        if ids.is_empty() {
            return Ok(reversed);
        }
        for row in store.reversal_rows(&ids)? {
            let reversal = Transfer::try_from(row)?;
            if let Some(id) = reversal.reversed_id {
                let sum = reversed.entry(id).or_default();
                // The sum fits: reversals never exceed the transfer's amount.
                *sum = sum.checked_add(reversal.amount).unwrap_or(Amount::MAX);
            }
        }
        Ok(reversed)
    }

    /// The newest event of each account that can get another one.
    fn find_last_events(
        &self,
        store: &mut dyn Store,
        accounts: &[Account],
        transfers: &[Transfer],
    ) -> Result<HashMap<AccountId, LastEvent>, StoreError> {
        let scope = &self.scope;
        let annotated = transfers.iter().filter(|transfer| scope.annotated_ids.contains(&transfer.id));
        let annotated: HashMap<_, _> = annotated.map(|transfer| (transfer.id, transfer.debit.account_id)).collect();
        // A transfer that is not in the book may be posted by this batch, and debit any of its accounts.
        let is_any = scope.annotated_ids.iter().any(|id| !annotated.contains_key(id));
        let annotated: BTreeSet<_> = annotated.into_values().collect();
        let can_get_one =
            |account: &&Account| is_any || scope.changed.contains(&account.name) || annotated.contains(&account.id);
        let mut last_events = HashMap::new();
        for account in accounts.iter().filter(can_get_one) {
            if let Some(last) = store.list_events(account.id, i64::MAX, 1)?.pop() {
                let AccountEvent { number, sequence, recorded_at, .. } = last;
                last_events.insert(account.id, LastEvent { number, sequence, recorded_at });
            }
        }
        Ok(last_events)
    }
}

fn accounts_of_hold(hold: &Hold) -> [AccountId; 2] {
    [hold.debit_account_id, hold.credit_account_id]
}

/// The accounts of the holds that are not locked.
fn find_lacking(holds: &[Hold], accounts: &[Account]) -> BTreeSet<AccountId> {
    if holds.is_empty() {
        return BTreeSet::new();
    }
    let locked: BTreeSet<_> = accounts.iter().map(|account| account.id).collect();
    holds.iter().flat_map(accounts_of_hold).filter(|id| !locked.contains(id)).collect()
}

/// What became of requests that were judged, before anything is written.
pub(super) struct Judged {
    labels: AccountLabels,
    verdicts: Vec<Result<Verdict, Rejection>>,
    ruling: Ruling,
    /// When they were judged.
    time: Reading,
    numbering: Numbering,
}

impl Judged {
    /// Whether every request was accepted, and none was posted before.
    fn is_all_posted(&self) -> bool {
        let is_posted = |verdict: &Result<_, _>| matches!(verdict, Ok(Verdict::Posted(_) | Verdict::ReplayedPosted(_)));
        self.verdicts.iter().all(is_posted)
    }

    /// The transfers and account changes to write; `None` if there are holds or events too.
    fn moves(&self) -> Option<(&[Transfer], &[ChangedAccount])> {
        self.ruling.only_moves().then_some((&self.ruling.transfers, &self.ruling.accounts))
    }

    fn write(mut self, store: &mut dyn Store, requests: &[Request]) -> Result<Outcome, Error> {
        self.write_rows(store)?;
        Ok(self.answer(requests))
    }

    fn write_rows(&mut self, store: &mut dyn Store) -> Result<(), Error> {
        write_ruling(store, &mut self.ruling, self.time, self.numbering)
    }

    fn pretend(mut self, requests: &[Request]) -> Outcome {
        self.ruling.assign_sequences(&vec![Sequence::UNASSIGNED; self.ruling.sequence_count()]);
        self.answer(requests)
    }

    /// The outcome for the requests, which are those that were judged.
    fn answer(self, requests: &[Request]) -> Outcome {
        Outcome::new(requests, self.verdicts, &self.labels, self.ruling)
    }
}
