//! Proving that each index finds what its table has. A damaged one lets an id be used twice, and answers without rows that are there.

use crate::models::sql_types::SqlId;
use crate::store::StoreError;

/// One open transaction: whether look-ups can be believed.
pub(crate) trait Indexes {
    /// What indexes do not find, by name.
    fn index_problems(&mut self) -> Result<Vec<String>, StoreError>;

    /// Hands out the ids and places of all transfers as the index over ids has them, in its order, and says whether this backend does so.
    /// Where it does, that index is left out of [`Indexes::index_problems`]: its entries, each of which stands once in the tree, are the
    /// rows' and in order, or look-ups miss some.
    fn transfer_ids_in_index(&mut self, visit: &mut dyn FnMut(SqlId, i64)) -> Result<bool, StoreError>;
}

/// An index of one of the book's tables.
pub(super) struct Index {
    pub(super) name: String,
    /// What it is sorted by.
    pub(super) keys: Vec<IndexKey>,
    /// Which rows it has, where those are not all.
    pub(super) condition: Option<String>,
}

/// What an index is sorted by: a column, or what is computed of one.
pub(super) struct IndexKey {
    pub(super) before: String,
    pub(super) column: String,
    pub(super) after: String,
}

impl IndexKey {
    pub(super) fn of_column(column: &str) -> Self {
        Self { before: String::new(), column: column.to_owned(), after: String::new() }
    }

    /// The SQL for it, of a row that is named with a point behind it, such as `scanned.`.
    pub(super) fn of(&self, row: &str) -> String {
        format!("{}{row}{}{}", self.before, self.column, self.after)
    }
}

impl Index {
    pub(super) fn condition_or_true(&self) -> String {
        self.condition.as_ref().map_or_else(|| "true".to_owned(), |condition| format!("({condition})"))
    }
}

/// What came of looking all rows of a table up through an index.
pub(super) struct Lookup<'a> {
    pub(super) table: &'a str,
    pub(super) index: &'a str,
    /// How many rows it should have.
    pub(super) rows: i64,
    /// How many of them it does not find.
    pub(super) missed: i64,
    /// How many entries it has, where they can be counted.
    pub(super) entries: Option<i64>,
}

impl Lookup<'_> {
    pub(super) fn problem(&self) -> Option<String> {
        let Self { table, index, rows, missed, entries } = self;
        if *missed == 0 && entries.is_none_or(|entries| entries == *rows) {
            return None;
        }
        let entries = entries.map(|entries| format!(" and has {entries} entries")).unwrap_or_default();
        Some(format!(
            "index {index} of {table} does not find {missed} of {rows} rows{entries}; no answer can be trusted before it is made anew: \
             back the book up, then REINDEX {index}"
        ))
    }
}
