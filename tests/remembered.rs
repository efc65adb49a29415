//! What a ledger remembers of accounts is a guess, and never decides by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use teller::facts::{Instant, PeriodAction};

use teller::ledger::Receipt;
use teller::requests::{BatchPolicy, Request, TransferRequest};
use teller::wire::{DefaultSignature, RequestReader};
use teller::{Clock, Error, Ledger, Mode};

use crate::support::plans::{reads_of, record_statements, statements_of};
use crate::support::{
    Holder, Random, TestBook, assert_whole, check, in_parallel, on_every_backend, period_change, requests, transfer,
    transfer_with_id,
};

/// Enough to judge a batch, on a busy machine too.
const TIME_TO_JUDGE: Duration = Duration::from_millis(150);

const ACCOUNTS: &str = "
    account cash  asset     EUR
    account alice liability EUR
    account bob   liability EUR
    deposit alice 100 -> posted
    deposit bob 100   -> posted
";

/// A ledger that has posted between alice and bob, and so remembers both.
fn remembering(book: &TestBook) -> Ledger {
    record_statements();
    check(book, ACCOUNTS);
    let ledger = book.ledger();
    post(&ledger, transfer_with_id(book.next_id(), "alice", "bob", "1")).unwrap();
    ledger
}

fn post(ledger: &Ledger, request: TransferRequest) -> Result<Receipt, Error> {
    ledger.submit_one(request.into(), Mode::Commit)
}

/// Whether the accounts are read where the work is done, which they are not where a guess is right.
fn reads_accounts(work: impl FnOnce()) -> bool {
    let is_of_accounts = |statement: &String| {
        let statement = statement.to_lowercase();
        statement.starts_with("select") && statement.contains("accounts") && statement.contains("head")
    };
    reads_of(work).iter().any(is_of_accounts)
}

fn code(outcome: Result<Receipt, Error>) -> &'static str {
    match outcome {
        Ok(receipt) if receipt.replayed => "replayed",
        Ok(_) => "posted",
        Err(Error::Rejected(rejection)) => rejection.code(),
        Err(fault) => panic!("{fault}"),
    }
}

