//! Who is logged in to the dashboard: kept beside the keys, so that every server of a book knows, and a restart logs nobody out.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::store::StoreError;
use crate::store::api_keys::{ApiKeys, KeyTable};
use crate::store::connections::on_backend;
use crate::store::each_backend::on_each_backend;
use crate::store::options::Access;

/// A session as it is kept. Times are microseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub(crate) struct SessionRow {
    /// The SHA-256 of what the browser sends, in hexadecimal digits.
    #[diesel(sql_type = Text)]
    pub(crate) id: String,
    /// The key that was logged in with.
    #[diesel(sql_type = Text)]
    pub(crate) key_id: String,
    #[diesel(sql_type = BigInt)]
    pub(crate) expires_at: i64,
}

impl ApiKeys {
    /// Keeps a new session, and forgets those that ended before `now`.
    pub(crate) fn add_session(&self, session: &SessionRow, now: i64) -> Result<(), StoreError> {
        on_backend!(self.pool()?, slots => slots.transaction(Access::Write, |connection| {
            let table = connection.find_table()?.ok_or(StoreError::BookUnknown)?;
            connection.end_old(&beside(&table), now)?;
            connection.begin(&beside(&table), session)
        }))
    }

    /// The session with that id, whether it is over or not.
    pub(crate) fn find_session(&self, id: &str) -> Result<Option<SessionRow>, StoreError> {
        if self.is_new() {
            return Ok(None);
        }
        on_backend!(self.pool()?, slots => slots.transaction(Access::Read, |connection| {
            let Some(table) = connection.find_table()? else { return Ok(None) };
            connection.find(&beside(&table), id)
        }))
    }

    /// Ends a session, if there is one.
    pub(crate) fn end_session(&self, id: &str) -> Result<(), StoreError> {
        if self.is_new() {
            return Ok(());
        }
        on_backend!(self.pool()?, slots => slots.transaction(Access::Write, |connection| {
            let Some(table) = connection.find_table()? else { return Ok(()) };
            connection.end(&beside(&table), id)
        }))
    }
}

/// The sessions' table is where that of the keys is.
fn beside(keys: &str) -> String {
    let place = keys.rsplit_once('.').map_or("", |(place, _)| place);
    format!("{place}.api_sessions")
}

trait SessionTable {
    fn begin(&mut self, table: &str, session: &SessionRow) -> Result<(), StoreError>;

    fn find(&mut self, table: &str, id: &str) -> Result<Option<SessionRow>, StoreError>;

    fn end(&mut self, table: &str, id: &str) -> Result<(), StoreError>;

    fn end_old(&mut self, table: &str, now: i64) -> Result<(), StoreError>;
}

macro_rules! implement_session_table {
    ($connection:ty) => {
        impl SessionTable for $connection {
            fn begin(&mut self, table: &str, session: &SessionRow) -> Result<(), StoreError> {
                let insert = format!("insert into {table} (id, key_id, expires_at) values ($1, $2, $3)");
                let insert = diesel::sql_query(insert).bind::<Text, _>(&session.id).bind::<Text, _>(&session.key_id);
                insert.bind::<BigInt, _>(session.expires_at).execute(self)?;
                Ok(())
            }

            fn find(&mut self, table: &str, id: &str) -> Result<Option<SessionRow>, StoreError> {
                let query = diesel::sql_query(format!("select * from {table} where id = $1"));
                Ok(query.bind::<Text, _>(id).get_result(self).optional()?)
            }

            fn end(&mut self, table: &str, id: &str) -> Result<(), StoreError> {
                diesel::sql_query(format!("delete from {table} where id = $1")).bind::<Text, _>(id).execute(self)?;
                Ok(())
            }

            fn end_old(&mut self, table: &str, now: i64) -> Result<(), StoreError> {
                let query = diesel::sql_query(format!("delete from {table} where expires_at <= $1"));
                query.bind::<BigInt, _>(now).execute(self)?;
                Ok(())
            }
        }
    };
}

on_each_backend!(implement_session_table);
