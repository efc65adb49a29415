//! The texts of the statements here, on both backends.

use diesel::backend::Backend;
use diesel::query_builder::{DebugQuery, QueryFragment};

use crate::models::sql_types::SqlInstant;
use crate::models::statement_text::assert_statement;
use crate::models::transfers::{
    AccountHistory, ChainMovements, ChainRows, ChainStep, CountingTransfers, CrossingTransfers, EffectiveCorrection,
    ExceptionCount, Exceptions, LastRecordedAt, MilestoneBehind, MovementsBelow,
};

const HISTORY: AccountHistory = AccountHistory { account_id: 1, first: 2, limit: 3 };

fn assert_all<DB>(backend: &str)
where
    DB: Backend,
    AccountHistory: QueryFragment<DB>,
    ChainRows: QueryFragment<DB>,
    ChainStep: QueryFragment<DB>,
    CountingTransfers: QueryFragment<DB>,
    EffectiveCorrection: QueryFragment<DB>,
    ExceptionCount: QueryFragment<DB>,
    Exceptions: QueryFragment<DB>,
    LastRecordedAt: QueryFragment<DB>,
    MilestoneBehind: QueryFragment<DB>,
    MovementsBelow: QueryFragment<DB>,
    CrossingTransfers: QueryFragment<DB>,
    ChainMovements: QueryFragment<DB>,
    for<'a> DebugQuery<'a, AccountHistory, DB>: ToString,
    for<'a> DebugQuery<'a, ChainRows, DB>: ToString,
    for<'a> DebugQuery<'a, ChainStep, DB>: ToString,
    for<'a> DebugQuery<'a, CountingTransfers, DB>: ToString,
    for<'a> DebugQuery<'a, EffectiveCorrection, DB>: ToString,
    for<'a> DebugQuery<'a, ExceptionCount, DB>: ToString,
    for<'a> DebugQuery<'a, Exceptions, DB>: ToString,
    for<'a> DebugQuery<'a, LastRecordedAt, DB>: ToString,
    for<'a> DebugQuery<'a, MilestoneBehind, DB>: ToString,
    for<'a> DebugQuery<'a, MovementsBelow, DB>: ToString,
    for<'a> DebugQuery<'a, CrossingTransfers, DB>: ToString,
    for<'a> DebugQuery<'a, ChainMovements, DB>: ToString,
{
    let time = SqlInstant::default();
    let name = |statement: &str| format!("{backend}_{statement}");
    assert_statement::<DB, _>(&name("account_history"), &HISTORY);
    assert_statement::<DB, _>(&name("chain_rows"), &ChainRows(HISTORY));
    assert_statement::<DB, _>(&name("chain_step"), &ChainStep { account_id: 1, first: 2, steps: 3 });
    assert_statement::<DB, _>(&name("counting_transfers"), &CountingTransfers { after: time, until: time });
    let correction = EffectiveCorrection { account_id: 1, effective_at: time, recorded_at: time, known_at: time };
    assert_statement::<DB, _>(&name("effective_correction"), &correction);
    assert_statement::<DB, _>(&name("exception_count"), &ExceptionCount { account_id: 1, up_to: 2 });
    let exceptions = Exceptions { account_id: 1, from: time, before: time, below: 2, limit: 3 };
    assert_statement::<DB, _>(&name("exceptions"), &exceptions);
    let last = LastRecordedAt { account_id: 1, last_transfer: 2, recorded_at: time };
    assert_statement::<DB, _>(&name("last_recorded_at"), &last);
    let milestone = MilestoneBehind { account_id: 1, last_transfer: 2, recorded_at: time };
    assert_statement::<DB, _>(&name("milestone_behind"), &milestone);
    assert_statement::<DB, _>(&name("movements_below"), &MovementsBelow { up_to: 1, limit: 2 });
    let chain = ChainMovements { accounts: vec![1, 2], begin: time, end: time };
    assert_statement::<DB, _>(&name("chain_movements"), &chain);
    let crossing = CrossingTransfers {
        accounts: vec![1, 2],
        effective_after: time,
        effective_until: time,
        recorded_after: time,
        recorded_until: time,
        rows_max: None,
    };
    assert_statement::<DB, _>(&name("crossing_transfers"), &crossing);
}

#[cfg(feature = "postgres")]
#[test]
fn walks_on_postgres_are_the_sql_that_was_accepted() {
    assert_all::<diesel::pg::Pg>("postgres");
}

#[cfg(feature = "sqlite")]
#[test]
fn walks_on_sqlite_are_the_sql_that_was_accepted() {
    assert_all::<diesel::sqlite::Sqlite>("sqlite");
}
