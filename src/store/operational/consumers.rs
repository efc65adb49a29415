//! The table of consumers: their cursors, and the leases of their readers.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::store::StoreError;
use crate::store::operational::place::{ServerStore, Tables, Value};
use crate::store::operational::tables::{ALL, CONSUMERS, LEASES};

/// The row of the leases that keeps the highest number that a lease of a removed consumer had. Those of the next one of its name go on behind it.
const REMOVED: &str = "consumers";

/// A reader of the feed that is known by name. Times are microseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub(crate) struct ConsumerRow {
    #[diesel(sql_type = Text)]
    pub(crate) name: String,
    /// Everything up to this event is dealt with; null before the first event.
    #[diesel(sql_type = Nullable<Text>)]
    pub(crate) cursor: Option<String>,
    /// The sequence of that event, or 0: what keeps the cursor from going back.
    #[diesel(sql_type = BigInt)]
    pub(crate) sequence: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(crate) acknowledged_at: Option<i64>,
    #[diesel(sql_type = BigInt)]
    pub(crate) created_at: i64,
    /// Who reads now; empty where the lease was given back.
    #[diesel(sql_type = Text)]
    pub(crate) holder: String,
    /// Rises with each lease, so that the holder of an earlier one can change nothing any more.
    #[diesel(sql_type = BigInt)]
    pub(crate) epoch: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) leased_until: i64,
}

/// What the holder of a lease has dealt with.
#[derive(Clone, Debug)]
pub(crate) struct Acknowledged {
    pub(crate) name: String,
    pub(crate) epoch: i64,
    pub(crate) cursor: String,
    pub(crate) sequence: i64,
    pub(crate) now: i64,
    /// Until when the lease lasts then.
    pub(crate) until: i64,
}

/// The named readers of one book's feed.
#[derive(Debug)]
pub(crate) struct ConsumerRows<'p>(pub(crate) &'p ServerStore);

