//! Everything that happened in a book, merged by sequence: openings of accounts, transfers, events of accounts, events of the book.

use std::collections::VecDeque;

use crate::facts::{Account, AccountEvent, AccountId, BookEvent, Hash, Instant, OpeningEvent, Sequence, Transfer};
use crate::ledger::accounts::first_events::FirstEvents;
use crate::models::account_events::AccountEventRow;
use crate::models::book_events::BookEventRow;
use crate::models::transfers::TransferRow;
use crate::proof::hash_account;
use crate::requests::AccountRequest;
use crate::store::{PageSize, Store, StoreError};

/// An account as it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedAccount {
    /// What it was opened as.
    pub opening: AccountRequest,
    /// Where in the book's order, when, and by whom.
    pub event: OpeningEvent,
    /// The head that its opening gave it.
    pub hash: Hash,
}

/// Something that happened in a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ledger) enum BookEntry {
    Opening(Box<OpenedAccount>),
    Transfer(Box<Transfer>),
    OfAccount(Box<AccountEvent>),
    OfBook(Box<BookEvent>),
}

impl BookEntry {
    pub(in crate::ledger) const fn sequence(&self) -> Sequence {
        match self {
            Self::Opening(account) => account.event.account_id.sequence(),
            Self::Transfer(transfer) => transfer.sequence,
            Self::OfAccount(event) => event.sequence,
            Self::OfBook(event) => event.sequence,
        }
    }

    pub(in crate::ledger) const fn recorded_at(&self) -> Instant {
        match self {
            Self::Opening(account) => account.event.recorded_at,
            Self::Transfer(transfer) => transfer.recorded_at,
            Self::OfAccount(event) => event.recorded_at,
            Self::OfBook(event) => event.recorded_at,
        }
    }

    pub(in crate::ledger) const fn hash(&self) -> &Hash {
        match self {
            Self::Opening(account) => &account.hash,
            Self::Transfer(transfer) => &transfer.hash,
            Self::OfAccount(event) => &event.hash,
            Self::OfBook(event) => &event.hash,
        }
    }

    /// The accounts that it is about.
    pub(in crate::ledger) fn account_ids(&self) -> impl Iterator<Item = AccountId> + use<> {
        let [first, second] = match self {
            Self::Opening(account) => [Some(account.event.account_id), None],
            Self::Transfer(transfer) => [Some(transfer.debit.account_id), Some(transfer.credit.account_id)],
            Self::OfAccount(event) => [Some(event.account_id), None],
            Self::OfBook(_) => [None, None],
        };
        first.into_iter().chain(second)
    }
}

/// The rows of one table that are read ahead, and where the next page of them begins: `None` behind the last one.
struct Queue<R> {
    rows: VecDeque<R>,
    size: PageSize,
    next: Option<i64>,
}

impl<R> Queue<R> {
    const fn from(first: Sequence, rows_max: i64) -> Self {
        Self { rows: VecDeque::new(), size: PageSize::up_to(rows_max), next: Some(first.0) }
    }

    /// Sees to it that the next row is at hand, if there is one.
    fn load(
        &mut self,
        read: impl FnOnce(i64, &mut PageSize) -> Result<Vec<R>, StoreError>,
        sequence: impl Fn(&R) -> i64,
    ) -> Result<(), StoreError> {
        if let Some(first) = self.next.filter(|_| self.rows.is_empty()) {
            self.rows = read(first, &mut self.size)?.into();
            let last = self.rows.back().filter(|_| self.size.is_full());
            self.next = last.and_then(|last| sequence(last).checked_add(1));
        }
        Ok(())
    }

    fn first(&self, sequence: impl Fn(&R) -> i64) -> i64 {
        self.rows.front().map_or(i64::MAX, sequence)
    }

    /// Whether it is empty, though there are more rows.
    fn is_to_be_loaded(&self) -> bool {
        self.rows.is_empty() && self.next.is_some()
    }
}

