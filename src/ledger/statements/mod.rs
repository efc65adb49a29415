//! Statements over a span of time, in the order in which transfers were recorded or in which they count.

pub(super) mod history;

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, InputError};
use crate::facts::{Account, AccountName, Instant, Leg, Sequence, Transfer};
use crate::ledger::Ledger;
use crate::ledger::accounts::balances::{AsOf, Reading, read_as_of};
use crate::ledger::accounts::get_account_in;
use crate::ledger::statements::history::{Entry, change_of, entry, labels_of};
use crate::models::transfers::Exceptions;
use crate::money::{Amount, Money};
use crate::store::{Access, Store, StoreError};

/// How many transfers of a chain are read at once while those are looked for that count when they were recorded.
const CHAIN_STEPS_MAX: i64 = 256;
/// One in so many transfers is thought to count at another time than it was recorded.
const CHAIN_SPARE: i64 = 8;

/// In which order a statement goes, and which of its two times bounds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatementOrder {
    /// As the ledger took them.
    #[default]
    Recorded,
    /// As they count for the books.
    Effective,
}

/// The entry behind which the next, older page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryCursor {
    /// The time by which the statement goes.
    pub time: Instant,
    /// The transfer.
    pub sequence: Sequence,
}

impl fmt::Display for EntryCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.time, self.sequence)
    }
}

impl FromStr for EntryCursor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(time, sequence)| {
            Some(Self { time: time.parse().ok()?, sequence: Sequence(sequence.parse().ok()?) })
        });
        parsed.ok_or_else(|| format!("{text:?} is not a cursor; use the one that the page before told"))
    }
}

/// What part of an account's history is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// In which order, and by which time.
    pub order: StatementOrder,
    /// From this moment on.
    pub from: Option<Instant>,
    /// Before this moment.
    pub to: Option<Instant>,
    /// Behind this entry.
    pub cursor: Option<EntryCursor>,
}

/// A page of an account's history over a span, latest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanStatement {
    /// The account as it stands now.
    pub account: Account,
    /// The posted balance when the span begins.
    pub opening: Money,
    /// The posted balance when the span ends.
    pub closing: Money,
    /// The transfers, each with the balance after it in the order that was asked for.
    pub entries: Vec<Entry>,
    /// Where the next, older page begins, or `None` on the last one.
    pub next: Option<EntryCursor>,
}

impl Ledger {
    /// Up to `limit` transfers of an account in a span, latest first, with the balances at its ends.
    ///
    /// Pages by recorded time stay as they are. Pages by effective time change where transfers are back-dated meanwhile.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`](crate::rejection::Rejection::AccountUnknown), [`InputError::Span`], [`Error::Store`].
    pub fn statement_of_span(&self, name: &AccountName, span: Span, limit: u32) -> Result<SpanStatement, Error> {
        if let (Some(from), Some(to)) = (span.from, span.to)
            && from > to
        {
            return Err(InputError::Span { from, to }.into());
        }
        self.pool.transaction(Access::Read, |store| {
            let account = get_account_in(store, name, self.clock.now())?;
            let page = Page { account: &account, span, limit: limit.max(1) };
            let opening = page.read_before(store, span.from.unwrap_or(Instant::MIN))?.balance;
            let end = match span.to {
                Some(to) => page.read_before(store, to)?,
                None => page.read_at(store, Instant::MAX)?,
            };
            let closing = end.balance;
            let (entries, next) = page.entries(store, end)?;
            let account = account.clone();
            Ok(SpanStatement { account, opening, closing, entries, next })
        })
    }
}

struct Page<'a> {
    account: &'a Account,
    span: Span,
    limit: u32,
}

