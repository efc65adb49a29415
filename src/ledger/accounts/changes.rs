//! Changing accounts' limits and states.

#[cfg(feature = "server")]
use std::collections::BTreeSet;

use crate::error::Error;
use crate::facts::{Account, AccountEvent, AccountName};
use crate::ledger::Ledger;
use crate::ledger::accounts::get_account_in;
use crate::ledger::log;
#[cfg(feature = "server")]
use crate::ledger::posting::resolving::{RequestAccounts, resolve};
use crate::ledger::write_options::WriteOptions;
#[cfg(feature = "server")]
use crate::money::WrittenAmount;
#[cfg(feature = "server")]
use crate::rejection::Rejection;
use crate::requests::{AccountChange, BatchPolicy, Request};
#[cfg(feature = "server")]
use crate::requests::{Operation, Placed};
use crate::store::Access;

/// A change of an account, as a client wrote it.
#[cfg(feature = "server")]
type WrittenChange = AccountChange<Placed<WrittenAmount>>;

impl Ledger {
    /// Changes an account's limits or state, and adds a record of the change to the account's chain. Returns the account
    /// after the change. A change to what is already so does nothing.
    ///
    /// # Errors
    /// [A rejection](crate::rejection::Rejection) with `AccountUnknown`, `AccountClosed`, `AccountHasHolds`, `AccountNotEmpty`,
    /// `LimitsInverted`, `VelocityNegative`, `LimitOverrun`, `ClockBehind`; [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::AccountState;
    /// use teller::requests::{AccountAction, AccountChange, Sides};
    ///
    /// let (alice, action) = ("customers:alice".parse()?, AccountAction::Freeze(Sides::Both));
    /// let freeze = AccountChange {
    ///     reason: Some("the card was stolen".parse()?),
    ///     ..AccountChange::new(alice, action, "compliance".parse()?)
    /// };
    /// let alice = ledger.change_account(&freeze, Mode::Commit)?;
    /// assert_eq!(alice.state, AccountState::Frozen);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn change_account(&self, change: &AccountChange, options: impl Into<WriteOptions>) -> Result<Account, Error> {
        let mode = options.into().mode;
        let requests = [Request::from(change.clone())];
        let mut posting = self.posting(&requests, BatchPolicy::CarryOn, mode);
        let (account, is_changed) = self.pool.transaction(Access::Write, |store| {
            let mut outcome = posting.attempt(store, &[])?.into_outcome()?;
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

    /// As [`Ledger::change_account`], for a change as a client wrote it. `check` sees the account behind the lock, before the change.
    ///
    /// # Errors
    /// Those of `check`, of [`Ledger::change_account`], and
    /// [`InputError::Amount`](crate::error::InputError::Amount) with its place.
    #[cfg(feature = "server")]
    pub(crate) fn change_written_account(
        &self,
        change: &WrittenChange,
        check: impl Fn(&Account) -> Result<(), Rejection>,
        options: impl Into<WriteOptions>,
    ) -> Result<Account, Error> {
        let options = options.into();
        let name = change.account.clone();
        let requests = [Request::Operation(Operation::Change(change.clone()))];
        let mut also_locked = BTreeSet::new();
        let (account, is_changed) = self.pool.transaction(Access::Write, |store| {
            let resolved = resolve(store, &requests, &also_locked, &[])?;
            if let RequestAccounts::Locked(accounts) = &resolved.accounts {
                accounts.iter().filter(|account| account.name == name).try_for_each(&check)?;
            }
            let mut outcome = self.post_resolved(store, resolved, BatchPolicy::CarryOn, &options, &mut also_locked)?;
            let changed = std::mem::take(&mut outcome.changed);
            outcome.only_answer()?;
            match changed.into_iter().find(|account| account.name == name) {
                Some(account) => Ok((account, true)),
                None => Ok((get_account_in(store, &name, self.clock.now())?, false)),
            }
        })?;
        log::changed("account", is_changed, options.mode);
        Ok(account)
    }

    /// Returns the account and up to `limit` changes of its limits, state and metadata, newest first. `below` is the number of the last event of
    /// the page before.
    ///
    /// # Errors
    /// [`AccountUnknown`](crate::rejection::Rejection::AccountUnknown), [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let (alice, events) = ledger.account_events(&"customers:alice".parse()?, None, 10)?;
    /// assert_eq!(alice.name.as_str(), "customers:alice");
    /// assert!(events.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
