//! Runs that are cut off, that race, and that are tried out.

use std::ops::ControlFlow;

use teller::facts::OnRefusal;

use teller::requests::ScheduleRequest;
use teller::{Error, Mode};

use super::ACCOUNTS;
use crate::support::schedule::{add, counts, daily, dues, euros, run, run_at, schedule_id, weekly};
use crate::support::{Program, TestBook, assert_whole, check, in_parallel, on_every_backend};

/// More dues than two pages hold: one every day for about three years and a half.
const LATER: &str = "2029-06-01T00:00:00Z";
const DAYS: u64 = 1_247;
/// As many as some pages, so that a run can be killed between them.
const KILLED: u64 = 5_000;

/// Makes the database refuse one due.
fn sabotage(book: &TestBook, due_at: &str) {
    if book.is_on_postgres() {
        book.raw("create function sabotage() returns trigger language plpgsql as $$ begin raise exception 'sabotage'; end $$").unwrap();
        book.raw(&format!("create trigger sabotage before insert on schedule_dues for each row when (new.due_at = '{due_at}') execute function sabotage()")).unwrap();
    } else {
        book.raw(&format!("create trigger sabotage before insert on schedule_dues when new.due_at = unixepoch('{due_at}') * 1000000 begin select raise(abort, 'sabotage'); end")).unwrap();
    }
}

fn mend(book: &TestBook) {
    book.raw(if book.is_on_postgres() { "drop trigger sabotage on schedule_dues" } else { "drop trigger sabotage" })
        .unwrap();
}

