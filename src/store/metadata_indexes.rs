//! Look-ups of what is kept beside transfers and accounts, by the indexes that the owner of a book declares.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::facts::{Account, AccountName, Metadata, NamePrefix, Sequence, Transfer};
use crate::models::accounts::{AccountRow, prefix_end};
use crate::models::transfers::TransferRow;
use crate::schema::{accounts, transfers};
use crate::store::StoreError;
use crate::store::declared_indexes::{
    AlteredIndex, FoundIndex, MetadataIndex, MetadataOf, OF_ACCOUNTS, OF_EVENTS, OF_TRANSFERS, Part, put_together,
};
use crate::store::each_backend::on_each_backend;
use crate::store::indexes::IndexKey;
use crate::store::portable::{from_rows, in_chunks};

/// An entry of metadata that an index finds.
#[derive(Clone, Debug)]
pub(crate) struct IndexedEntry {
    key: String,
    /// The key as it stands in SQL.
    literal: String,
    value: String,
}

#[cfg(test)]
impl IndexedEntry {
    /// The entry of a key that stands in SQL like this.
    pub(super) fn of_literal(literal: &str) -> Self {
        Self { key: "invoice".to_owned(), literal: literal.to_owned(), value: "7".to_owned() }
    }
}

/// How each backend says what the others know by other words.
pub(super) trait MetadataDialect {
    /// Which of the indexes look-ups can use: those that are whole, and defined as their names declare.
    fn usable_among(&mut self, names: Vec<String>) -> Result<HashSet<String>, StoreError>;

    /// What says a key in SQL, with its quotes.
    fn literal(&mut self, key: &str) -> Result<String, StoreError>;

    /// The text under a key that is said so.
    fn text(column: &str, literal: &str) -> IndexKey;

    /// What a statement says behind the table so as to read it by this index alone; empty where that cannot be said.
    fn by_index(name: &str) -> String;

    /// All indexes over metadata, each over one table.
    fn found_indexes(&mut self) -> Result<Vec<FoundIndex>, StoreError>;

    /// Those that somebody replaced by another index of the same name.
    fn altered_indexes(&mut self) -> Result<Vec<AlteredIndex>, StoreError>;
}

/// One open transaction: look-ups by metadata.
pub(crate) trait MetadataIndexes {
    /// Those of the entries that an index finds, by key.
    fn indexed_entries(&mut self, of: MetadataOf, wanted: &Metadata) -> Result<Vec<IndexedEntry>, StoreError>;

    /// How many rows have an entry, or ever had it, up to so many in each table.
    fn count_by_metadata(&mut self, of: MetadataOf, entry: &IndexedEntry, max: i64) -> Result<i64, StoreError>;

    /// Up to `limit` sequences of transfers that were posted with an entry, from one down, the highest first.
    fn sequences_down_from(
        &mut self,
        entry: &IndexedEntry,
        first: Sequence,
        limit: i64,
    ) -> Result<Vec<i64>, StoreError>;

    /// As [`MetadataIndexes::sequences_down_from`], from one up, the lowest first.
    fn sequences_up_from(&mut self, entry: &IndexedEntry, first: Sequence, limit: i64) -> Result<Vec<i64>, StoreError>;

    /// The sequences of up to `limit` transfers that had an entry since a change, in no particular order.
    fn changed_sequences(&mut self, entry: &IndexedEntry, limit: i64) -> Result<Vec<i64>, StoreError>;

    /// Those of the transfers that exist, in no particular order.
    fn transfers_at(&mut self, sequences: &[i64]) -> Result<Vec<Transfer>, StoreError>;

    /// Up to `limit` accounts beside which an entry is kept, whose names begin with a prefix and are behind a name, by name.
    fn accounts_by_metadata(
        &mut self,
        entry: &IndexedEntry,
        prefix: &NamePrefix,
        after: Option<&AccountName>,
        limit: i64,
    ) -> Result<Vec<Account>, StoreError>;

    /// All indexes over metadata.
    fn metadata_indexes(&mut self) -> Result<Vec<MetadataIndex>, StoreError>;
}

/// The rows of a table that have an entry; the value is the first parameter.
fn rows_with<C: MetadataDialect>(part: &Part, IndexedEntry { key, literal, .. }: &IndexedEntry) -> String {
    let text = C::text(part.column, literal).of("");
    let (by_index, condition) = (C::by_index(&part.index_name(key)), part.condition(&text));
    format!("from {}{by_index} where {condition} and {text} = $1", part.table)
}

pub(super) fn counted<C: MetadataDialect>(part: &Part, entry: &IndexedEntry) -> String {
    format!("select count(*) as value from (select 1 as one {} limit $2) as few", rows_with::<C>(part, entry))
}

pub(super) fn down_from<C: MetadataDialect>(entry: &IndexedEntry) -> String {
    let rows = rows_with::<C>(&OF_TRANSFERS, entry);
    format!("select sequence as value {rows} and sequence <= $2 order by sequence desc limit $3")
}

