//! Indexes over what is kept beside transfers and accounts, under the keys that the owner of a book names.
//!
//! An index is its own declaration: its name has a hash of the key, and its definition has the key. So there is no list that can differ from
//! what the database has, and what copies the database copies the declarations. What belongs here: how such an index is named and defined.
//! What does not: how it is built, which differs between the backends, and the look-ups.

use std::fmt;

use uuid::Uuid;

/// What metadata is kept beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataOf {
    /// Accounts.
    Accounts,
    /// Transfers.
    Transfers,
}

/// How an index over metadata stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexState {
    /// Look-ups use it.
    Ready,
    /// It is being built, its building was broken off, or another index has its name. No look-up uses it.
    Unfinished,
}

/// An index over what is kept under one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataIndex {
    /// What the metadata is kept beside.
    pub of: MetadataOf,
    /// The key.
    pub key: String,
    /// How it stands.
    pub state: IndexState,
    /// How many bytes it takes; `None` on SQLite, which does not tell.
    pub bytes: Option<i64>,
    /// How often it was used since the server began to count; `None` on SQLite, which does not count.
    pub uses: Option<i64>,
}

/// An index over metadata that is being built, as it is seen from beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexBuild {
    /// What the database does, in its own words, such as `waiting for old snapshots`.
    pub phase: String,
    /// How many transactions are waited for now; 0 while it works.
    pub waits_for: u64,
    /// The session whose transaction is waited for first, as an operator finds it; `None` while it works.
    pub session: Option<String>,
}

impl MetadataOf {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Accounts, Self::Transfers];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Transfers => "transfers",
        }
    }

    /// What a word is for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|of| of.as_str() == word)
    }

    pub(super) const fn parts(self) -> &'static [Part] {
        match self {
            Self::Accounts => &[OF_ACCOUNTS],
            Self::Transfers => &[OF_EVENTS, OF_TRANSFERS],
        }
    }
}

impl MetadataIndex {
    /// What it is over, how it stands, and how often it was used as far as that is known.
    pub(super) fn describe(&self) -> String {
        let used = match self.uses {
            Some(0) => ", never used".to_owned(),
            Some(1) => ", used once".to_owned(),
            Some(uses) => format!(", used {uses} times"),
            None => String::new(),
        };
        format!("{self}: {}{used}", self.state.as_str())
    }
}

/// What it is over, such as `"invoice" of transfers`.
impl fmt::Display for MetadataIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of {}", self.key, self.of.as_str())
    }
}

impl IndexState {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Unfinished => "unfinished",
        }
    }
}

/// An index over one table.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) table: &'static str,
    /// The column with the metadata.
    pub(super) column: &'static str,
    /// The second key, by which rows with the same text are in order.
    pub(super) second: &'static str,
    /// Which rows it is over, where those are not all that have a text under the key.
    pub(super) only: Option<&'static str>,
}

pub(super) const OF_ACCOUNTS: Part = Part { table: "accounts", column: "metadata", second: "name", only: None };
/// What was kept beside a transfer from the beginning.
pub(super) const OF_TRANSFERS: Part = Part { table: "transfers", column: "metadata", second: "sequence", only: None };
/// What was kept beside it later.
pub(super) const OF_EVENTS: Part = Part {
    table: "account_events",
    column: "metadata_after",
    second: "transfer_id",
    only: Some("transfer_id is not null"),
};

impl Part {
    /// Keys can have any characters, and names of indexes only 63 bytes.
    pub(super) fn index_name(&self, key: &str) -> String {
        format!("{}{}", self.name_beginning(), Uuid::new_v5(&Uuid::NAMESPACE_OID, key.as_bytes()).simple())
    }

    pub(super) fn name_beginning(&self) -> String {
        format!("{}_metadata_", self.table)
    }

    /// Which rows the index is over, by the SQL for the text under the key.
    pub(super) fn condition(&self, text: &str) -> String {
        let only = self.only.map_or_else(String::new, |only| format!("{only} and "));
        format!("{only}{text} is not null")
    }

    /// The table, the keys and the condition.
    pub(super) fn definition(&self, text: &str) -> String {
        format!("{} ({text}, {}) where {}", self.table, self.second, self.condition(text))
    }

    /// The part whose indexes are named like this, whatever their key is.
    pub(super) fn of_any_key(name: &str) -> Option<&'static Self> {
        let is_of = |part: &Self| {
            let hash = name.strip_prefix(&part.name_beginning());
            hash.is_some_and(|hash| hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
        };
        MetadataOf::ALL.into_iter().flat_map(MetadataOf::parts).find(|part| is_of(part))
    }

    /// The index over this table of that name and key, where it is one.
    pub(super) fn of_name(name: &str, key: &str) -> Option<(MetadataOf, &'static Self)> {
        let parts = MetadataOf::ALL.into_iter().flat_map(|of| of.parts().iter().map(move |part| (of, part)));
        parts.into_iter().find(|(_, part)| part.index_name(key) == name)
    }
}

/// An index over one table that was found in the database.
#[derive(Debug)]
pub(super) struct FoundIndex {
    pub(super) name: String,
    pub(super) key: String,
    pub(super) is_usable: bool,
    pub(super) bytes: Option<i64>,
    pub(super) uses: Option<i64>,
}

