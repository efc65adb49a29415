//! Holds, reversals, journals and changes of accounts, all at once.

use std::sync::atomic::{AtomicI64, Ordering};

use tempfile::TempDir;

use teller::rejection::Rejection;

use teller::requests::BatchPolicy;
use teller::{Ledger, Mode};

use super::{open_assets, write_transfers};
use crate::support::{Program, TestBook, check, in_parallel, on_every_backend, requests};

const ROUNDS: usize = 8;

on_every_backend! {
    // H5
    fn of_parallel_captures_of_one_hold_only_those_that_fit_are_accepted(book: &TestBook) {
        open_customers(book);
        check(book, "hold h1: alice bob 100 -> held");
        let codes = ask_in_parallel(book, &vec!["capture h1 60"; 20]);
        assert_eq!(count(&codes, "done"), 1);
        assert_eq!(count(&codes, "hold_too_small"), 19, "{codes:?}");
        check(book, "
            balance alice posted 40 held 40
            balance bob posted 60
            hold-state h1 open remaining 40 rows 2
        ");
    }

    // R3
    fn of_parallel_reversals_of_one_transfer_one_is_accepted(book: &TestBook) {
        for (number, parallel) in [2, 10, 50].into_iter().enumerate() {
            if number == 0 {
                open_customers(book);
            }
            check(book, &format!("transfer t{number}: alice bob 1 -> posted\ndeposit bob 99 -> posted"));
            let codes = ask_in_parallel(book, &vec![format!("reverse t{number}"); parallel]);
            assert_eq!(count(&codes, "done"), 1);
            assert_eq!(count(&codes, "already_reversed"), parallel - 1, "{codes:?}");
        }
        check(book, "balance alice posted 100 version 7");
    }

    // R3
    fn of_parallel_reversals_of_one_journal_one_is_accepted(book: &TestBook) {
        open_customers(book);
        check(book, "
            journal j1: -> posted
                transfer alice bob 10
                transfer bob alice 10
        ");
        let codes = ask_in_parallel(book, &vec!["reverse-journal j1"; 20]);
        assert_eq!((count(&codes, "done"), count(&codes, "already_reversed")), (1, 19), "{codes:?}");
    }

    // I2
    fn of_parallel_identical_requests_one_is_done_and_the_others_are_replayed(book: &TestBook) {
        open_customers(book);
        check(book, "
            hold h1: alice bob 50  -> held
            hold h2: alice bob 9   -> held
            transfer t1: alice bob 5 -> posted
            journal j1: -> posted
                transfer alice bob 1
                transfer bob alice 1
        ");
        for request in ["hold k1: alice bob 1 expires in 60s", "capture k2: h1 5", "capture k3: h1 5 final", "release k4: h2", "reverse k5: t1 2",
            "journal k6:\n    transfer alice bob 2\n    transfer bob alice 1", "reverse-journal k7: j1"] {
            let codes = ask_in_parallel(book, &vec![request; 20]);
            assert_eq!((count(&codes, "done"), count(&codes, "replayed")), (1, 19), "{request}: {codes:?}");
        }
        check(book, "verify -> ok");
    }

    fn parallel_freezes_are_one_event(book: &TestBook) {
        open_customers(book);
        let codes = ask_in_parallel(book, &vec!["freeze alice"; 20]);
        assert_eq!(count(&codes, "done"), 20, "{codes:?}");
        assert_eq!(book.query_i64("select count(*) from account_events"), 1);
    }

    // C1, C4, C5: all kinds over four accounts in rotated order, beside a program that imports over the same.
    fn all_kinds_of_requests_over_the_same_accounts_do_not_deadlock(book: &TestBook) {
        open_assets(book, 5);
        for worker in 0..6 {
            check(book, &format!("account w{worker} asset EUR"));
        }
        let folder = TempDir::new().unwrap();
        let file = write_transfers(&folder, 7, 400);
        let mut programs = [0; 2].map(|_| Program::on(book, &["import", "transfers", &file]).start());
        let ledger = book.ledger_of_today();
        in_parallel(6, |worker| {
            for round in 0..ROUNDS {
                for request in requests(book, &ledger, &rotation(worker, round)) {
                    let answer = ledger.submit(&[request], BatchPolicy::CarryOn, Mode::Commit).unwrap().pop().unwrap();
                    answer.unwrap_or_else(|rejection| panic!("worker {worker}, round {round}: {rejection}"));
                }
            }
            check_lines(book, &ledger, &format!("close w{worker}"));
        });
        for program in &mut programs {
            assert_eq!(program.wait().unwrap().code(), Some(0));
        }
        assert_eq!(book.query_i64("select count(*) from accounts where state = 'closed'"), 6);
        // Two programs that import one file post it once.
        assert_eq!(book.query_i64("select count(*) from transfers where description = 'file 7'"), 400);
        check(book, "sum zero");
    }

    // H6, C4
    fn holds_that_expire_under_load_are_recorded_once(book: &TestBook) {
        open_assets(book, 4);
        check(book, "limits a0 min 0 -> changed\ntransfer a1 a0 1000 -> posted");
        let ledger = book.ledger();
        let seconds = AtomicI64::new(0);
        in_parallel(6, |worker| {
            for round in 0..ROUNDS * 2 {
                if worker == 0 {
                    let second = seconds.fetch_add(1, Ordering::Relaxed);
                    book.set_time(&format!("2026-01-01T00:00:{:02}Z", second % 60));
                    ledger.expire_holds(Mode::Commit).unwrap();
                    continue;
                }
                let (from, to) = (if round % 2 == 0 { 0 } else { worker % 4 }, (worker + round) % 4);
                if from == to {
                    continue;
                }
                check_lines(book, &ledger, &format!("hold a{from} a{to} 3 expires in {}s\ntransfer a{from} a{to} 1", round % 3 + 1));
            }
        });
        book.set_time("2026-01-01T01:00:00Z");
        ledger.expire_holds(Mode::Commit).unwrap();
        assert_eq!(book.query_i64("select count(*) from holds where state <> 'expired'"), 0);
        let holds = book.query_i64("select count(*) from holds");
        assert!(holds > 20, "{holds}");
        assert_eq!(book.query_i64("select count(*) from transfers where kind = 'release'"), holds);
        check(book, "balance a0 held 0\nsum zero");
    }
}

/// What a worker asks for in a round, over accounts that come in another order each time.
fn rotation(worker: usize, round: usize) -> String {
    let key = format!("{worker}-{round}");
    let [a, b, c] = [0, 1, 2].map(|place| format!("a{}", (worker + round * (place + 1) + place) % 3 + place % 2));
    let (b, c) = (if a == b { "a4".to_owned() } else { b }, if a == c || c == "a4" { "a3".to_owned() } else { c });
    let c = if b == c { "a4".to_owned() } else { c };
    format!(
        "
        hold h{key}: {a} {b} 5
        capture h{key} 2
        transfer t{key}: {b} {c} 4
        journal j{key}:
            hold {c} {a} 3
            capture j{key}#1 1 final
            transfer {a} {b} 1
        release h{key}
        reverse t{key} 1
        journal k{key}:
            transfer {b} w{worker} 2
            transfer w{worker} {c} all
        reverse t{key}
        reverse-journal k{key}
        freeze w{worker}
        unfreeze w{worker}
    "
    )
}

/// Asks for what the lines say, and takes any refusal for an answer.
fn check_lines(book: &TestBook, ledger: &Ledger, lines: &str) {
    ledger.submit(&requests(book, ledger, lines), BatchPolicy::CarryOn, Mode::Commit).unwrap();
}

/// What came of the requests, made at the same moment: `done`, `replayed`, or the code of the refusal.
fn ask_in_parallel<T: AsRef<str>>(book: &TestBook, lines: &[T]) -> Vec<&'static str> {
    let ledger = book.ledger();
    let asked: Vec<_> = lines.iter().flat_map(|line| requests(book, &ledger, line.as_ref())).collect();
    in_parallel(asked.len(), |worker| {
        let answer = ledger.submit(&asked[worker..=worker], BatchPolicy::CarryOn, Mode::Commit).unwrap().pop().unwrap();
        answer.as_ref().map_or_else(Rejection::code, |receipt| if receipt.replayed { "replayed" } else { "done" })
    })
}

fn count(codes: &[&str], code: &str) -> usize {
    codes.iter().filter(|found| **found == code).count()
}

fn open_customers(book: &TestBook) {
    check(
        book,
        "
        account cash  asset     EUR
        account alice liability EUR
        account bob   liability EUR
        deposit alice 100 -> posted
    ",
    );
}
