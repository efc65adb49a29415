//! Running, reverting and listing the migrations of either backend under one lock.

use diesel::Connection;
use diesel::migration::{Migration, MigrationSource};
use tracing::info;

use crate::error::Error;
use crate::store::backend::{Backend, Task, Way};
use crate::store::driver::of_migration;
use crate::store::options::Access;
use crate::store::schema_state::SchemaState;
use crate::store::url::DatabaseUrl;
use crate::store::{Portable, StoreError};

/// One migration that this program knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationStatus {
    /// Its name.
    pub name: String,
    /// Whether the book has it.
    pub is_applied: bool,
}

type Step<C> = Box<dyn Migration<<C as Connection>::Backend>>;

fn known<C: Backend>() -> Result<Vec<Step<C>>, StoreError> {
    let mut steps = MigrationSource::<C::Backend>::migrations(&C::MIGRATIONS).map_err(of_migration)?;
    steps.sort_by_key(|step| step.name().to_string());
    Ok(steps)
}

pub(super) fn schema_state<C: Backend>(connection: &mut C) -> Result<SchemaState, StoreError> {
    let Some(applied) = connection.applied_migrations_if_any()?.filter(|applied| !applied.is_empty()) else {
        let foreign = connection.holds_something_else()?;
        return Ok(if foreign { SchemaState::Foreign } else { SchemaState::Empty });
    };
    let known = known::<C>()?;
    let is_known = |version: &String| known.iter().any(|step| step.name().version().to_string() == **version);
    if !applied.iter().any(is_known) {
        return Ok(SchemaState::Foreign);
    }
    let unknown: Vec<_> = applied.iter().filter(|version| !is_known(version)).cloned().collect();
    if !unknown.is_empty() {
        return Ok(SchemaState::Newer { unknown });
    }
    let pending: Vec<_> = known
        .iter()
        .filter(|step| !applied.contains(&step.name().version().to_string()))
        .map(|step| step.name().to_string())
        .collect();
    Ok(if pending.is_empty() { SchemaState::Current } else { SchemaState::Behind { pending } })
}

pub(super) fn status<C: Backend>(connection: &mut C) -> Result<Vec<MigrationStatus>, StoreError> {
    let applied = connection.applied_migrations_if_any()?.unwrap_or_default();
    let status = |step: &Step<C>| MigrationStatus {
        name: step.name().to_string(),
        is_applied: applied.contains(&step.name().version().to_string()),
    };
    Ok(known::<C>()?.iter().map(status).collect())
}

/// All steps run in one transaction behind one lock, so that many may start at once, and a kill in the middle leaves nothing.
pub(super) fn run<C: Backend>(
    connection: &mut C,
    way: Way<'_, C>,
    url: &DatabaseUrl,
) -> Result<Vec<String>, StoreError> {
    exclusively(connection, way, |connection| {
        check_ours(connection, url)?;
        connection.check_place(url)?;
        let applied = connection.run_pending_migrations(C::MIGRATIONS).map_err(of_migration)?;
        let applied: Vec<_> = applied.iter().map(ToString::to_string).collect();
        let names = known::<C>()?.into_iter().map(|step| (step.name().version().to_string(), step.name().to_string()));
        let names: Vec<_> = names.filter(|(version, _)| applied.contains(version)).map(|(_, name)| name).collect();
        if !names.is_empty() {
            info!(book = %url, migrations = names.join(", "), "migrated");
        }
        Ok(names)
    })
}

pub(super) fn revert<C: Backend>(
    connection: &mut C,
    way: Way<'_, C>,
    url: &DatabaseUrl,
) -> Result<Option<String>, StoreError> {
    exclusively(connection, way, |connection| {
        check_ours(connection, url)?;
        let applied = connection.applied_migrations_if_any()?.unwrap_or_default();
        let newest = known::<C>()?.into_iter().rfind(|step| applied.contains(&step.name().version().to_string()));
        let Some(newest) = newest else { return Ok(None) };
        connection.revert_migration(&*newest).map_err(of_migration)?;
        Ok(Some(newest.name().to_string()))
    })
}

/// The accounts that going back would destroy; none where there is no table for them.
pub(super) fn count_accounts<C: Backend>(connection: &mut C) -> Result<i64, StoreError> {
    if connection.has_table("accounts")? { Portable::count_accounts(connection) } else { Ok(0) }
}

fn check_ours<C: Backend>(connection: &mut C, url: &DatabaseUrl) -> Result<(), StoreError> {
    let address = url.to_string();
    match schema_state(connection)? {
        SchemaState::Empty | SchemaState::Behind { .. } | SchemaState::Current => Ok(()),
        SchemaState::Newer { unknown } => Err(StoreError::Newer { address, unknown }),
        SchemaState::Foreign => Err(StoreError::NotABook { address }),
    }
}

fn exclusively<C: Backend, T>(
    connection: &mut C,
    way: Way<'_, C>,
    work: impl FnOnce(&mut C) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.set_up_for(Task::Migrations)?;
    let outcome = connection.in_transaction(way, Access::Write, |connection| {
        connection.lock_migrations()?;
        Ok(work(connection)?)
    });
    connection.set_up_for(Task::Work)?;
    outcome.map_err(|error| match error {
        Error::Store(fault) => fault,
        other => StoreError::Migration { reason: other.to_string() },
    })
}
