//! Journals for hledger, ledger and beancount: what they say, and that these programs agree with the book.
//!
//! What needs one of the programs says so on stderr and does nothing where it is not installed, unless `AUDITORS_REQUIRED` is set, as
//! `.ci/audit` does.

mod auditor;
mod berka;
mod books;
mod mutations;
mod program;
mod reports;

use std::ops::ControlFlow;

use teller::facts::Key;
use teller::interchange::{JournalFormat, JournalWriter};
use teller::ledger::{Bound, JournalSpan};
use teller::{Error, Ledger, Mode};

use crate::audit::auditor::Auditor;
use crate::support::{TestBook, check, on_every_backend, requests};

/// The journal of a span.
pub fn journal_of(ledger: &Ledger, format: JournalFormat, span: JournalSpan) -> Result<String, Error> {
    let restart = |text: &mut Vec<u8>| {
        text.clear();
        Ok(())
    };
    let mut writer = JournalWriter::new(format, Vec::new(), restart);
    ledger.export_journal(span, &mut writer, &mut |_| ControlFlow::Continue(()))?.expect("nobody broke it off");
    Ok(String::from_utf8(writer.into_inner()).unwrap())
}

pub fn journal(ledger: &Ledger, format: JournalFormat) -> String {
    journal_of(ledger, format, JournalSpan::WHOLE).unwrap()
}

fn days(from: &str, to: &str) -> JournalSpan {
    let before = |day: &str| Bound::before(format!("{day}T00:00:00Z").parse().unwrap());
    JournalSpan { from: before(from), to: before(to) }
}

fn refusal(ledger: &Ledger, format: JournalFormat, span: JournalSpan) -> String {
    let error = journal_of(ledger, format, span).unwrap_err();
    assert!(["journal_invalid", "span_invalid"].contains(&error.code()), "{error}");
    error.to_string()
}

/// The lines behind the first two, which name the book.
fn without_book(journal: &str) -> String {
    journal
        .lines()
        .skip(1)
        .filter(|line| !line.starts_with("option \"title\""))
        .fold(String::new(), |text, line| text + line + "\n")
}

fn small_book(book: &TestBook) {
    check(
        book,
        "
        at 2026-03-01T12:00:00Z
        currency USDC6 6 Coin -> added
        account cash asset EUR
        account customers:alice liability EUR
        account customers:alice:savings liability EUR
        account fx:coins asset USDC6
        account coins equity USDC6
        deposit d1: customers:alice 100.00 note first effective 2026-02-27T10:00:00Z -> posted
        hold h1: customers:alice customers:alice:savings 30.00 -> held
        at 2026-03-02T12:00:00Z
        capture c1: h1 10.01 final -> captured
        post p1: fx:coins coins 0.000001 USDC6 -> posted
        deposit d2: customers:alice 5.00 effective 2026-02-26T10:00:00Z -> posted
        ",
    );
}

const SMALL_HLEDGER: &str = r#"; Holds and releases move no value and are left out.
decimal-mark .

tag seq
tag recorded
tag kind
tag actor
tag key
tag journal
tag name

commodity EUR
    format 1.00 EUR
commodity "USDC6"
    format 1.000000 "USDC6"
account Assets:Cash
    ; name: cash
account Liabilities:Customers:Alice
    ; name: customers:alice
account Liabilities:Customers:Alice:Savings
    ; name: customers:alice:savings
account Assets:Fx:Coins
    ; name: fx:coins
account Equity:Coins
    ; name: coins

2026-02-26 * (D2) transfer
    ; seq: D2
    ; recorded: 2026-03-02T12:00:00.000002Z
    ; actor: teller
    ; key: d2
    Assets:Cash  5.00 EUR = 5.00 EUR
    Liabilities:Customers:Alice  -5.00 EUR = -5.00 EUR

2026-02-27 * (D1) first
    ; seq: D1
    ; recorded: 2026-03-01T12:00:00.000000Z
    ; actor: teller
    ; key: d1
    Assets:Cash  100.00 EUR = 105.00 EUR
    Liabilities:Customers:Alice  -100.00 EUR = -105.00 EUR

