use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use tracing::info;

use super::super::StoreError;
use super::super::backend::{Backend, MIGRATIONS_TABLE};
use super::super::diagnosis::Fact;
use super::super::options::{Access, StoreOptions};
use super::super::statement_log::StatementLog;
use super::super::url::DatabaseUrl;
use super::facts;
use crate::error::Error;

/// "Tell", the first half of the key of the advisory lock under which a book is migrated; the second half is the schema.
const MIGRATION_LOCK: i32 = 0x5465_6c6c;

impl Backend for PgConnection {
    const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

    fn open(url: &DatabaseUrl, options: &StoreOptions) -> Result<Self, StoreError> {
        let DatabaseUrl::Postgres(address) = url else { unreachable!("the pool is for PostgreSQL") };
        let mut connection = Self::establish(&DatabaseUrl::with_postgres_defaults(address))
            .map_err(|error| StoreError::from_connection(&error, url))?;
        connection.set_instrumentation(StatementLog::new(options));
        info!(book = %url, "connected");
        connection.batch_execute(&session_settings(options))?;
        Ok(connection)
    }

    fn in_transaction<T>(
        &mut self,
        access: Access,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let transaction = self.build_transaction();
        match access {
            Access::Read => transaction.repeatable_read().read_only().run(work),
            Access::Write => transaction.read_committed().run(work),
        }
    }

    fn lock_migrations(&mut self) -> Result<(), StoreError> {
        let lock = format!("select pg_advisory_xact_lock({MIGRATION_LOCK}, hashtext(current_schema()))");
        Ok(self.batch_execute(&lock)?)
    }

    fn has_table(&mut self, name: &str) -> Result<bool, StoreError> {
        // Null, and so false, where the schema that search_path names is not there.
        let table = "select to_regclass(quote_ident(current_schema()) || '.' || quote_ident($1)) is not null as value";
        Ok(diesel::sql_query(table).bind::<Text, _>(name).get_result::<BoolRow>(self)?.value)
    }

    fn applied_migrations_if_any(&mut self) -> Result<Option<Vec<String>>, StoreError> {
        if !self.has_table(MIGRATIONS_TABLE)? {
            return Ok(None);
        }
        let versions = "select version::text as value from __diesel_schema_migrations order by version";
        let rows = diesel::sql_query(versions).load::<TextRow>(self)?;
        Ok(Some(rows.into_iter().map(|row| row.value).collect()))
    }

    /// A schema with other tables may take Teller's beside them, as long as none has the same name; then the migration says so.
    fn holds_something_else(&mut self) -> Result<bool, StoreError> {
        let schema = "select current_schema() as value";
        match diesel::sql_query(schema).get_result::<NullableTextRow>(self)?.value {
            Some(_) => Ok(false),
            None => Err(StoreError::BookUnknown),
        }
    }

    fn facts(&mut self) -> Result<Vec<Fact>, StoreError> {
        facts::facts(self)
    }
}

/// What every session sets.
///
/// Every statement finds its rows by a key. A plan that was made while a table was small must not go on reading it from end to end
/// when it has grown, so the planner is told not to: batches of 100 were 4 times slower on a young book.
/// A backend whose client has died while it waits for a lock notices within seconds (from PostgreSQL 14 on). Faults are told apart by
/// English messages, which only a superuser can ask for.
fn session_settings(options: &StoreOptions) -> String {
    let statement_ms = options.statement_time_max.as_millis();
    let lock_ms = options.lock_wait_max.as_millis();
    format!(
        "set time zone 'UTC'; \
         set statement_timeout = {statement_ms}; \
         set lock_timeout = {lock_ms}; \
         set enable_seqscan = off; \
         set enable_hashjoin = off; \
         set enable_mergejoin = off; \
         set idle_in_transaction_session_timeout = {statement_ms}; \
         select set_config('client_connection_check_interval', '2s', false) \
             where current_setting('server_version_num')::int >= 140000; \
         select set_config('lc_messages', 'C', false) where current_setting('is_superuser')::bool"
    )
}

#[derive(QueryableByName)]
struct TextRow {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct NullableTextRow {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}

#[derive(QueryableByName)]
struct BoolRow {
    #[diesel(sql_type = Bool)]
    value: bool,
}
