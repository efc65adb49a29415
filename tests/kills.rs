//! An import that is killed at any moment loses nothing and doubles nothing.

use std::fmt::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::{Program, Random, TestBook, assert_whole, on_every_backend};

const KILLS: u32 = 50;
/// So few that lines with and without keys both have their share.
const KILLS_PER_BOOK: u32 = 10;
/// Three batches.
const LINES: u64 = 6_000;
const ACCOUNTS: u64 = 20;

on_every_backend! {
    // V5
    fn an_import_killed_at_any_moment_and_run_again_posts_every_line_once(book: &TestBook) {
        let folder = TempDir::new().unwrap();
        let mut kills = Kills { random: Random(1), longest: Duration::ZERO, left: KILLS, between_commits: 0 };
        for round in 0.. {
            let book = &book.another();
            let file = folder.path().join(format!("{round}.csv"));
            // Lines with keys, and lines that are only told apart by what they say and how often.
            std::fs::write(&file, transfers(&mut kills.random, round % 2 == 0)).unwrap();
            let arguments = ["import", "transfers", file.to_str().unwrap()];
            open_accounts(book, &folder);
            if round == 0 {
                kills.longest = measure(&book.another(), &folder, &arguments);
            }

            kills.strike(book, &arguments);
            let answer = Program::on(book, &[&arguments[..], &["--format", "ndjson"]].concat()).run().ends(0);
            let counts = answer.json();
            assert_eq!((counts["lines"].as_u64(), counts["refused"].as_u64()), (Some(LINES), Some(0)));
            assert_whole(&book.ledger(), LINES);
            if kills.left == 0 {
                break;
            }
        }
        assert!(kills.between_commits > 0, "some fall where part of the file is posted");
    }
}

/// The kills of one test.
struct Kills {
    random: Random,
    /// About how long an import takes. Follows the machine, which others keep busy too.
    longest: Duration,
    left: u32,
    /// How many fell where a part of the lines was posted.
    between_commits: u32,
}

impl Kills {
    /// Kills the import again and again, each time at another moment, until all lines are there.
    fn strike(&mut self, book: &TestBook, arguments: &[&str]) {
        let mut posted = 0;
        for _ in 0..self.left.min(KILLS_PER_BOOK) {
            let mut import = Program::on(book, arguments).start();
            // The moment is what this test varies; it waits for nothing.
            thread::sleep(self.longest * u32::try_from(self.random.below(1_000)).unwrap() / 1_000);
            import.kill().unwrap();
            let is_killed = import.wait().unwrap().code().is_none();
            self.left -= u32::from(is_killed);

            // One snapshot gives both: the server may still be busy with the dead client's last commit.
            let report = book.ledger().verify(&mut |_| {}).unwrap();
            assert_eq!(report.findings.first(), None);
            let whole_batches = report.transfers >= posted && report.transfers.is_multiple_of(2_000);
            assert!(whole_batches, "{posted} transfers became {}", report.transfers);
            if report.transfers == LINES {
                self.longest -= self.longest / 8;
                return;
            }
            if report.transfers == posted {
                self.longest += self.longest / 8;
            }
            self.between_commits += u32::from(report.transfers > 0);
            posted = report.transfers;
        }
    }
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
