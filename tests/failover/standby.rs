//! Servers that follow, stand still, or are cut off.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use teller::facts::TransferId;
use teller::ledger::StatementQuery;

use teller::requests::TransferRequest;
use teller::store::StoreOptions;
use teller::{Ledger, Mode};

use super::{Pair, assert_unknown, count_transfers, ledger_on, once};
use crate::support::cluster::url;
use crate::support::{Program, assert_whole, transfer};

/// A session that has written its commit and waits for the standby.
const WAITS_FOR_STANDBY: &str = "exists (select from pg_stat_activity where wait_event = 'SyncRep')";

/// A failover without its safety. What holds for synchronous standbys does not hold here, so the tests of those can fail.
#[test]
fn an_asynchronous_standby_loses_what_was_acknowledged() {
    let mut pair = Pair::asynchronous();
    let ledger = pair.ledger(StoreOptions::default().with_deadline(Duration::from_mins(1)));
    ledger.post(transfer("k1", "a", "b", "1"), Mode::Commit).unwrap();
    pair.second.wait_until("(select count(*) from transfers) = 1");
    pair.second.kill();
    ledger.post(transfer("k2", "a", "b", "1"), Mode::Commit).unwrap();
    pair.first.kill();
    pair.second.start();
    pair.second.promote();

    assert_eq!(count_transfers(&pair.second), "1");
    // The same request is a new one for a book that never heard of it.
    assert!(!ledger.post(transfer("k2", "a", "b", "1"), Mode::Commit).unwrap().replayed);
    assert_whole(&ledger_on(&pair.second), 2);
}

#[test]
fn a_commit_that_no_standby_confirms_is_given_up_at_the_deadline_and_found_later() {
    let mut pair = Pair::synchronous();
    pair.second.kill();
    let begin = Instant::now();
    let said = pair.run(&["--deadline", "2s", "transfer", "a", "b", "1", "--idempotency-key", "k1"], 75);
    // The key makes it the same request.
    assert!(
        said.contains("the outcome is unknown") && said.contains("run the same command again: it is safe"),
        "{said}"
    );
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());

    pair.second.start();
    pair.first.wait_for_standby("sync");
    let said = pair.run(&["transfer", "a", "b", "1", "--idempotency-key", "k1"], 0);
    assert!(said.contains("was posted before"), "{said}");
    assert_whole(&ledger_on(&pair.first), 1);
}

#[test]
fn a_transfer_that_the_standby_has_and_nobody_confirmed_is_replayed_after_the_failover() {
    let mut pair = Pair::synchronous();
    pair.first.set("synchronous_commit", "remote_apply");
    pair.second.run("select pg_wal_replay_pause()");
    pair.second.wait_until("pg_get_wal_replay_pause_state() = 'paused'");
    let ledger = pair.ledger(once());
    let request = transfer("k1", "a", "b", "1");
    thread::scope(|scope| {
        let post = scope.spawn(|| ledger.post(&request, Mode::Commit));
        pair.first.wait_until(WAITS_FOR_STANDBY);
        // It has arrived there, and is not applied.
        pair.first.wait_until("(select flush_lsn >= pg_current_wal_lsn() from pg_stat_replication)");
        pair.first.kill();
        assert_unknown(&post.join().unwrap());
    });
    pair.second.promote();
    assert_eq!(count_transfers(&pair.second), "1");
    assert!(ledger_on(&pair.second).post(&request, Mode::Commit).unwrap().replayed);
}

#[test]
fn a_frozen_server_is_given_up_at_the_deadline_and_its_transfer_is_posted_once() {
    let pair = Pair::asynchronous();
    let frozen = pair.first.freeze();
    let begin = Instant::now();
    let said = pair.run(&["--deadline", "2s", "transfer", "a", "b", "1", "--idempotency-key", "k1"], 75);
    assert!(begin.elapsed() < Duration::from_secs(20), "{said}");
    let tried = pair.run(&["--deadline", "1s", "transfer", "a", "b", "1", "--dry-run"], 75);
    assert!(!tried.contains("unknown") && !tried.contains("--id"), "a dry run posts nothing: {tried}");
    drop(frozen);
    pair.run(&["transfer", "a", "b", "1", "--idempotency-key", "k1"], 0);
    assert_whole(&ledger_on(&pair.first), 1);
}

