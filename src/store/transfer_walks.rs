//! Queries of those who look for transfers in the whole book, the same on both backends. Each reads through the primary key or an index of
//! journals, and never more than a page. Holds are found by their own order in the same book.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use uuid::Uuid;

use crate::facts::{AccountId, Hold, Instant, Sequence, Transfer, TransferKind};
use crate::models::CorruptRow;
use crate::models::fixed_sql::FixedSql;
use crate::models::holds::{self, HoldRow};
use crate::models::sql_types::{SqlId, SqlInstant};
use crate::models::transfers::{MilestoneBehind, TransferRow};
use crate::schema::transfers;
use crate::store::each_backend::on_each_backend_row_by_row;
#[cfg(feature = "server")]
use crate::store::portable::account_ids;
use crate::store::portable::{from_rows, in_chunks};
use crate::store::{PageSize, StoreError};

/// Transfers of which a book has few, so that an index of their own leads to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rare {
    /// The first one of each journal.
    JournalFirsts,
    Kind(TransferKind),
}

impl Rare {
    /// Those of a kind, unless most transfers are.
    pub(crate) fn of_kind(kind: TransferKind) -> Option<Self> {
        (kind != TransferKind::Transfer).then_some(Self::Kind(kind))
    }

    /// What is true of them, in the very words of their index: a backend would not see it in a kind that is bound.
    fn condition(self) -> FixedSql<Bool> {
        match self {
            Self::JournalFirsts => FixedSql::new("journal_id = id"),
            Self::Kind(kind) => FixedSql::new(format!("kind <> 'transfer' and kind = '{kind}'")),
        }
    }
}

/// One open transaction: walks over the transfers of a book.
pub(crate) trait TransferWalks {
    /// A page of the transfers from a place down, the newest first.
    fn list_transfers_down_from(&mut self, first: Sequence, size: &mut PageSize) -> Result<Vec<Transfer>, StoreError>;

    /// The debited and the credited account of the newest transfers, the newest first.
    #[cfg(feature = "server")]
    fn newest_account_ids(&mut self, transfers_max: i64) -> Result<Vec<[AccountId; 2]>, StoreError>;

    /// A page of rare transfers from a place down, the newest first.
    fn list_rare_down_from(
        &mut self,
        rare: Rare,
        first: Sequence,
        size: &mut PageSize,
    ) -> Result<Vec<Transfer>, StoreError>;

    /// A page of rare transfers from a place on, in order.
    fn list_rare_from(&mut self, rare: Rare, first: Sequence, size: &mut PageSize)
    -> Result<Vec<Transfer>, StoreError>;

    /// The place and the recorded time of the first transfer at a place or above it.
    fn find_time_at_or_above(&mut self, place: Sequence) -> Result<Option<(Sequence, Instant)>, StoreError>;

    /// The first milestone of an account that was recorded behind a moment, or the account's newest transfer, which is `last`.
    fn find_milestone_behind(
        &mut self,
        account: AccountId,
        last: Sequence,
        moment: Instant,
    ) -> Result<Sequence, StoreError>;

    /// Up to `limit` holds from a place down, the newest first.
    fn list_holds_down_from(&mut self, first: Sequence, limit: i64) -> Result<Vec<Hold>, StoreError>;

    /// How many transfers each of the journals has.
    fn count_transfers_of_journals(&mut self, journals: &[Uuid]) -> Result<HashMap<Uuid, u64>, StoreError>;
}

macro_rules! implement_transfer_walks {
    ($connection:ty, $loading_mode:ty) => {
        impl TransferWalks for $connection {
            fn list_transfers_down_from(
                &mut self,
                first: Sequence,
                size: &mut PageSize,
            ) -> Result<Vec<Transfer>, StoreError> {
                let rows = transfers::table
                    .filter(transfers::sequence.le(first.0))
                    .order(transfers::sequence.desc())
                    .limit(size.rows())
                    .select(TransferRow::as_select());
                from_rows(size.take(rows.load_iter::<TransferRow, $loading_mode>(self)?)?)
            }

            #[cfg(feature = "server")]
            fn newest_account_ids(&mut self, transfers_max: i64) -> Result<Vec<[AccountId; 2]>, StoreError> {
                let newest = transfers::table.order(transfers::sequence.desc()).limit(transfers_max);
                Ok(account_ids(newest.select((transfers::debit_account_id, transfers::credit_account_id)).load(self)?))
            }

            fn list_rare_down_from(
                &mut self,
                rare: Rare,
                first: Sequence,
                size: &mut PageSize,
            ) -> Result<Vec<Transfer>, StoreError> {
                let rows = transfers::table
                    .filter(rare.condition())
                    .filter(transfers::sequence.le(first.0))
                    .order(transfers::sequence.desc())
                    .limit(size.rows())
                    .select(TransferRow::as_select());
                from_rows(size.take(rows.load_iter::<TransferRow, $loading_mode>(self)?)?)
            }

            fn list_rare_from(
                &mut self,
                rare: Rare,
                first: Sequence,
                size: &mut PageSize,
            ) -> Result<Vec<Transfer>, StoreError> {
                let rows = transfers::table
                    .filter(rare.condition())
                    .filter(transfers::sequence.ge(first.0))
                    .order(transfers::sequence)
                    .limit(size.rows())
                    .select(TransferRow::as_select());
                from_rows(size.take(rows.load_iter::<TransferRow, $loading_mode>(self)?)?)
            }

            fn find_time_at_or_above(&mut self, place: Sequence) -> Result<Option<(Sequence, Instant)>, StoreError> {
                let first = transfers::table
                    .filter(transfers::sequence.ge(place.0))
                    .order(transfers::sequence)
                    .select((transfers::sequence, transfers::recorded_at));
                let found: Option<(i64, SqlInstant)> = first.first(self).optional()?;
                found.map(place_and_time).transpose()
            }

            fn find_milestone_behind(
                &mut self,
                account: AccountId,
                last: Sequence,
                moment: Instant,
            ) -> Result<Sequence, StoreError> {
                let recorded_at = moment.into();
                let query = MilestoneBehind { account_id: account.0, last_transfer: last.0, recorded_at };
                Ok(Sequence(query.get_result(self)?))
            }

            fn list_holds_down_from(&mut self, first: Sequence, limit: i64) -> Result<Vec<Hold>, StoreError> {
                from_rows(holds::down_from_sequence(first.0, limit).select(HoldRow::as_select()).load(self)?)
            }

            fn count_transfers_of_journals(&mut self, journals: &[Uuid]) -> Result<HashMap<Uuid, u64>, StoreError> {
                let counts: Vec<(Option<SqlId>, i64)> = in_chunks(journals, |journals| {
                    let journals = journals.iter().copied().map(SqlId::new);
                    let transfers = transfers::table.filter(transfers::journal_id.eq_any(journals));
                    transfers.group_by(transfers::journal_id).select((transfers::journal_id, count_star())).load(self)
                })?;
                let count = |(id, count): (Option<SqlId>, i64)| Some((id?.id()?, count.unsigned_abs()));
                Ok(counts.into_iter().filter_map(count).collect())
            }
        }
    };
}

fn place_and_time((sequence, recorded_at): (i64, SqlInstant)) -> Result<(Sequence, Instant), StoreError> {
    let time = recorded_at.instant();
    let time = time.ok_or_else(|| CorruptRow::new("transfers", sequence, "recorded_at", recorded_at))?;
    Ok((Sequence(sequence), time))
}

on_each_backend_row_by_row!(implement_transfer_walks);
