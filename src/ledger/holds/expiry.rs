//! Expired holds. They count as released from the moment of their expiry, whether or not the release is recorded.

use std::collections::BTreeSet;

use crate::facts::{Account, AccountName, Hold, Instant, NormalSide};
use crate::money::Amount;
use crate::store::{Store, StoreError};

/// The expired holds that still reduce the available balance of one of the accounts, because their release is not recorded. For an account
/// in `changed` these are the holds of both sides, because it can be closed only if nothing is held on either.
pub(crate) fn find_expired_holds(
    store: &mut dyn Store,
    accounts: &[Account],
    changed: &BTreeSet<&AccountName>,
    now: Instant,
) -> Result<Vec<Hold>, StoreError> {
    let mut holds = Vec::new();
    for side in [NormalSide::Debit, NormalSide::Credit] {
        let has_holds = |account: &&Account| {
            account.balances.held(side) != Amount::ZERO && (account.falls_by(side) || changed.contains(&account.name))
        };
        let ids: Vec<_> = accounts.iter().filter(has_holds).map(|account| account.id).collect();
        if !ids.is_empty() {
            holds.extend(store.find_expired_holds(side, &ids, now)?);
        }
    }
    Ok(holds)
}

/// Subtracts expired holds from what the accounts hold.
pub(crate) fn without_expired(
    store: &mut dyn Store,
    mut accounts: Vec<Account>,
    now: Instant,
) -> Result<Vec<Account>, StoreError> {
    for side in [NormalSide::Debit, NormalSide::Credit] {
        let has_holds = |account: &&Account| account.balances.held(side) != Amount::ZERO;
        let ids: Vec<_> = accounts.iter().filter(has_holds).map(|account| account.id).collect();
        if ids.is_empty() {
            continue;
        }
        for hold in store.find_expired_holds(side, &ids, now)? {
            let id = if side == NormalSide::Debit { hold.debit_account_id } else { hold.credit_account_id };
            if let Some(account) = accounts.iter_mut().find(|account| account.id == id) {
                let left = account.balances.held(side).checked_sub(hold.remaining).unwrap_or(Amount::ZERO);
                account.balances = account.balances.with_held(side, left.max(Amount::ZERO));
            }
        }
    }
    Ok(accounts)
}
