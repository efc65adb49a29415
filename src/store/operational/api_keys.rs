//! The table of API keys, with the times at which each was made, expires, was revoked and was last used.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::store::StoreError;
use crate::store::operational::place::ServerStore;
use crate::store::operational::tables::{ALL, KEYS};
use crate::store::options::StoreOptions;
use crate::store::url::DatabaseUrl;

/// A key as it is kept. Times are microseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub(crate) struct ApiKeyRow {
    #[diesel(sql_type = Text)]
    pub(crate) id: String,
    #[diesel(sql_type = Text)]
    pub(crate) name: String,
    /// The SHA-256 of the secret, in hexadecimal digits.
    #[diesel(sql_type = Text)]
    pub(crate) digest: String,
    /// Words with blanks between them.
    #[diesel(sql_type = Text)]
    pub(crate) scopes: String,
    /// What the names of accounts begin with; empty for all.
    #[diesel(sql_type = Text)]
    pub(crate) prefix: String,
    #[diesel(sql_type = BigInt)]
    pub(crate) created_at: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(crate) expires_at: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(crate) revoked_at: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(crate) used_at: Option<i64>,
}

/// When something happened to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyTime {
    Expires,
    Revoked,
    Used,
}

impl KeyTime {
    const fn column(self) -> &'static str {
        match self {
            Self::Expires => "expires_at",
            Self::Revoked => "revoked_at",
            Self::Used => "used_at",
        }
    }
}

/// The keys of the API of one book.
#[derive(Debug)]
pub(crate) struct ApiKeys(pub(super) ServerStore);

impl ApiKeys {
    /// Those of a book. Connects when it is first needed.
    pub(crate) fn of_book(book: &DatabaseUrl, options: StoreOptions) -> Self {
        Self(ServerStore::of_book(book, options))
    }

    /// All of them, also those that are revoked, by when they were made.
    pub(crate) fn list(&self) -> Result<Vec<ApiKeyRow>, StoreError> {
        let list =
            self.0.read(&KEYS, |tables| tables.load("select * from {}.api_keys order by created_at, id", &[]))?;
        Ok(list.unwrap_or_default())
    }

    /// Keeps a new key. Makes the place for it where there is none.
    pub(crate) fn add(&self, key: &ApiKeyRow) -> Result<(), StoreError> {
        self.0.keep(&ALL, |tables| {
            tables.execute(
                "insert into {}.api_keys (id, name, digest, scopes, prefix, created_at, expires_at) \
                 values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing",
                &[
                    (&key.id).into(),
                    (&key.name).into(),
                    (&key.digest).into(),
                    (&key.scopes).into(),
                    (&key.prefix).into(),
                    key.created_at.into(),
                    key.expires_at.into(),
                ],
            )
        })?;
        Ok(())
    }

    /// Notes a moment of keys.
    pub(crate) fn note(&self, what: KeyTime, times: &[(String, i64)]) -> Result<(), StoreError> {
        if times.is_empty() {
            return Ok(());
        }
        let update = format!("update {{}}.api_keys set {} = $1 where id = $2", what.column());
        self.0.change(&KEYS, |tables| {
            times.iter().try_for_each(|(id, time)| tables.execute(&update, &[(*time).into(), id.into()]).map(drop))
        })?;
        Ok(())
    }
}