/// A walk over what happened in a book.
pub(in crate::ledger) struct BookOrder {
    openings: Queue<OpenedAccount>,
    transfers: Queue<TransferRow>,
    of_accounts: Queue<AccountEventRow>,
    of_book: Queue<BookEventRow>,
    rows_max: i64,
    last: Sequence,
}

impl BookOrder {
    /// A walk from one sequence to another, which are part of it, so many rows of a table at a time.
    pub(in crate::ledger) const fn between(first: Sequence, last: Sequence, rows_max: i64) -> Self {
        Self {
            openings: Queue::from(first, rows_max),
            transfers: Queue::from(first, rows_max),
            of_accounts: Queue::from(first, rows_max),
            of_book: Queue::from(first, rows_max),
            rows_max,
            last,
        }
    }

    /// The next entries, in order. There are none behind the last one.
    pub(in crate::ledger) fn next_page(&mut self, store: &mut dyn Store) -> Result<Vec<BookEntry>, StoreError> {
        self.load(store)?;
        let mut page = Vec::new();
        while !self.is_to_be_loaded() {
            let Some(entry) = self.pop()? else { break };
            page.push(entry);
        }
        Ok(page)
    }

    fn load(&mut self, store: &mut dyn Store) -> Result<(), StoreError> {
        let (last, rows_max) = (self.last.0, self.rows_max);
        self.transfers.load(|first, size| store.transfer_rows_from(first, size), |row| row.sequence)?;
        self.openings.load(|first, size| openings(store, first, size), opening_sequence)?;
        self.of_accounts.load(|first, size| store.event_rows_between(first, last, size), |row| row.sequence)?;
        self.of_book.load(
            |first, size| {
                let rows = store.book_event_rows_between(first, last, rows_max)?;
                size.note(rows.len());
                Ok(rows)
            },
            |row| row.sequence,
        )
    }

    fn is_to_be_loaded(&self) -> bool {
        self.openings.is_to_be_loaded()
            || self.transfers.is_to_be_loaded()
            || self.of_accounts.is_to_be_loaded()
            || self.of_book.is_to_be_loaded()
    }

    /// Takes the entry with the lowest sequence of those at hand.
    fn pop(&mut self) -> Result<Option<BookEntry>, StoreError> {
        let opening = self.openings.first(opening_sequence);
        let transfer = self.transfers.first(|row| row.sequence);
        let of_account = self.of_accounts.first(|row| row.sequence);
        let of_book = self.of_book.first(|row| row.sequence);
        let lowest = opening.min(transfer).min(of_account).min(of_book);
        if lowest > self.last.0 {
            return Ok(None);
        }
        if lowest == transfer
            && let Some(row) = self.transfers.rows.pop_front()
        {
            return Ok(Some(BookEntry::Transfer(Box::new(row.try_into()?))));
        }
        if lowest == opening
            && let Some(account) = self.openings.rows.pop_front()
        {
            return Ok(Some(BookEntry::Opening(Box::new(account))));
        }
        if lowest == of_account
            && let Some(row) = self.of_accounts.rows.pop_front()
        {
            return Ok(Some(BookEntry::OfAccount(Box::new(row.try_into()?))));
        }
        match self.of_book.rows.pop_front() {
            Some(row) => Ok(Some(BookEntry::OfBook(Box::new(row.try_into()?)))),
            None => Ok(None),
        }
    }
}

const fn opening_sequence(account: &OpenedAccount) -> i64 {
    account.event.account_id.0
}

fn openings(store: &mut dyn Store, first: i64, size: &mut PageSize) -> Result<Vec<OpenedAccount>, StoreError> {
    let rows = store.account_rows_from(first, size)?;
    let Some(last) = rows.last().map(|row| row.id) else { return Ok(Vec::new()) };
    let first_events = FirstEvents::between(store, first, last)?;
    let mut accounts = Vec::with_capacity(rows.len());
    for row in rows {
        let account = Account::try_from(row)?;
        let opened_with = first_events.opened_with(&account)?;
        let (opening, event) = (account.opening(opened_with), account.opening_event());
        let hash = hash_account(&opening, &event);
        accounts.push(OpenedAccount { opening, event, hash });
    }
    Ok(accounts)
}
