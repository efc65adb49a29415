//! Events that are on their way to a receiver while the primary goes.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use teller::store::StoreOptions;

use super::load::{Acknowledged, WORKERS, begin};
use super::{Pair, ledger_on};
use crate::server::programs::Serving;
use crate::support::assert_whole;
use crate::support::cluster::wait_until;
use crate::support::receiver::Receiver;

/// How many transfers are acknowledged and how many events have arrived before the primary dies, and how many come after that.
const BEFORE: usize = 100;
const AFTER: usize = 100;

/// How many failovers there are, each with a book of its own; more of them are for a machine that has the time.
fn failovers() -> usize {
    std::env::var("TELLER_FAILOVERS").map_or(1, |count| count.parse().expect("TELLER_FAILOVERS is a number"))
}

#[test]
fn a_failover_loses_no_event_on_its_way_and_tells_nothing_that_the_book_has_not() {
    for _ in 0..failovers() {
        fail_over();
    }
}

fn fail_over() {
    let mut pair = Pair::synchronous();
    let receiver = Receiver::new();
    pair.run(&["webhook", "add", &receiver.url, "--allow-private", "--after", "first"], 0);
    let retries = vec!["50ms"; 1_000].join(",");
    let options = ["--lease-seconds", "1", "--no-clockwork", "--webhook-retries", &retries];
    let server = Serving::at(&pair.url(), &options);
    let ledger = pair.ledger(StoreOptions::default().with_deadline(Duration::from_mins(1)));
    let (acknowledged, until) = (Acknowledged::default(), AtomicUsize::new(usize::MAX));
    thread::scope(|scope| {
        begin(scope, &ledger, &acknowledged, &until);
        receiver.wait_for(BEFORE);
        wait_until("the load runs", || acknowledged.count() >= BEFORE);
        pair.first.kill();
        let so_far = acknowledged.count();
        pair.second.promote();
        wait_until("the load goes on", || acknowledged.count() > so_far + WORKERS);
        until.store(acknowledged.count() + AFTER, Ordering::Relaxed);
    });

    assert_whole(&ledger_on(&pair.second), u64::try_from(acknowledged.count()).unwrap());
    let told = told(&pair);
    let last = told.last().unwrap();
    wait_until("the last event arrives", || receiver.received().iter().any(|received| received.id() == last));
    let mut seen = BTreeSet::new();
    let first_times = receiver.received().into_iter().map(|received| received.id().to_owned());
    let arrived: Vec<_> = first_times.filter(|id| seen.insert(id.clone())).collect();
    assert!(arrived == told, "each event of the book has arrived, in order, and no other: {arrived:?}\n{told:?}");
    drop(server);
}

/// The ids of the events of the book.
fn told(pair: &Pair) -> Vec<String> {
    let id = |line: &str| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
    pair.run(&["events", "--format", "ndjson"], 0).lines().map(id).collect()
}
