//! A whole book goes out and comes in with its schedules, and goes on with them.

use std::fs;

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use teller::Mode;
use teller::facts::{OnRefusal, RecurrencePeriod, RecurrenceRequest};
use teller::requests::ScheduleRequest;

use super::ACCOUNTS;
use crate::support::schedule::{add, counts, daily, dues, euros, monthly, run_at, schedule_id, scheduled};
use crate::support::{Program, TestBook, check, on_every_backend_as_owner};

/// Schedules of all kinds and states.
fn fill(book: &TestBook) {
    check(book, ACCOUNTS);
    check(book, "limits alice min -500 -> changed");
    let ledger = book.ledger();
    add(&ledger, &ScheduleRequest { description: Some("rent \u{1f980}".parse().unwrap()), ..monthly("rent", 31) });
    add(&ledger, &ScheduleRequest { on_refusal: OnRefusal::Retry, money: euros("300"), ..daily("d", 1) });
    add(&ledger, &ScheduleRequest { on_refusal: OnRefusal::Retry, money: euros("300"), ..daily("cancelled", 1) });
    add(&ledger, &scheduled("once", RecurrenceRequest::every(RecurrencePeriod::Once)));
    let entries = std::collections::BTreeMap::from([("k".to_owned(), "v".to_owned())]);
    let metadata = teller::facts::Metadata::new(entries).unwrap();
    let until = Some("2027-01-01T00:00:00Z".parse().unwrap());
    let recurrence = RecurrenceRequest {
        until,
        due_count_max: Some(7),
        step: 2,
        ..RecurrenceRequest::every(RecurrencePeriod::Year)
    };
    add(&ledger, &ScheduleRequest { metadata, ..scheduled("yearly", recurrence) });
    run_at(book, "2026-02-02T00:00:00Z");
    let reason = "fraud".parse().unwrap();
    ledger.cancel_schedule(schedule_id("cancelled"), &"ops".parse().unwrap(), Some(&reason), Mode::Commit).unwrap();
}

fn export(book: &TestBook, folder: &TempDir, name: &str) -> String {
    let path = folder.path().join(name);
    Program::on(book, &["export", "--out", path.to_str().unwrap()]).run().ends(0);
    fs::read_to_string(path).unwrap()
}

fn import(book: &TestBook, folder: &TempDir, text: &str) -> crate::support::Answer {
    let path = folder.path().join("imported");
    fs::write(&path, text).unwrap();
    Program::on(book, &["import", "book", path.to_str().unwrap()]).run()
}

/// The lines, with a trailer whose checksum is right.
fn join(lines: &[&str]) -> String {
    let (trailer, before) = lines.split_last().unwrap();
    let before = before.join("\n") + "\n";
    let digest = Sha256::digest(before.as_bytes()).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let (head, _) = trailer.split_once("\"sha256\":\"").unwrap();
    format!("{before}{head}\"sha256\":\"{digest}\"}}}}\n")
}

on_every_backend_as_owner! {
    fn what_is_due_at_the_first_moment_of_time_is_proved_and_exported(book: &TestBook) {
        check(book, ACCOUNTS);
        for (key, amount) in [("paid", "1"), ("refused", "1000000")] {
            book.run(&format!("schedule add alice bob {amount} --once 0001-01-01 --key {key}")).ends(0);
        }
        let ran = book.run("schedule run --format json");
        assert!(ran.stdout.contains("insufficient_funds"), "{ran:?}");
        book.run("verify").ends(0);
        let folder = TempDir::new().unwrap();
        let text = export(book, &folder, "book");
        let copy = book.another();
        import(&copy, &folder, &text).ends(0);
        copy.run("verify").ends(0);
        assert_eq!(export(&copy, &folder, "copy"), text);
    }

    fn schedules_go_out_and_in_byte_for_byte_and_go_on(book: &TestBook) {
        let folder = TempDir::new().unwrap();
        fill(book);
        let original = export(book, &folder, "original");
        assert!(original.contains("\"schedules\":5,\"dues\":"), "the header counts them");
        for (name, copy) in [("sqlite", TestBook::on_sqlite()), ("postgres", TestBook::on_postgres())] {
            import(&copy, &folder, &original).ends(0);
            assert_eq!(export(&copy, &folder, name), original);
            for key in ["rent", "d", "cancelled", "once", "yearly"] {
                assert_eq!(dues(&copy, key), dues(book, key));
            }
            // What was posted there is not due here, and the next one is.
            assert_eq!(counts(&run_at(&copy, "2026-02-02T00:00:00Z"))[0], 0);
            check(&copy, "deposit more: alice 20000 -> posted");
            let gone_on = run_at(&copy, "2026-02-28T00:00:00Z");
            assert!(gone_on.posted > 0 && gone_on.refused == 0, "{gone_on:?}");
            copy.run("verify").ends(0);
        }
    }

    fn a_book_without_schedules_is_written_as_before_there_were_any(book: &TestBook) {
        check(book, ACCOUNTS);
        let text = export(book, &TempDir::new().unwrap(), "original");
        assert!(!text.contains("schedule") && !text.contains("dues"), "{text}");
    }

    fn a_line_of_a_schedule_that_does_not_fit_is_refused(book: &TestBook) {
        let folder = TempDir::new().unwrap();
        fill(book);
        let original = export(book, &folder, "original");
        let lines: Vec<_> = original.lines().collect();
        assert_eq!(join(&lines), original);
        let with = |text: &str| lines.iter().position(|line| line.contains(text)).unwrap();
        let (schedule, posted) = (with("{\"schedule\":{\"id\""), with("\"state\":\"posted\""));
        let (refused, last) = (with("\"state\":\"refused\""), lines.len() - 1);
        let refuse = |changed: Vec<&str>, problem: &str| {
            import(&book.another(), &folder, &join(&changed)).ends(65).says(problem);
        };
        for (index, from, to, problem) in [
            (0, "\"dues\":", "\"dues\":1", "the header counts"),
            (schedule, "\"step\":", "\"step\":9", "its content gives"),
            (schedule, "\"actor\":\"tests\"", "\"actor\":\"nobody\"", "its content gives"),
            (schedule, "\"debit_account\":2", "\"debit_account\":99", "which is not there"),
            (schedule, "\"currency\":\"EUR\"", "\"currency\":\"USD\"", "it is in USD"),
            (schedule, "\"due_count\":", "\"due_count\":9", "dues"),
            (posted, "\"attempts\":1", "\"attempts\":0", "does not fit the rest"),
            (posted, "\"due_at\":\"2026", "\"due_at\":\"2025", "it should be"),
            (refused, "\"state\":\"refused\"", "\"state\":\"posted\"", "does not fit the rest"),
        ] {
            let line = lines[index].replacen(from, to, 1);
            assert_ne!(line, lines[index], "{from}");
            let mut changed = lines.clone();
            changed[index] = &line;
            refuse(changed, problem);
        }
        // Left out, doubled, out of order, and behind another schedule.
        refuse([&lines[..posted], &lines[posted + 1..]].concat(), "line");
        refuse([&lines[..=posted], &lines[posted..]].concat(), "it should be");
        refuse([&lines[..schedule], &lines[schedule + 1..]].concat(), "which it does not stand behind");
        let mut swapped = lines.clone();
        swapped.swap(schedule, schedule - 1);
        refuse(swapped, "out of order");
        // A due that says it was posted, whose transfer is that of another.
        refuse([&lines[..last - 1], &lines[last..]].concat(), "line");
    }
}
