//! An import that is killed at any moment loses nothing and doubles nothing.

use std::fmt::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::{Program, Random, TestBook, assert_whole, on_every_backend};

const KILLS: u32 = 50;
const LINES: u64 = 3_000;
const ACCOUNTS: u64 = 20;

on_every_backend! {
    // V5
    fn an_import_killed_at_any_moment_and_run_again_posts_every_line_once(book: &TestBook) {
        let folder = TempDir::new().unwrap();
        let mut random = Random(1);
        let mut kills_left = KILLS;
        let mut whole_run = None;
        for round in 0.. {
            let book = &book.another();
            let file = folder.path().join(format!("{round}.csv"));
            // Lines with keys, and lines that are only told apart by what they say and how often.
            std::fs::write(&file, transfers(&mut random, round % 2 == 0)).unwrap();
            let arguments = ["import", "transfers", file.to_str().unwrap()];
            open_accounts(book, &folder);
            let longest = *whole_run.get_or_insert_with(|| measure(&book.another(), &folder, &arguments));

            kills_left -= import_killed(book, &arguments, longest, &mut random, kills_left);
            let answer = Program::on(book, &[&arguments[..], &["--format", "ndjson"]].concat()).run().ends(0);
            let counts = answer.json();
            assert_eq!((counts["lines"].as_u64(), counts["refused"].as_u64()), (Some(LINES), Some(0)));
            assert_whole(&book.ledger(), LINES);
            if kills_left == 0 {
                return;
            }
        }
    }
}

/// Kills the import again and again, each time at another moment, until all lines are there. Returns how often it was killed.
fn import_killed(book: &TestBook, arguments: &[&str], longest: Duration, random: &mut Random, kills_max: u32) -> u32 {
    let mut kills = 0;
    let mut posted = 0;
    while posted < LINES && kills < kills_max {
        let mut import = Program::on(book, arguments).start();
        // The moment is what this test varies; it waits for nothing.
        thread::sleep(longest * u32::try_from(random.below(1_000)).unwrap() / 1_000);
        import.kill().unwrap();
        kills += u32::from(import.wait().unwrap().code().is_none());

        // One snapshot gives both: the server may still be busy with the dead client's last commit.
        let report = book.ledger().verify(&mut |_| {}).unwrap();
        assert_eq!(report.findings.first(), None);
        let whole_batches = report.transfers >= posted && report.transfers.is_multiple_of(1_000);
        assert!(whole_batches, "{posted} transfers became {}", report.transfers);
        posted = report.transfers;
    }
    kills
}

/// How long an import takes that nobody kills.
fn measure(book: &TestBook, folder: &TempDir, arguments: &[&str]) -> Duration {
    open_accounts(book, folder);
    let begin = Instant::now();
    Program::on(book, arguments).run().ends(0);
    begin.elapsed()
}

fn open_accounts(book: &TestBook, folder: &TempDir) {
    let file = folder.path().join("accounts.csv");
    let lines: String = (0..ACCOUNTS).fold(String::new(), |mut lines, number| {
        writeln!(lines, "a{number},asset,EUR").unwrap();
        lines
    });
    std::fs::write(&file, format!("name,type,currency\n{lines}")).unwrap();
    Program::on(book, &["import", "accounts", file.to_str().unwrap()]).run().ends(0);
}

/// Few accounts and few amounts, so that many lines say the same.
fn transfers(random: &mut Random, has_keys: bool) -> String {
    let mut file = String::from("key,from,to,amount\n");
    for line in 0..LINES {
        let (from, to) = random.pair_below(ACCOUNTS);
        let key = if has_keys { format!("k{line}") } else { String::new() };
        writeln!(file, "{key},a{from},a{to},{}", 1 + random.below(3)).unwrap();
    }
    file
}
