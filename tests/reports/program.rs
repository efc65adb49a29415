//! Reports as the program tells them. What they look like stands in the snapshots.

use crate::support::{TestBook, check, on_every_backend};

const BEGIN: &str = "
    account cash            asset     EUR
    account customers:alice liability EUR
    account fees            revenue   EUR
    at 2026-01-10T08:00:00Z
    deposit customers:alice 100.00                                        -> posted
    at 2026-02-10T08:00:00Z
    transfer customers:alice fees 2.50 effective 2026-01-31T23:59:59Z     -> posted
    at 2026-02-11T08:00:00Z
    transfer customers:alice fees 1.25                                    -> posted
";

fn lines(book: &TestBook, arguments: &str) -> Vec<String> {
    let answer = book.run(&format!("report {arguments} --format csv")).ends(0);
    answer.stdout.lines().map(str::to_owned).collect()
}

on_every_backend! {
    fn dates_are_written_as_people_write_them_and_months_end_with_their_last_day(book: &TestBook) {
        check(book, BEGIN);
        let month = lines(book, "trial-balance --month 2026-01");
        assert_eq!(month, lines(book, "trial-balance --from 2026-01 --to 2026-02"));
        assert_eq!(month, lines(book, "trial-balance --from 2026-01-01 --to 2026-02-01T01:00:00+01:00"));
        let fees = month.iter().find(|line| line.contains(",fees,")).unwrap();
        assert!(fees.starts_with("2026-01,2026-01-01T00:00:00.000000Z,2026-02-01T00:00:00.000000Z,account,fees,revenue,EUR,1,0.00,0.00,2.50,2.50,0.00,2.50"), "{fees}");
        let at = lines(book, "balance-sheet --at 2026-01-31");
        assert_eq!(at, lines(book, "balance-sheet --month 2026-01"));
        assert_eq!(at, lines(book, "balance-sheet --to 2026-02-01"));
    }

    fn a_month_is_told_again_as_it_was_known(book: &TestBook) {
        check(book, BEGIN);
        let json = |known: &str| book.run(&format!("report income-statement --month 2026-01 --format json{known}")).ends(0).json();
        let is_net = |line: &&serde_json::Value| line["line"] == "net_income";
        let net = |report: &serde_json::Value| {
            report["items"].as_array().unwrap().iter().find(is_net).map(|line| line["amount"].clone())
        };
        assert_eq!(net(&json("")), Some("2.50".into()));
        let then = json(" --recorded-at 2026-01-31");
        assert_eq!((net(&then), &then["recorded_at"]), (None, &"2026-01-31T23:59:59.999999Z".into()));
        assert_eq!((&then["time_zone"], &then["periods"][0], &then["balanced"]), (&"UTC".into(), &"2026-01".into(), &serde_json::Value::Null));
    }

    fn reports_say_whether_both_sides_agree(book: &TestBook) {
        check(book, BEGIN);
        book.run("report trial-balance --month 2026-01").ends(0).shows("Trial balance, 2026-01, UTC").shows("Debits equal credits.");
        book.run("report balance-sheet --at 2026-02-28").ends(0).shows("Assets equal liabilities and equity.");
        let part = book.run("report balance-sheet --at 2026-02-28 --prefix customers:").ends(0);
        assert!(!part.stdout.contains("Assets"), "a part of a book need not agree: {}", part.stdout);
        let cash = if book.is_on_postgres() { "alter table transfers disable trigger all; alter table accounts disable trigger all" } else { "select 1" };
        book.raw_script(cash).unwrap();
        book.raw("update accounts set posted = posted + 1 where name = 'cash'").unwrap();
        book.run("report balance-sheet --at 2026-02-28").ends(1).shows("Assets differ from liabilities and equity; run: teller verify");
        assert_eq!(book.run("report trial-balance --at 2026-02-28 --format json").ends(1).json()["balanced"], false);
    }

    fn a_span_of_all_time_has_too_many_columns_and_one_of_no_time_says_so(book: &TestBook) {
        check(book, BEGIN);
        for span in ["--from 0001 --to 9999", "--from 0001 --to 9999-12-31", "--from 1900"] {
            book.run(&format!("report trial-balance {span} --every day")).ends(65).says("a report has at most 1000 columns");
        }
        for span in ["--to 2026-03", "--at 9999"] {
            book.run(&format!("report trial-balance {span} --every month")).ends(65).says("needs the time at which it begins");
        }
        assert!(lines(book, "trial-balance --from 0001 --to 0004 --every year --zero").len() > 3);
        book.run("report trial-balance --from 2026-03 --to 2026-03").ends(0).shows("Trial balance, empty span at 2026-03-01, UTC");
    }

    fn what_cannot_be_reported_says_why(book: &TestBook) {
        check(book, BEGIN);
        for (arguments, code, words) in [
            ("trial-balance --prefix nobody:", 65, "no account's name begins with \"nobody:\""),
            ("trial-balance --depth 0", 65, "a depth of 0 leaves nothing"),
            ("trial-balance --currency XYZ", 3, "XYZ"),
            ("trial-balance --currency eur", 65, "is not a currency code"),
            ("trial-balance --from 2026-02 --to 2026-01", 65, "before it begins"),
            ("trial-balance --month 2026", 65, "is no month; write it like 2026-09"),
            ("trial-balance --month 2026-13", 65, "is no month"),
            ("trial-balance --at 2026-02-30", 65, "is no time"),
            ("trial-balance --at 2026-02-28T25:00", 65, "is no time"),
            ("trial-balance --at 2026-02-28 --from 2026-01", 2, "cannot be used with"),
            ("trial-balance --every month", 65, "needs the time at which it begins"),
            ("trial-balance --at 2026-02-28 --compare previous", 65, "say where it begins"),
            ("trial-balance --held --recorded-at 2026-01-31", 2, "cannot be used with"),
            ("income-statement --fiscal-year-start 13", 65, "a month from 1 to 12"),
            ("income-statement --from 1990 --to 2026 --every day", 65, "at most 1000 columns"),
            ("income-statement --month 2026-01 --every day --compare year", 2, "cannot be used with"),
        ] {
            book.run(&format!("report {arguments}")).ends(code).says(words);
        }
    }
}