impl ConsumerRows<'_> {
    /// All of them, in no particular order: databases sort names in ways of their own.
    pub(crate) fn list(&self) -> Result<Vec<ConsumerRow>, StoreError> {
        let rows = self.0.read(&CONSUMERS, |tables| tables.load("select * from {}.consumers", &[]))?;
        Ok(rows.unwrap_or_default())
    }

    pub(crate) fn find(&self, name: &str) -> Result<Option<ConsumerRow>, StoreError> {
        Ok(self.0.read(&CONSUMERS, |tables| find(tables, name))?.flatten())
    }

    /// Keeps a new one, which nobody reads as, unless there is one of that name. Makes the place for it where there is none. Says whether it is
    /// new.
    pub(crate) fn add(&self, row: &ConsumerRow) -> Result<bool, StoreError> {
        let rows = self.0.keep(&ALL, |tables| {
            tables.execute(
                "insert into {}.consumers (name, cursor, sequence, created_at, holder, epoch, leased_until) \
                 values ($1, $2, $3, $4, '', coalesce((select epoch from {}.leases where name = $5), 0), 0) \
                 on conflict (name) do nothing",
                &[
                    (&row.name).into(),
                    row.cursor.as_ref().into(),
                    row.sequence.into(),
                    row.created_at.into(),
                    REMOVED.into(),
                ],
            )
        })?;
        Ok(rows == 1)
    }

    /// Begins a lease, unless another one lasts. The row as it is now, and whether the lease began.
    pub(crate) fn claim(
        &self,
        name: &str,
        holder: &str,
        (now, until): (i64, i64),
    ) -> Result<Option<(ConsumerRow, bool)>, StoreError> {
        let claim = "\
            update {}.consumers set holder = $1, leased_until = $2, epoch = epoch + 1 \
            where name = $3 and leased_until <= $4";
        self.with_row(name, claim, &[holder.into(), until.into(), name.into(), now.into()])
    }

    /// Lets a lease last longer. The row as it is now, and whether the lease was still there.
    pub(crate) fn renew(&self, name: &str, epoch: i64, until: i64) -> Result<Option<(ConsumerRow, bool)>, StoreError> {
        let renew = "update {}.consumers set leased_until = $1 where name = $2 and epoch = $3 and holder <> ''";
        self.with_row(name, renew, &[until.into(), name.into(), epoch.into()])
    }

    /// Notes what was dealt with, and lets the lease last longer. The row as it is now, and whether it was noted. A lease that was given back
    /// stays so.
    pub(crate) fn acknowledge(&self, done: &Acknowledged) -> Result<Option<(ConsumerRow, bool)>, StoreError> {
        let acknowledge = "\
            update {}.consumers set cursor = $1, sequence = $2, acknowledged_at = $3, \
            leased_until = case when holder = '' then leased_until else $4 end \
            where name = $5 and epoch = $6 and sequence <= $7";
        let values = [
            (&done.cursor).into(),
            done.sequence.into(),
            done.now.into(),
            done.until.into(),
            (&done.name).into(),
            done.epoch.into(),
            done.sequence.into(),
        ];
        self.with_row(&done.name, acknowledge, &values)
    }

    /// Gives a lease back.
    pub(crate) fn release(&self, name: &str, epoch: i64) -> Result<(), StoreError> {
        let release = "update {}.consumers set holder = '', leased_until = 0 where name = $1 and epoch = $2";
        self.0.change(&CONSUMERS, |tables| tables.execute(release, &[name.into(), epoch.into()]))?;
        Ok(())
    }

    /// Puts a reader elsewhere, forward or back, and ends its lease. Says whether there is one of that name.
    pub(crate) fn move_to(&self, name: &str, cursor: Option<&String>, sequence: i64) -> Result<bool, StoreError> {
        let put = "\
            update {}.consumers set cursor = $1, sequence = $2, epoch = epoch + 1, holder = '', leased_until = 0 \
            where name = $3";
        let rows =
            self.0.change(&CONSUMERS, |tables| tables.execute(put, &[cursor.into(), sequence.into(), name.into()]))?;
        Ok(rows == Some(1))
    }

    /// Forgets a reader. Says whether there was one of that name.
    pub(crate) fn remove(&self, name: &str) -> Result<bool, StoreError> {
        let is_made = self.0.read(&CONSUMERS, |_| Ok(()))?.is_some();
        if !is_made {
            return Ok(false);
        }
        self.0.keep(&[&LEASES], |tables| {
            // It locks the row, so that no lease begins meanwhile.
            tables.execute("update {}.consumers set holder = '' where name = $1", &[name.into()])?;
            let Some(row) = find(tables, name)? else { return Ok(false) };
            tables.execute(
                "insert into {}.leases (name, holder, epoch, leased_until, counter) values ($1, '', 0, 0, 0) \
                 on conflict (name) do nothing",
                &[REMOVED.into()],
            )?;
            let note = "update {}.leases set epoch = $1 where name = $2 and epoch < $3";
            tables.execute(note, &[row.epoch.into(), REMOVED.into(), row.epoch.into()])?;
            Ok(tables.execute("delete from {}.consumers where name = $1", &[name.into()])? == 1)
        })
    }

    /// Changes a row, and reads it in the same transaction.
    fn with_row(&self, name: &str, change: &str, values: &[Value]) -> Result<Option<(ConsumerRow, bool)>, StoreError> {
        let changed = self.0.change(&CONSUMERS, |tables| {
            let is_changed = tables.execute(change, values)? == 1;
            Ok(find(tables, name)?.map(|row| (row, is_changed)))
        })?;
        Ok(changed.flatten())
    }
}

fn find(tables: &mut Tables<'_>, name: &str) -> Result<Option<ConsumerRow>, StoreError> {
    Ok(tables.load("select * from {}.consumers where name = $1", &[name.into()])?.pop())
}
