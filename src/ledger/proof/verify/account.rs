//! Proving one account: its chain, from its opening to its head. The time does not depend on the size of the book.
//!
//! The chain is linked from the newest transfer down, but can only be proven from the opening up. So it is walked twice: down, to find
//! where each page begins, and up, page by page.

use std::collections::{BTreeSet, HashMap, VecDeque};

use crate::error::Error;
use crate::facts::{Account, AccountId, AccountName, Entry, Hash, NormalSide, Sequence, Transfer};
use crate::ledger::Ledger;
use crate::ledger::accounts::first_events::FirstEvents;
use crate::ledger::proof::verify::holds::KnownHolds;
use crate::ledger::proof::verify::report::{VerifyProgress, VerifyReport};
use crate::ledger::proof::verify::reversals::Reversed;
use crate::ledger::proof::verify::walk::Walk;
use crate::models::CorruptRow;
use crate::models::account_events::AccountEventRow;
use crate::models::accounts::AccountRow;
use crate::models::sql_types::SqlHash;
use crate::models::transfers::ChainRow;
use crate::money::Currency;
use crate::proof::{hash_account, hash_transfer};
use crate::rejection::Rejection;
use crate::store::{Access, Store, StoreError};

/// The most transfers and events of the account in memory at once, each transfer with the account on its other side.
const ROWS_PER_PAGE: i64 = 1_000;

impl Ledger {
    /// Recomputes one account from its opening on, as [`Ledger::verify`] does: its chain of transfers and events, its row, and its holds. Takes
    /// time with the length of the account's history, not with the size of the book.
    ///
    /// The heads that other accounts had before each transfer are taken as they are stored. Only [`Ledger::verify`] finds a transfer that was
    /// inserted beside the chain, which no balance counts and no statement lists.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`], [`Error::Store`]. Anything wrong with the account is a finding in the report, not an error.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let report = ledger.verify_account(&"customers:alice".parse()?, &mut |_| {})?;
    /// assert_eq!((report.transfers, report.findings.len()), (1, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_account(
        &self,
        name: &AccountName,
        progress: &mut dyn FnMut(VerifyProgress),
    ) -> Result<VerifyReport, Error> {
        self.pool.transaction(Access::Read, |store| {
            let unknown = || Rejection::AccountUnknown { account: name.clone() };
            let row = store.find_account_row(name)?.ok_or_else(unknown)?;
            verify_account_in(store, row, progress)
        })
    }
}

fn verify_account_in(
    store: &mut dyn Store,
    row: AccountRow,
    progress: &mut dyn FnMut(VerifyProgress),
) -> Result<VerifyReport, Error> {
    let (id, name) = (AccountId(row.id), row.name.clone());
    let newest = row.last_transfer.map(Sequence);
    let first_events = FirstEvents::of_accounts(store, &[id])?;
    let mut walk = Walk::new(usize::MAX);
    walk.compared = 1;
    walk.open_account(row.clone(), &first_events);
    // A row that cannot be read is a finding already.
    if let Ok(account) = Account::try_from(row) {
        walk.recompute_chain(store, id, newest, progress)?;
        walk.compare_open_holds_of(store, id)?;
        walk.compare_account(&account);
    }
    let totals = walk.totals();
    let mut report = walk.report_with(totals);
    for finding in &mut report.findings {
        finding.account.get_or_insert_with(|| name.clone());
    }
    Ok(report)
}

impl Walk {
    fn recompute_chain(
        &mut self,
        store: &mut dyn Store,
        id: AccountId,
        newest: Option<Sequence>,
        progress: &mut dyn FnMut(VerifyProgress),
    ) -> Result<(), Error> {
        let mut events = OwnEvents::of(id);
        for (page_number, first) in page_begins(store, id, newest)?.into_iter().rev().enumerate() {
            let rows = store.chain_rows(id, first, ROWS_PER_PAGE)?;
            if page_number == 0 {
                self.find_cut(id, first, &rows);
            }
            let others = Others::of(store, id, &rows)?;
            let holds = KnownHolds::of_rows(store, rows.iter().map(|(row, _)| row))?;
            let reversed = Reversed::of_rows(store, rows.iter().map(|(row, _)| row))?;
            let mut page = Vec::with_capacity(rows.len());
            for (row, other_head) in rows.into_iter().rev() {
                self.apply_own_events(store, &mut events, row.sequence)?;
                self.transfers += 1;
                let sequence = Sequence(row.sequence);
                match Transfer::try_from(row) {
                    Ok(transfer) => {
                        self.recompute_in_chain(id, &transfer, &others, other_head);
                        page.push(transfer);
                    }
                    Err(corrupt) => self.add_finding(Some(sequence), self.name_of(id), corrupt.to_string()),
                }
            }
            self.find_missing_holds(&holds, &page);
            self.check_reversals(&reversed, &page);
            self.compare_ended_holds_of(store, id, &page)?;
            progress(VerifyProgress { sequence: first.0, newest: newest.unwrap_or(first).0 });
        }
        Ok(self.apply_own_events(store, &mut events, i64::MAX)?)
    }

