//! Connections to PostgreSQL: opening one, its transactions, and the advisory lock of migrations.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::error::Error;
use crate::facts::{Sequence, Transfer};
use crate::judging::ChangedAccount;
use crate::store::backend::{Backend, MIGRATIONS_TABLE, Way};
use crate::store::declared_indexes::{IndexBuild, MetadataOf};
use crate::store::diagnosis::Fact;
use crate::store::drawing::Numbering;
use crate::store::options::{Access, StoreOptions};
use crate::store::postgres::facts;
use crate::store::postgres::metadata_indexes;
use crate::store::postgres::route::{self, Route};
use crate::store::postgres::rows::{BoolRow, NullableTextRow, TextRow};
use crate::store::postgres::script::statements_of;
use crate::store::postgres::together::write_together;
use crate::store::steps::{Steps, steps};
use crate::store::url::DatabaseUrl;
use crate::store::{JudgedBy, StoreError};

/// "Tell", the first half of the key of the advisory lock under which a book is migrated; the second half is the schema.
const MIGRATION_LOCK: i32 = 0x5465_6c6c;

impl Backend for PgConnection {
    type Route = Route;
    type Session = ();

    const HAS_CLOCK: bool = true;

    const MIGRATIONS: Steps = steps!("postgres", statements_of);

    fn explore(url: &DatabaseUrl, options: &StoreOptions) -> Result<(Self, Route), StoreError> {
        Route::explore(url, options)
    }

    fn open(url: &DatabaseUrl, options: &StoreOptions, route: &Route) -> Result<Self, StoreError> {
        route.open(url, options)
    }

    fn session(&mut self, _route: &Route) -> Result<(), StoreError> {
        Ok(())
    }

    fn in_transaction<T>(
        &mut self,
        (route, ()): Way<'_, Self>,
        access: Access,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if access == Access::ReadOnce && route.is_direct() {
            return work(self);
        }
        begin(self, route.begin(access))?;
        let outcome = if matches!(access, Access::Settled | Access::Alone) {
            keep_writers_out(self).map_err(Error::from).and_then(|()| work(self))
        } else {
            work(self)
        };
        match outcome {
            Ok(value) => match AnsiTransactionManager::commit_transaction(self) {
                Ok(()) => Ok(value),
                Err(fault) if matches!(access, Access::Write | Access::Alone) => Err(of_commit(fault.into()).into()),
                Err(fault) => Err(fault.into()),
            },
            Err(error) => {
                // Where the rollback fails too the connection is lost, which the next one to use it is told.
                let _ = AnsiTransactionManager::rollback_transaction(self);
                Err(error)
            }
        }
    }

    fn numbering(route: &Route) -> Numbering {
        route.numbering()
    }

    fn write_alone(
        &mut self,
        route: &Route,
        transfers: &[Transfer],
        accounts: &[ChangedAccount],
        judged_by: JudgedBy,
    ) -> Result<Option<Vec<Sequence>>, Error> {
        if !route.is_direct() || route.numbering() == Numbering::Apart {
            return Ok(None);
        }
        // The statement is its own commit.
        write_together(self, transfers, accounts, judged_by).map_err(|fault| of_commit(fault).into())
    }

    fn name_fault(&mut self, fault: StoreError, _url: &DatabaseUrl) -> StoreError {
        route::name_standby(self, fault)
    }

    /// In another encoding a name or a description could be refused long after its book was begun.
    fn check_place(&mut self, url: &DatabaseUrl) -> Result<(), StoreError> {
        let encoding = facts::encoding(self)?;
        if encoding == facts::ENCODING {
            Ok(())
        } else {
            Err(StoreError::NotUtf8 { address: url.to_string(), encoding })
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

    fn build_metadata_index(
        &mut self,
        (route, ()): Way<'_, Self>,
        of: MetadataOf,
        key: &str,
    ) -> Result<bool, StoreError> {
        metadata_indexes::build(self, route, of, key)
    }

    fn metadata_index_build(&mut self, of: MetadataOf) -> Result<Option<IndexBuild>, StoreError> {
        metadata_indexes::seen_build(self, of)
    }

    fn remove_metadata_index(
        &mut self,
        (route, ()): Way<'_, Self>,
        of: MetadataOf,
        key: &str,
    ) -> Result<bool, StoreError> {
        metadata_indexes::remove(self, route, of, key)
    }

    fn facts(&mut self) -> Result<Vec<Fact>, StoreError> {
        facts::facts(self)
    }

    /// What checks PostgreSQL's files is an extension of its own, `amcheck`.
    fn structure(&mut self) -> Result<Option<Fact>, StoreError> {
        Ok(None)
    }

    fn describe(route: &Route) -> Option<Fact> {
        Some(Fact::new("pooler", route.describe()))
    }
}

/// The statement has two parts, of which the second can fail alone. Its transaction is then open, and broken for whoever comes next.
fn begin(connection: &mut PgConnection, statement: &str) -> Result<(), StoreError> {
    let Err(fault) = AnsiTransactionManager::begin_transaction_sql(connection, statement) else { return Ok(()) };
    match connection.batch_execute("rollback") {
        Ok(()) => Err(fault.into()),
        Err(_) => Err(StoreError::Lost { reason: StoreError::from(fault).to_string() }),
    }
}

/// Every write locks rows of accounts before it draws its numbers, which this waits for. Until the transaction ends nothing that belongs
/// to accounts changes, so that all its statements see the same book, each by a snapshot of its own: one for all would be taken by the
/// statement that brings the settings, too early.
fn keep_writers_out(connection: &mut PgConnection) -> Result<(), StoreError> {
    connection.batch_execute("lock table accounts in exclusive mode").map_err(|error| match error.into() {
        StoreError::Denied { address, reason } => {
            StoreError::Denied { address, reason: format!("{reason}; only the book's owner may hold its writers up") }
        }
        other => other,
    })
}

/// The same fault, when it came of a commit that writes: where the connection was lost, the answer was too.
fn of_commit(fault: StoreError) -> StoreError {
    match fault {
        StoreError::Lost { reason } => StoreError::OutcomeUnknown { reason },
        other => other,
    }
}
