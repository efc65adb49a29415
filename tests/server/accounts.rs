//! Accounts, their versions, and what is kept beside them.

use serde_json::json;

use crate::support::http::TestServer;
use crate::support::on_every_backend;

on_every_backend! {
    fn an_account_is_opened_once(book: &TestBook) {
        let server = TestServer::on(book);
        let body = r#"{"account":"customers:alice","currency":"EUR","min_balance":"-500","metadata":{"tier":"gold"}}"#;
        let opened = server.post("/v1/accounts", body).is(201);
        assert_eq!((opened.json()["min_balance"].clone(), opened.json()["type"].clone()), (json!("-500.00"), json!("liability")));
        assert!(server.post("/v1/accounts", body).is(200).is_replayed());
        server.post("/v1/accounts", &body.replace("EUR", "USD")).problem(409, "account_exists");
        server.post("/v1/accounts", &body.replace("EUR", "XXY")).problem(422, "currency_unknown");
        let free = r#"{"account":"customers:bob","currency":"EUR","min_balance":"none","type":"liability"}"#;
        assert_eq!(server.post("/v1/accounts?dry_run=true", free).is(200).json()["min_balance"], json!(null));
        server.get("/v1/accounts/customers:bob").problem(404, "account_unknown");
    }

    fn an_account_is_changed_only_from_the_version_that_was_seen(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["customers:alice"]);
        let seen = server.get("/v1/accounts/customers:alice").is(200);
        let version = seen.header("etag").unwrap().to_owned();
        let change = |version: &str| {
            let request = server.request("PATCH", "/v1/accounts/customers:alice").header("if-match", version);
            request.json(r#"{"per_day":"100.00","reason":"agreed"}"#).send()
        };
        let changed = change(&version).is(200);
        assert_eq!(changed.json()["per_day"], "100.00");
        assert_ne!(changed.header("etag").unwrap(), version);
        change(&version).problem(412, "precondition_failed");
        assert_eq!(server.get("/v1/accounts/customers:alice").header("etag"), changed.header("etag"));
        change("*").is(200);
        // Where it would be passed over, it is refused.
        for (method, target) in [("POST", "/v1/transfers"), ("PATCH", "/v1/accounts/customers:alice/metadata"), ("POST", "/v1/periods/2020/close")] {
            let request = server.request(method, target).header("if-match", &version).json("{}");
            let problem = request.send().problem(400, "request_invalid");
            assert!(problem.body.contains("If-Match"), "{target}: {problem:?}");
        }
        server.request("POST", "/v1/accounts/customers:alice/close").header("if-match", "\"0-0\"").send().problem(412, "precondition_failed");
        server.request("POST", "/v1/accounts/customers:alice/close").send().is(200);
        assert_eq!(server.get("/v1/accounts/customers:alice").json()["state"], "closed");
    }

    fn a_name_with_blanks_and_slashes_is_one_segment(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["customers:a b/c?d"]);
        let shown = server.get("/v1/accounts/customers%3Aa%20b%2Fc%3Fd").is(200).json();
        assert_eq!(shown["account"], "customers:a b/c?d");
        server.get("/v1/accounts/customers%3Aa%20b%2Fc%3Fd/balance").is(200);
        server.get("/v1/accounts/%ff").problem(400, "request_invalid");
    }

    fn balances_are_shown_of_one_of_many_and_of_any_time(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["customers:alice", "customers:bob"]);
        for (key, account) in [("d1", "alice"), ("d2", "bob")] {
            let body = format!(r#"{{"key":"{key}","account":"customers:{account}","amount":"10.00"}}"#);
            server.post("/v1/deposits", &body).is(201);
        }
        let sums = server.get("/v1/balances?prefix=customers:&depth=1").is(200).json();
        assert_eq!((sums["items"][0]["posted"].clone(), sums["items"][0]["accounts"].clone()), (json!("20.00"), json!(2)));
        let several = server.post("/v1/balances/query", r#"{"accounts":["customers:bob","cash:eur"]}"#).is(200).json();
        assert_eq!(several["items"][1]["posted"], "20.00");
        let then = server.get("/v1/accounts/customers:alice/balance?at=2020").is(200).json();
        assert_eq!(then["posted"], "0.00");
        assert_eq!(server.get("/v1/balances?prefix=customers:&at=today").is(200).json()["items"][0]["posted"], "20.00");
    }

    fn metadata_is_changed_and_its_history_told(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["customers:alice"]);
        server.post("/v1/deposits", r#"{"key":"d1","account":"customers:alice","amount":"10.00"}"#).is(201);
        for target in ["/v1/accounts/customers:alice/metadata", "/v1/transfers/d1/metadata"] {
            let request = |body: &str| server.request("PATCH", target).json(body).send();
            assert_eq!(request(r#"{"set":{"tier":"gold","draft":"yes"}}"#).is(200).json()["metadata"]["tier"], "gold");
            assert_eq!(request(r#"{"remove":["draft"],"reason":"done"}"#).is(200).json()["metadata"], json!({"tier": "gold"}));
            assert_eq!(server.get(target).is(200).json()["metadata"], json!({"tier": "gold"}));
            let history = server.get(&format!("{target}/history?limit=1")).is(200).json();
            assert_eq!(history["items"][0]["actor"], "admin");
            let next = history["next_cursor"].as_str().unwrap().to_owned();
            let rest = server.get(&format!("{target}/history?limit=1&cursor={next}")).is(200).json();
            assert_eq!((rest["items"][0]["before"].clone(), rest["next_cursor"].clone()), (json!({}), json!(null)));
        }
    }
}