    /// Adds a finding if the oldest page, which begins at `first`, does not reach the account's first transfer.
    fn find_cut(&mut self, id: AccountId, first: Sequence, oldest_page: &[ChainRow]) {
        let Some((oldest, _)) = oldest_page.last() else {
            let problem = "the account's newest transfer should be here, but is not".to_owned();
            return self.add_finding(Some(first), self.name_of(id), problem);
        };
        let pointer = if oldest.debit_account_id == id.0 { oldest.debit_previous } else { oldest.credit_previous };
        if let Some(pointer) = pointer {
            let problem = format!("its pointer leads to {pointer}, where no earlier transfer of the account is");
            self.add_finding(Some(Sequence(oldest.sequence)), self.name_of(id), problem);
        }
    }

    fn apply_own_events(
        &mut self,
        store: &mut dyn Store,
        events: &mut OwnEvents,
        sequence: i64,
    ) -> Result<(), StoreError> {
        while let Some(row) = events.next_before(store, sequence)? {
            self.apply_event(row);
        }
        Ok(())
    }

    /// Compares a transfer's hash and the account's entry, and applies the transfer to the account.
    fn recompute_in_chain(&mut self, id: AccountId, transfer: &Transfer, others: &Others, other_head: Option<SqlHash>) {
        let Some(account) = self.accounts.get_mut(id) else { return };
        let side = transfer.side_of(id);
        let other = transfer.entry_on(side.opposite());
        let other_head = match others.0.get(&other.account_id) {
            None => Err("the transfer's account is not in the book".to_owned()),
            Some(found) if other.account_id == id || found.currency != account.currency => {
                Err(format!("the transfer is between {} and {}", account.name, found.name))
            }
            Some(found) => found.head_before(other, other_head),
        };
        let expected = other_head.map(|other_head| match side {
            NormalSide::Debit => hash_transfer(transfer, account.head, other_head),
            NormalSide::Credit => hash_transfer(transfer, other_head, account.head),
        });
        let problems = account.move_on(transfer, side);
        self.check_clock(transfer);
        match expected {
            Err(problem) => self.find_on(transfer, id, [problem]),
            Ok(expected) if expected != transfer.hash => self.find_other_hash(transfer, id, expected),
            Ok(_) => {}
        }
        self.find_on(transfer, id, problems);
    }
}

/// The sequences at which the pages of an account's chain begin, newest first.
fn page_begins(store: &mut dyn Store, id: AccountId, newest: Option<Sequence>) -> Result<Vec<Sequence>, StoreError> {
    let mut begins = Vec::new();
    let mut next = newest;
    while let Some(first) = next {
        begins.push(first);
        next = store.find_older(id, first, ROWS_PER_PAGE)?;
    }
    Ok(begins)
}

/// The account's events, in the order of their sequences, read in pages.
struct OwnEvents {
    account: AccountId,
    rows: VecDeque<AccountEventRow>,
    /// The first sequence of the next page; `None` when all events were read.
    next: Option<i64>,
}

impl OwnEvents {
    const fn of(account: AccountId) -> Self {
        Self { account, rows: VecDeque::new(), next: Some(i64::MIN) }
    }

    fn next_before(&mut self, store: &mut dyn Store, sequence: i64) -> Result<Option<AccountEventRow>, StoreError> {
        if let Some(from) = self.next.filter(|_| self.rows.is_empty()) {
            self.rows = store.event_rows_of(self.account, from, ROWS_PER_PAGE)?.into();
            self.next = self.rows.back().and_then(|last| last.sequence.checked_add(1));
        }
        Ok(self.rows.pop_front_if(|row| row.sequence < sequence))
    }
}

/// The accounts on the other side of a page of transfers, except those whose rows cannot be read.
pub(super) struct Others(HashMap<AccountId, Other>);

struct Other {
    name: AccountName,
    currency: Currency,
    opening: Hash,
}

impl Others {
    pub(super) fn of(store: &mut dyn Store, id: AccountId, rows: &[ChainRow]) -> Result<Self, StoreError> {
        let other = |(row, _): &ChainRow| {
            if row.debit_account_id == id.0 { row.credit_account_id } else { row.debit_account_id }
        };
        let ids: BTreeSet<_> = rows.iter().map(other).map(AccountId).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let first_events = FirstEvents::of_accounts(store, &ids)?;
        let accounts = store.account_rows(&ids)?.into_iter().flat_map(Account::try_from);
        let others = accounts.flat_map(|account| Other::new(&account, &first_events).map(|other| (account.id, other)));
        Ok(Self(others.collect()))
    }

    /// The head that an account had before one of its entries, as it was found in the chain.
    pub(super) fn head_before(&self, entry: &Entry, found: Option<SqlHash>) -> Result<Hash, String> {
        let other = self.0.get(&entry.account_id);
        other.ok_or_else(|| "the transfer's account is not in the book".to_owned())?.head_before(entry, found)
    }
}

impl Other {
    fn new(account: &Account, first_events: &FirstEvents) -> Result<Self, CorruptRow> {
        let opening = account.opening(first_events.opened_with(account)?);
        let opening = hash_account(&opening, &account.opening_event());
        Ok(Self { name: account.name.clone(), currency: account.currency, opening })
    }

    /// The account's head before a transfer: the one that was found in the chain, or the opening head before the account's first transfer.
    fn head_before(&self, entry: &Entry, found: Option<SqlHash>) -> Result<Hash, String> {
        match (found, entry.previous) {
            (Some(head), _) => head.hash().map_err(|head| format!("{} had {head} for a hash before it", self.name)),
            (None, None) => Ok(self.opening),
            (None, Some(previous)) => {
                Err(format!("transfer {previous}, where its pointer leads, is none of {} before it", self.name))
            }
        }
    }
}
