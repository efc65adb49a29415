//! The write path: lock, read what depends on the lock, let the rules judge, write what they say.

pub(super) mod receipts;
pub(super) mod remembered;
pub(super) mod resolving;
pub(super) mod scope;
pub(super) mod spending;
pub(super) mod written_amounts;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use uuid::Uuid;

use crate::clock::Reading;
use crate::error::Error;
use crate::facts::{
    Account, AccountEvent, AccountId, AccountName, Annotation, Hold, Instant, LastEvent, Sequence, Transfer, TransferId,
};
use crate::judging::{Batch, ChangedAccount, ClockLead, Known, Ruling, Verdict};
use crate::ledger::Mode;
use crate::ledger::book::rules::{Basis, BookRules};
use crate::ledger::holds::expiry::find_expired_holds;
use crate::ledger::posting::receipts::{NamesById, Receipt};
use crate::ledger::posting::scope::Scope;
use crate::models::accounts::AccountHistoryUpdate;
use crate::money::Amount;
use crate::rejection::Rejection;
use crate::requests::{BatchPolicy, Request};
use crate::store::{Store, StoreError};

/// Requests that are posted in one transaction, and what is found out on the way.
pub(super) struct Posting<'a> {
    requests: &'a [Request],
    policy: BatchPolicy,
    mode: Mode,
    basis: Basis<'a>,
    scope: Scope<'a>,
    /// Accounts to lock that the requests do not name: those of the holds, transfers and journals that they are about, and the other
    /// accounts of holds that have expired.
    also_locked: BTreeSet<AccountName>,
}

/// What came of a posting.
pub(super) struct Outcome {
    /// One for each request, in order.
    pub(super) answers: Vec<Result<Receipt, Rejection>>,
    /// The accounts that were changed, as they are now.
    pub(super) changed: Vec<Account>,
}

impl Outcome {
    fn new(requests: &[Request], verdicts: Vec<Result<Verdict, Rejection>>, names: &NamesById, ruling: Ruling) -> Self {
        let answers = verdicts.into_iter().zip(requests).map(|(verdict, request)| match verdict {
            Ok(verdict) => Ok(names.answer(request, verdict, &ruling)),
            Err(rejection) => Err(ruling.placed(rejection)),
        });
        let answers = answers.collect();
        Self { answers, changed: ruling.accounts.into_iter().map(|changed| changed.account).collect() }
    }

    /// The answer to the only request.
    pub(super) fn only_answer(mut self) -> Result<Receipt, Rejection> {
        self.answers.pop().unwrap_or_else(|| unreachable!("one answer a request"))
    }
}

/// How far an attempt came.
pub(super) enum Attempt {
    Done(Outcome),
    /// More accounts must be locked than was known. That is known now, so the next attempt locks them, in order with the others.
    LacksLocks,
}

impl Attempt {
    /// The outcome, or a fault for which the transaction is begun anew.
    pub(super) fn or_begin_anew(self) -> Result<Outcome, Error> {
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
        Self { requests, policy, mode, basis, scope, also_locked }
    }

    /// Locks these accounts too, which an earlier posting of the same requests found that it lacked.
    pub(super) fn also_locking(mut self, accounts: BTreeSet<AccountName>) -> Self {
        self.also_locked = accounts;
        self
    }

    /// The accounts that it locks beyond those that the requests name.
    pub(super) fn into_also_locked(self) -> BTreeSet<AccountName> {
        self.also_locked
    }

    /// `unopened` are accounts that a dry run pretends to have.
    pub(super) fn attempt(&mut self, store: &mut dyn Store, unopened: &[Account]) -> Result<Attempt, Error> {
        self.find_accounts_behind_ids(store)?;
        let others = self.also_locked.iter().filter(|name| !self.scope.names.contains(name));
        let names: Vec<_> = self.scope.names.iter().copied().chain(others).collect();
        let mut accounts = store.lock_accounts(&names)?;
        accounts.extend_from_slice(unopened);
        self.attempt_behind_lock(store, accounts)
    }

    /// Goes on where the accounts that the requests name are locked, and they name all. What a dry run pretends to have is among them.
    pub(super) fn attempt_behind_lock(
        &mut self,
        store: &mut dyn Store,
        accounts: Vec<Account>,
    ) -> Result<Attempt, Error> {
        // In later statements than the lock, so that they see what was committed while the lock was waited for.
        let time = self.basis.clock.read();
        let Some(known) = self.read_behind_lock(store, accounts, time.now)? else { return Ok(Attempt::LacksLocks) };
        let judged = self.judge(known, time);
        Ok(Attempt::Done(match self.mode {
            Mode::Commit => judged.write(store)?,
            Mode::DryRun => judged.pretend(),
        }))
    }