pub(super) fn up_from<C: MetadataDialect>(entry: &IndexedEntry) -> String {
    let rows = rows_with::<C>(&OF_TRANSFERS, entry);
    format!("select sequence as value {rows} and sequence >= $2 order by sequence limit $3")
}

pub(super) fn changed<C: MetadataDialect>(entry: &IndexedEntry) -> String {
    let rows = rows_with::<C>(&OF_EVENTS, entry);
    format!(
        "select transfers.sequence as value from (select distinct transfer_id {rows} limit $2) as changed \
         join transfers on transfers.id = changed.transfer_id"
    )
}

pub(super) fn accounts_with<C: MetadataDialect>(entry: &IndexedEntry) -> String {
    let rows = rows_with::<C>(&OF_ACCOUNTS, entry);
    format!("select id as value {rows} and name >= $2 and name < $3 and name > $4 order by name limit $5")
}

#[derive(QueryableByName)]
struct ValueRow {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

fn values(rows: Vec<ValueRow>) -> Vec<i64> {
    rows.into_iter().map(|row| row.value).collect()
}

macro_rules! implement_metadata_indexes {
    ($connection:ty) => {
        impl MetadataIndexes for $connection {
            fn indexed_entries(&mut self, of: MetadataOf, wanted: &Metadata) -> Result<Vec<IndexedEntry>, StoreError> {
                let names = |key: &str| of.parts().iter().map(|part| part.index_name(key)).collect::<Vec<_>>();
                let usable = self.usable_among(wanted.entries().keys().flat_map(|key| names(key)).collect())?;
                let mut indexed = Vec::new();
                for (key, value) in wanted.entries() {
                    if names(key).iter().all(|name| usable.contains(name)) {
                        let literal = self.literal(key)?;
                        indexed.push(IndexedEntry { key: key.clone(), literal, value: value.clone() });
                    }
                }
                Ok(indexed)
            }

            fn count_by_metadata(&mut self, of: MetadataOf, entry: &IndexedEntry, max: i64) -> Result<i64, StoreError> {
                of.parts().iter().try_fold(0, |sum, part| {
                    let query = diesel::sql_query(counted::<Self>(part, entry)).bind::<Text, _>(&entry.value);
                    Ok(sum + query.bind::<BigInt, _>(max).get_result::<ValueRow>(self)?.value)
                })
            }

            fn sequences_down_from(
                &mut self,
                entry: &IndexedEntry,
                first: Sequence,
                limit: i64,
            ) -> Result<Vec<i64>, StoreError> {
                let query = diesel::sql_query(down_from::<Self>(entry)).bind::<Text, _>(&entry.value);
                Ok(values(query.bind::<BigInt, _>(first.0).bind::<BigInt, _>(limit).load(self)?))
            }

            fn sequences_up_from(
                &mut self,
                entry: &IndexedEntry,
                first: Sequence,
                limit: i64,
            ) -> Result<Vec<i64>, StoreError> {
                let query = diesel::sql_query(up_from::<Self>(entry)).bind::<Text, _>(&entry.value);
                Ok(values(query.bind::<BigInt, _>(first.0).bind::<BigInt, _>(limit).load(self)?))
            }

            fn changed_sequences(&mut self, entry: &IndexedEntry, limit: i64) -> Result<Vec<i64>, StoreError> {
                let query = diesel::sql_query(changed::<Self>(entry)).bind::<Text, _>(&entry.value);
                Ok(values(query.bind::<BigInt, _>(limit).load(self)?))
            }

            fn transfers_at(&mut self, sequences: &[i64]) -> Result<Vec<Transfer>, StoreError> {
                from_rows(in_chunks(sequences, |sequences| {
                    let rows = transfers::table.filter(transfers::sequence.eq_any(sequences.iter().copied()));
                    rows.select(TransferRow::as_select()).load(self)
                })?)
            }

            fn accounts_by_metadata(
                &mut self,
                entry: &IndexedEntry,
                prefix: &NamePrefix,
                after: Option<&AccountName>,
                limit: i64,
            ) -> Result<Vec<Account>, StoreError> {
                if prefix.as_str().contains('\0') {
                    // No name has that character, and PostgreSQL takes no text with it.
                    return Ok(Vec::new());
                }
                let query = diesel::sql_query(accounts_with::<Self>(entry)).bind::<Text, _>(&entry.value);
                let query = query.bind::<Text, _>(prefix.as_str()).bind::<Text, _>(prefix_end(prefix.as_str()));
                let query = query.bind::<Text, _>(after.map_or("", AccountName::as_str)).bind::<BigInt, _>(limit);
                let ids = values(query.load(self)?);
                let mut found = from_rows::<AccountRow, Account>(in_chunks(&ids, |ids| {
                    let rows = accounts::table.filter(accounts::id.eq_any(ids.iter().copied()));
                    rows.select(AccountRow::as_select()).load(self)
                })?)?;
                found.sort_unstable_by(|one, other| one.name.cmp(&other.name));
                Ok(found)
            }

            fn metadata_indexes(&mut self) -> Result<Vec<MetadataIndex>, StoreError> {
                Ok(put_together(self.found_indexes()?))
            }
        }
    };
}

on_each_backend!(implement_metadata_indexes);
