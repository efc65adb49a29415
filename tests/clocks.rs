//! Clocks that are wrong: by an hour, a month or ten years, forwards and backwards. What they make does not spread, and days, expiries and
//! periods go by the clock that is right.

mod model;
mod servers;

use std::time::Duration;

use teller::facts::{Instant, TransferId};
use teller::{Clock, Mode};

use crate::support::{TestBook, check, on_every_backend, transfer};

/// Noon on the 29th of November.
const BEGIN: &str = "
            at 2026-11-29T12:00:00Z
            account cash  asset     EUR
            account alice liability EUR
            account bob   liability EUR
            account carol liability EUR
            deposit d1: alice 100       -> posted
            hold    h1: alice bob 10    -> held
            deposit d2: carol 100       -> posted
            account till  asset     EUR
";

/// Alice and Bob get an entry of a time that is yet to come, and the clock is right again.
fn poison(book: &TestBook, wrong: &str) {
    check(book, BEGIN);
    check(
        book,
        &format!(
            "
            at {wrong}
            transfer t1: alice bob 5    -> posted
            at 2026-11-29T12:01:00Z
    "
        ),
    );
}

const AHEAD: [&str; 3] = ["2026-11-29T13:00:00Z", "2026-12-29T12:00:00Z", "2036-11-29T12:00:00Z"];

fn moment(text: &str) -> Instant {
    text.parse().unwrap()
}

