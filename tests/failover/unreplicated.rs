//! Someone ends or cancels a session that waits for the standby in its commit.

use std::thread;

use teller::Mode;

use super::{Pair, assert_unknown, count_transfers, ledger_on, once};
use crate::support::{assert_whole, transfer};

/// Does that to the session that waits, and returns what its client was told.
fn while_it_waits(pair: &Pair, action: &str) -> Result<teller::ledger::Posted, teller::Error> {
    let ledger = pair.ledger(once());
    thread::scope(|scope| {
        let post = scope.spawn(|| ledger.post(transfer("k1", "a", "b", "1"), Mode::Commit));
        pair.first.wait_until("exists (select from pg_stat_activity where wait_event = 'SyncRep')");
        pair.first.run(&format!("select {action}(pid) from pg_stat_activity where wait_event = 'SyncRep'"));
        post.join().unwrap()
    })
}

#[test]
fn a_session_that_is_ended_while_it_waits_for_the_standby_has_an_unknown_outcome() {
    let mut pair = Pair::synchronous();
    pair.second.kill();
    assert_unknown(&while_it_waits(&pair, "pg_terminate_backend"));
    // Everyone sees the transfer now, and still the same request is not acknowledged before the standby has it.
    assert_eq!(count_transfers(&pair.first), "1");
    pair.run(&["--deadline", "2s", "transfer", "a", "b", "1", "--idempotency-key", "k1"], 75);
    pair.second.start();
    pair.first.wait_for_standby("sync");
    assert!(ledger_on(&pair.first).post(transfer("k1", "a", "b", "1"), Mode::Commit).unwrap().replayed);
    assert_whole(&ledger_on(&pair.second), 1);
}

/// PostgreSQL answers such a commit as if all were well, with a warning that Diesel drops. It is out of Teller's reach; nobody but its
/// own role and superusers should be able to do that, as docs/production.md says.
#[test]
fn a_commit_that_is_cancelled_while_it_waits_for_the_standby_succeeds_without_it() {
    let mut pair = Pair::synchronous();
    pair.second.kill();
    assert!(!while_it_waits(&pair, "pg_cancel_backend").unwrap().replayed);
    pair.first.kill();
    pair.second.start();
    pair.second.promote();
    assert_eq!(count_transfers(&pair.second), "0", "it was acknowledged, and is lost");
}
