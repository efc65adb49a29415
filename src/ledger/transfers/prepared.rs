//! Requests as clients wrote them, made ready for a [`Poster`](crate::ledger::Poster), which takes what can be judged.

use std::collections::BTreeSet;
use std::slice;

use crate::error::{Error, InputError};
use crate::facts::{Account, AccountName};
use crate::ledger::Ledger;
use crate::ledger::journals::exchange::in_currency;
use crate::ledger::posting::resolving::{named_accounts, resolve_by_currencies};
use crate::maps::FastSet;
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
        Ok(names.iter().filter_map(|name| Some(((*name).clone(), currency(name)?))).collect())
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

    /// Remembers the accounts of the newest transfers, up to so many, so that the first postings to them need not read them, and returns
    /// their currencies.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub(crate) fn remember_recent(&self, accounts_max: usize) -> Result<Vec<(AccountName, Currency)>, Error> {
        let rows = self.pool.transaction(Access::Read, |store| {
            let newest = store.newest_account_ids(accounts_max.try_into().unwrap_or(i64::MAX))?;
            let mut seen = FastSet::default();
            let recent: Vec<_> =
                newest.into_iter().flatten().filter(|id| seen.insert(*id)).take(accounts_max).collect();
            Ok(store.account_rows(&recent)?)
        })?;
        // A row that cannot be read is for a verification to find.
        let accounts: Vec<_> = rows.into_iter().flat_map(Account::try_from).collect();
        let currencies = accounts.iter().map(|account| (account.name.clone(), account.currency)).collect();
        self.remembered.keep_read(accounts);
        Ok(currencies)
    }
}