/// An index that has the name of a declared one, and is not what that name declares.
#[derive(Debug)]
pub(super) struct AlteredIndex {
    pub(super) table: &'static str,
    pub(super) name: String,
    pub(super) definition: String,
}

impl AlteredIndex {
    /// That of a name and a definition, where the name is one that declares a key.
    pub(super) fn of(name: String, definition: String) -> Option<Self> {
        Part::of_any_key(&name).map(|part| Self { table: part.table, name, definition })
    }

    pub(super) fn problem(&self) -> String {
        let Self { table, name, definition } = self;
        format!(
            "index {name} of {table} is not the one that was declared under this name: it is {definition}; look-ups by its key read row by \
             row until the key is declared again, which makes the index anew"
        )
    }
}

/// An index over several tables is ready when all its parts are.
pub(super) fn put_together(found: Vec<FoundIndex>) -> Vec<MetadataIndex> {
    let mut indexes: Vec<MetadataIndex> = Vec::new();
    let mut usable: Vec<usize> = Vec::new();
    for FoundIndex { name, key, is_usable, bytes, uses } in found {
        let Some((of, _)) = Part::of_name(&name, &key) else { continue };
        let place = indexes.iter().position(|index| index.of == of && index.key == key).unwrap_or_else(|| {
            indexes.push(MetadataIndex { of, key, state: IndexState::Unfinished, bytes: None, uses: None });
            usable.push(0);
            indexes.len() - 1
        });
        let index = &mut indexes[place];
        index.bytes = bytes.map(|bytes| bytes + index.bytes.unwrap_or_default());
        index.uses = uses.max(index.uses);
        usable[place] += usize::from(is_usable);
        if usable[place] == of.parts().len() {
            index.state = IndexState::Ready;
        }
    }
    indexes.sort_by(|one, other| (one.of.as_str(), &one.key).cmp(&(other.of.as_str(), &other.key)));
    indexes
}

/// The first text in quotes of a definition that the database wrote, without its quotes.
pub(super) fn first_text(definition: &str) -> Option<String> {
    let (before, rest) = definition.split_once('\'')?;
    let has_escapes = before.ends_with('E');
    let mut text = String::new();
    let mut characters = rest.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\'' if characters.peek() != Some(&'\'') => return Some(text),
            '\'' => text.extend(characters.next()),
            '\\' if has_escapes => text.extend(characters.next()),
            other => text.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_text_of_a_definition_is_read_whatever_is_in_it() {
        for (definition, expected) in [
            ("(metadata ->> 'invoice'::text)", "invoice"),
            ("(metadata ->> 'it''s'::text)", "it's"),
            ("(metadata ->> E'a\\\\b'::text)", "a\\b"),
            ("(metadata ->> E'a\\\\''b'::text)", "a\\'b"),
            ("json_extract(metadata, '$.\"a\\\\b\"')", "$.\"a\\\\b\""),
        ] {
            assert_eq!(first_text(definition).as_deref(), Some(expected), "{definition}");
        }
        assert_eq!(first_text("(a, b)"), None);
        assert_eq!(first_text("(a ->> 'b"), None);
    }

    #[test]
    fn a_name_that_declares_a_key_is_known_without_the_key() {
        let name = OF_EVENTS.index_name("invoice");
        assert_eq!(Part::of_any_key(&name).map(|part| part.table), Some("account_events"));
        for other in ["transfers_metadata_own", "transfers_by_journal", &name[1..], &format!("{name}0")] {
            assert!(Part::of_any_key(other).is_none(), "{other}");
        }
    }

    #[test]
    fn an_index_over_two_tables_is_ready_when_both_parts_are() {
        let part = |part: &Part, key: &str, is_usable| FoundIndex {
            name: part.index_name(key),
            key: key.to_owned(),
            is_usable,
            bytes: Some(8),
            uses: Some(2),
        };
        let state = |found| put_together(found).iter().map(|index| (index.of, index.state)).collect::<Vec<_>>();
        let (ready, unfinished) = (IndexState::Ready, IndexState::Unfinished);
        assert_eq!(state(vec![part(&OF_EVENTS, "a", true)]), [(MetadataOf::Transfers, unfinished)]);
        let both = vec![part(&OF_EVENTS, "a", true), part(&OF_TRANSFERS, "a", true)];
        assert_eq!(put_together(both)[0].bytes, Some(16));
        let invalid = vec![part(&OF_EVENTS, "a", true), part(&OF_TRANSFERS, "a", false)];
        assert_eq!(state(invalid), [(MetadataOf::Transfers, unfinished)]);
        let others = vec![part(&OF_EVENTS, "a", true), part(&OF_TRANSFERS, "b", true), part(&OF_ACCOUNTS, "c", true)];
        assert_eq!(
            state(others),
            [(MetadataOf::Accounts, ready), (MetadataOf::Transfers, unfinished), (MetadataOf::Transfers, unfinished)]
        );
        let of_another_program =
            FoundIndex { name: "transfers_metadata_own".to_owned(), ..part(&OF_EVENTS, "a", true) };
        assert_eq!(state(vec![of_another_program]), []);
    }
}
