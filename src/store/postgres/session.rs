//! What a session is set to before Teller works in it.

use crate::store::options::{Access, StoreOptions};
use crate::store::postgres::citus::IS_CITUS;

/// How long a setting holds.
#[derive(Clone, Copy)]
enum Span {
    Session,
    Transaction,
}

/// What becomes of the plan of a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plans {
    Kept,
    Made,
}

/// Statements that write take longer to plan than to run, and can be planned in one way only, so that the server is told to keep their plans;
/// left to itself it makes them anew each time. Citus cannot plan without the values, so its servers are left to themselves.
const KEEP_PLANS: (&str, &str) = ("plan_cache_mode", "force_generic_plan");

/// Sets a session up for good. Only for one that nobody else gets into. A statement that writes may be a transaction by itself there, and
/// must see what was committed while it waited for its locks.
pub(super) fn set_for_session(options: &StoreOptions) -> String {
    let isolation = ("default_transaction_isolation", "read committed");
    settings(options, &[isolation], Plans::Kept, Span::Session)
}

/// Begins a transaction in a session that is set up already. What reads is planned for the values that it is asked for.
pub(super) fn begin_in_session(access: Access) -> String {
    match access {
        Access::Read | Access::ReadOnce => format!("{}; set local plan_cache_mode = auto", begin(access)),
        Access::Write | Access::Settled | Access::Alone => begin(access).to_owned(),
    }
}

/// Begins a transaction that brings its settings, and the schema path of its book, and takes them away again. One round trip, too.
pub(super) fn begin_with_settings(access: Access, options: &StoreOptions, search_path: Option<&str>) -> String {
    let path = search_path.map(|path| ("search_path", path));
    let own: Vec<_> = path.into_iter().collect();
    let plans = if access == Access::Read { Plans::Made } else { Plans::Kept };
    format!("{}; {}", begin(access), settings(options, &own, plans, Span::Transaction))
}

const fn begin(access: Access) -> &'static str {
    match access {
        Access::Read | Access::ReadOnce => "begin isolation level repeatable read, read only",
        Access::Write | Access::Settled | Access::Alone => "begin isolation level read committed",
    }
}

/// Every statement finds its rows by a key. A plan that was made while a table was small must not go on reading it from end to end
/// when it has grown, so the planner is told not to: batches of 100 were 4 times slower on a young book. A bitmap is made for many rows, and
/// such a statement finds one at a time: a twelfth of the server's time of a batch went there. Nor do such statements gain from
/// parallel workers or compiled code, which took 20 to 50 ms to begin with where an index alone gave the answer in 1.
/// A backend whose client has died while it waits for a lock notices within seconds (from PostgreSQL 14 on). Faults are told apart by
/// English messages, which only a superuser can ask for.
fn settings(options: &StoreOptions, own: &[(&str, &str)], plans: Plans, span: Span) -> String {
    let is_local = match span {
        Span::Session => "false",
        Span::Transaction => "true",
    };
    let statement_ms = options.statement_time_max.as_millis().to_string();
    let lock_ms = options.lock_wait_max.as_millis().to_string();
    let set = |(name, value): (&str, &str)| format!("set_config('{name}', {}, {is_local})", literal(value));
    let settings = [
        ("timezone", "UTC"),
        ("standard_conforming_strings", "on"),
        ("statement_timeout", &statement_ms),
        ("lock_timeout", &lock_ms),
        ("idle_in_transaction_session_timeout", &statement_ms),
        ("enable_seqscan", "off"),
        ("enable_bitmapscan", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
        ("max_parallel_workers_per_gather", "0"),
        ("jit", "off"),
    ];
    let mut calls: Vec<_> = settings.iter().chain(own).copied().map(set).collect();
    let only_where = |condition: &str, setting| format!("case when {condition} then {} end", set(setting));
    if plans == Plans::Kept {
        calls.push(only_where(&format!("not ({IS_CITUS})"), KEEP_PLANS));
    }
    calls.push(only_where(
        "current_setting('server_version_num')::int >= 140000",
        ("client_connection_check_interval", "2s"),
    ));
    calls.push(only_where("current_setting('is_superuser')::bool", ("lc_messages", "C")));
    format!("select {}", calls.join(", "))
}

/// A text that came from the URL, quoted so that it stays one text whatever `standard_conforming_strings` says.
fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_path_stays_one_text() {
        let begin = begin_with_settings(Access::Write, &StoreOptions::default(), Some("a'; drop table accounts; --\\"));
        assert!(begin.contains("set_config('search_path', E'a''; drop table accounts; --\\\\', true)"), "{begin}");
    }
}
