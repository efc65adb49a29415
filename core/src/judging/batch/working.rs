//! The book as a batch has left it so far: accounts, holds, and the rows that are to be written. Nothing here refuses anything.

use std::collections::HashMap;
use std::sync::Arc;

use crate::facts::{
    Account, AccountEvent, AccountId, AccountName, Actor, ClosedPeriods, Entry, Hash, Hold, Instant, LastEvent,
    LastTransfer, Metadata, Sequence, Transfer, TransferId,
};
use crate::judging::batch::content::Content;
use crate::judging::batch::known::Known;
use crate::judging::batch::pair::Pair;
use crate::judging::batch::ruling::{ChangedAccount, Ruling};
use crate::judging::lead::{ClockLead, clock_beside};
use crate::judging::spent::Spent;
use crate::maps::FastMap;
use crate::money::Amount;
use crate::proof::hash_transfer;
use crate::rejection::Rejection;
use crate::requests::Expiry;

/// What is known of an account beside itself, as the batch has left it so far.
#[derive(Clone)]
pub(super) struct Particulars {
    /// Its newest event, drafted or stored.
    pub(super) last_event: Option<LastEvent>,
    /// Its holds that have expired, which the next draft that touches it records.
    pub(super) expired: Vec<TransferId>,
    /// What has left it in the present day and month, where that is limited.
    pub(super) spent: Option<Box<Spent>>,
}

/// A hold as the batch has left it so far.
#[derive(Clone, Copy)]
struct HoldSlot {
    hold: Hold,
    is_changed: bool,
}

/// What was before a change of something else than an account, for when the request is refused after all.
enum Undo {
    Hold(TransferId, Option<HoldSlot>),
    Reversed(TransferId, Option<Amount>),
    Annotation(TransferId, Option<Metadata>),
}

/// How far the batch had come when a request began that may have to be undone.
pub(super) struct Mark {
    drafts: usize,
    events: usize,
}

pub(super) struct Working {
    pub(super) now: Instant,
    /// Who asks for what is judged now.
    pub(super) actor: Actor,
    /// By their numbers, as the batch has left them so far.
    accounts: Vec<ChangedAccount>,
    /// Of the accounts, in their order. Apart from them, because most batches need not look there.
    particulars: Vec<Particulars>,
    index_by_name: FastMap<AccountName, usize>,
    holds: FastMap<TransferId, HoldSlot>,
    /// How much of a transfer was reversed.
    reversed: HashMap<TransferId, Amount>,
    /// What is kept beside transfers, where it is not what they were posted with.
    annotations: HashMap<TransferId, Metadata>,
    pub(super) closed_periods: Arc<ClosedPeriods>,
    lead: ClockLead,
    /// New transfers, with [provisional](Sequence::provisional) sequences.
    pub(super) drafts: Vec<Transfer>,
    draft_by_id: FastMap<TransferId, usize>,
    /// New events, with provisional sequences too.
    pub(super) events: Vec<AccountEvent>,
    has_expired: bool,
    is_undoable: bool,
    undo: Vec<Undo>,
    /// The accounts that a request has changed so far, as they were before it. Each is kept once, however often it is changed: an account
    /// can have thousands of holds that have expired.
    accounts_before: FastMap<usize, Box<(ChangedAccount, Particulars)>>,
}

impl Working {
    pub(super) fn new(known: Known, now: Instant) -> (Self, FastMap<TransferId, Transfer>) {
        let Known { mut accounts, transfers, holds, reversed, last_events, mut spent, annotations, .. } = known;
        let Known { closed_periods, lead, .. } = known;
        accounts.sort_unstable_by_key(|account| account.id);
        let index_by_name = accounts.iter().enumerate().map(|(index, account)| (account.name.clone(), index)).collect();
        let particulars = |account: &Account| Particulars {
            last_event: last_events.get(&account.id).copied(),
            expired: Vec::new(),
            spent: spent.remove(&account.id).map(Box::new),
        };
        let mut working = Self {
            now,
            actor: Actor::teller(),
            particulars: accounts.iter().map(particulars).collect(),
            accounts: accounts.into_iter().map(ChangedAccount::from).collect(),
            index_by_name,
            holds: FastMap::default(),
            reversed,
            annotations,
            closed_periods,
            lead,
            drafts: Vec::new(),
            draft_by_id: FastMap::default(),
            events: Vec::new(),
            has_expired: false,
            is_undoable: false,
            undo: Vec::new(),
            accounts_before: FastMap::default(),
        };
        working.take_holds(holds);
        (working, transfers.into_iter().map(|transfer| (transfer.id, transfer)).collect())
    }

    /// Makes room for what so many more requests will most likely need.
    pub(super) fn reserve(&mut self, requests: usize) {
        self.drafts.reserve(requests);
        self.draft_by_id.reserve(requests);
    }

