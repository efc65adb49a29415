//! Schedules as a person and a script see them. The program goes by the wall clock, so everything here is due long before it.

use crate::support::{Program, TestBook, assert_whole, check, on_every_backend};

const ACCOUNTS: &str = "
    account cash  asset     EUR
    account alice liability EUR
    account bob   liability EUR
    account gone  liability EUR
    close gone             -> closed
    deposit alice 100      -> posted
";
/// Two transfers, on the last days of January and February.
const RENT: &str =
    "schedule add alice bob 40 --every month --day 31 --from 2026-01-01 --count 2 --key rent --actor ops";

/// The command does nothing with `--dry-run` but say so.
#[track_caller]
fn assert_dry(book: &TestBook, command: &str) {
    let before = book.contents();
    book.run(&format!("{command} --dry-run")).ends(0);
    assert_eq!(book.contents(), before, "{command}");
}

on_every_backend! {
    fn a_schedule_goes_from_its_beginning_to_its_end(book: &TestBook) {
        check(book, ACCOUNTS);
        assert_dry(book, RENT);
        let added = book.run(&format!("{RENT} --format json")).ends(0).json();
        assert_eq!((&added["next_due_at"], &added["actor"]), (&"2026-01-31T00:00:00.000000Z".into(), &"ops".into()));
        book.run(RENT).ends(0).says("This schedule was added before");
        book.run(&RENT.replace("40", "41")).ends(3).says("exists already, with another amount");

        book.run("schedule run --until 2026-01-30T23:59:59Z").ends(0).says("Nothing is due up to 2026-01-30T23:59:59.000000Z.");
        assert_dry(book, "schedule run");
        book.run("schedule run --dry-run").ends(0).says("Dry run: would have posted 2 transfers").shows("2026-02-28T00:00:00Z");
        book.run("schedule run --until 2026-02-01T00:00:00Z").ends(0).shows("2026-01-31").says("Posted 1 transfer due up to");
        assert_eq!(book.run("schedule run --format json").ends(0).json()["dues"][0]["due_at"], "2026-02-28T00:00:00.000000Z");
        book.run("schedule run").ends(0).says("Nothing is due");
        let shown = book.run("schedule show rent --format json").ends(0).json();
        assert_eq!((&shown["state"], &shown["dues"].as_array().unwrap().len()), (&"finished".into(), &2));
        let details = book.run("schedule show rent").ends(0);
        details.shows("next due at").shows("2026-02-28T00:00:00Z").shows("DUE AT");
        let id = shown["dues"][0]["transfer"].as_str().unwrap();
        let statement = book.run("statement bob --format json").ends(0).json();
        assert_eq!(statement["items"][0]["id"], id);
        book.run("schedule show rent --limit 1").ends(0).says("There are older ones: --cursor 2026-02-28T00:00:00.000000Z");
        book.run("schedule show rent --cursor 2026-02-28T00:00:00Z").ends(0).shows("2026-01-31");
        book.run("schedule cancel rent --actor ops").ends(0).says("finished already; nothing was left to cancel");
        assert_whole(&book.ledger(), 3);
    }

    fn refusals_are_told_kept_and_no_failure_of_the_run(book: &TestBook) {
        check(book, ACCOUNTS);
        book.run("schedule add alice bob 70 --every day --from 2026-01-01 --count 2 --on-refusal retry --key retried --actor ops").ends(0);
        book.run("schedule add --debit alice --credit bob 70 --once 2026-01-03T10:00:00Z --on-refusal skip --key skipped --actor ops").ends(0);
        let run = book.run("schedule run --wide").ends(0);
        run.says("Posted 1 transfer due up to").says("1 refused, to be tried again; 1 skipped.").shows("account alice has 30.00 EUR available");
        for (key, state) in [("retried", "refused"), ("skipped", "skipped")] {
            let shown = book.run(&format!("schedule show {key} --format json")).ends(0).json();
            assert_eq!((&shown["dues"][0]["state"], &shown["dues"][0]["code"]), (&state.into(), &"insufficient_funds".into()));
        }
        check(book, "at latest\ndeposit alice 50 -> posted");
        assert_dry(book, "schedule run");
        let run = book.run("schedule run --format ndjson").ends(0).json();
        assert_eq!((&run["posted"], &run["dues"][0]["attempts"]), (&1.into(), &2.into()));
        assert!(book.run("schedule show retried --format csv").ends(0).stdout.starts_with("due_at,state,schedule,debit_account,"));

        book.run("schedule add alice bob 999 --every day --from 2026-01-01 --count 1 --on-refusal retry --key late --actor ops").ends(0);
        book.run("schedule run").ends(0);
        assert_dry(book, "schedule cancel late --actor ops");
        let cancelled = Program::on(book, &["schedule", "cancel", "late", "--actor", "ops", "--reason", "moved out"]).run().ends(0);
        cancelled.says("1 refused transfer will not be tried again.").shows("cancelled");
        book.run("schedule run").ends(0).says("Nothing is due");
        let shown = book.run("schedule show late --format json").ends(0).json();
        assert_eq!((&shown["cancelled_by"], &shown["cancel_reason"]), (&"ops".into(), &"moved out".into()));
    }

    fn what_cannot_be_is_refused_with_what_to_do(book: &TestBook) {
        check(book, ACCOUNTS);
        let before = book.contents();
        for (arguments, code, message) in [
            ("alice bob 5 --every month --day 32", 65, "--day: \"32\" is not a day; give 1 to 31"),
            ("alice bob 5 --every week --day 3", 65, "does not go with week"),
            ("alice bob 5 --every day --day monday", 65, "does not go with day"),
            ("alice bob 5 --every month --at 24:00", 65, "--at: \"24:00\" is not a time of day"),
            ("alice bob 5 --every month --from 2026-02-30", 65, "--from: \"2026-02-30\" is not a date"),
            ("alice bob 5 --every month --until 2027-13", 65, "is no time"),
            ("alice bob 5 --once 2027-01-01T25:00", 65, "is no time"),
            ("alice bob 5 --every day --from 2027-01-02 --until 2027-01-01T00:00:00Z", 65, "before its first transfer at 2027-01-02"),
            ("alice bob 0.001 --every day", 65, "0.001"),
            ("alice bob 5", 2, "--every"),
            ("alice bob 5 --every hour", 2, "hour"),
            ("alice bob 5 --every day --interval 0", 2, "0 is not in 1..=9999"),
            ("alice bob 5 --every day --count 0", 2, "0 is not in 1.."),
            ("alice bob 5 --every day --count 2 --until 2027-01-01T00:00:00Z", 2, "cannot be used with"),
            ("alice bob 5 --every day --once 2027-01-01T00:00:00Z", 2, "cannot be used with"),
            ("alice 5 --every day", 2, "say FROM, TO and AMOUNT"),
            ("alice bob 5 --every day --debit alice --credit bob", 2, "say FROM, TO and AMOUNT"),
            ("5 --every day --debit alice", 2, "--credit"),
            ("alice bob -5 --every day", 65, "-5"),
            ("alice ghost 5 --every day", 3, "account ghost is unknown"),
            ("alice gone 5 --every day", 3, "account gone is closed"),
            ("alice cash 5 --every day", 3, "use deposit, withdraw or post"),
        ] {
            book.run(&format!("schedule add {arguments} --actor ops")).ends(code).says(message);
        }
        book.run("schedule run --until 2026-13-01").ends(65).says("is no time; write a day");
        book.run("schedule run --until 9999-01-01T00:00:00Z").ends(3).says("nothing can be due up to 9999-01-01");
        book.run("schedule show ghost").ends(3).says("is unknown\n  hint: see which there are with: teller schedule list");
        book.run("schedule cancel ghost --actor ops").ends(3).says("is unknown");
        book.run("schedule list").ends(0).says("No schedules.");
        assert_eq!(book.contents(), before);
    }

    fn schedules_are_listed_in_every_format(book: &TestBook) {
        check(book, ACCOUNTS);
        for key in ["a", "b"] {
            book.run(&format!("schedule add alice bob 5 --every week --day friday --at 18:30 --interval 2 --key {key} --actor ops")).ends(0);
        }
        book.run("schedule list").ends(0).shows("NEXT DUE AT").shows("T18:30:00Z");
        let listed = book.run("schedule list --format json").ends(0).json();
        assert_eq!((&listed["items"][0]["every"], &listed["items"][0]["interval"], &listed["items"][0]["day"]), (&"week".into(), &2.into(), &serde_json::Value::Null));
        assert_eq!(book.run("schedule list --format csv").ends(0).stdout.lines().count(), 3);
        assert_eq!(book.run("schedule list --format ndjson").ends(0).stdout.lines().count(), 2);
        let first = listed["items"][0]["schedule"].as_str().unwrap();
        let second = listed["items"][1]["schedule"].as_str().unwrap();
        book.run("schedule list --limit 1 --wide").ends(0).shows(first).says(&format!("There are more: --cursor {second}"));
        book.run(&format!("schedule list --cursor {second} --wide")).ends(0).shows(second);
    }
}
