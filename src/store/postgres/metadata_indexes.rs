//! Declared indexes over metadata in a schema: built and dropped while others write.
//!
//! `create index concurrently` waits for transactions that are open, and cannot be part of one. Where it fails half-way it leaves an index
//! that no look-up uses and every write maintains. The next try removes that one first.

use std::collections::HashSet;

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text};
use tracing::debug;

use crate::error::Error;
use crate::store::StoreError;
use crate::store::backend::Backend;
use crate::store::declared_indexes::{FoundIndex, IndexBuild, MetadataOf, Part, first_text};
use crate::store::indexes::IndexKey;
use crate::store::metadata_indexes::MetadataDialect;
use crate::store::options::Access;
use crate::store::postgres::route::Route;
use crate::store::postgres::rows::TextRow;

/// How often work is begun that meets others.
const ATTEMPTS_MAX: u32 = 20;

impl MetadataDialect for PgConnection {
    fn usable_among(&mut self, names: Vec<String>) -> Result<HashSet<String>, StoreError> {
        let usable = "select relname::text as value from pg_index join pg_class on pg_class.oid = indexrelid \
            where relnamespace = current_schema()::regnamespace and indisvalid and relname = any($1::name[])";
        let rows = diesel::sql_query(usable).bind::<Array<Text>, _>(names).load::<TextRow>(self)?;
        Ok(rows.into_iter().map(|row| row.value).collect())
    }

    fn literal(&mut self, key: &str) -> Result<String, StoreError> {
        let quoted = diesel::sql_query("select quote_literal($1) as value").bind::<Text, _>(key);
        Ok(quoted.get_result::<TextRow>(self)?.value)
    }

    /// The order of bytes, which no update of the system's libraries changes.
    fn text(column: &str, literal: &str) -> IndexKey {
        let (before, after) = ("(".to_owned(), format!(" ->> {literal}) collate \"C\""));
        IndexKey { before, column: column.to_owned(), after }
    }

    /// No other index is in the order that is asked for, among rows with the same text.
    fn by_index(_name: &str) -> String {
        String::new()
    }

    fn found_indexes(&mut self) -> Result<Vec<FoundIndex>, StoreError> {
        let listed = "select i.relname::text as name, pg_get_indexdef(indexrelid, 1, true) as definition, \
                indisvalid and indisready and indislive as is_usable, pg_relation_size(indexrelid) as bytes, \
                coalesce(pg_stat_get_numscans(indexrelid), 0) as uses \
            from pg_index join pg_class i on i.oid = indexrelid join pg_class c on c.oid = indrelid \
            where c.relnamespace = current_schema()::regnamespace and starts_with(i.relname::text, concat(c.relname, '_metadata_')) \
            order by 1";
        let rows = diesel::sql_query(listed).load::<DefinitionRow>(self)?;
        let found = rows.into_iter().filter_map(|DefinitionRow { name, definition, is_usable, bytes, uses }| {
            Some(FoundIndex { name, key: first_text(&definition)?, is_usable, bytes: Some(bytes), uses: Some(uses) })
        });
        Ok(found.collect())
    }
}

/// Makes the indexes that are not there or of no use, and says whether it made any.
pub(super) fn build(
    connection: &mut PgConnection,
    route: &Route,
    of: MetadataOf,
    key: &str,
) -> Result<bool, StoreError> {
    let mut made = false;
    for part in of.parts() {
        made |= beside_others(|| try_to_build(connection, route, part, key))?;
    }
    Ok(made)
}

/// Two who work on indexes of one table at once wait for each other, and the server ends one of the two. That one looks again what is there.
fn beside_others<T>(mut work: impl FnMut() -> Result<T, StoreError>) -> Result<T, StoreError> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        match work() {
            Err(fault) if attempts < ATTEMPTS_MAX && is_of_another(&fault) => debug!(%fault, "another is at work"),
            outcome => return outcome,
        }
    }
}

/// A build lets go of its table a moment before others see that its index is ready, and who takes it for a left one then meets the last.
fn is_of_another(fault: &StoreError) -> bool {
    match fault {
        StoreError::Conflict { .. } => true,
        StoreError::Statement { reason } => {
            reason.contains("already exists") || reason.contains("tuple concurrently updated")
        }
        _ => false,
    }
}

fn try_to_build(connection: &mut PgConnection, route: &Route, part: &Part, key: &str) -> Result<bool, StoreError> {
    let name = part.index_name(key);
    let Found { schema, is_usable } = look(connection, route, part, &name)?;
    match is_usable {
        Some(true) => return Ok(false),
        Some(false) => run_alone(connection, route, &format!("drop index concurrently if exists {schema}.{name}"))?,
        None => {}
    }
    let literal = connection.literal(key)?;
    let definition = part.definition(&PgConnection::text(part.column, &literal).of(""));
    run_alone(connection, route, &format!("create index concurrently {name} on {schema}.{definition}"))?;
    Ok(true)
}

