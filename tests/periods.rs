//! Nothing more counts in a period that is closed.

use teller::facts::{BookEventKind, PeriodAction};
use teller::{Error, Mode};

use crate::support::{Snapshot, check, in_parallel, on_every_backend, period_change, transfer};

const BEGIN: &str = "
            at 2026-01-15T12:00:00Z
            account cash  asset     EUR
            account alice liability EUR
            account bob   liability EUR
            deposit t1: alice 100            -> posted
            hold    h1: alice bob 10         -> held
            at 2026-03-01T00:00:00Z
";

on_every_backend! {
    fn what_gives_a_time_in_a_closed_period_is_refused(book: &TestBook) {
        check(book, &format!("{BEGIN}
            period close 2026-01                                          -> closed
            transfer t2: alice bob 1 effective 2026-01-01T00:00:00Z       -> period_closed effective_at=2026-01-01T00:00:00.000000Z period=2026-01
            transfer t2: alice bob 1 effective 2026-01-31T23:59:59.999999Z -> period_closed
            hold     h2: alice bob 1 effective 2026-01-20T00:00:00Z       -> period_closed
            capture  c1: h1 5 effective 2026-01-20T00:00:00Z              -> period_closed
            reverse  r1: t1 original                                      -> period_closed
            journal j1:                                                   -> period_closed leg=2
                transfer alice bob 1
                transfer alice bob 1 effective 2026-01-20T00:00:00Z
            transfer t2: alice bob 1 effective 2025-12-31T23:59:59Z       -> posted
            transfer t3: alice bob 1 effective 2026-02-01T00:00:00Z       -> posted
            transfer t4: alice bob 1                                      -> posted
            capture  c1: h1 5                                             -> captured
            reverse  r2: t3 original                                      -> reversed
        "));
    }

    fn a_period_that_is_reopened_takes_what_it_refused(book: &TestBook) {
        check(book, &format!("{BEGIN}
            period close 2026-01                                    -> closed
            period close 2026-01                                    -> unchanged
            transfer t2: alice bob 1 effective 2026-01-20T00:00:00Z -> period_closed
            period reopen 2026-01 reason late                       -> reopened
            period reopen 2026-01                                   -> unchanged
            transfer t2: alice bob 1 effective 2026-01-20T00:00:00Z -> posted
            period close 2026-01                                    -> closed
            transfer t2: alice bob 1 effective 2026-01-20T00:00:00Z -> replayed
            transfer t3: alice bob 1 effective 2026-01-20T00:00:00Z -> period_closed
        "));
    }

    fn a_period_stays_closed_as_long_as_one_that_it_lies_in_is(book: &TestBook) {
        check(book, &format!("{BEGIN}
            at 2027-01-01T00:00:00Z
            period close 2026                                       -> closed
            period close 2026-01-20                                 -> unchanged
            period reopen 2026-01-20                                -> period_closed_within period=2026-01-20 within=2026
            transfer t2: alice bob 1 effective 2026-01-20T00:00:00Z -> period_closed period=2026
            period reopen 2026                                      -> reopened
            period reopen 2026-01-20                                -> unchanged
            period close 2026-01-20                                 -> closed
            period close 2026-01                                    -> closed
            period reopen 2026-01-20                                -> period_closed_within period=2026-01-20 within=2026-01
            period reopen 2026-01                                   -> reopened
            transfer t2: alice bob 1 effective 2026-01-20T00:00:00Z -> period_closed period=2026-01-20
            period reopen 2026-01-20                                -> reopened
            transfer t2: alice bob 1 effective 2026-01-20T00:00:00Z -> posted
        "));
    }

    fn a_period_is_closed_only_when_it_is_over(book: &TestBook) {
        check(book, &format!("{BEGIN}
            period close 2026-03-01 -> period_not_over end=2026-03-02T00:00:00.000000Z
            period close 2026       -> period_not_over
            period close 2026-02    -> closed
        "));
    }

    fn a_dry_run_closes_nothing(book: &TestBook) {
        check(book, BEGIN);
        let before = (Snapshot::of(book), book.contents());
        let event = book.owner_ledger().change_period(&period_change(PeriodAction::Close, "2026-01"), Mode::DryRun).unwrap();
        assert_eq!(event.map(|event| event.number), Some(1));
        assert_eq!((Snapshot::of(book), book.contents()), before);
    }

    fn what_was_closed_when_is_remembered(book: &TestBook) {
        check(book, &format!("{BEGIN}
            period close 2026-01  -> closed
            at 2026-03-02T00:00:00Z
            period reopen 2026-01 -> reopened
        "));
        let closed = |at: &str| book.ledger().closed_periods(Some(at.parse().unwrap())).unwrap().iter().count();
        assert_eq!([closed("2026-02-28T00:00:00Z"), closed("2026-03-01T12:00:00Z"), closed("2026-03-03T00:00:00Z")], [0, 1, 0]);
        let events = book.ledger().period_events().unwrap();
        assert_eq!(
            events.iter().map(|event| event.change.kind()).collect::<Vec<_>>(),
            [BookEventKind::PeriodClosed, BookEventKind::PeriodReopened]
        );
        assert!(events.is_sorted_by(|a, b| a.sequence < b.sequence && a.recorded_at < b.recorded_at));
    }

    // Whoever posts into the period was there before it was closed: the order of the book tells.
    fn nothing_slips_into_a_period_while_it_is_closed(book: &TestBook) {
        check(book, BEGIN);
        let (ledger, owner) = (book.ledger(), book.owner_ledger());
        let answers = in_parallel(6, |worker| {
            if worker == 0 {
                owner.change_period(&period_change(PeriodAction::Close, "2026-01"), Mode::Commit).unwrap();
                return 0;
            }
            let post = |number: usize| {
                let mut request = transfer(&format!("{worker} {number}"), "alice", "bob", "0.01");
                request.effective_at = Some("2026-01-20T00:00:00Z".parse().unwrap());
                match ledger.post(request, Mode::Commit) {
                    Ok(_) => 1,
                    Err(Error::Rejected(rejection)) => {
                        assert_eq!(rejection.code(), "period_closed");
                        0
                    }
                    Err(fault) => panic!("{fault}"),
                }
            };
            (0..40).map(post).sum::<i64>()
        });
        let closed_at = ledger.period_events().unwrap()[0].sequence;
        let late = format!("select count(*) from transfers where effective_at <> recorded_at and sequence > {closed_at}");
        assert_eq!(book.query_i64(&late), 0);
        let posted = "select count(*) from transfers where effective_at <> recorded_at";
        assert_eq!(book.query_i64(posted), answers.iter().sum::<i64>());
        check(book, "verify -> ok");
    }

    fn the_record_of_periods_is_append_only(book: &TestBook) {
        check(book, &format!("{BEGIN}            period close 2026-01 -> closed"));
        for statement in ["update book_events set kind = 'period_reopened'", "delete from book_events"] {
            assert!(book.raw(statement).is_err(), "{statement}");
        }
    }

    fn the_program_closes_reopens_and_lists_periods(book: &TestBook) {
        check(book, BEGIN);
        let owner = |arguments: &str| book.run_as_owner(arguments);
        owner("period close 2026-13").ends(65).says("\"2026-13\" is not a period");
        owner("period close 2025-12 --actor carol --dry-run").ends(0).says("Dry run");
        book.run("period list").ends(0).says("No period is closed");
        owner("period close 2025-12 --actor carol --reason audited").ends(0).says("Period 2025-12 is closed");
        owner("period close 2025-12").ends(0).says("was closed already");
        owner("period close 2024 --actor carol").ends(0).says("Period 2024 is closed.");
        owner("period close 2024-03").ends(0).says("Period 2024-03 was closed as part of 2024 already; nothing changed.");
        owner("period reopen 2024-03").ends(3).says("2024-03 is closed as part of 2024\n  hint: reopen 2024 first");
        owner("period reopen 2024 --actor carol").ends(0).says("Period 2024 is open.");
        owner("period reopen 2025").ends(0).says("Period 2025 was open, but for 2025-12 already; nothing changed.");
        book.run("transfer alice bob 1 --effective-at 2025-12-24T18:00:00Z").ends(3).says("lies in 2025-12, which is closed");
        assert!(book.run("period list --format ndjson").ends(0).stdout.contains("\"period\":\"2025-12\""));
        owner("period reopen 2025-12").ends(0).says("Period 2025-12 is open");
        let history = book.run("period history --format csv").ends(0).stdout;
        assert_eq!(history.lines().count(), 5, "{history}");
        assert!(history.contains("carol") && history.contains("audited"), "{history}");
    }
}
