//! Whole statements, from the oldest transfer to the newest.
//!
//! An account's transfers are a chain that leads from new to old. A first walk notes where each piece of the chain begins; the pieces are
//! then read again from the oldest to the newest, so that one of them is in memory at a time.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::error::Error;
use crate::facts::{Account, Instant, Sequence, Transfer};
use crate::ledger::accounts::balances::{AsOf, balance_as_of};
use crate::ledger::accounts::get_account_in;
use crate::ledger::transport::flat::FlatExport;
use crate::ledger::transport::flat::rows::{FlatAccount, FlatEntry, FlatRow, StatementEnd};
use crate::ledger::transport::flat::walk::annotate;
use crate::money::Amount;
use crate::store::{Store, StoreError};

/// How many transfers a piece of a chain has, at most.
const PIECE: i64 = 256;

/// The pieces of a chain that lie in a span.
struct Pieces {
    /// Where each begins, from the newest to the oldest, but for the oldest.
    begins: Vec<Sequence>,
    /// The oldest, from the newest transfer to the oldest.
    oldest: Vec<Transfer>,
}

impl FlatExport<'_> {
    pub(super) fn list_statements(&mut self, store: &mut dyn Store) -> Result<ControlFlow<()>, Error> {
        let Some(name) = &self.request.account else {
            return self.visit_accounts(store, Self::write_statement);
        };
        let account = get_account_in(store, name, self.ledger.clock.now())?;
        self.write_statement(store, &account)?;
        Ok(self.show(1, 1))
    }

    fn write_statement(&mut self, store: &mut dyn Store, account: &Account) -> Result<(), Error> {
        let (from, until) = (self.request.from, self.request.until);
        let flat = Arc::new(FlatAccount::from(account));
        let end = |balance, at| StatementEnd { account: Arc::clone(&flat), balance, at };
        let opening = match from {
            Some(from) => balance_before(store, account, from)?,
            None => Amount::ZERO,
        };
        self.write(FlatRow::Opening(end(opening, from)))?;

        let newest = match until {
            Some(until) => last_before(store, account, until)?,
            None => account.last.map(|last| last.sequence),
        };
        let floor = from.unwrap_or(Instant::MIN);
        let Pieces { mut begins, oldest } = find_pieces(store, account, newest, floor)?;
        self.write_piece(store, &flat, account, oldest)?;
        while let Some(begin) = begins.pop() {
            let piece = store.list_history(account.id, begin, PIECE)?;
            self.write_piece(store, &flat, account, piece)?;
        }

        let closing = match until {
            Some(until) => balance_before(store, account, until)?,
            None => account.posted(),
        };
        self.write(FlatRow::Closing(end(closing, until)))
    }

    fn write_piece(
        &mut self,
        store: &mut dyn Store,
        flat: &Arc<FlatAccount>,
        account: &Account,
        mut piece: Vec<Transfer>,
    ) -> Result<(), Error> {
        annotate(store, &mut piece)?;
        self.accounts.find_all(store, &piece)?;
        for transfer in piece.into_iter().rev() {
            let side = transfer.side_of(account.id);
            let other = transfer.entry_on(side.opposite()).account_id;
            let counterparty = self.accounts.get(store, other, transfer.sequence)?;
            let (transfer, account) = (Arc::new(transfer), Arc::clone(flat));
            self.write(FlatRow::StatementEntry(FlatEntry { transfer, account, counterparty, side }))?;
        }
        Ok(())
    }
}

fn balance_before(store: &mut dyn Store, account: &Account, time: Instant) -> Result<Amount, StoreError> {
    let Some(previous) = time.previous() else { return Ok(Amount::ZERO) };
    Ok(balance_as_of(store, account, AsOf::recorded(previous))?.amount)
}

fn last_before(store: &mut dyn Store, account: &Account, time: Instant) -> Result<Option<Sequence>, StoreError> {
    let Some(previous) = time.previous() else { return Ok(None) };
    Ok(store.find_last_recorded_at(account, previous)?.map(|last| last.sequence))
}

fn find_pieces(
    store: &mut dyn Store,
    account: &Account,
    newest: Option<Sequence>,
    floor: Instant,
) -> Result<Pieces, StoreError> {
    let mut pieces = Pieces { begins: Vec::new(), oldest: Vec::new() };
    let mut next = newest;
    while let Some(begin) = next {
        let mut piece = store.list_history(account.id, begin, PIECE)?;
        next = piece.last().and_then(|oldest| oldest.entry_of(account.id)?.previous);
        if let Some(end) = piece.iter().position(|transfer| transfer.recorded_at < floor) {
            piece.truncate(end);
            next = None;
        }
        if next.is_some() {
            pieces.begins.push(begin);
        } else {
            pieces.oldest = piece;
        }
    }
    Ok(pieces)
}
