//! What is remembered of an account, and whether a batch can be judged by it.

use std::sync::Arc;

use crate::facts::Account;
use crate::ledger::posting::promise::Promise;
use crate::money::{Amount, Currency};

/// What is remembered of an account.
pub(super) struct Known {
    /// It never changes.
    pub(super) currency: Currency,
    pub(super) standing: Standing,
}

/// A batch that is posted behind locks. Later ones are greater.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub(super) struct LockOut(pub(super) u64);

/// How an account can be judged by. Accounts are boxed, because a map can allocate twice the room that it needs.
pub(super) enum Standing {
    /// As it was committed last.
    Committed(Box<Account>),
    /// As a batch leaves it that is judged, and not committed yet.
    Promised(Box<Account>, Arc<Promise>),
    /// A batch is being judged by it, so that no two batches guess by the same one.
    Judging,
    /// A batch that may change it is being posted behind locks.
    Locked(LockOut),
    /// It takes more to judge it than the account: only a posting behind locks can tell.
    Complicated,
}

impl Standing {
    pub(super) fn of(account: Account) -> Self {
        if is_simple(&account) { Self::Committed(Box::new(account)) } else { Self::Complicated }
    }

    /// Whether it says more than that the account was committed with this version.
    pub(super) fn is_behind(&self, version: i64) -> bool {
        match self {
            Self::Committed(account) | Self::Promised(account, _) => account.version > version,
            Self::Judging => true,
            Self::Locked(_) | Self::Complicated => false,
        }
    }
}

/// Whether an account can be judged without reading its holds or counting what it spent.
pub(super) fn is_simple(account: &Account) -> bool {
    let is_without_holds =
        account.balances.debits_held == Amount::ZERO && account.balances.credits_held == Amount::ZERO;
    is_without_holds && !account.velocity.has_window()
}
