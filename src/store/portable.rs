//! Queries that Diesel writes for both backends. Each is given once, and compiled for each.

use diesel::prelude::*;

use uuid::Uuid;

use crate::facts::{Account, AccountEvent, AccountId, Hold, Instant, Sequence, Transfer, TransferId};
use crate::models::account_events::AccountEventRow;
use crate::models::accounts::{AccountLabel, AccountLabelRow, AccountRow, prefix_end, with_prefix};
use crate::models::currencies::CurrencyRow;
use crate::models::holds::{self, HoldRow};
use crate::models::sql_types::SqlId;
use crate::models::transfers::{
    AccountHistory, EffectiveCorrection, ExceptionCount, Exceptions, LastRecordedAt, TransferRow, from_sequence,
};
use crate::schema::{account_events, accounts, book_identity, currencies, transfers};
use crate::store::chain_check::{check_events, check_history, check_last_recorded};
use crate::store::each_backend::on_each_backend_row_by_row;
use crate::store::{PageSize, StoreError};

/// How many ids one statement looks up. SQLite takes 32,766 values a statement.
const IDS_PER_STATEMENT: usize = 1_000;

/// One open transaction: the queries that are the same on both backends.
pub(crate) trait Portable {
    /// Up to `limit` accounts whose names begin with `prefix` and sort behind `after`, by name.
    fn list_accounts(&mut self, prefix: &str, after: &str, limit: i64) -> Result<Vec<Account>, StoreError>;

    /// The names and numbers of up to `limit` accounts whose names sort behind `after`, by name, as they are stored.
    fn list_account_ids(&mut self, after: &str, limit: i64) -> Result<Vec<(String, i64)>, StoreError>;

    /// The numbers of those of the accounts that exist, with the codes and exponents of their currencies, in no particular order.
    fn account_currencies(&mut self, ids: &[AccountId]) -> Result<Vec<(i64, String, i16)>, StoreError>;

    /// The labels of those of the accounts that exist, in no particular order.
    fn account_labels(&mut self, ids: &[AccountId]) -> Result<Vec<AccountLabel>, StoreError>;

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

    /// What a correction comes to, in minor units.
    fn correct_effective(&mut self, correction: EffectiveCorrection) -> Result<i128, StoreError>;

    /// Some transfers of an account that count at another time than they were recorded, the latest first.
    fn list_exceptions(&mut self, exceptions: Exceptions) -> Result<Vec<Transfer>, StoreError>;

    /// How many transfers of an account, up to a place, count at another time than they were recorded.
    fn count_exceptions(&mut self, account: AccountId, up_to: Sequence) -> Result<i64, StoreError>;

    /// The book's own id.
    fn book_id(&mut self) -> Result<Option<SqlId>, StoreError>;

    /// A page of the transfers from a place on, in order, as they are stored.
    fn transfer_rows_from(&mut self, sequence: i64, size: &mut PageSize) -> Result<Vec<TransferRow>, StoreError>;

    /// A page of the accounts from a number on, in order, as they are stored.
    fn account_rows_from(&mut self, id: i64, size: &mut PageSize) -> Result<Vec<AccountRow>, StoreError>;

    /// The numbers of up to `limit` accounts from one number to another, rising.
    fn account_ids_between(&mut self, first: i64, last: i64, limit: i64) -> Result<Vec<i64>, StoreError>;

    /// A page of the events of accounts from one place to another, in order, as they are stored.
    fn event_rows_between(
        &mut self,
        first: i64,
        last: i64,
        size: &mut PageSize,
    ) -> Result<Vec<AccountEventRow>, StoreError>;

    /// The transfer at a place.
    fn find_transfer_at(&mut self, sequence: Sequence) -> Result<Option<Transfer>, StoreError>;

    /// The transfers of journals, in no particular order.
    fn find_journals(&mut self, journals: &[Uuid]) -> Result<Vec<Transfer>, StoreError>;

    /// The debited and the credited account of those of the transfers that exist.
    fn transfer_account_ids(&mut self, transfers: &[TransferId]) -> Result<Vec<[AccountId; 2]>, StoreError>;

    /// The debited and the credited account of every transfer of the journals.
    fn journal_account_ids(&mut self, journals: &[Uuid]) -> Result<Vec<[AccountId; 2]>, StoreError>;

    /// The debited and the credited account of those of the holds that exist.
    fn hold_account_ids(&mut self, holds: &[TransferId]) -> Result<Vec<[AccountId; 2]>, StoreError>;

    /// The reversals of transfers, in no particular order, as they are stored.
    fn reversal_rows(&mut self, transfers: &[TransferId]) -> Result<Vec<TransferRow>, StoreError>;

    /// Those of the transfers that exist, in no particular order, as they are stored.
    fn transfer_rows(&mut self, ids: &[TransferId]) -> Result<Vec<TransferRow>, StoreError>;

