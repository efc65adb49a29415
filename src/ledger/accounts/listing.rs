//! The list of accounts.

use crate::error::Error;
use crate::facts::{Account, AccountName, AccountState, AccountType, Metadata, NamePrefix};
use crate::ledger::Ledger;
use crate::ledger::holds::expiry::without_expired;
use crate::ledger::transfers::by_metadata::fewest_first;
use crate::ledger::transfers::filter::{ListPage, has_all};
use crate::money::CurrencyCode;
use crate::rejection::Rejection;
use crate::store::{Access, IndexedEntry, MetadataOf, Store, StoreError};

/// How many accounts one statement reads.
const ROWS_MAX: u32 = 1_000;

/// Which accounts are listed: those to which all of it applies. The usual value lists all accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountFilter {
    /// Those whose names begin with this.
    pub prefix: NamePrefix,
    /// Those of this type.
    pub account_type: Option<AccountType>,
    /// Those in this currency.
    pub currency: Option<CurrencyCode>,
    /// Those that stand so now.
    pub state: Option<AccountState>,
    /// Those beside which all of this is kept now.
    pub metadata: Metadata,
}

/// Which page of a list of accounts is read, and how much for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountListPage {
    /// The name behind which the page begins: the `next` of the page before. `None` for the first page.
    pub after: Option<AccountName>,
    /// The most accounts that the page has. 0 means 1.
    pub limit: u32,
    /// The most accounts that are read to find them. 0 means 1.
    pub reads_max: u64,
}

impl Default for AccountListPage {
    fn default() -> Self {
        Self { after: None, limit: 100, reads_max: ListPage::READS_MAX }
    }
}

/// A page of accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountPage {
    /// The accounts, by name.
    pub accounts: Vec<Account>,
    /// The `after` of the next page; `None` on the last page.
    pub next: Option<AccountName>,
    /// Whether the page has fewer accounts than it may, because as many were read as allowed. There may be more behind `next`.
    pub is_cut: bool,
}

impl AccountFilter {
    fn applies_to(&self, account: &Account) -> bool {
        self.account_type.is_none_or(|account_type| account.account_type == account_type)
            && self.currency.is_none_or(|code| account.currency.code() == code)
            && self.state.is_none_or(|state| account.state == state)
            && has_all(&account.metadata, &self.metadata)
    }

    /// Whether every account with such a name is listed.
    fn is_of_names_alone(&self) -> bool {
        *self == Self { prefix: self.prefix.clone(), ..Self::default() }
    }
}

impl Ledger {
    /// Returns up to `limit` accounts whose names begin with `prefix`, by name, after the name `after`.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let page = ledger.list_accounts("customers:", None, 1)?;
    /// assert_eq!(page.accounts[0].name.as_str(), "customers:alice");
    /// let page = ledger.list_accounts("customers:", page.next.as_ref(), 1)?;
    /// assert_eq!(page.accounts[0].name.as_str(), "customers:bob");
    /// assert_eq!(page.next, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn list_accounts(&self, prefix: &str, after: Option<&AccountName>, limit: u32) -> Result<AccountPage, Error> {
        let filter = AccountFilter { prefix: prefix.into(), ..AccountFilter::default() };
        self.list_accounts_by(&filter, &AccountListPage { after: after.cloned(), limit, reads_max: u64::MAX })
    }

    /// Returns a page of the accounts to which a filter applies, by name. A page reads at most [`AccountListPage::reads_max`] accounts: only names
    /// have an index, and metadata where one was [declared](Ledger::add_metadata_index).
    ///
    /// # Errors
    /// [`Rejection::CurrencyUnknown`], [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::facts::AccountType;
    /// use teller::ledger::{AccountFilter, AccountListPage};
    ///
    /// let assets = AccountFilter { account_type: Some(AccountType::Asset), ..AccountFilter::default() };
    /// let page = ledger.list_accounts_by(&assets, &AccountListPage::default())?;
    /// assert_eq!((page.accounts.len(), page.accounts[0].name.as_str()), (1, "cash:eur"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn list_accounts_by(&self, filter: &AccountFilter, page: &AccountListPage) -> Result<AccountPage, Error> {
        self.pool.transaction(Access::Read, |store| {
            if let Some(currency) = filter.currency
                && store.find_currency(currency.as_str())?.is_none()
            {
                return Err(Rejection::CurrencyUnknown { currency }.into());
            }
            let found = find(store, filter, page)?;
            let accounts = without_expired(store, found.accounts, self.clock.now())?;
            Ok(AccountPage { accounts, ..found })
        })
    }
}

/// How the accounts are read to which a filter can apply.
struct Reading<'a> {
    filter: &'a AccountFilter,
    /// What an index finds of the metadata.
    indexed: Option<IndexedEntry>,
    rows_max: u32,
}

impl<'a> Reading<'a> {
    fn new(store: &mut dyn Store, filter: &'a AccountFilter, limit: u32) -> Result<Self, StoreError> {
        let indexed = if filter.metadata.is_empty() { None } else { fewest(store, &filter.metadata)? };
        // One row more than the page has tells whether there is another page.
        let rows_max = if filter.is_of_names_alone() { limit.saturating_add(1) } else { ROWS_MAX };
        Ok(Self { filter, indexed, rows_max })
    }

    fn read(&self, store: &mut dyn Store, after: Option<&AccountName>) -> Result<Vec<Account>, StoreError> {
        let (prefix, limit) = (&self.filter.prefix, i64::from(self.rows_max));
        match &self.indexed {
            Some(entry) => store.accounts_by_metadata(entry, prefix, after, limit),
            None => store.list_accounts(prefix.as_str(), after.map_or("", AccountName::as_str), limit),
        }
    }
}

/// The entry that an index finds with the fewest accounts.
fn fewest(store: &mut dyn Store, wanted: &Metadata) -> Result<Option<IndexedEntry>, StoreError> {
    let mut entries = store.indexed_entries(MetadataOf::Accounts, wanted)?;
    if entries.len() > 1 {
        entries = fewest_first(store, MetadataOf::Accounts, entries, i64::MAX)?;
    }
    Ok(entries.into_iter().next())
}

fn find(store: &mut dyn Store, filter: &AccountFilter, page: &AccountListPage) -> Result<AccountPage, Error> {
    let (limit, reads_max) = (page.limit.max(1), page.reads_max.max(1));
    let reading = Reading::new(store, filter, limit)?;
    let (mut accounts, mut last, mut reads) = (Vec::new(), page.after.clone(), 0);
    loop {
        let read = reading.read(store, last.as_ref())?;
        let is_last = read.len() < reading.rows_max as usize;
        for account in read {
            let is_full = accounts.len() == limit as usize;
            let applies = filter.applies_to(&account);
            if reads == reads_max || (is_full && applies) {
                return Ok(AccountPage { accounts, next: last, is_cut: !is_full });
            }
            reads += 1;
            last = Some(account.name.clone());
            if applies {
                accounts.push(account);
            }
        }
        if is_last {
            return Ok(AccountPage { accounts, next: None, is_cut: false });
        }
    }
}
