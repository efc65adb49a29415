//! Queries of what is kept beside accounts and transfers, the same on both backends.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::facts::{AccountEvent, AccountId, Instant, Metadata, TransferId};
use crate::models::account_events::AccountEventRow;
use crate::models::sql_types::{SqlId, SqlInstant};
use crate::models::transfers::metadata_to_json;
use crate::schema::{account_events, accounts};
use crate::store::StoreError;
use crate::store::each_backend::on_each_backend;
use crate::store::portable::{from_rows, in_chunks, sql_ids};

/// What metadata is kept beside, by its id.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AnnotatedId {
    Account(AccountId),
    Transfer(TransferId),
}

/// One open transaction: changes of metadata.
pub(crate) trait Annotations {
    /// The first change of what is kept beside each of the accounts from `first` to `last`, in order, as it is stored.
    fn first_annotation_rows(&mut self, first: i64, last: i64) -> Result<Vec<AccountEventRow>, StoreError>;

    /// As [`Annotations::first_annotation_rows`], of some accounts, in no particular order.
    fn first_annotation_rows_of(&mut self, ids: &[AccountId]) -> Result<Vec<AccountEventRow>, StoreError>;

    /// What is kept beside those of the transfers where that was changed.
    fn find_transfer_annotations(
        &mut self,
        transfers: &[TransferId],
    ) -> Result<HashMap<TransferId, Metadata>, StoreError>;

    /// Whether what is kept beside any transfer was ever changed.
    fn has_transfer_annotations(&mut self) -> Result<bool, StoreError>;

    /// Up to `limit` changes recorded at or before a moment at places below one, newest first.
    fn list_annotations(
        &mut self,
        of: AnnotatedId,
        known_at: Instant,
        below: i64,
        limit: i64,
    ) -> Result<Vec<AccountEvent>, StoreError>;

    /// Writes what is kept beside an account that this transaction has locked or taken over.
    fn update_metadata(&mut self, account: AccountId, metadata: &Metadata) -> Result<(), StoreError>;
}

diesel::alias!(account_events as same_account: SameAccount);

/// The changes of what is kept beside accounts that are the first of their account. By a look-up for each: what asks whether there is no
/// earlier one is planned as a join of all there are.
#[diesel::dsl::auto_type]
fn first_annotations() -> _ {
    let first_of_account = same_account
        .filter(same_account.field(account_events::account_id).eq(account_events::account_id))
        .filter(same_account.field(account_events::metadata_after).is_not_null())
        .filter(same_account.field(account_events::transfer_id).is_null())
        .order(same_account.field(account_events::event))
        .select(same_account.field(account_events::event));
    account_events::table
        .filter(account_events::metadata_after.is_not_null())
        .filter(account_events::transfer_id.is_null())
        .filter(account_events::event.nullable().eq(first_of_account.single_value()))
}

macro_rules! implement_annotations {
    ($connection:ty) => {
        impl Annotations for $connection {
            fn first_annotation_rows(&mut self, first: i64, last: i64) -> Result<Vec<AccountEventRow>, StoreError> {
                let rows = first_annotations().filter(account_events::account_id.between(first, last));
                Ok(rows.order(account_events::account_id).select(AccountEventRow::as_select()).load(self)?)
            }

            fn first_annotation_rows_of(&mut self, ids: &[AccountId]) -> Result<Vec<AccountEventRow>, StoreError> {
                in_chunks(ids, |ids| {
                    let is_theirs = account_events::account_id.eq_any(ids.iter().map(|id| id.0));
                    first_annotations().filter(is_theirs).select(AccountEventRow::as_select()).load(self)
                })
            }

            fn find_transfer_annotations(
                &mut self,
                transfers: &[TransferId],
            ) -> Result<HashMap<TransferId, Metadata>, StoreError> {
                let mut rows: Vec<AccountEventRow> = in_chunks(transfers, |ids| {
                    let rows = account_events::table.filter(account_events::transfer_id.eq_any(sql_ids(ids)));
                    rows.select(AccountEventRow::as_select()).load(self)
                })?;
                rows.sort_unstable_by_key(|row| row.sequence);
                let annotations = from_rows::<_, AccountEvent>(rows)?.into_iter().filter_map(|event| event.annotation);
                // The newest of a transfer comes last, and stays.
                Ok(annotations.filter_map(|it| it.transfer_id.map(|id| (id, it.after))).collect())
            }

            fn has_transfer_annotations(&mut self) -> Result<bool, StoreError> {
                let of_transfers = account_events::table.filter(account_events::transfer_id.is_not_null());
                Ok(diesel::select(diesel::dsl::exists(of_transfers)).get_result(self)?)
            }

            fn list_annotations(
                &mut self,
                of: AnnotatedId,
                known_at: Instant,
                below: i64,
                limit: i64,
            ) -> Result<Vec<AccountEvent>, StoreError> {
                let mut events = account_events::table
                    .filter(account_events::metadata_after.is_not_null())
                    .filter(account_events::recorded_at.le(SqlInstant::from(known_at)))
                    .filter(account_events::sequence.lt(below))
                    .into_boxed();
                events = match of {
                    AnnotatedId::Account(id) => events
                        .filter(account_events::account_id.eq(id.0))
                        .filter(account_events::transfer_id.is_null())
                        .order(account_events::event.desc()),
                    AnnotatedId::Transfer(id) => events
                        .filter(account_events::transfer_id.eq(SqlId::new(id.0)))
                        .order(account_events::sequence.desc()),
                };
                from_rows(events.limit(limit).select(AccountEventRow::as_select()).load(self)?)
            }

            fn update_metadata(&mut self, account: AccountId, metadata: &Metadata) -> Result<(), StoreError> {
                let row = diesel::update(accounts::table.find(account.0))
                    .set(accounts::metadata.eq(metadata_to_json(metadata)));
                assert_eq!(row.execute(self)?, 1, "the account is there: it was locked or taken over");
                Ok(())
            }
        }
    };
}

on_each_backend!(implement_annotations);
