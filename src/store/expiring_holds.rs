//! The query of open holds by the time of their end, the same on both backends.

use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::facts::{Hold, Instant, Sequence};
use crate::models::fixed_sql::FixedSql;
use crate::models::holds::{HoldRow, IS_OPEN_BY_EXPIRY};
use crate::models::sql_types::SqlInstant;
use crate::schema::holds;
use crate::store::StoreError;
use crate::store::each_backend::on_each_backend;
use crate::store::portable::from_rows;

/// One open transaction: holds that expire.
pub(crate) trait ExpiringHolds {
    /// Up to `limit` open holds that expire up to a moment and stand behind a moment and a sequence, in the order of both.
    fn list_expiring_holds(
        &mut self,
        behind: (Instant, Sequence),
        until: Instant,
        limit: i64,
    ) -> Result<Vec<Hold>, StoreError>;
}

macro_rules! implement_expiring_holds {
    ($connection:ty) => {
        impl ExpiringHolds for $connection {
            fn list_expiring_holds(
                &mut self,
                (moment, sequence): (Instant, Sequence),
                until: Instant,
                limit: i64,
            ) -> Result<Vec<Hold>, StoreError> {
                let moment = SqlInstant::from(moment);
                let holds = holds::table
                    .filter(FixedSql::<Bool>::new(IS_OPEN_BY_EXPIRY))
                    .filter(holds::expires_at.between(moment, SqlInstant::from(until)))
                    .filter(holds::expires_at.gt(moment).or(holds::sequence.gt(sequence.0)))
                    .order((holds::expires_at, holds::sequence))
                    .limit(limit);
                from_rows(holds.select(HoldRow::as_select()).load(self)?)
            }
        }
    };
}

on_each_backend!(implement_expiring_holds);
