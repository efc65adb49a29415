//! Balances of many accounts, added up by the paths of their names.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;

use crate::error::Error;
use crate::facts::{Account, AccountType, NamePrefix};
use crate::ledger::Ledger;
use crate::ledger::holds::expiry::without_expired;
use crate::money::{Amount, Currency, CurrencyCode};
use crate::store::Access;

/// The most accounts in memory at once.
const ACCOUNTS_PER_PAGE: i64 = 1_000;

/// The sum of the accounts below one path, in one currency and of one type. Assets and debts are never added up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PathBalance {
    /// The first parts of the accounts' names.
    pub path: String,
    /// The currency of all of them.
    pub currency: Currency,
    /// The type of all of them.
    pub account_type: AccountType,
    /// How many accounts were added up.
    pub accounts: u64,
    /// The sum of the posted balances, on the normal side.
    pub posted: BigDecimal,
    /// The sum of what open holds reserve.
    pub held: BigDecimal,
    /// The posted sum less the held sum.
    pub available: BigDecimal,
}

/// Sums in minor units. They are wider than an amount, because many accounts can exceed it.
#[derive(Default)]
struct Sums {
    accounts: u64,
    posted: i128,
    held: i128,
}

impl Ledger {
    /// Returns the sums of the accounts whose names begin with `prefix`, by the first `depth` parts of their names, all as they stood at one
    /// moment. Reads every one of these accounts.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let sums = ledger.balances_by_path("", 1)?;
    /// let customers = sums.iter().find(|sum| sum.path == "customers").unwrap();
    /// assert_eq!((customers.accounts, customers.posted.to_string()), (2, "100.00".to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn balances_by_path(&self, prefix: &str, depth: usize) -> Result<Vec<PathBalance>, Error> {
        let prefix = NamePrefix::from(prefix);
        self.pool.transaction(Access::Read, |store| {
            let mut sums = BTreeMap::new();
            let mut after = String::new();
            loop {
                let page = store.list_accounts(prefix.as_str(), &after, ACCOUNTS_PER_PAGE)?;
                let Some(last) = page.last() else { break };
                after = last.name.to_string();
                for account in without_expired(store, page, self.clock.now())? {
                    add(&mut sums, &account, depth);
                }
            }
            Ok(sums
                .into_iter()
                .map(|((path, _, account_type), (currency, sums))| total(path, account_type, currency, &sums))
                .collect())
        })
    }
}

/// By path, currency, and type.
type Key = (String, CurrencyCode, AccountType);

fn add(sums: &mut BTreeMap<Key, (Currency, Sums)>, account: &Account, depth: usize) {
    let path: Vec<_> = account.name.as_str().split(':').take(depth).collect();
    let key = (path.join(":"), account.currency.code(), account.account_type);
    let (_, sums) = sums.entry(key).or_insert_with(|| (account.currency, Sums::default()));
    let units = |amount: Amount| i128::from(amount.minor());
    sums.accounts += 1;
    sums.posted += units(account.posted());
    sums.held += units(account.held());
}

fn total(path: String, account_type: AccountType, currency: Currency, sums: &Sums) -> PathBalance {
    let decimal = |units: i128| BigDecimal::new(units.into(), i64::from(currency.exponent()));
    PathBalance {
        path,
        currency,
        account_type,
        accounts: sums.accounts,
        posted: decimal(sums.posted),
        held: decimal(sums.held),
        available: decimal(sums.posted - sums.held),
    }
}
