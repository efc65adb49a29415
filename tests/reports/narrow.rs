//! Reports on screens that are too narrow for all of their columns: every figure stands, and no line is wider than the screen.

use bigdecimal::BigDecimal;

use crate::support::{Answer, Program, TestBook, check, on_every_backend};

const BEGIN: &str = "
    account cash                        asset     EUR
    account customers:alice:current     liability EUR
    account sales:eu                    revenue   EUR
    account ether                       asset     USD
    account customers:bob:savings:2026  liability USD
    at 2026-01-10T08:00:00Z
    post cash customers:alice:current 1234567.89                          -> posted
    post ether customers:bob:savings:2026 7654321.00                      -> posted
    at 2026-01-11T08:00:00Z
    post customers:alice:current sales:eu 23456.78                        -> posted
";
const PRICES: &str =
    "date,currency,in,price\n2025-12-31,USD,EUR,0.91\n2026-01-31,USD,EUR,0.90\n2026-02-28,USD,EUR,0.95\n";

fn report(book: &TestBook, arguments: &str, width: usize) -> Answer {
    let arguments: Vec<_> = ["report"].into_iter().chain(arguments.split(' ')).collect();
    let run = Program::on(book, &arguments).command(|command| {
        command.env("COLUMNS", width.to_string());
    });
    run.run().ends(0)
}

/// What stands under each of the headings, or behind it where each row is a block.
fn words(answer: &Answer) -> Vec<String> {
    let mut words: Vec<_> = answer.stdout.split_whitespace().map(str::to_lowercase).collect();
    words.sort_unstable();
    words
}

#[track_caller]
fn is_whole(book: &TestBook, arguments: &str, columns: &[&str]) {
    let wide = report(book, &format!("{arguments} --wide"), 80);
    for width in [40, 60, 80, 100, 132] {
        let narrow = report(book, arguments, width);
        for line in narrow.stdout.lines() {
            assert!(line.chars().count() <= width, "{arguments} at {width}: {line:?} is too wide\n{}", narrow.stdout);
        }
        let headings = words(&narrow);
        for column in columns {
            assert!(headings.contains(&(*column).to_owned()), "{arguments} at {width}: {column}\n{}", narrow.stdout);
        }
        // No amount is missing: whatever stands in the wide table stands here as often, or once more where a column is repeated.
        for amount in words(&wide).iter().filter(|word| word.contains('.') && word.parse::<BigDecimal>().is_ok()) {
            let count = |words: &[String]| words.iter().filter(|word| *word == amount).count();
            assert!(
                count(&headings) >= count(&words(&wide)),
                "{arguments} at {width}: {amount} is missing\n{}",
                narrow.stdout
            );
        }
    }
}

on_every_backend! {
    fn a_narrow_screen_loses_no_figure_of_a_report(book: &TestBook) {
        check(book, BEGIN);
        let folder = tempfile::tempdir().unwrap();
        let prices = folder.path().join("prices.csv");
        std::fs::write(&prices, PRICES).unwrap();
        let valued = format!("--in EUR --prices {}", prices.display());
        let all = ["opening", "debits", "credits", "closing", "debit", "credit"];
        for arguments in [
            "trial-balance",
            "trial-balance --month 2026-01",
            "trial-balance --at 2026-02 --held",
            "trial-balance --from 2026-01 --to 2026-03 --every month",
        ] {
            is_whole(book, arguments, &all);
        }
        is_whole(book, "trial-balance --month 2026-01 --compare previous", &[&all[..], &["change", "2025-12"]].concat());
        is_whole(book, &format!("trial-balance --month 2026-01 {valued}"), &[&all[..], &["valuation"]].concat());
        is_whole(book, &format!("trial-balance --month 2026-02 --compare previous {valued}"), &[&all[..], &["change", "valuation"]].concat());
        is_whole(book, "balance-sheet --month 2026-01 --compare year", &["change", "2026-01-31", "2025-01-31"]);
        is_whole(book, "balance-sheet --from 2026-01 --to 2026-02 --every week", &["2026-01-04", "2026-01-11", "2026-01-18"]);
        is_whole(book, "income-statement --from 2025-11 --to 2026-02 --every month", &["2025-11", "2026-01", "date"]);
        is_whole(book, &format!("balance-sheet --from 2026-01 --to 2026-03 --every month {valued}"), &["2026-01-31", "2026-02-28"]);
    }

    fn a_title_is_no_wider_than_the_screen(book: &TestBook) {
        check(book, BEGIN);
        let shown = report(book, "balance-sheet --at 2026-02-28 --recorded-at 2030-01-31 --time-zone Europe/Berlin", 60);
        assert!(shown.stdout.lines().all(|line| line.chars().count() <= 60), "{}", shown.stdout);
        assert!(shown.stdout.replace('\n', " ").contains("Berlin, as known at 2030-01-31T23:59:59+01:00"), "{}", shown.stdout);
    }

    fn a_list_that_is_too_wide_becomes_blocks(book: &TestBook) {
        let digits = format!("9000000000000.{}", "123456");
        check(book, &format!("
            account cash  asset     EUR
            account alice liability EUR
            deposit alice {} -> posted
        ", &digits[..16]));
        let run = Program::on(book, &["balance", "alice", "cash"]).command(|command| {
            command.env("COLUMNS", "40");
        });
        let shown = run.run().ends(0);
        let lines: Vec<_> = shown.stdout.lines().collect();
        assert!(lines.iter().all(|line| line.chars().count() <= 40), "{}", shown.stdout);
        for field in ["posted", "held", "available", "currency"] {
            assert_eq!(lines.iter().filter(|line| line.starts_with(field)).count(), 2, "{field}: {}", shown.stdout);
        }
        assert_eq!(lines.iter().filter(|line| line.is_empty()).count(), 1, "{}", shown.stdout);
    }
}
