//! The tree of accounts' names, level by level. A level is read by jumping over what is below its folders, so that it costs by the level's
//! own rows and not by the accounts below.

use crate::error::Error;
use crate::facts::{Account, NamePrefix};
use crate::ledger::Ledger;
use crate::ledger::holds::expiry::without_expired;
use crate::store::Access;

/// How many accounts one look reads. Those that are in a folder that was seen already were read in vain.
const ACCOUNTS_PER_LOOK: i64 = 32;

/// One row of a level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Branch {
    /// An account of this level.
    Account(Box<Account>),
    /// What the names of accounts below this level begin with, with the colon at its end.
    Folder(String),
}

/// A page of a level, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BranchPage {
    /// The rows.
    pub branches: Vec<Branch>,
    /// The `after` of the next page; `None` on the last page.
    pub next: Option<String>,
}

impl Branch {
    /// The name of the account, or of the folder.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Account(account) => account.name.as_str(),
            Self::Folder(name) => name,
        }
    }
}

impl Ledger {
    /// Returns up to `limit` rows of the level of the tree whose names begin with `prefix`, after the row named `after`: the accounts that have
    /// no further part in their names, and a folder for those that have. Reads no more than some accounts of each folder.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::ledger::Branch;
    ///
    /// let top = ledger.list_branches("", None, 10)?;
    /// assert_eq!(top.branches.iter().map(Branch::name).collect::<Vec<_>>(), ["cash:", "customers:"]);
    /// let customers = ledger.list_branches("customers:", None, 1)?;
    /// assert!(matches!(&customers.branches[..], [Branch::Account(alice)] if alice.name.as_str() == "customers:alice"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn list_branches(&self, prefix: &str, after: Option<&str>, limit: u32) -> Result<BranchPage, Error> {
        let prefix = NamePrefix::from(prefix);
        self.pool.transaction(Access::Read, |store| {
            let mut branches: Vec<Branch> = Vec::new();
            let mut after = after.map(behind).unwrap_or_default();
            // One row more than the limit tells whether there is another page.
            while branches.len() <= limit as usize {
                let page = store.list_accounts(prefix.as_str(), &after, ACCOUNTS_PER_LOOK)?;
                let Some(last) = page.last() else { break };
                let last = last.name.to_string();
                for account in without_expired(store, page, self.clock.now())? {
                    let branch = branch_of(prefix.as_str(), account);
                    if branches.last().map(Branch::name) != Some(branch.name()) {
                        branches.push(branch);
                    }
                }
                after = branches.last().map(|branch| behind(branch.name())).filter(|end| *end > last).unwrap_or(last);
            }
            let has_more = branches.len() > limit as usize;
            branches.truncate(limit as usize);
            let next = branches.last().filter(|_| has_more).map(|branch| branch.name().to_owned());
            Ok(BranchPage { branches, next })
        })
    }
}

fn branch_of(prefix: &str, account: Account) -> Branch {
    let name = account.name.as_str();
    match name.get(prefix.len()..).and_then(|rest| rest.find(':')) {
        Some(colon) => Branch::Folder(name[..=prefix.len() + colon].to_owned()),
        None => Branch::Account(Box::new(account)),
    }
}

/// A text behind all names of a row: that of the account, or all of the folder.
fn behind(name: &str) -> String {
    let end = if name.ends_with(':') { "\u{10ffff}" } else { "" };
    format!("{name}{end}")
}
