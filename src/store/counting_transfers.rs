//! Queries of what counts, the same on both backends. Rows are handed on one by one, so that no export holds a book in memory.

use std::ops::ControlFlow;

use diesel::dsl::min;
use diesel::prelude::*;

use crate::facts::TransferKind;
use crate::models::sql_types::SqlInstant;
use crate::models::transfers::{CountingRow, CountingTransfers};
use crate::schema::transfers;
use crate::store::StoreError;
use crate::store::each_backend::on_each_backend_row_by_row;

/// Is handed each row as it comes, and says whether it takes more.
pub(crate) type TakeWhile<'a, R> = &'a mut dyn FnMut(R) -> ControlFlow<()>;

/// One open transaction: what transfers count for, and when.
pub(crate) trait CountedTransfers {
    /// The transfers that move value, in the order in which they count.
    fn counting_transfers(
        &mut self,
        query: CountingTransfers,
        take: TakeWhile<'_, CountingRow>,
    ) -> Result<(), StoreError>;

    /// The debit account, the credit account and the amount of each transfer that moves value and counts up to a moment, in no particular
    /// order.
    fn amounts_counting_until(
        &mut self,
        until: SqlInstant,
        take: &mut dyn FnMut((i64, i64, i64)),
    ) -> Result<(), StoreError>;

    /// When the first transfer behind a moment counts that moves value.
    fn first_counting_after(&mut self, after: SqlInstant) -> Result<Option<SqlInstant>, StoreError>;
}

/// The words of those that move value. Holds and releases move nothing.
const MOVING: [&str; 3] =
    [TransferKind::Transfer.as_str(), TransferKind::Capture.as_str(), TransferKind::Reversal.as_str()];

macro_rules! implement_counted_transfers {
    ($connection:ty, $loading_mode:ty) => {
        impl CountedTransfers for $connection {
            fn counting_transfers(
                &mut self,
                query: CountingTransfers,
                take: TakeWhile<'_, CountingRow>,
            ) -> Result<(), StoreError> {
                for row in query.load_iter::<CountingRow, $loading_mode>(self)? {
                    if take(row?).is_break() {
                        break;
                    }
                }
                Ok(())
            }

            fn amounts_counting_until(
                &mut self,
                until: SqlInstant,
                take: &mut dyn FnMut((i64, i64, i64)),
            ) -> Result<(), StoreError> {
                let rows = transfers::table
                    .filter(transfers::effective_at.le(until))
                    .filter(transfers::kind.eq_any(MOVING))
                    .select((transfers::debit_account_id, transfers::credit_account_id, transfers::amount));
                for row in rows.load_iter::<(i64, i64, i64), $loading_mode>(self)? {
                    take(row?);
                }
                Ok(())
            }

            fn first_counting_after(&mut self, after: SqlInstant) -> Result<Option<SqlInstant>, StoreError> {
                let rows =
                    transfers::table.filter(transfers::effective_at.gt(after)).filter(transfers::kind.eq_any(MOVING));
                Ok(rows.select(min(transfers::effective_at)).get_result(self)?)
            }
        }
    };
}

on_each_backend_row_by_row!(implement_counted_transfers);
