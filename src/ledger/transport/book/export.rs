//! Reading the whole book at one moment and handing its records to a sink in the book's order.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::iter;
use std::ops::ControlFlow;

use crate::error::Error;
use crate::facts::{AccountId, Sequence};
use crate::ledger::bounded::make_room;
use crate::ledger::events::order::{BookEntry, BookOrder};
use crate::ledger::proof::seal::seal_in;
use crate::ledger::transport::book::{BookHeader, BookPart, BookProgress, BookSink, BookTrailer};
use crate::ledger::transport::outbox::Outbox;
use crate::ledger::{Ledger, NamedCurrency};
use crate::maps::FastMap;
use crate::models::CorruptRow;
use crate::models::currencies::currency;
use crate::money::Currency;
use crate::store::{Access, Store, StoreError};

/// How many rows are in memory at once.
const ROWS_PER_PAGE: i64 = 1_000;
/// How much memory the currency of an account takes at most, while the map of them grows.
const BYTES_PER_CURRENCY: usize = 128;

impl Ledger {
    /// Hands out the whole book, as it stands at one moment, in the order of [`BookPart`]. Nobody is held up meanwhile. Returns `None`
    /// where `progress` broke it off.
    ///
    /// # Errors
    /// [`Error::File`] where the sink fails, [`Error::Store`]; `Corrupt` for a book that is not whole: see [`Ledger::verify`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use std::ops::ControlFlow;
    /// use teller::interchange::BookWriter;
    ///
    /// let mut writer = BookWriter::new(Vec::new(), |lines| Ok(lines.clear()));
    /// let header = ledger.export_book(&mut writer, &mut |_| ControlFlow::Continue(()))?.unwrap();
    /// assert_eq!((header.accounts, header.transfers), (3, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    outbox: &'a mut Outbox<BookPart>,
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
        self.write(BookPart::Header(self.header))?;
        for row in store.list_currencies()? {
            self.write(BookPart::Currency(NamedCurrency::from_row(&row)?))?;
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
        self.write(BookPart::Trailer(self.trailer))?;
        Ok(ControlFlow::Continue(()))
    }

    pub(super) fn write(&mut self, record: BookPart) -> Result<(), Error> {
        self.outbox.write(record)
    }

    fn show(&mut self) -> ControlFlow<()> {
        let done = self.trailer.accounts + self.trailer.transfers + self.trailer.events + self.trailer.book_events;
        (self.progress)(BookProgress { done, total: self.header.total() })
    }

    /// Openings of accounts, transfers and events, in the book's one order.
    fn write_entries(&mut self, store: &mut dyn Store) -> Result<ControlFlow<()>, Error> {
        let mut order = BookOrder::between(Sequence(i64::MIN), Sequence(i64::MAX), ROWS_PER_PAGE);
        loop {
            let entries = order.next_page(store)?;
            if entries.is_empty() {
                return Ok(self.show());
            }
            self.find_currencies(store, entries.iter().flat_map(BookEntry::account_ids))?;
            for entry in entries {
                self.write_entry(store, entry)?;
            }
            if self.show().is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }

    fn write_entry(&mut self, store: &mut dyn Store, entry: BookEntry) -> Result<(), Error> {
        match entry {
            BookEntry::Opening(account) => {
                self.write(BookPart::Account(account))?;
                self.trailer.accounts += 1;
            }
            BookEntry::Transfer(transfer) => {
                let currency = self.currency_of(store, transfer.debit.account_id, "transfers", transfer.sequence)?;
                self.write(BookPart::Transfer(transfer, currency))?;
                self.trailer.transfers += 1;
            }
            BookEntry::OfAccount(event) => {
                let currency = self.currency_of(store, event.account_id, "account_events", event.sequence)?;
                self.write(BookPart::Event(event, currency))?;
                self.trailer.events += 1;
            }
            BookEntry::OfBook(event) => {
                self.write(BookPart::BookEvent(event))?;
                self.trailer.book_events += 1;
            }
        }
        Ok(())
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