    /// Everything that happened to holds, in the order of the book, as it is stored.
    fn hold_transfer_rows(&mut self, holds: &[TransferId]) -> Result<Vec<TransferRow>, StoreError>;

    /// Those of the holds that exist, as they are stored.
    fn hold_rows(&mut self, ids: &[TransferId]) -> Result<Vec<HoldRow>, StoreError>;

    /// Those of the holds that exist.
    fn find_holds(&mut self, ids: &[TransferId]) -> Result<Vec<Hold>, StoreError> {
        from_rows(self.hold_rows(ids)?)
    }

    /// Up to `limit` open holds that expired at or before a moment, those first that expired first.
    fn list_expired_holds(&mut self, now: Instant, limit: i64) -> Result<Vec<Hold>, StoreError>;

    /// Up to `limit` holds from a place on, in the order in which they were placed.
    fn list_holds(&mut self, from: Sequence, limit: i64) -> Result<Vec<Hold>, StoreError>;

    /// The open holds of an account, on either side, in the order in which they were placed.
    fn list_open_holds_of(&mut self, account: AccountId) -> Result<Vec<Hold>, StoreError>;

    /// Up to `limit` rows of holds from a place on, in order, as they are stored.
    fn hold_rows_from(&mut self, sequence: i64, limit: i64) -> Result<Vec<HoldRow>, StoreError>;

    /// Adds events to the history of accounts.
    fn insert_events(&mut self, events: &[AccountEvent]) -> Result<(), StoreError>;

    /// Up to `limit` events of an account whose numbers are below one, newest first.
    fn list_events(&mut self, account: AccountId, below: i64, limit: i64) -> Result<Vec<AccountEvent>, StoreError>;

    /// The first event of each of the accounts from `first` to `last` that has one, in order, as they are stored.
    fn first_event_rows(&mut self, first: i64, last: i64) -> Result<Vec<AccountEventRow>, StoreError>;
}

/// Stored rows as the rules know them.
pub(super) fn from_rows<R, T>(rows: Vec<R>) -> Result<Vec<T>, StoreError>
where
    T: TryFrom<R>,
    StoreError: From<T::Error>,
{
    rows.into_iter().map(|row| T::try_from(row).map_err(StoreError::from)).collect()
}

pub(super) fn sql_ids(ids: &[TransferId]) -> Vec<SqlId> {
    ids.iter().map(|id| SqlId::new(id.0)).collect()
}

/// Looks up so many at a time, and puts together what was found.
pub(super) fn in_chunks<K, R>(
    keys: &[K],
    mut load: impl FnMut(&[K]) -> QueryResult<Vec<R>>,
) -> Result<Vec<R>, StoreError> {
    let mut found = Vec::new();
    for keys in keys.chunks(IDS_PER_STATEMENT) {
        found.extend(load(keys)?);
    }
    Ok(found)
}

/// The debited and the credited account of each row.
pub(super) fn account_ids(rows: Vec<(i64, i64)>) -> Vec<[AccountId; 2]> {
    rows.into_iter().map(|(debit, credit)| [AccountId(debit), AccountId(credit)]).collect()
}

