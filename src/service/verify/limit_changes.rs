use std::iter::{Peekable, from_fn};
use std::vec::IntoIter;

use crate::models::account_limits::LimitChangeRow;

/// The changes of limits of a page of accounts, handed out account by account.
pub(super) struct LimitChanges(Peekable<IntoIter<LimitChangeRow>>);

impl LimitChanges {
    pub(super) fn new(changes: Vec<LimitChangeRow>) -> Self {
        Self(changes.into_iter().peekable())
    }

    /// The changes that are left of accounts before one, or of all: those whose accounts were not asked for.
    pub(super) fn before(&mut self, account: Option<i64>) -> Vec<LimitChangeRow> {
        let is_before = |change: &LimitChangeRow| account.is_none_or(|account| change.account_id < account);
        from_fn(|| self.0.next_if(is_before)).collect()
    }

    /// The changes of one account. Accounts are asked for in order.
    pub(super) fn of(&mut self, account: i64) -> Vec<LimitChangeRow> {
        from_fn(|| self.0.next_if(|change| change.account_id == account)).collect()
    }
}