    fn take_holds(&mut self, mut holds: Vec<Hold>) {
        // In the order in which they expired, so that both backends record that in the same order.
        holds.sort_unstable_by_key(|hold| (hold.expires_at.map(Instant::micros), hold.id));
        for hold in holds {
            if hold.state != hold.state_at(self.now) {
                for account_id in [hold.debit_account_id, hold.credit_account_id] {
                    if let Some(index) = self.find_by_id(account_id) {
                        self.particulars[index].expired.push(hold.id);
                        self.has_expired = true;
                    }
                }
            }
            self.holds.insert(hold.id, HoldSlot { hold, is_changed: false });
        }
    }

    /// Whether some account's next draft records an expiry first.
    pub(super) const fn has_expired(&self) -> bool {
        self.has_expired
    }

    pub(super) fn account(&self, index: usize) -> &Account {
        &self.accounts[index].account
    }

    pub(super) fn particulars(&self, index: usize) -> &Particulars {
        &self.particulars[index]
    }

    /// How many sequences the drafts and events need.
    pub(super) const fn sequence_count(&self) -> usize {
        self.drafts.len() + self.events.len()
    }

    pub(super) const fn account_count(&self) -> usize {
        self.accounts.len()
    }

    pub(super) fn find_by_name(&self, name: &AccountName) -> Option<usize> {
        self.index_by_name.get(name).copied()
    }

    pub(super) fn find_by_id(&self, id: AccountId) -> Option<usize> {
        self.accounts.binary_search_by_key(&id, |changed| changed.account.id).ok()
    }

    pub(super) fn find_hold(&self, id: TransferId) -> Option<&Hold> {
        self.holds.get(&id).map(|slot| &slot.hold)
    }

    pub(super) fn find_draft(&self, id: TransferId) -> Option<usize> {
        self.draft_by_id.get(&id).copied()
    }

    pub(super) fn reversed(&self, id: TransferId) -> Amount {
        self.reversed.get(&id).copied().unwrap_or(Amount::ZERO)
    }

    /// Begins something that leaves no trace if it is undone.
    pub(super) fn begin(&mut self) -> Mark {
        debug_assert!(!self.is_undoable && self.undo.is_empty() && self.accounts_before.is_empty(), "one at a time");
        self.is_undoable = true;
        Mark { drafts: self.drafts.len(), events: self.events.len() }
    }

    pub(super) fn keep(&mut self) {
        self.is_undoable = false;
        self.undo.clear();
        self.accounts_before.clear();
    }

    pub(super) fn undo(&mut self, mark: &Mark) {
        self.is_undoable = false;
        for (index, before) in self.accounts_before.drain() {
            (self.accounts[index], self.particulars[index]) = *before;
        }
        while let Some(undo) = self.undo.pop() {
            match undo {
                Undo::Hold(id, Some(slot)) => _ = self.holds.insert(id, slot),
                Undo::Hold(id, None) => _ = self.holds.remove(&id),
                Undo::Reversed(id, Some(amount)) => _ = self.reversed.insert(id, amount),
                Undo::Reversed(id, None) => _ = self.reversed.remove(&id),
                Undo::Annotation(id, Some(metadata)) => _ = self.annotations.insert(id, metadata),
                Undo::Annotation(id, None) => _ = self.annotations.remove(&id),
            }
        }
        for draft in self.drafts.drain(mark.drafts..) {
            self.draft_by_id.remove(&draft.id);
        }
        self.events.truncate(mark.events);
    }

    /// Forgets all that is to be written. What was judged so far no longer counts, so nothing may be judged behind it.
    pub(super) fn discard(&mut self) {
        self.drafts.clear();
        self.events.clear();
        self.holds.clear();
        self.accounts.clear();
        self.particulars.clear();
    }

    pub(super) fn account_mut(&mut self, index: usize) -> &mut Account {
        self.account_and_particulars_mut(index).0
    }

    pub(super) fn account_and_particulars_mut(&mut self, index: usize) -> (&mut Account, &mut Particulars) {
        let (changed, particulars) = (&mut self.accounts[index], &mut self.particulars[index]);
        if self.is_undoable {
            let before = || Box::new((changed.clone(), particulars.clone()));
            self.accounts_before.entry(index).or_insert_with(before);
        }
        (&mut changed.account, particulars)
    }

    /// Opens a hold, or changes one that was found before.
    pub(super) fn set_hold(&mut self, hold: Hold) {
        let before = self.holds.insert(hold.id, HoldSlot { hold, is_changed: true });
        if self.is_undoable {
            self.undo.push(Undo::Hold(hold.id, before));
        }
    }

    pub(super) fn set_reversed(&mut self, id: TransferId, amount: Amount) {
        let before = self.reversed.insert(id, amount);
        if self.is_undoable {
            self.undo.push(Undo::Reversed(id, before));
        }
    }

    pub(super) fn annotation(&self, id: TransferId) -> Option<&Metadata> {
        self.annotations.get(&id)
    }

