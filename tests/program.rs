//! The program as a script sees it: what it writes, and how it ends.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::{Program, TestBook, check, on_every_backend};

/// What is no amount, wherever one is asked for.
const NO_AMOUNTS: [&str; 9] = ["NaN", "Infinity", "1e400", "1e3", "", " 1", "1,000.00", "0x10", "0.001"];
/// What is none where only a size belongs.
const NO_SIZES: [&str; 2] = ["0", "-0.01"];

on_every_backend! {
    fn a_replay_is_the_first_answer_again_and_marked_so(book: &TestBook) {
        check(book, "account cash asset EUR\naccount alice liability EUR");
        let command = "deposit alice 12.34 --cash cash --format ndjson --id 01890000-0000-7000-8000-000000000001 \
            --effective-at 2026-01-31T16:00:00+04:00 --description rent --metadata invoice=17";
        let answer = book.run(command).ends(0);
        assert!(answer.stdout.contains("\"replayed\":false"), "{}", answer.stdout);
        let again = book.run(command).ends(0).says("This request was posted before");
        assert_eq!(again.stdout, answer.stdout.replace("\"replayed\":false", "\"replayed\":true"));
    }

    fn a_refusal_is_written_to_stderr_and_ends_with_3(book: &TestBook) {
        check(book, "account alice liability EUR\naccount bob liability EUR");
        let answer = book.run("transfer alice bob 5 --format json").ends(3);
        assert_eq!((answer.stdout.as_str(), answer.stderr.as_str()), ("", concat!(
            r#"{"error":{"code":"insufficient_funds","message":"account alice has 0.00 EUR available and may not go below 0.00 EUR, "#,
            r#"5.00 EUR was requested","account":"alice","available":"0.00","#,
            r#""min_balance":"0.00","requested":"5.00","hint":"deposit first or change the limit"}}"#, "\n",
        )));
        book.run("transfer alice bob 5").ends(3).says("error: account alice has 0.00 EUR available");
        book.run("transfer alice ghost 5").ends(3).says("account ghost is unknown");
    }

    // P6
    fn what_is_no_amount_is_refused_at_every_entrance(book: &TestBook) {
        check(book, "account cash:eur asset EUR\naccount a asset EUR\naccount alice liability EUR\ndeposit alice 100 cash cash:eur -> posted");
        let requests: [&[&str]; 4] = [
            &["deposit", "alice"], &["withdraw", "alice"], &["transfer", "cash:eur", "a"], &["post", "--debit", "a", "--credit", "alice"],
        ];
        for amount in NO_AMOUNTS {
            for request in requests {
                Program::on(book, &[request, &[amount]].concat()).run().ends(65);
            }
            for limit in ["--overdraft", "--min-balance", "--max-balance"] {
                Program::on(book, &["account", "open", "bob", "--currency", "EUR", limit, amount]).run().ends(65);
                Program::on(book, &["account", "limit", "alice", limit, amount]).run().ends(65);
            }
        }
        for request in requests {
            Program::on(book, &[request, &["-0.01"]].concat()).run().ends(65).says("has a sign");
            Program::on(book, &[request, &["0"]].concat()).run().ends(3).says("must be more than zero");
        }
        Program::on(book, &["account", "open", "bob", "--currency", "EUR", "--overdraft", "-0.01"]).run().ends(65);

        let folder = TempDir::new().unwrap();
        let file = folder.path().join("amounts.csv");
        let lines: Vec<_> = NO_AMOUNTS.iter().chain(&NO_SIZES).map(|amount| format!("cash:eur,a,\"{amount}\"\n")).collect();
        std::fs::write(&file, format!("from,to,amount\n{}", lines.concat())).unwrap();
        let counts = Program::on(book, &["import", "transfers", file.to_str().unwrap(), "--format", "ndjson"]).run().ends(65).json();
        // Zero is an amount, but none to transfer.
        assert_eq!(["imported", "refused", "malformed"].map(|name| counts[name].as_u64()), [Some(0), Some(1), Some(10)]);
        assert_eq!(book.query_i64("select count(*) from transfers"), 1);
        assert_eq!(book.query_i64("select count(*) from accounts"), 3);
        assert_eq!(book.query_i64("select count(*) from account_events"), 0);
    }

    fn the_first_deposit_opens_the_cash_account_and_says_so(book: &TestBook) {
        check(book, "account alice liability EUR");
        book.run("deposit alice 5 --dry-run").ends(0).says("Would open the asset account cash:eur for EUR.");
        book.run("balance cash:eur").ends(3);
        book.run("deposit alice 5").ends(0).says("Opened the asset account cash:eur for EUR.");
        assert_eq!(book.run("deposit alice 5").ends(0).stderr, "");
        check(book, "balance cash:eur posted 10 version 2");
        // A refused one opens nothing.
        book.run("withdraw alice 11 --cash till").ends(3);
        book.run("balance till").ends(3);
    }

    fn the_cursor_leads_through_all_pages_of_a_statement(book: &TestBook) {
        check(book, "account a asset EUR\naccount b asset EUR");
        for amount in 1..=7 {
            check(book, &format!("transfer a b {amount} -> posted"));
        }
        let (mut changes, mut pages, mut cursor) = (Vec::new(), 0, String::new());
        loop {
            let page = book.run(&format!("statement b --limit 3 --format json{cursor}")).ends(0).json();
            changes.extend(page["items"].as_array().unwrap().iter().map(|entry| entry["change"].as_str().unwrap().to_owned()));
            pages += 1;
            let Some(next) = page["next_cursor"].as_str() else { break };
            book.run(&format!("statement b --limit 3{cursor}")).ends(0).says(&format!("There are older ones: --cursor {next}"));
            cursor = format!(" --cursor {next}");
        }
        assert_eq!((pages, changes.join(" ").as_str()), (3, "7.00 6.00 5.00 4.00 3.00 2.00 1.00"));
        book.run("statement b --cursor 2026-01-01T00:00:00Z/99").ends(3);
        book.run("statement b --cursor 99").ends(2).says("\"99\" is not a cursor");
        book.run("statement b --limit 0").ends(2);
    }

    fn one_account_is_verified_alone(book: &TestBook) {
        check(book, "account a asset EUR\naccount b asset EUR\naccount c asset EUR\ntransfer a b 1 -> posted");
        book.run("verify --account b").ends(0).says("Verified 1 transfer of b: the account is whole.");
        book.raw("update accounts set posted = 5 where name = 'a'").unwrap();
        book.run("verify --account b").ends(0);
        book.run("verify --account c").ends(0).says("Verified 0 transfers of c");
        book.run("verify --account a").ends(1).says("account a.").shows("posted balance");
        book.run("verify --account d").ends(3).says("d");
        book.run("verify --account d:").ends(65);
        book.run("verify --account a --seal x").ends(2);
    }

    fn a_book_that_was_changed_by_hand_does_not_verify_and_ends_with_1(book: &TestBook) {
        check(book, "account a asset EUR\naccount b asset EUR\ntransfer a b 5 -> posted");
        book.run("verify").ends(0).says("Verified 1 transfer and 2 accounts: the book is whole.");
        book.raw("update accounts set posted = posted + 1 where name = 'b'").unwrap();
        book.run("verify").ends(1).says("account b.");
    }

    fn a_reader_that_goes_away_ends_the_program_without_a_word(book: &TestBook) {
        check(book, "account a asset EUR\naccount b asset EUR");
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("many.csv");
        std::fs::write(&file, format!("from,to,amount\n{}", "a,b,1\n".repeat(2_000))).unwrap();
        Program::on(book, &["import", "transfers", file.to_str().unwrap()]).run().ends(0);

        // A page is longer than a pipe holds, so that the program is still writing when its reader goes.
        let program = Program::on(book, &["statement", "a", "--limit", "2000", "--format", "ndjson"]);
        let mut program = program.command(|command| { command.stdout(Stdio::piped()).stderr(Stdio::piped()); }).spawn();
        let mut line = String::new();
        BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("{\"sequence\":2002,"), "{line}");
        assert_eq!(String::from_utf8(program.wait_with_output().unwrap().stderr).unwrap(), "");
    }

    fn wrong_usage_ends_with_2(book: &TestBook) {
        for command in ["", "deposti a 5", "deposit a", "deposit a 5 --id 7", "statement", "account open a --currency EUR --type gold",
            "account open a --currency EUR --overdraft 1 --no-min-balance", "transfer a b 5 --id x --idempotency-key y"] {
            let words: Vec<_> = command.split(' ').filter(|word| !word.is_empty()).collect();
            assert_eq!(Program::on(book, &words).run().ends(2).stdout, "", "{command}");
        }
    }
}

