//! Named consumers: each goes on where it was, one reader at a time, and skips nothing.

mod kills;

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant as Stopwatch};

use serde_json::Value;

use teller::Ledger;
use teller::ledger::{EventCursor, EventFilter};
use teller::server::{Consumers, EventStart, Lease};
use teller::store::StoreOptions;

use crate::support::{Program, TestBook, check, in_parallel, on_every_backend, unread};

/// Longer than any writer of a test takes.
const WAIT: Duration = Duration::from_secs(20);
const LEASE: Duration = Duration::from_secs(30);

/// The consumers of a book, by its owner, who makes the place for them.
fn consumers(book: &TestBook) -> Consumers {
    Consumers::of_book(&book.owner_url.parse().unwrap(), StoreOptions::default())
}

/// A book with five events, and a consumer that stands before all of them.
fn bank(book: &TestBook) -> (Ledger, Consumers) {
    check(
        book,
        "
        account cash            asset     EUR
        account customers:alice liability EUR
        account customers:bob   liability EUR
        deposit customers:alice 100   -> posted
        transfer customers:alice customers:bob 7.50 -> posted
        ",
    );
    let (ledger, consumers) = (book.ledger(), consumers(book));
    assert!(consumers.add("audit", EventStart::First, &ledger).unwrap());
    (ledger, consumers)
}

/// The cursors of all events.
fn cursors(ledger: &Ledger) -> Vec<EventCursor> {
    let page = ledger.list_events(None, &EventFilter::default(), 1_000, WAIT).unwrap();
    page.events.iter().map(teller::ledger::Event::cursor).collect()
}

/// The sequences that the program shows and acknowledges.
fn consumed(book: &TestBook, options: &str) -> Vec<i64> {
    let answer = book.run(format!("events --consumer audit --format ndjson {options}").trim()).ends(0);
    let sequence =
        |line: &str| serde_json::from_str::<Value>(line).unwrap()["sequence"].as_str().unwrap().parse().unwrap();
    answer.stdout.lines().map(sequence).collect()
}

/// Starts a program that follows the book. Returns its lines once it has printed five events. When the lines are dropped, nobody reads them any more.
fn follow(book: &TestBook, arguments: &[&str]) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut follower = Program::on(book, arguments)
        .command(|command| _ = command.stdout(Stdio::piped()).stderr(Stdio::piped()))
        .spawn();
    let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
    for _ in 0..5 {
        lines.next().unwrap().unwrap();
    }
    (follower, lines)
}

fn acknowledged(consumers: &Consumers, ledger: &Ledger) -> Option<String> {
    consumers.get("audit", ledger).unwrap().cursor
}

/// Tells a program to end, as Ctrl-C does.
fn interrupt(program: &Child) {
    let told = Command::new("kill").args(["-s", "INT", &program.id().to_string()]).status().unwrap();
    assert!(told.success());
}

fn wait_until_acknowledged(consumers: &Consumers, ledger: &Ledger, cursor: EventCursor) {
    let begin = Stopwatch::now();
    while acknowledged(consumers, ledger) != Some(cursor.to_string()) {
        assert!(begin.elapsed() < WAIT, "it acknowledges what it wrote");
        std::thread::sleep(Duration::from_millis(20));
    }
}

