//! What has left accounts in the present day and month.

use std::collections::{BTreeSet, HashMap};

use crate::rules::{Account, AccountId, AccountName, Instant, Spent};
use crate::store::{Store, StoreError};

/// How many transfers are in memory at once.
const TRANSFERS_PER_PAGE: i64 = 1_000;

/// What has left the accounts of which a day or a month is limited, or is about to be. Walks each account's chain back to where the month
/// began, so it takes time with the number of transfers that the account has had in it.
pub(super) fn find_spent(
    store: &mut dyn Store,
    accounts: &[Account],
    limited: &BTreeSet<&AccountName>,
    now: Instant,
) -> Result<HashMap<AccountId, Spent>, StoreError> {
    let mut spent = HashMap::new();
    for account in accounts {
        if account.velocity.has_window() || limited.contains(&account.name) {
            spent.insert(account.id, look_back(store, account, now)?);
        }
    }
    Ok(spent)
}

fn look_back(store: &mut dyn Store, account: &Account, now: Instant) -> Result<Spent, StoreError> {
    // Another machine's clock may be ahead.
    let at = account.last.map_or(now, |last| now.max(last.recorded_at));
    let mut spent = Spent::nothing_at(at);
    let mut released = HashMap::new();
    let mut next = account.last.map(|last| last.sequence);
    while let Some(first) = next {
        let page = store.list_history(account.id, first, TRANSFERS_PER_PAGE)?;
        next = page.last().and_then(|oldest| oldest.leg_of(account.id)).and_then(|leg| leg.previous);
        for transfer in &page {
            if !spent.reaches(transfer.recorded_at) {
                return Ok(spent);
            }
            if account.falls_by(transfer.side_of(account.id)) {
                spent.look_back(transfer, &mut released);
            }
        }
    }
    Ok(spent)
}
