//! What a walk has recomputed so far: the accounts, the book's own chain, and the ids.

mod accounts;
mod book;
mod ids;
mod packed;

use std::fmt::Display;
use std::ops::AddAssign;

use crate::facts::{
    AccountEvent, AccountName, AccountState, AccountType, Annotation, Hash, Instant, Limits, NormalSide, Sequence,
    Terms, Transfer, TransferKind,
};
use crate::money::Currency;
use crate::proof::hash_metadata;
use crate::requests::AccountRequest;

pub(super) use crate::ledger::proof::verify::walked::accounts::WalkedAccounts;
pub(in crate::ledger) use crate::ledger::proof::verify::walked::book::WalkedBook;
pub(super) use crate::ledger::proof::verify::walked::ids::IdSet;

/// The bytes that an account takes in memory beside itself and its name: its entry in a map, and what the allocator adds.
const BYTES_AROUND: usize = 60;

/// An account as the walk has recomputed it so far. It is small, because many are in memory at once.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::ledger) struct Walked {
    pub(in crate::ledger) name: AccountName,
    pub(in crate::ledger) currency: Currency,
    account_type: AccountType,
    pub(in crate::ledger) posted: Sides,
    pub(in crate::ledger) held: Sides,
    pub(in crate::ledger) version: i64,
    pub(in crate::ledger) last: Option<(Sequence, Instant)>,
    pub(in crate::ledger) head: Hash,
    particulars: Kept,
}

/// An account's [`Particulars`], in as few bytes as possible: most accounts never had an event.
#[derive(Debug, PartialEq, Eq)]
enum Kept {
    /// The account was opened with the usual limits of its type, and had no events.
    Usual,
    /// The account was opened with other limits, and had no events.
    Opened(Box<Limits>),
    /// The account had events.
    Changed(Box<Particulars>),
}

/// What an account's events have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ledger) struct Particulars {
    pub(in crate::ledger) terms: Terms,
    /// The hash of the account's metadata, once it was changed.
    pub(in crate::ledger) annotated: Option<Hash>,
    pub(in crate::ledger) closed_at: Option<Instant>,
    last_event: Option<(i64, Instant)>,
}

impl Particulars {
    fn opening(limits: Limits) -> Self {
        Self { terms: Terms::opening(limits), annotated: None, closed_at: None, last_event: None }
    }

    fn follow(&self, annotation: Option<&Annotation>) -> bool {
        let of_account = annotation.filter(|annotation| annotation.transfer_id.is_none());
        of_account.is_none_or(|it| self.annotated.is_none_or(|kept| kept == hash_metadata(&it.before)))
    }

    fn after(self, event: &AccountEvent) -> Self {
        let is_closed = event.after.state == AccountState::Closed;
        Self {
            terms: event.after,
            annotated: match &event.annotation {
                Some(Annotation { transfer_id: None, after, .. }) => Some(hash_metadata(after)),
                _ => self.annotated,
            },
            closed_at: self.closed_at.or_else(|| is_closed.then_some(event.recorded_at)),
            last_event: Some((event.number, event.recorded_at)),
        }
    }
}

/// Sums of debits and of credits. They are wider than an amount, because a forged book can exceed any amount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ledger) struct Sides {
    pub(in crate::ledger) debits: i128,
    pub(in crate::ledger) credits: i128,
}

impl Sides {
    fn add(&mut self, side: NormalSide, amount: i128) {
        match side {
            NormalSide::Debit => self.debits += amount,
            NormalSide::Credit => self.credits += amount,
        }
    }
}

impl AddAssign for Sides {
    fn add_assign(&mut self, other: Self) {
        self.debits += other.debits;
        self.credits += other.credits;
    }
}

impl Walked {
    /// An account with nothing posted, whose head is that of its opening.
    pub(super) fn opened(opening: AccountRequest, head: Hash) -> Self {
        let AccountRequest { name, account_type, currency, limits, .. } = opening;
        let is_usual = limits == Limits::default_for(account_type);
        Self {
            name,
            currency,
            account_type,
            posted: Sides::default(),
            held: Sides::default(),
            version: 0,
            last: None,
            head,
            particulars: if is_usual { Kept::Usual } else { Kept::Opened(Box::new(limits)) },
        }
    }

    /// About how many bytes of memory it takes.
    fn bytes(&self) -> usize {
        let kept = match &self.particulars {
            Kept::Usual => 0,
            Kept::Opened(_) => size_of::<Limits>(),
            Kept::Changed(_) => size_of::<Particulars>(),
        };
        BYTES_AROUND + size_of::<Self>() + self.name.as_str().len() + kept
    }

