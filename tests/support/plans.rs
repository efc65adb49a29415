//! How the databases find what the program's own statements ask for.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::{Mutex, Once};

use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection, set_default_instrumentation};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;
use serde_json::Value;

use super::TestBook;

/// The tables that grow with a book.
const TABLES: [&str; 5] = ["account_events", "accounts", "holds", "transfers", "webhook_deliveries"];

/// What SQLite calls the indexes that PostgreSQL has names for.
const SQLITE_NAMES: [(&str, &str); 6] = [
    ("sqlite_autoindex_account_events_1", "account_events_pkey"),
    ("sqlite_autoindex_accounts_1", "accounts_name_key"),
    ("sqlite_autoindex_holds_1", "holds_pkey"),
    ("sqlite_autoindex_holds_2", "holds_sequence_key"),
    ("sqlite_autoindex_transfers_1", "transfers_id_key"),
    ("sqlite_autoindex_webhook_deliveries_1", "webhook_deliveries_pkey"),
];

/// What PostgreSQL's planner is told in every session of the program; the plans are those for whatever values come.
const POSTGRES_SETTINGS: &str = "
    set enable_seqscan = off; set enable_bitmapscan = off; set enable_hashjoin = off; set enable_mergejoin = off;
    set max_parallel_workers_per_gather = 0; set plan_cache_mode = force_generic_plan";

thread_local! {
    /// The statements of this thread since it was asked for them.
    static STATEMENTS: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// The statements about deliveries of webhooks, of all threads: those of a server are not the test's own.
static OF_DELIVERIES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

struct Recorder;

impl Instrumentation for Recorder {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::FinishQuery { query, .. } = event {
            let shown = query.to_string();
            let text = shown.split(" -- binds: ").next().unwrap().to_owned();
            if text.contains(".webhook_deliveries") {
                OF_DELIVERIES.lock().unwrap().insert(text.clone());
            }
            STATEMENTS.with_borrow_mut(|statements| statements.iter_mut().for_each(|it| it.push(text.clone())));
        }
    }
}

/// Lets [`reads_of`] hear of the statements of all ledgers that are opened from now on.
pub fn record_statements() {
    static ONCE: Once = Once::new();
    let recorder = || -> Option<Box<dyn Instrumentation>> { Some(Box::new(Recorder)) };
    ONCE.call_once(|| set_default_instrumentation(recorder).unwrap());
}

/// The statements that some work of this thread comes to, one for each round trip.
pub fn statements_of(work: impl FnOnce()) -> Vec<String> {
    STATEMENTS.set(Some(Vec::new()));
    work();
    STATEMENTS.take().unwrap()
}

/// The statements about deliveries of webhooks in a schema, of all threads that were ever recorded.
pub fn statements_of_deliveries(schema: &str) -> Vec<String> {
    let table = format!("{schema}.webhook_deliveries");
    OF_DELIVERIES.lock().unwrap().iter().filter(|statement| statement.contains(&table)).cloned().collect()
}

/// Those of them that read, each once.
pub fn reads_of(work: impl FnOnce()) -> BTreeSet<String> {
    let is_read = |text: &String| {
        let text = text.trim_start().to_lowercase();
        (text.starts_with("select") || text.starts_with("with")) && TABLES.iter().any(|table| text.contains(table))
    };
    statements_of(work).into_iter().filter(is_read).collect()
}

/// Each way into a table that grows: the index and, where that is not so, that it begins with an equality.
pub fn ways_into_tables(book: &TestBook, statement: &str) -> BTreeSet<String> {
    if book.is_on_postgres() {
        postgres_ways(book, statement)
    } else {
        sqlite_ways(&mut book.connect_sqlite(), statement)
    }
}

fn postgres_ways(book: &TestBook, statement: &str) -> BTreeSet<String> {
    let mut connection = book.connect_postgres();
    connection.batch_execute(POSTGRES_SETTINGS).unwrap();
    connection
        .batch_execute(&format!("prepare statement as {statement}"))
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
    let values = (1..).take_while(|number| statement.contains(&format!("${number}"))).map(|_| "null");
    let values = values.collect::<Vec<_>>().join(", ");
    let values = if values.is_empty() { values } else { format!("({values})") };
    let plan =
        sql::<Text>(&format!("explain (format json) execute statement{values}")).get_result::<String>(&mut connection);
    let plan: Value = serde_json::from_str(&plan.unwrap()).unwrap();
    let mut ways = BTreeSet::new();
    add_postgres_ways(&plan[0]["Plan"], &mut ways);
    ways
}

/// A bitmap's index stands in a node of its own, which does not say the table.
fn add_postgres_ways(node: &Value, ways: &mut BTreeSet<String>) {
    let text = |name: &str| node[name].as_str().unwrap_or_default();
    if !text("Index Name").is_empty() {
        let condition = text("Index Cond");
        ways.insert(way(text("Index Name"), condition.contains(" = "), condition.is_empty()));
    } else if text("Node Type") == "Seq Scan" {
        ways.insert(way(text("Relation Name"), false, true));
    }
    for inner in node["Plans"].as_array().into_iter().flatten() {
        add_postgres_ways(inner, ways);
    }
}

#[derive(QueryableByName)]
struct PlanRow {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// Lines such as `SEARCH transfers USING INDEX transfers_debit_milestones (debit_account_id=? AND recorded_at>?)`.
pub fn sqlite_ways(connection: &mut SqliteConnection, statement: &str) -> BTreeSet<String> {
    let rows = diesel::sql_query(format!("explain query plan {statement}")).load::<PlanRow>(connection);
    // What a statement calls by a table's name, such as its walk, is read from end to end, as it should be.
    let mut own_names = statement.matches(") as transfers").count() + statement.matches(" walk as transfers").count();
    let mut ways = BTreeSet::new();
    for PlanRow { detail } in rows.unwrap_or_else(|error| panic!("{statement}: {error}")) {
        let words: Vec<_> = detail.split(' ').collect();
        let [verb @ ("SEARCH" | "SCAN"), table, ..] = words[..] else { continue };
        let table = real_name(statement, table.trim_start_matches("main."));
        if detail == "SCAN transfers" && own_names > 0 {
            own_names -= 1;
            continue;
        }
        let index = words.iter().position(|word| *word == "INDEX").map(|place| words[place + 1]);
        let name = match index {
            _ if !TABLES.contains(&table) => continue,
            Some(index) => {
                SQLITE_NAMES.iter().find(|(name, _)| *name == index).map_or(index, |(_, name)| name).to_owned()
            }
            None if detail.contains("INTEGER PRIMARY KEY") => format!("{table}_pkey"),
            None => table.to_owned(),
        };
        ways.insert(way(&name, detail.contains("=?"), verb == "SCAN"));
    }
    ways
}

/// The table that stands under another name in a statement.
fn real_name<'a>(statement: &str, name: &'a str) -> &'a str {
    let is_meant = |table: &&&str| statement.contains(&format!("{table} as {name}"));
    TABLES.iter().find(is_meant).map_or(name, |table| table)
}

fn way(name: &str, is_by_equality: bool, is_scan: bool) -> String {
    match (is_scan, is_by_equality) {
        (true, _) => format!("{name} from end to end"),
        (false, true) => name.to_owned(),
        (false, false) => format!("{name} by range"),
    }
}
