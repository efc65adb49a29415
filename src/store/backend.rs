//! The trait that each backend implements for connecting, transactions and migrations.

use diesel::Connection;
use diesel::r2d2::R2D2Connection;
use diesel_migrations::MigrationHarness;

use crate::error::Error;
use crate::facts::{Sequence, Transfer};
use crate::judging::ChangedAccount;
use crate::store::declared_indexes::{IndexBuild, MetadataOf};
use crate::store::diagnosis::Fact;
use crate::store::drawing::Numbering;
use crate::store::operations::Operations;
use crate::store::options::{Access, StoreOptions};
use crate::store::steps::Steps;
use crate::store::url::DatabaseUrl;
use crate::store::{JudgedBy, Store, StoreError};

/// Where Diesel keeps the versions of the migrations that were run.
pub(super) const MIGRATIONS_TABLE: &str = "__diesel_schema_migrations";

/// The task that a session is set up for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    Migrations,
    Work,
}

/// What is known of the way of a connection to its database, and of the connection.
pub(super) type Way<'a, C> = (&'a <C as Backend>::Route, &'a <C as Backend>::Session);

/// A connection on one of the backends: how it is made, what its transactions are, and what it can say of itself.
pub(super) trait Backend:
    Store + Operations + R2D2Connection + MigrationHarness<<Self as Connection>::Backend> + Send + 'static
{
    /// What is known of the way to the database, for all connections of a pool.
    type Route: Send + Sync + 'static;

    /// What is known of one connection.
    type Session: Send + 'static;
    /// Whether there is a clock that all who use the book share, other than that of their machine.
    const HAS_CLOCK: bool;

    /// The schema, step by step.
    const MIGRATIONS: Steps;

    /// Connects for the first time, and finds out what is on the way.
    fn explore(url: &DatabaseUrl, options: &StoreOptions) -> Result<(Self, Self::Route), StoreError>;

    /// Connects again, and sets the session up.
    fn open(url: &DatabaseUrl, options: &StoreOptions, route: &Self::Route) -> Result<Self, StoreError>;

    /// Takes note of a connection that was just made.
    fn session(&mut self, route: &Self::Route) -> Result<Self::Session, StoreError>;

    /// Runs the work in a transaction of its own, which ends with it: committed on `Ok`, rolled back on `Err`. What reads by a single
    /// statement may do without.
    fn in_transaction<T>(
        &mut self,
        way: Way<'_, Self>,
        access: Access,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error>;

    /// The same fault, told more closely by what the database can still be asked.
    fn name_fault(&mut self, fault: StoreError, _url: &DatabaseUrl) -> StoreError {
        fault
    }

    /// Refuses a database that cannot hold a book.
    fn check_place(&mut self, _url: &DatabaseUrl) -> Result<(), StoreError> {
        Ok(())
    }

    /// Where the sequences of what is written are drawn.
    fn numbering(_route: &Self::Route) -> Numbering {
        Numbering::Apart
    }

    /// Writes transfers and their accounts as [`Store::write_together`] does, outside of any transaction, in one statement that is one. `None`
    /// where this is not offered; then nothing was done.
    ///
    /// [`StoreError::Conflict`], and nothing is done, where one of the accounts is not as it was judged any more, an id is in use, or a period
    /// was closed or opened since the newest place, or the server's clock is not where it was believed to be.
    fn write_alone(
        &mut self,
        _route: &Self::Route,
        _transfers: &[Transfer],
        _accounts: &[ChangedAccount],
        _judged_by: JudgedBy,
    ) -> Result<Option<Vec<Sequence>>, Error> {
        Ok(None)
    }

    /// Readies the session for migrations, before their transaction, or for work again behind it.
    fn set_up_for(&mut self, _task: Task) -> Result<(), StoreError> {
        Ok(())
    }

    /// Keeps every other migration of this book waiting until the transaction ends.
    fn lock_migrations(&mut self) -> Result<(), StoreError>;

    /// Whether the book has a table of that name.
    fn has_table(&mut self, name: &str) -> Result<bool, StoreError>;

    /// The versions of the migrations that the book has, or `None` where nothing was ever migrated. Creates nothing.
    fn applied_migrations_if_any(&mut self) -> Result<Option<Vec<String>>, StoreError>;

    /// Whether a database without Teller's migrations holds something else that must be left alone.
    fn holds_something_else(&mut self) -> Result<bool, StoreError>;

    /// Makes the indexes over what is kept under a key, or does nothing where they are ready. Says whether it made any. Not in a transaction.
    fn build_metadata_index(&mut self, way: Way<'_, Self>, of: MetadataOf, key: &str) -> Result<bool, StoreError>;

    /// The index of these that another session builds now; `None` where none is built, or nobody can see it.
    fn metadata_index_build(&mut self, _of: MetadataOf) -> Result<Option<IndexBuild>, StoreError> {
        Ok(None)
    }

    /// Removes these indexes, and says whether any was there. Not in a transaction.
    fn remove_metadata_index(&mut self, way: Way<'_, Self>, of: MetadataOf, key: &str) -> Result<bool, StoreError>;

    /// What the database says of itself, for `teller doctor`.
    fn facts(&mut self) -> Result<Vec<Fact>, StoreError>;

    /// Whether what is stored can be read as a whole, where the database can say so. It reads everything.
    fn structure(&mut self) -> Result<Option<Fact>, StoreError>;

    /// What is worth knowing of the way to the database.
    fn describe(route: &Self::Route) -> Option<Fact>;
}
