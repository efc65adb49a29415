//! PostgreSQL: many writers, row locks, whole batches in arrays.

mod address;
mod balancer;
mod certificate;
mod citus;
mod connection;
mod copying;
mod drawing;
mod expired_holds;
mod facts;
mod guards;
mod indexes;
mod metadata_indexes;
mod operations;
#[cfg(feature = "cli")]
mod raw_writes;
mod roles;
mod route;
mod rows;
mod script;
mod server;
pub(super) mod server_clock;
mod session;
#[cfg(test)]
mod snapshots;
mod sql_text;
mod statements;
mod together;
mod tuning;

use std::collections::HashSet;

use diesel::connection::SimpleConnection;
use diesel::copy_from;
use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::facts::{
    Account, AccountId, AccountName, Hold, Instant, NormalSide, Schedule, ScheduleId, Sequence, Transfer, TransferId,
};
use crate::judging::ChangedAccount;
use crate::models::accounts::{
    AccountColumns, AccountHistoryColumns, AccountHistoryUpdate, AccountRow, AccountUpdate, NewAccountRow,
};
use crate::models::currencies::CurrencyRow;
use crate::models::holds::{HoldColumns, HoldRow, HoldUpdate, HoldUpdateColumns};
use crate::models::schedules::ScheduleRow;
use crate::models::sql_types::SqlId;
use crate::models::transfers::{TransferColumns, TransferRow};
use crate::schema::{accounts, currencies, schedules, transfers};
use crate::store::portable::from_rows;
use crate::store::postgres::copying::COPY_ROWS_MIN;
use crate::store::postgres::expired_holds::ExpiredHolds;
use crate::store::postgres::statements::{
    ClockCheck, ContinueSequences, InsertAccounts, InsertRows, NextSequences, UpdateRows,
};
use crate::store::postgres::together::write_together;
use crate::store::{JudgedBy, Store, StoreError, check_unchanged};

/// Some accounts, locked in the order of their numbers.
macro_rules! lock {
    ($accounts:expr) => {
        $accounts.order(accounts::id).for_no_key_update().select(AccountRow::as_select())
    };
}

impl Store for PgConnection {
    fn find_accounts(&mut self, names: &[&AccountName]) -> Result<Vec<Account>, StoreError> {
        let rows = accounts::table.filter(accounts::name.eq_any(texts(names))).select(AccountRow::as_select());
        from_rows(rows.load(self)?)
    }

    /// In the order of ids, so that two writers that share accounts wait for each other at the first of them, and never in a circle.
    /// The weakest lock that excludes other writers: a stronger one would wait for the foreign key checks of account limits.
    fn lock_accounts(&mut self, names: &[&AccountName], ids: &[AccountId]) -> Result<Vec<Account>, StoreError> {
        let with_name = accounts::name.eq_any(texts(names));
        let with_id = accounts::id.eq_any(ids.iter().map(|id| id.0).collect::<Vec<_>>());
        // One index is enough for most writes, and costs less than the union of two.
        from_rows(match (names, ids) {
            (_, []) => lock!(accounts::table.filter(with_name)).load(self)?,
            ([], _) => lock!(accounts::table.filter(with_id)).load(self)?,
            _ => lock!(accounts::table.filter(with_name.or(with_id))).load(self)?,
        })
    }

    fn find_transfers(&mut self, ids: &[TransferId]) -> Result<Vec<Transfer>, StoreError> {
        let ids: Vec<_> = ids.iter().map(|id| SqlId::new(id.0)).collect();
        let rows = transfers::table.filter(transfers::id.eq_any(ids)).select(TransferRow::as_select());
        from_rows(rows.load(self)?)
    }

