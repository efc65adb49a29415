//! Queries of proving one account, the same on both backends.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::facts::{AccountId, AccountName, NormalSide, Sequence};
use crate::models::account_events::AccountEventRow;
use crate::models::accounts::AccountRow;
use crate::models::fixed_sql::FixedSql;
use crate::models::holds::{self, HoldRow};
use crate::models::transfers::{AccountHistory, ChainRow, ChainRows, ChainStep};
use crate::schema::{account_events, accounts};
use crate::store::StoreError;
use crate::store::each_backend::on_each_backend;
use crate::store::portable::in_chunks;

/// One open transaction: what only the proof of one account asks. All rows are as they are stored.
pub(crate) trait AccountChains {
    /// The account of that name.
    fn find_account_row(&mut self, name: &AccountName) -> Result<Option<AccountRow>, StoreError>;

    /// Those of the accounts that exist, in no particular order.
    fn account_rows(&mut self, ids: &[AccountId]) -> Result<Vec<AccountRow>, StoreError>;

    /// The first event of each of the accounts that has one, in no particular order.
    fn first_event_rows_of(&mut self, ids: &[AccountId]) -> Result<Vec<AccountEventRow>, StoreError>;

    /// Up to `limit` events of an account from a place on, in the order of their places.
    fn event_rows_of(&mut self, id: AccountId, from: i64, limit: i64) -> Result<Vec<AccountEventRow>, StoreError>;

    /// Up to `limit` transfers of an account from `first` on, newest first.
    fn chain_rows(&mut self, id: AccountId, first: Sequence, limit: i64) -> Result<Vec<ChainRow>, StoreError>;

    /// The transfer that is so many steps older than another of the account, if there is one.
    fn find_older(&mut self, id: AccountId, first: Sequence, steps: i64) -> Result<Option<Sequence>, StoreError>;

    /// Up to `limit` open holds that stand on one side of an account, from a place on, in the order in which they were placed.
    fn open_hold_rows_of(
        &mut self,
        side: NormalSide,
        id: AccountId,
        from: i64,
        limit: i64,
    ) -> Result<Vec<HoldRow>, StoreError>;
}

/// The place of an event, written so that no index on it fits, which would lead through the events of all accounts.
fn event_place() -> FixedSql<BigInt> {
    FixedSql::new("account_events.sequence + 0")
}

macro_rules! implement_account_chains {
    ($connection:ty) => {
        impl AccountChains for $connection {
            fn find_account_row(&mut self, name: &AccountName) -> Result<Option<AccountRow>, StoreError> {
                let row = accounts::table.filter(accounts::name.eq(name.as_str())).select(AccountRow::as_select());
                Ok(row.get_result(self).optional()?)
            }

            fn account_rows(&mut self, ids: &[AccountId]) -> Result<Vec<AccountRow>, StoreError> {
                in_chunks(ids, |ids| {
                    let rows = accounts::table.filter(accounts::id.eq_any(ids.iter().map(|id| id.0)));
                    rows.select(AccountRow::as_select()).load(self)
                })
            }

            fn first_event_rows_of(&mut self, ids: &[AccountId]) -> Result<Vec<AccountEventRow>, StoreError> {
                in_chunks(ids, |ids| {
                    let is_first = account_events::event.eq(1);
                    let is_theirs = account_events::account_id.eq_any(ids.iter().map(|id| id.0));
                    let rows = account_events::table.filter(is_first.and(is_theirs));
                    rows.select(AccountEventRow::as_select()).load(self)
                })
            }

            fn event_rows_of(
                &mut self,
                id: AccountId,
                from: i64,
                limit: i64,
            ) -> Result<Vec<AccountEventRow>, StoreError> {
                let events = account_events::table
                    .filter(account_events::account_id.eq(id.0).and(event_place().ge(from)))
                    .order(event_place())
                    .limit(limit);
                Ok(events.select(AccountEventRow::as_select()).load(self)?)
            }

            fn chain_rows(&mut self, id: AccountId, first: Sequence, limit: i64) -> Result<Vec<ChainRow>, StoreError> {
                Ok(ChainRows(AccountHistory { account_id: id.0, first: first.0, limit }).load(self)?)
            }

            fn find_older(
                &mut self,
                id: AccountId,
                first: Sequence,
                steps: i64,
            ) -> Result<Option<Sequence>, StoreError> {
                let step = ChainStep { account_id: id.0, first: first.0, steps };
                Ok(step.get_result(self).optional()?.map(Sequence))
            }

            fn open_hold_rows_of(
                &mut self,
                side: NormalSide,
                id: AccountId,
                from: i64,
                limit: i64,
            ) -> Result<Vec<HoldRow>, StoreError> {
                let is_behind = holds::place().ge(from);
                Ok(match side {
                    NormalSide::Debit => {
                        let rows = holds::open_by_debit(id.0).filter(is_behind).order(holds::place()).limit(limit);
                        rows.select(HoldRow::as_select()).load(self)?
                    }
                    NormalSide::Credit => {
                        let rows = holds::open_by_credit(id.0).filter(is_behind).order(holds::place()).limit(limit);
                        rows.select(HoldRow::as_select()).load(self)?
                    }
                })
            }
        }
    };
}

on_each_backend!(implement_account_chains);