on_every_backend! {
    fn an_entry_of_a_wrong_clock_stops_its_accounts_and_spreads_no_farther(book: &TestBook) {
        for wrong in AHEAD {
            let book = book.another();
            poison(&book, wrong);
            let recorded_at = moment(wrong).to_string();
            check(&book, &format!("
                transfer alice carol 1      -> clock_behind account=alice sequence=9 recorded_at={recorded_at} now=2026-11-29T12:01:00.000000Z
                transfer carol bob 1        -> clock_behind account=bob sequence=9
                deposit alice 1 cash till   -> clock_behind account=alice
                withdraw bob 1 cash till    -> clock_behind account=bob
                hold alice carol 1          -> clock_behind
                capture h1 1                -> clock_behind
                release h1                  -> clock_behind
                reverse t1                  -> clock_behind account=bob
                journal j1:                 -> clock_behind leg=2
                    deposit carol 1
                    transfer carol alice 1
                freeze alice                -> clock_behind account=alice sequence=9
                limits bob max 1            -> clock_behind account=bob
                annotate account alice k=v  -> clock_behind account=alice
                annotate transfer t1 k=v    -> clock_behind account=alice
                # What came before is answered as it was, and others go on.
                transfer t1: alice bob 5    -> replayed
                deposit carol 1             -> posted
                withdraw carol 1            -> posted
                freeze carol                -> frozen
                clock accept                -> accepted
                clock accept                -> unchanged
                transfer t2: alice bob 1    -> posted
                transfer t3: bob alice 1    -> posted
                freeze alice                -> frozen
                verify                      -> ok
            "));
            let recorded = book.query_i64("select count(*) from transfers where recorded_at <> effective_at");
            assert_eq!(recorded, 2, "{wrong}: what was accepted counts by the clock");
        }
    }

    fn a_clock_that_is_behind_is_refused_where_others_have_been(book: &TestBook) {
        for wrong in ["2026-11-29T11:00:00Z", "2026-10-29T12:00:00Z", "2016-11-29T12:00:00Z"] {
            let book = book.another();
            check(&book, BEGIN);
            check(&book, &format!("
                at {wrong}
                account dave liability EUR
                account erin liability EUR
                transfer alice carol 1      -> clock_behind now={}
                deposit dave 1              -> clock_behind account=cash
                deposit dave 5 cash till    -> posted
                transfer dave erin 1        -> posted
                at 2026-11-29T12:01:00Z
                # It counted when that clock said so, and holds nobody up.
                balance dave effective {wrong} 5
                transfer erin alice 1       -> posted
                transfer alice carol 1      -> posted
                verify                      -> ok
            ", moment(wrong)));
        }
    }

    // The bound is a minute: clocks that are set right differ by less.
    fn within_a_minute_entries_follow_each_other_as_ever(book: &TestBook) {
        check(book, BEGIN);
        check(book, "
            at 2026-11-29T11:59:00Z
            transfer alice carol 1          -> clock_behind
            at 2026-11-29T11:59:00.000001Z
            transfer alice carol 1          -> posted
            transfer alice carol 1          -> clock_behind
        ");
        let strict = book.ledger().with_clock_lead_max(Duration::from_secs(59));
        let refused = strict.post(transfer("strict", "carol", "alice", "1"), Mode::Commit).unwrap_err();
        assert!(refused.to_string().contains("account carol has an entry of 2026-11-29T12:00:00.000002Z"), "{refused}");
        let loose = book.ledger().with_clock_lead_max(Duration::from_mins(2));
        loose.post(transfer("loose", "carol", "alice", "1"), Mode::Commit).unwrap();
    }

    fn months_days_and_minutes_go_by_the_clock_once_a_future_is_accepted(book: &TestBook) {
        for wrong in ["2027-01-29T12:00:00Z", AHEAD[2]] {
            let book = book.another();
            poison(&book, wrong);
            // The hold of 10 counts today, and not what the wrong clock made.
            check(&book, "
                clock accept                                     -> accepted
                limits alice per-day 30 per-month 100            -> changed
                transfer alice carol 7                           -> posted
                transfer alice carol 14                          -> velocity_exceeded window=day spent=17.00
                balance carol effective 2026-11-29T12:01:00Z     107
                balance carol effective 2026-11-29T12:00:59Z     100
                # A minute is one of the clock.
                hold h2: alice carol 1 expires in 60s            -> held
                hold h2: alice carol 1 expires in 60s            -> replayed
                at 2026-11-29T12:01:59Z
                capture h2 0.50                                  -> captured
                at 2026-11-29T12:02:00Z
                capture h2                                       -> hold_expired expires_at=2026-11-29T12:02:00.000000Z
                transfer alice carol 1                           -> posted
                hold-state h2 expired remaining 0 rows 3
                at 2026-11-30T00:00:00Z
                transfer alice carol 30                          -> posted
                transfer alice carol 0.01                        -> velocity_exceeded window=day spent=30.00
                balance carol effective 2026-11-29T23:59:59Z     108.50
                balance carol effective 2026-11-30T00:00:00Z     138.50
                at 2026-12-01T00:00:00Z
                limits alice per-day 50 per-month 30             -> changed
                transfer alice carol 20                          -> posted
                transfer alice carol 10.01                       -> velocity_exceeded window=month spent=20.00
                transfer alice carol 10                          -> posted
                verify                                           -> ok
            ");
            // Another program counts it anew.
            let refused = book.ledger().post(transfer("more", "alice", "carol", "0.01"), Mode::Commit).unwrap_err();
            assert!(refused.to_string().contains("on top of 30.00"), "{refused}");
        }
    }

    fn a_request_is_known_again_by_what_it_said_of_time(book: &TestBook) {
        poison(book, "2036-11-29T12:00:00Z");
        check(book, "
            clock accept                                                    -> accepted
            transfer k1: alice carol 1                                      -> posted
            transfer k2: alice carol 1 effective 2026-11-29T11:00:00Z       -> posted
            hold     k3: alice carol 1 expires in 3600s                     -> held
            capture  k4: h1 1                                               -> captured
            reverse  k5: t1                                                 -> reversed
            at 2026-11-29T12:30:00Z
            transfer k1: alice carol 1                                      -> replayed
            transfer k1: alice carol 1 effective 2026-11-29T11:00:00Z       -> id_reused
            transfer k2: alice carol 1                                      -> id_reused
            transfer k2: alice carol 1 effective 2026-11-29T11:00:00Z       -> replayed
            hold     k3: alice carol 1 expires in 3600s                     -> replayed
            hold     k3: alice carol 1 expires in 3601s                     -> id_reused
            hold     k3: alice carol 1 expires 2026-11-29T13:01:00Z         -> replayed
            capture  k4: h1 1                                               -> replayed
            capture  k4: h1 1 effective 2026-11-29T11:00:00Z                -> id_reused
            reverse  k5: t1                                                 -> replayed
            reverse  k5: t1 original                                        -> id_reused
        ");
    }

    // A machine whose clock is wrong can close anything; nothing that is posted then goes into it without a word.
    fn a_present_month_that_a_wrong_clock_has_closed_takes_nothing(book: &TestBook) {
        check(book, BEGIN);
        check(book, "
            at 2036-11-29T12:00:00Z
            period close 2026-11        -> closed
            at 2026-11-29T12:01:00Z
            transfer carol alice 1      -> period_closed period=2026-11 effective_at=2026-11-29T12:01:00.000000Z
            hold carol alice 1          -> period_closed
            capture h1                  -> period_closed
            reverse d2                  -> period_closed
            release h1                  -> released
            period reopen 2026-11       -> clock_behind recorded_at=2036-11-29T12:00:00.000000Z
            clock accept                -> accepted
            period reopen 2026-11       -> reopened
            transfer carol alice 1      -> posted
            verify                      -> ok
        ");
    }

    // The same by accounts that are remembered, which are judged without a look at the book.
    fn what_counts_now_is_compared_with_closed_periods_also_where_accounts_are_remembered(book: &TestBook) {
        check(book, BEGIN);
        let ledger = book.ledger();
        for key in ["k1", "k2", "k3"] {
            ledger.post(transfer(key, "alice", "carol", "1"), Mode::Commit).unwrap();
        }
        check(book, "
            at 2026-12-01T00:00:00Z
            period close 2026-11 -> closed
            at 2026-11-30T23:59:59Z
        ");
        for key in ["k4", "k5"] {
            let refused = ledger.post(transfer(key, "alice", "carol", "1"), Mode::Commit).unwrap_err();
            assert!(refused.to_string().contains("2026-11-30T23:59:59.000000Z lies in 2026-11, which is closed"), "{refused}");
        }
    }

    fn a_change_of_an_account_by_a_wrong_clock_stops_its_later_changes(book: &TestBook) {
        check(book, BEGIN);
        check(book, "
            at 2036-11-29T12:00:00Z
            freeze carol debits             -> frozen
            at 2026-11-29T12:01:00Z
            unfreeze carol                  -> clock_behind account=carol recorded_at=2036-11-29T12:00:00.000000Z
            transfer alice carol 1          -> posted
            clock accept                    -> accepted
            unfreeze carol                  -> unfrozen
            transfer carol alice 1          -> posted
            verify                          -> ok
        ");
    }

    // What is written records expired holds first, on both of their accounts.
    fn an_expired_hold_carries_no_wrong_time_to_its_other_account(book: &TestBook) {
        check(book, BEGIN);
        check(book, "
            hold h2: alice bob 1 expires in 30s -> held
            at 2036-11-29T12:00:00Z
            deposit bob 1 cash till         -> posted
            at 2026-11-29T12:01:00Z
            transfer alice carol 1          -> clock_behind account=bob
            expire                          -> 0
            deposit carol 1                 -> posted
            clock accept                    -> accepted
            expire                          -> 1
            hold-state h2 expired remaining 0 rows 2
            verify                          -> ok
        ");
    }

    fn a_busy_account_may_run_ahead_by_what_one_batch_writes(book: &TestBook) {
        check(book, BEGIN);
        check(book, "at 2026-11-29T23:59:59.999999Z");
        let requests: Vec<_> = (0..60).map(|number| transfer(&format!("k{number}"), "alice", "carol", "0.01")).collect();
        let answers = book.ledger().post_batch(&requests, Mode::Commit).unwrap();
        let transfers: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().transfer).collect();
        let now = moment("2026-11-29T23:59:59.999999Z");
        assert_eq!((transfers[0].recorded_at, transfers[0].clock_at), (now, None));
        let next = moment("2026-11-30T00:00:00Z");
        assert_eq!((transfers[1].recorded_at, transfers[1].clock_at, transfers[1].effective_at), (next, Some(now), now));
        assert!(transfers.iter().all(|transfer| transfer.effective_at == now), "all of them count on the day of the clock");
        check(book, "verify -> ok");
    }

    fn a_book_goes_elsewhere_with_the_times_of_its_clock(book: &TestBook) {
        poison(book, "2036-11-29T12:00:00Z");
        check(book, "
            clock accept               -> accepted
            transfer k1: alice carol 1 -> posted
        ");
        let copy = book.another();
        let file = tempfile::tempdir().unwrap();
        let path = file.path().join("book.jsonl");
        book.run(&format!("export --out {}", path.display())).ends(0);
        copy.run_as_owner(&format!("import book {}", path.display())).ends(0);
        let id = TransferId::from_key("k1").unwrap();
        let of = |book: &TestBook| book.ledger().get_transfer(id).unwrap().transfer;
        let (original, copied) = (of(book), of(&copy));
        assert_eq!(original.clock_at, Some(moment("2026-11-29T12:01:00Z")));
        assert_eq!(original, copied);
    }

    fn the_program_shows_accepts_and_warns(book: &TestBook) {
        check(book, &BEGIN.replace("2026-11", "2026-01"));
        let shown = book.run("clock show --format json").ends(0).json();
        assert_eq!((&shown["refused"], &shown["accepted_until"], &shown["latest_entry"]), (&false.into(), &serde_json::Value::Null, &"2026-01-29T12:00:00.000001Z".into()));
        // The program goes by the clock of today, which is before this.
        check(book, "at 9000-01-01T00:00:00Z\ntransfer alice bob 5 -> posted");
        book.run("clock show").ends(1).shows("9000-01-01T00:00:00Z").says("2 accounts have entries that are later than the clock");
        let refused = book.run("transfer alice bob 1 --format json").ends(3).stderr;
        assert!(refused.contains("\"code\":\"clock_behind\"") && refused.contains("9000-01-01"), "{refused}");
        book.run("verify").ends(0).says("Warning: a clock was wrong: 2 accounts have entries up to 9000-01-01T00:00:00.000000Z").says("is whole");
        assert_eq!(book.run("verify --format json").ends(0).json()["later_than_now"], "9000-01-01T00:00:00.000000Z");
        assert!(book.run("doctor --format csv").stdout.contains("a clock was wrong: 2 accounts have entries up to 9000-01-01"));
        book.run_as_owner("clock accept").ends(2).says("--reason");
        book.run_as_owner("clock accept --reason test --actor carol --dry-run").ends(0).says("Dry run").shows("9000-01-02T00:00:00Z");
        book.run("transfer alice bob 1").ends(3);
        book.run_as_owner("clock accept --reason test --actor carol").ends(0).says("Accepted").shows("9000-01-02T00:00:00Z");
        book.run_as_owner("clock accept --reason test --actor carol").ends(0).says("nothing changed");
        book.run("transfer alice bob 1 --key late").ends(0);
        book.run("clock show").ends(0).shows("carol");
        book.run("verify").ends(0).says("the owner has accepted that").says("is whole");
    }
}

#[test]
fn a_clock_that_is_told_is_believed() {
    let book = TestBook::on_postgres();
    check(&book, BEGIN);
    let wrong = moment("1999-12-31T23:59:59Z");
    let ledger = book.ledger().with_clock(Clock::new(move || wrong));
    let refused = ledger.post(transfer("k1", "alice", "bob", "1"), Mode::Commit).unwrap_err();
    assert!(refused.to_string().contains("it is only 1999-12-31T23:59:59.000000Z"), "{refused}");
}