    /// Judges by accounts alone. `None` where something is refused or was posted before, for which that is not enough.
    pub(super) fn judge_by(&self, accounts: Vec<Account>, rules: &BookRules, time: Reading) -> Option<Judged<'a>> {
        let judged = self.judge(Known { accounts, ..self.known_by(rules) }, time);
        judged.is_all_posted().then_some(judged)
    }

    fn known_by(&self, rules: &BookRules) -> Known {
        let lead = ClockLead { max: self.basis.lead_max, accepted_until: rules.accepted_until };
        Known { closed_periods: Arc::clone(&rules.closed_periods), lead, ..Known::default() }
    }

    /// What the requests are about.
    pub(super) const fn scope(&self) -> &Scope<'a> {
        &self.scope
    }

    fn judge(&self, known: Known, time: Reading) -> Judged<'a> {
        let names = NamesById::new(&known.accounts);
        let mut batch = Batch::new(known, time.now);
        let verdicts = batch.judge_all(self.requests, self.policy);
        Judged { requests: self.requests, names, verdicts, ruling: batch.finish_provisionally(), time }
    }

    /// Which accounts holds, transfers and journals are between never changes, so it can be read before the lock.
    fn find_accounts_behind_ids(&mut self, store: &mut dyn Store) -> Result<(), StoreError> {
        let scope = &self.scope;
        let mut ids = BTreeSet::new();
        if !scope.hold_ids.is_empty() {
            ids.extend(store.find_holds(&scope.hold_ids)?.iter().flat_map(accounts_of_hold));
        }
        let mut transfers = Vec::new();
        if !scope.reversed_ids.is_empty() {
            transfers.extend(store.find_transfers(&scope.reversed_ids)?);
        }
        if !scope.reversed_journal_ids.is_empty() {
            transfers.extend(store.find_journals(&scope.reversed_journal_ids)?);
        }
        if !scope.annotated_ids.is_empty() {
            let annotated = store.find_transfers(&scope.annotated_ids)?;
            ids.extend(annotated.iter().map(|transfer| transfer.debit.account_id));
        }
        ids.extend(transfers.iter().flat_map(|transfer| [transfer.debit.account_id, transfer.credit.account_id]));
        self.also_lock(store, &ids)
    }

    fn also_lock(&mut self, store: &mut dyn Store, ids: &BTreeSet<AccountId>) -> Result<(), StoreError> {
        if !ids.is_empty() {
            let ids: Vec<_> = ids.iter().copied().collect();
            self.also_locked.extend(store.find_accounts_by_id(&ids)?.into_iter().map(|account| account.name));
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
            self.also_lock(store, &lacking)?;
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

    /// The journals that are asked for or undone, and those that are named where one transfer should be: their refusal counts the transfers.
    fn journals_to_read(&self, transfers: &[Transfer]) -> Vec<Uuid> {
        let scope = &self.scope;
        let is_named = |id: &TransferId| scope.reversed_ids.contains(id) || scope.annotated_ids.contains(id);
        let leads = |transfer: &&Transfer| transfer.journal_id == Some(transfer.id.0) && is_named(&transfer.id);
        let named = transfers.iter().filter(leads).map(|transfer| transfer.id.0);
        scope.journal_ids.iter().copied().chain(named).collect()
    }

    /// How much of the transfers that are to be undone was undone before.
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
                // No more is ever undone than was done, which fits.
                *sum = sum.checked_add(reversal.amount).unwrap_or(Amount::MAX);
            }
        }
        Ok(reversed)
    }

    /// The newest event of each account that can get one.
    fn find_last_events(
        &self,
        store: &mut dyn Store,
        accounts: &[Account],
        transfers: &[Transfer],
    ) -> Result<HashMap<AccountId, LastEvent>, StoreError> {
        let scope = &self.scope;
        let annotated = transfers.iter().filter(|transfer| scope.annotated_ids.contains(&transfer.id));
        let annotated: HashMap<_, _> = annotated.map(|transfer| (transfer.id, transfer.debit.account_id)).collect();
        // What is not in the book can be posted by the same batch, by any of the accounts.
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

/// The accounts of holds that are not among those that are locked.
fn find_lacking(holds: &[Hold], accounts: &[Account]) -> BTreeSet<AccountId> {
    if holds.is_empty() {
        return BTreeSet::new();
    }
    let locked: BTreeSet<_> = accounts.iter().map(|account| account.id).collect();
    holds.iter().flat_map(accounts_of_hold).filter(|id| !locked.contains(id)).collect()
}

/// Requests that were judged, and of which nothing is written yet.
pub(super) struct Judged<'a> {
    requests: &'a [Request],
    names: NamesById,
    verdicts: Vec<Result<Verdict, Rejection>>,
    ruling: Ruling,
    /// When it was judged.
    time: Reading,
}