on_every_backend! {
    fn a_consumer_goes_on_behind_what_was_written(book: &TestBook) {
        let (ledger, consumers) = bank(book);
        let first = consumers.get("audit", &ledger).unwrap().epoch;
        assert_eq!(consumed(book, "--limit 2"), [1, 2]);
        assert_eq!(acknowledged(&consumers, &ledger), Some(cursors(&ledger)[1].to_string()));
        assert_eq!(consumed(book, "--types transfer.posted --limit 1"), [4]);
        assert_eq!(consumed(book, ""), [5]);
        assert_eq!(consumed(book, ""), [0; 0]);
        let record = consumers.get("audit", &ledger).unwrap();
        assert_eq!((record.behind, record.holder, record.epoch), (Some(0), None, first + 4), "each lease was given back");
        book.run("account open carol --currency EUR").ends(0);
        assert_eq!(consumers.get("audit", &ledger).unwrap().behind, Some(1));
        let page = book.run("events --consumer audit --format json").ends(0).says("has acknowledged everything up to 6-").json();
        assert_eq!(page["items"].as_array().unwrap().len(), 1);
    }

    fn what_could_not_be_written_is_not_acknowledged(book: &TestBook) {
        let (ledger, consumers) = bank(book);
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        for format in ["ndjson", "json", "csv", "table"] {
            let arguments = ["events", "--consumer", "audit", "--format", format];
            let full = full.try_clone().unwrap();
            let mut child = Program::on(book, &arguments).command(|command| _ = command.stdout(full).stderr(Stdio::null())).spawn();
            assert_eq!(child.wait().unwrap().code(), Some(74), "{format}");
        }
        let mut child = Program::on(book, &["events", "--consumer", "audit", "--format", "ndjson"])
            .command(|command| _ = command.stdout(unread()).stderr(Stdio::null()))
            .spawn();
        child.wait().unwrap();
        let record = consumers.get("audit", &ledger).unwrap();
        assert_eq!((record.cursor, record.holder), (None, None));
        assert_eq!(consumed(book, ""), [1, 2, 3, 4, 5]);
    }

    fn one_reader_at_a_time_has_the_lease(book: &TestBook) {
        let (ledger, consumers) = bank(book);
        let first = consumers.take("audit", "the first", LEASE, &ledger).unwrap();
        let fault = consumers.take("audit", "another", LEASE, &ledger).unwrap_err();
        assert_eq!((fault.code(), fault.is_retryable()), ("consumer_held", true));
        let said = fault.to_string();
        assert!(said.starts_with("the consumer audit is held by the first until 2026-"), "{said}");
        consumers.add("other", EventStart::Latest, &ledger).unwrap();
        let other = consumers.take("other", "another", LEASE, &ledger).unwrap();
        assert_eq!(other.after, cursors(&ledger).last().copied(), "the lease of one is not that of another");

        // A lease that is not renewed ends by itself, and the next one begins behind what was acknowledged.
        let all = cursors(&ledger);
        consumers.acknowledge(&first, all[1], &ledger).unwrap();
        book.set_time("2026-01-01T01:00:00Z");
        let second = consumers.take("audit", "the second", LEASE, &ledger).unwrap();
        assert_eq!((second.after, second.epoch, second.is_after_a_kill), (Some(all[1]), first.epoch + 1, true));
        for lost in [
            consumers.acknowledge(&first, all[3], &ledger).unwrap_err(),
            consumers.renew("audit", first.epoch, LEASE, &ledger).unwrap_err(),
        ] {
            assert_eq!(lost.code(), "lease_lost");
        }
        consumers.give_back(&first).unwrap();
        assert_eq!(consumers.get("audit", &ledger).unwrap().holder.as_deref(), Some("the second"), "it is not the first one's to give");
        consumers.acknowledge(&second, all[2], &ledger).unwrap();
        consumers.give_back(&second).unwrap();
        consumers.acknowledge(&second, all[3], &ledger).unwrap();
        let third = consumers.take("audit", "the third", LEASE, &ledger).unwrap();
        assert_eq!((third.after, third.is_after_a_kill), (Some(all[3]), false));
        consumers.take("audit", "x", Duration::from_millis(1), &ledger).unwrap_err();
    }

    fn a_lease_lasts_as_long_as_it_is_renewed(book: &TestBook) {
        let (ledger, consumers) = bank(book);
        let lease = consumers.take("audit", "the first", LEASE, &ledger).unwrap();
        for minute in 0..3 {
            book.set_time(&format!("2026-01-01T02:00:{:02}Z", 20 * minute));
            consumers.renew("audit", lease.epoch, LEASE, &ledger).unwrap();
        }
        book.set_time("2026-01-01T02:01:09Z");
        assert_eq!(consumers.take("audit", "another", LEASE, &ledger).unwrap_err().code(), "consumer_held");
        book.set_time("2026-01-01T02:01:10Z");
        consumers.take("audit", "another", LEASE, &ledger).unwrap();
    }

    fn a_cursor_goes_back_only_when_the_consumer_is_moved(book: &TestBook) {
        let (ledger, consumers) = bank(book);
        let all = cursors(&ledger);
        let lease = consumers.take("audit", "the first", LEASE, &ledger).unwrap();
        consumers.acknowledge(&lease, all[3], &ledger).unwrap();
        consumers.acknowledge(&lease, all[3], &ledger).unwrap();
        assert_eq!(consumers.acknowledge(&lease, all[2], &ledger).unwrap_err().code(), "cursor_behind");
        let foreign: EventCursor = "4-0000000000000000".parse().unwrap();
        assert_eq!(consumers.acknowledge(&lease, foreign, &ledger).unwrap_err().code(), "cursor_foreign");
        assert_eq!(acknowledged(&consumers, &ledger), Some(all[3].to_string()));

        let moved = consumers.move_to("audit", EventStart::Behind(all[1]), &ledger).unwrap();
        assert_eq!((moved.cursor, moved.holder), (Some(all[1].to_string()), None));
        assert_eq!(consumers.acknowledge(&lease, all[4], &ledger).unwrap_err().code(), "lease_lost", "the reader is told that it was moved");
        assert_eq!(consumed(book, ""), [3, 4, 5]);
    }

    fn the_program_refuses_a_second_reader_and_tells_of_the_first(book: &TestBook) {
        let (ledger, consumers) = bank(book);
        let arguments = ["--actor", "ops", "events", "--consumer", "audit", "--follow", "--format", "ndjson"];
        let (mut follower, _lines) = follow(book, &arguments);
        let second = book.run("events --consumer audit --format json").ends(75);
        assert_eq!(second.stdout, "");
        let error: Value = serde_json::from_str(&second.stderr).unwrap();
        let holder = format!("ops, process {}", follower.id());
        assert_eq!((&error["error"]["code"], &error["error"]["holder"]), (&"consumer_held".into(), &holder.as_str().into()));
        assert!(error["error"]["until"].as_str().unwrap().ends_with('Z'));
        book.run("consumer list").ends(0).shows("ops, process");

        // It is given back at the end.
        interrupt(&follower);
        assert!(follower.wait().unwrap().success());
        assert_eq!(consumers.get("audit", &ledger).unwrap().holder, None);
        assert_eq!(consumed(book, ""), [0; 0], "it had acknowledged what it wrote");
    }

    fn a_consumer_of_a_book_that_was_restored_says_so(book: &TestBook) {
        let (ledger, consumers) = bank(book);
        assert_eq!(consumed(book, ""), [1, 2, 3, 4, 5]);
        // It has acknowledged an event that this book does not have, as after a restore to an earlier state.
        let other = book.another();
        let (later, _) = bank(&other);
        other.run("account open carol --currency EUR").ends(0);
        let lease = consumers.take("audit", "the first", LEASE, &ledger).unwrap();
        consumers.acknowledge(&lease, cursors(&later)[5], &later).unwrap();
        assert_eq!(consumers.get("audit", &ledger).unwrap().state, "foreign", "though somebody holds it");
        consumers.give_back(&lease).unwrap();
        consumers.add("other", EventStart::Latest, &ledger).unwrap();
        for command in ["list", "show audit", "list --format json"] {
            book.run(&format!("consumer {command}")).ends(0).shows("foreign").says("teller consumer move audit --to");
        }
        let list = book.run("consumer list --format json").ends(0).json();
        let told = |index: usize| [&list["items"][index]["state"], &list["items"][index]["behind"]].map(Value::clone);
        assert_eq!((told(0), told(1)), (["foreign".into(), Value::Null], ["free".into(), 0.into()]));
        let refused = book.run("events --consumer audit --format json").ends(65);
        let error: Value = serde_json::from_str(&refused.stderr).unwrap();
        assert_eq!(error["error"]["code"], "cursor_foreign");
        assert!(error["error"]["hint"].as_str().unwrap().contains("teller consumer move audit --to"));
        assert_eq!(consumers.get("audit", &ledger).unwrap().holder, None, "the lease is not kept");
        book.run("consumer move audit --to 5-0000000000000000").ends(65);
        let moved = book.run("consumer move audit --to first").ends(0);
        assert!(!moved.stderr.contains("teller consumer move"), "{}", moved.stderr);
        assert_eq!(consumed(book, ""), [1, 2, 3, 4, 5]);
    }

    fn a_reader_whose_consumer_was_moved_or_taken_tells_no_cursor(book: &TestBook) {
        let (ledger, consumers) = bank(book);
        let all = cursors(&ledger);
        let taken = || _ = consumers.take("audit", "another", LEASE, &ledger).unwrap();
        let moved = || _ = consumers.move_to("audit", EventStart::Behind(all[1]), &ledger).unwrap();
        let meanwhile: [&dyn Fn(); 3] = [
            &moved,
            &|| { moved(); taken() },
            &|| { consumers.remove("audit", &ledger).unwrap(); consumers.add("audit", EventStart::First, &ledger).unwrap(); taken() },
        ];
        for change in meanwhile {
            consumers.move_to("audit", EventStart::First, &ledger).unwrap();
            // So long a lease is not renewed within the test.
            let arguments = ["events", "--consumer", "audit", "--lease", "1h", "--follow", "--format", "ndjson"];
            let (follower, _lines) = follow(book, &arguments);
            wait_until_acknowledged(&consumers, &ledger, all[4]);
            change();
            let as_it_was_put = consumers.get("audit", &ledger).unwrap();
            interrupt(&follower);
            let ended = follower.wait_with_output().unwrap();
            let said = String::from_utf8(ended.stderr).unwrap();
            assert_eq!(ended.status.code(), Some(75), "{said}");
            assert!(said.contains("\"lease_lost\"") && !said.contains("acknowledged everything"), "{said}");
            let now = consumers.get("audit", &ledger).unwrap();
            assert_eq!((now.cursor, now.holder), (as_it_was_put.cursor, as_it_was_put.holder));
        }
    }

    fn the_lease_of_a_consumer_that_was_removed_is_none_of_the_next_one_of_its_name(book: &TestBook) {
        let (ledger, consumers) = bank(book);
        let old = consumers.take("audit", "the first", LEASE, &ledger).unwrap();
        consumers.remove("audit", &ledger).unwrap();
        assert_eq!(consumers.renew("audit", old.epoch, LEASE, &ledger).unwrap_err().code(), "consumer_unknown");
        consumers.add("audit", EventStart::First, &ledger).unwrap();
        consumers.take("audit", "the second", LEASE, &ledger).unwrap();
        assert_eq!(consumers.acknowledge(&old, cursors(&ledger)[1], &ledger).unwrap_err().code(), "lease_lost");
    }

    fn the_program_adds_lists_shows_moves_and_removes_consumers(book: &TestBook) {
        let run = |arguments: &str| book.run_as_owner(arguments);
        book.run("account open a --currency EUR").ends(0);
        run("consumer list").ends(0).says("There are no consumers.");
        run("events --consumer audit").ends(0).says("Added the consumer audit");
        let added = run("consumer add kafka --after latest --format json").ends(0).json();
        assert!(added["cursor"].as_str().unwrap().starts_with("1-"));
        run("consumer add kafka").ends(0).says("already; it stays where it is");
        assert_eq!(run("consumer show kafka --format json").ends(0).json()["cursor"], added["cursor"]);
        let list = run("consumer list --format json").ends(0).json();
        assert_eq!((&list["items"][0]["name"], &list["items"][1]["name"]), (&"audit".into(), &"kafka".into()));
        assert_eq!(run("consumer move kafka --to first --format json").ends(0).json()["cursor"], Value::Null);
        run("consumer move kafka --to nowhere").ends(2);
        run("consumer remove kafka").ends(0);
        run("consumer show kafka").ends(65).says("there is no consumer \"kafka\"");
        run("consumer remove kafka").ends(65);
        run("consumer move kafka --to first").ends(65);
        run("consumer add a/b").ends(65).says("is not plain");
        run("events --consumer audit --after latest").ends(2);
        run("events --consumer audit --lease 1ms").ends(65).says("a lease lasts from 1s to 1d, not 1ms");
        run("events --consumer audit --lease 0s").ends(65).says("a lease lasts from 1s to 1d, not 0s");
        run("events --lease 1s").ends(2);
        run("events --consumer new --lease 0s").ends(65);
        run("consumer show new").ends(65);
    }

    fn readers_at_the_same_time_share_out_one_lease(book: &TestBook) {
        let (ledger, consumers) = bank(book);
        let taken: Vec<Option<Lease>> = in_parallel(6, |number| {
            consumers.take("audit", &format!("reader {number}"), LEASE, &ledger).ok()
        });
        assert_eq!(taken.iter().flatten().count(), 1);
    }
}
