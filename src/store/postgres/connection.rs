use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use super::super::StoreError;
use super::super::backend::Backend;
use super::super::diagnosis::Fact;
use super::super::options::{Access, StoreOptions};
use super::super::url::DatabaseUrl;
use crate::error::Error;

/// "Tell", the first half of the key of the advisory lock under which a book is migrated; the second half is the schema.
const MIGRATION_LOCK: i32 = 0x5465_6c6c;

impl Backend for PgConnection {
    const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

    fn open(url: &DatabaseUrl, options: &StoreOptions) -> Result<Self, StoreError> {
        let DatabaseUrl::Postgres(address) = url else { unreachable!("the pool is for PostgreSQL") };
        let mut connection = Self::establish(&DatabaseUrl::with_postgres_defaults(address))
            .map_err(|error| StoreError::from_connection(&error, url))?;
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

    fn applied_migrations_if_any(&mut self) -> Result<Option<Vec<String>>, StoreError> {
        let table =
            "select to_regclass(quote_ident(current_schema()) || '.__diesel_schema_migrations') is not null as value";
        if !diesel::sql_query(table).get_result::<BoolRow>(self)?.value {
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
            None => Err(StoreError::Migration {
                reason: "the schema that search_path names does not exist; create it first: create schema NAME".into(),
            }),
        }
    }

    fn facts(&mut self) -> Result<Vec<Fact>, StoreError> {
        let version = diesel::sql_query("select version() as value").get_result::<TextRow>(self)?.value;
        let schema =
            diesel::sql_query("select current_schema()::text as value").get_result::<NullableTextRow>(self)?.value;
        let tls = diesel::sql_query(
            "select coalesce((select concat(version, ', ', cipher) from pg_stat_ssl where pid = pg_backend_pid() and ssl), 'off') as value",
        );
        let is_local = diesel::sql_query("select (inet_client_addr() is null or inet_client_addr() << '127.0.0.0/8' or inet_client_addr() = '::1') as value")
            .get_result::<BoolRow>(self)?.value;
        let tls = tls.get_result::<TextRow>(self)?.value;
        let mut setting = |name: &str| -> Result<String, StoreError> {
            let query = diesel::sql_query("select current_setting($1) as value").bind::<Text, _>(name);
            Ok(query.get_result::<TextRow>(self)?.value)
        };
        let fsync = setting("fsync")?;
        let synchronous_commit = setting("synchronous_commit")?;
        let full_page_writes = setting("full_page_writes")?;
        let lc_messages = setting("lc_messages")?;
        let waits_for_disk = synchronous_commit != "off";
        let tls_is_well = tls != "off" || is_local;
        let speaks_english = matches!(lc_messages.as_str(), "" | "C" | "POSIX")
            || lc_messages.starts_with("en")
            || lc_messages.starts_with("C.");
        Ok(vec![
            Fact::new("version", version),
            Fact::new("schema", schema.unwrap_or_default()),
            Fact::checked(
                "tls",
                tls,
                tls_is_well,
                "what is sent can be read on the way; add sslmode=verify-full to the URL",
            ),
            Fact::checked(
                "fsync",
                &fsync,
                fsync == "on",
                "a crash of the machine can lose or corrupt the book; set fsync = on",
            ),
            Fact::checked(
                "synchronous_commit",
                synchronous_commit,
                waits_for_disk,
                "a crash can lose transfers that were answered as posted; set synchronous_commit = on",
            ),
            Fact::checked(
                "full_page_writes",
                &full_page_writes,
                full_page_writes == "on",
                "a crash of the machine can corrupt the book; set full_page_writes = on",
            ),
            Fact::checked(
                "lc_messages",
                lc_messages,
                speaks_english,
                "deadlocks are told by their English message and would not be retried; set lc_messages = 'C'",
            ),
            Fact::new("statement_timeout", setting("statement_timeout")?),
            Fact::new("lock_timeout", setting("lock_timeout")?),
        ])
    }
}

/// What every session sets.
///
/// Every statement finds its rows by a key. A plan that was made while a table was small must not go on reading it from end to end
/// when it has grown, so the planner is told not to: batches of 100 were 4 times slower on a young book.
/// A backend whose client has died while it waits for a lock notices within seconds (from PostgreSQL 14 on).
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
             where current_setting('server_version_num')::int >= 140000"
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
