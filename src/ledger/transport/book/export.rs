use std::collections::{BTreeSet, VecDeque};
use std::fmt::Display;
use std::iter;
use std::ops::ControlFlow;

use crate::error::Error;
use crate::facts::{Account, AccountEvent, AccountId, BookEvent, OpenedWith, Sequence, Transfer};
use crate::ledger::accounts::first_events::FirstEvents;
use crate::ledger::bounded::make_room;
use crate::ledger::proof::seal::seal_in;
use crate::ledger::transport::book::{BookHeader, BookProgress, BookRecord, BookSink, BookTrailer, OpenedAccount};
use crate::ledger::transport::outbox::Outbox;
use crate::ledger::{Ledger, NamedCurrency};
use crate::maps::FastMap;
use crate::models::CorruptRow;
use crate::models::account_events::AccountEventRow;
use crate::models::book_events::BookEventRow;
use crate::models::currencies::currency;
use crate::money::Currency;
use crate::proof::hash_account;
use crate::store::{Access, PageSize, Store, StoreError};

/// How many rows are in memory at once.
const ROWS_PER_PAGE: i64 = 1_000;
/// How much memory the currency of an account takes at most, while the map of them grows.
const BYTES_PER_CURRENCY: usize = 128;

impl Ledger {
    /// Hands out the whole book, as it stands at one moment, in the order of [`BookRecord`]. Nobody is held up meanwhile. Returns `None`
    /// where `progress` broke it off.
    ///
    /// # Errors
    /// [`Error::File`] where the sink fails, [`Error::Store`]; `Corrupt` for a book that is not whole: see [`Ledger::verify`].
    pub fn export_book(
        &self,
        sink: &mut (dyn BookSink + Send),
        progress: &mut dyn FnMut(BookProgress) -> ControlFlow<()>,
    ) -> Result<Option<BookHeader>, Error> {
        let now = self.clock.now();
        let mut is_begun = false;
        self.pool.transaction(Access::Read, |store| {
            if std::mem::replace(&mut is_begun, true) {
                sink.restart().map_err(|source| Error::File { doing: "begin the export anew".into(), source })?;
            }
            let seal = seal_in(store, now)?;
            let [schedules, dues] = store.count_schedules()?.map(i64::unsigned_abs);
            let header = BookHeader {
                book_id: seal.book_id,
                accounts: seal.accounts.unsigned_abs(),
                transfers: seal.transfers.unsigned_abs(),
                events: store.count_events()?.unsigned_abs(),
                book_events: store.count_book_events()?.unsigned_abs(),
                sequence: seal.sequence,
                schedules,
                dues,
            };
            let trailer = BookTrailer { accounts: 0, transfers: 0, events: 0, book_events: 0, root: seal.root };
            Outbox::lend(
                |record| sink.write(record),
                |outbox| {
                    let currencies_max = self.walk_bytes_max / BYTES_PER_CURRENCY;
                    let currencies = FastMap::default();
                    let mut export = Export { outbox, progress, header, trailer, currencies, currencies_max };
                    Ok(export.run(store)?.is_continue().then_some(header))
                },
            )
        })
    }
}

pub(super) struct Export<'a> {
    outbox: &'a mut Outbox<BookRecord>,
    progress: &'a mut dyn FnMut(BookProgress) -> ControlFlow<()>,
    pub(super) header: BookHeader,
    /// What was written so far.
    trailer: BookTrailer,
    /// Those of accounts that came lately.
    currencies: FastMap<AccountId, Currency>,
    currencies_max: usize,
}

