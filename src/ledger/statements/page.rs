//! One page of a statement.
//!
//! Most transfers are *on time*: they are effective when they are recorded. An account's chain has all its transfers in recorded order. For
//! a page in effective order, the on-time transfers come from the chain and the off-time ones from an index of their own; both are merged.

use crate::error::Error;
use crate::facts::{Account, Entry, Instant, Sequence, Transfer};
use crate::ledger::accounts::balances::{AsOf, Reading, read_as_of};
use crate::ledger::accounts::labels::AccountLabels;
use crate::ledger::statements::entry::{StatementEntry, change_of, entry, labels_of};
use crate::ledger::statements::query::{EntryCursor, Span, StatementOrder};
use crate::ledger::transfers::listing::check_entry_at;
use crate::models::transfers::Exceptions;
use crate::money::{Amount, Money};
use crate::store::{Store, StoreError};

/// The most transfers of a chain that one statement reads.
const CHAIN_STEP_MAX: i64 = 256;
/// One in this many transfers is expected to be off time.
const OFF_TIME_EVERY: i64 = 8;

pub(super) struct StatementPage<'a> {
    pub(super) account: &'a Account,
    pub(super) span: Span,
    /// The last entry of the page before.
    pub(super) cursor: Option<EntryCursor>,
    pub(super) limit: u32,
    /// Only transfers with this account are told.
    pub(super) counterparty: Option<&'a Account>,
}

/// What was read of a page.
pub(super) struct PageRead {
    pub(super) entries: Vec<StatementEntry>,
    /// The cursor of the next page.
    pub(super) next: Option<EntryCursor>,
    /// How many transfers were read, also those that are not told.
    pub(super) reads: usize,
}

/// The account at an edge of a page or of the span.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    /// The posted balance, on the normal side.
    pub(super) balance: Money,
    /// The newest transfer of its chain that was recorded until then.
    newest: Option<Sequence>,
}

/// A walk down an account's chain, from newer to older transfers.
struct ChainWalk {
    /// The next transfer to read.
    next: Option<Sequence>,
    /// How many of the transfers still to be read are on time, once that was counted.
    on_time_left: Option<i64>,
}

