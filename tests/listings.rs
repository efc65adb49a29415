//! Lists: whole or cut and said to be, with a header in CSV, in bounded memory, and harmless in a spreadsheet.

use std::io::Read;
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Program, TestBook, check, on_every_backend};

/// Posts many transfers from `a` to `b`.
fn post_many(book: &TestBook, transfers: usize) {
    check(book, "account a asset EUR\naccount b asset EUR");
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("many.csv");
    std::fs::write(&file, format!("from,to,amount\n{}", "a,b,1\n".repeat(transfers))).unwrap();
    Program::on(book, &["import", "transfers", file.to_str().unwrap()]).run().ends(0);
}

on_every_backend! {
    fn an_empty_list_has_the_header_of_a_full_one(book: &TestBook) {
        let lists = ["account list", "statement a", "account history a", "metadata history --account a", "hold list", "schedule list",
            "period list", "period history", "balance :", "schedule run", "schedule show s1"];
        check(book, "account x liability EUR");
        let header = |command: &str| {
            let answer = book.run(&format!("{command} --format csv")).ends(0);
            (answer.stdout.lines().next().unwrap_or_default().to_owned(), answer.stdout.lines().count())
        };
        let empty = |command: &str| header(command).0;
        let before = [empty("account list --prefix nothing"), empty("period list"), empty("period history"), empty("hold list"), empty("schedule list"),
            empty("schedule run"), empty("statement x"), empty("account history x"), empty("metadata history --account x"), empty("balance nothing:")];

        check(book, "account cash:eur asset EUR\naccount a liability EUR\naccount b liability EUR\ndeposit a 100 cash cash:eur -> posted");
        for command in ["period close 2020", "hold a b 1 --key h1", "schedule add a b 1 --every day --from 2026-01-01 --count 3 --key s1",
            "account limit a --per-day 5", "metadata set --account a k=v"] {
            book.run_as_owner(command).ends(0);
        }
        let full = ["account list", "period list", "period history", "hold list", "schedule list", "schedule run", "statement a", "account history a",
            "metadata history --account a", "balance :"];
        for (command, before) in full.iter().zip(before) {
            let (header, lines) = header(command);
            assert!(lines > 1 && header.contains(','), "{command} shows something");
            assert_eq!(header, before, "{command}");
        }
        assert_eq!(header("schedule show s1"), ("due_at,state,schedule,debit_account,credit_account,amount,currency,attempts,first_at,last_at,transfer,code,reason".to_owned(), 4));
        assert!(lists.len() > full.len());
        assert_eq!(book.run("verify --format csv").ends(0).stdout, "code,sequence,account,problem\n");
    }

    fn csv_is_whole_and_what_is_cut_is_said_to_be(book: &TestBook) {
        post_many(book, 2_345);
        let from = " --from 2020-01-01T00:00:00Z";
        for span in ["", from] {
            let lines = |rest: &str| book.run(&format!("statement a{span}{rest}")).ends(0);
            let csv = lines(" --format csv");
            assert_eq!((csv.stdout.lines().count(), csv.stderr.as_str()), (2_346, ""));
            let ndjson = lines(" --format ndjson");
            assert_eq!((ndjson.stdout.lines().count(), ndjson.stderr.as_str()), (2_345, ""));
            // Page after page, nothing twice and nothing left out.
            let mut sequences = ndjson.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["sequence"].as_i64().unwrap());
            assert!((3..=2_347).rev().eq(&mut sequences));

            assert_eq!(lines(" --format csv --limit 1500").says("There are older ones: --cursor").stdout.lines().count(), 1_501);
            let json = lines(" --format json").says("There are older ones: --cursor").json();
            assert_eq!(json["items"].as_array().unwrap().len(), 100);
            assert!(!json["next_cursor"].is_null());
            let json = lines(" --format json --limit 5000");
            assert_eq!((json.json()["items"].as_array().unwrap().len(), json.stderr.as_str()), (2_345, ""));
            assert!(json.json()["next_cursor"].is_null());
            lines("").says("There are older ones: --cursor");
        }
    }

    fn every_list_is_one_envelope_of_items_and_the_next_cursor(book: &TestBook) {
        check(book, "
            account cash asset EUR
            account a liability EUR
            account b liability EUR
            deposit a 100 cash cash -> posted
        ");
        for command in ["hold a b 1 --key h1", "hold a b 1 --key h2", "schedule add a b 1 --every day --from 2026-01-01 --key s1",
            "schedule add a b 1 --every day --from 2026-01-01 --key s2", "account limit a --per-day 5", "account limit a --per-day 6",
            "metadata set --account a k=v", "metadata set --account a k=w", "journal post --key j1 --leg a -> b 1",
            "journal post --key j2 --leg a -> b 1"] {
            let words: Vec<_> = match command.split_once(" --leg ") {
                Some((words, leg)) => words.split(' ').chain(["--leg", leg]).collect(),
                None => command.split(' ').collect(),
            };
            Program::on(book, &words).run().ends(0);
        }
        book.run_as_owner("period close 2020").ends(0);
        let keys = |answer: &serde_json::Value| answer.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let paged = ["account list", "account history a", "hold list", "schedule list", "metadata history --account a", "transfer list", "journal list"];
        for list in paged {
            let first = book.run(&format!("{list} --limit 1 --format json")).ends(0).json();
            assert_eq!(keys(&first), ["items", "next_cursor"], "{list}");
            let cursor = first["next_cursor"].as_str().unwrap_or_else(|| panic!("{list}: {first}"));
            let second = book.run(&format!("{list} --limit 1 --format json --cursor {cursor}")).ends(0).json();
            assert!(second["items"].as_array().unwrap().len() == 1 && second["items"] != first["items"], "{list}: {second}");
        }
        let whole = ["hold list --account a", "period list", "period history", "currency list", "book list", "migrate status", "migrate run", "config show", "balance a",
            "balance a b", "balance :", "balance a --at 2026-01", "balance : --at 2026-01", "capture h1 --final"];
        for list in whole {
            let answer = book.run_as_owner(&format!("{list} --format json")).ends(0).json();
            assert_eq!(keys(&answer), ["items", "next_cursor"], "{list}");
            assert!(!answer["items"].as_array().unwrap().is_empty() && answer["next_cursor"].is_null(), "{list}: {answer}");
        }
        for list in ["statement a", "report trial-balance", "report balance-sheet"] {
            let answer = book.run(&format!("{list} --format json")).ends(0).json();
            assert!(answer["items"].is_array() && answer.as_object().unwrap().contains_key("next_cursor"), "{list}: {answer}");
        }
    }

    fn a_balance_and_a_statement_have_one_shape_whatever_is_asked(book: &TestBook) {
        check(book, "account cash asset EUR\naccount a liability EUR\ndeposit a 100 cash cash -> posted");
        let fields = |arguments: &str| {
            let answer = book.run(&format!("{arguments} --format json")).ends(0).json();
            let names = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            (names(&answer), names(&answer["items"][0]))
        };
        let plain = fields("balance a");
        for asked in ["balance a cash", "balance :", "balance a --at 2099", "balance a --recorded-at 2099", "balance : --recorded-at 2099"] {
            assert_eq!(fields(asked), plain, "{asked}");
        }
        let header = |arguments: &str| book.run(&format!("{arguments} --format csv")).ends(0).stdout.lines().next().unwrap().to_owned();
        assert_eq!(header("balance a"), header("balance : --at 2099"));
        assert_eq!(fields("statement a"), fields("statement a --from 2020-01-01T00:00:00Z --order effective"));
    }

    fn a_page_shows_the_balance_of_an_end_of_the_span_only_where_it_reaches_it(book: &TestBook) {
        post_many(book, 5);
        let span = "statement b --from 2020-01-01T00:00:00Z";
        let whole = book.run(span).ends(0).shows("Opening balance: 0.00 EUR\n").shows("Closing balance: 5.00 EUR\n");
        assert!(whole.stdout.starts_with("Closing balance"));
        let cut = book.run(&format!("{span} --limit 2")).ends(0).shows("Closing balance: 5.00 EUR\n");
        assert!(!cut.stdout.contains("Opening"), "{}", cut.stdout);
        let cursor = cut.stderr.trim().rsplit(' ').next().unwrap().to_owned();
        let middle = book.run(&format!("{span} --limit 2 --cursor {cursor}")).ends(0);
        assert!(!middle.stdout.contains("balance:"), "{}", middle.stdout);
        let cursor = middle.stderr.trim().rsplit(' ').next().unwrap().to_owned();
        let last = book.run(&format!("{span} --limit 2 --cursor {cursor}")).ends(0).shows("Opening balance: 0.00 EUR\n");
        assert!(!last.stdout.contains("Closing"), "{}", last.stdout);
    }

    fn every_command_answers_in_every_format(book: &TestBook) {
        check(book, "account a liability EUR");
        let folder = TempDir::new().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        for format in ["table", "json", "ndjson", "csv", "csv --raw"] {
            let answers = [
                format!("seal --out {}", path(&format!("{}.seal", format.len()))),
                format!("export --out {}", path(&format!("{}.ndjson", format.len()))),
                "period close 2020".to_owned(),
                "period close 2020".to_owned(),
                "period reopen 2020".to_owned(),
                "period reopen 2020".to_owned(),
                "hold expire".to_owned(),
                "migrate run".to_owned(),
                "account open a --currency EUR".to_owned(),
            ];
            let own = ["book create extra", "book create extra --dry-run", "migrate roles --apply --prefix listings"];
            let own = own.into_iter().filter(|_| book.is_on_postgres()).map(str::to_owned);
            for command in answers.into_iter().chain(own) {
                let answer = book.run_as_owner(&format!("{command} --format {format}")).ends(0);
                assert!(!answer.stdout.trim().is_empty(), "{command} says nothing as {format}");
                match format {
                    "json" => assert!(answer.json().is_object(), "{command}"),
                    "ndjson" => assert!(answer.stdout.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()) || command.starts_with("seal "), "{command}"),
                    _ => {}
                }
            }
        }
        let unchanged = book.run_as_owner("period reopen 2020 --format json").ends(0).json();
        assert_eq!((&unchanged["period"], &unchanged["changed"]), (&"2020".into(), &false.into()));
    }
}

