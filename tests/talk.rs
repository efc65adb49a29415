//! What becomes of a command whose words nobody hears: the work decides how it ends, and nothing that was committed goes unsaid.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Answer, Program, TestBook, check, on_every_backend_as_owner, unread};

/// A file that is always full.
const FULL: &str = "/dev/full";

const BATCH: &str = r#"{"key": "b1", "from": "a", "to": "b", "amount": "1"}"#;
const TRANSFERS: &str = "from,to,amount\na,b,1\n";

/// Commands that write, in an order in which each can. What each of them commits is told in these words.
const WRITES: [(&str, &str); 19] = [
    ("account open d --currency EUR", "account d is open"),
    ("account limit d --per-day 5", "limits of account d are set"),
    ("account freeze d", "account d is frozen"),
    ("account close c --yes", "account c is closed"),
    ("account close e --yes --to a", "journal "),
    ("currency add ABC --exponent 2 --name abc", "currency ABC is registered"),
    ("deposit a 50", "is posted, with the id "),
    ("transfer a b 5 --key t1", "is posted, with the id "),
    ("transfer a 6.00 --split 'b_50%,f_rest'", "journal "),
    ("hold a b 5 --key h1", "is posted, with the id "),
    ("capture h1 1", "is posted, with the id "),
    ("capture h1 1 --final", "transfers "),
    ("reverse t1", "is posted, with the id "),
    ("batch BATCH", "1 of 1 item are done"),
    ("journal post --leg a_->_b_1", "journal "),
    ("import transfers TRANSFERS", "1 of 1 line are imported"),
    ("metadata set --account a k=v", "the metadata is changed"),
    ("schedule add a b 1 --every day --key s1", "schedule "),
    ("schedule cancel s1", "is cancelled"),
];

fn full() -> Stdio {
    File::create(FULL).unwrap().into()
}

fn prepare(book: &TestBook) -> TempDir {
    check(
        book,
        "account cash:eur asset EUR
account a liability EUR
account b liability EUR
account c liability EUR
account e liability EUR
account f liability EUR
deposit a 100 cash cash:eur -> posted
deposit e 1 cash cash:eur -> posted",
    );
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("BATCH"), BATCH).unwrap();
    fs::write(folder.path().join("TRANSFERS"), TRANSFERS).unwrap();
    folder
}

/// The arguments are separated by blanks; an underscore is a blank inside of one.
fn program(book: &TestBook, folder: &TempDir, command: &str) -> Program {
    let arguments: Vec<_> = command.split(' ').map(|word| word.replace('_', " ").replace('\'', "")).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    Program::on(book, &arguments).command(|command: &mut Command| {
        command.current_dir(folder.path());
    })
}

fn with(program: Program, stdout: Stdio, stderr: Stdio) -> Answer {
    let program = program.command(|command| {
        command.stdout(stdout).stderr(stderr);
    });
    program.spawn().wait_with_output().unwrap().into()
}

