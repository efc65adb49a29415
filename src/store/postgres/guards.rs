//! The catalog of a schema, compared with what a newly migrated one has, which stands in a file beside this one.

use std::collections::BTreeSet;

use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::store::StoreError;
use crate::store::guards::{Guard, Guards, differences};
use crate::store::postgres::rows::TextRow;

/// Of a newly migrated book, as [`FOUND`] says it.
const EXPECTED: &str = include_str!("guards.txt");
const FOUND: &str = include_str!("guards.sql");

/// Settings of the database or a role by which sessions fire no triggers, and that of this session.
const SWITCHES: &str = "\
    select concat('session_replication_role is ', current_setting('session_replication_role'), ' in this session') as value \
        where current_setting('session_replication_role') <> 'origin' \
    union all \
    select concat(setting, ' is set for ', coalesce('role ' || setrole::regrole::text, 'all roles')) \
        from (select setdatabase, nullif(setrole, 0) as setrole, unnest(setconfig) as setting from pg_db_role_setting) as settings \
        where setting like 'session\\_replication\\_role=%' and setting <> 'session_replication_role=origin' \
            and setdatabase in (0, (select oid from pg_database where datname = current_database()))";

impl Guards for PgConnection {
    fn guard_problems(&mut self) -> Result<Vec<String>, StoreError> {
        let found = lines(self, FOUND)?;
        let mut problems = differences(
            EXPECTED.lines().filter_map(guard).collect(),
            found.iter().filter_map(|line| guard(line)).collect(),
        );
        let switches = lines(self, SWITCHES)?;
        problems.extend(
            switches
                .into_iter()
                .map(|switch| format!("{switch}, so that no trigger and no foreign key guards the book")),
        );
        Ok(problems)
    }
}

/// The tables that the migrations make.
pub(super) fn tables() -> BTreeSet<String> {
    EXPECTED.lines().filter_map(guard).map(|guard| guard.table).collect()
}

fn lines(connection: &mut PgConnection, query: &str) -> Result<Vec<String>, StoreError> {
    Ok(diesel::sql_query(query).load::<TextRow>(connection)?.into_iter().map(|row| row.value).collect())
}

fn guard(line: &str) -> Option<Guard> {
    let mut parts = line.splitn(3, '|').map(str::to_owned);
    Some(Guard { table: parts.next()?, name: parts.next()?, definition: parts.next()? })
}
