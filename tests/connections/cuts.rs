//! The connection is cut around a commit. Whatever became of it, the same request again gives exactly one transfer.

use teller::store::{StoreError, StoreOptions};
use teller::{Error, Ledger, Mode};

use super::server_of;
use crate::support::proxy::{Cut, Proxy};
use crate::support::{Program, TestBook, assert_whole, check, transfer, transfer_with_id};

const ACCOUNTS: &str = "account a asset EUR\naccount b asset EUR";
const CUTS: [Cut; 4] = [Cut::BeforeCommit, Cut::InCommit, Cut::BehindCommit, Cut::BeforeAnswer];

/// The book's URL by way of the proxy.
fn through(proxy: &Proxy, book: &TestBook) -> String {
    book.url.replace(&server_of(book), &proxy.address)
}

fn open(url: &str, book: &TestBook, attempts_max: u32) -> Ledger {
    let options = StoreOptions { attempts_max, ..StoreOptions::default() };
    Ledger::open(url.parse().unwrap(), options).unwrap().with_clock(book.clock())
}

/// A ledger that posts its next transfer in a transaction, or remembers its accounts and posts it in one statement.
fn ready(url: &str, book: &TestBook, attempts_max: u32, remembers: bool) -> Ledger {
    let ledger = open(url, book, attempts_max);
    if remembers {
        ledger.post(transfer_with_id(book.next_id(), "a", "b", "1"), Mode::Commit).unwrap();
    }
    ledger
}

// O5
#[test]
fn a_transfer_whose_commit_is_cut_is_posted_once_by_the_next_attempt() {
    for remembers in [false, true] {
        let book = TestBook::on_postgres();
        check(&book, ACCOUNTS);
        let proxy = Proxy::to(&server_of(&book));
        let url = through(&proxy, &book);
        for (number, cut) in (1..).zip(CUTS) {
            let ledger = ready(&url, &book, 20, remembers);
            proxy.cut(cut);
            let posted = ledger.post(transfer(&format!("{cut:?}"), "a", "b", "1"), Mode::Commit).unwrap();
            assert!(proxy.has_cut(), "{cut:?} {remembers}");
            // Where the commit came through, the second attempt finds the first's transfer.
            match cut {
                Cut::BeforeCommit | Cut::InCommit => assert!(!posted.replayed, "{cut:?} {remembers}"),
                Cut::BehindCommit => {}
                Cut::BeforeAnswer => assert!(posted.replayed, "{cut:?} {remembers}"),
            }
            assert_whole(&book.ledger(), number * if remembers { 2 } else { 1 });
        }
        check(&book, "sum zero");
    }
}

// O5
#[test]
fn a_cut_commit_that_is_not_tried_again_is_said_to_be_unknown() {
    for remembers in [false, true] {
        let book = TestBook::on_postgres();
        check(&book, ACCOUNTS);
        let proxy = Proxy::to(&server_of(&book));
        for (number, cut) in (1..).zip(CUTS) {
            let request = transfer(&format!("{cut:?}"), "a", "b", "1");
            let ledger = ready(&through(&proxy, &book), &book, 1, remembers);
            proxy.cut(cut);
            let answer = ledger.post(&request, Mode::Commit);
            assert!(proxy.has_cut(), "{cut:?} {remembers}");
            assert!(matches!(answer, Err(Error::Store(StoreError::OutcomeUnknown { .. }))), "{cut:?}: {answer:?}");
            // The same request, by anyone, finds out and settles it.
            ledger.post(&request, Mode::Commit).unwrap();
            assert!(book.ledger().post(&request, Mode::Commit).unwrap().replayed, "{cut:?} {remembers}");
            assert_whole(&book.ledger(), number * if remembers { 2 } else { 1 });
        }
    }
}

// O5
#[test]
fn a_program_whose_answer_is_lost_posts_once() {
    let book = TestBook::on_postgres();
    check(&book, ACCOUNTS);
    let proxy = Proxy::to(&server_of(&book));
    let url = through(&proxy, &book);
    for (cut, replayed) in [(Cut::InCommit, "false"), (Cut::BeforeAnswer, "true")] {
        proxy.cut(cut);
        let arguments = ["--database-url", &url, "transfer", "a", "b", "1", "--format", "ndjson"];
        Program::new(&arguments).run().ends(0).shows(&format!("\"replayed\":{replayed}"));
        assert!(proxy.has_cut());
    }
    assert_whole(&book.ledger(), 2);
}