on_every_backend_as_owner! {
    fn what_was_committed_is_told_where_its_result_cannot_be_written(book: &TestBook) {
        let folder = prepare(book);
        for (command, words) in WRITES {
            let answer = with(program(book, &folder, command), full(), Stdio::piped()).ends(74);
            answer.says(words).says("but the result cannot be written: No space left").says("need not be done again");
        }
        // All of it is there, and asked for again it is answered as it was.
        book.run("transfer a b 5 --key t1").ends(0).says("posted before");
        book.run("account show d").ends(0).shows("frozen");
        check(book, "balance b posted 8 held 0");
    }

    fn what_was_committed_is_told_where_nobody_reads_its_result(book: &TestBook) {
        let folder = prepare(book);
        for (command, words) in WRITES {
            let json = format!("{command} --format json");
            let answer = with(program(book, &folder, &json), unread(), Stdio::piped()).ends(74);
            let last: Value = serde_json::from_str(answer.stderr.lines().last().unwrap()).unwrap();
            let error = &last["error"];
            assert_eq!((&error["code"], &error["committed"]), (&"output_failed".into(), &true.into()), "{command}");
            assert!(error["message"].as_str().unwrap().contains(words), "{command}: {error}");
        }
        let answer = with(program(book, &folder, "transfer a b 5 --format json"), unread(), Stdio::piped()).ends(74);
        let error: Value = serde_json::from_str(&answer.stderr).unwrap();
        let (id, sequence) = (error["error"]["id"].as_str().unwrap(), &error["error"]["sequences"][0]);
        let again = book.run(&format!("transfer a b 5 --id {id} --format json")).ends(0).json();
        assert_eq!((&again["replayed"], &again["sequence"]), (&true.into(), sequence));
    }

    fn a_dry_run_and_a_refusal_commit_nothing_and_say_nothing_of_it(book: &TestBook) {
        let folder = prepare(book);
        let dry = with(program(book, &folder, "transfer a b 5 --dry-run"), full(), Stdio::piped()).ends(74);
        assert!(!dry.stderr.contains("posted, "), "{}", dry.stderr);
        with(program(book, &folder, "transfer a b 5 --dry-run"), unread(), Stdio::piped()).ends(0);
        with(program(book, &folder, "transfer a b 500"), full(), Stdio::piped()).ends(3).says("has 100.00 EUR available");
        check(book, "balance b posted 0");
    }

    fn a_reader_of_what_is_only_read_may_go_away(book: &TestBook) {
        let folder = prepare(book);
        for command in ["account list", "account show a", "balance a", "statement a", "hold list", "period list",
            "currency list", "schedule list", "verify", "migrate status", "export", "export --to csv", "seal", "statement a --from 2026-01-01T00:00:00Z"] {
            for format in ["table", "json", "ndjson", "csv"] {
                let command = format!("{command} --format {format}");
                let answer = with(program(book, &folder, &command), unread(), Stdio::piped()).ends(0);
                assert!(!answer.stderr.contains("error"), "{command}: {}", answer.stderr);
            }
            with(program(book, &folder, command), full(), Stdio::piped()).ends(
                // A proof of a whole book has nothing to show in a table.
                if matches!(command, "verify" | "hold list" | "period list" | "schedule list") { 0 } else { 74 });
        }
        // What it found decides, read or not.
        book.raw("update accounts set posted = posted + 1 where name = 'cash:eur'").unwrap();
        with(program(book, &folder, "verify"), unread(), Stdio::piped()).ends(1);
    }

    fn talk_that_cannot_be_written_fails_nothing(book: &TestBook) {
        let folder = prepare(book);
        fs::write(folder.path().join("REFUSED"), "from,to,amount\na,b,1\na,ghost,1\na,b,2\n").unwrap();
        fs::write(folder.path().join("MALFORMED"), "from,to,amount\na,b,x\n").unwrap();
        for (command, code) in [
            ("transfer a b 5 --key t1", 0),
            ("transfer a b 5 --key t1", 0),
            ("transfer a b 5 -vvv", 0),
            ("transfer a b 5000", 3),
            ("deposit a 5", 0),
            ("import transfers REFUSED", 3),
            ("import transfers MALFORMED", 65),
            ("hold list", 0),
            ("verify", 0),
            ("verify -vvv --format json", 0),
            ("bogus", 2),
            ("balance ghost", 3),
            ("--help", 0),
        ] {
            for stderr in [full, unread] {
                with(program(book, &folder, command), Stdio::null(), stderr()).ends(code);
            }
        }
        check(book, "balance b posted 18");
    }

    fn every_line_on_stderr_is_a_document_where_the_format_is_json(book: &TestBook) {
        let folder = prepare(book);
        let lines = |command: &str| {
            let program = program(book, &folder, command).command(|command| { command.env("TELLER_SLOW_STATEMENT_MS", "0"); });
            let answer = program.run();
            let lines: Vec<Value> = answer.stderr.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect();
            (answer.code.unwrap(), lines)
        };
        let has = |lines: &[Value], name: &str| lines.iter().any(|line| line.get(name).is_some());
        for format in ["json", "ndjson"] {
            let (code, said) = lines(&format!("transfer a b 500 --format {format}"));
            assert!(code == 3 && has(&said, "log") && said.last().unwrap()["error"]["code"] == "insufficient_funds", "{said:?}");
            let log = &said.iter().find(|line| line.get("log").is_some()).unwrap()["log"];
            assert!(log["level"] == "WARN" && log["message"] == "slow statement" && log["microseconds"].is_u64(), "{log}");
            let (code, said) = lines(&format!("transfer a b 5 --key {format} -vvv --format={format}"));
            assert!(code == 0 && has(&said, "log"), "{said:?}");
            let (code, said) = lines(&format!("--format {format} transfer a b 5 --key {format}"));
            assert!(code == 0 && said.iter().any(|line| line["note"].as_str().is_some_and(|note| note.contains("posted before"))), "{said:?}");
        }
    }
}

#[test]
fn usage_is_told_in_the_format_that_is_asked_for() {
    for (arguments, message) in [
        (&["--format", "json", "transfre"][..], "unrecognized subcommand 'transfre'"),
        (&["balance", "a", "--nonsense", "--format=ndjson"], "unexpected argument '--nonsense' found"),
        (&["transfer", "a", "--format", "json"], "required arguments were not provided"),
        (&["statement", "a", "--limit", "0", "--format", "json"], "invalid value '0' for '--limit"),
        (&["--format", "json"], "requires a subcommand"),
        (&["balance", "a", "--depth", "2", "--format", "json"], "--depth needs a path"),
    ] {
        let answer = Program::new(arguments).run().ends(2);
        let error: Value = serde_json::from_str(&answer.stderr).unwrap_or_else(|error| panic!("{error}: {answer:?}"));
        assert_eq!(error["error"]["code"], "usage");
        assert!(error["error"]["message"].as_str().unwrap().contains(message), "{error}");
        assert_eq!(answer.stdout, "");
    }
    Program::new(&["transfre"]).run().ends(2).says("error: unrecognized subcommand 'transfre'").says("Usage: teller");
    Program::new(&["--format", "json", "--help"]).run().ends(0).shows("Usage: teller");
}

