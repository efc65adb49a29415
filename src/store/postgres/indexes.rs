//! Proving the indexes of a schema: each row of a table is looked up through each of its indexes.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::models::sql_types::SqlId;
use crate::store::StoreError;
use crate::store::declared_indexes::{AlteredIndex, Part};
use crate::store::indexes::{Index, IndexKey, Indexes, Lookup};
use crate::store::metadata_indexes::MetadataDialect;
use crate::store::postgres::guards::tables;
use crate::store::postgres::rows::TextRow;

/// The valid B-trees of Teller's tables; what is not valid is used by no look-up. Parts are separated by a character that no name has.
const LIST: &str = "\
    select c.relname::text as table_name, concat(i.relname, chr(31), pg_get_expr(indpred, indrelid, true), chr(31), \
        (select string_agg(pg_get_indexdef(indexrelid, n, true), chr(31) order by n) from generate_series(1, indnkeyatts) as n)) as index \
    from pg_index join pg_class c on c.oid = indrelid join pg_class i on i.oid = indexrelid join pg_am on pg_am.oid = i.relam \
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relname not like '\\_\\_%' \
        and indisvalid and amname = 'btree' \
    order by 1, 2";

impl Indexes for PgConnection {
    fn index_problems(&mut self) -> Result<Vec<String>, StoreError> {
        // A row would be found by where it is, and not by its keys.
        self.batch_execute(
            "set local enable_tidscan = off; set local enable_seqscan = off; set local enable_bitmapscan = off",
        )?;
        let tables = tables();
        let mut indexes: BTreeMap<String, Vec<Index>> = BTreeMap::new();
        for ListedRow { table_name, index } in diesel::sql_query(LIST).load(self)? {
            if tables.contains(&table_name) {
                indexes.entry(table_name).or_default().extend(read(&index));
            }
        }
        let mut problems = Vec::new();
        for (table, indexes) in indexes {
            problems.extend(problems_of(self, &table, &indexes)?);
        }
        for index in self.found_indexes()?.into_iter().filter(|index| index.is_usable) {
            let Some((_, part)) = Part::of_name(&index.name, &index.key) else { continue };
            problems.extend(problem_of_declared(self, part, &index.name, &index.key)?);
        }
        problems.extend(self.altered_indexes()?.iter().map(AlteredIndex::problem));
        Ok(problems)
    }

    fn transfer_ids_in_index(&mut self, _visit: &mut dyn FnMut(SqlId, i64)) -> Result<bool, StoreError> {
        Ok(false)
    }
}

