//! The names and currencies of accounts, for rows that only have the numbers of accounts.

use std::collections::BTreeSet;
use std::fmt::Display;

use crate::facts::{Account, AccountId};
use crate::maps::FastMap;
use crate::models::CorruptRow;
use crate::models::accounts::AccountLabel;
use crate::store::{Store, StoreError};

/// What the accounts of some rows are called.
pub(crate) struct AccountLabels(FastMap<AccountId, AccountLabel>);

impl AccountLabels {
    /// Looks up the labels of accounts.
    pub(crate) fn find(store: &mut dyn Store, ids: impl IntoIterator<Item = AccountId>) -> Result<Self, StoreError> {
        let ids: BTreeSet<_> = ids.into_iter().collect();
        let found = store.account_labels(&ids.into_iter().collect::<Vec<_>>())?;
        Ok(Self(found.into_iter().map(|label| (label.id, label)).collect()))
    }

    /// The labels of accounts that were loaded already.
    pub(crate) fn of(accounts: &[Account]) -> Self {
        let label = |account: &Account| AccountLabel {
            id: account.id,
            name: account.name.clone(),
            account_type: account.account_type,
            currency: account.currency,
        };
        Self(accounts.iter().map(|account| (account.id, label(account))).collect())
    }

    /// The label of an account that a row of `table` names.
    pub(crate) fn get(
        &self,
        id: AccountId,
        table: &'static str,
        key: impl Display,
    ) -> Result<&AccountLabel, CorruptRow> {
        self.0.get(&id).ok_or_else(|| CorruptRow::new(table, key, "account_id", id.0))
    }
}
