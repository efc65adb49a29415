//! Tables of a book as CSV and as JSON lines: every row, exact, in one snapshot, and harmless in a spreadsheet.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde_json::Value;
use tempfile::TempDir;

use teller::Mode;
use teller::interchange::{FlatFormat, FlatWriter, TextCells};
use teller::ledger::{FlatRequest, FlatTable};

use crate::support::{Program, TestBook, check, on_every_backend, transfer};

/// Something of every kind, in currencies of 0, 2, and 18 decimals.
pub const BOOK: &str = "
    currency TOK 18 Token -> added
    account cash  asset     EUR
    account alice liability EUR
    account bob   liability EUR
    account yen   asset     JPY
    account dora  liability JPY
    account vault asset     TOK
    account eve   liability TOK
    at 2026-01-01T12:00:00Z
    deposit d1: alice 90071992547409.93 -> posted
    deposit d2: dora 9007199254740993 cash yen -> posted
    deposit d3: eve 1.000000000000000001 cash vault -> posted
    at 2026-01-02T12:00:00Z
    hold h1: alice bob 30 expires 2026-01-05T00:00:00Z -> held
    hold h2: alice bob 5 -> held
    capture c1: h1 10 -> captured
    release x2: h2 -> released
    at 2026-01-03T12:00:00Z
    transfer t1: alice bob 7.50 note rent meta invoice=17 -> posted
    reverse r1: t1 2 -> reversed
    transfer t2: alice bob 1 effective 2025-12-31T23:59:59Z -> posted
    annotate transfer t1 invoice=18 -> annotated
";

