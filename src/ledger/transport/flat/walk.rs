//! Transfers and entries, in the order of the book.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::error::Error;
use crate::facts::{NormalSide, Sequence, Transfer, TransferKind};
use crate::ledger::transfers::spans::BookSpan;
use crate::ledger::transport::flat::rows::{FlatEntry, FlatRow, FlatTransfer};
use crate::ledger::transport::flat::{FlatExport, FlatTable};
use crate::store::{PageSize, Store, StoreError};

/// How many transfers are in memory at once.
const ROWS_PER_PAGE: i64 = 1_000;

impl FlatExport<'_> {
    pub(super) fn walk_book(&mut self, store: &mut dyn Store) -> Result<ControlFlow<()>, Error> {
        let (from, to) = (self.request.from, self.request.until);
        let span = BookSpan { from, to, lead_max: self.ledger.clock_lead_max };
        let Some([first, last]) = span.places(store)? else { return Ok(ControlFlow::Continue(())) };
        let are_annotated = store.has_transfer_annotations()?;
        let total = (last.0 - first.0 + 1).unsigned_abs();
        let (mut next, mut size) = (Some(first), PageSize::up_to(ROWS_PER_PAGE));
        while let Some(place) = next.filter(|place| *place <= last) {
            let page = read_page(store, place, &mut size)?;
            let Some(newest) = page.last().map(|transfer| transfer.sequence) else { break };
            next = newest.0.checked_add(1).map(Sequence);
            let mut page: Vec<_> =
                page.into_iter().filter(|it| it.sequence <= last && span.has(it) && self.is_wanted(it)).collect();
            if are_annotated {
                annotate(store, &mut page)?;
            }
            self.accounts.find_all(store, &page)?;
            for transfer in page {
                self.write_transfer(store, Arc::new(transfer))?;
            }
            if self.show((newest.min(last).0 - first.0 + 1).unsigned_abs(), total).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn is_wanted(&self, transfer: &Transfer) -> bool {
        let moves_value = !matches!(transfer.kind, TransferKind::Hold | TransferKind::Release);
        moves_value || self.request.table == FlatTable::Transfers
    }

    fn write_transfer(&mut self, store: &mut dyn Store, transfer: Arc<Transfer>) -> Result<(), Error> {
        let debit = self.accounts.get(store, transfer.debit.account_id, transfer.sequence)?;
        let credit = self.accounts.get(store, transfer.credit.account_id, transfer.sequence)?;
        if self.request.table == FlatTable::Transfers {
            return self.write(FlatRow::Transfer(FlatTransfer { transfer, debit, credit }));
        }
        let parties = [(NormalSide::Debit, &debit, &credit), (NormalSide::Credit, &credit, &debit)];
        parties.into_iter().try_for_each(|(side, account, counterparty)| {
            let (account, counterparty) = (Arc::clone(account), Arc::clone(counterparty));
            self.write(FlatRow::Entry(FlatEntry { transfer: Arc::clone(&transfer), account, counterparty, side }))
        })
    }
}

fn read_page(store: &mut dyn Store, place: Sequence, size: &mut PageSize) -> Result<Vec<Transfer>, StoreError> {
    let rows = store.transfer_rows_from(place.0, size)?;
    rows.into_iter().map(|row| Transfer::try_from(row).map_err(StoreError::from)).collect()
}

/// Puts in the metadata that is kept beside transfers now.
pub(super) fn annotate(store: &mut dyn Store, transfers: &mut [Transfer]) -> Result<(), StoreError> {
    let ids: Vec<_> = transfers.iter().map(|transfer| transfer.id).collect();
    let mut changed = store.find_transfer_annotations(&ids)?;
    for transfer in transfers {
        if let Some(metadata) = changed.remove(&transfer.id) {
            transfer.metadata = metadata;
        }
    }
    Ok(())
}
