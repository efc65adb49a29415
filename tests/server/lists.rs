//! Lists, statements, reports, schedules, periods and the book as a whole.

use serde_json::{Value, json};

use crate::support::http::TestServer;
use crate::support::{TestBook, on_every_backend};

fn bank(book: &TestBook) -> TestServer {
    let server = TestServer::on(book);
    server.open_accounts(&["customers:alice", "customers:bob"]);
    for (key, amount) in [("d1", "10.00"), ("d2", "20.00"), ("d3", "30.00")] {
        let body = format!(r#"{{"key":"{key}","account":"customers:alice","amount":"{amount}"}}"#);
        server.post("/v1/deposits", &body).is(201);
    }
    server
}

/// All items of a list, a page at a time.
fn all(server: &TestServer, target: &str, list: &str) -> Vec<Value> {
    let separator = if target.contains('?') { '&' } else { '?' };
    let mut page = server.get(&format!("{target}{separator}limit=2")).is(200).json();
    let mut items = page[list].as_array().unwrap().clone();
    while let Some(cursor) = page["next_cursor"].as_str() {
        // The cursor carries the filters.
        let bare = target.split('?').next().unwrap();
        page = server.get(&format!("{bare}?limit=2&cursor={cursor}")).is(200).json();
        items.extend(page[list].as_array().unwrap().clone());
    }
    items
}

on_every_backend! {
    fn a_list_is_read_page_by_page(book: &TestBook) {
        let server = bank(book);
        let keys: Vec<_> = all(&server, "/v1/transfers?amount_min=15", "items").iter().map(|item| item["key"].clone()).collect();
        assert_eq!(keys, ["d3", "d2"]);
        assert_eq!(all(&server, "/v1/transfers?account=customers:alice", "items").len(), 3);
        assert_eq!(all(&server, "/v1/accounts", "items").len(), 3);
        let entries = all(&server, "/v1/accounts/customers:alice/statement", "items");
        assert_eq!(entries.iter().map(|entry| entry["balance"].clone()).collect::<Vec<_>>(), ["60.00", "30.00", "10.00"]);
        let span = server.get("/v1/accounts/customers:alice/statement?from=2020-01-01T00:00:00Z").is(200).json();
        assert_eq!((span["opening"].clone(), span["closing"].clone()), (json!("0.00"), json!("60.00")));

        let page = server.get("/v1/transfers?limit=1").is(200).json();
        let cursor = page["next_cursor"].as_str().unwrap();
        server.get(&format!("/v1/transfers?cursor={cursor}&account=customers:alice")).problem(400, "request_invalid");
        for target in ["/v1/transfers?limit=0", "/v1/transfers?limit=1001", "/v1/transfers?acount=a", "/v1/transfers?cursor=7"] {
            server.get(target).problem(400, "request_invalid");
        }
    }

    fn a_transfer_is_shown_with_what_belongs_to_it(book: &TestBook) {
        let server = bank(book);
        let shown = server.get("/v1/transfers/d2").is(200).json();
        assert_eq!((shown["amount"].clone(), shown["credit_balance"].clone()), (json!("20.00"), json!("30.00")));
        server.get("/v1/transfers/d9").problem(404, "transfer_unknown");
        server.get("/v1/transfers/@999999").problem(404, "sequence_unknown");
    }

    fn reports_add_up(book: &TestBook) {
        let server = bank(book);
        let trial = server.get("/v1/reports/trial-balance").is(200).json();
        assert_eq!(trial["balanced"], true);
        let sheet = server.get("/v1/reports/balance-sheet?at=today&compare=year").is(200).json();
        assert_eq!((sheet["report"].clone(), sheet["balanced"].clone()), (json!("balance_sheet"), json!(true)));
        server.get("/v1/reports/income-statement?every=month").is(200);
        server.get("/v1/reports/income-statement?every=fortnight").problem(400, "report_invalid");
    }

    fn the_program_and_the_api_tell_the_same_report(book: &TestBook) {
        let server = bank(book);
        for (path, query, options) in [
            ("trial-balance", "at=2100", "--at 2100"),
            ("trial-balance", "from=2020&to=2100&depth=1&prefix=customers:", "--from 2020 --to 2100 --depth 1 --prefix customers:"),
            ("trial-balance", "month=2020-02&zero=true&currency=EUR", "--month 2020-02 --zero --currency EUR"),
            ("balance-sheet", "from=2020&to=2100&every=year", "--from 2020 --to 2100 --every year"),
            ("balance-sheet", "at=2100&compare=year&prefix=customers:", "--at 2100 --compare year --prefix customers:"),
            ("income-statement", "at=2099-06&fiscal_year_start=4&recorded_at=2100", "--at 2099-06 --fiscal-year-start 4 --recorded-at 2100"),
        ] {
            let told = book.run(&format!("report {path} {options} --format json")).ends(0).json();
            assert_eq!(server.get(&format!("/v1/reports/{path}?{query}")).is(200).json(), told, "{path} {options}");
        }
        for query in ["month=2026-01&from=2026", "at=2026&to=2027", "month=2026-01&at=2026", "from=2026&every=month&compare=year"] {
            server.get(&format!("/v1/reports/balance-sheet?{query}")).problem(400, "report_invalid");
        }
    }

    fn the_program_and_the_api_value_the_same_report(book: &TestBook) {
        let server = bank(book);
        server.post("/v1/accounts", r#"{"account":"customers:dora","currency":"USD"}"#).is(201);
        server.post("/v1/deposits", r#"{"key":"usd","account":"customers:dora","amount":"33.33"}"#).is(201);
        let day = "2100-12-31";
        let prices = format!("date,currency,in,price\n{day},USD,EUR,0.95\n2099-12-31,USD,EUR,0.9\n");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("prices.csv");
        std::fs::write(&file, &prices).unwrap();
        let send = |target: &str, prices: &str| server.request("POST", target).body("text/csv", prices).send();
        for (path, query, options) in [
            ("trial-balance", "from=2100&to=2101", "--from 2100 --to 2101"),
            ("balance-sheet", "at=2100", "--at 2100"),
            ("income-statement", "from=2100&to=2101", "--from 2100 --to 2101"),
        ] {
            let valued = format!("report {path} {options} --in EUR --prices {} --format json", file.display());
            let told = book.run(&valued).ends(0).json();
            let target = format!("/v1/reports/{path}?{query}");
            assert_eq!(send(&format!("{target}&in=EUR"), &prices).is(200).json(), told, "{path}");
            assert!(told.to_string().contains("31.66") || path == "income-statement", "{told}");
            send(&target, &prices).problem(400, "request_invalid");
            send(&format!("{target}&in=EURO"), &prices).problem(422, "currency_unknown");
            server.get(&format!("{target}&in=EUR")).problem(400, "request_invalid");
        }
        let lacking = send("/v1/reports/balance-sheet?at=2100&in=EUR", "date,currency,in,price\n").problem(400, "report_invalid");
        assert!(lacking.body.contains("no price of USD in EUR on 2100-12-31"), "{}", lacking.body);
    }

    fn schedules_are_added_run_and_cancelled(book: &TestBook) {
        let server = bank(book);
        let body = r#"{"key":"rent","from":"customers:alice","to":"customers:bob","amount":"5.00","once":"2026-02-01T00:00:00Z"}"#;
        let added = server.post("/v1/schedules", body).is(201).json();
        assert!(server.post("/v1/schedules", body).is(200).is_replayed());
        let every = body.replace(r#""once":"2026-02-01T00:00:00Z""#, r#""every":"month","day":"31","start":"2030-01-01","count":3"#);
        server.post("/v1/schedules", &every.replace("rent", "later")).is(201);
        server.post("/v1/schedules", &every.replace("rent", "odd").replace("month", "fortnight")).problem(400, "request_invalid");
        assert_eq!(server.get("/v1/schedules").is(200).json()["items"].as_array().unwrap().len(), 2);
        let run = server.post("/v1/schedules/run", "").is(200).json();
        assert_eq!(run["posted"], 1, "{run}");
        let shown = server.get("/v1/schedules/rent").is(200).json();
        assert_eq!((shown["schedule"].clone(), shown["dues"].as_array().unwrap().len()), (added["schedule"].clone(), 1));
        assert_eq!(server.post("/v1/schedules/later/cancel", r#"{"reason":"moved"}"#).is(200).json()["state"], "cancelled");
        server.post("/v1/schedules/none/cancel", "").problem(404, "schedule_unknown");
    }

    fn periods_and_currencies_are_listed_and_changed(book: &TestBook) {
        let server = bank(book);
        assert!(server.get("/v1/currencies").is(200).json()["items"].as_array().unwrap().len() > 100);
        server.get("/v1/periods").is(200);
        server.get("/v1/periods/history").is(200);
        if book.url == book.owner_url {
            server.post("/v1/currencies", r#"{"currency":"USDC","exponent":6,"name":"USD Coin"}"#).is(200);
            server.post("/v1/currencies", r#"{"currency":"USDC","exponent":2,"name":"USD Coin"}"#).problem(409, "currency_exists");
            assert_eq!(server.post("/v1/periods/2020/close", r#"{"reason":"audited"}"#).is(200).json()["changed"], true);
            assert_eq!(server.get("/v1/periods").is(200).json()["items"][0]["period"], "2020");
            server.post("/v1/periods/2020/reopen", "").is(200);
        }
    }

    fn a_book_is_verified_and_exported(book: &TestBook) {
        let server = bank(book);
        let verified = server.post("/v1/verifications", "").is(200).json();
        assert_eq!((verified["transfers"].clone(), verified["findings"].clone()), (json!(3), json!([])));
        let export = server.get("/v1/export").is(200);
        assert_eq!(export.header("content-type"), Some("application/x-ndjson"));
        let by_program = book.run("export").ends(0);
        assert_eq!(export.body, by_program.stdout, "the same book gives the same file");
        let metrics = server.get("/metrics").is(200).body;
        assert!(metrics.contains(r#"teller_http_requests_total{method="POST",path="/v1/deposits",status="201"} 3"#), "{metrics}");
    }
}