/// The rows of an export, each by the names of its columns.
fn rows(book: &TestBook, arguments: &str) -> Vec<BTreeMap<String, Value>> {
    let answer = book.run(format!("export --to ndjson {arguments}").trim_end()).ends(0);
    answer.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn column(rows: &[BTreeMap<String, Value>], name: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    rows.iter().map(|row| text(&row[name])).collect()
}

/// A table of the library as CSV, read by somebody who can remember one account at a time.
fn csv(book: &TestBook, request: &FlatRequest) -> String {
    let ledger = book.ledger().with_walk_memory(600);
    let restart = |text: &mut Vec<u8>| {
        text.clear();
        Ok(())
    };
    let mut writer = FlatWriter::new(Vec::new(), request.table, FlatFormat::Csv(TextCells::Safe), restart);
    let rows = ledger.export_flat(request, &mut writer, &mut |_| ControlFlow::Continue(())).unwrap().unwrap();
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert_eq!(text.lines().count() as u64, rows + 1);
    text
}

on_every_backend! {
    fn transfers_are_all_there_in_the_order_of_the_book(book: &TestBook) {
        check(book, BOOK);
        let transfers = rows(book, "");
        assert_eq!(column(&transfers, "key"), ["d1", "d2", "d3", "h1", "h2", "c1", "x2", "t1", "r1", "t2"]);
        assert_eq!(
            column(&transfers, "amount")[..4],
            ["90071992547409.93", "9007199254740993", "1.000000000000000001", "30.00"]
        );
        assert_eq!(column(&transfers, "amount_minor")[..3], ["9007199254740993", "9007199254740993", "1000000000000000001"]);
        let t1 = &transfers[7];
        assert_eq!((&t1["description"], &t1["metadata"]["invoice"]), (&"rent".into(), &"18".into()), "as it is kept now");
        assert_eq!((&t1["debit_account"], &t1["credit_account"]), (&"alice".into(), &"bob".into()));
        assert_eq!(transfers[9]["effective_at"], "2025-12-31T23:59:59.000000Z");
        assert_eq!((&transfers[3]["expires_at"], &transfers[3]["hold_id"]), (&"2026-01-05T00:00:00.000000Z".into(), &transfers[5]["hold_id"]));
    }

    fn the_changes_of_the_entries_of_an_account_add_up_to_its_balance(book: &TestBook) {
        check(book, BOOK);
        let entries = rows(book, "--what entries");
        assert_eq!(entries.len(), 2 * (10 - 3), "holds and releases move nothing");
        let minor = |row: &BTreeMap<String, Value>, name: &str| row[name].as_str().unwrap().parse::<i64>().unwrap();
        let mut sums = BTreeMap::new();
        for entry in &entries {
            let sum = sums.entry(entry["account"].as_str().unwrap()).or_insert(0);
            *sum += minor(entry, "change_minor");
            assert_eq!(minor(entry, "balance_minor"), *sum, "{entry:?}");
        }
        let balances = rows(book, "--what balances");
        assert_eq!(column(&balances, "account"), ["alice", "bob", "cash", "dora", "eve", "vault", "yen"]);
        for balance in &balances {
            assert_eq!(minor(balance, "posted_minor"), sums[balance["account"].as_str().unwrap()], "{balance:?}");
        }
        let sides: Vec<_> = entries[..2].iter().map(|entry| (&entry["account"], &entry["side"], &entry["change"])).collect();
        assert_eq!(sides, [(&"cash".into(), &"debit".into(), &"90071992547409.93".into()), (&"alice".into(), &"credit".into(), &"90071992547409.93".into())]);
    }

    fn balances_are_as_of_now_without_what_expired_or_as_of_a_moment(book: &TestBook) {
        check(book, BOOK);
        // The program goes by today's clock, by which the hold has expired.
        let now = rows(book, "--what balances");
        assert_eq!((&now[0]["held"], &now[0]["available"]), (&"0.00".into(), &"90071992547393.43".into()));
        let then = csv(book, &FlatRequest::of(FlatTable::Balances));
        assert!(then.contains("\nalice,liability,EUR,9007199254739343,90071992547393.43,2000,20.00,9007199254737343,90071992547373.43,"), "{then}");
        let at = |at: &str| column(&rows(book, &format!("--what balances --at {at}"))[..2], "posted");
        assert_eq!(at("2025-12-31"), ["-1.00", "1.00"]);
        assert_eq!(at("2026-01-02"), ["90071992547398.93", "11.00"]);
        assert_eq!(rows(book, "--what balances --at 2026-01-02")[0]["held"], Value::Null);
    }

    fn a_span_holds_what_was_recorded_in_it(book: &TestBook) {
        check(book, BOOK);
        let keys = |span: &str| column(&rows(book, span), "key");
        assert_eq!(keys("--from 2026-01-02 --until 2026-01-03"), ["h1", "h2", "c1", "x2"]);
        assert_eq!(keys("--until 2026-01-02"), ["d1", "d2", "d3"]);
        assert_eq!(keys("--from 2026-01-03T12:00:00Z"), ["t1", "r1", "t2"]);
        assert_eq!(keys("--from 2026-02 --until 2026-03"), [""; 0]);
        book.run("export --to csv --from 2026-03 --until 2026-02").ends(65).says("before it begins");
    }

    fn a_statement_is_whole_from_its_opening_to_its_closing_balance(book: &TestBook) {
        check(book, BOOK);
        let lines = |options: &str| rows(book, format!("--what statements {options}").trim_end());
        let alice = lines("--account alice --from 2026-01-02 --until 2026-01-03");
        assert_eq!(column(&alice, "line"), ["opening", "entry", "entry", "entry", "entry", "closing"]);
        assert_eq!(column(&alice, "kind")[1..5], ["hold", "hold", "capture", "release"]);
        assert_eq!(column(&alice, "change")[1..5], ["0.00", "0.00", "-10.00", "0.00"]);
        let balances = column(&alice, "balance");
        assert_eq!((balances[0].as_str(), balances[5].as_str()), ("90071992547409.93", "90071992547399.93"));
        let all = lines("");
        let accounts: Vec<_> = all.iter().filter(|row| row["line"] == "opening").map(|row| row["account"].as_str().unwrap()).collect();
        assert_eq!(accounts, ["alice", "bob", "cash", "dora", "eve", "vault", "yen"]);
        assert_eq!(all.iter().filter(|row| row["line"] == "entry").count(), 2 * 10);
        book.run("export --to csv --what statements --account nobody").ends(3).says("nobody");
    }

    fn a_long_statement_is_read_in_pieces_and_told_from_the_oldest_on(book: &TestBook) {
        check(book, "account a equity EUR\naccount b equity EUR");
        let ledger = book.ledger();
        for pages in [0..700, 700..768] {
            let batch: Vec<_> = pages.clone().map(|number| transfer(&number.to_string(), "a", "b", "0.01")).collect();
            assert!(ledger.post_batch(&batch, Mode::Commit).unwrap().iter().all(Result::is_ok));
            let lines = csv(book, &FlatRequest { account: Some("b".parse().unwrap()), ..FlatRequest::of(FlatTable::Statements) });
            let column = |number: usize| lines.lines().skip(2).filter_map(move |line| line.split(',').nth(number)?.parse::<usize>().ok());
            let (versions, balances): (Vec<_>, Vec<_>) = (column(13).collect(), column(11).collect());
            assert!(versions.iter().copied().eq(1..=pages.end), "{lines}");
            assert!(balances.iter().copied().eq((1..=pages.end).chain([pages.end])), "{lines}");
        }
    }

    fn every_text_is_harmless_in_a_spreadsheet_unless_it_is_wanted_raw(book: &TestBook) {
        check(book, "account =cmd asset EUR\naccount @b asset EUR\ntransfer +k: =cmd @b 1 note =1+1 -> posted");
        let safe = book.run("export --to csv").ends(0).stdout;
        assert!(safe.contains(",'@b,'=cmd,EUR,100,1.00,") && safe.contains(",'+k,") && safe.contains(",'=1+1,"), "{safe}");
        let raw = book.run("export --to csv --raw").ends(0).stdout;
        assert!(raw.contains(",@b,=cmd,EUR,100,1.00,") && !raw.contains('\''), "{raw}");
        let balances = book.run("export --to csv --what balances").ends(0).stdout;
        assert!(balances.contains("\n'=cmd,asset,EUR,-100,-1.00,0,0.00,-100,-1.00,1,"), "a number below zero is none: {balances}");
    }

    fn both_formats_have_the_same_columns_and_rows(book: &TestBook) {
        check(book, BOOK);
        for what in ["transfers", "entries", "balances", "statements"] {
            let text = book.run(&format!("export --to csv --raw --what {what}")).ends(0).stdout;
            let mut reader = csv_reader(&text);
            let header: Vec<_> = reader.headers().iter().map(|name| (*name).clone()).collect();
            let lines = book.run(&format!("export --to ndjson --what {what}")).ends(0).stdout;
            let mut count = 0;
            for (line, record) in lines.lines().zip(reader.records()) {
                let Value::Object(fields) = serde_json::from_str(line).unwrap() else { panic!("{line}") };
                assert_eq!(fields.keys().collect::<Vec<_>>(), header.iter().collect::<Vec<_>>());
                let texts: Vec<_> = fields.values().map(cell).collect();
                assert_eq!(texts, record, "{what}");
                count += 1;
            }
            assert_eq!(count, lines.lines().count());
        }
        check(book, "account new asset EUR");
        let empty = book.run("export --to csv --from 2030").ends(0).stdout;
        assert!(empty.starts_with("sequence,id,kind,") && empty.lines().count() == 1, "{empty}");
    }

    fn a_file_is_whole_and_told_of(book: &TestBook) {
        check(book, BOOK);
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("t.csv");
        let file = path.to_str().unwrap();
        let told = Program::on(book, &["export", "--to", "csv", "--out", file, "--format", "json"]).run().ends(0).says("Exported 10 rows.");
        assert_eq!((&told.json()["rows"], &told.json()["file"]), (&10.into(), &file.into()));
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(told.json()["bytes"], text.len());
        assert_eq!(text, book.run("export --to csv").ends(0).stdout);
        Program::on(book, &["export", "--to", "csv", "--out", file]).run().ends(65).says("the file exists");
        Program::on(book, &["export", "--to", "ndjson", "--out", file, "--force"]).run().ends(0);
    }

    fn a_parquet_file_has_every_row_in_groups_and_says_what_it_comes_to(book: &TestBook) {
        check(book, BOOK);
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("t.parquet");
        let export = |what: &str| {
            let file = path.to_str().unwrap();
            Program::on(book, &["export", "--to", "parquet", "--what", what, "--out", file, "--force", "--format", "json"]).run().ends(0);
            std::fs::read(&path).unwrap()
        };
        let manifest = |bytes: &[u8]| {
            let begin = bytes.windows(9).rposition(|window| window == br#"{"rows":1"#).unwrap();
            let text = String::from_utf8_lossy(&bytes[begin..]);
            serde_json::Deserializer::from_str(&text).into_iter::<Value>().next().unwrap().unwrap()
        };
        let transfers = export("transfers");
        assert!(transfers.starts_with(b"PAR1") && transfers.ends_with(b"PAR1"));
        let manifest_of = manifest(&transfers);
        assert_eq!((&manifest_of["rows"], &manifest_of["summed"], &manifest_of["scale"]), (&10.into(), &"amount".into(), &18.into()));
        assert_eq!(manifest_of["sums"]["TOK"], "1.000000000000000001");
        assert_eq!(manifest_of["sums"]["JPY"], "9007199254740993");
        let seal = book.run_as_owner("seal --format json").ends(0).json();
        assert_eq!((&manifest_of["root"], &manifest_of["book"]), (&seal["root"], &seal["book"]));
        let sums = manifest(&export("entries"))["sums"].clone();
        assert_eq!((&sums["EUR"], &sums["JPY"]), (&"180143985094819.86".into(), &"18014398509481986".into()));
        book.run("export --to parquet").ends(2).says("--out FILE");
    }

    fn what_does_not_go_together_is_refused(book: &TestBook) {
        for (arguments, problem) in [
            ("--what entries", "--what is for tables"),
            ("--to csv --account alice", "--account is for one statement"),
            ("--to csv --at 2026", "--at is for balances"),
            ("--to csv --what balances --from 2026", "balances are as of one moment"),
            ("--to xml", "possible values"),
        ] {
            book.run(&format!("export {arguments}")).ends(2).says(problem);
        }
        book.run("export --to csv --from yesterdays").ends(65).says("yesterdays");
    }
}

/// A cell of CSV for a value of JSON.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(texts) if texts.is_empty() => String::new(),
        other => other.to_string(),
    }
}

/// The header and the records of a text of CSV.
struct Csv(Vec<Vec<String>>);

impl Csv {
    fn headers(&self) -> &[String] {
        &self.0[0]
    }

    fn records(&mut self) -> impl Iterator<Item = Vec<String>> {
        self.0.drain(1..)
    }
}

/// Reads CSV as RFC 4180 says it is written.
fn csv_reader(text: &str) -> Csv {
    let (mut records, mut record, mut field, mut is_quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if is_quoted && characters.next_if_eq(&'"').is_some() => field.push('"'),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => record.push(std::mem::take(&mut field)),
            '\n' if !is_quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            other => field.push(other),
        }
    }
    Csv(records)
}
