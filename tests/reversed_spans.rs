//! Spans that end before they begin, and other words that were exchanged or left empty: each is refused with what was given.

use crate::support::http::TestServer;
use crate::support::{Program, check, on_every_backend};

const BEGIN: &str = "
    account cash  asset     EUR
    account alice liability EUR
    deposit alice 10.00 -> posted
";

on_every_backend! {
    fn a_span_that_is_given_in_reverse_is_refused_with_both_ends(book: &TestBook) {
        check(book, BEGIN);
        for command in ["transfer list", "hold list", "hold list --account alice"] {
            book.run(&format!("{command} --min 5 --max 1.00")).ends(65).says("the least amount is 5 and the most is 1.00");
            book.run(&format!("{command} --min 1 --max 1.00")).ends(0);
        }
        for command in [
            "transfer list --from 2026-02 --to 2026-01",
            "hold list --from 2026-02 --to 2026-01",
            "journal list --from 2026-02 --to 2026-01",
            "statement alice --from 2026-02 --to 2026-01",
            "statement alice --order effective --from 2026-02 --to 2026-01",
            "report trial-balance --from 2026-02 --to 2026-01",
            "export --to csv --from 2026-02 --until 2026-01",
            "export --to hledger --from 2026-02 --until 2026-01",
        ] {
            let said = book.run(command).ends(65).says("before it begins").stderr;
            assert!(said.contains("2026-02-01") && said.contains("2026-01-01"), "{command}: {said}");
        }
        let server = TestServer::on(book);
        for target in ["/v1/transfers?amount_min=5&amount_max=1", "/v1/holds?amount_min=5&amount_max=1"] {
            let detail = server.get(target).problem(400, "span_invalid").json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains('5') && detail.contains('1'), "{detail}");
        }
        let [from, to] = ["2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z"];
        for path in ["transfers", "holds", "journals", "accounts/alice/statement"] {
            server.get(&format!("/v1/{path}?from={from}&to={to}")).problem(400, "span_invalid");
        }
    }

    fn a_report_that_would_begin_later_than_now_asks_for_its_end(book: &TestBook) {
        check(book, BEGIN);
        for report in ["trial-balance", "balance-sheet", "income-statement"] {
            let said = book.run(&format!("report {report} --from 9030")).ends(65).says("it would begin at 9030, which is later than now").stderr;
            assert!(!said.contains("exchange"), "{said}");
            book.run(&format!("report {report} --from 9030 --to 9031")).ends(0);
        }
        let server = TestServer::on(book);
        server.get("/v1/reports/trial-balance?from=9030").problem(400, "report_invalid");
    }

    fn a_file_of_prices_has_no_metadata(book: &TestBook) {
        check(book, BEGIN);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("prices.csv");
        let asked = |header: &str| {
            std::fs::write(&file, format!("{header}\n")).unwrap();
            book.run(&format!("report balance-sheet --in EUR --prices {}", file.display())).ends(65)
        };
        for header in ["date,currency,in", "date,currency,in,price,note", "date,currency,in,price,metadata.note", "date,currency,in,price,reject_code", ""] {
            let said = asked(header).says("the columns are date, currency, in, price").stderr;
            assert!(!said.contains("metadata.NAME"), "{header}: {said}");
        }
        // Files of transfers have it.
        std::fs::write(&file, "a,b\n").unwrap();
        book.run(&format!("import transfers {}", file.display())).ends(65).says("metadata.NAME for any name");
    }

    fn the_name_of_a_file_is_called_what_it_is(book: &TestBook) {
        check(book, BEGIN);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("transfers.csv");
        std::fs::write(&file, "from,to,amount\n").unwrap();
        let path = file.display().to_string();
        let long = "x".repeat(300);
        for (source, words) in [("", "the source is empty"), (" a", "the source \" a\""), (long.as_str(), "the source \"xxx"), ("a\tb", "the source")] {
            let run = Program::on(book, &["import", "transfers", &path, "--source", source]).run();
            let said = run.ends(65).says(words).stderr;
            assert!(!said.contains("the key"), "{said}");
        }
    }
}
