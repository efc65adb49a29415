//! Repeated requests of every kind: the first answer again where all is the same, and a refusal where anything differs.

use teller::facts::TransferId;

use teller::rejection::Rejection;

use teller::requests::JournalRequest;
use teller::{Error, Mode};

use crate::support::{check, on_every_backend, transfer, transfer_with_id};

const ACCOUNTS: &str = "
    account cash  asset     EUR
    account alice liability EUR
    account bob   liability EUR
    account carol liability EUR
    account usd   liability USD
    account us    liability USD
    deposit alice 100 -> posted
";

on_every_backend! {
    fn nobody_can_take_the_id_of_what_will_be_recorded_later(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "hold h1: alice bob 10 expires 2026-02-01T00:00:00Z -> held");
        let ledger = book.ledger();
        let hold = TransferId::from_key("h1").unwrap();
        for id in [hold.of_expiry(), hold.of_remainder(), hold.of_leg(1)] {
            let answer = ledger.post(transfer_with_id(id, "alice", "bob", "1"), Mode::Commit);
            let Err(Error::Rejected(rejection)) = answer else { panic!("{id} is taken") };
            assert_eq!(*rejection, Rejection::IdReserved { id });
            let legs = vec![transfer("any", "alice", "bob", "1").into()];
            let answer = ledger.post_journal(&JournalRequest::new(id, legs), Mode::Commit);
            assert!(matches!(answer, Err(Error::Rejected(rejection)) if rejection.code() == "id_reserved"));
        }
        check(book, "
            at 2026-02-01T00:00:00Z
            transfer alice bob 100 -> posted
            hold-state h1 expired remaining 0
        ");
    }

    // I1
    fn a_hold_is_the_same_only_with_the_same_content(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            hold h1: alice bob 10 expires 2026-02-01T00:00:00Z note x meta k=v -> held
            hold h1: alice bob 10 expires 2026-02-01T00:00:00Z note x meta k=v -> replayed
            hold h1: alice bob 11 expires 2026-02-01T00:00:00Z note x meta k=v -> id_reused sequence=8
            hold h1: alice carol 10 expires 2026-02-01T00:00:00Z note x meta k=v -> id_reused
            hold h1: bob alice 10 expires 2026-02-01T00:00:00Z note x meta k=v -> id_reused
            hold h1: alice bob 10 expires 2026-02-01T00:00:01Z note x meta k=v -> id_reused
            hold h1: alice bob 10 expires in 60s note x meta k=v -> id_reused
            hold h1: alice bob 10 note x meta k=v -> id_reused
            hold h1: alice bob 10 expires 2026-02-01T00:00:00Z note y meta k=v -> id_reused
            hold h1: alice bob 10 expires 2026-02-01T00:00:00Z note x meta k=w -> id_reused
            hold h1: alice bob up-to 10 expires 2026-02-01T00:00:00Z note x meta k=v -> id_reused
            hold h1: usd us 10 expires 2026-02-01T00:00:00Z note x meta k=v -> id_reused
            transfer h1: alice bob 10 note x meta k=v -> id_reused
            hold h2: alice bob up-to 10 -> held
            hold h2: alice bob up-to 10 -> replayed
            hold h2: alice bob 10       -> id_reused
            hold h2: alice bob up-to 10 expires in 60s -> id_reused
            balance alice held 20 version 3
        ");
    }

    // I1: a time that is told from the recorded one stays the same, however late the repetition comes.
    fn a_hold_that_expires_after_a_time_is_replayed_later(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            hold h1: alice bob 10 expires in 60s -> held
            at 2026-01-01T00:00:59Z
            hold h1: alice bob 10 expires in 60s -> replayed
            hold h1: alice bob 10 expires in 61s -> id_reused
            at 2026-01-01T12:00:00Z
            hold h1: alice bob 10 expires in 60s -> replayed
            transfer alice bob 100               -> posted
            hold h1: alice bob 10 expires in 60s -> replayed
            hold-state h1 expired remaining 0 rows 2
        ");
    }

    // I1
    fn a_capture_is_the_same_only_with_the_same_content(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            hold h1: alice bob 50          -> held
            hold h2: alice bob 50          -> held
            capture c1: h1 10 note x meta k=v effective 2025-01-01T00:00:00Z -> captured
            capture c1: h1 10 note x meta k=v effective 2025-01-01T00:00:00Z -> replayed
            capture c1: h2 10 note x meta k=v effective 2025-01-01T00:00:00Z -> id_reused
            capture c1: h1 11 note x meta k=v effective 2025-01-01T00:00:00Z -> id_reused
            capture c1: h1 10 note y meta k=v effective 2025-01-01T00:00:00Z -> id_reused
            capture c1: h1 10 note x meta k=w effective 2025-01-01T00:00:00Z -> id_reused
            capture c1: h1 10 note x meta k=v effective 2025-01-02T00:00:00Z -> id_reused
            capture c1: h1 10 note x meta k=v                                -> id_reused
            capture c1: h1 10 final note x meta k=v effective 2025-01-01T00:00:00Z -> id_reused
            release c1: h1                 -> id_reused
            capture c2: h2 10 final        -> captured rows=2
            capture c2: h2 10 final        -> replayed rows=2
            capture c2: h2 10              -> id_reused
            # What became of the rest later does not make an earlier capture a final one.
            release r1: h1                 -> released
            capture c1: h1 10 final note x meta k=v effective 2025-01-01T00:00:00Z -> id_reused
            hold h3: alice bob 20          -> held
            capture c3: h3 5               -> captured
            capture c4: h3 15              -> captured
            capture c3: h3 5               -> replayed
            batch
                hold h4: alice bob 3       -> held
                capture c5: h4 1           -> captured
                capture c5: h4 1           -> replayed rows=1
                capture c6: h4 1 final     -> captured rows=2
                capture c6: h4 1 final     -> replayed rows=2
                capture c6: h4 1           -> id_reused
                hold h4: alice bob 3       -> replayed
        ");
    }

    // I1
    fn a_release_is_the_same_only_with_the_same_content(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            hold h1: alice bob 10          -> held
            hold h2: alice bob 10          -> held
            release r1: h1 note x meta k=v -> released
            release r1: h1 note x meta k=v -> replayed
            release r1: h2 note x meta k=v -> id_reused
            release r1: h1 note y meta k=v -> id_reused
            release r1: h1 note x meta k=w -> id_reused
            release r1: h1                 -> id_reused
            release h2: h1                 -> id_reused
        ");
    }

    // I1
    fn a_reversal_is_the_same_only_with_the_same_content(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "
            transfer t1: alice bob 10 effective 2025-01-01T00:00:00Z -> posted
            transfer t2: alice bob 10      -> posted
            reverse r1: t1 5 note x meta k=v original -> reversed
            reverse r1: t1 5 note x meta k=v original -> replayed
            reverse r1: t2 5 note x meta k=v original -> id_reused
            reverse r1: t1 4 note x meta k=v original -> id_reused
            reverse r1: t1 5 note y meta k=v original -> id_reused
            reverse r1: t1 5 note x meta k=w original -> id_reused
            reverse r1: t1 5 note x meta k=v          -> id_reused
            reverse r1: t1 up-to 5 note x meta k=v original -> id_reused
            reverse r1: t1 note x meta k=v original   -> id_reused
            reverse t2: t1                            -> id_reused
        ");
    }

    // I3
    fn a_refused_request_of_any_kind_leaves_nothing_and_is_judged_anew(book: &TestBook) {
        check(book, ACCOUNTS);
        let before = book.contents();
        check(book, "
            hold h1: alice bob 101     -> insufficient_funds
            capture c1: h1             -> hold_unknown
            release r1: h1             -> hold_unknown
            reverse v1: t1             -> transfer_unknown
            reverse-journal v2: j1     -> journal_unknown
            close alice                -> account_not_empty
            journal j1:                -> insufficient_funds leg=2
                hold alice bob 60
                transfer alice bob 60
        ");
        let rows = |lines: Vec<String>| lines.into_iter().filter(|line| !line.contains("_seq")).collect::<Vec<_>>();
        assert_eq!(rows(book.contents()), rows(before));
        check(book, "
            transfer t1: alice bob 10  -> posted
            hold h1: alice bob 10      -> held
            capture c1: h1 1           -> captured
            release r1: h1             -> released
            reverse v1: t1             -> reversed
            journal j1:                -> posted
                hold alice bob 60
                transfer alice bob 30
        ");
    }
}