    fn next_sequences(&mut self, count: usize, told: Option<Instant>) -> Result<Vec<Sequence>, StoreError> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let next = NextSequences { count, clock: ClockCheck::new(told) };
        let Some(mut sequences) = next.get_result::<Option<Vec<i64>>>(self)? else {
            let reason = "the server's clock was not where it was expected; it is measured anew";
            return Err(StoreError::Conflict { reason: reason.into() });
        };
        // Other sessions draw numbers in between, and the server may answer in any order; drawn numbers only rise.
        sequences.sort_unstable();
        Ok(sequences.into_iter().map(Sequence).collect())
    }

    fn write_together(
        &mut self,
        transfers: &[Transfer],
        accounts: &[ChangedAccount],
        told: Option<Instant>,
    ) -> Result<Option<Vec<Sequence>>, StoreError> {
        // Whatever depends on periods was judged in this transaction.
        write_together(self, transfers, accounts, JudgedBy { newest: Sequence(i64::MAX), told })
    }

    fn insert_transfers(&mut self, transfers: &[Transfer]) -> Result<(), StoreError> {
        let rows = transfers.iter().map(TransferRow::from);
        let inserted = if transfers.len() < COPY_ROWS_MIN {
            InsertRows::<TransferColumns>::new(rows).execute(self)?
        } else {
            copy_from(transfers::table).from_insertable(rows.collect::<Vec<_>>()).execute(self)?
        };
        assert_eq!(inserted, transfers.len(), "every transfer is inserted");
        Ok(())
    }

    fn update_accounts(&mut self, accounts: &[ChangedAccount]) -> Result<(), StoreError> {
        let updated = UpdateRows::<AccountColumns>::new(accounts.iter().map(AccountUpdate::from)).execute(self)?;
        check_unchanged(accounts, updated)
    }

    fn insert_holds(&mut self, holds: &[Hold]) -> Result<(), StoreError> {
        let inserted = InsertRows::<HoldColumns>::new(holds.iter().map(HoldRow::from)).execute(self)?;
        assert_eq!(inserted, holds.len(), "every hold is inserted");
        Ok(())
    }

    fn update_holds(&mut self, holds: &[Hold]) -> Result<(), StoreError> {
        let updated = UpdateRows::<HoldUpdateColumns>::new(holds.iter().map(HoldUpdate::from)).execute(self)?;
        assert_eq!(updated, holds.len(), "every hold was read behind the lock of its accounts, so it is there");
        Ok(())
    }

    fn find_expired_holds(
        &mut self,
        side: NormalSide,
        accounts: &[AccountId],
        now: Instant,
    ) -> Result<Vec<Hold>, StoreError> {
        let accounts = accounts.iter().map(|account| account.0).collect();
        from_rows(ExpiredHolds { side, accounts, now: now.into() }.load::<HoldRow>(self)?)
    }

    fn insert_accounts(&mut self, accounts: &[Account]) -> Result<HashSet<AccountId>, StoreError> {
        let added = InsertAccounts::new(accounts.iter().map(NewAccountRow::from)).load::<i64>(self)?;
        Ok(added.into_iter().map(AccountId).collect())
    }

    fn update_histories(&mut self, updates: Vec<AccountHistoryUpdate>) -> Result<(), StoreError> {
        let accounts = updates.len();
        let rows = UpdateRows::<AccountHistoryColumns>::new(updates.into_iter()).execute(self)?;
        assert_eq!(rows, accounts, "every account is there: it was locked or taken over");
        Ok(())
    }

    fn continue_sequences(&mut self, newest: Sequence) -> Result<(), StoreError> {
        if newest > Sequence::UNASSIGNED {
            ContinueSequences { newest: newest.0 }.execute(self)?;
        }
        Ok(())
    }

    fn insert_schedule(&mut self, schedule: &Schedule) -> Result<bool, StoreError> {
        let row = diesel::insert_into(schedules::table).values(ScheduleRow::from(schedule));
        Ok(row.on_conflict(schedules::id).do_nothing().execute(self)? == 1)
    }

    /// In the order of ids, so that two runs wait for each other at the first of them, and never in a circle.
    fn lock_schedules(&mut self, ids: &[ScheduleId]) -> Result<Vec<Schedule>, StoreError> {
        let ids: Vec<_> = ids.iter().map(|id| SqlId::new(id.0)).collect();
        let rows = schedules::table
            .filter(schedules::id.eq_any(ids))
            .order(schedules::id)
            .for_no_key_update()
            .select(ScheduleRow::as_select());
        from_rows(rows.load(self)?)
    }

    fn insert_currency(&mut self, currency: &CurrencyRow) -> Result<bool, StoreError> {
        let row = diesel::insert_into(currencies::table).values(currency).on_conflict_do_nothing();
        Ok(row.execute(self)? == 1)
    }

    /// The first lock is that of every write, so that whoever keeps writers out waits for these events too; it hinders no other write.
    /// The second one is of this book alone, whose table no other book has.
    fn lock_book_events(&mut self) -> Result<(), StoreError> {
        let lock = "lock table accounts in row exclusive mode; select pg_advisory_xact_lock('book_events'::regclass::oid::bigint)";
        Ok(self.batch_execute(lock)?)
    }
}

fn texts<'a>(names: &[&'a AccountName]) -> Vec<&'a str> {
    names.iter().map(|name| name.as_str()).collect()
}
