//! Queries of how late the entries of a book are, the same on both backends. They read every account, so they are for people who ask.

use diesel::dsl::max;
use diesel::prelude::*;

use crate::facts::Instant;
use crate::models::sql_types::SqlInstant;
use crate::schema::{account_events, accounts, book_events};
use crate::store::StoreError;
use crate::store::each_backend::on_each_backend;

/// One open transaction: when entries were recorded.
pub(crate) trait Leads {
    /// When the latest entry of the book was recorded: a transfer, a change of an account, an event of the book.
    fn latest_recorded_at(&mut self) -> Result<Option<Instant>, StoreError>;

    /// How many accounts have a transfer that was recorded later than a moment.
    fn count_accounts_later_than(&mut self, moment: Instant) -> Result<i64, StoreError>;
}

macro_rules! implement_leads {
    ($connection:ty) => {
        impl Leads for $connection {
            fn latest_recorded_at(&mut self) -> Result<Option<Instant>, StoreError> {
                let latest: [Option<SqlInstant>; 3] = [
                    accounts::table.select(max(accounts::last_recorded_at)).get_result(self)?,
                    account_events::table.select(max(account_events::recorded_at)).get_result(self)?,
                    book_events::table.select(max(book_events::recorded_at)).get_result(self)?,
                ];
                Ok(latest.into_iter().flatten().filter_map(SqlInstant::instant).max())
            }

            fn count_accounts_later_than(&mut self, moment: Instant) -> Result<i64, StoreError> {
                let later = accounts::table.filter(accounts::last_recorded_at.gt(SqlInstant::from(moment)));
                Ok(later.count().get_result(self)?)
            }
        }
    };
}

on_each_backend!(implement_leads);
