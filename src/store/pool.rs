use std::fmt;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use diesel::pg::PgConnection;
use diesel::r2d2::{self, ManageConnection};
use diesel::sqlite::SqliteConnection;

use super::attempts::Attempts;
use super::backend::Backend;
use super::diagnosis::Diagnosis;
use super::migrations::{self, MigrationStatus, SchemaState};
use super::operations::Operations;
use super::options::{Access, StoreOptions};
use super::url::DatabaseUrl;
use super::{Store, StoreError};
use crate::error::Error;

/// How many round trips the latency is the median of.
const LATENCY_SAMPLES: usize = 5;

/// The connections to one book.
pub struct Pool {
    url: DatabaseUrl,
    options: StoreOptions,
    connections: Connections,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pool({})", self.url)
    }
}

enum Connections {
    Postgres(r2d2::Pool<Manager<PgConnection>>),
    Sqlite(r2d2::Pool<Manager<SqliteConnection>>),
}

/// Runs the same code on whichever backend the pool is for. The only place that asks.
macro_rules! on_backend {
    ($pool:expr, $connections:ident => $run:expr) => {
        match &$pool.connections {
            Connections::Postgres($connections) => $run,
            Connections::Sqlite($connections) => $run,
        }
    };
}

impl Pool {
    /// Connects once, to find out at once whether it can be done. The connection is kept.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`], [`StoreError::Denied`], [`StoreError::NotABook`].
    pub fn connect(url: DatabaseUrl, options: StoreOptions) -> Result<Self, StoreError> {
        let connections = match url {
            DatabaseUrl::Postgres(_) => Connections::Postgres(Manager::pool(&url, options)?),
            DatabaseUrl::Sqlite(_) => Connections::Sqlite(Manager::pool(&url, options)?),
        };
        Ok(Self { url, options, connections })
    }

    /// Where the book is.
    #[must_use]
    pub const fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Runs the work in one transaction, and again from the start when that failed for a reason that passes. The work must therefore
    /// do the same each time: new ids are made before, not in it.
    pub(crate) fn transaction<T>(
        &self,
        access: Access,
        mut work: impl FnMut(&mut dyn Store) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut attempts = Attempts::new(&self.options);
        loop {
            let outcome = on_backend!(self, connections => attempt(connections, access, &mut work));
            match outcome {
                Err(Error::Store(fault)) if fault.is_transient() && attempts.wait_for_next() => {}
                outcome => return outcome,
            }
        }
    }

    /// Compares the book's schema with this program's.
    ///
    /// # Errors
    /// [`StoreError`], when the book cannot be read.
    pub fn schema_state(&self) -> Result<SchemaState, StoreError> {
        on_backend!(self, connections => with_session(connections, migrations::schema_state))
    }

    /// Refuses a book that this program cannot work on.
    ///
    /// # Errors
    /// [`StoreError::NotMigrated`], [`StoreError::Newer`], [`StoreError::NotABook`].
    pub fn check_current(&self, state: &SchemaState) -> Result<(), StoreError> {
        let address = self.url.to_string();
        match state {
            SchemaState::Current => Ok(()),
            SchemaState::Empty => {
                let pending = self.migration_status()?.into_iter().map(|migration| migration.name).collect();
                Err(StoreError::NotMigrated { address, pending })
            }
            SchemaState::Behind { pending } => Err(StoreError::NotMigrated { address, pending: pending.clone() }),
            SchemaState::Newer { unknown } => Err(StoreError::Newer { address, unknown: unknown.clone() }),
            SchemaState::Foreign => Err(StoreError::NotABook { address }),
        }
    }

    /// Every migration that this program knows, and whether the book has it.
    ///
    /// # Errors
    /// [`StoreError`], when the book cannot be read.
    pub fn migration_status(&self) -> Result<Vec<MigrationStatus>, StoreError> {
        on_backend!(self, connections => with_session(connections, migrations::status))
    }

    /// Brings the schema up to date, all missing migrations or none, and returns their names. Safe to run from many places at once.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::NotABook`], [`StoreError::Migration`].
    pub fn migrate(&self) -> Result<Vec<String>, StoreError> {
        on_backend!(self, connections => with_session(connections, |session| migrations::run(session, &self.url)))
    }

    /// How many accounts the book has, whatever state its schema is in.
    ///
    /// # Errors
    /// [`StoreError`], when the book cannot be read.
    pub fn count_accounts(&self) -> Result<i64, StoreError> {
        on_backend!(self, connections => with_session(connections, migrations::count_accounts))
    }