2026-03-02 * (C1) capture
    ; seq: C1
    ; recorded: 2026-03-02T12:00:00.000000Z
    ; kind: capture
    ; actor: teller
    ; key: c1
    Liabilities:Customers:Alice  10.01 EUR = -94.99 EUR
    Liabilities:Customers:Alice:Savings  -10.01 EUR = -10.01 EUR

2026-03-02 * (P1) transfer
    ; seq: P1
    ; recorded: 2026-03-02T12:00:00.000000Z
    ; actor: teller
    ; key: p1
    Assets:Fx:Coins  0.000001 "USDC6" = 0.000001 "USDC6"
    Equity:Coins  -0.000001 "USDC6" = -0.000001 "USDC6"

2026-03-02 * (end) closing balances
    Assets:Cash  0.00 EUR = 105.00 EUR
    Liabilities:Customers:Alice  0.00 EUR = -94.99 EUR
    Liabilities:Customers:Alice:Savings  0.00 EUR = -10.01 EUR
    Assets:Fx:Coins  0.000000 "USDC6" = 0.000001 "USDC6"
    Equity:Coins  0.000000 "USDC6" = -0.000001 "USDC6"
"#;

const SMALL_BEANCOUNT: &str = r#"; Holds and releases move no value and are left out.
option "operating_currency" "EUR"
2026-02-26 commodity EUR
option "operating_currency" "USDC6"
2026-02-26 commodity USDC6
2026-02-26 open Assets:Cash EUR
  name: "cash"
2026-02-26 open Liabilities:Customers:Alice EUR
  name: "customers:alice"
2026-02-26 open Liabilities:Customers:Alice:Savings EUR
  name: "customers:alice:savings"
2026-02-26 open Assets:Fx:Coins USDC6
  name: "fx:coins"
2026-02-26 open Equity:Coins USDC6
  name: "coins"

2026-02-26 * "transfer"
  seq: D2
  recorded: "2026-03-02T12:00:00.000002Z"
  actor: "teller"
  key: "d2"
  Assets:Cash  5.00 EUR
  Liabilities:Customers:Alice  -5.00 EUR
2026-02-27 balance Assets:Cash  5.00 ~ 0 EUR
2026-02-27 balance Liabilities:Customers:Alice  -5.00 ~ 0 EUR

2026-02-27 * "first"
  seq: D1
  recorded: "2026-03-01T12:00:00.000000Z"
  actor: "teller"
  key: "d1"
  Assets:Cash  100.00 EUR
  Liabilities:Customers:Alice  -100.00 EUR
2026-02-28 balance Liabilities:Customers:Alice  -105.00 ~ 0 EUR

2026-03-02 * "capture"
  seq: C1
  recorded: "2026-03-02T12:00:00.000000Z"
  kind: "capture"
  actor: "teller"
  key: "c1"
  Liabilities:Customers:Alice  10.01 EUR
  Liabilities:Customers:Alice:Savings  -10.01 EUR

2026-03-02 * "transfer"
  seq: P1
  recorded: "2026-03-02T12:00:00.000000Z"
  actor: "teller"
  key: "p1"
  Assets:Fx:Coins  0.000001 USDC6
  Equity:Coins  -0.000001 USDC6
2026-03-03 balance Assets:Cash  105.00 ~ 0 EUR
2026-03-03 balance Liabilities:Customers:Alice  -105.00 ~ 0 EUR
2026-03-03 balance Liabilities:Customers:Alice:Savings  -10.01 ~ 0 EUR
2026-03-03 balance Assets:Fx:Coins  0.000001 ~ 0 USDC6
2026-03-03 balance Equity:Coins  -0.000001 ~ 0 USDC6
"#;

/// What is expected, with the sequences that the book gave.
fn with_sequences(ledger: &Ledger, expected: &str) -> String {
    ["d1", "d2", "c1", "p1"].iter().fold(expected.to_owned(), |text, key| {
        let key: Key = key.parse().unwrap();
        let sequence = ledger.get_transfer(key.clone()).unwrap().transfer.sequence.to_string();
        let name = key.as_str().to_uppercase();
        text.replace(&format!("({name})"), &format!("({sequence})"))
            .replace(&format!("seq: {name}\n"), &format!("seq: {sequence}\n"))
    })
}