#[test]
fn a_limit_is_at_least_one_row() {
    for list in [
        "account list",
        "statement a",
        "hold list",
        "schedule list",
        "schedule show s",
        "account history a",
        "metadata history --account a",
    ] {
        let arguments: Vec<_> = list.split(' ').chain(["--limit", "0"]).collect();
        Program::new(&arguments).run().ends(2).says("--limit");
    }
}

/// How many lines the program writes, and the most resident memory that it has meanwhile, in kB.
fn lines_and_memory(book: &TestBook, arguments: &[&str]) -> (usize, u64) {
    let program = Program::on(book, arguments).command(|command| {
        command.stdout(Stdio::piped()).stderr(Stdio::null());
    });
    let mut child = program.spawn();
    let mut stdout = child.stdout.take().unwrap();
    let (mut lines, mut peak, mut buffer) = (0, 0, vec![0; 1 << 16]);
    loop {
        // While nobody reads, it waits for room to write. What it has had at most is told until it has ended.
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let most = most.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse().ok());
        peak = peak.max(most.unwrap_or(0));
        match stdout.read(&mut buffer).unwrap() {
            0 => break,
            read => lines += memchr::memchr_iter(b'\n', &buffer[..read]).count(),
        }
    }
    assert!(child.wait().unwrap().success(), "{arguments:?}");
    (lines, peak)
}