impl Export<'_> {
    fn run(&mut self, store: &mut dyn Store) -> Result<ControlFlow<()>, Error> {
        self.write(BookRecord::Header(self.header))?;
        for row in store.list_currencies()? {
            self.write(BookRecord::Currency(NamedCurrency::from_row(&row)?))?;
        }
        if self.write_entries(store)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        let BookHeader { accounts, transfers, events, book_events, .. } = self.header;
        let counted = [accounts, transfers, events, book_events];
        let written = [self.trailer.accounts, self.trailer.transfers, self.trailer.events, self.trailer.book_events];
        if written != counted {
            let found = format!("{written:?}, the accounts' versions come to {counted:?}");
            let what = "number of accounts, transfers and events";
            return Err(StoreError::from(CorruptRow::new("transfers", "all of them", what, found)).into());
        }
        self.write_schedules(store)?;
        self.write(BookRecord::Trailer(self.trailer))?;
        Ok(ControlFlow::Continue(()))
    }

    pub(super) fn write(&mut self, record: BookRecord) -> Result<(), Error> {
        self.outbox.write(record)
    }

    fn show(&mut self) -> ControlFlow<()> {
        let done = self.trailer.accounts + self.trailer.transfers + self.trailer.events + self.trailer.book_events;
        (self.progress)(BookProgress { done, total: self.header.total() })
    }

    fn write_account(&mut self, account: OpenedAccount) -> Result<(), Error> {
        if self.currencies.len() < self.currencies_max {
            self.currencies.insert(account.event.account_id, account.opening.currency);
        }
        self.write(BookRecord::Account(Box::new(account)))?;
        self.trailer.accounts += 1;
        Ok(())
    }

    /// Openings of accounts, transfers and events, merged by their sequences.
    fn write_entries(&mut self, store: &mut dyn Store) -> Result<ControlFlow<()>, Error> {
        let mut events = Events::new();
        let (mut next, mut size) = (Some(i64::MIN), PageSize::up_to(ROWS_PER_PAGE));
        while let Some(first) = next {
            let rows = store.transfer_rows_from(first, &mut size)?;
            next = rows.last().and_then(|row| row.sequence.checked_add(1));
            self.find_currencies(store, rows.iter().map(|row| AccountId(row.debit_account_id)))?;
            for row in rows {
                self.write_events_before(store, &mut events, Sequence(row.sequence))?;
                let transfer = Transfer::try_from(row).map_err(StoreError::from)?;
                let currency = self.currency_of(store, transfer.debit.account_id, "transfers", transfer.sequence)?;
                self.write(BookRecord::Transfer(Box::new(transfer), currency))?;
                self.trailer.transfers += 1;
            }
            if self.show().is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        self.write_events_before(store, &mut events, Sequence(i64::MAX))?;
        Ok(self.show())
    }

    fn write_events_before(
        &mut self,
        store: &mut dyn Store,
        events: &mut Events,
        sequence: Sequence,
    ) -> Result<(), Error> {
        loop {
            events.load(store)?;
            let of_account = events.page.front().map_or(Sequence(i64::MAX), |row| Sequence(row.sequence));
            let of_book = events.of_book.front().map_or(Sequence(i64::MAX), |row| Sequence(row.sequence));
            let is_next = |account: &mut OpenedAccount| {
                account.event.account_id.sequence() < sequence.min(of_account).min(of_book)
            };
            if let Some(account) = events.openings.pop_front_if(is_next) {
                self.write_account(account)?;
            } else if let Some(row) =
                events.of_book.pop_front_if(|row| Sequence(row.sequence) < sequence.min(of_account))
            {
                let event = BookEvent::try_from(row).map_err(StoreError::from)?;
                self.write(BookRecord::BookEvent(Box::new(event)))?;
                self.trailer.book_events += 1;
            } else if let Some(row) = events.page.pop_front_if(|row| Sequence(row.sequence) < sequence) {
                let event = AccountEvent::try_from(row).map_err(StoreError::from)?;
                let currency = self.currency_of(store, event.account_id, "account_events", event.sequence)?;
                self.write(BookRecord::Event(Box::new(event), currency))?;
                self.trailer.events += 1;
            } else {
                return Ok(());
            }
        }
    }

    /// Finds the currencies of accounts that are not remembered.
    fn find_currencies(
        &mut self,
        store: &mut dyn Store,
        accounts: impl Iterator<Item = AccountId>,
    ) -> Result<(), StoreError> {
        let unknown: BTreeSet<_> = accounts.filter(|account| !self.currencies.contains_key(account)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        make_room(&mut self.currencies, self.currencies_max, unknown.len());
        for (id, code, exponent) in store.account_currencies(&unknown.into_iter().collect::<Vec<_>>())? {
            let currency = currency(&code, exponent, || ("accounts", id.to_string()))?;
            self.currencies.insert(AccountId(id), currency);
        }
        Ok(())
    }

    pub(super) fn currency_of(
        &mut self,
        store: &mut dyn Store,
        account: AccountId,
        table: &'static str,
        at: impl Display,
    ) -> Result<Currency, StoreError> {
        self.find_currencies(store, iter::once(account))?;
        let currency = self.currencies.get(&account).copied();
        Ok(currency.ok_or_else(|| CorruptRow::new(table, at, "account", account.0))?)
    }
}

/// The account with what it had before that was ever changed.
fn as_opened(account: &Account, opened_with: OpenedWith) -> OpenedAccount {
    let opening = account.opening(opened_with);
    let event = account.opening_event();
    let hash = hash_account(&opening, &event);
    OpenedAccount { opening, event, hash }
}

/// The openings and events of accounts and the events of the book, page by page.
struct Events {
    openings: VecDeque<OpenedAccount>,
    openings_size: PageSize,
    /// Where the next page of them begins, or `None` behind the last one.
    next_opening: Option<i64>,
    of_book: VecDeque<BookEventRow>,
    /// Where the next page of them begins, or `None` behind the last one.
    next_of_book: Option<i64>,
    page: VecDeque<AccountEventRow>,
    size: PageSize,
    /// Where the next page begins.
    next: i64,
    is_last: bool,
}

impl Events {
    fn new() -> Self {
        let size = PageSize::up_to(ROWS_PER_PAGE);
        Self {
            openings: VecDeque::new(),
            openings_size: PageSize::up_to(ROWS_PER_PAGE),
            next_opening: Some(i64::MIN),
            of_book: VecDeque::new(),
            next_of_book: Some(0),
            page: VecDeque::new(),
            size,
            next: 0,
            is_last: false,
        }
    }

    /// Sees to it that the next event of each kind is at hand, if there is one.
    fn load(&mut self, store: &mut dyn Store) -> Result<(), StoreError> {
        if self.page.is_empty() && !self.is_last {
            self.page = store.event_rows_between(self.next, i64::MAX, &mut self.size)?.into();
            let last = self.page.back().map(|row| row.sequence);
            self.is_last = last.is_none();
            self.next = last.map_or(i64::MAX, |last| last.saturating_add(1));
        }
        if let Some(first) = self.next_opening.filter(|_| self.openings.is_empty()) {
            self.load_openings(store, first)?;
        }
        if let Some(first) = self.next_of_book.filter(|_| self.of_book.is_empty()) {
            self.of_book = store.book_event_rows_between(first, i64::MAX, ROWS_PER_PAGE)?.into();
            self.next_of_book = self.of_book.back().and_then(|last| last.sequence.checked_add(1));
        }
        Ok(())
    }

    fn load_openings(&mut self, store: &mut dyn Store, first: i64) -> Result<(), StoreError> {
        let rows = store.account_rows_from(first, &mut self.openings_size)?;
        let last = rows.last().map(|row| row.id);
        self.next_opening = last.and_then(|last| last.checked_add(1));
        let first_events = FirstEvents::between(store, first, last.unwrap_or(i64::MAX))?;
        for row in rows {
            let account = Account::try_from(row)?;
            let opened_with = first_events.opened_with(&account)?;
            self.openings.push_back(as_opened(&account, opened_with));
        }
        Ok(())
    }
}
