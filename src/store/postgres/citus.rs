//! Citus, which keeps the tables of a schema on other servers: what its coordinator is told by, and whether the guards are on the shards.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::store::StoreError;
use crate::store::diagnosis::Fact;
use crate::store::postgres::rows::{BoolRow, NullableTextRow};

/// In SQL, whether the server is of a Citus cluster. A setting that a session has taken back is empty.
pub(super) const IS_CITUS: &str = "coalesce(current_setting('citus.version', true), '') <> ''";

/// What Citus has for this: its list of tables, and what runs a command on each shard of one.
const CAN_COUNT: &str = "\
    select to_regclass('pg_dist_partition') is not null \
        and exists (select from pg_proc where proname = 'run_command_on_shards') as value";

/// The distributed tables of the book, each with its number of guards against changes of rows. Those against TRUNCATE stand on the
/// coordinator, and not on all shards.
const TABLES: &str = "\
    select relname::text as name, count(*) as guards \
    from pg_class join pg_dist_partition on logicalrelid = pg_class.oid join pg_trigger on tgrelid = pg_class.oid \
    where relnamespace = current_schema()::regnamespace and not tgisinternal and tgtype & 32 = 0 \
    group by relname order by relname collate \"C\"";

/// How many a shard of the table `$1` has, or why that is not known.
const ON_SHARDS: &str = "\
    select result as value from run_command_on_shards( \
        (quote_ident(current_schema()) || '.' || quote_ident($1))::regclass, \
        $command$ select count(*) from pg_trigger where tgrelid = '%s'::regclass \
            and not tgisinternal and tgtype & 32 = 0 and tgenabled in ('O', 'A') $command$) \
    order by shardid";

#[derive(QueryableByName)]
struct GuardedTable {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    guards: i64,
}

/// The version of Citus, and whether all guards are on the shards. Nothing on any other server.
pub(super) fn facts(connection: &mut PgConnection) -> Result<Vec<Fact>, StoreError> {
    let version = "select nullif(current_setting('citus.version', true), '') as value";
    let Some(version) = diesel::sql_query(version).get_result::<NullableTextRow>(connection)?.value else {
        return Ok(Vec::new());
    };
    Ok(vec![Fact::new("citus", version), shard_guards(connection)?])
}

fn shard_guards(connection: &mut PgConnection) -> Result<Fact, StoreError> {
    if !diesel::sql_query(CAN_COUNT).get_result::<BoolRow>(connection)?.value {
        return Ok(uncounted("the server has no function run_command_on_shards"));
    }
    // What is refused must not end the transaction in which the other facts are asked for.
    let counted = connection.transaction(|connection| {
        let tables: Vec<GuardedTable> = diesel::sql_query(TABLES).load(connection)?;
        tables
            .into_iter()
            .map(|table| {
                let shards = diesel::sql_query(ON_SHARDS).bind::<Text, _>(&table.name);
                let found = shards.load::<NullableTextRow>(connection)?.into_iter().map(|row| row.value).collect();
                Ok((table, found))
            })
            .collect::<QueryResult<Vec<_>>>()
    });
    Ok(match counted {
        Ok(counted) => compared(&counted),
        Err(fault) => uncounted(&StoreError::from(fault).to_string()),
    })
}

fn uncounted(reason: &str) -> Fact {
    let value = format!("not counted: {reason}");
    Fact::checked("shard_guards", value, false, "whether the shards refuse changes of rows is not known")
}

/// Compares what the tables have with what their shards have.
fn compared(counted: &[(GuardedTable, Vec<Option<String>>)]) -> Fact {
    let lacking: Vec<_> = counted
        .iter()
        .filter(|(table, shards)| shards.is_empty() || shards.iter().any(|found| !table.is_found(found.as_deref())))
        .map(|(table, shards)| {
            let found: Vec<_> = shards.iter().map(|found| found.as_deref().unwrap_or("unknown").trim()).collect();
            format!("{} has {} on its shards instead of {}", table.name, found.join(", "), table.guards)
        })
        .collect();
    let value = match (counted, lacking.is_empty()) {
        ([], _) => "no table of the book is distributed".to_owned(),
        (_, true) => format!("all are on the shards of {} tables", counted.len()),
        (_, false) => lacking.join("; "),
    };
    Fact::checked(
        "shard_guards",
        value,
        lacking.is_empty(),
        "rows can be changed on a shard; take the schema back with citus_schema_undistribute and distribute it again",
    )
}

impl GuardedTable {
    fn is_found(&self, found: Option<&str>) -> bool {
        found.and_then(|found| found.trim().parse().ok()) == Some(self.guards)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_that_lack_a_guard_or_do_not_answer_are_warned_of() {
        let table = |name: &str, shards: &[Option<&str>]| {
            let shards = shards.iter().map(|found| found.map(str::to_owned)).collect();
            (GuardedTable { name: name.to_owned(), guards: 2 }, shards)
        };
        for (counted, value, is_well) in [
            (vec![], "no table of the book is distributed", true),
            (vec![table("accounts", &[Some("2")]), table("holds", &[Some(" 2")])], "all are on the shards of 2", true),
            (
                vec![table("accounts", &[Some("2")]), table("holds", &[Some("1")])],
                "holds has 1 on its shards instead of 2",
                false,
            ),
            (vec![table("holds", &[Some("2"), None])], "holds has 2, unknown on its shards", false),
            (vec![table("holds", &[])], "holds has  on its shards", false),
        ] {
            let fact = compared(&counted);
            assert!(fact.value.starts_with(value) && fact.warning.is_none() == is_well, "{value}: {fact:?}");
        }
    }
}
