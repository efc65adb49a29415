//! Many at once: nobody deadlocks, nothing is lost, and waiting is never mistaken for a refusal.

mod faults;
mod pool;
mod requests;

use tempfile::TempDir;

use teller::rejection::Rejection;

use teller::requests::TransferRequest;
use teller::{Error, Mode};

use crate::support::{
    Program, Random, TestBook, assert_whole, check, in_parallel, on_every_backend, transfer, transfer_with_id,
};

on_every_backend! {
    // C1
    fn opposite_transfers_between_two_accounts_end_where_they_began(book: &TestBook) {
        open_assets(book, 2);
        let ledgers = [book.ledger(), book.ledger()];
        in_parallel(2, |worker| {
            let (from, to) = if worker == 0 { ("a0", "a1") } else { ("a1", "a0") };
            for _ in 0..500 {
                let request = transfer_with_id(book.next_id(), from, to, "100");
                ledgers[worker].post(&request, Mode::Commit).unwrap();
            }
        });
        check(book, "
            balance a0 posted 0 version 1000
            balance a1 posted 0 version 1000
            sum zero
        ");
    }

    // C1
    fn rings_in_rotated_order_do_not_deadlock(book: &TestBook) {
        open_assets(book, 6);
        let ledger = book.ledger();
        let rings = 3..=6;
        for length in rings.clone() {
            in_parallel(length, |worker| {
                for _ in 0..10 {
                    let member = |place: usize| format!("a{}", (worker + place) % length);
                    let request = |place| transfer_with_id(book.next_id(), &member(place), &member(place + 1), "7");
                    let ring: Vec<_> = (0..length).map(request).collect();
                    assert!(ledger.post_batch(&ring, Mode::Commit).unwrap().iter().all(Result::is_ok));
                }
            });
        }
        for account in 0..6 {
            check(book, &format!("balance a{account} posted 0"));
        }
        assert_whole(&ledger, rings.map(|length| 10 * length as u64 * length as u64).sum());
    }

    // C2
    fn parallel_spends_never_spend_more_than_there_is(book: &TestBook) {
        check(book, "
            account cash  asset     EUR
            account shop  liability EUR
            account alice liability EUR
            deposit alice 2 -> posted
        ");
        assert_eq!(spend_in_parallel(book, 18, "alice", "1"), 2);
        check(book, "
            balance alice posted 0 version 3
            balance shop  posted 2
        ");
    }

    // C2
    fn the_first_spends_of_a_new_account_keep_to_its_limit(book: &TestBook) {
        check(book, "
            account shop  liability EUR
            account alice liability EUR min -100
        ");
        assert_eq!(spend_in_parallel(book, 2, "alice", "100"), 1);
        check(book, "balance alice posted -100 version 1");
    }

    // C4
    fn batches_over_the_same_accounts_in_any_order_do_not_fail(book: &TestBook) {
        open_assets(book, 6);
        let ledger = book.ledger();
        in_parallel(6, |worker| {
            for round in 0..4 {
                let account = |place: usize| format!("a{}", (worker + round + place) % 6);
                let request = |step: usize| transfer_with_id(book.next_id(), &account(step * 2), &account(step * 2 + 1), "5");
                let batch: Vec<_> = (0..3).map(request).collect();
                assert!(ledger.post_batch(&batch, Mode::Commit).unwrap().iter().all(Result::is_ok));
            }
        });
        assert_whole(&ledger, 6 * 4 * 3);
    }

    // C3, scaled down.
    fn every_transfer_among_many_accounts_arrives_once(book: &TestBook) {
        open_assets(book, 1_000);
        let ledger = book.ledger();
        in_parallel(10, |worker| {
            let mut random = Random(worker as u64);
            for _ in 0..100 {
                let (from, to) = random.pair_below(1_000);
                let request = transfer_with_id(book.next_id(), &format!("a{from}"), &format!("a{to}"), "1");
                ledger.post(&request, Mode::Commit).unwrap();
            }
        });
        let report = ledger.verify(&mut |_| {}).unwrap();
        assert_eq!((report.findings.first(), report.transfers, report.accounts), (None, 1_000, 1_000));
        let totals = &report.totals[0];
        assert_eq!((totals.debits.to_plain_string(), totals.credits.to_plain_string()), ("1000.00".into(), "1000.00".into()));
    }

    // C5
    fn programs_that_import_at_the_same_time_lose_nothing_though_one_is_killed(book: &TestBook) {
        const PROGRAMS: u64 = 8;
        const LINES: u64 = 1_500;
        // So long that it cannot end between its first commit and the kill.
        const LINES_OF_VICTIM: u64 = 6_000;
        open_assets(book, 5);
        let folder = TempDir::new().unwrap();
        let files: Vec<_> = (1..PROGRAMS).map(|number| write_transfers(&folder, number, LINES)).collect();
        let file_of_victim = write_transfers(&folder, 0, LINES_OF_VICTIM);
        let import = |file: &String| Program::on(book, &["import", "transfers", file]);

        let mut victim = import(&file_of_victim).start();
        let programs: Vec<_> = files.iter().map(|file| import(file).start()).collect();
        // It is in the middle when its first batch is committed.
        while book.query_i64("select count(*) from transfers where description = 'file 0'") == 0 {}
        victim.kill().unwrap();
        assert_eq!(victim.wait().unwrap().code(), None, "it is killed before it ends");
        for mut program in programs {
            assert_eq!(program.wait().unwrap().code(), Some(0));
        }
        import(&file_of_victim).run().ends(0);
        assert_whole(&book.ledger(), (PROGRAMS - 1) * LINES + LINES_OF_VICTIM);
        check(book, "sum zero");
    }

    fn one_id_used_at_once_for_different_transfers_is_posted_once(book: &TestBook) {
        open_assets(book, 20);
        let ledger = book.ledger();
        // Each pair of accounts is another one, so that no lock makes them wait for each other.
        let answers = in_parallel(10, |worker| {
            let request = transfer("k1", &format!("a{}", worker * 2), &format!("a{}", worker * 2 + 1), "1");
            match ledger.post(&request, Mode::Commit) {
                Ok(posted) => { assert!(!posted.replayed); true }
                Err(Error::Rejected(rejection)) => {
                    assert!(matches!(*rejection, Rejection::IdReused { .. }), "{rejection}");
                    false
                }
                Err(fault) => panic!("{fault}"),
            }
        });
        assert_eq!(answers.into_iter().filter(|is_posted| *is_posted).count(), 1);
        assert_whole(&ledger, 1);
    }

    // Large batches are written in another way than small ones.
    fn the_ids_of_a_large_batch_used_at_once_for_another_are_posted_once(book: &TestBook) {
        open_assets(book, 4);
        let ledger = book.ledger();
        let posted = in_parallel(2, |worker| {
            let (from, to) = (format!("a{}", worker * 2), format!("a{}", worker * 2 + 1));
            let batch: Vec<_> = (0..100).map(|number| transfer(&format!("k{number}"), &from, &to, "1")).collect();
            let answers = ledger.post_batch(&batch, Mode::Commit).unwrap();
            let is_expected = |answer: &Result<_, Rejection>| matches!(answer, Ok(_) | Err(Rejection::IdReused { .. }));
            assert!(answers.iter().all(is_expected), "{answers:?}");
            answers.iter().filter(|answer| answer.is_ok()).count()
        });
        assert_eq!(posted.into_iter().sum::<usize>(), 100);
        assert_whole(&ledger, 100);
    }
}

/// Accounts `a0`, `a1`, … that may go below zero.
fn open_assets(book: &TestBook, count: usize) {
    let lines: Vec<_> = (0..count).map(|number| format!("a{number},asset,EUR")).collect();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("accounts.csv");
    std::fs::write(&file, format!("name,type,currency\n{}\n", lines.join("\n"))).unwrap();
    Program::on(book, &["import", "accounts", file.to_str().unwrap()]).run().ends(0);
}

/// How many of so many equal spends were accepted; the others must have been refused for want of funds.
fn spend_in_parallel(book: &TestBook, count: usize, account: &str, euros: &str) -> usize {
    let ledger = book.ledger();
    let spend = |_| {
        let request: TransferRequest = transfer_with_id(book.next_id(), account, "shop", euros);
        match ledger.post(&request, Mode::Commit) {
            Ok(_) => true,
            Err(Error::Rejected(rejection)) => {
                assert_eq!(rejection.code(), "insufficient_funds");
                false
            }
            Err(fault) => panic!("{fault}"),
        }
    };
    in_parallel(count, spend).into_iter().filter(|is_accepted| *is_accepted).count()
}

/// A file of random transfers among five accounts.
fn write_transfers(folder: &TempDir, number: u64, lines: u64) -> String {
    let mut random = Random(number);
    let line = |line| {
        let (from, to) = random.pair_below(5);
        format!("{number}-{line},a{from},a{to},{}.{:02},file {number}\n", random.below(1_000), 1 + random.below(99))
    };
    let text: String = (0..lines).map(line).collect();
    let file = folder.path().join(format!("{number}.csv"));
    std::fs::write(&file, format!("key,from,to,amount,description\n{text}")).unwrap();
    file.to_str().unwrap().to_owned()
}