fn read(listed: &str) -> Option<Index> {
    let mut parts = listed.split('\u{1f}').map(str::to_owned);
    let (name, condition) = (parts.next()?, parts.next()?);
    let keys: Vec<_> = parts.collect();
    // An index over an expression is a declared one, or none of Teller's.
    let are_columns = keys.iter().all(|key| key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
    let keys = keys.iter().map(|key| IndexKey::of_column(key)).collect();
    are_columns.then_some(Index { name, keys, condition: Some(condition).filter(|condition| !condition.is_empty()) })
}

/// A declared index, by one look-up for each text: many rows can have the same one. Compared are how many rows are found, and a sum over
/// their second keys.
fn problem_of_declared(
    connection: &mut PgConnection,
    part: &Part,
    index: &str,
    key: &str,
) -> Result<Option<String>, StoreError> {
    let literal = connection.literal(key)?;
    let query = by_each_text(part, &PgConnection::text(part.column, &literal));
    let plan = diesel::sql_query(format!("explain {query}")).load::<PlanRow>(connection)?;
    if !plan.iter().any(|line| line.plan.contains(&format!(" using {index} on "))) {
        return Ok(None);
    }
    let found = diesel::sql_query(query).get_result::<TextRow>(connection)?.value;
    let mut counts = found.split(' ').filter_map(|count| count.parse().ok());
    let (Some(rows), Some(missed)) = (counts.next(), counts.next()) else { return Ok(None) };
    Ok(Lookup { table: part.table, index, rows, missed, entries: None }.problem())
}

/// How many rows the index should have, and how many have a text by which others are found.
pub(super) fn by_each_text(part: &Part, text: &IndexKey) -> String {
    let Part { table, second, .. } = part;
    let of_rows = |row: &str| format!("concat(count(*), ' ', sum(hashtextextended({row}.{second}::text, 0)::numeric))");
    let (condition, sought) = (part.condition(&text.of("")), text.of("sought."));
    format!(
        "select concat(coalesce(sum(rows), 0), ' ', coalesce(sum(rows) filter (where found <> wanted), 0)) as value \
         from (select texts.rows, texts.wanted, (select {} from {table} as sought where {condition} and {sought} = texts.text) as found \
         from (select {} as text, count(*) as rows, {} as wanted from {table} as scanned tablesample system (100) \
         where {condition} group by 1) as texts) as compared",
        of_rows("sought"),
        text.of("scanned."),
        of_rows("scanned")
    )
}

/// All indexes of a table in one scan of it. The rows come from the table and from no index, whatever the planner is told: that is how
/// samples are taken, of all rows.
fn problems_of(connection: &mut PgConnection, table: &str, indexes: &[Index]) -> Result<Vec<String>, StoreError> {
    let scan = |counts: &str| format!("select {counts} as value from {table} as scanned tablesample system (100)");
    let (mut asked, mut counts) = (Vec::new(), Vec::new());
    for index in indexes {
        // One that the planner uses for no look-up by its keys, because it prefers another one, is proven by none.
        for counted in [by_all_keys(table, index), by_first_key(table, index)] {
            let plan = diesel::sql_query(format!("explain {}", scan(&counted))).load::<PlanRow>(connection)?;
            if plan.iter().any(|line| line.plan.contains(&format!(" using {} on ", index.name))) {
                asked.push(index);
                counts.push(counted);
                break;
            }
        }
    }
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let found = diesel::sql_query(scan(&counts.join(" || ' ' || "))).get_result::<TextRow>(connection)?.value;
    let mut found = found.split(' ').filter_map(|count| count.parse().ok());
    let lookups = asked.into_iter().map_while(|index| {
        let (rows, missed) = (found.next()?, found.next()?);
        Some(Lookup { table, index: &index.name, rows, missed, entries: None })
    });
    Ok(lookups.filter_map(|lookup| lookup.problem()).collect())
}

pub(super) fn by_all_keys(table: &str, index: &Index) -> String {
    let keys = index.keys.iter().map(|key| format!("{} = {}", key.of("sought."), key.of("scanned.")));
    counted(table, index, &keys.collect::<Vec<_>>().join(" and "))
}

/// For an index whose first key alone distinguishes well enough, where another index has all of them. No index serves the others as they
/// are written here.
pub(super) fn by_first_key(table: &str, index: &Index) -> String {
    let keys = index.keys.iter().enumerate().map(|(n, key)| match n {
        0 => format!("{} = {}", key.of("sought."), key.of("scanned.")),
        _ => format!("({} = {}) is true", key.of("sought."), key.of("scanned.")),
    });
    counted(table, index, &keys.collect::<Vec<_>>().join(" and "))
}

/// How many rows an index should have, and how many of them a look-up by their keys does not find. They are looked up one by one, for a
/// join could be planned without the index.
fn counted(table: &str, index: &Index, keys: &str) -> String {
    let condition = index.condition_or_true();
    let known: Vec<_> = index.keys.iter().map(|key| format!("{} is not null", key.of("scanned."))).collect();
    let known = known.join(" and ");
    format!(
        "concat(count(*) filter (where {condition}), ' ', count(*) filter (where {condition} and {known} and \
            (select count(*) from {table} as sought where {condition} and {keys} and sought.ctid = scanned.ctid) = 0))"
    )
}

#[derive(QueryableByName)]
struct ListedRow {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    index: String,
}

#[derive(QueryableByName)]
struct PlanRow {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    plan: String,
}
