//! The connection is lost at every statement in turn.

use std::cell::RefCell;
use std::sync::Once;

use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection, set_default_instrumentation};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use teller::requests::TransferRequest;
use teller::store::{StoreError, StoreOptions};
use teller::{Error, Ledger, Mode};

use super::{ACCOUNTS, batch};
use crate::support::{Program, Snapshot, TestBook, assert_whole, check, transfer};

/// Few transfers are written in one statement, many are copied. And the first of the two events of the commit: begin, lock, look for ids,
/// write all; or draw numbers, copy and update instead of the last. The first and the commit are two events each.
fn batches() -> [(Vec<TransferRequest>, usize); 2] {
    let many = (0..60).map(|number| transfer(&format!("many {number}"), "a", "b", "0.01")).collect();
    [(batch(), 7), (many, 9)]
}

thread_local! {
    /// What this thread's connections will meet. Nothing, in any other test.
    static PLAN: RefCell<Option<Plan>> = const { RefCell::new(None) };
}

/// Cuts the connections of one application when its statement is reached.
struct Plan {
    application: String,
    killer: PgConnection,
    events_left: usize,
}

struct Saboteur;

impl Instrumentation for Saboteur {
    /// The beginning and the end of a transaction are events of their own, and send a statement, which is one more.
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let is_statement = matches!(
            event,
            InstrumentationEvent::StartQuery { .. }
                | InstrumentationEvent::BeginTransaction { .. }
                | InstrumentationEvent::CommitTransaction { .. }
        );
        if is_statement {
            // Taken out, because the killer's own statements are events too.
            let plan = PLAN.take();
            PLAN.set(plan.and_then(Plan::step));
        }
    }
}

impl Plan {
    fn step(mut self) -> Option<Self> {
        self.events_left -= 1;
        if self.events_left > 0 {
            return Some(self);
        }
        terminate(&mut self.killer, &self.application);
        None
    }
}

/// Ends the application's sessions, and returns when they are gone. One that looked at the book and is closing already may be gone before.
fn terminate(killer: &mut PgConnection, application: &str) {
    let sessions = format!("from pg_stat_activity where application_name = '{application}'");
    let ended: bool = diesel::dsl::sql::<Bool>(&format!("select bool_or(pg_terminate_backend(pid)) {sessions}"))
        .get_result(killer)
        .expect("there is a session to end");
    assert!(ended);
    let count = format!("select count(*) {sessions}");
    while diesel::dsl::sql::<BigInt>(&count).get_result::<i64>(killer).unwrap() > 0 {}
}

fn plan_to_kill(book: &TestBook, application: &str, event: usize) {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| set_default_instrumentation(|| Some(Box::new(Saboteur))).unwrap());
    let killer = book.connect_postgres();
    PLAN.set(Some(Plan { application: application.to_owned(), killer, events_left: event }));
}

/// Whether the planned event was reached.
fn was_killed() -> bool {
    PLAN.take().is_none()
}

/// A ledger whose sessions no other has, connected before anything is planned.
fn open(book: &TestBook, application: &str, attempts_max: u32) -> Ledger {
    let url = format!("{}&application_name={application}", book.url);
    let options = StoreOptions { attempts_max, ..StoreOptions::default() };
    Ledger::open(url.parse().unwrap(), options).unwrap().with_clock(book.clock())
}

// O5
#[test]
fn nothing_remains_of_a_batch_whose_connection_is_lost_at_any_statement() {
    for (batch, commit) in batches() {
        lose_the_connection_at_every_event(&batch, commit);
    }
}

fn lose_the_connection_at_every_event(batch: &[TransferRequest], commit: usize) {
    let book = TestBook::on_postgres();
    check(&book, ACCOUNTS);
    plan_to_kill(&book, "nobody", usize::MAX);
    let mut event = 0;
    loop {
        event += 1;
        let before = Snapshot::of(&book);
        let ledger = open(&book, "victim_once", 1);
        plan_to_kill(&book, "victim_once", event);
        let answers = ledger.post_batch(batch, Mode::Commit);
        if !was_killed() {
            assert!(answers.unwrap().iter().all(Result::is_ok));
            break;
        }
        // Not even a commit was sent, but who has lost the connection in it cannot know.
        let says_so = match &answers {
            Err(Error::Store(StoreError::Lost { .. })) => event < commit,
            Err(Error::Store(StoreError::OutcomeUnknown { .. })) => event >= commit,
            _ => false,
        };
        assert!(says_so, "event {event}: {answers:?}");
        assert_eq!(Snapshot::of(&book), before, "event {event}");
    }
    assert_eq!(event, commit + 2, "every statement was reached");
    assert_whole(&book.ledger(), batch.len() as u64 + 1);
}

// O5
#[test]
fn a_batch_whose_connection_is_lost_at_any_statement_is_posted_once_by_the_next_attempt() {
    for (batch, commit) in batches() {
        try_again_behind_every_event(&batch, commit);
    }
}

fn try_again_behind_every_event(batch: &[TransferRequest], commit: usize) {
    let mut event = 0;
    loop {
        event += 1;
        let book = TestBook::on_postgres();
        check(&book, ACCOUNTS);
        plan_to_kill(&book, "nobody", usize::MAX);
        let ledger = open(&book, "victim_retried", StoreOptions::default().attempts_max);
        plan_to_kill(&book, "victim_retried", event);
        let answers = ledger.post_batch(batch, Mode::Commit).unwrap();
        let was_killed = was_killed();
        assert!(answers.iter().all(|answer| answer.as_ref().is_ok_and(|posted| !posted.replayed)), "event {event}");
        assert_whole(&ledger, batch.len() as u64 + 1);
        if !was_killed {
            assert_eq!(event, commit + 2, "every statement was reached");
            return;
        }
    }
}

/// Kills the program while it waits, with locks on its accounts, for a lock on the transfers that the test holds.
pub(super) fn kill_a_client_that_holds_locks(book: &TestBook) {
    let mut holder = book.connect_postgres();
    holder.batch_execute("begin; lock table transfers in share mode").unwrap();
    let mut client = Program::on(book, &["transfer", "a", "b", "5"]).start();
    let waits = "select count(*) from pg_locks where relation = 'transfers'::regclass and not granted";
    while book.query_i64(waits) == 0 {
        assert_eq!(client.try_wait().unwrap(), None, "the client waits");
    }
    client.kill().unwrap();
    assert_eq!(client.wait().unwrap().code(), None);
    holder.batch_execute("rollback").unwrap();
}
