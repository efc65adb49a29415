//! Sealing a book: one hash over its whole history, which later shows whether that history was changed.

use crate::error::{Error, InputError};
use crate::facts::{Account, AccountId, Instant, Sequence};
use crate::ledger::Ledger;
use crate::ledger::proof::verify::{VerifyProgress, VerifyReport};
use crate::models::CorruptRow;
use crate::models::sql_types::SqlId;
use crate::proof::{MerkleTree, Seal};
use crate::store::{Access, Store, StoreError};

/// The most accounts in memory at once.
const ACCOUNTS_PER_PAGE: i64 = 10_000;

impl Ledger {
    /// Makes a seal over the whole history so far. Waits for the writes that are under way, and blocks others while it reads all accounts.
    ///
    /// # Errors
    /// [`Error::Store`]; `Denied` for a role that must not lock the table of accounts.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let seal = ledger.seal()?;
    /// assert_eq!((seal.accounts, seal.transfers), (3, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn seal(&self) -> Result<Seal, Error> {
        self.pool.transaction(Access::Settled, |store| seal_in(store, self.clock.now()))
    }

    /// Verifies the book as [`Ledger::verify`] does, and also that everything that was sealed is still there, unchanged.
    ///
    /// # Errors
    /// [`InputError::Seal`] if the seal is of another book or of the future; [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let seal = ledger.seal()?;
    /// assert!(ledger.verify_sealed(&seal, &mut |_| {})?.findings.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_sealed(&self, seal: &Seal, progress: &mut dyn FnMut(VerifyProgress)) -> Result<VerifyReport, Error> {
        self.pool.transaction(Access::Read, |store| {
            seal.check(book_id(store)?, self.clock.now()).map_err(InputError::from)?;
            self.verify_in(store, Some(seal), progress)
        })
    }
}

/// Makes a seal over everything that the transaction sees.
pub(in crate::ledger) fn seal_in(store: &mut dyn Store, now: Instant) -> Result<Seal, Error> {
    let book_id = book_id(store)?;
    let sequence = store.newest_sequence()?.unwrap_or(Sequence::UNASSIGNED);
    let mut tree = MerkleTree::default();
    let mut seal = Seal {
        book_id,
        sealed_at: now,
        sequence,
        account_id: AccountId::UNASSIGNED,
        transfers: 0,
        accounts: 0,
        root: tree.root(),
    };
    let mut after = String::new();
    loop {
        let page = store.list_accounts("", &after, ACCOUNTS_PER_PAGE)?;
        let Some(last) = page.last() else { break };
        after = last.name.to_string();
        for account in &page {
            add(&mut seal, &mut tree, account);
        }
    }
    if let Some(last) = store.find_newest_book_event()? {
        tree.push(&Seal::book_events_leaf(last.number, last.hash));
    }
    // Both accounts of a transfer count it.
    seal.transfers /= 2;
    seal.root = tree.root();
    Ok(seal)
}

fn add(seal: &mut Seal, tree: &mut MerkleTree, account: &Account) {
    seal.accounts += 1;
    seal.account_id = seal.account_id.max(account.id);
    seal.transfers = seal.transfers.saturating_add(account.version);
    tree.push(&Seal::leaf(&account.name, account.version, account.head));
}

pub(in crate::ledger) fn book_id(store: &mut dyn Store) -> Result<uuid::Uuid, StoreError> {
    let id = store.book_id()?.and_then(SqlId::id);
    Ok(id.ok_or_else(|| CorruptRow::new("book_identity", "the only one", "id", "missing"))?)
}
