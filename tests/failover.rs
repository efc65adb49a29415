//! A primary and its synchronous standby, both started by the tests, and what is left of a load of transfers when one of them goes.

mod balancer;
mod load;
mod standby;
mod unreplicated;
mod webhooks;

use std::time::Duration;

use teller::store::{Pool, StoreError, StoreOptions};
use teller::{Error, Ledger};

use crate::support::Program;
use crate::support::cluster::{Cluster, ROLE, url};

/// Two servers, of which the second follows the first.
struct Pair {
    first: Cluster,
    second: Cluster,
}

impl Pair {
    /// A commit on the first returns when the second has it.
    fn synchronous() -> Self {
        let pair = Self::asynchronous();
        pair.first.set("synchronous_standby_names", "standby");
        // Commits wait from when the checkpointer has read that, which it does before it writes a checkpoint.
        pair.first.run("checkpoint");
        pair.first.wait_for_standby("sync");
        pair
    }

    /// A commit on the first returns whatever the second has.
    fn asynchronous() -> Self {
        let first = Cluster::primary(&[]);
        let second = Cluster::standby_of(&first);
        first.wait_for_standby("async");
        let pair = Self { first, second };
        let pool = Pool::connect(pair.url().parse().unwrap(), StoreOptions::default()).unwrap();
        pool.migrate().unwrap();
        for account in ["a", "b"] {
            pair.run(&["account", "open", account, "--currency", "EUR", "--type", "asset"], 0);
        }
        pair.first.wait_until("coalesce((select replay_lsn >= pg_current_wal_lsn() from pg_stat_replication), false)");
        pair
    }

    /// The URL of both.
    fn url(&self) -> String {
        let (first, second) = (self.first.port, self.second.port);
        format!("postgres://{ROLE}@127.0.0.1:{first},127.0.0.1:{second}/postgres")
    }

    fn ledger(&self, options: StoreOptions) -> Ledger {
        Ledger::open(self.url().parse().unwrap(), options).unwrap()
    }

    /// Runs the program on both, and returns what it says.
    #[track_caller]
    fn run(&self, arguments: &[&str], exit_code: i32) -> String {
        let answer = Program::new(&[&["--database-url", &self.url()], arguments].concat()).run().ends(exit_code);
        answer.stdout + &answer.stderr
    }
}

/// One attempt.
fn once() -> StoreOptions {
    StoreOptions { attempts_max: 1, ..StoreOptions::default() }
}

/// The book on one server alone.
fn ledger_on(server: &Cluster) -> Ledger {
    let options = StoreOptions::default().with_deadline(Duration::from_mins(1));
    Ledger::open(url(server.port).parse().unwrap(), options).unwrap()
}

fn count_transfers(server: &Cluster) -> String {
    server.query_text("select count(*)::text from transfers")
}

#[track_caller]
fn assert_unknown<T: std::fmt::Debug>(answer: &Result<T, Error>) {
    assert!(matches!(answer, Err(Error::Store(StoreError::OutcomeUnknown { .. }))), "{answer:?}");
}
