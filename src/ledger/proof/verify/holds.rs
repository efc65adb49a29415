//! Holds, recomputed from their transfers.

use std::collections::{HashMap, HashSet};

use crate::error::Error;
use crate::facts::{AccountId, Hold, HoldState, NormalSide, Sequence, Transfer, TransferId, TransferKind};
use crate::ledger::proof::verify::walk::{ROWS_PER_PAGE, Walk};
use crate::models::holds::HoldRow;
use crate::models::transfers::TransferRow;
use crate::money::Amount;
use crate::store::{Store, StoreError};

/// The holds that have a row, among those that transfers refer to.
pub(super) struct KnownHolds(HashSet<TransferId>);

impl KnownHolds {
    pub(super) fn of_rows<'a>(
        store: &mut dyn Store,
        transfers: impl IntoIterator<Item = &'a TransferRow>,
    ) -> Result<Self, StoreError> {
        let ids: HashSet<_> = transfers.into_iter().filter_map(|row| row.hold_id?.id()).map(TransferId).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        Ok(Self(store.hold_rows(&ids)?.iter().filter_map(|row| row.id.id().map(TransferId)).collect()))
    }
}

impl Walk {
    /// Adds a finding for each transfer of a page whose hold has no row.
    pub(super) fn find_missing_holds(&mut self, KnownHolds(known): &KnownHolds, page: &[Transfer]) {
        for transfer in page {
            if let Some(hold) = transfer.hold_id.filter(|hold| !known.contains(hold)) {
                let account = self.name_of(transfer.debit.account_id);
                self.add_finding(
                    Some(transfer.sequence),
                    account,
                    format!("it is about hold {hold}, which has no row"),
                );
            }
        }
    }

    /// Compares every hold with the result of its transfers.
    pub(super) fn compare_holds(&mut self, store: &mut dyn Store) -> Result<(), Error> {
        let mut next = Some(i64::MIN);
        while let Some(first) = next {
            let rows = store.hold_rows_from(first, ROWS_PER_PAGE)?;
            next = rows.last().and_then(|last| last.sequence.checked_add(1));
            self.compare_hold_rows(store, rows)?;
        }
        Ok(())
    }

    /// Compares the holds that the transfers of a page placed, but for open ones of the account, which
    /// [`compare_open_holds_of`](Self::compare_open_holds_of) meets, also where nothing placed them.
    pub(super) fn compare_ended_holds_of(
        &mut self,
        store: &mut dyn Store,
        account: AccountId,
        page: &[Transfer],
    ) -> Result<(), Error> {
        let placed = page.iter().filter(|transfer| transfer.kind == TransferKind::Hold);
        let placed: Vec<_> = placed.filter_map(|transfer| transfer.hold_id).collect();
        let is_met_later = |row: &HoldRow| {
            row.state == HoldState::Open.as_str() && [row.debit_account_id, row.credit_account_id].contains(&account.0)
        };
        let mut rows = store.hold_rows(&placed)?;
        rows.retain(|row| !is_met_later(row));
        rows.sort_unstable_by_key(|row| row.sequence);
        self.compare_hold_rows(store, rows)
    }

    /// Compares the open holds of an account with the result of their transfers.
    pub(super) fn compare_open_holds_of(&mut self, store: &mut dyn Store, account: AccountId) -> Result<(), Error> {
        for side in [NormalSide::Debit, NormalSide::Credit] {
            let mut next = Some(i64::MIN);
            while let Some(from) = next {
                let rows = store.open_hold_rows_of(side, account, from, ROWS_PER_PAGE)?;
                next = rows.last().and_then(|last| last.sequence.checked_add(1));
                self.compare_hold_rows(store, rows)?;
            }
        }
        Ok(())
    }

    fn compare_hold_rows(&mut self, store: &mut dyn Store, rows: Vec<HoldRow>) -> Result<(), Error> {
        self.accounts.fetch(rows.iter().map(|row| AccountId(row.debit_account_id)))?;
        let ids: Vec<_> = rows.iter().filter_map(|row| row.id.id().map(TransferId)).collect();
        let mut histories: HashMap<TransferId, Vec<Transfer>> = HashMap::new();
        // A row that cannot be read is a finding of the walk.
        for transfer in store.hold_transfer_rows(&ids)?.into_iter().flat_map(Transfer::try_from) {
            if let Some(hold) = transfer.hold_id {
                histories.entry(hold).or_default().push(transfer);
            }
        }
        for row in rows {
            let history = row.id.id().and_then(|id| histories.remove(&TransferId(id))).unwrap_or_default();
            self.compare_hold(row, &history);
        }
        Ok(())
    }

    fn compare_hold(&mut self, row: HoldRow, history: &[Transfer]) {
        let (sequence, account) = (Some(Sequence(row.sequence)), row.debit_account_id);
        let name = self.name_of(AccountId(account));
        let stored = match Hold::try_from(row) {
            Ok(hold) => hold,
            Err(corrupt) => return self.add_finding(sequence, name, corrupt.to_string()),
        };
        let Some((opening, later)) = history.split_first().filter(|(opening, _)| opening.kind == TransferKind::Hold)
        else {
            return self.add_finding(sequence, name, format!("hold {} has no transfer that placed it", stored.id));
        };
        let mut hold = opened_hold(opening);
        for transfer in later {
            if !apply_to_hold(&mut hold, transfer) {
                let problem =
                    format!("a {} of {} does not fit hold {}", transfer.kind, transfer.amount.minor(), hold.id);
                self.add_finding(Some(transfer.sequence), name.clone(), problem);
            }
        }
        if stored != hold {
            let shown =
                |hold: &Hold| format!("{} with {} of {} left", hold.state, hold.remaining.minor(), hold.amount.minor());
            let problem = format!(
                "hold {} is {}, its transfers come to {}, or it has another place, account or expiry",
                stored.id,
                shown(&stored),
                shown(&hold)
            );
            self.add_finding(sequence, name, problem);
        }
    }
}

/// The hold that a transfer opened.
pub(in crate::ledger) fn opened_hold(opening: &Transfer) -> Hold {
    Hold {
        id: opening.id,
        sequence: opening.sequence,
        debit_account_id: opening.debit.account_id,
        credit_account_id: opening.credit.account_id,
        amount: opening.amount,
        remaining: opening.amount,
        expires_at: opening.expires_at,
        state: HoldState::Open,
    }
}

/// Applies a capture or a release to its hold, and returns whether it fits.
pub(in crate::ledger) fn apply_to_hold(hold: &mut Hold, transfer: &Transfer) -> bool {
    let rest = hold.remaining.minor() - transfer.amount.minor();
    let state = match transfer.kind {
        TransferKind::Capture if rest > 0 => HoldState::Open,
        TransferKind::Capture => HoldState::Captured,
        TransferKind::Release if transfer.id == hold.id.of_expiry() => HoldState::Expired,
        TransferKind::Release => HoldState::Released,
        TransferKind::Transfer | TransferKind::Hold | TransferKind::Reversal => return false,
    };
    let fits = hold.state == HoldState::Open
        && rest >= 0
        && (rest == 0 || transfer.kind == TransferKind::Capture)
        && transfer.debit.account_id == hold.debit_account_id
        && transfer.credit.account_id == hold.credit_account_id;
    if fits {
        hold.remaining = Amount::from_minor(rest);
        hold.state = state;
    }
    fits
}
