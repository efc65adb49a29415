//! Reading ahead: this thread has the connection and reads pages of the book, and another thread recomputes them.

use std::ops::RangeInclusive;
use std::panic::resume_unwind;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use crate::error::Error;
use crate::facts::{AccountId, Sequence, Transfer, TransferKind};
use crate::ledger::proof::verify::book_events::KnownSchedules;
use crate::ledger::proof::verify::events::PendingEvents;
use crate::ledger::proof::verify::holds::KnownHolds;
use crate::ledger::proof::verify::report::VerifyProgress;
use crate::ledger::proof::verify::reversals::Reversed;
use crate::ledger::proof::verify::walk::Walk;
use crate::models::transfers::TransferRow;
use crate::store::{PageSize, Store, StoreError};

/// With this many, a page takes a megabyte or two, and the cost of a statement does not count.
const TRANSFERS_PER_PAGE: i64 = 4_000;
const EVENTS_PER_PAGE: i64 = 1_000;
const OPENINGS_PER_PAGE: i64 = 4_000;
/// How many pages may wait to be recomputed.
const PAGES_WAITING_MAX: usize = 1;

/// A part of the book, with everything that is needed to recompute it.
pub(super) struct BookPage {
    /// The last sequence of the page.
    last: i64,
    transfers: Vec<TransferRow>,
    events: PendingEvents,
    holds: KnownHolds,
    reversed: Reversed,
}

impl BookPage {
    /// Reads from the sequence `first` on, up to `last` or until the page is full.
    fn read(store: &mut dyn Store, first: i64, last: i64, sizes: &mut Sizes) -> Result<Self, StoreError> {
        let mut transfers = store.transfer_rows_from(first, &mut sizes.transfers)?;
        let last = match transfers.last() {
            Some(read) if sizes.transfers.is_full() => last.min(read.sequence),
            _ => last,
        };
        let mut events = store.event_rows_between(first, last, &mut sizes.events)?;
        let last = match events.last() {
            Some(read) if sizes.events.is_full() => read.sequence,
            _ => last,
        };
        let mut of_book = store.book_event_rows_between(first, last, EVENTS_PER_PAGE)?;
        let last = match of_book.last() {
            Some(read) if i64::try_from(of_book.len()) == Ok(EVENTS_PER_PAGE) => read.sequence,
            _ => last,
        };
        let openings = store.account_ids_between(first, last, OPENINGS_PER_PAGE)?;
        let last = match openings.last() {
            Some(id) if i64::try_from(openings.len()) == Ok(OPENINGS_PER_PAGE) => *id,
            _ => last,
        };
        transfers.truncate(transfers.partition_point(|row| row.sequence <= last));
        events.truncate(events.partition_point(|row| row.sequence <= last));
        of_book.truncate(of_book.partition_point(|row| row.sequence <= last));
        let schedules = KnownSchedules::of_rows(store, &of_book)?;
        Ok(Self {
            last,
            events: PendingEvents::new(openings, events, of_book, schedules),
            holds: KnownHolds::of_rows(store, &transfers)?,
            reversed: Reversed::of_rows(store, &transfers)?,
            transfers,
        })
    }

    /// The accounts of the page.
    fn accounts(&self) -> impl Iterator<Item = AccountId> {
        let of_transfers = self.transfers.iter().flat_map(|row| [row.debit_account_id, row.credit_account_id]);
        of_transfers.map(AccountId).chain(self.events.accounts())
    }
}

struct Sizes {
    transfers: PageSize,
    events: PageSize,
}

impl Walk {
    /// Walks the whole book.
    pub(super) fn recompute_all(
        self,
        store: &mut dyn Store,
        progress: &mut dyn FnMut(VerifyProgress),
    ) -> Result<Self, Error> {
        self.recompute_range(store, i64::MIN..=i64::MAX, progress)
    }

    /// Walks a range of sequences, after all that were walked before.
    pub(super) fn recompute_range(
        self,
        store: &mut dyn Store,
        sequences: RangeInclusive<i64>,
        progress: &mut dyn FnMut(VerifyProgress),
    ) -> Result<Self, Error> {
        let (pages, waiting) = sync_channel(PAGES_WAITING_MAX);
        thread::scope(|scope| {
            let recompute = move || waiting.into_iter().try_fold(self, Self::recompute_page);
            let walker = scope.spawn(recompute);
            let outcome = read_pages(store, sequences, &pages, progress);
            // This ends the other thread when it has recomputed all pages.
            drop(pages);
            let walk = walker.join().unwrap_or_else(|panic| resume_unwind(panic));
            outcome.map_err(Into::into).and(walk)
        })
    }

    fn recompute_page(mut self, page: BookPage) -> Result<Self, Error> {
        self.accounts.fetch(page.accounts())?;
        let BookPage { transfers: rows, mut events, holds, reversed, .. } = page;
        let mut about_others = Vec::new();
        for row in rows {
            self.apply_events(&mut events, row.sequence);
            let (sequence, debit) = (Sequence(row.sequence), AccountId(row.debit_account_id));
            self.transfers += 1;
            self.ids.add(row.id, row.sequence);
            match Transfer::try_from(row) {
                Ok(transfer) => {
                    self.recompute(&transfer);
                    if is_about_another(&transfer) {
                        about_others.push(transfer);
                    }
                }
                Err(corrupt) => self.add_finding(Some(sequence), self.name_of(debit), corrupt.to_string()),
            }
            self.take_sequence(sequence.0);
        }
        self.apply_events(&mut events, i64::MAX);
        self.find_missing_holds(&holds, &about_others);
        self.check_reversals(&reversed, &about_others);
        Ok(self)
    }
}

fn read_pages(
    store: &mut dyn Store,
    sequences: RangeInclusive<i64>,
    pages: &SyncSender<BookPage>,
    progress: &mut dyn FnMut(VerifyProgress),
) -> Result<(), StoreError> {
    let newest = store.newest_sequence()?.map_or(0, |newest| newest.0);
    let mut sizes = Sizes { transfers: PageSize::up_to(TRANSFERS_PER_PAGE), events: PageSize::up_to(EVENTS_PER_PAGE) };
    let (mut first, last) = sequences.into_inner();
    loop {
        let page = BookPage::read(store, first, last, &mut sizes)?;
        let end = page.last;
        if pages.send(page).is_err() {
            // The other thread has failed. The caller learns why when it joins that thread.
            return Ok(());
        }
        progress(VerifyProgress { sequence: end.min(newest), newest });
        if end == last {
            return Ok(());
        }
        first = end + 1;
    }
}

/// Whether a transfer is compared with more than its accounts: with its hold, or with the transfer that it reverses.
fn is_about_another(transfer: &Transfer) -> bool {
    transfer.hold_id.is_some() || transfer.kind == TransferKind::Reversal
}
