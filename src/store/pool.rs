//! The connections to one book, and transactions that are run again after passing faults.

use std::fmt;
use std::time::{Duration, Instant};

use crate::clock::Clock;
use crate::error::Error;
use crate::facts::{Sequence, Transfer};
use crate::judging::ChangedAccount;
use crate::store::attempts::Attempts;
use crate::store::backend::Backend;
use crate::store::connections::{Connections, on_backend};
use crate::store::declared_indexes::{IndexState, MetadataIndex};
use crate::store::diagnosis::{Depth, Diagnosis, Fact};
use crate::store::drawing::Numbering;
use crate::store::migrations::{self, MigrationStatus};
use crate::store::operations::Operations;
use crate::store::options::{Access, StoreOptions};
use crate::store::schema_state::SchemaState;
use crate::store::url::DatabaseUrl;
use crate::store::{JudgedBy, Store, StoreError};

/// How many round trips the latency is the median of.
const LATENCY_SAMPLES: usize = 5;

/// The connections to one book.
pub struct Pool {
    url: DatabaseUrl,
    options: StoreOptions,
    pub(super) connections: Connections,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pool({})", self.url)
    }
}

impl Pool {
    /// Connects once, to find out at once whether it can be done. The connection is kept.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`], [`StoreError::Denied`], [`StoreError::NotABook`], [`StoreError::Busy`], [`StoreError::Standby`], and
    /// [`StoreError::NotOffered`] where the feature of the backend is switched off.
    pub fn connect(url: DatabaseUrl, options: StoreOptions) -> Result<Self, StoreError> {
        let connections = Connections::open(&url, options)?;
        Ok(Self { url, options, connections })
    }

    /// Where the book is.
    #[must_use]
    pub const fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// The book's clock: the server's, so that all who write to the book agree, or the machine's where there is no server.
    #[must_use]
    pub fn clock(&self) -> Clock {
        on_backend!(self, slots => slots.clock())
    }

    /// Where the sequences of what is written are drawn.
    pub(crate) fn numbering(&self) -> Numbering {
        on_backend!(self, slots => slots.numbering())
    }

    /// Runs the work in one transaction, and again from the start when that failed for a reason that passes. The work must therefore
    /// do the same each time: new ids are made before, not in it.
    pub(crate) fn transaction<T>(
        &self,
        access: Access,
        mut work: impl FnMut(&mut dyn Store) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.attempt_all(self.attempts(), access, &mut work)
    }

    /// Begins a write whose first attempt is another way to the same end.
    pub(crate) fn shortcut(&self) -> Shortcut<'_> {
        Shortcut { pool: self, attempts: self.attempts() }
    }

    /// Where the URL names several servers, another one may be about to take writes. One that is alone is waited for as one that is down.
    fn attempts(&self) -> Attempts {
        let StoreOptions { attempts_max, retry_time_max, connect_time_max, .. } = self.options;
        let attempts = Attempts::new(attempts_max, retry_time_max);
        if self.url.has_several_hosts() { attempts } else { attempts.with_standby_time(connect_time_max) }
    }

    fn attempt_all<T>(
        &self,
        mut attempts: Attempts,
        access: Access,
        work: &mut impl FnMut(&mut dyn Store) -> Result<T, Error>,
    ) -> Result<T, Error> {
        loop {
            let outcome = on_backend!(self, slots => slots.attempt(access, attempts.time_left(), &mut *work));
            match outcome {
                Err(Error::Store(fault)) => attempts.wait_after(fault)?,
                outcome => return outcome,
            }
        }
    }

    /// Runs reading work that is not about money, and again where that can help.
    pub(super) fn try_again<T>(&self, mut read: impl FnMut() -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut attempts = self.attempts();
        loop {
            match read() {
                Err(fault) => attempts.wait_after(fault)?,
                outcome => return outcome,
            }
        }
    }

    /// Compares the book's schema with this program's.
    ///
    /// # Errors
    /// [`StoreError`], when the book cannot be read.
    pub fn schema_state(&self) -> Result<SchemaState, StoreError> {
        self.try_again(|| on_backend!(self, slots => slots.read(migrations::schema_state)))
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
        self.try_again(|| on_backend!(self, slots => slots.read(migrations::status)))
    }

    /// Brings the schema up to date, all missing migrations or none, and returns their names. Safe to run from many places at once.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::NotABook`], [`StoreError::Migration`].
    pub fn migrate(&self) -> Result<Vec<String>, StoreError> {
        on_backend!(self, slots => slots.session(|connection, way| migrations::run(connection, way, &self.url)))
    }

    /// How many accounts the book has, whatever state its schema is in.
    ///
    /// # Errors
    /// [`StoreError`], when the book cannot be read.
    pub fn count_accounts(&self) -> Result<i64, StoreError> {
        self.try_again(|| on_backend!(self, slots => slots.read(migrations::count_accounts)))
    }

    /// Takes the newest migration back, with everything in the tables that it made, and returns its name.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::NotABook`], [`StoreError::Migration`].
    pub fn revert_migration(&self) -> Result<Option<String>, StoreError> {
        on_backend!(self, slots => slots.session(|connection, way| migrations::revert(connection, way, &self.url)))
    }

    /// What the connections of this pool may take, and how long they try.
    pub(crate) const fn options(&self) -> StoreOptions {
        self.options
    }

    /// Runs the work on one connection, outside of any transaction. A pooler may then have led it past the book that the URL names.
    pub(super) fn operate<T>(
        &self,
        work: impl FnOnce(&mut dyn Operations) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        on_backend!(self, slots => slots.session(|connection, _| work(connection)))
    }

    /// Runs the work in one transaction, in the book.
    pub(super) fn operate_in_book<T>(
        &self,
        access: Access,
        work: impl FnOnce(&mut dyn Operations) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        on_backend!(self, slots => slots.transaction(access, |connection| work(connection)))
    }

    /// Asks the database about itself.
    ///
    /// # Errors
    /// [`StoreError`], when it does not answer.
    pub fn diagnose(&self, depth: Depth) -> Result<Diagnosis, StoreError> {
        let schema = self.schema_state()?;
        let (latency, facts) = on_backend!(self, slots => {
            let latency = slots.session(|connection, _| latency(connection))?;
            let mut facts = slots.read(Backend::facts)?;
            facts.extend(slots.describe_route());
            if schema == SchemaState::Current {
                facts.push(slots.read(guards)?);
                facts.push(slots.read(metadata_indexes)?);
            }
            if depth == Depth::Whole {
                facts.extend(slots.read(Backend::structure)?);
                if schema == SchemaState::Current {
                    facts.push(slots.read(indexes)?);
                }
            }
            (latency, facts)
        });
        Ok(Diagnosis { address: self.url.to_string(), schema, latency, facts })
    }
}

