//! The accounts that rows name, of which a bounded number is remembered.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::facts::{AccountId, Sequence, Transfer};
use crate::ledger::bounded::make_room;
use crate::ledger::transport::flat::rows::FlatAccount;
use crate::maps::FastMap;
use crate::models::CorruptRow;
use crate::models::accounts::AccountLabel;
use crate::store::{Store, StoreError};

/// The accounts that came lately.
pub(super) struct FlatAccounts {
    known: FastMap<AccountId, Arc<FlatAccount>>,
    known_max: usize,
}

impl FlatAccounts {
    pub(super) fn new(known_max: usize) -> Self {
        Self { known: FastMap::default(), known_max }
    }

    /// Looks up those accounts of transfers that are not remembered.
    pub(super) fn find_all(&mut self, store: &mut dyn Store, transfers: &[Transfer]) -> Result<(), StoreError> {
        let ids = transfers.iter().flat_map(|transfer| [transfer.debit.account_id, transfer.credit.account_id]);
        let unknown: BTreeSet<_> = ids.filter(|id| !self.known.contains_key(id)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        make_room(&mut self.known, self.known_max, unknown.len());
        self.look_up(store, &unknown.into_iter().collect::<Vec<_>>())
    }

    /// An account of the transfer at a place.
    pub(super) fn get(
        &mut self,
        store: &mut dyn Store,
        id: AccountId,
        place: Sequence,
    ) -> Result<Arc<FlatAccount>, StoreError> {
        if !self.known.contains_key(&id) {
            // It had to make room for others of its page.
            self.look_up(store, &[id])?;
        }
        let known = self.known.get(&id).cloned();
        Ok(known.ok_or_else(|| CorruptRow::new("transfers", place, "account_id", id.0))?)
    }

    fn look_up(&mut self, store: &mut dyn Store, ids: &[AccountId]) -> Result<(), StoreError> {
        for AccountLabel { id, name, account_type, currency } in store.account_labels(ids)? {
            self.known.insert(id, Arc::new(FlatAccount { name, account_type, currency }));
        }
        Ok(())
    }
}