on_every_backend! {
    fn a_due_of_which_nothing_can_be_written_holds_up_its_own_schedule_alone(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "limits alice min none -> changed");
        add(&book.ledger(), &daily("d", 1));
        add(&book.ledger(), &daily("e", 3));
        sabotage(book, "2027-09-01 09:00:00+00:00");
        let run = run_at(book, LATER);
        assert_eq!((run.faulty, run.is_complete), (1, true));
        assert!(run.fault.as_ref().unwrap().contains("sabotage"), "{:?}", run.fault);
        let before = "from schedule_dues where attempts = 1 and state = 'posted'";
        let of_d = dues(book, "d").len() as u64;
        assert_eq!(of_d, 608, "all of them up to 31 August 2027");
        assert_eq!(book.query_i64(&format!("select count(*) {before}")).unsigned_abs(), of_d + DAYS.div_ceil(3));
        assert_whole(&book.ledger(), 1 + of_d + DAYS.div_ceil(3));
        mend(book);
        assert_eq!(counts(&run_at(book, LATER)), [DAYS - of_d, 0, 0]);
        assert_eq!(counts(&run_at(book, LATER)), [0, 0, 0]);
    }

    fn a_due_that_the_database_refuses_is_kept_and_holds_up_no_other(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "limits alice min none -> changed");
        add(&book.ledger(), &daily("d", 1));
        add(&book.ledger(), &daily("e", 1));
        let id = schedule_id("d").of_due("2026-01-02T09:00:00Z".parse().unwrap()).0.simple().to_string();
        if book.is_on_postgres() {
            book.raw("create function sabotage() returns trigger language plpgsql as $$ begin raise exception 'sabotage'; end $$").unwrap();
            book.raw(&format!("create trigger sabotage before insert on transfers for each row when (new.id = '{id}') execute function sabotage()")).unwrap();
        } else {
            book.raw(&format!("create trigger sabotage before insert on transfers when new.id = x'{id}' begin select raise(abort, 'sabotage'); end")).unwrap();
        }
        let run = run_at(book, "2026-01-04T12:00:00Z");
        assert_eq!((counts(&run), run.faulty), ([7, 1, 0], 1));
        assert_eq!(dues(book, "d")[1], "2026-01-02T09:00 refused 1 statement_refused");
        assert_eq!(counts(&run_at(book, "2026-01-04T13:00:00Z")), [0, 1, 0]);
        book.raw(if book.is_on_postgres() { "drop trigger sabotage on transfers" } else { "drop trigger sabotage" }).unwrap();
        let run = run_at(book, "2026-01-04T14:00:00Z");
        assert_eq!((counts(&run), run.faulty), ([1, 0, 0], 0));
        assert_whole(&book.ledger(), 9);
    }

    fn a_schedule_that_cannot_be_read_holds_up_no_other(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "limits alice min none -> changed");
        add(&book.ledger(), &daily("d", 1));
        add(&book.ledger(), &daily("e", 1));
        let id = schedule_id("d").0.simple().to_string();
        let (disarm, own) = if book.is_on_postgres() {
            ("alter table schedules disable trigger all", format!("'{id}'"))
        } else {
            ("drop trigger schedules_definition_is_fixed", format!("x'{id}'"))
        };
        book.raw(disarm).unwrap();
        assert_eq!(book.raw(&format!("update schedules set actor = '' where id = {own}")), Ok(1));
        let run = run_at(book, "2026-01-04T12:00:00Z");
        assert_eq!((counts(&run), run.faulty), ([4, 0, 0], 1));
        assert!(run.fault.as_ref().unwrap().contains("actor"), "{:?}", run.fault);
    }

    fn a_run_that_is_broken_off_goes_on_where_it_was(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "limits alice min none -> changed");
        add(&book.ledger(), &daily("d", 1));
        book.set_time(LATER);
        let broken = book.ledger().run_schedules(None, Mode::Commit, &mut |_| ControlFlow::Break(())).unwrap();
        assert_eq!((counts(&broken), broken.is_complete), ([500, 0, 0], false));
        assert_eq!(counts(&run_at(book, LATER)), [DAYS - 500, 0, 0]);
    }

    fn a_run_that_is_killed_between_two_pages_goes_on_where_it_was(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "limits alice min none -> changed");
        // The program goes by the wall clock, so all of it is due long before that.
        let from = "2001-01-01";
        book.run(&format!("schedule add alice bob 1 --every day --from {from} --count {KILLED} --key d --actor ops")).ends(0);
        let mut killed = 0;
        loop {
            let before = book.query_i64("select count(*) from schedule_dues");
            let mut run = Program::on(book, &["schedule", "run"]).start();
            while run.try_wait().unwrap().is_none() && book.query_i64("select count(*) from schedule_dues") == before {}
            run.kill().unwrap();
            if run.wait().unwrap().code() == Some(0) {
                break;
            }
            killed += 1;
        }
        assert!(killed > 0, "at least one run was killed before its end");
        assert_eq!(book.query_i64("select count(*) from schedule_dues").unsigned_abs(), KILLED);
        assert_whole(&book.ledger(), KILLED + 1);
    }

    fn two_runs_at_once_post_each_due_once(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "limits alice min none -> changed");
        let ledger = book.ledger();
        for number in 0..20 {
            add(&ledger, &daily(&format!("d{number}"), number + 1));
        }
        book.set_time("2027-01-01T00:00:00Z");
        let runs = in_parallel(4, |_| run(&book.ledger(), Mode::Commit));
        let posted: u64 = runs.iter().map(|run| run.posted).sum();
        let expected: u64 = (1..=20).map(|step: u64| 364 / step + 1).sum();
        assert_eq!(posted, expected);
        assert_eq!(book.query_i64("select count(*) from schedule_dues").unsigned_abs(), expected);
        assert_whole(&ledger, expected + 1);
    }

    fn two_runs_at_once_try_again_each_due_in_turn(book: &TestBook) {
        check(book, ACCOUNTS);
        let ledger = book.ledger();
        add(&ledger, &ScheduleRequest { on_refusal: OnRefusal::Retry, money: euros("200"), ..daily("d", 1) });
        assert_eq!(counts(&run_at(book, "2026-01-10T12:00:00Z")), [0, 10, 0]);
        check(book, "deposit alice 5000 -> posted");
        let runs = in_parallel(4, |_| run(&book.ledger(), Mode::Commit));
        assert_eq!(runs.iter().map(|run| run.posted).sum::<u64>(), 10);
        assert!(dues(book, "d").iter().all(|due| due.ends_with("posted 2")), "{:?}", dues(book, "d"));
    }

    fn a_cancellation_during_runs_leaves_nothing_half_done(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "limits alice min none -> changed");
        let ledger = book.ledger();
        for number in 0..10 {
            add(&ledger, &daily(&format!("d{number}"), 1));
        }
        book.set_time(LATER);
        in_parallel(4, |thread| {
            if thread < 2 {
                run(&book.ledger(), Mode::Commit);
                return;
            }
            for number in (0..10).filter(|number| number % 2 == thread % 2) {
                let id = schedule_id(&format!("d{number}"));
                book.ledger().cancel_schedule(id, &"ops".parse().unwrap(), None, Mode::Commit).unwrap();
            }
        });
        assert_eq!(counts(&run_at(book, LATER)), [0, 0, 0]);
        let posted = book.query_i64("select count(*) from schedule_dues").unsigned_abs();
        assert_whole(&ledger, posted + 1);
    }

    fn a_run_tried_out_says_what_the_run_then_does_and_leaves_no_trace(book: &TestBook) {
        check(book, ACCOUNTS);
        let ledger = book.ledger();
        add(&ledger, &ScheduleRequest { on_refusal: OnRefusal::Retry, money: euros("60"), ..daily("r", 1) });
        add(&ledger, &weekly("w", teller::facts::Weekday::Friday));
        run_at(book, "2026-01-02T12:00:00Z");
        check(book, "deposit alice 100 -> posted");
        book.set_time("2026-01-09T12:00:00Z");
        let before = book.contents();
        let tried = run(&ledger, Mode::DryRun);
        assert_eq!(book.contents(), before);
        assert_eq!(tried, run(&ledger, Mode::Commit));
        assert!(tried.posted > 0 && tried.refused > 0, "{tried:?}");
    }

    fn nothing_is_posted_before_its_time(book: &TestBook) {
        check(book, ACCOUNTS);
        let ledger = book.ledger();
        add(&ledger, &daily("d", 1));
        let until = |until: &str| ledger.run_schedules(Some(until.parse().unwrap()), Mode::Commit, &mut |_| ControlFlow::Continue(()));
        book.set_time("2026-01-03T12:00:00Z");
        match until("2026-01-03T12:00:00.000001Z") {
            Err(Error::Rejected(rejection)) => assert_eq!(rejection.code(), "until_in_future"),
            other => panic!("{other:?}"),
        }
        assert_eq!(counts(&until("2026-01-02T09:00:00Z").unwrap()), [2, 0, 0]);
        assert_eq!(counts(&until("2026-01-02T08:00:00Z").unwrap()), [0, 0, 0]);
    }

    fn a_request_cannot_take_the_id_of_what_will_be_due(book: &TestBook) {
        check(book, ACCOUNTS);
        add(&book.ledger(), &daily("d", 1));
        let id = schedule_id("d").of_due("2026-01-01T09:00:00Z".parse().unwrap());
        let request = crate::support::transfer_with_id(id, "alice", "bob", "10");
        match book.ledger().post(request, Mode::Commit) {
            Err(Error::Rejected(rejection)) => assert_eq!(rejection.code(), "id_reserved"),
            other => panic!("{other:?}"),
        }
    }
}
