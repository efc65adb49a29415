//! Lists as CSV.

use crate::support::http::{HttpAnswer, TestServer};
use crate::support::on_every_backend;

fn rows(server: &TestServer, target: &str) -> HttpAnswer {
    server.request("GET", target).header("Accept", "text/csv").send().is(200)
}

on_every_backend! {
    fn a_list_has_the_cells_that_the_program_writes(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["customers:alice", "customers:bob"]);
        for (key, amount) in [("d1", "10.00"), ("d2", "20.00")] {
            let body = format!(r#"{{"key":"{key}","account":"customers:alice","amount":"{amount}","description":"=1+1, \"x\"","metadata":{{"a":"b"}}}}"#);
            server.post("/v1/deposits", &body).is(201);
        }
        for (target, command) in [
            ("/v1/accounts", "account list"),
            ("/v1/accounts?prefix=nobody", "account list --prefix nobody"),
            ("/v1/transfers", "transfer list"),
            ("/v1/accounts/customers:alice/statement", "statement customers:alice"),
            ("/v1/balances?prefix=customers:&depth=2", "balance customers: --depth 2"),
            ("/v1/reports/trial-balance?at=2030-12-31", "report trial-balance --at 2030-12-31"),
            ("/v1/reports/balance-sheet?at=2030-12-31", "report balance-sheet --at 2030-12-31"),
        ] {
            let shown = rows(&server, target);
            assert_eq!(shown.header("content-type"), Some("text/csv; charset=utf-8"));
            let printed = book.run(&format!("{command} --format csv")).ends(0).stdout;
            assert_eq!(shown.body.trim_end(), printed.trim_end(), "{target}");
        }
        assert!(rows(&server, "/v1/transfers").body.contains("'=1+1"), "no spreadsheet computes a text");

        let first = rows(&server, "/v1/transfers?limit=1");
        let next = first.header("teller-next-cursor").unwrap().to_owned();
        let second = rows(&server, &format!("/v1/transfers?limit=1&cursor={next}"));
        assert!(first.body.contains(",d2,") && second.body.contains(",d1,"), "{first:?} {second:?}");
        server.request("GET", "/v1/transfers").header("Accept", "text/csv;q=0.5, application/json").send().is(200).json();
        server.request("GET", "/v1/transfers?limit=0").header("Accept", "text/csv").send().problem(400, "request_invalid");
        let balances = server.request("POST", "/v1/balances/query").header("Accept", "text/csv").json(r#"{"accounts":["customers:bob"]}"#).send();
        assert_eq!(balances.is(200).body.lines().count(), 2);
    }
}
