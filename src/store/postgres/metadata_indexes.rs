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
use crate::store::declared_indexes::{AlteredIndex, FoundIndex, IndexBuild, MetadataOf, Part, first_text};
use crate::store::indexes::IndexKey;
use crate::store::metadata_indexes::MetadataDialect;
use crate::store::options::Access;
use crate::store::postgres::route::Route;
use crate::store::postgres::rows::TextRow;

/// How often work is begun that meets others.
const ATTEMPTS_MAX: u32 = 20;

/// The indexes of some names, each with all that its definition says. What is said of the order is empty for each column in the usual one.
const DEFINED: &str = "\
    select i.relname::text as name, indisvalid and indisready and indislive as is_whole, \
        pg_get_indexdef(indexrelid, 0, true) as definition, pg_get_indexdef(indexrelid, 1, true) as first_key, \
        concat_ws(' ', amname, case when indisunique then 'unique' end, indnatts, indnkeyatts, pg_get_indexdef(indexrelid, 2, true), \
            indoption::text, (select collname from pg_collation where pg_collation.oid = indcollation[0]), \
            case when (select bool_and(opcdefault) from pg_opclass where pg_opclass.oid = any(indclass::oid[])) then 'usual' end) as shape, \
        coalesce(pg_get_expr(indpred, indrelid, true), '') as condition \
    from pg_index join pg_class i on i.oid = indexrelid join pg_am on pg_am.oid = i.relam \
    where i.relnamespace = current_schema()::regnamespace and i.relname = any($1::name[])";

impl MetadataDialect for PgConnection {
    fn usable_among(&mut self, names: Vec<String>) -> Result<HashSet<String>, StoreError> {
        let rows = diesel::sql_query(DEFINED).bind::<Array<Text>, _>(names).load::<DefinedRow>(self)?;
        Ok(rows.into_iter().filter(|row| row.is_whole && row.is_as_declared()).map(|row| row.name).collect())
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
                pg_relation_size(indexrelid) as bytes, \
                coalesce(pg_stat_get_numscans(indexrelid), 0) as uses \
            from pg_index join pg_class i on i.oid = indexrelid join pg_class c on c.oid = indrelid \
            where c.relnamespace = current_schema()::regnamespace and starts_with(i.relname::text, concat(c.relname, '_metadata_')) \
            order by 1";
        let rows = diesel::sql_query(listed).load::<DefinitionRow>(self)?;
        let usable = self.usable_among(rows.iter().map(|row| row.name.clone()).collect())?;
        let found = rows.into_iter().filter_map(|DefinitionRow { name, definition, bytes, uses }| {
            let is_usable = usable.contains(&name);
            Some(FoundIndex { name, key: first_text(&definition)?, is_usable, bytes: Some(bytes), uses: Some(uses) })
        });
        Ok(found.collect())
    }

    fn altered_indexes(&mut self) -> Result<Vec<AlteredIndex>, StoreError> {
        let listed = "select i.relname::text as value from pg_index join pg_class i on i.oid = indexrelid \
            where i.relnamespace = current_schema()::regnamespace and i.relname::text ~ '_metadata_[0-9a-f]{32}$' order by 1";
        let names: Vec<_> = diesel::sql_query(listed).load::<TextRow>(self)?.into_iter().map(|row| row.value).collect();
        let rows = diesel::sql_query(DEFINED).bind::<Array<Text>, _>(names).load::<DefinedRow>(self)?;
        let altered = rows.into_iter().filter(|row| !row.is_as_declared());
        Ok(altered.filter_map(|row| AlteredIndex::of(row.name, row.definition)).collect())
    }
}

impl DefinedRow {
    /// Whether the index is the one that its name and its key declare, as the server writes that.
    fn is_as_declared(&self) -> bool {
        let Some(key) = first_text(&self.first_key) else { return false };
        let Some((_, part)) = Part::of_name(&self.name, &key) else { return false };
        let plain = key.replace('\'', "''");
        let escaped = plain.replace('\\', "\\\\");
        let is_key = [format!("'{plain}'"), format!("E'{escaped}'")]
            .iter()
            .any(|literal| self.first_key == format!("({} ->> {literal}::text)", part.column));
        let shape = format!("btree 2 2 {} 0 0 C usual", part.second);
        let only = part.only.map_or_else(String::new, |only| only.replace(" is not null", " IS NOT NULL AND "));
        is_key
            && self.shape == shape
            && self.condition == format!("{only}({} COLLATE \"C\") IS NOT NULL", self.first_key)
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

/// The build of an index on one of the tables, as the server tells of it to every session. No two are built on one table at once. The session
/// that looks is not named: it has ended its work before anybody reads of it.
pub(super) fn seen_build(connection: &mut PgConnection, of: MetadataOf) -> Result<Option<IndexBuild>, StoreError> {
    let seen = "select phase, greatest(coalesce(lockers_total - lockers_done, 0), 0) as waits_for, \
            case when sessions.pid is not null then concat('process ', sessions.pid, ' of ', coalesce(sessions.usename::text, 'a user'), \
                ' (', coalesce(nullif(sessions.application_name, ''), 'no name'), '), ', coalesce(sessions.state, 'busy'), \
                ' since ', date_trunc('second', sessions.xact_start)) end as session \
        from pg_stat_progress_create_index builds \
        left join pg_stat_activity sessions on sessions.pid = builds.current_locker_pid and builds.current_locker_pid not in (0, pg_backend_pid()) \
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

struct Found {
    /// The book's, quoted.
    schema: String,
    /// `None` where there is no such index.
    is_usable: Option<bool>,
}

/// How an index stands, once nobody else is at work on the table's indexes. Only the owner of the table may wait for that.
fn look(connection: &mut PgConnection, route: &Route, part: &Part, name: &str) -> Result<Found, StoreError> {
    let lock = format!("lock table {} in share update exclusive mode", part.table);
    let schema = "select quote_ident(current_schema()) as value";
    let found = connection.in_transaction((route, &()), Access::Write, |connection| {
        connection.batch_execute(&lock).map_err(StoreError::from)?;
        let schema = diesel::sql_query(schema).get_result::<TextRow>(connection).map_err(StoreError::from)?.value;
        let defined = diesel::sql_query(DEFINED).bind::<Array<Text>, _>(vec![name]);
        let index = defined.get_result::<DefinedRow>(connection).optional().map_err(StoreError::from)?;
        Ok(Found { schema, is_usable: index.map(|index| index.is_whole && index.is_as_declared()) })
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
struct DefinedRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    is_whole: bool,
    /// The whole of it, to be shown.
    #[diesel(sql_type = Text)]
    definition: String,
    #[diesel(sql_type = Text)]
    first_key: String,
    #[diesel(sql_type = Text)]
    shape: String,
    #[diesel(sql_type = Text)]
    condition: String,
}

#[derive(QueryableByName)]
struct DefinitionRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    definition: String,
    #[diesel(sql_type = BigInt)]
    bytes: i64,
    #[diesel(sql_type = BigInt)]
    uses: i64,
}
