//! One line of a statement.

use crate::facts::{Account, AccountName, NormalSide, Transfer, TransferKind};
use crate::ledger::accounts::labels::AccountLabels;
use crate::money::{Amount, Money};
use crate::store::{Store, StoreError};

/// One line of a statement: a transfer from the view of one of its accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatementEntry {
    /// The transfer.
    pub transfer: Transfer,
    /// The account's side of the transfer.
    pub side: NormalSide,
    /// The account on the other side.
    pub counterparty: AccountName,
    /// The change of the posted balance, on the account's normal side. Negative if the balance fell; zero for a hold or a release.
    pub change: Money,
    /// The posted balance after it, on the account's normal side.
    pub balance: Money,
    /// The account's version after it: the number of its transfers, including this one.
    pub version: i64,
}

/// The line of a transfer, given the balance after it.
pub(super) fn entry(
    account: &Account,
    transfer: Transfer,
    balance: Amount,
    labels: &AccountLabels,
) -> Result<StatementEntry, StoreError> {
    let is_debit = transfer.debit.account_id == account.id;
    let (side, own, other) = if is_debit {
        (NormalSide::Debit, transfer.debit, transfer.credit)
    } else {
        (NormalSide::Credit, transfer.credit, transfer.debit)
    };
    Ok(StatementEntry {
        side,
        counterparty: labels.get(other.account_id, "transfers", transfer.sequence)?.name.clone(),
        change: account.money(change_of(account, &transfer)),
        balance: account.money(balance),
        version: own.version,
        transfer,
    })
}

/// The change of an account's posted balance by a transfer, on the account's normal side.
pub(super) fn change_of(account: &Account, transfer: &Transfer) -> Amount {
    match transfer.kind {
        TransferKind::Hold | TransferKind::Release => Amount::ZERO,
        TransferKind::Transfer | TransferKind::Capture | TransferKind::Reversal => {
            let falls = account.falls_by(transfer.side_of(account.id));
            // Amounts are positive, so the negation cannot overflow.
            if falls { transfer.amount.checked_neg().unwrap_or(Amount::MIN) } else { transfer.amount }
        }
    }
}

/// The labels of both accounts of each transfer.
pub(super) fn labels_of<'a>(
    store: &mut dyn Store,
    transfers: impl Iterator<Item = &'a Transfer>,
) -> Result<AccountLabels, StoreError> {
    AccountLabels::find(store, transfers.flat_map(|transfer| [transfer.debit.account_id, transfer.credit.account_id]))
}