impl Judged<'_> {
    /// Whether nothing was refused, and nothing is in the book already.
    fn is_all_posted(&self) -> bool {
        let is_posted = |verdict: &Result<_, _>| matches!(verdict, Ok(Verdict::Posted(_) | Verdict::ReplayedPosted(_)));
        self.verdicts.iter().all(is_posted)
    }

    /// What it comes to, where that is transfers and nothing else but what they change of accounts.
    pub(super) fn moves(&self) -> Option<(&[Transfer], &[ChangedAccount])> {
        self.ruling.only_moves().then_some((&self.ruling.transfers, &self.ruling.accounts))
    }

    pub(super) fn write(mut self, store: &mut dyn Store) -> Result<Outcome, Error> {
        write_ruling(store, &mut self.ruling, self.time)?;
        Ok(self.answer())
    }

    /// What was written with these places already, one for each transfer.
    pub(super) fn written(mut self, places: &[Sequence]) -> Outcome {
        self.ruling.assign_sequences(places);
        self.answer()
    }

    fn pretend(mut self) -> Outcome {
        self.ruling.assign_sequences(&vec![Sequence::UNASSIGNED; self.ruling.sequence_count()]);
        self.answer()
    }

    fn answer(self) -> Outcome {
        Outcome::new(self.requests, self.verdicts, &self.names, self.ruling)
    }
}

/// Writes what a batch comes to.
pub(super) fn write(store: &mut dyn Store, batch: Batch, time: Reading) -> Result<Ruling, Error> {
    let mut ruling = batch.finish_provisionally();
    write_ruling(store, &mut ruling, time)?;
    Ok(ruling)
}

fn write_ruling(store: &mut dyn Store, ruling: &mut Ruling, time: Reading) -> Result<(), Error> {
    if ruling.sequence_count() == 0 {
        return Ok(());
    }
    // Most batches are transfers and nothing else, which some databases can take in one statement.
    if ruling.only_moves()
        && let Some(places) = store.write_together(&ruling.transfers, &ruling.accounts, time.told())?
    {
        ruling.assign_sequences(&places);
        return Ok(());
    }
    ruling.assign_sequences(&store.next_sequences(ruling.sequence_count(), time.told())?);
    if ruling.events.is_empty() {
        store.update_accounts(&ruling.accounts)?;
    }
    if !ruling.transfers.is_empty() {
        store.insert_transfers(&ruling.transfers)?;
    }
    if !ruling.holds_opened.is_empty() {
        store.insert_holds(&ruling.holds_opened)?;
    }
    if !ruling.holds_changed.is_empty() {
        store.update_holds(&ruling.holds_changed)?;
    }
    if !ruling.events.is_empty() {
        write_events(store, ruling)?;
    }
    Ok(())
}

fn write_events(store: &mut dyn Store, ruling: &Ruling) -> Result<(), Error> {
    store.insert_events(&ruling.events)?;
    let has_event =
        |changed: &&ChangedAccount| ruling.events.iter().any(|event| event.account_id == changed.account.id);
    let (changed, moved): (Vec<_>, Vec<_>) = ruling.accounts.iter().partition(has_event);
    store
        .update_histories(changed.into_iter().map(|changed| AccountHistoryUpdate::from(&changed.account)).collect())?;
    if !moved.is_empty() {
        store.update_accounts(&moved.into_iter().cloned().collect::<Vec<_>>())?;
    }
    Ok(write_metadata(store, &ruling.events)?)
}

/// Writes what is kept beside accounts after events, in their order.
pub(super) fn write_metadata(store: &mut dyn Store, events: &[AccountEvent]) -> Result<(), StoreError> {
    for event in events {
        if let Some(Annotation { transfer_id: None, after, .. }) = &event.annotation {
            store.update_metadata(event.account_id, after)?;
        }
    }
    Ok(())
}