#[test]
fn a_write_to_a_standby_waits_for_its_promotion() {
    let mut pair = Pair::synchronous();
    let options = StoreOptions::default().with_deadline(Duration::from_mins(1));
    let ledger = Ledger::open(url(pair.second.port).parse().unwrap(), options).unwrap();
    ledger.get_account(&"a".parse().unwrap()).unwrap();
    pair.first.kill();
    thread::scope(|scope| {
        let post = scope.spawn(|| ledger.post(transfer("k1", "a", "b", "1"), Mode::Commit));
        pair.second.promote();
        assert!(!post.join().unwrap().unwrap().replayed);
    });
    assert_whole(&ledger, 1);
}

#[test]
fn a_standby_that_stays_one_is_said_to_be_one() {
    let pair = Pair::asynchronous();
    let ledger = Ledger::open(url(pair.second.port).parse().unwrap(), once()).unwrap();
    let fault = ledger.post(transfer("k1", "a", "b", "1"), Mode::Commit).unwrap_err();
    assert!(fault.to_string().contains("the server takes no writes"), "{fault}");
}

/// Every command that writes, on a standby that stays one and is named alone.
#[test]
fn no_write_waits_in_silence_for_a_standby_that_is_alone() {
    let pair = Pair::asynchronous();
    let folder = TempDir::new().unwrap();
    let (transfers, book) = (folder.path().join("transfers.csv"), folder.path().join("book.ndjson"));
    fs::write(&transfers, "from,to,amount\na,b,1\n").unwrap();
    let run =
        |port: u16, arguments: &[&str]| Program::new(&[&["--database-url", &url(port)], arguments].concat()).run();
    let (transfers, book) = (transfers.to_str().unwrap(), book.to_str().unwrap());
    run(pair.first.port, &["export", "--out", book]).ends(0);
    for arguments in [
        &["import", "transfers", transfers][..],
        &["import", "book", book],
        &["transfer", "a", "b", "1"],
        &["account", "open", "c", "--currency", "EUR"],
        &["account", "freeze", "a"],
        &["currency", "add", "XYZ", "--exponent", "2", "--name", "Xyz"],
        &["period", "close", "2020"],
        &["bench", "single", "--seconds", "1"],
        &["migrate", "run"],
        &["migrate", "revert", "--discard-everything", "--yes"],
        &["migrate", "roles", "--apply"],
        &["book", "create", "other"],
    ] {
        let begin = Instant::now();
        let answer = run(pair.second.port, arguments);
        assert!(begin.elapsed() < Duration::from_secs(10), "{arguments:?} took {:?}", begin.elapsed());
        assert!(
            answer.code == Some(75) && answer.stderr.contains("the server takes no writes"),
            "{arguments:?}: {answer:?}"
        );
    }
    run(pair.second.port, &["verify"]).ends(0);
}

/// A standby that lets no reader hold it up cancels whoever still needs rows that the primary has cleaned up.
#[test]
fn a_read_that_a_standby_cancels_is_tried_again() {
    let pair = Pair::asynchronous();
    pair.second.set("max_standby_streaming_delay", "0");
    let first = pair.ledger(StoreOptions::default());
    let batch: Vec<_> = (0..3_000).map(|_| transfer("k", "a", "b", "1")).collect();
    let batch: Vec<_> = batch.into_iter().zip(0..).map(|(request, number)| numbered(request, number)).collect();
    first.post_batch(&batch, Mode::Commit).unwrap();
    // One connection, as commands have it: what one attempt leaves behind, the next one finds.
    let options = StoreOptions { connections_max: 1, ..StoreOptions::default() }.with_deadline(Duration::from_mins(1));
    let second = Ledger::open(url(pair.second.port).parse().unwrap(), options).unwrap();
    thread::scope(|scope| {
        let load = scope.spawn(|| {
            for number in 0..300 {
                first.post(numbered(transfer("k", "a", "b", "1"), 10_000 + number), Mode::Commit).unwrap();
                pair.first.run("vacuum accounts");
            }
        });
        while !load.is_finished() {
            assert!(second.verify(&mut |_| {}).unwrap().findings.is_empty());
            second.statement(&"a".parse().unwrap(), &StatementQuery::newest(1_000)).unwrap();
        }
    });
    let conflicts = "select sum(confl_snapshot + confl_lock + confl_bufferpin)::text from pg_stat_database_conflicts";
    assert_ne!(pair.second.query_text(conflicts), "0", "some reads were cancelled");
}

fn numbered(request: TransferRequest, number: u64) -> TransferRequest {
    TransferRequest { id: TransferId::from_key(&number.to_string()).unwrap().into(), ..request }
}