    /// Takes the newest migration back, with everything in the tables that it made, and returns its name.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::NotABook`], [`StoreError::Migration`].
    pub fn revert_migration(&self) -> Result<Option<String>, StoreError> {
        on_backend!(self, connections => with_session(connections, |session| migrations::revert(session, &self.url)))
    }

    /// What the connections of this pool may take, and how long they try.
    pub(super) const fn options(&self) -> StoreOptions {
        self.options
    }

    /// Runs the work on one connection, outside of any transaction.
    pub(super) fn operate<T>(
        &self,
        work: impl FnOnce(&mut dyn Operations) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        on_backend!(self, connections => with_session(connections, |session| work(session)))
    }

    /// Asks the database about itself.
    ///
    /// # Errors
    /// [`StoreError`], when it does not answer.
    pub fn diagnose(&self) -> Result<Diagnosis, StoreError> {
        let (schema, latency, facts) = on_backend!(self, connections => with_session(connections, |session| {
            Ok((migrations::schema_state(session)?, latency(session)?, session.facts()?))
        }))?;
        Ok(Diagnosis { address: self.url.to_string(), schema, latency, facts })
    }
}

/// Makes the connections of one pool.
struct Manager<C> {
    url: DatabaseUrl,
    options: StoreOptions,
    /// The connection that showed that the database can be reached; the pool's first.
    first: Mutex<Option<C>>,
}

/// A connection, and whether it broke while it was out.
struct Session<C> {
    connection: C,
    is_lost: bool,
}

impl<C: Backend> Manager<C> {
    fn pool(url: &DatabaseUrl, options: StoreOptions) -> Result<r2d2::Pool<Self>, StoreError> {
        let first = Mutex::new(Some(C::open(url, &options)?));
        r2d2::Pool::builder()
            .max_size(options.connections_max)
            .min_idle(Some(0))
            .connection_timeout(options.connection_wait_max)
            // A lost connection is noticed when it is used, and the work is then done again on another one.
            .test_on_check_out(false)
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .build(Self { url: url.clone(), options, first })
            .map_err(|error| StoreError::Busy { reason: error.to_string() })
    }
}

impl<C: Backend> ManageConnection for Manager<C> {
    type Connection = Session<C>;
    type Error = StoreError;

    fn connect(&self) -> Result<Session<C>, StoreError> {
        let first = self.first.lock().ok().and_then(|mut first| first.take());
        let connection = first.map_or_else(|| C::open(&self.url, &self.options), Ok)?;
        Ok(Session { connection, is_lost: false })
    }

    fn is_valid(&self, session: &mut Session<C>) -> Result<(), StoreError> {
        Ok(session.connection.batch_execute("select 1")?)
    }

    fn has_broken(&self, session: &mut Session<C>) -> bool {
        session.is_lost
    }
}

fn attempt<C: Backend, T>(
    connections: &r2d2::Pool<Manager<C>>,
    access: Access,
    work: &mut impl FnMut(&mut dyn Store) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut session = check_out(connections)?;
    // Until the transaction has ended in order, the connection counts as lost: a panic must not hand it to the next caller.
    session.is_lost = true;
    let outcome = session.connection.in_transaction(access, |connection| work(connection));
    session.is_lost = matches!(outcome, Err(Error::Store(StoreError::Lost { .. })));
    outcome
}

fn with_session<C: Backend, T>(
    connections: &r2d2::Pool<Manager<C>>,
    work: impl FnOnce(&mut C) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut session = check_out(connections)?;
    let outcome = work(&mut session.connection);
    session.is_lost = outcome.is_err();
    outcome
}

fn check_out<C: Backend>(
    connections: &r2d2::Pool<Manager<C>>,
) -> Result<r2d2::PooledConnection<Manager<C>>, StoreError> {
    connections.get().map_err(|error| {
        let state = connections.state();
        if state.idle_connections == 0 && state.connections >= connections.max_size() {
            let reason = format!("all {} connections are in use", state.connections);
            return StoreError::Busy { reason };
        }
        StoreError::Lost { reason: error.to_string() }
    })
}

fn latency<C: Backend>(connection: &mut C) -> Result<Duration, StoreError> {
    let mut samples = [Duration::ZERO; LATENCY_SAMPLES];
    for sample in &mut samples {
        let begin = Instant::now();
        connection.batch_execute("select 1")?;
        *sample = begin.elapsed();
    }
    samples.sort_unstable();
    Ok(samples[LATENCY_SAMPLES / 2])
}
