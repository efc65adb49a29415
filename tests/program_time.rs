//! The program's answers to what was when, and to what many accounts have together.

use crate::support::{check, on_every_backend};

const BEGIN: &str = "
    account cash            asset     EUR
    account customers:alice liability EUR
    account customers:bob   liability EUR
    at 2026-01-10T00:00:00Z
    deposit customers:alice 100                               -> posted
    at 2026-01-20T00:00:00Z
    deposit customers:alice 20 effective 2026-01-05T00:00:00Z -> posted
    deposit customers:bob 7                                   -> posted
";

on_every_backend! {
    fn a_balance_is_told_as_of_either_time(book: &TestBook) {
        check(book, BEGIN);
        let line = |posted: &str, effective_at: &str, recorded_at: &str| format!(
            "{{\"account\":\"customers:alice\",\"currency\":\"EUR\",\"type\":\"liability\",\"posted\":\"{posted}\",\
            \"held\":null,\"available\":null,\"version\":null,\"accounts\":1,\"effective_at\":{effective_at},\"recorded_at\":{recorded_at}}}\n"
        );
        let at = "\"2026-01-05T00:00:00.000000Z\"";
        let answer = book.run("balance customers:alice --at 2026-01-05T00:00:00Z --format ndjson").ends(0);
        assert_eq!(answer.stdout, line("20.00", at, "null"));
        let answer = book.run("balance customers:alice --at 2026-01-05T01:00:00+01:00 --recorded-at 2026-01-19T00:00:00Z --format ndjson").ends(0);
        assert_eq!(answer.stdout, line("0.00", at, "\"2026-01-19T00:00:00.000000Z\""));
        book.run("balance customers:alice customers:bob --recorded-at 2026-01-19T00:00:00Z").ends(0).shows("100.00").shows("customers:bob");
        let end_of_day = line("20.00", "\"2026-01-05T23:59:59.999999Z\"", "null");
        assert_eq!(book.run("balance customers:alice --at 2026-01-05 --format ndjson").ends(0).stdout, end_of_day);
        book.run("balance customers:alice --at 2026-01-05T25:00").ends(65).says("is no time; write a day");
        book.run("balance nobody --at 2026-01-05T00:00:00Z").ends(3).says("account nobody is unknown");
    }

    fn a_statement_over_a_span_begins_and_ends_with_balances(book: &TestBook) {
        check(book, BEGIN);
        let span = "--from 2026-01-05T00:00:00Z --to 2026-01-11T00:00:00Z";
        let effective = book.run(&format!("statement customers:alice {span} --order effective")).ends(0);
        effective.shows("Closing balance: 120.00 EUR\n").shows("EFFECTIVE AT").shows("Opening balance: 0.00 EUR\n");
        let json = book.run(&format!("statement customers:alice {span} --order recorded --format json")).ends(0).json();
        assert_eq!((&json["opening"], &json["closing"], &json["items"][0]["balance"]), (&"0.00".into(), &"100.00".into(), &"100.00".into()));
        let page = book.run(&format!("statement customers:alice {span} --order effective --limit 1 --format json")).ends(0).json();
        let cursor = page["next_cursor"].as_str().unwrap();
        let page = book.run(&format!("statement customers:alice {span} --order effective --cursor {cursor} --format json")).ends(0).json();
        assert_eq!((&page["items"][0]["change"], &page["items"][0]["balance"], &page["next_cursor"]), (&"20.00".into(), &"20.00".into(), &serde_json::Value::Null));
        book.run("statement customers:alice --from 2026-01-05T00:00:00Z --cursor x").ends(2).says("not a cursor");
        book.run("statement customers:alice --cursor x").ends(2).says("not a cursor");
        book.run("statement customers:alice --from 2026-01-05T00:00:00Z --to 2026-01-04T00:00:00Z").ends(65).says("before it begins");
    }

    fn a_path_is_told_by_its_parts(book: &TestBook) {
        check(book, BEGIN);
        let line = |path: &str, accounts: u64, posted: &str| format!(
            "{{\"account\":\"{path}\",\"currency\":\"EUR\",\"type\":\"liability\",\"posted\":\"{posted}\",\"held\":\"0.00\",\
            \"available\":\"{posted}\",\"version\":null,\"accounts\":{accounts},\"effective_at\":null,\"recorded_at\":null}}\n"
        );
        let run = |arguments: &str| book.run(&format!("balance {arguments} --format ndjson")).ends(0).stdout;
        assert_eq!(run("customers:"), line("customers", 2, "127.00"));
        assert_eq!(run("customers: --depth 2"), line("customers:alice", 1, "120.00") + &line("customers:bob", 1, "7.00"));
        assert!(run(":").starts_with("{\"account\":\"cash\"") && run(":").ends_with(&line("customers", 2, "127.00")));
        book.run("balance nobody:").ends(0).says("No account's name begins with \"nobody:\"");
        book.run("balance customers:alice --depth 2").ends(2).says("--depth needs a path");
        book.run("balance customers: cash").ends(2).says("stands alone");
        let as_of = |posted: &str, effective_at: &str, recorded_at: &str| format!(
            "{{\"account\":\"customers\",\"currency\":\"EUR\",\"type\":\"liability\",\"posted\":\"{posted}\",\"held\":null,\
            \"available\":null,\"version\":null,\"accounts\":2,\"effective_at\":{effective_at},\"recorded_at\":{recorded_at}}}\n"
        );
        let at = "\"2026-01-05T00:00:00.000000Z\"";
        assert_eq!(run("customers: --at 2026-01-05T00:00:00Z"), as_of("20.00", at, "null"));
        let known_at = "\"2026-01-19T23:59:59.999999Z\"";
        assert_eq!(run("customers: --at 2026-01-05T00:00:00Z --recorded-at 2026-01-19"), as_of("0.00", at, known_at));
        assert_eq!(run("customers: --recorded-at 2026-01-19"), as_of("100.00", "null", known_at));
        book.run("balance nobody: --at 2026-01-05").ends(65).says("no account's name begins with \"nobody:\"");
    }
}