/// The first attempt at a write, which takes another way than the later ones.
pub(crate) struct Shortcut<'a> {
    pool: &'a Pool,
    attempts: Attempts,
}

impl Shortcut<'_> {
    /// The time until the last attempt must have begun.
    pub(crate) fn time_left(&self) -> Duration {
        self.attempts.time_left()
    }

    /// Runs the work once, in one transaction.
    pub(crate) fn transaction<T>(&self, work: impl FnOnce(&mut dyn Store) -> Result<T, Error>) -> Result<T, Error> {
        on_backend!(self.pool, slots => slots.attempt(Access::Write, self.attempts.time_left(), work))
    }

    /// Reads once, by one statement.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&mut dyn Store) -> Result<T, Error>) -> Result<T, Error> {
        on_backend!(self.pool, slots => slots.attempt(Access::ReadOnce, self.attempts.time_left(), work))
    }

    /// Writes transfers and their accounts, and commits that, in one statement: see [`Backend::write_alone`].
    pub(crate) fn write_alone(
        &self,
        transfers: &[Transfer],
        accounts: &[ChangedAccount],
        judged_by: JudgedBy,
    ) -> Result<Option<Vec<Sequence>>, Error> {
        on_backend!(self.pool, slots => slots.write_alone(self.attempts.time_left(), transfers, accounts, judged_by))
    }

    /// The outcome of the first attempt. Where that failed for a reason that the later ones may not have, it does not count, and they follow
    /// at once, as in [`Pool::transaction`].
    pub(crate) fn retry_in_transaction<T>(
        mut self,
        outcome: Result<T, Error>,
        mut work: impl FnMut(&mut dyn Store) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match outcome {
            Err(Error::Store(StoreError::Conflict { .. } | StoreError::Statement { .. })) => {}
            Err(Error::Store(fault)) => self.attempts.wait_after(fault)?,
            outcome => return outcome,
        }
        self.pool.attempt_all(self.attempts, Access::Write, &mut work)
    }
}

/// Whether all that the migrations made to guard the book is there.
fn guards<C: Backend>(connection: &mut C) -> Result<Fact, StoreError> {
    let problems = connection.guard_problems()?;
    let Some(first) = problems.first() else { return Ok(Fact::new("guards", "as the migrations made them")) };
    let value = format!("{} differ from what the migrations made: {}", problems.len(), problems.join("; "));
    Ok(Fact::checked("guards", value, false, first))
}

/// Whether all rows are found through all indexes.
fn indexes<C: Backend>(connection: &mut C) -> Result<Fact, StoreError> {
    let problems = connection.index_problems()?;
    let is_whole = problems.is_empty();
    let value = if is_whole { "all rows are found through all of them".to_owned() } else { problems.join("; ") };
    Ok(Fact::checked("indexes", value, is_whole, "answers can lack rows, and an id can be used twice; see the value"))
}

/// Which metadata is found by an index, and whether all of these are of use.
fn metadata_indexes<C: Backend>(connection: &mut C) -> Result<Fact, StoreError> {
    let found = connection.metadata_indexes()?;
    let unfinished: Vec<_> =
        found.iter().filter(|index| index.state == IndexState::Unfinished).map(ToString::to_string).collect();
    let described: Vec<_> = found.iter().map(MetadataIndex::describe).collect();
    let value = if found.is_empty() { "none is declared".to_owned() } else { described.join("; ") };
    let warning = format!(
        "no look-up uses {}, which writes may have to maintain: it is being built, that was broken off, or another index has its name",
        unfinished.join(" and ")
    );
    let fact = Fact::checked("metadata_indexes", value, unfinished.is_empty(), &warning);
    let is_unused = found.iter().any(|index| index.state == IndexState::Ready && index.uses == Some(0));
    Ok(Fact {
        advice: is_unused.then_some("an index that no look-up uses makes writes dearer and can be removed"),
        ..fact
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
