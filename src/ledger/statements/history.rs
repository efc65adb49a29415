//! The newest transfers of an account, page by page.

use crate::error::Error;
use crate::facts::{Account, AccountName, Instant, NormalSide, Sequence, Transfer, TransferKind};
use crate::ledger::Ledger;
use crate::ledger::accounts::balances::{AsOf, balance_as_of};
use crate::ledger::accounts::get_account_in;
use crate::ledger::accounts::labels::AccountLabels;
use crate::ledger::transfers::filter::{ListOrder, ListPage};
use crate::ledger::transfers::listing::check_cursor;
use crate::ledger::transfers::spans::{BookSpan, Start};
use crate::ledger::transfers::walks::Walk;
use crate::money::{Amount, Money};
use crate::rejection::Rejection;
use crate::store::{Access, Store, StoreError};

/// One line of a statement: a transfer from the view of one of its accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// A page of an account's transfers, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The account as it stands now.
    pub account: Account,
    /// The transfers.
    pub entries: Vec<StatementEntry>,
    /// The cursor of the next, older page; `None` on the last page.
    pub next: Option<Sequence>,
    /// Whether the page has fewer transfers than it may, because as many were read as allowed. There may be more behind `next`.
    pub is_cut: bool,
}

impl Ledger {
    /// Returns up to `limit` transfers of an account, newest first, from `cursor` on. A `limit` of 0 means 1. Pages never change: whatever is posted
    /// meanwhile is newer than every cursor.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`]; [`Rejection::CursorUnknown`] if the cursor is not a transfer of the account; [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let statement = ledger.statement(&"customers:alice".parse()?, None, 10)?;
    /// let entry = &statement.entries[0];
    /// assert_eq!((entry.counterparty.as_str(), entry.balance.to_string()), ("cash:eur", "100.00 EUR".to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn statement(&self, name: &AccountName, cursor: Option<Sequence>, limit: u32) -> Result<Statement, Error> {
        self.pool.transaction(Access::Read, |store| {
            let account = get_account_in(store, name, self.clock.now())?;
            if let Some(cursor) = cursor
                && store.find_transfer_at(cursor)?.is_none_or(|transfer| transfer.entry_of(account.id).is_none())
            {
                return Err(Rejection::CursorUnknown { account: account.name, cursor }.into());
            }
            let Some(first) = cursor.or(account.last.map(|last| last.sequence)) else {
                return Ok(Statement { account, entries: Vec::new(), next: None, is_cut: false });
            };
            let transfers = store.list_history(account.id, first, i64::from(limit.max(1)))?;
            let labels = labels_of(store, &transfers)?;

            let next = transfers.last().and_then(|oldest| oldest.entry_of(account.id)?.previous);
            let entries = transfers.into_iter().map(|transfer| entry(&account, transfer, &labels));
            let entries = entries.collect::<Result<_, _>>()?;
            Ok(Statement { account, entries, next, is_cut: false })
        })
    }

    /// Returns a page of an account's transfers with one other account, newest first, each with the account's own balance after it. A page
    /// reads at most [`ListPage::reads_max`] transfers.
    ///
    /// # Errors
    /// Those of [`Ledger::statement`], and [`Rejection::AccountUnknown`] for the other account.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::ledger::ListPage;
    ///
    /// let [alice, bob] = ["customers:alice".parse()?, "customers:bob".parse()?];
    /// assert!(ledger.statement_with(&alice, &bob, ListPage::default())?.entries.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn statement_with(
        &self,
        name: &AccountName,
        counterparty: &AccountName,
        page: ListPage,
    ) -> Result<Statement, Error> {
        self.pool.transaction(Access::Read, |store| {
            let account = get_account_in(store, name, self.clock.now())?;
            let other = get_account_in(store, counterparty, self.clock.now())?;
            let start = Start { from: page.from, order: ListOrder::Newest };
            check_cursor(store, &account, start)?;
            let whole = BookSpan { from: None, to: None, lead_max: self.clock_lead_max };
            let walk = Walk::along_chain(store, &account, start, &whole)?;
            // No transfer is between an account and itself.
            let is_with = |transfer: &Transfer| other.id != account.id && transfer.entry_of(other.id).is_some();
            let found = walk.find(store, page, |_, transfers| Ok(transfers.iter().map(is_with).collect()))?;
            let labels = AccountLabels::of(&[account.clone(), other]);
            let entries = found.transfers.into_iter().map(|transfer| entry(&account, transfer, &labels));
            let entries = entries.collect::<Result<_, _>>()?;
            Ok(Statement { account, entries, next: found.next, is_cut: found.cut_at.is_some() })
        })
    }

    /// Returns the posted balance of an account as the ledger knew it at a moment, on its normal side. Transfers recorded at exactly that moment
    /// count.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`], [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::facts::Instant;
    ///
    /// let balance = ledger.balance_recorded_at(&"customers:alice".parse()?, Instant::EPOCH)?;
    /// assert_eq!(balance.to_string(), "0.00 EUR");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn balance_recorded_at(&self, name: &AccountName, at: Instant) -> Result<Money, Error> {
        self.pool.transaction(Access::Read, |store| {
            let account = get_account_in(store, name, self.clock.now())?;
            Ok(balance_as_of(store, &account, AsOf::recorded(at))?)
        })
    }
}

pub(in crate::ledger) fn entry(
    account: &Account,
    transfer: Transfer,
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
        balance: account.money(own.balance),
        version: own.version,
        transfer,
    })
}

/// The change of an account's posted balance by a transfer, on the account's normal side.
pub(in crate::ledger) fn change_of(account: &Account, transfer: &Transfer) -> Amount {
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
pub(in crate::ledger) fn labels_of(store: &mut dyn Store, transfers: &[Transfer]) -> Result<AccountLabels, StoreError> {
    let accounts = |transfer: &Transfer| [transfer.debit.account_id, transfer.credit.account_id];
    AccountLabels::find(store, transfers.iter().flat_map(accounts))
}
