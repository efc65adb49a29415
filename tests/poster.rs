//! Group commit: everyone is answered, once, in order, whatever becomes of the others.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use teller::rejection::Rejection;

use teller::ledger::{Pending, Poster, PosterOptions, Receipt};
use teller::requests::{CaptureRequest, Expiry, HoldRequest, TransferRequest};
use teller::store::{StoreError, StoreOptions};
use teller::{Clock, Error, Ledger};

use crate::support::{
    Holder, TestBook, assert_whole, check, in_parallel, on_every_backend, transfer, transfer_with_id,
};

const ACCOUNTS: &str = "
    account alice asset     EUR
    account bob   asset     EUR
    account cash  asset     EUR
    account carol liability EUR
    account dave  liability EUR
";

on_every_backend! {
    fn everyone_is_answered_and_posted_once(book: &TestBook) {
        check(book, ACCOUNTS);
        let usual = PosterOptions::default();
        for (rounds, options) in (1..).zip([usual, PosterOptions { queue_max: 2, writers: 3, ..usual }]) {
            let poster = Poster::new(book.ledger(), options);
            let sequences = in_parallel(16, |_| {
                let post = |_| only_sequence(&poster.submit(transfer_with_id(book.next_id(), "alice", "bob", "1")).unwrap());
                (0..10).map(post).collect::<Vec<_>>()
            });
            let sequences: HashSet<_> = sequences.into_iter().flatten().collect();
            assert_eq!(sequences.len(), 160);
            assert_whole(poster.ledger(), rounds * 160);
        }
        check(book, "balance bob posted 320 version 320");
    }

    fn what_one_thread_hands_in_is_posted_in_its_order(book: &TestBook) {
        check(book, ACCOUNTS);
        let poster = Poster::new(book.ledger(), PosterOptions { batch_max: 7, ..PosterOptions::default() });
        let pending: Vec<_> = (0..50).map(|_| poster.begin(transfer_with_id(book.next_id(), "alice", "bob", "1")).unwrap()).collect();
        let sequences: Vec<_> = pending.into_iter().map(|pending| only_sequence(&pending.wait().unwrap())).collect();
        assert!(sequences.is_sorted_by(|one, next| one < next), "{sequences:?}");
    }

    // Whoever shares no account may be written before, and whoever shares one may not.
    fn several_writers_keep_the_order_of_every_account(book: &TestBook) {
        check(book, ACCOUNTS);
        let poster = Poster::new(book.ledger(), PosterOptions { batch_max: 5, writers: 3, ..PosterOptions::default() });
        check(book, "account erin asset EUR\naccount frank asset EUR");
        let routes = [["alice", "bob"], ["erin", "frank"], ["bob", "cash"], ["alice", "cash"], ["frank", "erin"]];
        let pending: Vec<_> = routes.iter().cycle().take(200).map(|&[from, to]| {
            ([from, to], poster.begin(transfer_with_id(book.next_id(), from, to, "1")).unwrap())
        }).collect();
        let placed: Vec<_> = pending.into_iter().map(|(pair, pending)| (pair, only_sequence(&pending.wait().unwrap()))).collect();
        for account in ["alice", "bob", "cash", "erin", "frank"] {
            let of_account = placed.iter().filter(|(pair, _)| pair.contains(&account)).map(|(_, sequence)| sequence);
            assert!(of_account.is_sorted_by(|one, next| one < next), "{account}: {placed:?}");
        }
        assert_whole(poster.ledger(), 200);
    }

    fn a_capture_that_is_handed_in_behind_its_hold_finds_it(book: &TestBook) {
        check(book, ACCOUNTS);
        let poster = Poster::new(book.ledger(), PosterOptions { batch_max: 2, writers: 3, ..PosterOptions::default() });
        let mut pending = Vec::new();
        for _ in 0..20 {
            let hold_id = book.next_id();
            let hold = transfer_with_id(hold_id, "alice", "bob", "1");
            pending.push(poster.begin(HoldRequest { transfer: hold, expiry: Expiry::Never }).unwrap());
            pending.push(poster.begin(transfer_with_id(book.next_id(), "carol", "dave", "0.01")).unwrap());
            pending.push(poster.begin(CaptureRequest::new(book.next_id(), hold_id)).unwrap());
        }
        let refused = pending.into_iter().map(Pending::wait).filter(Result::is_err).count();
        assert_eq!(refused, 20, "carol has nothing");
        check(book, "balance bob posted 20");
    }

    fn a_refusal_is_the_answer_to_the_one_that_is_refused(book: &TestBook) {
        check(book, ACCOUNTS);
        let poster = Poster::new(book.ledger(), PosterOptions::default());
        let requests = [
            transfer("k1", "alice", "bob", "1"),
            transfer("k2", "carol", "dave", "1"),
            transfer("k3", "alice", "nobody", "1"),
            transfer("k4", "alice", "bob", "2"),
        ];
        let pending = requests.map(|request| poster.begin(request).unwrap());
        let codes = pending.map(|pending| match pending.wait() {
            Ok(_) => "posted",
            Err(Error::Rejected(rejection)) => rejection.code(),
            Err(fault) => panic!("{fault}"),
        });
        assert_eq!(codes, ["posted", "insufficient_funds", "account_unknown", "posted"]);
        check(book, "balance bob posted 3 version 2");
    }

    fn one_id_handed_in_by_fifty_threads_is_posted_once(book: &TestBook) {
        check(book, ACCOUNTS);
        let poster = Poster::new(book.ledger(), PosterOptions { writers: 2, ..PosterOptions::default() });
        let receipts = in_parallel(50, |_| poster.submit(transfer("k1", "alice", "bob", "1")).unwrap());
        assert_eq!(receipts.iter().filter(|receipt| !receipt.replayed).count(), 1);
        assert!(receipts.iter().all(|receipt| only_sequence(receipt) == only_sequence(&receipts[0])));
        let other = poster.submit(transfer("k1", "alice", "bob", "2"));
        assert!(matches!(other, Err(Error::Rejected(rejection)) if matches!(*rejection, Rejection::IdReused { .. })));
        check(book, "balance bob posted 1 version 1");
    }

    fn what_was_handed_in_is_answered_when_the_poster_goes(book: &TestBook) {
        check(book, ACCOUNTS);
        let poster = Poster::new(book.ledger(), PosterOptions { batch_max: 10, ..PosterOptions::default() });
        let pending: Vec<_> = (0..200).map(|_| poster.begin(transfer_with_id(book.next_id(), "alice", "bob", "1")).unwrap()).collect();
        drop(poster);
        assert!(pending.into_iter().map(Pending::wait).all(|answer| answer.is_ok()));
        check(book, "balance bob posted 200 version 200");
    }

    fn who_does_not_wait_for_an_answer_holds_nobody_up(book: &TestBook) {
        check(book, ACCOUNTS);
        let poster = Poster::new(book.ledger(), PosterOptions::default());
        drop(poster.begin(transfer("k1", "alice", "bob", "1")).unwrap());
        poster.submit(transfer("k2", "alice", "bob", "1")).unwrap();
        check(book, "balance bob posted 2 version 2");
    }

    fn two_posters_on_one_book_lose_nothing(book: &TestBook) {
        check(book, ACCOUNTS);
        let options = PosterOptions { writers: 2, ..PosterOptions::default() };
        let posters = [Poster::new(book.ledger(), options), Poster::new(book.ledger(), options)];
        in_parallel(12, |worker| {
            let (from, to) = if worker < 6 { ("alice", "bob") } else { ("bob", "alice") };
            for _ in 0..10 {
                posters[worker % 2].submit(transfer_with_id(book.next_id(), from, to, "1")).unwrap();
            }
        });
        check(book, "balance alice posted 0 version 120");
        assert_whole(posters[0].ledger(), 120);
    }

    fn no_more_wait_than_may(book: &TestBook) {
        check(book, ACCOUNTS);
        let gate = Arc::new(Mutex::new(()));
        let (clock, gate_of_clock) = (book.clock(), Arc::clone(&gate));
        let clock = Clock::new(move || { drop(gate_of_clock.lock().unwrap()); clock.now() });
        let poster = Poster::new(book.ledger().with_clock(clock), PosterOptions { batch_max: 1, queue_max: 2, writers: 1 });

        let closed = gate.lock().unwrap();
        let mut pending = Vec::new();
        let busy = loop {
            match poster.try_begin(transfer_with_id(book.next_id(), "alice", "bob", "1")) {
                Ok(accepted) => pending.push(accepted),
                Err(error) => break error,
            }
        };
        assert!(matches!(busy, Error::Store(StoreError::Busy { .. })), "{busy}");
        assert_eq!(busy.to_string(), "the database is busy: 2 requests wait to be posted");
        assert!((2..=3).contains(&pending.len()), "one may have been taken up already: {}", pending.len());

        // Who would rather wait than be sent away gets a place as soon as there is one.
        let count = pending.len() + 4;
        std::thread::scope(|scope| {
            let late: Vec<_> = (0..4).map(|_| scope.spawn(|| poster.submit(transfer_with_id(book.next_id(), "alice", "bob", "1")))).collect();
            drop(closed);
            assert!(pending.into_iter().map(Pending::wait).all(|answer| answer.is_ok()));
            assert!(late.into_iter().all(|late| late.join().unwrap().is_ok()));
        });
        assert_whole(poster.ledger(), count as u64);
    }

    fn a_fault_is_the_answer_to_everyone_in_the_batch_and_the_same_ids_are_posted_once(book: &TestBook) {
        check(book, ACCOUNTS);
        let impatient = StoreOptions { attempts_max: 1, lock_wait_max: Duration::from_millis(50), ..StoreOptions::default() };
        let poster = Poster::new(book.open_with(impatient), PosterOptions::default());
        let holder = Holder::of(book);
        let request = |number: usize| transfer(&format!("k{number}"), "alice", "bob", "1");
        for answer in in_parallel(8, |worker| poster.submit(request(worker))) {
            assert!(matches!(answer, Err(Error::Store(StoreError::Busy { .. }))), "{answer:?}");
        }
        holder.release();
        let answers = in_parallel(8, |worker| poster.submit(request(worker)));
        assert!(answers.iter().all(|answer| answer.as_ref().is_ok_and(|receipt| !receipt.replayed)), "{answers:?}");
        check(book, "balance bob posted 8 version 8");
    }

    fn a_row_that_cannot_be_read_fails_only_those_who_need_it(book: &TestBook) {
        check(book, ACCOUNTS);
        let gate = Arc::new(Mutex::new(()));
        let (clock, gate_of_clock) = (book.clock(), Arc::clone(&gate));
        let clock = Clock::new(move || { drop(gate_of_clock.lock().unwrap()); clock.now() });
        let poster = Poster::new(book.ledger().with_clock(clock), PosterOptions::default());
        book.raw_script(&spoil_carol(book)).unwrap();

        // The first one keeps the thread that posts busy, so that the others are one batch.
        let closed = gate.lock().unwrap();
        let first = poster.begin(transfer("k0", "alice", "bob", "1")).unwrap();
        let pending = [("k1", "bob"), ("k2", "carol"), ("k3", "bob")].map(|(key, to)| poster.begin(transfer(key, "alice", to, "1")).unwrap());
        drop(closed);
        first.wait().unwrap();
        let [one, bad, other] = pending.map(Pending::wait);
        assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
        assert!(matches!(bad, Err(Error::Store(StoreError::Corrupt(_)))), "{bad:?}");
    }

    fn a_panic_is_told_to_who_waits_and_the_next_one_is_posted(book: &TestBook) {
        check(book, ACCOUNTS);
        let panics = Arc::new(AtomicBool::new(true));
        let (clock, panics_in_clock) = (book.clock(), Arc::clone(&panics));
        let clock = Clock::new(move || {
            assert!(!panics_in_clock.load(Ordering::Relaxed), "the clock has stopped");
            clock.now()
        });
        let poster = Poster::new(book.ledger().with_clock(clock), PosterOptions::default());
        let answer = poster.submit(transfer("k1", "alice", "bob", "1"));
        let Err(Error::Store(StoreError::OutcomeUnknown { reason })) = &answer else { panic!("{answer:?}") };
        assert!(reason.contains("the clock has stopped"), "{reason}");

        panics.store(false, Ordering::Relaxed);
        assert!(!poster.submit(transfer("k1", "alice", "bob", "1")).unwrap().replayed);
        assert_whole(&book.ledger(), 1);
    }
}

#[test]
fn a_poster_can_be_shared_by_threads() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Poster>();
    is_shared::<Ledger>();
    let _: fn(&Poster, TransferRequest) -> Result<Receipt, Error> = Poster::submit;
}

fn only_sequence(receipt: &Receipt) -> i64 {
    let [posted] = &receipt.transfers[..] else { panic!("one transfer: {receipt:?}") };
    posted.transfer.sequence.0
}

/// Makes an account's row one that Teller never writes.
fn spoil_carol(book: &TestBook) -> String {
    if book.is_on_postgres() {
        return "alter table accounts drop constraint accounts_head_is_a_hash; update accounts set head = '\\x00' where name = 'carol'".into();
    }
    "pragma ignore_check_constraints = on; update accounts set head = x'00' where name = 'carol'".into()
}