#[test]
fn notes_can_be_left_out_and_failures_cannot() {
    let book = TestBook::on_sqlite();
    check(&book, "account a asset EUR\naccount b asset EUR\ntransfer a b 1 -> posted\ntransfer a b 1 -> posted");
    let cut = book.run("statement a --limit 1").ends(0);
    let quiet = book.run("statement a --limit 1 --quiet").ends(0);
    assert_eq!((quiet.stdout, quiet.stderr.as_str()), (cut.stdout, ""));
    assert!(!cut.stderr.is_empty());
    assert_eq!(book.run("-q hold list --format json").ends(0).stderr, "");
    book.run("-q transfer a ghost 1").ends(3).says("error: account ghost is unknown");
    book.run("-q -v hold list").ends(2).says("cannot be used with");
}

#[test]
fn colours_are_on_a_terminal_or_where_they_are_asked_for() {
    let book = TestBook::on_sqlite();
    let red = "\u{1b}[31merror:\u{1b}[0m ";
    book.run("balance ghost --color always").ends(3).says(red);
    assert!(!book.run("balance ghost").ends(3).stderr.contains('\u{1b}'));
    assert!(on_a_terminal(&book, &["balance", "ghost"]).contains(red));
    for plain in [&["balance", "ghost", "--color", "never"][..], &["balance", "ghost", "--format", "json"]] {
        assert!(!on_a_terminal(&book, plain).contains(red), "{plain:?}");
    }
    Program::new(&["--color", "always", "--help"]).run().ends(0).shows("\u{1b}[");
    let without = Program::on(&book, &["balance", "ghost"]).command(|command| {
        command.env("NO_COLOR", "1");
    });
    assert!(!without.run().ends(3).stderr.contains('\u{1b}'));
}

/// Runs the program on a terminal of its own, and returns all that comes to it.
fn on_a_terminal(book: &TestBook, arguments: &[&str]) -> String {
    let quoted = |word: &&str| format!("'{}'", word.replace('\'', "'\\''"));
    let all: Vec<_> =
        [env!("CARGO_BIN_EXE_teller"), "--database-url", &book.url].iter().chain(arguments).map(quoted).collect();
    let output = Command::new("script").args(["-qec", &all.join(" "), "/dev/null"]).stdin(Stdio::null()).output();
    String::from_utf8_lossy(&output.expect("script starts").stdout).into_owned()
}

#[test]
fn no_text_commands_a_terminal_or_hides_on_it() {
    const HOSTILE: &str = "a\u{1b}]52;c;aGk=\u{7}b\u{9b}31mc\u{202e}d\u{200b}e\u{7f}f";
    let book = TestBook::on_sqlite();
    check(&book, "account a asset EUR\naccount b asset EUR");
    Program::on(&book, &["transfer", "a", "b", "5", "--description", HOSTILE]).run().ends(0);
    let is_hostile =
        |character: char| matches!(character, '\u{7}' | '\u{1b}' | '\u{7f}'..='\u{9f}' | '\u{202e}' | '\u{200b}');
    for arguments in [
        &["statement", "a"][..],
        &["statement", "a", "--format", "csv"],
        &["statement", "a", "--format", "csv", "--raw"],
        &["statement", "a", "--format", "json"],
        &["statement", "a", "--format", "ndjson"],
        &["export"],
        &["import", "transfers", HOSTILE],
        &["import", "transfers", HOSTILE, "--format", "json"],
        &["verify", "--seal", HOSTILE],
        &["balance", HOSTILE],
        &["transfer", "a", "b", HOSTILE],
        &[HOSTILE],
        &["balance", "a", HOSTILE, "--no-such-flag", "--format", "json"],
    ] {
        // The bar that shows progress clears its own line, and errors have the colours of the program.
        let shown = ["\r\u{1b}[2K", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[0m"]
            .iter()
            .fold(on_a_terminal(&book, arguments), |shown, own| shown.replace(own, ""));
        assert!(!shown.is_empty() && !shown.contains(is_hostile), "{arguments:?}: {shown:?}");
    }
    // In JSON they are escaped wherever it goes, and are the same text.
    let answer = book.run("statement a --format ndjson").ends(0);
    assert!(!answer.stdout.contains(is_hostile), "{}", answer.stdout);
    assert_eq!(answer.json()["description"], HOSTILE);
}
