//! Transfers that recur: each is posted once, at its moment, whatever happens.

mod adding;
mod books;
mod guards;
mod runs;
mod tampering;

use teller::Mode;
use teller::facts::{OnRefusal, RecurrencePeriod, RecurrenceRequest, ScheduleState, Weekday};
use teller::requests::ScheduleRequest;

use crate::support::schedule::{add, counts, daily, dues, euros, monthly, run, run_at, schedule_id, scheduled, weekly};
use crate::support::{assert_whole, change, check, on_every_backend};

/// Alice has 100, bob nothing.
const ACCOUNTS: &str = "
    account cash  asset     EUR
    account alice liability EUR
    account bob   liability EUR
    deposit alice 100 -> posted
";

on_every_backend! {
    fn what_recurs_at_the_end_of_months_is_posted_on_the_last_day_of_each(book: &TestBook) {
        check(book, ACCOUNTS);
        add(&book.ledger(), &monthly("rent", 31));
        assert_eq!(counts(&run_at(book, "2026-01-30T23:59:59.999999Z")), [0, 0, 0]);
        assert_eq!(counts(&run_at(book, "2026-01-31T00:00:00Z")), [1, 0, 0]);
        assert_eq!(counts(&run_at(book, "2026-02-27T00:00:00Z")), [0, 0, 0]);
        assert_eq!(counts(&run_at(book, "2026-02-28T00:00:00Z")), [1, 0, 0]);
        // Missed for two months, and made up for.
        assert_eq!(counts(&run_at(book, "2026-05-30T00:00:00Z")), [2, 0, 0]);
        assert_eq!(dues(book, "rent"), ["2026-01-31 posted 1", "2026-02-28 posted 1", "2026-03-31 posted 1", "2026-04-30 posted 1"]);
        check(book, "
            balance bob posted 40
            history bob 10 10 10 10
            sum zero
        ");
    }

    fn what_was_missed_counts_from_when_it_was_due(book: &TestBook) {
        check(book, ACCOUNTS);
        add(&book.ledger(), &daily("d", 1));
        run_at(book, "2026-01-03T12:00:00Z");
        let moment = if book.is_on_postgres() { "to_char(effective_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI')" } else { "strftime('%Y-%m-%d %H:%M', effective_at / 1000000, 'unixepoch')" };
        let times = book.query_texts(&format!("select {moment} from transfers where sequence > (select min(sequence) from transfers) order by sequence"));
        assert_eq!(times, ["2026-01-01 09:00", "2026-01-02 09:00", "2026-01-03 09:00"]);
        let ledger = book.ledger();
        let history = ledger.get_schedule(schedule_id("d"), None, 10).unwrap();
        let transfer = ledger.get_transfer(history.dues[0].transfer_id.unwrap()).unwrap().transfer;
        assert_eq!(transfer.id, schedule_id("d").of_due("2026-01-03T09:00:00Z".parse().unwrap()));
        assert_eq!(transfer.metadata.entries()["schedule"], schedule_id("d").to_string());
    }

    fn what_is_posted_once_is_never_posted_again(book: &TestBook) {
        check(book, ACCOUNTS);
        add(&book.ledger(), &daily("d", 1));
        assert_eq!(counts(&run_at(book, "2026-01-03T12:00:00Z")), [3, 0, 0]);
        for now in ["2026-01-03T12:00:00Z", "2026-01-02T12:00:00Z", "2026-01-04T08:59:59Z"] {
            assert_eq!(counts(&run_at(book, now)), [0, 0, 0], "{now}");
        }
        check(book, "balance bob posted 30");
    }

    fn dues_of_many_schedules_are_posted_in_the_order_of_time(book: &TestBook) {
        check(book, ACCOUNTS);
        let ledger = book.ledger();
        add(&ledger, &daily("d", 2));
        add(&ledger, &weekly("w", Weekday::Saturday));
        add(&ledger, &scheduled("o", RecurrenceRequest::once("2026-01-03T09:00:00Z".parse().unwrap())));
        let run = run_at(book, "2026-01-06T00:00:00Z");
        let moments: Vec<_> = run.dues.iter().map(|settled| settled.due.due_at.to_string()[..13].to_owned()).collect();
        assert_eq!(moments, ["2026-01-01T09", "2026-01-03T00", "2026-01-03T09", "2026-01-03T09", "2026-01-05T09"]);
        let same_moment: Vec<_> = run.dues[2..4].iter().map(|settled| settled.due.schedule_id).collect();
        assert!(same_moment.is_sorted(), "at one moment they go by id");
    }

    fn a_schedule_ends_with_its_last_transfer(book: &TestBook) {
        check(book, ACCOUNTS);
        let ledger = book.ledger();
        let counted = RecurrenceRequest { due_count_max: Some(2), ..RecurrenceRequest::every(RecurrencePeriod::Day) };
        add(&ledger, &scheduled("counted", counted));
        let until = RecurrenceRequest { until: Some("2026-01-04T00:00:00Z".parse().unwrap()), ..RecurrenceRequest::every(RecurrencePeriod::Day) };
        add(&ledger, &scheduled("until", until));
        add(&ledger, &scheduled("once", RecurrenceRequest::every(RecurrencePeriod::Once)));
        assert_eq!(counts(&run_at(book, "2026-02-01T00:00:00Z")), [6, 0, 0]);
        assert_eq!(dues(book, "counted"), ["2026-01-02 posted 1", "2026-01-03 posted 1"]);
        assert_eq!(dues(book, "until").last().unwrap(), "2026-01-04 posted 1");
        assert_eq!(dues(book, "once"), ["2026-01-01 posted 1"]);
        let page = book.ledger().list_schedules(None, 10).unwrap();
        assert!(page.schedules.iter().all(|status| status.schedule.state() == ScheduleState::Finished));
    }

    fn a_refused_transfer_is_skipped_for_good_where_the_schedule_says_so(book: &TestBook) {
        check(book, ACCOUNTS);
        add(&book.ledger(), &ScheduleRequest { money: euros("60"), ..daily("d", 1) });
        assert_eq!(counts(&run_at(book, "2026-01-02T12:00:00Z")), [1, 0, 1]);
        check(book, "deposit alice 50 -> posted");
        assert_eq!(counts(&run_at(book, "2026-01-02T13:00:00Z")), [0, 0, 0]);
        assert_eq!(dues(book, "d"), ["2026-01-01T09:00 posted 1", "2026-01-02T09:00 skipped 1 insufficient_funds"]);
        // The next one is judged anew.
        assert_eq!(counts(&run_at(book, "2026-01-03T12:00:00Z")), [1, 0, 0]);
        check(book, "balance bob posted 120");
    }

    fn a_refused_transfer_is_tried_by_every_later_run_where_the_schedule_says_so(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "freeze alice -> frozen");
        add(&book.ledger(), &ScheduleRequest { on_refusal: OnRefusal::Retry, ..daily("d", 1) });
        assert_eq!(counts(&run_at(book, "2026-01-01T12:00:00Z")), [0, 1, 0]);
        assert_eq!(counts(&run_at(book, "2026-01-02T12:00:00Z")), [0, 2, 0], "the older one holds up none");
        assert_eq!(dues(book, "d"), ["2026-01-01T09:00 refused 2 account_frozen", "2026-01-02T09:00 refused 1 account_frozen"]);
        let history = book.ledger().get_schedule(schedule_id("d"), None, 1).unwrap();
        assert_eq!(history.dues[0].refusal.as_ref().unwrap().reason, "account alice is frozen");
        check(book, "unfreeze alice -> unfrozen");
        let run = run_at(book, "2026-01-03T12:00:00Z");
        assert_eq!(counts(&run), [3, 0, 0]);
        let moments: Vec<_> = run.dues.iter().map(|settled| settled.due.due_at).collect();
        assert!(moments.is_sorted(), "what was refused before comes first");
        assert_eq!(dues(book, "d"), ["2026-01-01T09:00 posted 3", "2026-01-02T09:00 posted 2", "2026-01-03T09:00 posted 1"]);
        assert_eq!(counts(&run_at(book, "2026-01-03T13:00:00Z")), [0, 0, 0]);
    }

    fn a_transfer_that_is_refused_again_and_again_holds_up_no_other(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "account poor liability EUR");
        let ledger = book.ledger();
        let parties = teller::requests::Parties::Transfer { from: "poor".parse().unwrap(), to: "bob".parse().unwrap() };
        add(&ledger, &ScheduleRequest { parties, on_refusal: OnRefusal::Retry, ..daily("a", 1) });
        add(&ledger, &daily("b", 1));
        assert_eq!(counts(&run_at(book, "2026-01-02T12:00:00Z")), [2, 2, 0]);
        assert_eq!(counts(&run_at(book, "2026-01-03T12:00:00Z")), [1, 3, 0]);
        assert_eq!(dues(book, "a")[0], "2026-01-01T09:00 refused 2 insufficient_funds");
    }

    fn a_cancelled_schedule_posts_nothing_more_and_tries_nothing_again(book: &TestBook) {
        check(book, ACCOUNTS);
        let ledger = book.ledger();
        add(&ledger, &ScheduleRequest { on_refusal: OnRefusal::Retry, money: euros("60"), ..daily("d", 1) });
        assert_eq!(counts(&run_at(book, "2026-01-02T12:00:00Z")), [1, 1, 0]);
        let (actor, reason) = ("ops".parse().unwrap(), "moved out".parse().unwrap());
        let cancel = |mode| ledger.cancel_schedule(schedule_id("d"), &actor, Some(&reason), mode).unwrap();
        let before = book.contents();
        let tried = cancel(Mode::DryRun);
        assert_eq!(book.contents(), before, "a dry run leaves no trace");
        let cancelled = cancel(Mode::Commit);
        assert_eq!(tried, cancelled);
        assert_eq!((cancelled.skipped, cancelled.unchanged), (1, false));
        assert_eq!(cancelled.status.schedule.cancellation.as_ref().unwrap().actor.as_str(), "ops");
        let before = book.contents();
        assert_eq!((cancel(Mode::Commit).unchanged, book.contents()), (true, before), "again it does nothing");
        check(book, "deposit alice 500 -> posted");
        assert_eq!(counts(&run_at(book, "2026-01-05T12:00:00Z")), [0, 0, 0]);
        assert_eq!(dues(book, "d"), ["2026-01-01T09:00 posted 1", "2026-01-02T09:00 skipped 1 insufficient_funds"]);
        assert_eq!(book.ledger().get_schedule(schedule_id("d"), None, 1).unwrap().status.schedule.next_due_at(), None);
    }

    fn a_finished_schedule_is_cancelled_only_where_something_is_left_to_try(book: &TestBook) {
        check(book, ACCOUNTS);
        let ledger = book.ledger();
        let once = RecurrenceRequest::every(RecurrencePeriod::Once);
        add(&ledger, &scheduled("posted", once));
        add(&ledger, &ScheduleRequest { on_refusal: OnRefusal::Retry, money: euros("500"), ..scheduled("refused", once) });
        assert_eq!(counts(&run(&ledger, Mode::Commit)), [1, 1, 0]);
        let cancel = |key| ledger.cancel_schedule(schedule_id(key), &"ops".parse().unwrap(), None, Mode::Commit).unwrap();
        let posted = cancel("posted");
        assert_eq!((posted.unchanged, posted.status.schedule.state()), (true, ScheduleState::Finished));
        let refused = cancel("refused");
        assert_eq!((refused.skipped, refused.status.schedule.state()), (1, ScheduleState::Cancelled));
        assert_whole(&ledger, 2);
    }

    fn an_account_that_was_closed_is_a_refusal_with_its_reason(book: &TestBook) {
        check(book, ACCOUNTS);
        let ledger = book.ledger();
        add(&ledger, &daily("d", 1));
        ledger.change_account(&change("bob", teller::requests::AccountAction::Close), Mode::Commit).unwrap();
        assert_eq!(counts(&run_at(book, "2026-01-01T12:00:00Z")), [0, 0, 1]);
        assert_eq!(dues(book, "d"), ["2026-01-01T09:00 skipped 1 account_closed"]);
    }

    fn a_hold_that_expired_makes_room_for_what_is_due(book: &TestBook) {
        check(book, ACCOUNTS);
        check(book, "account shop liability EUR\nhold alice shop 95 expires 2026-01-01T08:00:00Z -> held");
        add(&book.ledger(), &daily("d", 1));
        assert_eq!(counts(&run_at(book, "2026-01-01T12:00:00Z")), [1, 0, 0]);
        check(book, "balance alice posted 90 held 0");
    }
}