#[test]
fn the_demo_shows_a_refusal_and_ends_well() {
    let answer = Program::new(&["demo"]).run().ends(0);
    answer.says("error: account customers:bob has 30.00 EUR available").says("the book is whole");
}

#[test]
fn a_reader_that_takes_its_time_is_not_cut_off_at_the_deadline() {
    let deadline = Duration::from_secs(3);
    let book = TestBook::on_sqlite();
    check(&book, "account a asset EUR\naccount b asset EUR");
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("many.csv");
    std::fs::write(&file, format!("from,to,amount\n{}", "a,b,1\n".repeat(1_000))).unwrap();
    Program::on(&book, &["import", "transfers", file.to_str().unwrap()]).run().ends(0);

    let begin = Instant::now();
    let arguments = ["--deadline", "3s", "statement", "a", "--limit", "1000", "--format", "ndjson"];
    let program = Program::on(&book, &arguments).command(|command| {
        command.stdout(Stdio::piped());
    });
    let mut program = program.spawn();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().starts_with("{\"sequence\":1002,"));
    // The time itself is what this is about.
    thread::sleep((deadline + Duration::from_secs(1)).saturating_sub(begin.elapsed()));
    assert_eq!(lines.count(), 999);
    assert!(program.wait().unwrap().success());
}

