//! What the accounts have.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::error::Error;
use crate::facts::{Account, AccountName};
use crate::ledger::accounts::balances::{AsOf, balance_as_of};
use crate::ledger::holds::expiry::without_expired;
use crate::ledger::transport::flat::FlatExport;
use crate::ledger::transport::flat::rows::{FlatAccount, FlatBalance, FlatRow};
use crate::store::{Store, StoreError};

/// How many accounts are in memory at once.
const ACCOUNTS_PER_PAGE: i64 = 100;

impl FlatExport<'_> {
    pub(super) fn list_balances(&mut self, store: &mut dyn Store) -> Result<ControlFlow<()>, Error> {
        self.visit_accounts(store, |export, store, account| {
            let balance = match export.request.at {
                Some(at) => FlatBalance {
                    account: Arc::new(FlatAccount::from(account)),
                    posted: balance_as_of(store, account, AsOf::effective(at))?.amount,
                    held: None,
                    available: None,
                    version: None,
                    last_recorded_at: None,
                },
                None => FlatBalance::from(account),
            };
            export.write(FlatRow::Balance(balance))
        })
    }

    /// Visits all accounts, by name.
    pub(super) fn visit_accounts(
        &mut self,
        store: &mut dyn Store,
        mut visit: impl FnMut(&mut Self, &mut dyn Store, &Account) -> Result<(), Error>,
    ) -> Result<ControlFlow<()>, Error> {
        let total = store.count_accounts()?.unsigned_abs();
        let (mut after, mut done): (Option<AccountName>, _) = (None, 0);
        loop {
            let name = after.as_ref().map_or("", AccountName::as_str);
            let page = self.read_accounts(store, name)?;
            let Some(last) = page.last() else { return Ok(ControlFlow::Continue(())) };
            after = Some(last.name.clone());
            for account in &page {
                visit(self, store, account)?;
                done += 1;
                if self.show(done, total).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
    }

    fn read_accounts(&self, store: &mut dyn Store, after: &str) -> Result<Vec<Account>, StoreError> {
        let page = store.list_accounts("", after, ACCOUNTS_PER_PAGE)?;
        without_expired(store, page, self.ledger.clock.now())
    }
}

impl From<&Account> for FlatAccount {
    fn from(account: &Account) -> Self {
        Self { name: account.name.clone(), account_type: account.account_type, currency: account.currency }
    }
}

impl From<&Account> for FlatBalance {
    fn from(account: &Account) -> Self {
        Self {
            account: Arc::new(FlatAccount::from(account)),
            posted: account.posted(),
            held: Some(account.held()),
            available: Some(account.available()),
            version: Some(account.version),
            last_recorded_at: account.last.map(|last| last.recorded_at),
        }
    }
}