/// The build of an index on one of the tables, as the server tells of it to every session. No two are built on one table at once.
pub(super) fn seen_build(connection: &mut PgConnection, of: MetadataOf) -> Result<Option<IndexBuild>, StoreError> {
    let seen = "select phase, greatest(coalesce(lockers_total - lockers_done, 0), 0) as waits_for, \
            case when sessions.pid is not null then concat('process ', sessions.pid, ' of ', coalesce(sessions.usename::text, 'a user'), \
                ' (', coalesce(nullif(sessions.application_name, ''), 'no name'), '), ', coalesce(sessions.state, 'busy'), \
                ' since ', date_trunc('second', sessions.xact_start)) end as session \
        from pg_stat_progress_create_index builds \
        left join pg_stat_activity sessions on sessions.pid = builds.current_locker_pid and builds.current_locker_pid <> 0 \
        where builds.datname = current_database() and builds.relid::oid = any( \
            select pg_class.oid from pg_class where relnamespace = current_schema()::regnamespace and relname = any($1::name[])) \
        limit 1";
    let tables: Vec<_> = of.parts().iter().map(|part| part.table).collect();
    let row = diesel::sql_query(seen).bind::<Array<Text>, _>(tables).get_result::<BuildRow>(connection).optional()?;
    Ok(row.map(|BuildRow { phase, waits_for, session }| IndexBuild {
        phase,
        waits_for: u64::try_from(waits_for).unwrap_or_default(),
        session,
    }))
}

#[derive(QueryableByName)]
struct BuildRow {
    #[diesel(sql_type = Text)]
    phase: String,
    #[diesel(sql_type = BigInt)]
    waits_for: i64,
    #[diesel(sql_type = Nullable<Text>)]
    session: Option<String>,
}

/// Removes the indexes, and says whether any was there.
pub(super) fn remove(
    connection: &mut PgConnection,
    route: &Route,
    of: MetadataOf,
    key: &str,
) -> Result<bool, StoreError> {
    let mut removed = false;
    for part in of.parts() {
        removed |= beside_others(|| try_to_remove(connection, route, part, key))?;
    }
    Ok(removed)
}

fn try_to_remove(connection: &mut PgConnection, route: &Route, part: &Part, key: &str) -> Result<bool, StoreError> {
    let name = part.index_name(key);
    let Found { schema, is_usable } = look(connection, route, part, &name)?;
    if is_usable.is_some() {
        run_alone(connection, route, &format!("drop index concurrently if exists {schema}.{name}"))?;
    }
    Ok(is_usable.is_some())
}

#[derive(QueryableByName)]
struct Found {
    /// The book's, quoted.
    #[diesel(sql_type = Text)]
    schema: String,
    /// `None` where there is no such index.
    #[diesel(sql_type = Nullable<Bool>)]
    is_usable: Option<bool>,
}

/// How an index stands, once nobody else is at work on the table's indexes. Only the owner of the table may wait for that.
fn look(connection: &mut PgConnection, route: &Route, part: &Part, name: &str) -> Result<Found, StoreError> {
    let lock = format!("lock table {} in share update exclusive mode", part.table);
    let query = "select quote_ident(current_schema()) as schema, (select indisvalid and indisready and indislive from pg_index \
        join pg_class on pg_class.oid = indexrelid \
        where relnamespace = current_schema()::regnamespace and relname = $1) as is_usable";
    let found = connection.in_transaction((route, &()), Access::Write, |connection| {
        connection.batch_execute(&lock).map_err(StoreError::from)?;
        let found = diesel::sql_query(query).bind::<Text, _>(name).get_result::<Found>(connection);
        Ok(found.map_err(StoreError::from)?)
    });
    found.map_err(|error| match error {
        Error::Store(fault) => fault,
        other => StoreError::Statement { reason: other.to_string() },
    })
}

/// Runs a statement that cannot be part of a transaction, however long it takes. A pooler's session belongs to others too, and is left as it
/// is: what bounds statements there comes with each transaction.
fn run_alone(connection: &mut PgConnection, route: &Route, statement: &str) -> Result<(), StoreError> {
    if !route.is_direct() {
        return Ok(connection.batch_execute(statement)?);
    }
    let bounds = "select concat('set statement_timeout = ', quote_literal(current_setting('statement_timeout')), \
        '; set lock_timeout = ', quote_literal(current_setting('lock_timeout'))) as value";
    let bounds = diesel::sql_query(bounds).get_result::<TextRow>(connection)?.value;
    connection.batch_execute("set statement_timeout = 0; set lock_timeout = 0")?;
    let outcome = connection.batch_execute(statement);
    let bounded = connection.batch_execute(&bounds);
    Ok(outcome.and(bounded)?)
}

#[derive(QueryableByName)]
struct DefinitionRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    definition: String,
    #[diesel(sql_type = Bool)]
    is_usable: bool,
    #[diesel(sql_type = BigInt)]
    bytes: i64,
    #[diesel(sql_type = BigInt)]
    uses: i64,
}