#[test]
fn completions_and_the_manual_page_are_printed() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        Program::new(&["completions", shell]).run().ends(0).shows("teller");
    }
    Program::new(&["man"]).run().ends(0).shows(".TH teller 1");
    Program::new(&["man", "account", "open"]).run().ends(0).shows(".TH teller-account-open 1").shows("expenses:rent");
    Program::new(&["man", "account", "opne"]).run().ends(2).says("teller-account has no command opne");
    Program::new(&["--version"]).run().ends(0).shows(env!("CARGO_PKG_VERSION"));
}

#[test]
fn every_page_that_a_manual_page_refers_to_is_written() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("man/man1");
    let out = out.to_str().unwrap();
    // Again, as with a newer version.
    for _ in 0..2 {
        Program::new(&["man", "--out", out]).run().ends(0).shows("teller-account-open.1");
    }
    let pages: Vec<_> = std::fs::read_dir(out).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(pages.len() > 60, "{} pages", pages.len());
    let mode =
        |page: &PathBuf| std::os::unix::fs::PermissionsExt::mode(&page.metadata().unwrap().permissions()) & 0o777;
    assert!(pages.iter().all(|page| mode(page) == 0o644), "everybody may read them");
    let mut references = 0;
    for page in &pages {
        let text = std::fs::read_to_string(page).unwrap().replace("\\-", "-");
        let name = page.file_stem().unwrap().to_str().unwrap();
        assert!(text.contains(&format!(".TH {name} 1")), "{name} has its own name");
        for end in text.match_indices("(1)").map(|(offset, _)| offset) {
            let begin = text[..end]
                .rfind(|letter: char| !letter.is_alphanumeric() && letter != '-')
                .map_or(0, |offset| offset + 1);
            let referred = &text[begin..end];
            assert!(Path::new(out).join(format!("{referred}.1")).exists(), "{name} refers to {referred}(1)");
            references += 1;
        }
    }
    assert!(references > 60, "{references} references");
}