/// Before lists were written page by page this took 7 kB a row.
#[test]
fn long_lists_have_bounded_memory() {
    const ROWS: usize = 100_000;
    const MEMORY_MAX: u64 = 64 << 10;
    let book = TestBook::on_sqlite();
    post_many(&book, ROWS);
    let list = ["statement", "a", "--limit", "100000"];
    for more in [&[][..], &["--format", "json"], &["--format", "csv"], &["--from", "2020-01-01T00:00:00Z"]] {
        let (lines, peak) = lines_and_memory(&book, &[&list[..], more].concat());
        assert!(lines > ROWS, "{more:?}: {lines}");
        assert!((1..=MEMORY_MAX).contains(&peak), "{more:?}: {peak} kB");
    }
    let (lines, peak) = lines_and_memory(&book, &["transfer", "list", "--limit", "100000"]);
    assert!(lines > ROWS && peak <= MEMORY_MAX, "{lines} {peak} kB");
}

#[test]
fn a_text_is_no_formula_in_csv_unless_it_is_asked_for_raw() {
    let book = TestBook::on_sqlite();
    check(&book, "account a asset EUR\naccount b asset EUR");
    Program::on(&book, &["transfer", "a", "b", "5", "--description", "=cmd|' /C calc'!A0"]).run().ends(0);
    let safe = book.run("statement a --format csv").ends(0);
    safe.shows(",'=cmd|' /C calc'!A0,").shows(",-5.00,");
    book.run("statement a --format csv --raw").ends(0).shows(",=cmd|' /C calc'!A0,");
}
