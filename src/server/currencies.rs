//! Which currency an account has, remembered. It never changes; that an account does not exist is not remembered.

use std::sync::{Arc, PoisonError, RwLock};

use tracing::warn;

use crate::facts::AccountName;
use crate::ledger::make_room;
use crate::maps::FastMap;
use crate::money::Currency;
use crate::server::state::State;

/// Some 10 MB.
const ACCOUNTS_MAX: usize = 100_000;
/// How many accounts are known from the beginning, so that the first posting to each of them need not ask.
const ACCOUNTS_FIRST: u32 = 20_000;

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

/// Reads the currencies of accounts ahead. Whatever fails here is read again when it is needed.
pub(super) async fn read_ahead(state: Arc<State>) {
    match state.long.run_to_end(|ledger| Ok(ledger.first_currencies(ACCOUNTS_FIRST)?)).await {
        Ok(found) => state.currencies.add(found),
        Err(problem) => warn!(problem.detail, "the currencies of accounts could not be read ahead"),
    }
}
