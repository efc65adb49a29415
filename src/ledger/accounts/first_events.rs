//! What accounts were opened with.

use std::collections::HashMap;

use crate::facts::{Account, AccountId, OpenedWith};
use crate::models::CorruptRow;
use crate::models::account_events::{AccountEventRow, opened_with};
use crate::store::{Store, StoreError};

/// The first events of accounts. These show what the accounts were opened with, which later events may have changed.
pub(in crate::ledger) struct FirstEvents {
    events: HashMap<i64, AccountEventRow>,
    annotations: HashMap<i64, AccountEventRow>,
}

impl FirstEvents {
    /// Those of the accounts whose numbers are from `first` to `last`.
    pub(in crate::ledger) fn between(store: &mut dyn Store, first: i64, last: i64) -> Result<Self, StoreError> {
        let events = store.first_event_rows(first, last)?;
        Ok(Self { events: by_account(events), annotations: by_account(store.first_annotation_rows(first, last)?) })
    }

    /// Those of the given accounts.
    pub(in crate::ledger) fn of_accounts(store: &mut dyn Store, ids: &[AccountId]) -> Result<Self, StoreError> {
        let events = store.first_event_rows_of(ids)?;
        Ok(Self { events: by_account(events), annotations: by_account(store.first_annotation_rows_of(ids)?) })
    }

    /// The limits and metadata that an account was opened with.
    pub(in crate::ledger) fn opened_with(&self, account: &Account) -> Result<OpenedWith, CorruptRow> {
        opened_with(account, self.events.get(&account.id.0), self.annotations.get(&account.id.0))
    }
}

fn by_account(rows: Vec<AccountEventRow>) -> HashMap<i64, AccountEventRow> {
    rows.into_iter().map(|row| (row.account_id, row)).collect()
}