on_every_backend! {
    fn a_journal_says_all_that_moved_in_the_order_in_which_it_counts(book: &TestBook) {
        small_book(book);
        let ledger = book.ledger();
        for (format, expected) in [(JournalFormat::Hledger, SMALL_HLEDGER), (JournalFormat::Beancount, SMALL_BEANCOUNT)] {
            assert_eq!(without_book(&journal(&ledger, format)), with_sequences(&ledger, expected), "{format:?}");
        }
        // ledger compares dates by a tag of its own.
        let of_ledger = journal(&ledger, JournalFormat::Ledger).replace("tag day\n    assert date == to_date(value)\n", "");
        let days: Vec<_> = of_ledger.lines().filter_map(|line| line.strip_prefix("    ; day: ")).collect();
        assert_eq!(days, ["2026-02-26", "2026-02-27", "2026-03-02", "2026-03-02"]);
        let rest = days.iter().fold(of_ledger.clone(), |text, day| text.replace(&format!("    ; day: {day}\n"), ""));
        assert_eq!(rest, journal(&ledger, JournalFormat::Hledger));
    }

    fn a_span_begins_with_what_there_was_before(book: &TestBook) {
        small_book(book);
        let ledger = book.ledger();
        let text = journal_of(&ledger, JournalFormat::Hledger, days("2026-02-27", "2026-03-02")).unwrap();
        let (_, transactions) = text.split_once("\n\n2026").unwrap();
        let of_first = ledger.get_transfer("d1".parse::<Key>().unwrap()).unwrap().transfer.sequence;
        assert_eq!(
            format!("2026{transactions}"),
            format!(
                "2026-02-26 * (begin) opening balances\n    Assets:Cash  5.00 EUR = 5.00 EUR\n    \
                 Liabilities:Customers:Alice  -5.00 EUR = -5.00 EUR\n\n2026-02-27 * ({of_first}) first\n    ; seq: {of_first}\n    \
                 ; recorded: 2026-03-01T12:00:00.000000Z\n    ; actor: teller\n    ; key: d1\n    \
                 Assets:Cash  100.00 EUR = 105.00 EUR\n    Liabilities:Customers:Alice  -100.00 EUR = -105.00 EUR\n\n\
                 2026-03-01 * (end) closing balances\n    Assets:Cash  0.00 EUR = 105.00 EUR\n    \
                 Liabilities:Customers:Alice  0.00 EUR = -105.00 EUR\n    Liabilities:Customers:Alice:Savings  0.00 EUR = 0.00 EUR\n    \
                 Assets:Fx:Coins  0.000000 \"USDC6\" = 0.000000 \"USDC6\"\n    Equity:Coins  0.000000 \"USDC6\" = 0.000000 \"USDC6\"\n"
            )
        );
        for auditor in Auditor::installed() {
            for span in [days("2026-02-27", "2026-03-02"), days("2026-02-28", "2026-04-01"), days("2020-01-01", "2020-01-02")] {
                auditor.assert_passes(&journal_of(&ledger, auditor.format(), span).unwrap());
            }
        }
    }

    fn what_a_format_cannot_say_is_refused(book: &TestBook) {
        small_book(book);
        let ledger = book.ledger();
        let backwards = refusal(&ledger, JournalFormat::Hledger, days("2026-03-02", "2026-03-01"));
        assert!(backwards.contains("ends at 2026-03-01"), "{backwards}");

        check(book, "
            account old equity EUR min none
            post o1: cash old 1.00 effective 1399-12-31T00:00:00Z -> posted
        ");
        let old = refusal(&ledger, JournalFormat::Ledger, JournalSpan::WHOLE);
        assert!(old.contains("1399-12-31"), "{old}");
        assert!(journal(&ledger, JournalFormat::Hledger).contains("\n1399-12-31 * "));
        check(book, "post o2: cash old 1.00 effective 9999-12-31T00:00:00Z -> posted");
        let late = refusal(&ledger, JournalFormat::Beancount, JournalSpan::WHOLE);
        assert!(late.contains("9999-12-31"), "{late}");

        check(book, "account customers:Alice liability EUR");
        for format in [JournalFormat::Hledger, JournalFormat::Ledger, JournalFormat::Beancount] {
            let alike = refusal(&ledger, format, JournalSpan::WHOLE);
            assert!(
                alike.contains("\"customers:alice\" and \"customers:Alice\" would both be Liabilities:Customers:Alice"),
                "{alike}"
            );
        }
        let small = book.ledger().with_walk_memory(200);
        let many = refusal(&small, JournalFormat::Hledger, JournalSpan::WHOLE);
        assert!(many.contains("more than 2 accounts"), "{many}");
    }

    fn balances_beyond_64_bits_on_some_day_are_exact(book: &TestBook) {
        check(book, "
            currency TOK 18 Token -> added
            account a asset TOK min none
            account b equity TOK min none
            account c asset TOK min none
        ");
        let ledger = book.ledger();
        // An account may have as much as that only on days between those that were recorded: what is effective goes back and forth.
        let whole = "9.223372036854775807";
        let lines = format!("
            post a b {whole} effective 2020-01-01T00:00:00Z -> posted
            post c a {whole} effective 2021-01-01T00:00:00Z -> posted
            post b c {whole} effective 2022-01-01T00:00:00Z -> posted
        ");
        for _ in 0..3 {
            check(book, &lines);
        }
        let text = journal(&ledger, JournalFormat::Beancount);
        assert!(text.contains("balance Assets:A  27.670116110564327421 ~ 0 TOK"), "{text}");
        for auditor in Auditor::installed() {
            auditor.assert_passes(&journal(&ledger, auditor.format()));
        }
    }

    fn a_book_that_is_not_what_its_transfers_come_to_has_no_journal(book: &TestBook) {
        small_book(book);
        let update = "update accounts set posted = posted + 1 where name = 'cash'";
        if book.is_on_postgres() {
            book.raw_script(&format!("alter table accounts disable trigger user; {update}")).unwrap();
        } else {
            for trigger in book.query_texts("select name from sqlite_master where type = 'trigger' and tbl_name = 'accounts'") {
                book.raw(&format!("drop trigger {trigger}")).unwrap();
            }
            book.raw(update).unwrap();
        }
        let error = journal_of(&book.ledger(), JournalFormat::Hledger, JournalSpan::WHOLE).unwrap_err();
        assert!(error.to_string().contains("posted"), "{error}");
    }

    fn hostile_names_and_texts_pass_every_auditor(book: &TestBook) {
        books::fill_with_hostile_texts(book);
        let ledger = book.ledger();
        for auditor in Auditor::installed() {
            auditor.assert_passes(&journal(&ledger, auditor.format()));
        }
    }

    fn every_auditor_agrees_with_a_book_of_every_kind_of_operation(book: &TestBook) {
        let ledger = books::fill_with_everything(book, books::transfers_or(300));
        for auditor in Auditor::installed() {
            auditor.assert_passes(&journal(&ledger, auditor.format()));
        }
    }

    fn a_journal_is_of_one_moment_while_others_write(book: &TestBook) {
        let ledger = books::fill_with_everything(book, 1_500);
        let expected = journal(&ledger, JournalFormat::Hledger);
        let writer = book.ledger();
        let mut is_written = false;
        let restart = |_: &mut Vec<u8>| Err(std::io::Error::other("nothing disturbs it"));
        let mut sink = JournalWriter::new(JournalFormat::Hledger, Vec::new(), restart);
        ledger
            .export_journal(JournalSpan::WHOLE, &mut sink, &mut |_| {
                if !std::mem::replace(&mut is_written, true) {
                    let request = requests(book, &writer, "post in-between: eur:cash eur:owner 1.00 EUR");
                    writer.submit_one(request[0].clone(), Mode::Commit).unwrap();
                }
                ControlFlow::Continue(())
            })
            .unwrap();
        assert!(is_written, "something was written meanwhile");
        assert_eq!(String::from_utf8(sink.into_inner()).unwrap(), expected);
        assert_ne!(journal(&ledger, JournalFormat::Hledger), expected);
    }
}
