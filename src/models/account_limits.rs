use diesel::prelude::*;

use super::sql_types::SqlInstant;
use crate::money::Amount;
use crate::rules::{AccountId, Instant, Limits};
use crate::schema::account_limits;

/// One change of an account's limits.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = account_limits)]
pub(crate) struct LimitChangeRow {
    pub account_id: i64,
    pub change: i64,
    pub recorded_at: SqlInstant,
    pub min_balance_before: Option<i64>,
    pub max_balance_before: Option<i64>,
    pub min_balance_after: Option<i64>,
    pub max_balance_after: Option<i64>,
}

impl LimitChangeRow {
    pub(crate) fn new(account: AccountId, change: i64, recorded_at: Instant, before: Limits, after: Limits) -> Self {
        Self {
            account_id: account.0,
            change,
            recorded_at: recorded_at.into(),
            min_balance_before: before.min_balance.map(Amount::minor),
            max_balance_before: before.max_balance.map(Amount::minor),
            min_balance_after: after.min_balance.map(Amount::minor),
            max_balance_after: after.max_balance.map(Amount::minor),
        }
    }

    pub(crate) fn before(&self) -> Limits {
        limits(self.min_balance_before, self.max_balance_before)
    }

    pub(crate) fn after(&self) -> Limits {
        limits(self.min_balance_after, self.max_balance_after)
    }
}

pub(super) fn limits(min_balance: Option<i64>, max_balance: Option<i64>) -> Limits {
    Limits { min_balance: min_balance.map(Amount::from_minor), max_balance: max_balance.map(Amount::from_minor) }
}
