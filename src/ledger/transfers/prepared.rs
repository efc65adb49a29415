//! Requests as clients wrote them, made ready for a [`Poster`](crate::ledger::Poster), which takes what can be judged.

use crate::error::Error;
use crate::facts::AccountName;
use crate::ledger::Ledger;
use crate::ledger::posting::resolving::{named_accounts, resolve_by_currencies};
use crate::money::Currency;
use crate::requests::{Request, Written};
use crate::store::Access;

/// The accounts that a request names, each once.
pub(crate) fn accounts_of(request: &Request<Written>) -> Vec<AccountName> {
    named_accounts(request)
}

/// The request as it can be judged, where the currencies of its accounts are all that it takes. `None` where the book has to be asked.
///
/// # Errors
/// [`InputError::Amount`](crate::error::InputError::Amount) with its place.
pub(crate) fn prepare(
    request: &Request<Written>,
    currency: impl Fn(&AccountName) -> Option<Currency>,
) -> Result<Option<Request>, Error> {
    resolve_by_currencies(request, currency)
}

impl Ledger {
    /// The currencies of those of the accounts that exist. An account's never changes.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub(crate) fn currencies_of(&self, names: &[AccountName]) -> Result<Vec<(AccountName, Currency)>, Error> {
        let names: Vec<_> = names.iter().collect();
        let found = self.pool.transaction(Access::Read, |store| Ok(store.find_accounts(&names)?))?;
        Ok(found.into_iter().map(|account| (account.name, account.currency)).collect())
    }
}
