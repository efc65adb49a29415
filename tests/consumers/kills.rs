//! Followers that are killed while they write.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use teller::ledger::Mode;

use super::{consumers, cursors};
use crate::support::{Program, Random, TestBook, on_every_backend, transfer};

const WAIT: Duration = Duration::from_mins(1);
/// What each round posts.
const POSTINGS: usize = 60;

/// How many followers are killed; more of them are for a machine that has the time.
fn kills() -> usize {
    std::env::var("TELLER_CONSUMER_KILLS").map_or(6, |count| count.parse().expect("TELLER_CONSUMER_KILLS is a number"))
}

fn follow(book: &TestBook, file: &Path) -> Child {
    let arguments = ["events", "--follow", "--consumer", "audit", "--lease", "1s", "--format", "ndjson"];
    let file = OpenOptions::new().create(true).append(true).open(file).unwrap();
    Program::on(book, &arguments).command(|command| _ = command.stdout(file).stderr(Stdio::null())).spawn()
}

/// The ids in the lines that are whole. A follower that was killed may have left one that is not.
fn written(file: &Path) -> Vec<String> {
    let text = fs::read(file).unwrap_or_default();
    let lines = text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    lines.map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

/// Starts a follower, again as long as the lease of a killed one lasts, and waits until it has done enough.
fn follow_until(book: &TestBook, file: &Path, is_enough: impl Fn(&Child) -> bool) -> Child {
    let begin = Instant::now();
    let mut follower = follow(book, file);
    while !is_enough(&follower) {
        assert!(begin.elapsed() < WAIT, "{} events are written", written(file).len());
        std::thread::sleep(Duration::from_millis(5));
        if let Some(ended) = follower.try_wait().unwrap() {
            assert_eq!(ended.code(), Some(75), "only the lease of the one that was killed is in the way");
            follower = follow(book, file);
        }
    }
    follower
}

on_every_backend! {
    fn kills_of_followers_lose_no_event_and_no_order(book: &TestBook) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("events.ndjson");
        let (ledger, consumers) = (book.ledger_of_today(), consumers(book));
        consumers.add("audit", teller::server::EventStart::First, &ledger).unwrap();
        for account in ["cash:a", "cash:b"] {
            book.run(&format!("account open {account} --currency EUR")).ends(0);
        }
        let mut random = Random(21);
        for round in 0..kills() {
            let before = written(&file).len();
            for number in 0..POSTINGS {
                let request = transfer(&format!("t{round}-{number}"), "cash:a", "cash:b", "1.00");
                ledger.post(request, Mode::Commit).unwrap();
            }
            let more = usize::try_from(random.below(POSTINGS as u64)).unwrap();
            let mut follower = follow_until(book, &file, |_| written(&file).len() > before + more);
            follower.kill().unwrap();
            follower.wait().unwrap();
        }
        let expected: Vec<_> = cursors(&ledger).iter().map(ToString::to_string).collect();
        assert_eq!(expected.len(), 2 + kills() * POSTINGS);
        let last = expected.last().unwrap().clone();
        let mut follower = follow_until(book, &file, |follower| {
            let record = consumers.get("audit", &ledger).unwrap();
            let is_this = record.holder.is_some_and(|holder| holder.ends_with(&format!("process {}", follower.id())));
            is_this && record.cursor.as_ref() == Some(&last)
        });
        let stopped = std::process::Command::new("kill").args(["-s", "TERM", &follower.id().to_string()]).status().unwrap();
        assert!(stopped.success() && follower.wait().unwrap().success());

        let mut seen = BTreeSet::new();
        let first: Vec<_> = written(&file).into_iter().filter(|id| seen.insert(id.clone())).collect();
        assert!(first == expected, "each event is written, and for the first time behind those before it");
        let record = consumers.get("audit", &ledger).unwrap();
        assert_eq!((record.cursor, record.holder), (Some(last), None));
    }

    fn two_signals_at_once_are_one_and_the_follower_gives_its_right_back(book: &TestBook) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("events.ndjson");
        let (ledger, consumers) = (book.ledger_of_today(), consumers(book));
        consumers.add("audit", teller::server::EventStart::First, &ledger).unwrap();
        book.run("account open cash:a --currency EUR").ends(0);
        for _ in 0..3 {
            let mut follower = follow_until(book, &file, |follower| {
                let holder = consumers.get("audit", &ledger).unwrap().holder;
                holder.is_some_and(|holder| holder.ends_with(&format!("process {}", follower.id())))
            });
            // As `timeout` does, which signals the process and its group.
            let both = "kill -s TERM $1; kill -s TERM $1";
            let id = follower.id().to_string();
            assert!(std::process::Command::new("sh").args(["-c", both, "sh", &id]).status().unwrap().success());
            assert_eq!(follower.wait().unwrap().code(), Some(0));
            assert_eq!(consumers.get("audit", &ledger).unwrap().holder, None);
        }
    }
}
