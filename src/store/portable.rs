//! Queries that Diesel writes for both backends. Each is given once, and compiled for each.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;

use super::StoreError;
use crate::models::account_limits::LimitChangeRow;
use crate::models::accounts::{AccountRow, prefix_end, with_prefix};
use crate::models::currencies::CurrencyRow;
use crate::models::transfers::{AccountHistory, LastRecordedAt, TransferRow, from_sequence};
use crate::money::Amount;
use crate::rules::{Account, AccountId, Instant, Limits, Sequence, Transfer};
use crate::schema::{account_limits, accounts, currencies, transfers};

/// One open transaction: the queries that are the same on both backends.
pub(crate) trait Portable {
    /// Up to `limit` accounts whose names begin with `prefix` and sort behind `after`, by name.
    fn list_accounts(&mut self, prefix: &str, after: &str, limit: i64) -> Result<Vec<Account>, StoreError>;

    /// How many accounts there are.
    fn count_accounts(&mut self) -> Result<i64, StoreError>;

    /// All currencies, by code.
    fn list_currencies(&mut self) -> Result<Vec<CurrencyRow>, StoreError>;

    /// The currency of that code.
    fn find_currency(&mut self, code: &str) -> Result<Option<CurrencyRow>, StoreError>;

    /// Up to `limit` transfers of an account from `first` on, newest first.
    fn list_history(&mut self, account: AccountId, first: Sequence, limit: i64) -> Result<Vec<Transfer>, StoreError>;

    /// The account's newest transfer that was recorded at or before a moment.
    fn find_last_recorded_at(&mut self, account: &Account, at: Instant) -> Result<Option<Transfer>, StoreError>;

    /// How often an account's limits were changed.
    fn count_limit_changes(&mut self, account: AccountId) -> Result<i64, StoreError>;

    /// The newest place in the book.
    fn newest_sequence(&mut self) -> Result<Option<Sequence>, StoreError>;

    /// Up to `limit` rows of transfers from `sequence` on, in order, as they are stored.
    fn transfer_rows_from(&mut self, sequence: i64, limit: i64) -> Result<Vec<TransferRow>, StoreError>;

    /// Up to `limit` rows of accounts from `id` on, in order, as they are stored.
    fn account_rows_from(&mut self, id: i64, limit: i64) -> Result<Vec<AccountRow>, StoreError>;

    /// Writes an account's limits and the record of the change.
    fn update_limits(&mut self, account: AccountId, limits: Limits, change: &LimitChangeRow) -> Result<(), StoreError>;

    /// Every change of limits of the accounts from `first` to `last`, in order.
    fn limit_changes_between(&mut self, first: i64, last: i64) -> Result<Vec<LimitChangeRow>, StoreError>;
}

/// Stored rows as the rules know them.
pub(super) fn from_rows<R, T>(rows: Vec<R>) -> Result<Vec<T>, StoreError>
where
    T: TryFrom<R>,
    StoreError: From<T::Error>,
{
    rows.into_iter().map(|row| T::try_from(row).map_err(StoreError::from)).collect()
}

macro_rules! implement_portable {
    ($connection:ty) => {
        impl Portable for $connection {
            fn list_accounts(&mut self, prefix: &str, after: &str, limit: i64) -> Result<Vec<Account>, StoreError> {
                let end = prefix_end(prefix);
                from_rows(with_prefix(prefix, &end, after, limit).select(AccountRow::as_select()).load(self)?)
            }

            fn count_accounts(&mut self) -> Result<i64, StoreError> {
                Ok(accounts::table.count().get_result(self)?)
            }

            fn list_currencies(&mut self) -> Result<Vec<CurrencyRow>, StoreError> {
                Ok(currencies::table.order(currencies::code).select(CurrencyRow::as_select()).load(self)?)
            }

            fn find_currency(&mut self, code: &str) -> Result<Option<CurrencyRow>, StoreError> {
                Ok(currencies::table.find(code).select(CurrencyRow::as_select()).first(self).optional()?)
            }

            fn list_history(
                &mut self,
                account: AccountId,
                first: Sequence,
                limit: i64,
            ) -> Result<Vec<Transfer>, StoreError> {
                let history = AccountHistory { account_id: account.0, first: first.0, limit };
                from_rows(history.load::<TransferRow>(self)?)
            }

            fn find_last_recorded_at(
                &mut self,
                account: &Account,
                at: Instant,
            ) -> Result<Option<Transfer>, StoreError> {
                let Some(last) = account.last else { return Ok(None) };
                let query =
                    LastRecordedAt { account_id: account.id.0, last_transfer: last.sequence.0, recorded_at: at.into() };
                Ok(from_rows(query.load::<TransferRow>(self)?)?.pop())
            }

            fn count_limit_changes(&mut self, account: AccountId) -> Result<i64, StoreError> {
                let changes = account_limits::table.filter(account_limits::account_id.eq(account.0));
                Ok(changes.count().get_result(self)?)
            }

            fn newest_sequence(&mut self) -> Result<Option<Sequence>, StoreError> {
                let newest = transfers::table.select(transfers::sequence).order(transfers::sequence.desc());
                Ok(newest.first(self).optional()?.map(Sequence))
            }

            fn transfer_rows_from(&mut self, sequence: i64, limit: i64) -> Result<Vec<TransferRow>, StoreError> {
                Ok(from_sequence(sequence, limit).select(TransferRow::as_select()).load(self)?)
            }

            fn account_rows_from(&mut self, id: i64, limit: i64) -> Result<Vec<AccountRow>, StoreError> {
                let rows = accounts::table.filter(accounts::id.ge(id)).order(accounts::id).limit(limit);
                Ok(rows.select(AccountRow::as_select()).load(self)?)
            }

            fn update_limits(
                &mut self,
                account: AccountId,
                limits: Limits,
                change: &LimitChangeRow,
            ) -> Result<(), StoreError> {
                diesel::insert_into(account_limits::table).values(change).execute(self)?;
                let updated = diesel::update(accounts::table.find(account.0))
                    .set((
                        accounts::min_balance.eq(limits.min_balance.map(Amount::minor)),
                        accounts::max_balance.eq(limits.max_balance.map(Amount::minor)),
                    ))
                    .execute(self)?;
                assert_eq!(updated, 1, "the account was locked, so it is there");
                Ok(())
            }

            fn limit_changes_between(&mut self, first: i64, last: i64) -> Result<Vec<LimitChangeRow>, StoreError> {
                let changes = account_limits::table
                    .filter(account_limits::account_id.between(first, last))
                    .order((account_limits::account_id, account_limits::change));
                Ok(changes.select(LimitChangeRow::as_select()).load(self)?)
            }
        }
    };
}

implement_portable!(PgConnection);
implement_portable!(SqliteConnection);
