//! Queries of what reports sum up, the same on both backends. Rows are handed on one by one, so that no report holds transfers in memory.

use diesel::prelude::*;

use crate::facts::AccountType;
use crate::models::sql_types::SqlInstant;
use crate::models::transfers::{
    ChainMovementRow, ChainMovements, CrossingRow, CrossingTransfers, MovementRow, MovementsBelow,
};
use crate::schema::{accounts, transfers};
use crate::store::StoreError;
use crate::store::each_backend::on_each_backend_row_by_row;
use crate::store::portable::in_chunks;

/// Is handed each row as it comes.
pub(crate) type Take<'a, R> = &'a mut dyn FnMut(R) -> Result<(), StoreError>;

/// One open transaction: what transfers moved.
pub(crate) trait Movements {
    /// Up to `limit` transfers from a place down, the newest first.
    fn movements_below(&mut self, query: MovementsBelow, take: Take<'_, MovementRow>) -> Result<(), StoreError>;

    /// Parts of the chains of some accounts, each newest first.
    fn chain_movements(&mut self, query: ChainMovements, take: Take<'_, ChainMovementRow>) -> Result<(), StoreError>;

    /// What counts at another time than it was recorded, in no particular order.
    fn crossing_transfers(&mut self, query: CrossingTransfers, take: Take<'_, CrossingRow>) -> Result<(), StoreError>;

    /// The newest transfer at or below a place, and when it was recorded.
    fn place_at_or_below(&mut self, sequence: i64) -> Result<Option<(i64, SqlInstant)>, StoreError>;

    /// When those of the transfers that exist were recorded, in no particular order.
    fn recorded_times(&mut self, sequences: &[i64]) -> Result<Vec<(i64, SqlInstant)>, StoreError>;

    /// The numbers of all accounts of a type.
    fn account_ids_of(&mut self, account_type: AccountType) -> Result<Vec<i64>, StoreError>;
}

macro_rules! implement_movements {
    ($connection:ty, $loading_mode:ty) => {
        impl Movements for $connection {
            fn movements_below(
                &mut self,
                query: MovementsBelow,
                take: Take<'_, MovementRow>,
            ) -> Result<(), StoreError> {
                query.load_iter::<MovementRow, $loading_mode>(self)?.try_for_each(|row| take(row?))
            }

            fn chain_movements(
                &mut self,
                query: ChainMovements,
                take: Take<'_, ChainMovementRow>,
            ) -> Result<(), StoreError> {
                query.load_iter::<ChainMovementRow, $loading_mode>(self)?.try_for_each(|row| take(row?))
            }

            fn crossing_transfers(
                &mut self,
                query: CrossingTransfers,
                take: Take<'_, CrossingRow>,
            ) -> Result<(), StoreError> {
                query.load_iter::<CrossingRow, $loading_mode>(self)?.try_for_each(|row| take(row?))
            }

            fn place_at_or_below(&mut self, sequence: i64) -> Result<Option<(i64, SqlInstant)>, StoreError> {
                let below = transfers::table.filter(transfers::sequence.le(sequence)).order(transfers::sequence.desc());
                Ok(below.select((transfers::sequence, transfers::recorded_at)).first(self).optional()?)
            }

            fn recorded_times(&mut self, sequences: &[i64]) -> Result<Vec<(i64, SqlInstant)>, StoreError> {
                in_chunks(sequences, |sequences| {
                    let rows = transfers::table.filter(transfers::sequence.eq_any(sequences.iter().copied()));
                    rows.select((transfers::sequence, transfers::recorded_at)).load(self)
                })
            }

            fn account_ids_of(&mut self, account_type: AccountType) -> Result<Vec<i64>, StoreError> {
                let accounts = accounts::table.filter(accounts::account_type.eq(account_type.as_str()));
                Ok(accounts.select(accounts::id).load(self)?)
            }
        }
    };
}

on_each_backend_row_by_row!(implement_movements);
