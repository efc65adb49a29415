//! The rows of flat files.

use std::sync::Arc;

use crate::facts::{AccountName, AccountType, Entry, Instant, NormalSide, Transfer, TransferKind};
use crate::money::{Amount, Currency, Money};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlatRow {
    /// Of the transfers.
    Transfer(FlatTransfer),
    /// Of the entries.
    Entry(FlatEntry),
    /// Of the balances.
    Balance(FlatBalance),
    /// What a statement begins with.
    Opening(StatementEnd),
    /// A transfer in a statement.
    StatementEntry(FlatEntry),
    /// What a statement ends with.
    Closing(StatementEnd),
}

/// What an account is, as far as rows need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlatAccount {
    /// Its name.
    pub name: AccountName,
    /// Its type.
    pub account_type: AccountType,
    /// Its currency.
    pub currency: Currency,
}

/// A transfer with its accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlatTransfer {
    /// The transfer, with the metadata that is kept beside it now.
    pub transfer: Arc<Transfer>,
    /// The account that was debited.
    pub debit: Arc<FlatAccount>,
    /// The account that was credited.
    pub credit: Arc<FlatAccount>,
}

/// A transfer from the view of one of its accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlatEntry {
    /// The transfer, with the metadata that is kept beside it now.
    pub transfer: Arc<Transfer>,
    /// The account.
    pub account: Arc<FlatAccount>,
    /// The account on the other side.
    pub counterparty: Arc<FlatAccount>,
    /// The side of the account.
    pub side: NormalSide,
}

/// What an account has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlatBalance {
    /// The account.
    pub account: Arc<FlatAccount>,
    /// The posted balance, on the account's normal side.
    pub posted: Amount,
    /// What open holds take off the available balance; `None` as of a moment.
    pub held: Option<Amount>,
    /// Posted less held; `None` as of a moment.
    pub available: Option<Amount>,
    /// How many transfers the account has had; `None` as of a moment.
    pub version: Option<i64>,
    /// When the newest of them was recorded; `None` as of a moment, or where there is none.
    pub last_recorded_at: Option<Instant>,
}

/// An end of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementEnd {
    /// The account.
    pub account: Arc<FlatAccount>,
    /// The posted balance, on the account's normal side.
    pub balance: Amount,
    /// The end of the span; `None` where it has none.
    pub at: Option<Instant>,
}

impl FlatAccount {
    /// An amount in the account's currency.
    #[must_use]
    pub const fn money(&self, amount: Amount) -> Money {
        Money::new(amount, self.currency)
    }
}

impl FlatEntry {
    /// What the transfer changed of the posted balance, on the account's normal side: negative if the balance fell, and zero for a hold or a
    /// release.
    #[must_use]
    pub fn change(&self) -> Amount {
        match self.transfer.kind {
            TransferKind::Hold | TransferKind::Release => Amount::ZERO,
            TransferKind::Transfer | TransferKind::Capture | TransferKind::Reversal => {
                let rises = self.side == self.account.account_type.normal_side();
                let amount = self.transfer.amount;
                // Amounts are positive, so the negation cannot overflow.
                if rises { amount } else { amount.checked_neg().unwrap_or(Amount::MIN) }
            }
        }
    }

    /// The account's version and balance after it.
    #[must_use]
    pub fn entry(&self) -> &Entry {
        self.transfer.entry_on(self.side)
    }
}
