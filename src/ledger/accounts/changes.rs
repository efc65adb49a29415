use crate::error::Error;
use crate::facts::{Account, AccountEvent, AccountName};
use crate::ledger::Ledger;
use crate::ledger::accounts::get_account_in;
use crate::ledger::log;
use crate::ledger::mode::Mode;
use crate::requests::{AccountChange, BatchPolicy, Request};
use crate::store::Access;

impl Ledger {
    /// Changes what an account may do, and keeps a record of it in the account's chain. A change to what is there already does nothing.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`](crate::rejection::Rejection::AccountUnknown), [`Rejection::AccountClosed`], [`Rejection::AccountHasHolds`], [`Rejection::AccountNotEmpty`],
    /// [`Rejection::LimitsInverted`], [`Rejection::LimitOverrun`], [`Error::Store`].
    pub fn change_account(&self, change: &AccountChange, mode: Mode) -> Result<Account, Error> {
        let requests = [Request::from(change.clone())];
        let mut posting = self.posting(&requests, BatchPolicy::CarryOn, mode);
        let (account, is_changed) = self.pool.transaction(Access::Write, |store| {
            let mut outcome = posting.attempt(store, &[])?.or_begin_anew()?;
            let changed = std::mem::take(&mut outcome.changed);
            outcome.only_answer()?;
            match changed.into_iter().find(|account| account.name == change.account) {
                Some(account) => Ok((account, true)),
                None => Ok((get_account_in(store, &change.account, self.clock.now())?, false)),
            }
        })?;
        log::changed("account", is_changed, mode);
        Ok(account)
    }

    /// Up to `limit` changes of what an account may do, newest first; `below` is the number of the last one on the page before.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`](crate::rejection::Rejection::AccountUnknown), [`Error::Store`].
    pub fn account_events(
        &self,
        name: &AccountName,
        below: Option<i64>,
        limit: u32,
    ) -> Result<(Account, Vec<AccountEvent>), Error> {
        self.pool.transaction(Access::Read, |store| {
            let account = get_account_in(store, name, self.clock.now())?;
            let events = store.list_events(account.id, below.unwrap_or(i64::MAX), limit.into())?;
            Ok((account, events))
        })
    }
}
