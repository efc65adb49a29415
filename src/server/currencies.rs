//! Which currency an account has, remembered. It never changes; that an account does not exist is not remembered.

use std::sync::{PoisonError, RwLock};

use crate::facts::AccountName;
use crate::ledger::make_room;
use crate::maps::FastMap;
use crate::money::Currency;

/// Some 10 MB.
const ACCOUNTS_MAX: usize = 100_000;

#[derive(Debug, Default)]
pub(super) struct Currencies(RwLock<FastMap<AccountName, Currency>>);

impl Currencies {
    pub(super) fn get(&self, name: &AccountName) -> Option<Currency> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).copied()
    }

    pub(super) fn add(&self, found: Vec<(AccountName, Currency)>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut known, ACCOUNTS_MAX, found.len());
        known.extend(found);
    }
}
