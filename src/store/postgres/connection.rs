use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use super::super::StoreError;
use super::super::backend::{Backend, MIGRATIONS_TABLE};
use super::super::diagnosis::Fact;
use super::super::options::{Access, StoreOptions};
use super::super::url::DatabaseUrl;
use super::route::{self, Route};
use crate::error::Error;

/// "Tell", the first half of the key of the advisory lock under which a book is migrated; the second half is the schema.
const MIGRATION_LOCK: i32 = 0x5465_6c6c;

impl Backend for PgConnection {
    type Route = Route;

    const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

    fn explore(url: &DatabaseUrl, options: &StoreOptions) -> Result<(Self, Route), StoreError> {
        Route::explore(url, options)
    }

    fn open(url: &DatabaseUrl, options: &StoreOptions, route: &Route) -> Result<Self, StoreError> {
        route.open(url, options)
    }

    fn in_transaction<T>(
        &mut self,
        route: &Route,
        access: Access,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        AnsiTransactionManager::begin_transaction_sql(self, route.begin(access))?;
        let outcome = if access == Access::Settled {
            keep_writers_out(self).map_err(Error::from).and_then(|()| work(self))
        } else {
            work(self)
        };
        match outcome {
            Ok(value) => match AnsiTransactionManager::commit_transaction(self) {
                Ok(()) => Ok(value),
                Err(fault) if access == Access::Write => Err(StoreError::from(fault).of_commit().into()),
                Err(fault) => Err(fault.into()),
            },
            Err(error) => {
                // Where the rollback fails too the connection is lost, which the next one to use it is told.
                let rolled_back = AnsiTransactionManager::rollback_transaction(self);
                Err(if rolled_back.is_ok() { route::name_standby(self, error) } else { error })
            }
        }
    }

    fn lock_migrations(&mut self) -> Result<(), StoreError> {
        let lock = format!("select pg_advisory_xact_lock({MIGRATION_LOCK}, hashtext(current_schema()))");
        Ok(self.batch_execute(&lock)?)
    }

    fn has_table(&mut self, name: &str) -> Result<bool, StoreError> {
        let table = "select to_regclass(format('%I.%I', current_schema(), $1)) is not null as value";
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
            None => Err(StoreError::Migration {
                reason: "the schema that search_path names does not exist; create it first: create schema NAME".into(),
            }),
        }
    }

    fn facts(&mut self) -> Result<Vec<Fact>, StoreError> {
        let version = text(self, "select version() as value")?;
        let schema = text(self, "select current_schema()::text as value")?;
        let tls = text(self, TLS_QUERY)?;
        let is_local = text(self, IS_LOCAL_QUERY)? == "true";
        let tls_is_well = tls != "off" || is_local;
        let mut facts = vec![
            Fact::new("version", version),
            Fact::new("schema", schema),
            Fact::checked(
                "tls",
                tls,
                tls_is_well,
                "what is sent can be read on the way; add sslmode=verify-full to the URL",
            ),
        ];
        for CheckedSetting { name, is_well, warning } in SETTINGS {
            let value = setting(self, name)?;
            let is_well = is_well(&value);
            facts.push(Fact::checked(name, value, is_well, warning));
        }
        for name in ["statement_timeout", "lock_timeout"] {
            facts.push(Fact::new(name, setting(self, name)?));
        }
        Ok(facts)
    }

    fn describe(route: &Route) -> Option<Fact> {
        Some(Fact::new("pooler", route.describe()))
    }
}

/// Every write locks rows of accounts before it draws its numbers, which this waits for. Until the transaction ends nothing that belongs
/// to accounts changes, so that all its statements see the same book, each by a snapshot of its own: one for all would be taken by the
/// statement that brings the settings, too early.
fn keep_writers_out(connection: &mut PgConnection) -> Result<(), StoreError> {
    Ok(connection.batch_execute("lock table accounts in exclusive mode")?)
}

const TLS_QUERY: &str = "\
    select coalesce((select concat(version, ', ', cipher) from pg_stat_ssl where pid = pg_backend_pid() and ssl), 'off') as value";

const IS_LOCAL_QUERY: &str = "\
    select coalesce(inet_client_addr() << '127.0.0.0/8' or inet_client_addr() = '::1', true)::text as value";

/// A setting of the server, what it should be, and what happens where it is not.
struct CheckedSetting {
    name: &'static str,
    is_well: fn(&str) -> bool,
    warning: &'static str,
}

const SETTINGS: [CheckedSetting; 4] = [
    CheckedSetting {
        name: "fsync",
        is_well: is_on,
        warning: "a crash of the machine can lose or corrupt the book; set fsync = on",
    },
    CheckedSetting {
        name: "synchronous_commit",
        is_well: |value| value != "off",
        warning: "a crash can lose transfers that were answered as posted; set synchronous_commit = on",
    },
    CheckedSetting {
        name: "full_page_writes",
        is_well: is_on,
        warning: "a crash of the machine can corrupt the book; set full_page_writes = on",
    },
    CheckedSetting {
        name: "lc_messages",
        is_well: is_english,
        warning: "deadlocks are told by their English message and would not be tried again; set lc_messages = 'C'",
    },
];

fn is_on(value: &str) -> bool {
    value == "on"
}

fn is_english(locale: &str) -> bool {
    ["C", "POSIX", ""].contains(&locale) || locale.starts_with("C.") || locale.starts_with("en")
}

fn setting(connection: &mut PgConnection, name: &str) -> Result<String, StoreError> {
    let query = diesel::sql_query("select current_setting($1) as value").bind::<Text, _>(name);
    Ok(query.get_result::<TextRow>(connection)?.value)
}

fn text(connection: &mut PgConnection, query: &str) -> Result<String, StoreError> {
    Ok(diesel::sql_query(query).get_result::<TextRow>(connection)?.value)
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