    pub(in crate::ledger) fn particulars(&self) -> Particulars {
        match &self.particulars {
            Kept::Usual => Particulars::opening(Limits::default_for(self.account_type)),
            Kept::Opened(limits) => Particulars::opening(**limits),
            Kept::Changed(particulars) => **particulars,
        }
    }

    pub(in crate::ledger) fn balance(&self) -> i128 {
        match self.account_type.normal_side() {
            NormalSide::Debit => self.posted.debits - self.posted.credits,
            NormalSide::Credit => self.posted.credits - self.posted.debits,
        }
    }

    pub(in crate::ledger) fn held_on_falling_side(&self) -> i128 {
        match self.account_type.normal_side() {
            NormalSide::Debit => self.held.credits,
            NormalSide::Credit => self.held.debits,
        }
    }

    /// Applies a transfer to the account, and returns how the stored entry differs from the recomputed one.
    pub(super) fn move_on(&mut self, transfer: &Transfer, side: NormalSide) -> Vec<String> {
        let entry = transfer.entry_on(side);
        self.add(transfer, side);
        let previous = self.last.map(|(sequence, _)| sequence);
        let version = i128::from(self.version) + 1;
        let balance = self.balance();
        let mut problems = Vec::new();
        if i128::from(entry.version) != version {
            problems.push(mismatch(side, "version", entry.version, version));
        }
        if entry.previous != previous {
            let shown = |sequence: Option<Sequence>| sequence.map_or_else(|| "none".to_owned(), |it| it.to_string());
            problems.push(mismatch(side, "pointer", shown(entry.previous), shown(previous)));
        }
        if i128::from(entry.balance.minor()) != balance {
            problems.push(mismatch(side, "balance", entry.balance.minor(), balance));
        }
        if self.last.is_some_and(|(_, recorded_at)| recorded_at >= transfer.recorded_at) {
            let recorded_at = transfer.recorded_at;
            problems.push(format!("it is recorded at {recorded_at}, before the {side} account's previous transfer"));
        }

        if transfer.sequence <= entry.account_id.sequence() {
            problems.push(format!("the {side} account was opened behind it, at {}", entry.account_id.sequence()));
        }

        // From here on the walk uses what is stored, so that one fault is one finding, and not one for every later row.
        self.version = entry.version;
        self.last = Some((transfer.sequence, transfer.recorded_at));
        self.head = transfer.hash;
        problems
    }

    fn add(&mut self, transfer: &Transfer, side: NormalSide) {
        let amount = i128::from(transfer.amount.minor());
        match transfer.kind {
            TransferKind::Transfer | TransferKind::Reversal => self.posted.add(side, amount),
            TransferKind::Hold => self.held.add(side, amount),
            TransferKind::Release => self.held.add(side, -amount),
            TransferKind::Capture => {
                self.held.add(side, -amount);
                self.posted.add(side, amount);
            }
        }
    }

    /// The properties of an event that do not follow from the account's history.
    pub(in crate::ledger) fn problems_with(&self, event: &AccountEvent, hash: Hash) -> Vec<&'static str> {
        let particulars = self.particulars();
        let last_number = particulars.last_event.map_or(0, |(number, _)| number);
        let last_times = [self.last.map(|(_, time)| time), particulars.last_event.map(|(_, time)| time)];
        let is_later = last_times.into_iter().flatten().all(|time| time < event.recorded_at);
        let checks = [
            ("does not have the number behind the one before", Some(event.number) == last_number.checked_add(1)),
            ("has another version of the account", event.version == self.version),
            ("does not follow from the terms before", event.before == particulars.terms),
            ("does not follow from the metadata before", particulars.follow(event.annotation.as_ref())),
            ("changes terms and metadata at once", event.annotation.is_none() || event.before == event.after),
            ("is recorded before what came before it", is_later),
            ("has another hash than its content and history give", event.hash == hash),
            ("stands before the account's opening", event.account_id.sequence() < event.sequence),
        ];
        checks.into_iter().filter(|(_, is_right)| !is_right).map(|(problem, _)| problem).collect()
    }

    /// Applies an event to the account.
    fn take(&mut self, event: &AccountEvent) {
        self.head = event.hash;
        self.particulars = Kept::Changed(Box::new(self.particulars().after(event)));
    }
}

fn mismatch(side: NormalSide, what: &str, found: impl Display, expected: impl Display) -> String {
    format!("the {side} {what} is {found}, it should be {expected}")
}
