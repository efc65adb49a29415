//! Reading ahead: this thread, which has the connection, reads pages of the book, and another recomputes them.

use std::panic::resume_unwind;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use super::VerifyProgress;
use super::events::PendingEvents;
use super::holds::KnownHolds;
use super::reversals::Reversed;
use super::walk::Walk;
use crate::models::transfers::TransferRow;
use crate::store::{Store, StoreError};

/// Few enough that a page is a megabyte or two, and many enough that a statement costs little.
const TRANSFERS_PER_PAGE: i64 = 4_000;
/// How many pages may wait to be recomputed.
const PAGES_WAITING_MAX: usize = 2;

/// A part of the book, with all that is needed to recompute it.
pub(super) struct Page {
    pub(super) transfers: Vec<TransferRow>,
    /// Those at the places of the transfers, and, where there are no transfers, those behind the last of the book.
    pub(super) events: PendingEvents,
    pub(super) holds: KnownHolds,
    pub(super) reversed: Reversed,
}

impl Page {
    fn read(store: &mut dyn Store, first: i64) -> Result<Self, StoreError> {
        let transfers = store.transfer_rows_from(first, TRANSFERS_PER_PAGE)?;
        let last = transfers.last().map_or(i64::MAX, |last| last.sequence);
        Ok(Self {
            events: PendingEvents::between(store, first, last)?,
            holds: KnownHolds::of_rows(store, &transfers)?,
            reversed: Reversed::of_rows(store, &transfers)?,
            transfers,
        })
    }
}

impl Walk {
    /// Walks the whole book.
    pub(super) fn recompute_transfers(
        self,
        store: &mut dyn Store,
        progress: &mut dyn FnMut(VerifyProgress),
    ) -> Result<Self, StoreError> {
        let newest = store.newest_sequence()?.map_or(0, |newest| newest.0);
        let (pages, waiting) = sync_channel(PAGES_WAITING_MAX);
        let mut walk = thread::scope(|scope| {
            let recompute = move || waiting.into_iter().fold(self, Self::recompute_page);
            let walker = scope.spawn(recompute);
            let outcome = read_pages(store, newest, &pages, progress);
            // The walk ends when it has come to the end of the pages.
            drop(pages);
            let walk = walker.join().unwrap_or_else(|panic| resume_unwind(panic));
            outcome.map(|()| walk)
        })?;
        walk.check_seal_at_end(newest);
        Ok(walk)
    }
}

fn read_pages(
    store: &mut dyn Store,
    newest: i64,
    pages: &SyncSender<Page>,
    progress: &mut dyn FnMut(VerifyProgress),
) -> Result<(), StoreError> {
    let mut first = i64::MIN;
    loop {
        let page = Page::read(store, first)?;
        let last = page.transfers.last().map(|last| last.sequence);
        if pages.send(page).is_err() {
            // Whoever should recompute it has panicked, which is told where that is waited for.
            return Ok(());
        }
        let Some(sequence) = last else { return Ok(()) };
        progress(VerifyProgress { sequence, newest });
        // Only a forged place is the last number there is, and nothing can be behind it.
        let Some(next) = sequence.checked_add(1) else { return Ok(()) };
        first = next;
    }
}
