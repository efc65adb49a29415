//! Requests as clients wrote them, made ready for a [`Poster`](crate::ledger::Poster), which takes what can be judged.

use std::collections::BTreeSet;
use std::slice;

use crate::error::{Error, InputError};
use crate::facts::AccountName;
use crate::ledger::Ledger;
use crate::ledger::journals::exchange::in_currency;
use crate::ledger::posting::resolving::{named_accounts, resolve_by_currencies};
use crate::money::{Currency, WrittenAmount};
use crate::requests::{Exchange, ExchangeRequest, Placed, Request, Written};
use crate::store::Access;

/// A request that was made ready, or the accounts whose currencies it takes.
pub(crate) enum Prepared {
    Ready(Box<Request>),
    Asks(Vec<AccountName>),
    /// The book has to be asked for more.
    NeedsBook,
}

/// The accounts that a request names, each once.
pub(crate) fn accounts_of(request: &Request<Written>) -> Vec<AccountName> {
    named_accounts(request)
}

/// The request as it can be judged, where the currencies of its accounts are all that it takes.
///
/// # Errors
/// [`InputError::Amount`] with its place.
pub(crate) fn prepare_or_ask(
    request: &Request<Written>,
    currency: impl Fn(&AccountName) -> Option<Currency>,
) -> Result<Prepared, Error> {
    let mut names = named_accounts(request);
    names.retain(|name| currency(name).is_none());
    if !names.is_empty() {
        return Ok(Prepared::Asks(names));
    }
    let known = |names: &BTreeSet<&AccountName>| {
        names.iter().filter_map(|name| Some(((*name).clone(), currency(name)?))).collect()
    };
    let resolved = resolve_by_currencies(slice::from_ref(request), known)?.and_then(|mut requests| requests.pop());
    Ok(resolved.map_or(Prepared::NeedsBook, |request| Prepared::Ready(Box::new(request))))
}

/// The same for an exchange, which is posted as a journal. Accounts that it would open have to be there.
///
/// # Errors
/// As [`prepare_or_ask`]; [`Rejection::CurrenciesAlike`](crate::rejection::Rejection::CurrenciesAlike); what an exchange cannot be.
pub(crate) fn prepare_exchange(
    written: &ExchangeRequest<Placed<WrittenAmount>>,
    currency: impl Fn(&AccountName) -> Option<Currency>,
) -> Result<Prepared, Error> {
    let (Some(sold), Some(bought)) = (currency(&written.from), currency(&written.to)) else {
        let names = [&written.from, &written.to].into_iter().filter(|name| currency(name).is_none());
        return Ok(Prepared::Asks(names.cloned().collect()));
    };
    let request = in_currency(written, sold)?;
    let bought = request.bought(bought)?.map_err(InputError::from)?;
    let Exchange { journal, accounts } = request.exchange(bought).map_err(InputError::from)?;
    let missing: Vec<_> =
        accounts.into_iter().map(|account| account.name).filter(|name| currency(name).is_none()).collect();
    if missing.is_empty() { Ok(Prepared::Ready(Box::new(journal.into()))) } else { Ok(Prepared::Asks(missing)) }
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

    /// The currencies of up to so many accounts, the first by name.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub(crate) fn first_currencies(&self, accounts_max: u32) -> Result<Vec<(AccountName, Currency)>, Error> {
        let found =
            self.pool.transaction(Access::Read, |store| Ok(store.list_accounts("", "", accounts_max.into())?))?;
        Ok(found.into_iter().map(|account| (account.name, account.currency)).collect())
    }
}
