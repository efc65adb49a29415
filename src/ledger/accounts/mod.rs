//! Accounts: opening, changing and reading them.
//!
//! What belongs here: accounts, their balances and their metadata. What does not: the transfers of an account, which are in
//! [`statements`](crate::ledger::statements).

pub(super) mod balances;
pub(super) mod branches;
pub(super) mod changes;
pub(super) mod first_events;
pub(super) mod labels;
pub(super) mod listing;
pub(super) mod metadata;
pub(super) mod opening;
pub(super) mod paths;

use std::collections::HashMap;

use crate::error::Error;
use crate::facts::{Account, AccountName, Instant, similar_names};
use crate::ledger::Ledger;
use crate::ledger::holds::expiry::without_expired;
use crate::rejection::Rejection;
use crate::store::{Access, Pool, Store};

/// The most names that are compared for each beginning of a mistyped one.
const SIMILAR_ROWS_MAX: i64 = 300;

/// The answer to a request to open an account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Opened {
    /// The account as it stands now.
    pub account: Account,
    /// Whether the same request opened it before.
    pub replayed: bool,
}

impl Ledger {
    /// Returns the account of that name. A hold that has expired no longer counts as held.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`], [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let alice = ledger.get_account(&"customers:alice".parse()?)?;
    /// assert_eq!(alice.money(alice.available()).to_string(), "100.00 EUR");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get_account(&self, name: &AccountName) -> Result<Account, Error> {
        self.get_accounts(std::slice::from_ref(name)).map(|mut accounts| accounts.swap_remove(0))
    }

    /// Returns the accounts of those names, in the order of the names, all as they stood at one moment.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`] for the first name that does not exist, [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let accounts = ledger.get_accounts(&["customers:bob".parse()?, "cash:eur".parse()?])?;
    /// assert_eq!(accounts[1].name.as_str(), "cash:eur");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get_accounts(&self, names: &[AccountName]) -> Result<Vec<Account>, Error> {
        let wanted: Vec<_> = names.iter().collect();
        let mut found = self.find_accounts(&wanted)?;
        if found.iter().any(|account| account.balances.has_held()) {
            // What of it has expired must be known of the same moment.
            found = self.pool.transaction(Access::Read, |store| {
                let found = store.find_accounts(&wanted)?;
                Ok(without_expired(store, found, self.clock.now())?)
            })?;
        }
        let found: HashMap<_, _> = found.into_iter().map(|account| (account.name.clone(), account)).collect();
        let get = |name: &AccountName| {
            found.get(name).cloned().ok_or_else(|| Rejection::AccountUnknown { account: name.clone() })
        };
        Ok(names.iter().map(get).collect::<Result<_, _>>()?)
    }

    /// Returns the names of up to three accounts that a mistyped name may have meant, the most similar first. Compares only names with the
    /// same beginning, at most 300 for each length of it, so it may miss one in a large book.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let similar = ledger.find_similar_accounts(&"customers:alcie".parse()?)?;
    /// assert_eq!(similar[0].as_str(), "customers:alice");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn find_similar_accounts(&self, typed: &AccountName) -> Result<Vec<AccountName>, Error> {
        let names = self.pool.transaction(Access::Read, |store| {
            let mut names = Vec::new();
            for prefix in beginnings(typed.as_str()) {
                let accounts = store.list_accounts(prefix, "", SIMILAR_ROWS_MAX)?;
                names.extend(accounts.into_iter().map(|account| account.name));
            }
            Ok(names)
        })?;
        Ok(similar_names(typed, names))
    }

    /// Returns those of the accounts that exist, in no particular order. Their held amounts may include expired holds.
    pub(crate) fn find_accounts(&self, names: &[&AccountName]) -> Result<Vec<Account>, Error> {
        self.pool.transaction(Access::ReadOnce, |store| Ok(store.find_accounts(names)?))
    }
}

/// The beginnings of a name, from long to short. A mistake near the end leaves a long beginning, which few accounts share.
fn beginnings(name: &str) -> Vec<&str> {
    let without = |count: usize| name.char_indices().rev().nth(count - 1).map_or("", |(offset, _)| &name[..offset]);
    let parent = name.rfind(':').map_or("", |colon| &name[..=colon]);
    let first = name.find(':').map_or("", |colon| &name[..=colon]);
    let mut beginnings = vec![without(1), without(2), without(4), without(8), parent, first, ""];
    beginnings.sort_by_key(|beginning| std::cmp::Reverse(beginning.len()));
    beginnings.dedup();
    beginnings
}

/// Refuses a book that has accounts. Reverting its migrations would destroy them.
///
/// # Errors
/// [`Rejection::BookNotEmpty`], [`Error::Store`].
pub fn check_empty(book: &Pool) -> Result<(), Error> {
    match book.count_accounts()? {
        0 => Ok(()),
        accounts => Err(Rejection::BookNotEmpty { accounts }.into()),
    }
}

/// The account of that name, without what expired holds reserved.
pub(super) fn get_account_in(store: &mut dyn Store, name: &AccountName, now: Instant) -> Result<Account, Error> {
    let found = store.find_accounts(&[name])?;
    let found = without_expired(store, found, now)?.pop();
    Ok(found.ok_or_else(|| Rejection::AccountUnknown { account: name.clone() })?)
}