    pub(super) fn set_annotation(&mut self, id: TransferId, metadata: Metadata) {
        let before = self.annotations.insert(id, metadata);
        if self.is_undoable {
            self.undo.push(Undo::Annotation(id, before));
        }
    }

    /// When the next transfer between two accounts is recorded: now, or as soon behind their newest as can be told apart.
    pub(super) fn next_recorded_at(&self, pair: Pair) -> Instant {
        [pair.debit, pair.credit]
            .into_iter()
            .filter_map(|index| self.account(index).last)
            .fold(self.now, |time, last| time.max(last.recorded_at.next()))
    }

    /// The time of the clock of the next transfer between two accounts, as its day can tell.
    pub(super) fn next_clock_time(&self, pair: Pair) -> Instant {
        let recorded_at = self.next_recorded_at(pair);
        clock_beside(recorded_at, self.now).unwrap_or(recorded_at)
    }

    pub(super) fn check_clock_of(&self, index: usize) -> Result<(), Rejection> {
        match self.account(index).last {
            Some(last) => self.check_clock_behind(index, last.sequence, last.recorded_at),
            None => Ok(()),
        }
    }

    /// Refuses to follow an entry of an account that is too far ahead of the clock. What the batch itself has written is not: it follows
    /// something that was.
    pub(super) fn check_clock_behind(
        &self,
        index: usize,
        sequence: Sequence,
        recorded_at: Instant,
    ) -> Result<(), Rejection> {
        if sequence.is_provisional() || self.lead.allows(recorded_at, self.now) {
            return Ok(());
        }
        let account = Some(self.account(index).name.clone());
        Err(Rejection::ClockBehind { account, sequence, recorded_at, now: self.now })
    }

    /// Writes a transfer down, with both accounts' totals already moved, and moves both accounts' chains on.
    pub(super) fn draft(&mut self, content: &Content<'_>, pair: Pair) -> usize {
        let Pair { debit, credit, .. } = pair;
        let recorded_at = self.next_recorded_at(pair);
        let clock_at = clock_beside(recorded_at, self.now);
        let clock_time = clock_at.unwrap_or(recorded_at);
        let mut transfer = Transfer {
            sequence: self.next_sequence(),
            id: content.id,
            kind: content.kind,
            amount: content.amount,
            debit: self.next_entry(debit),
            credit: self.next_entry(credit),
            recorded_at,
            effective_at: content.effective_at.unwrap_or(clock_time),
            journal_id: content.origin.journal_id,
            hold_id: content.hold_id,
            reversed_id: content.reversed_id,
            expires_at: match content.expiry {
                Expiry::Never => None,
                Expiry::At(time) => Some(time),
                Expiry::After(time) => Some(clock_time.after(time)),
            },
            up_to: content.up_to,
            key: content.key.cloned(),
            request_digest: content.origin.digest,
            actor: content.actor.unwrap_or(&self.actor).clone(),
            clock_at,
            description: content.description.cloned(),
            metadata: content.metadata.clone(),
            hash: Hash([0; 32]),
        };
        transfer.hash = hash_transfer(&transfer, self.account(debit).head, self.account(credit).head);

        let index = self.drafts.len();
        self.advance(debit, &transfer);
        self.advance(credit, &transfer);
        self.draft_by_id.insert(transfer.id, index);
        self.drafts.push(transfer);
        index
    }

    /// What stands for the sequence of the next draft, transfer or event.
    pub(super) const fn next_sequence(&self) -> Sequence {
        Sequence::provisional(self.sequence_count())
    }

    fn next_entry(&self, index: usize) -> Entry {
        let account = self.account(index);
        Entry {
            account_id: account.id,
            version: account.version + 1,
            balance: account.posted(),
            previous: account.last.map(|last| last.sequence),
        }
    }

    /// Makes the transfer the account's newest.
    fn advance(&mut self, index: usize, transfer: &Transfer) {
        let (account, particulars) = self.account_and_particulars_mut(index);
        let falls = account.falls_by(transfer.side_of(account.id));
        if let Some(spent) = particulars.spent.as_mut().filter(|_| falls) {
            spent.add(transfer);
        }
        account.version += 1;
        account.head = transfer.hash;
        account.last = Some(LastTransfer { sequence: transfer.sequence, recorded_at: transfer.recorded_at });
    }

    /// What is to be written, with provisional sequences.
    pub(super) fn into_ruling(self) -> Ruling {
        let mut accounts = self.accounts;
        accounts.retain(ChangedAccount::is_changed);
        let holds = self.holds.into_values().filter(|slot| slot.is_changed).map(|slot| slot.hold);
        let (mut holds_opened, mut holds_changed): (Vec<_>, Vec<_>) =
            holds.partition(|hold| hold.sequence.is_provisional());
        holds_opened.sort_unstable_by_key(|hold| hold.sequence);
        holds_changed.sort_unstable_by_key(|hold| hold.sequence);
        Ruling { transfers: self.drafts, accounts, holds_opened, holds_changed, events: self.events }
    }
}
