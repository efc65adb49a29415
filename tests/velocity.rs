//! How much may leave an account in one transfer, in a day and in a month.

use crate::support::{check, in_parallel, on_every_backend, transfer};

use teller::{Error, Mode};

const BEGIN: &str = "
            at 2026-01-30T12:00:00Z
            account cash  asset     EUR
            account alice liability EUR
            account bob   liability EUR
            deposit alice 1000 -> posted
";

on_every_backend! {
    fn a_transfer_may_not_be_larger_than_the_limit(book: &TestBook) {
        check(book, &format!("{BEGIN}
            limits alice per-transfer 10 -> changed
            transfer alice bob 10.01     -> velocity_exceeded account=alice window=transfer limit=10.00 requested=10.01
            transfer alice bob 10        -> posted
            withdraw alice 10.01         -> velocity_exceeded
            deposit  alice 500           -> posted
            transfer bob alice 10        -> posted
            limits alice per-transfer none -> changed
            transfer alice bob 11        -> posted
        "));
    }

    fn a_day_ends_at_midnight_of_utc(book: &TestBook) {
        check(book, &format!("{BEGIN}
            transfer alice bob 4         -> posted
            limits alice per-day 10      -> changed
            transfer alice bob 6.01      -> velocity_exceeded window=day spent=4.00
            transfer alice bob 6         -> posted
            transfer alice bob 0.01      -> velocity_exceeded spent=10.00
            at 2026-01-30T23:59:59.999999Z
            transfer alice bob 0.01      -> velocity_exceeded
            at 2026-01-31T00:00:00Z
            transfer alice bob 10        -> posted
            transfer alice bob 0.01      -> velocity_exceeded
        "));
    }

    fn a_month_ends_with_its_last_day(book: &TestBook) {
        check(book, &format!("{BEGIN}
            limits alice per-day 10 per-month 15 -> changed
            transfer alice bob 10        -> posted
            at 2026-01-31T23:59:59Z
            transfer alice bob 5.01      -> velocity_exceeded window=month spent=10.00 limit=15.00
            transfer alice bob 5         -> posted
            at 2026-02-01T00:00:00Z
            transfer alice bob 10        -> posted
            at 2026-02-02T00:00:00Z
            transfer alice bob 5         -> posted
            transfer alice bob 0.01      -> velocity_exceeded window=month
        "));
    }

    fn what_is_back_dated_counts_when_it_is_recorded(book: &TestBook) {
        check(book, &format!("{BEGIN}
            limits alice per-day 10      -> changed
            transfer alice bob 10 effective 2026-01-01T00:00:00Z -> posted
            transfer alice bob 1  effective 2026-01-02T00:00:00Z -> velocity_exceeded
        "));
    }

    fn a_hold_counts_when_it_is_placed_and_its_captures_no_more(book: &TestBook) {
        check(book, &format!("{BEGIN}
            limits alice per-day 10      -> changed
            hold h1: alice bob 8         -> held
            transfer alice bob 2.01      -> velocity_exceeded spent=8.00
            capture h1 3                 -> captured
            transfer alice bob 2         -> posted
            transfer alice bob 0.01      -> velocity_exceeded spent=10.00
            release h1                   -> released
            transfer alice bob 5.01      -> velocity_exceeded spent=5.00
            transfer alice bob 5         -> posted
            at 2026-01-31T12:00:00Z
            hold h2: alice bob 10        -> held
            at 2026-02-01T12:00:00Z
            capture h2                   -> captured
            transfer alice bob 10        -> posted
        "));
    }

    fn what_is_released_on_a_later_day_is_not_given_back_to_it(book: &TestBook) {
        check(book, &format!("{BEGIN}
            limits alice per-day 10 per-month 20 -> changed
            hold h1: alice bob 10        -> held
            at 2026-01-31T12:00:00Z
            transfer alice bob 10        -> posted
            release h1                   -> released
            transfer alice bob 1         -> velocity_exceeded window=day spent=10.00
            limits alice per-day none    -> changed
            transfer alice bob 10.01     -> velocity_exceeded window=month spent=10.00
            transfer alice bob 10        -> posted
        "));
    }

    fn an_expired_hold_is_given_back_though_nothing_ran(book: &TestBook) {
        check(book, &format!("{BEGIN}
            limits alice per-day 10      -> changed
            hold h1: alice bob 10 expires 2026-01-30T13:00:00Z -> held
            transfer alice bob 1         -> velocity_exceeded
            at 2026-01-30T13:00:00Z
            transfer alice bob 10        -> posted
        "));
    }

    fn reversals_neither_count_nor_give_back(book: &TestBook) {
        check(book, &format!("{BEGIN}
            limits alice per-day 10      -> changed
            deposit  d1: alice 50        -> posted
            reverse  d1                  -> reversed
            transfer t1: alice bob 10    -> posted
            reverse  t1                  -> reversed
            transfer alice bob 0.01      -> velocity_exceeded
        "));
    }

    fn each_request_of_a_batch_counts_for_those_behind_it(book: &TestBook) {
        check(book, &format!("{BEGIN}
            batch
                limits alice per-day 10  -> changed
                transfer alice bob 6     -> posted
                transfer alice bob 6     -> velocity_exceeded spent=6.00
                hold h1: alice bob 4     -> held
                transfer alice bob 0.01  -> velocity_exceeded
                release h1               -> released
                transfer alice bob 4     -> posted
        "));
        check(book, "
            at 2026-01-31T00:00:00Z
            journal j2:                  -> velocity_exceeded leg=2
                transfer alice bob 6
                transfer alice bob 6
            transfer alice bob 10        -> posted
        ");
    }

    fn a_change_of_limits_is_recorded_and_reverted_nowhere(book: &TestBook) {
        check(book, &format!("{BEGIN}
            limits alice per-day 10 actor carol reason fraud -> changed
            limits alice per-day -1      -> velocity_negative account=alice
            limits alice per-day 0       -> changed
            transfer alice bob 0.01      -> velocity_exceeded limit=0.00
        "));
        let (account, events) = book.ledger().account_events(&"alice".parse().unwrap(), None, 10).unwrap();
        let limits: Vec<_> = events.iter().map(|event| (event.before.velocity.per_day, event.after.velocity.per_day)).collect();
        let amount = |minor| Some(teller::money::Amount::from_minor(minor));
        assert_eq!(limits, [(amount(1000), amount(0)), (None, amount(1000))]);
        assert_eq!(account.velocity.per_day, amount(0));
    }

    fn racing_transfers_do_not_get_past_the_limit(book: &TestBook) {
        check(book, &format!("{BEGIN}            limits alice per-day 10 -> changed"));
        let ledger = book.ledger();
        let posted = in_parallel(12, |worker| match ledger.post(transfer(&format!("k{worker}"), "alice", "bob", "1.50"), Mode::Commit) {
            Ok(_) => 1,
            Err(Error::Rejected(rejection)) if rejection.code() == "velocity_exceeded" => 0,
            Err(error) => panic!("{error}"),
        });
        assert_eq!(posted.iter().sum::<i32>(), 6);
        check(book, "balance alice posted 991.00");
    }

    fn a_month_of_many_transfers_is_counted_to_the_last(book: &TestBook) {
        check(book, BEGIN);
        let ledger = book.ledger();
        let requests: Vec<_> = (0..2_500).map(|number| transfer(&format!("k{number}"), "alice", "bob", "0.01")).collect();
        ledger.post_batch(&requests, Mode::Commit).unwrap();
        check(book, "
            at 2026-01-31T12:00:00Z
            limits alice per-month 26    -> changed
            transfer alice bob 1.01      -> velocity_exceeded spent=25.00
            transfer alice bob 1         -> posted
        ");
    }

    fn what_two_ledgers_let_out_in_turn_is_counted_once(book: &TestBook) {
        check(book, &format!("{BEGIN}            limits alice per-month 40 -> changed"));
        let ledgers = [book.ledger(), book.ledger()];
        let post = |number: usize, euros| ledgers[number / 3 % 2].post(transfer(&format!("k{number}"), "alice", "bob", euros), Mode::Commit);
        for number in 0..40 {
            post(number, "1").unwrap();
            let back = transfer(&format!("b{number}"), "bob", "alice", "0.50");
            ledgers[0].post(back, Mode::Commit).unwrap();
        }
        for number in 40..46 {
            let refusal = post(number, "0.01").unwrap_err().to_string();
            assert!(refusal.contains("on top of 40.00"), "{refusal}");
        }
    }

    fn a_clock_that_goes_back_over_midnight_begins_no_new_day(book: &TestBook) {
        let transfers = "                transfer alice bob 1 -> posted\n".repeat(20);
        check(book, &format!("{BEGIN}            limits alice per-day 20 -> changed\n            batch\n{transfers}
            at 2026-01-31T00:00:01Z
            transfer alice bob 21        -> velocity_exceeded spent=0.00
            at 2026-01-30T23:59:59Z
            transfer alice bob 1         -> velocity_exceeded spent=20.00
            at 2026-01-31T00:00:01Z
            transfer alice bob 20        -> posted
        "));
    }

    fn what_was_counted_is_not_taken_for_another_history(book: &TestBook) {
        check(book, &format!("{BEGIN}            limits alice per-month 40 -> changed"));
        let ledger = book.ledger();
        let post = |key: &str, euros| ledger.post(transfer(key, "alice", "bob", euros), Mode::Commit);
        (0..20).for_each(|number| drop(post(&format!("k{number}"), "1").unwrap()));
        // As if a backup had been put in the book's place under a running program.
        let (disarm, hash) = if book.is_on_postgres() {
            ("alter table transfers disable trigger transfers_are_append_only", "decode(repeat('00', 32), 'hex')")
        } else {
            ("drop trigger transfers_are_append_only_on_update", "zeroblob(32)")
        };
        book.raw(disarm).unwrap();
        book.raw("update transfers set amount = 500 where sequence = (select min(sequence) from transfers where amount = 100)").unwrap();
        book.raw(&format!("update transfers set hash = {hash}")).unwrap();
        let refusal = post("k20", "30").unwrap_err().to_string();
        assert!(refusal.contains("on top of 24.00"), "{refusal}");
    }
}
