//! Where the keys of the API are kept. They belong to the server and not to the book: no export and no hash knows of them.
//!
//! On PostgreSQL they are in a schema of their own, the book's name with `_server` behind it. On SQLite they are in a file of their own beside the
//! book, with `-server` behind its name. Nothing is made before there is a first key.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::store::StoreError;
use crate::store::connections::on_backend;
use crate::store::each_backend::on_each_backend;
use crate::store::options::{Access, StoreOptions};
use crate::store::pool::Pool;
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

/// The columns have the same types on both backends, so that one statement does for both.
const TABLE: &str = "(\
    id text primary key, name text not null, digest text not null, scopes text not null, prefix text not null, \
    created_at bigint not null, expires_at bigint, revoked_at bigint, used_at bigint)";

/// Who is logged in to the dashboard. The table is made together with that of the keys, by a role that may make tables.
const SESSIONS: &str = "api_sessions (id text primary key, key_id text not null, expires_at bigint not null)";

/// The keys of the API of one book.
#[derive(Debug)]
pub(crate) struct ApiKeys {
    url: DatabaseUrl,
    options: StoreOptions,
    pool: Mutex<Option<Arc<Pool>>>,
}

impl ApiKeys {
    /// Those of a book. Connects when it is first needed.
    pub(crate) fn of_book(book: &DatabaseUrl, options: StoreOptions) -> Self {
        let url = match book.file() {
            Some(file) => DatabaseUrl::of_file(&PathBuf::from({
                let mut name = file.as_os_str().to_owned();
                name.push("-server");
                name
            })),
            None => book.clone(),
        };
        let options = StoreOptions { connections_max: 1, ..options };
        Self { url, options, pool: Mutex::default() }
    }

    /// All of them, also those that are revoked, by when they were made.
    pub(crate) fn list(&self) -> Result<Vec<ApiKeyRow>, StoreError> {
        if self.is_new() {
            return Ok(Vec::new());
        }
        on_backend!(self.pool()?, slots => slots.transaction(Access::Read, |connection| {
            let Some(table) = connection.find_table()? else { return Ok(Vec::new()) };
            connection.list(&table)
        }))
    }

    /// Keeps a new key. Makes the place for it where there is none.
    pub(crate) fn add(&self, key: &ApiKeyRow) -> Result<(), StoreError> {
        on_backend!(self.pool()?, slots => slots.transaction(Access::Write, |connection| {
            let table = match connection.find_table()? {
                Some(table) => table,
                None => connection.make_table()?,
            };
            connection.add(&table, key)
        }))
    }

    /// Notes a moment of keys.
    pub(crate) fn note(&self, what: KeyTime, times: &[(String, i64)]) -> Result<(), StoreError> {
        if times.is_empty() {
            return Ok(());
        }
        on_backend!(self.pool()?, slots => slots.transaction(Access::Write, |connection| {
            let Some(table) = connection.find_table()? else { return Ok(()) };
            times.iter().try_for_each(|(id, time)| connection.note(&table, what, id, *time))
        }))
    }

    /// Whether nothing was made yet. No file is made only to find that there is nothing in it.
    pub(super) fn is_new(&self) -> bool {
        self.url.is_new_file()
    }

    pub(super) fn pool(&self) -> Result<Arc<Pool>, StoreError> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = &*pool {
            return Ok(Arc::clone(pool));
        }
        let connected = Arc::new(Pool::connect(self.url.clone(), self.options.making_missing())?);
        *pool = Some(Arc::clone(&connected));
        Ok(connected)
    }
}

/// The part that is the backend's own: where the table is. The statements name each parameter once and in order, which both databases read
/// alike.
pub(super) trait KeyTable {
    /// The table's full name; `None` where nothing was made yet.
    fn find_table(&mut self) -> Result<Option<String>, StoreError>;

    fn make_table(&mut self) -> Result<String, StoreError>;

    fn list(&mut self, table: &str) -> Result<Vec<ApiKeyRow>, StoreError>;

    fn add(&mut self, table: &str, key: &ApiKeyRow) -> Result<(), StoreError>;

    fn note(&mut self, table: &str, what: KeyTime, id: &str, time: i64) -> Result<(), StoreError>;
}

