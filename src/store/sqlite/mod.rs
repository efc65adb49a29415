//! SQLite: one writer at a time, whole batches in few statements, because a statement costs more than a row.

mod connection;
mod guards;
mod indexes;
mod metadata_indexes;
mod operations;
mod place;
#[cfg(feature = "cli")]
mod raw_writes;
#[cfg(test)]
mod snapshots;
mod statements;

pub(super) use crate::store::sqlite::operations::{open_read_only, settle};
use std::collections::HashSet;

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;

use crate::facts::{
    Account, AccountId, AccountName, Hold, Instant, NormalSide, Schedule, ScheduleId, Sequence, Transfer, TransferId,
};
use crate::judging::ChangedAccount;
use crate::models::accounts::{AccountHistoryUpdate, AccountRow, AccountUpdate, NewAccountRow};
use crate::models::currencies::CurrencyRow;
use crate::models::holds::{self, HoldRow, HoldUpdate};
use crate::models::schedules::ScheduleRow;
use crate::models::sql_types::SqlId;
use crate::models::transfers::TransferRow;
use crate::schema::{accounts, currencies, schedules};
use crate::store::portable::{from_rows, in_chunks};
use crate::store::sqlite::statements::{AccountsByKey, Key, TransfersById, insert_rows, update_rows};
use crate::store::{BookEvents, Schedules, Store, StoreError, check_unchanged};

impl Store for SqliteConnection {
    fn find_accounts(&mut self, names: &[&AccountName]) -> Result<Vec<Account>, StoreError> {
        let names: Vec<_> = names.iter().map(|name| name.as_str()).collect();
        from_rows(AccountsByKey::new(Key::Name, &names).load::<AccountRow>(self)?)
    }

    /// The transaction holds the only write lock already.
    fn lock_accounts(&mut self, names: &[&AccountName], ids: &[AccountId]) -> Result<Vec<Account>, StoreError> {
        let mut accounts = if names.is_empty() { Vec::new() } else { self.find_accounts(names)? };
        let mut ids: Vec<_> = ids.iter().map(|id| id.0).collect();
        ids.retain(|id| accounts.iter().all(|account| account.id.0 != *id));
        if !ids.is_empty() {
            accounts.extend(from_rows::<_, Account>(AccountsByKey::new(Key::Id, &ids).load::<AccountRow>(self)?)?);
        }
        Ok(accounts)
    }

    fn find_transfers(&mut self, ids: &[TransferId]) -> Result<Vec<Transfer>, StoreError> {
        from_rows(TransfersById::new(ids).load::<TransferRow>(self)?)
    }

    /// The clock that was read is this machine's, so it is not compared.
    fn next_sequences(&mut self, count: usize, _told: Option<Instant>) -> Result<Vec<Sequence>, StoreError> {
        let newest = self.newest_sequence()?.map_or(0, |newest| newest.0);
        Ok((newest + 1..).take(count).map(Sequence).collect())
    }

    fn insert_transfers(&mut self, transfers: &[Transfer]) -> Result<(), StoreError> {
        let inserted = insert_rows(self, &rows::<_, TransferRow>(transfers))?;
        assert_eq!(inserted, transfers.len(), "every transfer is inserted");
        Ok(())
    }

    fn update_accounts(&mut self, accounts: &[ChangedAccount]) -> Result<(), StoreError> {
        let updated = update_rows(self, &rows::<_, AccountUpdate>(accounts))?;
        check_unchanged(accounts, updated)
    }

    fn insert_holds(&mut self, holds: &[Hold]) -> Result<(), StoreError> {
        let inserted = insert_rows(self, &rows::<_, HoldRow>(holds))?;
        assert_eq!(inserted, holds.len(), "every hold is inserted");
        Ok(())
    }

    fn update_holds(&mut self, holds: &[Hold]) -> Result<(), StoreError> {
        let updated = update_rows(self, &rows::<_, HoldUpdate>(holds))?;
        assert_eq!(updated, holds.len(), "every hold was read behind the lock of its accounts, so it is there");
        Ok(())
    }

    fn find_expired_holds(
        &mut self,
        side: NormalSide,
        accounts: &[AccountId],
        now: Instant,
    ) -> Result<Vec<Hold>, StoreError> {
        from_rows(in_chunks(accounts, |accounts| {
            let accounts = accounts.iter().map(|account| account.0).collect();
            match side {
                NormalSide::Debit => {
                    holds::expired_by_debit(accounts, now.into()).select(HoldRow::as_select()).load(self)
                }
                NormalSide::Credit => {
                    holds::expired_by_credit(accounts, now.into()).select(HoldRow::as_select()).load(self)
                }
            }
        })?)
    }

    /// No one else writes, so a look before the insert is enough; the guard against `insert or replace` would refuse `on conflict`.
    fn insert_accounts(&mut self, accounts: &[Account]) -> Result<HashSet<AccountId>, StoreError> {
        let mut added = HashSet::new();
        for account in accounts {
            let taken = accounts::table.filter(accounts::name.eq(account.name.as_str()));
            if !select(exists(taken)).get_result::<bool>(self)? {
                diesel::insert_into(accounts::table).values(NewAccountRow::from(account)).execute(self)?;
                added.insert(account.id);
            }
        }
        Ok(added)
    }

    fn update_histories(&mut self, updates: Vec<AccountHistoryUpdate>) -> Result<(), StoreError> {
        let rows = update_rows(self, &updates)?;
        assert_eq!(rows, updates.len(), "every account is there: it was locked or taken over");
        Ok(())
    }

    /// New sequences follow from the largest that is there.
    fn continue_sequences(&mut self, _newest: Sequence) -> Result<(), StoreError> {
        Ok(())
    }

    /// As with accounts, a look is enough.
    fn insert_schedule(&mut self, schedule: &Schedule) -> Result<bool, StoreError> {
        if self.find_schedule(schedule.id)?.is_some() {
            return Ok(false);
        }
        diesel::insert_into(schedules::table).values(ScheduleRow::from(schedule)).execute(self)?;
        Ok(true)
    }

    /// The transaction holds the only write lock already.
    fn lock_schedules(&mut self, ids: &[ScheduleId]) -> Result<Vec<Schedule>, StoreError> {
        let ids = ids.iter().map(|id| SqlId::new(id.0));
        let rows = schedules::table.filter(schedules::id.eq_any(ids)).select(ScheduleRow::as_select());
        from_rows(rows.load(self)?)
    }

    fn insert_currency(&mut self, currency: &CurrencyRow) -> Result<bool, StoreError> {
        if select(exists(currencies::table.find(&currency.code))).get_result(self)? {
            return Ok(false);
        }
        diesel::insert_into(currencies::table).values(currency).execute(self)?;
        Ok(true)
    }

    /// The transaction holds the only write lock already.
    fn lock_book_events(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}

fn rows<'a, T, R: From<&'a T>>(values: &'a [T]) -> Vec<R> {
    values.iter().map(R::from).collect()
}