impl Page<'_> {
    fn as_of(&self, at: Instant) -> AsOf {
        match self.span.order {
            StatementOrder::Recorded => AsOf::recorded(at),
            StatementOrder::Effective => AsOf::effective(at),
        }
    }

    fn read_at(&self, store: &mut dyn Store, time: Instant) -> Result<Reading, StoreError> {
        read_as_of(store, self.account, self.as_of(time))
    }

    fn read_before(&self, store: &mut dyn Store, time: Instant) -> Result<Reading, StoreError> {
        match time.previous() {
            Some(previous) => self.read_at(store, previous),
            None => Ok(Reading { balance: self.account.money(Amount::ZERO), last: None }),
        }
    }

    /// The latest place that can be on the page: a moment, and the sequence below which transfers of that moment are.
    fn top(&self) -> EntryCursor {
        let before = |to: Instant| to.previous().unwrap_or(Instant::MIN);
        let end = EntryCursor { time: self.span.to.map_or(Instant::MAX, before), sequence: Sequence(i64::MAX) };
        self.span.cursor.filter(|cursor| cursor.time <= end.time).unwrap_or(end)
    }

    /// `end` is what the account was when the span ended.
    fn entries(&self, store: &mut dyn Store, end: Reading) -> Result<(Vec<Entry>, Option<EntryCursor>), Error> {
        let top = match self.span.cursor {
            Some(_) => self.read_at(store, self.top().time)?,
            None => end,
        };
        let mut transfers = self.chain(store, top.last.as_ref())?;
        if self.span.order == StatementOrder::Effective {
            transfers.extend(self.exceptions(store, &transfers)?);
            transfers.sort_unstable_by_key(|transfer| std::cmp::Reverse((transfer.effective_at, transfer.sequence)));
        }
        let has_more = transfers.len() > self.limit as usize;
        transfers.truncate(self.limit as usize);
        let labels = labels_of(store, &transfers)?;
        let entries = transfers.into_iter().map(|transfer| entry(self.account, transfer, &labels));
        let mut entries = entries.collect::<Result<Vec<_>, _>>()?;
        if self.span.order == StatementOrder::Effective {
            self.run_balances(store, &mut entries, &top)?;
        }
        let last = entries.last().filter(|_| has_more);
        let next =
            last.map(|entry| EntryCursor { time: self.time(&entry.transfer), sequence: entry.transfer.sequence });
        Ok((entries, next))
    }

    fn time(&self, transfer: &Transfer) -> Instant {
        match self.span.order {
            StatementOrder::Recorded => transfer.recorded_at,
            StatementOrder::Effective => transfer.effective_at,
        }
    }

    /// Up to one more than fit on the page of the account's chain, from the newest that can be on it: by effective time those that count
    /// when they were recorded.
    fn chain(&self, store: &mut dyn Store, newest: Option<&Transfer>) -> Result<Vec<Transfer>, StoreError> {
        let top = self.top();
        let limit = self.limit as usize;
        let mut found = Vec::new();
        let mut next = newest.map(|transfer| transfer.sequence);
        // How many of those that are still to be read count when they were recorded, once that was asked.
        let mut left = None;
        while let Some(first) = next.filter(|_| left != Some(0)) {
            let transfers = store.list_history(self.account.id, first, self.chain_steps())?;
            let oldest = transfers.last().and_then(|oldest| oldest.leg_of(self.account.id)).copied();
            next = oldest.and_then(|leg| leg.previous);
            if self.span.order == StatementOrder::Effective {
                let on_time = transfers.iter().map(|transfer| i64::from(is_on_time(transfer))).sum::<i64>();
                left = match (left, oldest) {
                    (Some(left), _) => Some(left - on_time),
                    // Where an account was brought in with its history, most of its chain can be like this, and would be read in vain.
                    (None, Some(leg)) if on_time == 0 => Some(self.count_on_time_before(store, leg)?),
                    (None, _) => None,
                };
            }
            for transfer in transfers {
                if self.span.from.is_some_and(|from| transfer.recorded_at < from) {
                    return Ok(found);
                }
                let is_below_top = transfer.recorded_at < top.time || transfer.sequence < top.sequence;
                let is_in_order = self.span.order == StatementOrder::Recorded || is_on_time(&transfer);
                if is_below_top && is_in_order {
                    found.push(transfer);
                }
                if found.len() > limit {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }

    /// How many of the account's transfers before one of it count when they were recorded.
    fn count_on_time_before(&self, store: &mut dyn Store, leg: Leg) -> Result<i64, StoreError> {
        match leg.previous {
            Some(previous) => Ok(leg.version - 1 - store.count_exceptions(self.account.id, previous)?),
            None => Ok(0),
        }
    }

    /// One more than fit on the page, and the cursor's own; by effective time some more, so that a few exceptions among them do not cost
    /// another walk.
    fn chain_steps(&self) -> i64 {
        let limit = i64::from(self.limit);
        let spare = match self.span.order {
            StatementOrder::Recorded => 0,
            StatementOrder::Effective => limit / CHAIN_SPARE,
        };
        CHAIN_STEPS_MAX.min(limit + 2 + spare)
    }

    /// Up to one more than fit on the page of those that count at another time than they were recorded, given what the chain has for it.
    /// Where that is enough, what counts before all of it is on a later page.
    fn exceptions(&self, store: &mut dyn Store, chain: &[Transfer]) -> Result<Vec<Transfer>, StoreError> {
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

    /// Gives the entries the balances that they come to in the order of their effective times.
    fn run_balances(&self, store: &mut dyn Store, entries: &mut [Entry], top: &Reading) -> Result<(), StoreError> {
        let mut balance = i128::from(top.balance.amount.minor()) - self.changes_at_top(store, top.last.as_ref())?;
        for entry in entries {
            // Any part of the debits and of the credits fits where all of them do.
            entry.balance.amount = Amount::from_minor(i64::try_from(balance).unwrap_or_default());
            balance -= i128::from(entry.change.amount.minor());
        }
        Ok(())
    }

    /// What the transfers change that count at the very moment of the top and are not below it: those that were on the pages before.
    fn changes_at_top(&self, store: &mut dyn Store, newest: Option<&Transfer>) -> Result<i128, StoreError> {
        let top = self.top();
        if self.span.cursor.is_none_or(|cursor| cursor != top) {
            return Ok(0);
        }
        // Of the chain it is the newest one alone, if any: no two transfers of an account are recorded at the same moment.
        let is_at_top = |transfer: &&Transfer| transfer.recorded_at == top.time && is_on_time(transfer);
        let mut transfers: Vec<_> = newest.filter(is_at_top).cloned().into_iter().collect();
        let mut below = i64::MAX;
        loop {
            let time = top.time.into();
            let exceptions =
                Exceptions { account_id: self.account.id.0, from: time, before: time, below, limit: CHAIN_STEPS_MAX };
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

/// Whether it counts when it was recorded.
fn is_on_time(transfer: &Transfer) -> bool {
    transfer.effective_at == transfer.recorded_at
}