#[derive(QueryableByName)]
struct NameRow {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}

/// Where each backend has the table.
trait KeyPlace: SimpleConnection {
    const FIND: &'static str;
    const PLACE: &'static str;
    /// What is run before the table is made, with the schema in place of `{}`.
    const BEFORE: &'static str;
    /// What is run behind that.
    const BEHIND: &'static str;
}

#[cfg(feature = "postgres")]
impl KeyPlace for diesel::pg::PgConnection {
    const FIND: &'static str = "\
        select format('%I.api_keys', current_schema() || '_server') as value \
        where to_regclass(format('%I.api_keys', current_schema() || '_server')) is not null";
    const PLACE: &'static str = "select quote_ident(current_schema() || '_server') as value";
    const BEFORE: &'static str = "create schema if not exists {}";
    /// A role that may post may also check keys, record when they were used, and make others: one that may change them could do that anyway.
    const BEHIND: &'static str = "\
        do $$ declare book text := current_schema(); writer text; begin \
            for writer in \
                select distinct grantee::text from information_schema.role_table_grants \
                where table_schema = book and table_name = 'transfers' and privilege_type = 'INSERT' \
                    and grantee <> current_user \
            loop \
                execute format('grant usage on schema %I to %I', book || '_server', writer); \
                execute format('grant select, insert, update on %I.api_keys to %I', book || '_server', writer); \
                execute format('grant select, insert, delete on %I.api_sessions to %I', book || '_server', writer); \
            end loop; \
        end $$";
}

#[cfg(feature = "sqlite")]
impl KeyPlace for diesel::sqlite::SqliteConnection {
    const FIND: &'static str = "\
        select 'main.api_keys' as value from sqlite_master where type = 'table' and name = 'api_keys'";
    const PLACE: &'static str = "select 'main' as value";
    const BEFORE: &'static str = "";
    const BEHIND: &'static str = "";
}

macro_rules! implement_key_table {
    ($connection:ty) => {
        impl KeyTable for $connection {
            fn find_table(&mut self) -> Result<Option<String>, StoreError> {
                let found = diesel::sql_query(<Self as KeyPlace>::FIND).get_result::<NameRow>(self).optional()?;
                Ok(found.and_then(|row| row.value))
            }

            fn make_table(&mut self) -> Result<String, StoreError> {
                let place = diesel::sql_query(<Self as KeyPlace>::PLACE).get_result::<NameRow>(self)?.value;
                let place = place.ok_or(StoreError::BookUnknown)?;
                self.batch_execute(&<Self as KeyPlace>::BEFORE.replace("{}", &place))?;
                let table = format!("{place}.api_keys");
                self.batch_execute(&format!("create table if not exists {table} {TABLE}"))?;
                self.batch_execute(&format!("create table if not exists {place}.{SESSIONS}"))?;
                self.batch_execute(<Self as KeyPlace>::BEHIND)?;
                Ok(table)
            }

            fn list(&mut self, table: &str) -> Result<Vec<ApiKeyRow>, StoreError> {
                Ok(diesel::sql_query(format!("select * from {table} order by created_at, id")).load(self)?)
            }

            fn add(&mut self, table: &str, key: &ApiKeyRow) -> Result<(), StoreError> {
                let insert = format!(
                    "insert into {table} (id, name, digest, scopes, prefix, created_at, expires_at) \
                     values ($1, $2, $3, $4, $5, $6, $7)"
                );
                let insert = diesel::sql_query(insert).bind::<Text, _>(&key.id).bind::<Text, _>(&key.name);
                let insert = insert.bind::<Text, _>(&key.digest).bind::<Text, _>(&key.scopes);
                let insert = insert.bind::<Text, _>(&key.prefix).bind::<BigInt, _>(key.created_at);
                insert.bind::<Nullable<BigInt>, _>(key.expires_at).execute(self)?;
                Ok(())
            }

            fn note(&mut self, table: &str, what: KeyTime, id: &str, time: i64) -> Result<(), StoreError> {
                let update = format!("update {table} set {} = $1 where id = $2", what.column());
                diesel::sql_query(update).bind::<BigInt, _>(time).bind::<Text, _>(id).execute(self)?;
                Ok(())
            }
        }
    };
}

on_each_backend!(implement_key_table);