macro_rules! implement_portable {
    ($connection:ty, $loading_mode:ty) => {
        impl Portable for $connection {
            fn list_accounts(&mut self, prefix: &str, after: &str, limit: i64) -> Result<Vec<Account>, StoreError> {
                if prefix.contains('\0') {
                    // No name has that character, and PostgreSQL takes no text with it.
                    return Ok(Vec::new());
                }
                let end = prefix_end(prefix);
                from_rows(with_prefix(prefix, &end, after, limit).select(AccountRow::as_select()).load(self)?)
            }

            fn list_account_ids(&mut self, after: &str, limit: i64) -> Result<Vec<(String, i64)>, StoreError> {
                let accounts = accounts::table.filter(accounts::name.gt(after)).order(accounts::name).limit(limit);
                Ok(accounts.select((accounts::name, accounts::id)).load(self)?)
            }

            fn account_currencies(&mut self, ids: &[AccountId]) -> Result<Vec<(i64, String, i16)>, StoreError> {
                in_chunks(ids, |ids| {
                    let accounts = accounts::table.filter(accounts::id.eq_any(ids.iter().map(|id| id.0)));
                    accounts.select((accounts::id, accounts::currency, accounts::exponent)).load(self)
                })
            }

            fn account_labels(&mut self, ids: &[AccountId]) -> Result<Vec<AccountLabel>, StoreError> {
                from_rows(in_chunks(ids, |ids| {
                    let accounts = accounts::table.filter(accounts::id.eq_any(ids.iter().map(|id| id.0)));
                    accounts.select(AccountLabelRow::as_select()).load(self)
                })?)
            }

            fn count_accounts(&mut self) -> Result<i64, StoreError> {
                Ok(accounts::table.count().get_result(self)?)
            }

            fn list_currencies(&mut self) -> Result<Vec<CurrencyRow>, StoreError> {
                Ok(currencies::table.order(currencies::code).select(CurrencyRow::as_select()).load(self)?)
            }

            fn find_currency(&mut self, code: &str) -> Result<Option<CurrencyRow>, StoreError> {
                Ok(currencies::table.find(code).select(CurrencyRow::as_select()).get_result(self).optional()?)
            }

            fn list_history(
                &mut self,
                account: AccountId,
                first: Sequence,
                limit: i64,
            ) -> Result<Vec<Transfer>, StoreError> {
                let history = AccountHistory { account_id: account.0, first: first.0, limit };
                check_history(account, first, limit, from_rows(history.load::<TransferRow>(self)?)?)
            }

            fn find_last_recorded_at(
                &mut self,
                account: &Account,
                at: Instant,
            ) -> Result<Option<Transfer>, StoreError> {
                let Some(last) = account.last else { return Ok(None) };
                let query =
                    LastRecordedAt { account_id: account.id.0, last_transfer: last.sequence.0, recorded_at: at.into() };
                let oldest = from_rows(query.load::<TransferRow>(self)?)?.pop();
                check_last_recorded(account.id, last.sequence, at, oldest)
            }

            fn correct_effective(&mut self, correction: EffectiveCorrection) -> Result<i128, StoreError> {
                Ok(EffectiveCorrection::whole(correction.get_result(self)?))
            }

            fn list_exceptions(&mut self, exceptions: Exceptions) -> Result<Vec<Transfer>, StoreError> {
                from_rows(exceptions.load::<TransferRow>(self)?)
            }

            fn count_exceptions(&mut self, account: AccountId, up_to: Sequence) -> Result<i64, StoreError> {
                Ok(ExceptionCount { account_id: account.0, up_to: up_to.0 }.get_result(self)?)
            }

            fn book_id(&mut self) -> Result<Option<SqlId>, StoreError> {
                Ok(book_identity::table.select(book_identity::id).get_result(self).optional()?)
            }

            fn transfer_rows_from(
                &mut self,
                sequence: i64,
                size: &mut PageSize,
            ) -> Result<Vec<TransferRow>, StoreError> {
                let rows = from_sequence(sequence, size.rows()).select(TransferRow::as_select());
                Ok(size.take(rows.load_iter::<TransferRow, $loading_mode>(self)?)?)
            }

            fn account_rows_from(&mut self, id: i64, size: &mut PageSize) -> Result<Vec<AccountRow>, StoreError> {
                let rows = accounts::table.filter(accounts::id.ge(id)).order(accounts::id).limit(size.rows());
                Ok(size.take(rows.select(AccountRow::as_select()).load_iter::<AccountRow, $loading_mode>(self)?)?)
            }

            fn account_ids_between(&mut self, first: i64, last: i64, limit: i64) -> Result<Vec<i64>, StoreError> {
                let ids = accounts::table.filter(accounts::id.between(first, last)).order(accounts::id).limit(limit);
                Ok(ids.select(accounts::id).load(self)?)
            }

            fn event_rows_between(
                &mut self,
                first: i64,
                last: i64,
                size: &mut PageSize,
            ) -> Result<Vec<AccountEventRow>, StoreError> {
                let rows = account_events::table
                    .filter(account_events::sequence.between(first, last))
                    .order(account_events::sequence)
                    .limit(size.rows())
                    .select(AccountEventRow::as_select());
                Ok(size.take(rows.load_iter::<AccountEventRow, $loading_mode>(self)?)?)
            }

            fn find_transfer_at(&mut self, sequence: Sequence) -> Result<Option<Transfer>, StoreError> {
                let row =
                    transfers::table.find(sequence.0).select(TransferRow::as_select()).get_result(self).optional()?;
                Ok(row.map(Transfer::try_from).transpose()?)
            }

            fn find_journals(&mut self, journals: &[Uuid]) -> Result<Vec<Transfer>, StoreError> {
                from_rows(in_chunks(journals, |journals| {
                    let journals = journals.iter().copied().map(SqlId::new);
                    let rows = transfers::table.filter(transfers::journal_id.eq_any(journals));
                    rows.select(TransferRow::as_select()).load(self)
                })?)
            }

            fn transfer_account_ids(&mut self, transfers: &[TransferId]) -> Result<Vec<[AccountId; 2]>, StoreError> {
                let found = in_chunks(transfers, |ids| {
                    let transfers = transfers::table.filter(transfers::id.eq_any(sql_ids(ids)));
                    transfers.select((transfers::debit_account_id, transfers::credit_account_id)).load(self)
                })?;
                Ok(account_ids(found))
            }

            fn journal_account_ids(&mut self, journals: &[Uuid]) -> Result<Vec<[AccountId; 2]>, StoreError> {
                let found = in_chunks(journals, |journals| {
                    let journals = journals.iter().copied().map(SqlId::new);
                    let transfers = transfers::table.filter(transfers::journal_id.eq_any(journals));
                    transfers.select((transfers::debit_account_id, transfers::credit_account_id)).load(self)
                })?;
                Ok(account_ids(found))
            }

            fn hold_account_ids(&mut self, holds: &[TransferId]) -> Result<Vec<[AccountId; 2]>, StoreError> {
                let found = in_chunks(holds, |ids| holds::by_id(sql_ids(ids)).select(holds::account_ids()).load(self))?;
                Ok(account_ids(found))
            }

            fn reversal_rows(&mut self, transfers: &[TransferId]) -> Result<Vec<TransferRow>, StoreError> {
                in_chunks(transfers, |ids| {
                    let rows = transfers::table.filter(transfers::reversed_id.eq_any(sql_ids(ids)));
                    rows.select(TransferRow::as_select()).load(self)
                })
            }

            fn transfer_rows(&mut self, ids: &[TransferId]) -> Result<Vec<TransferRow>, StoreError> {
                in_chunks(ids, |ids| {
                    let rows = transfers::table.filter(transfers::id.eq_any(sql_ids(ids)));
                    rows.select(TransferRow::as_select()).load(self)
                })
            }

            fn hold_transfer_rows(&mut self, holds: &[TransferId]) -> Result<Vec<TransferRow>, StoreError> {
                let mut rows: Vec<TransferRow> = in_chunks(holds, |ids| {
                    let rows = transfers::table.filter(transfers::hold_id.eq_any(sql_ids(ids)));
                    rows.select(TransferRow::as_select()).load(self)
                })?;
                rows.sort_unstable_by_key(|row| row.sequence);
                Ok(rows)
            }

            fn hold_rows(&mut self, ids: &[TransferId]) -> Result<Vec<HoldRow>, StoreError> {
                in_chunks(ids, |ids| holds::by_id(sql_ids(ids)).select(HoldRow::as_select()).load(self))
            }

            fn list_expired_holds(&mut self, now: Instant, limit: i64) -> Result<Vec<Hold>, StoreError> {
                from_rows(holds::expired(now.into(), limit).select(HoldRow::as_select()).load(self)?)
            }

            fn list_holds(&mut self, from: Sequence, limit: i64) -> Result<Vec<Hold>, StoreError> {
                from_rows(self.hold_rows_from(from.0, limit)?)
            }

            fn list_open_holds_of(&mut self, account: AccountId) -> Result<Vec<Hold>, StoreError> {
                let mut rows = holds::open_by_debit(account.0).select(HoldRow::as_select()).load(self)?;
                rows.extend(holds::open_by_credit(account.0).select(HoldRow::as_select()).load(self)?);
                rows.sort_unstable_by_key(|row| row.sequence);
                from_rows(rows)
            }

            fn hold_rows_from(&mut self, sequence: i64, limit: i64) -> Result<Vec<HoldRow>, StoreError> {
                Ok(holds::from_sequence(sequence, limit).select(HoldRow::as_select()).load(self)?)
            }

            fn insert_events(&mut self, events: &[AccountEvent]) -> Result<(), StoreError> {
                for events in events.chunks(IDS_PER_STATEMENT) {
                    let rows: Vec<_> = events.iter().map(AccountEventRow::from).collect();
                    let inserted = diesel::insert_into(account_events::table).values(rows).execute(self)?;
                    assert_eq!(inserted, events.len(), "every event is inserted");
                }
                Ok(())
            }

            fn list_events(
                &mut self,
                account: AccountId,
                below: i64,
                limit: i64,
            ) -> Result<Vec<AccountEvent>, StoreError> {
                let events = account_events::table
                    .filter(account_events::account_id.eq(account.0).and(account_events::event.lt(below)))
                    .order(account_events::event.desc())
                    .limit(limit);
                let events = from_rows(events.select(AccountEventRow::as_select()).load(self)?)?;
                check_events(account, limit, events)
            }

            fn first_event_rows(&mut self, first: i64, last: i64) -> Result<Vec<AccountEventRow>, StoreError> {
                let events = account_events::table
                    .filter(account_events::account_id.between(first, last).and(account_events::event.eq(1)))
                    .order(account_events::account_id);
                Ok(events.select(AccountEventRow::as_select()).load(self)?)
            }
        }
    };
}

// Row by row, so that the server works on the rest of a page while its first rows are read.

on_each_backend_row_by_row!(implement_portable);