/// Submits two batches of a ledger at about the same time: alice pays bob, and bob pays the same back. Somebody else holds the accounts until the
/// second one had time to be judged. The codes of both, and whether they have read accounts.
fn submit_one_behind_the_other(
    book: &TestBook,
    ledger: &Ledger,
    size: usize,
    release: impl FnOnce(),
) -> [(Vec<&'static str>, bool); 2] {
    let submit = |from, to| {
        let requests: Vec<Request> =
            (0..size).map(|_| transfer_with_id(book.next_id(), from, to, "1").into()).collect();
        let mut codes = Vec::new();
        let has_read = reads_accounts(|| {
            let answers = ledger.submit(&requests, BatchPolicy::CarryOn, Mode::Commit).unwrap();
            codes = answers.into_iter().map(|answer| code(answer.map_err(Error::from))).collect();
        });
        (codes, has_read)
    };
    thread::scope(|threads| {
        let first = threads.spawn(|| submit("alice", "bob"));
        thread::sleep(TIME_TO_JUDGE);
        let second = threads.spawn(|| submit("bob", "alice"));
        thread::sleep(TIME_TO_JUDGE);
        release();
        [first, second].map(|batch| batch.join().unwrap())
    })
}

on_every_backend! {
    fn accounts_that_are_remembered_are_not_asked_for(book: &TestBook) {
        let ledger = remembering(book);
        let again = || {
            post(&ledger, transfer_with_id(book.next_id(), "bob", "alice", "2")).unwrap();
        };
        assert!(!reads_accounts(again));
        check(book, "balance alice posted 101 version 3\nbalance bob posted 99 version 3");
    }

    // A transaction around it costs two round trips more.
    fn a_small_batch_is_one_statement_on_postgres(book: &TestBook) {
        let ledger = remembering(book);
        for size in [1, 2, 40] {
            let requests: Vec<Request> =
                (0..size).map(|_| transfer_with_id(book.next_id(), "bob", "alice", "0.10").into()).collect();
            let statements = statements_of(|| {
                let answers = ledger.submit(&requests, BatchPolicy::CarryOn, Mode::Commit).unwrap();
                assert!(answers.iter().all(Result::is_ok), "{answers:?}");
            });
            assert_eq!(statements.len() == 1, book.is_on_postgres(), "{statements:#?}");
        }
        check(book, "balance alice posted 103.30 version 45\nbalance bob posted 96.70 version 45");
        assert_whole(&ledger, 46);
    }

    // The accounts that are not remembered are read by one statement, and the posting is one statement as always.
    fn accounts_that_are_not_remembered_take_one_statement_more_on_postgres(book: &TestBook) {
        let ledger = remembering(book);
        check(book, "account carol liability EUR\naccount dave liability EUR\naccount erin liability EUR\ndeposit carol 9 -> posted");
        for (from, to, count) in [("carol", "dave", 2), ("dave", "carol", 1), ("alice", "erin", 2)] {
            let post = || {
                let outcome = post(&ledger, transfer_with_id(book.next_id(), from, to, "1"));
                assert_eq!(code(outcome), "posted");
            };
            let statements = statements_of(post);
            assert_eq!(statements.len() == count, book.is_on_postgres(), "{from} to {to}: {statements:#?}");
        }
        check(book, "balance carol posted 9\nbalance erin posted 1");
        assert_whole(&ledger, 7);
    }

    // Of an account with holds, or with a limit by the day, more has to be known than the account, which only a posting behind locks reads.
    fn an_account_that_takes_more_to_judge_is_not_guessed_by(book: &TestBook) {
        let ledger = remembering(book);
        check(book, "
            account carol liability EUR
            deposit carol 9 -> posted
            hold carol cash 8 -> held
            account dave liability EUR
            deposit dave 9 -> posted
            limits dave per-day 2 -> changed
        ");
        let submit = |from: &str, amount: &str| code(post(&ledger, transfer_with_id(book.next_id(), from, "bob", amount)));
        for _ in 0..2 {
            assert_eq!(submit("carol", "2"), "insufficient_funds");
            assert_eq!(submit("dave", "3"), "velocity_exceeded");
            assert_eq!(submit("dave", "1"), "posted");
        }
        assert_eq!(submit("dave", "1"), "velocity_exceeded");
        check(book, "balance carol posted 9 held 8\nbalance dave posted 7");
    }

    // The currency of a written amount is that of its account, which never changes.
    fn written_amounts_ask_for_no_account_that_is_remembered(book: &TestBook) {
        let ledger = remembering(book);
        let submit = |items: &str| {
            let requests = RequestReader::new(DefaultSignature { actor: None, reason: None }).read_items(items).unwrap();
            ledger.submit_written(&requests, BatchPolicy::CarryOn, Mode::Commit)
        };
        let codes = |items: &str| -> Vec<_> {
            submit(items).unwrap().into_iter().map(|answer| code(answer.map_err(Error::from))).collect()
        };
        let known = r#"{"key":"known","from":"alice","to":"bob","amount":"2.50"}"#;
        assert!(!reads_accounts(|| assert_eq!(codes(known), ["posted"])));
        assert_eq!(codes(known), ["replayed"]);

        let too_precise = r#"{"key":"new","from":"alice","to":"bob","amount":"1"}
            {"key":"precise","from":"alice","to":"bob","amount":"0.005"}"#;
        let fault = submit(too_precise).unwrap_err().to_string();
        assert!(fault.contains("line 2") && fault.contains("0.005"), "{fault}");
        let mixed = r#"{"key":"stranger","from":"alice","to":"nobody","amount":"1"}
            {"key":"hotel","hold":{"from":"alice","to":"bob","amount":"5"}}
            {"key":"bill","capture":{"hold":"hotel","amount":"4.00"}}
            {"key":"too much","from":"alice","to":"bob","amount":"1000"}"#;
        assert_eq!(codes(mixed), ["account_unknown", "posted", "posted", "insufficient_funds"]);
        check(book, "balance alice posted 92.50 held 1\nbalance bob posted 107.50");
    }

    fn what_others_did_meanwhile_counts(book: &TestBook) {
        for (meanwhile, expected) in [
            ("withdraw alice 99 -> posted", "insufficient_funds"),
            ("deposit alice 1000 -> posted", "posted"),
            ("limits bob max 101.50 -> changed", "max_balance_exceeded"),
            ("freeze bob credits -> frozen", "account_frozen"),
            ("hold alice cash 99 -> held", "insufficient_funds"),
            ("limits alice per-day 1 -> changed", "velocity_exceeded"),
        ] {
            let book = book.another();
            let ledger = remembering(&book);
            check(&book, meanwhile);
            let own = transfer_with_id(book.next_id(), "alice", "bob", "1");
            assert_eq!(code(post(&ledger, own)), expected, "{meanwhile}");
            let report = ledger.verify(&mut |_| {}).unwrap();
            assert_eq!(report.findings.first(), None, "{meanwhile}");
        }
    }

    // I1: a look at the ids that are in use is left to the database where accounts are remembered.
    fn an_id_that_is_in_use_is_replayed_or_refused(book: &TestBook) {
        let ledger = remembering(book);
        let others = book.ledger();
        let known = transfer("known", "alice", "bob", "5");
        assert_eq!(code(post(&others, known.clone())), "posted");
        assert_eq!(code(post(&ledger, known.clone())), "replayed");
        assert_eq!(code(post(&ledger, transfer("known", "alice", "bob", "6"))), "id_reused");
        let many = |id: &str| -> Vec<Request> {
            let last = transfer(id, "alice", "bob", "5").into();
            (0..60).map(|_| transfer_with_id(book.next_id(), "alice", "bob", "0.01").into()).chain([last]).collect()
        };
        for (id, expected) in [("new", "posted"), ("known", "replayed")] {
            let answers = ledger.submit(&many(id), BatchPolicy::CarryOn, Mode::Commit).unwrap();
            assert_eq!(code(answers.into_iter().last().unwrap().map_err(Error::from)), expected);
        }
        check(book, "balance alice posted 87.80 version 124");
    }

    fn a_ledger_that_is_printed_tells_nobody_what_it_remembers(book: &TestBook) {
        let ledger = remembering(book);
        let printed = format!("{ledger:?}");
        assert!(printed.contains("Remembered(2 accounts)") && !printed.contains("alice"), "{printed}");
    }

    fn a_refusal_is_never_a_guess(book: &TestBook) {
        let ledger = remembering(book);
        let too_much = || {
            let outcome = post(&ledger, transfer_with_id(book.next_id(), "alice", "bob", "1000"));
            assert_eq!(code(outcome), "insufficient_funds");
        };
        assert!(reads_accounts(too_much));
    }

    // Refusals are what a ledger is for. The accounts are read once more, and known again from the next posting on.
    fn a_refusal_and_an_account_that_is_not_there_make_nothing_behind_them_slower(book: &TestBook) {
        let ledger = remembering(book);
        check(book, "account carol liability EUR\ndeposit carol 9 -> posted");
        let submit = |from: &str, to: &str, amount: &str| code(post(&ledger, transfer_with_id(book.next_id(), from, to, amount)));
        assert_eq!(submit("alice", "bob", "1000"), "insufficient_funds");
        assert_eq!(submit("carol", "nobody", "1"), "account_unknown");
        assert_eq!(submit("alice", "bob", "1"), "posted");
        assert_eq!(submit("carol", "bob", "1"), "posted");
        assert!(!reads_accounts(|| assert_eq!(submit("bob", "alice", "1"), "posted")));
        assert!(!reads_accounts(|| assert_eq!(submit("carol", "alice", "1"), "posted")));
        check(book, "balance alice posted 100\nbalance carol posted 7");
        assert_whole(&ledger, 8);
    }

    // A period that is over can be closed at any moment, and what is posted then belongs to the next one.
    fn what_is_judged_before_its_period_is_closed_is_not_written_behind_that(book: &TestBook) {
        let [before, midnight] = ["2026-03-31T23:59:59Z", "2026-04-01T00:00:00Z"].map(|time| time.parse::<Instant>().unwrap());
        for size in [1, 2, 60] {
            let book = book.another();
            book.set_time("2026-03-31T12:00:00Z");
            check(&book, ACCOUNTS);
            let closer = book.owner_ledger().with_clock(Clock::new(move || midnight));
            // Each time it is told, the day is over just behind it, and somebody closes that.
            let (is_over, day_ends) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
            let clock = Clock::new({
                let (is_over, day_ends) = (Arc::clone(&is_over), Arc::clone(&day_ends));
                move || {
                    if is_over.load(Ordering::Relaxed) {
                        return midnight;
                    }
                    if day_ends.load(Ordering::Relaxed) {
                        is_over.store(true, Ordering::Relaxed);
                        closer.change_period(&period_change(PeriodAction::Close, "2026-03-31"), Mode::Commit).unwrap();
                    }
                    before
                }
            });
            let ledger = book.ledger().with_clock(clock);
            let submit = || {
                let requests: Vec<Request> =
                    (0..size).map(|_| transfer_with_id(book.next_id(), "alice", "bob", "0.01").into()).collect();
                let receipts = ledger.submit(&requests, BatchPolicy::CarryOn, Mode::Commit).unwrap();
                receipts.into_iter().map(|receipt| receipt.unwrap().transfers[0].transfer.effective_at).collect::<Vec<_>>()
            };
            for _ in 0..2 {
                assert!(submit().into_iter().all(|effective_at| effective_at < midnight));
            }
            day_ends.store(true, Ordering::Relaxed);
            assert!(submit().into_iter().all(|effective_at| effective_at >= midnight), "{size}");
            assert_whole(&ledger, 3 * size + 2);
        }
    }

    // Nothing is guessed of what depends on more than accounts that it changes.
    fn conditions_and_effective_times_are_judged_behind_the_lock(book: &TestBook) {
        let ledger = remembering(book);
        let reads_accounts_for = |line: &str| {
            let requests = requests(book, &ledger, line);
            reads_accounts(|| drop(ledger.submit(&requests, BatchPolicy::CarryOn, Mode::Commit).unwrap()))
        };
        assert!(reads_accounts_for("deposit alice 1"));
        assert!(!reads_accounts_for("deposit alice 1"));
        for line in [
            "transfer alice bob 1 effective 2026-01-01T00:00:00Z",
            "transfer alice bob 1 if-version cash 4",
            "journal\n    transfer alice bob 1\n    freeze cash",
        ] {
            assert!(reads_accounts_for(line), "{line}");
        }
    }

    fn a_condition_sees_what_others_did(book: &TestBook) {
        let ledger = remembering(book);
        let submit = |line: &str| {
            let answers = ledger.submit(&requests(book, &ledger, line), BatchPolicy::CarryOn, Mode::Commit).unwrap();
            code(answers.into_iter().next().unwrap().map_err(Error::from))
        };
        assert_eq!(submit("deposit alice 1"), "posted");
        check(book, "account carol liability EUR\ndeposit carol 1 -> posted");
        assert_eq!(submit("transfer alice bob 1 if-version cash 3"), "precondition_failed");
        assert_eq!(submit("transfer alice bob 1 if-version cash 4"), "posted");
    }

    // While one batch is written, the next one is judged by its accounts as the first one leaves them.
    fn a_batch_is_judged_while_the_one_before_it_is_written(book: &TestBook) {
        for size in [1, 60] {
            let book = book.another();
            let ledger = remembering(&book);
            let holder = Holder::of(&book);
            let one_behind_the_other = submit_one_behind_the_other(&book, &ledger, size, || holder.release());
            assert_eq!(one_behind_the_other.map(|(codes, _)| codes), [vec!["posted"; size], vec!["posted"; size]]);
            check(&book, &format!("balance alice posted 99 version {}", 2 + 2 * size));
            assert_whole(&ledger, 3 + 2 * size as u64);
        }
    }

    fn a_batch_that_is_judged_ahead_reads_no_account(book: &TestBook) {
        let ledger = remembering(book);
        let holder = Holder::of(book);
        let [_, (_, has_read)] = submit_one_behind_the_other(book, &ledger, 60, || holder.release());
        assert!(!has_read);
    }

    // What a batch is judged by can fail to come true: here the first batch has no money left when it is its turn.
    fn money_that_another_batch_does_not_bring_after_all_cannot_be_spent(book: &TestBook) {
        let ledger = remembering(book);
        check(book, "withdraw alice 98.50 -> posted\nwithdraw bob 101 -> posted");
        let holder = Holder::of(book);
        let answers = submit_one_behind_the_other(book, &ledger, 1, || holder.release());
        assert_eq!(answers.map(|(codes, _)| codes), [["insufficient_funds"], ["insufficient_funds"]]);
        check(book, "balance alice posted 0.50\nbalance bob posted 0");
        check(book, "deposit alice 1 -> posted");
        assert_eq!(code(post(&ledger, transfer_with_id(book.next_id(), "alice", "bob", "1"))), "posted");
        assert_whole(&ledger, 7);
    }

    // C1, C5: several programs that each believe to know the accounts.
    fn ledgers_that_remember_the_same_accounts_post_everything_once(book: &TestBook) {
        check(book, "
            account a asset EUR
            account b asset EUR
            account c asset EUR
            account d asset EUR
        ");
        let posted = in_parallel(4, |worker| {
            let ledger = book.ledger();
            let mut random = Random(worker as u64);
            let mut posted = 0;
            for _ in 0..40 {
                let request = |_| {
                    let (from, to) = random.pair_below(4);
                    let names = ["a", "b", "c", "d"];
                    let [from, to] = [from, to].map(|place| names[usize::try_from(place).unwrap()]);
                    Request::from(transfer_with_id(book.next_id(), from, to, "1"))
                };
                let requests: Vec<_> = (0..3).map(request).collect();
                let answers = ledger.submit(&requests, BatchPolicy::CarryOn, Mode::Commit).unwrap();
                posted += answers.iter().filter(|answer| answer.is_ok()).count();
            }
            posted
        });
        assert_eq!(posted.iter().sum::<usize>(), 480);
        assert_whole(&book.ledger(), 480);
    }
}
