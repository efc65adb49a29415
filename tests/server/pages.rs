//! The dashboard, as a browser without a script sees it.

mod acting;
mod consumers;
mod judged;
mod keys;
mod large;
mod live;
mod login;
mod looking;
mod monitors;
mod roles;
mod seals;
mod searches;
mod steps;
mod webhooks;
mod zones;

use crate::support::TestBook;
use crate::support::http::TestServer;

/// All pages that show something, by targets that the book of [`bank`] has.
const TARGETS: &[&str] = &[
    "/",
    "/accounts",
    "/accounts?prefix=customers:",
    "/accounts/customers:alice",
    "/accounts/customers:alice?order=effective&at=2020&recorded_at=today",
    "/transfers",
    "/transfers?account=customers:alice&kind=transfer",
    "/transfers/t1",
    "/transfers/r1",
    "/transfers/h1",
    "/journals",
    "/journals/j1",
    "/holds",
    "/holds/h1",
    "/schedules",
    "/schedules/s1",
    "/periods",
    "/reports",
    "/reports/trial-balance",
    "/reports/trial-balance?depth=1",
    "/reports/balance-sheet",
    "/reports/income-statement",
    "/proof",
    "/proof/seals",
    "/webhooks",
    "/webhooks/new",
    "/webhooks/https%3A%2F%2Fhooks.example%2Fteller",
    "/webhooks/https%3A%2F%2Fhooks.example%2Fteller/replay",
    "/consumers",
    "/consumers/accounting",
    "/consumers/accounting/move",
    "/monitors",
    "/monitors/new",
    "/keys",
    "/keys/new",
    "/keys/admin",
    "/keys/admin/revoke",
    "/doctor",
    "/time-zone",
    "/help",
];

/// A server whose book has something for every page.
fn bank(book: &TestBook) -> TestServer {
    let server = TestServer::on(book);
    server.open_accounts(&["customers:alice", "customers:bob", "customers:bob:savings"]);
    server.post("/v1/deposits", r#"{"key":"d1","account":"customers:alice","amount":"100.00"}"#).is(201);
    for (path, body) in [
        (
            "/v1/transfers",
            r#"{"key":"t1","from":"customers:alice","to":"customers:bob","amount":"10.00","description":"rent","metadata":{"invoice":"17"}}"#,
        ),
        ("/v1/transfers", r#"{"key":"t2","from":"customers:alice","to":"customers:bob","amount":"1.00"}"#),
        ("/v1/transfers/t2/reversals", r#"{"key":"r1"}"#),
        (
            "/v1/holds",
            r#"{"key":"h1","from":"customers:alice","to":"customers:bob","amount":"5.00","expires_in":"1h"}"#,
        ),
        (
            "/v1/journals",
            r#"{"key":"j1","legs":[{"from":"customers:alice","to":"customers:bob","amount":"2.00"},{"from":"customers:bob","to":"customers:alice","amount":"1.00"}]}"#,
        ),
        ("/v1/accounts/customers:bob/freeze", r#"{"reason":"asked by phone"}"#),
        (
            "/v1/schedules",
            r#"{"key":"s1","from":"customers:alice","to":"customers:bob","amount":"5.00","every":"month"}"#,
        ),
    ] {
        let answer = server.post(path, body);
        assert!([200, 201].contains(&answer.status), "{path}: {answer:?}");
    }
    server.request("PUT", "/v1/consumers/accounting").json("{}").send().is(201);
    // Nothing is sent to it.
    server.post("/v1/webhooks", r#"{"url":"https://hooks.example/teller"}"#).is(201);
    server.post("/v1/webhooks/https%3A%2F%2Fhooks.example%2Fteller/pause", "").is(200);
    book.run_as_owner("period close 2020 --reason audited").ends(0);
    server
}