impl StatementPage<'_> {
    fn as_of(&self, at: Instant) -> AsOf {
        match self.span.order {
            StatementOrder::Recorded => AsOf::recorded(at),
            StatementOrder::Effective => AsOf::effective(at),
        }
    }

    fn read_at(&self, store: &mut dyn Store, time: Instant) -> Result<Edge, StoreError> {
        let Reading { balance, last } = read_as_of(store, self.account, self.as_of(time))?;
        Ok(Edge { balance, newest: last.map(|transfer| transfer.sequence) })
    }

    pub(super) fn read_before(&self, store: &mut dyn Store, time: Instant) -> Result<Edge, StoreError> {
        match time.previous() {
            Some(previous) => self.read_at(store, previous),
            None => Ok(Edge { balance: self.account.money(Amount::ZERO), newest: None }),
        }
    }

    /// The account at the end of the span.
    pub(super) fn end(&self, store: &mut dyn Store) -> Result<Edge, StoreError> {
        if let Some(to) = self.span.to {
            return self.read_before(store, to);
        }
        let newest = self.account.last.map(|last| last.sequence);
        Ok(Edge { balance: self.account.money(self.account.posted()), newest })
    }

    /// The cursor behind a transfer of the page.
    pub(super) const fn cursor_of(&self, transfer: &Transfer) -> EntryCursor {
        EntryCursor { time: self.time(transfer), sequence: transfer.sequence }
    }

    /// The upper bound of the page: entries are before its time, or at its time with a lower sequence.
    fn top(&self) -> EntryCursor {
        let before = |to: Instant| to.previous().unwrap_or(Instant::MIN);
        let end = EntryCursor { time: self.span.to.map_or(Instant::MAX, before), sequence: Sequence(i64::MAX) };
        self.cursor.filter(|cursor| cursor.time <= end.time).unwrap_or(end)
    }

    /// The page. `end` is the account at the end of the span.
    pub(super) fn read(&self, store: &mut dyn Store, end: Edge) -> Result<PageRead, Error> {
        let top = self.read_top(store, end)?;
        let mut transfers = self.chain(store, top.newest)?;
        if self.span.order == StatementOrder::Effective {
            transfers.extend(self.off_time(store, &transfers)?);
            transfers.sort_unstable_by_key(|transfer| std::cmp::Reverse((transfer.effective_at, transfer.sequence)));
        }
        let has_more = transfers.len() > self.limit as usize;
        transfers.truncate(self.limit as usize);
        let next = transfers.last().filter(|_| has_more).map(|transfer| self.cursor_of(transfer));
        let reads = transfers.len();
        let mut lines = self.with_balances(store, transfers, top)?;
        let labels = if let Some(other) = self.counterparty {
            // No transfer is between an account and itself.
            lines.retain(|(transfer, _)| other.id != self.account.id && transfer.entry_of(other.id).is_some());
            AccountLabels::of(&[self.account.clone(), other.clone()])
        } else {
            labels_of(store, lines.iter().map(|(transfer, _)| transfer))?
        };
        let entries = lines.into_iter().map(|(transfer, balance)| entry(self.account, transfer, balance, &labels));
        Ok(PageRead { entries: entries.collect::<Result<_, _>>()?, next, reads })
    }

    /// The account where the page begins. In recorded order, that is the cursor's own transfer.
    fn read_top(&self, store: &mut dyn Store, end: Edge) -> Result<Edge, StoreError> {
        let top = self.top();
        if self.cursor != Some(top) {
            return Ok(end);
        }
        match self.span.order {
            StatementOrder::Recorded => Ok(Edge { newest: Some(top.sequence), ..end }),
            StatementOrder::Effective => self.read_at(store, top.time),
        }
    }

    /// # Errors
    /// Those of [`check_entry_at`].
    pub(super) fn check_cursor(&self, store: &mut dyn Store) -> Result<(), Error> {
        let Some(cursor) = self.cursor else { return Ok(()) };
        check_entry_at(store, self.account, cursor.sequence, |transfer| self.time(transfer) == cursor.time)
    }

    const fn time(&self, transfer: &Transfer) -> Instant {
        match self.span.order {
            StatementOrder::Recorded => transfer.recorded_at,
            StatementOrder::Effective => transfer.effective_at,
        }
    }

    /// The transfers of the chain that belong on the page, newest first, and one more if there are more. In effective order, only those that
    /// are on time.
    fn chain(&self, store: &mut dyn Store, newest: Option<Sequence>) -> Result<Vec<Transfer>, StoreError> {
        let wanted = self.limit as usize + 1;
        let mut walk = ChainWalk { next: newest, on_time_left: None };
        let mut found = Vec::new();
        while found.len() < wanted
            && let Some(first) = walk.next
        {
            let read = self.read_step(store, &mut walk, first)?;
            let is_before_span = |transfer: &Transfer| self.span.from.is_some_and(|from| transfer.recorded_at < from);
            if read.last().is_some_and(is_before_span) {
                walk.next = None;
            }
            let in_span = read.into_iter().take_while(|transfer| !is_before_span(transfer));
            found.extend(in_span.filter(|transfer| self.is_listed(transfer)));
        }
        found.truncate(wanted);
        Ok(found)
    }

    /// Reads the next transfers of the chain, from `first` on, and moves the walk behind them.
    fn read_step(
        &self,
        store: &mut dyn Store,
        walk: &mut ChainWalk,
        first: Sequence,
    ) -> Result<Vec<Transfer>, StoreError> {
        let read = store.list_history(self.account.id, first, self.chain_step())?;
        let oldest = read.last().and_then(|oldest| oldest.entry_of(self.account.id)).copied();
        walk.next = oldest.and_then(|entry| entry.previous);
        if self.span.order == StatementOrder::Effective && self.is_rest_off_time(store, walk, &read, oldest)? {
            walk.next = None;
        }
        Ok(read)
    }

    /// Whether no transfer that the walk has not read yet is on time.
    ///
    /// The chain of an account that was imported with its history can be off time nearly from end to end. So once a whole step had no
    /// transfer on time, those that are left are counted, and the walk ends with the last of them.
    fn is_rest_off_time(
        &self,
        store: &mut dyn Store,
        walk: &mut ChainWalk,
        read: &[Transfer],
        oldest: Option<Entry>,
    ) -> Result<bool, StoreError> {
        let on_time: i64 = read.iter().map(|transfer| i64::from(is_on_time(transfer))).sum();
        if let Some(left) = &mut walk.on_time_left {
            *left -= on_time;
        } else if on_time == 0
            && let Some(oldest) = oldest
        {
            walk.on_time_left = Some(self.count_on_time_before(store, oldest)?);
        }
        Ok(walk.on_time_left == Some(0))
    }

    /// How many of the account's transfers before one of its entries are on time.
    fn count_on_time_before(&self, store: &mut dyn Store, entry: Entry) -> Result<i64, StoreError> {
        match entry.previous {
            Some(previous) => Ok(entry.version - 1 - store.count_exceptions(self.account.id, previous)?),
            None => Ok(0),
        }
    }

    /// Whether a transfer of the chain, which is in the span, belongs on this page or on a later one.
    fn is_listed(&self, transfer: &Transfer) -> bool {
        let top = self.top();
        let is_below_top = transfer.recorded_at < top.time || transfer.sequence < top.sequence;
        is_below_top && (self.span.order == StatementOrder::Recorded || is_on_time(transfer))
    }

    /// How many transfers of the chain are read at once: the page, one more that tells whether there is a next page, and the cursor's own.
    /// In effective order a few more, so that a few off-time transfers among them do not cost another step.
    fn chain_step(&self) -> i64 {
        let limit = i64::from(self.limit);
        let spare = match self.span.order {
            StatementOrder::Recorded => 0,
            StatementOrder::Effective => limit / OFF_TIME_EVERY,
        };
        CHAIN_STEP_MAX.min(limit + 1 + i64::from(self.cursor.is_some()) + spare)
    }

    /// The off-time transfers that belong on the page, and one more if there are more. `chain` has the on-time ones: if these fill the
    /// page, off-time transfers that are effective before all of them are on a later page.
    fn off_time(&self, store: &mut dyn Store, chain: &[Transfer]) -> Result<Vec<Transfer>, StoreError> {
        let top = self.top();
        let earliest = chain.get(self.limit as usize).map(|transfer| transfer.effective_at);
        store.list_exceptions(Exceptions {
            account_id: self.account.id.0,
            from: earliest.or(self.span.from).unwrap_or(Instant::MIN).into(),
            before: top.time.into(),
            below: top.sequence.0,
            limit: i64::from(self.limit) + 1,
        })
    }

    /// Each transfer with the balance after it in the statement's order.
    fn with_balances(
        &self,
        store: &mut dyn Store,
        transfers: Vec<Transfer>,
        top: Edge,
    ) -> Result<Vec<(Transfer, Amount)>, StoreError> {
        if self.span.order == StatementOrder::Recorded {
            let with_own = |transfer: Transfer| {
                let balance = transfer.entry_of(self.account.id).map_or(Amount::ZERO, |own| own.balance);
                (transfer, balance)
            };
            return Ok(transfers.into_iter().map(with_own).collect());
        }
        let mut balance = i128::from(top.balance.amount.minor()) - self.changes_at_top(store, top.newest)?;
        let after = |transfer: Transfer| {
            // The sum of some of the account's transfers fits into 64 bits, because the sum of all of them does.
            let after = Amount::from_minor(i64::try_from(balance).unwrap_or_default());
            balance -= i128::from(change_of(self.account, &transfer).minor());
            (transfer, after)
        };
        Ok(transfers.into_iter().map(after).collect())
    }

    /// The sum of what the earlier pages list at the very moment where this page begins.
    fn changes_at_top(&self, store: &mut dyn Store, newest: Option<Sequence>) -> Result<i128, StoreError> {
        let top = self.top();
        if self.cursor.is_none_or(|cursor| cursor != top) {
            return Ok(0);
        }
        // Only the newest transfer of the chain can be one of them: no two transfers of an account are recorded at the same moment.
        let newest = newest.map(|newest| store.find_transfer_at(newest)).transpose()?.flatten();
        let is_at_top = |transfer: &Transfer| transfer.recorded_at == top.time && is_on_time(transfer);
        let mut transfers: Vec<_> = newest.into_iter().filter(is_at_top).collect();
        let mut below = i64::MAX;
        loop {
            let time = top.time.into();
            let exceptions =
                Exceptions { account_id: self.account.id.0, from: time, before: time, below, limit: CHAIN_STEP_MAX };
            let some = store.list_exceptions(exceptions)?;
            let Some(lowest) = some.last().map(|transfer| transfer.sequence.0) else { break };
            transfers.extend(some);
            if lowest < top.sequence.0 {
                break;
            }
            below = lowest;
        }
        transfers.retain(|transfer| transfer.sequence >= top.sequence);
        Ok(transfers.iter().map(|transfer| i128::from(change_of(self.account, transfer).minor())).sum())
    }
}

/// Whether a transfer is effective when it is recorded.
fn is_on_time(transfer: &Transfer) -> bool {
    transfer.effective_at == transfer.recorded_at
}
