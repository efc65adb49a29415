//! What Citus says when a node is lost or two writers wait for each other on different nodes.

use teller::store::{StoreError, StoreOptions};
use teller::{Error, Mode};

use super::{ACCOUNTS, NOTHING_OWN};
use crate::support::{TestBook, check, transfer};

/// Refuses the first two tries of a transfer with what Citus says.
fn refuse_twice(book: &TestBook, message: &str, trigger: &str) {
    book.raw_script(&format!(
        "create sequence refused; \
         create function own() returns trigger language plpgsql as $$ begin \
             if nextval('refused') <= 2 then raise exception '{message}'; end if; \
             return null; \
         end $$; \
         create {trigger} execute function own()"
    ))
    .unwrap();
}

const AT_ONCE: &str = "trigger own after insert on transfers for each row";
const AT_COMMIT: &str = "constraint trigger own after insert on transfers initially deferred for each row";

#[test]
fn what_citus_rolled_back_is_tried_again() {
    for message in [
        "canceling the transaction since it was involved in a distributed deadlock",
        "failure on connection marked as essential: worker:5432",
        "failed to COPY to shard 102010 on worker:5432",
        "could not commit transaction for shard 102010 on any active node",
    ] {
        for trigger in [AT_ONCE, AT_COMMIT] {
            let book = TestBook::on_postgres();
            check(&book, &format!("{ACCOUNTS}\ndeposit alice 100.00 -> posted"));
            refuse_twice(&book, message, trigger);
            let answer = book.ledger().post(transfer("k1", "alice", "bob", "1.00"), Mode::Commit);
            assert!(!answer.unwrap().replayed, "{message}");
            assert!(book.query_i64("select last_value from refused") >= 3, "{message}");
            book.raw_script(&format!("{NOTHING_OWN}; drop sequence refused")).unwrap();
            check(&book, "balance bob posted 1.00 version 1\nverify -> ok");
        }
    }
}

#[test]
fn a_commit_that_not_all_nodes_took_has_an_unknown_outcome() {
    let book = TestBook::on_postgres();
    check(&book, &format!("{ACCOUNTS}\ndeposit alice 100.00 -> posted"));
    refuse_twice(&book, "could not commit transaction for shard 102010 on any active node", AT_COMMIT);
    let options = StoreOptions { attempts_max: 1, ..StoreOptions::default() };
    let answer = book.open_with(options).post(transfer("k1", "alice", "bob", "1.00"), Mode::Commit);
    assert!(matches!(answer, Err(Error::Store(StoreError::OutcomeUnknown { .. }))), "{answer:?}");
}
