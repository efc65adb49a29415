//! Whatever posts.

use serde_json::json;

use crate::support::http::TestServer;
use crate::support::{Holder, TestBook, on_every_backend};

/// A server with three accounts, of which alice has 100.00.
fn bank(book: &TestBook) -> TestServer {
    let server = TestServer::on(book);
    server.open_accounts(&["customers:alice", "customers:bob"]);
    server.post("/v1/deposits", r#"{"key":"salary","account":"customers:alice","amount":"100.00"}"#).is(201);
    server
}

fn available(server: &TestServer, account: &str) -> String {
    let balance = server.get(&format!("/v1/accounts/{account}/balance")).is(200).json();
    balance["available"].as_str().unwrap().to_owned()
}

const RENT: &str = r#"{"from":"customers:alice","to":"customers:bob","amount":"30.00"}"#;

on_every_backend! {
    fn a_transfer_is_posted_once_however_often_it_is_sent(book: &TestBook) {
        let server = bank(book);
        let send = || server.request("POST", "/v1/transfers").header("idempotency-key", "\"rent\"").json(RENT).send();
        let first = send().is(201);
        assert!(!first.is_replayed());
        let again = send().is(200);
        assert!(again.is_replayed());
        assert_eq!(first.json()["hash"], again.json()["hash"]);
        assert_eq!((first.json()["actor"].clone(), first.json()["key"].clone()), (json!("admin"), json!("rent")));
        assert_eq!(available(&server, "customers:alice"), "70.00");

        let other = RENT.replace("30.00", "31.00");
        let other = server.request("POST", "/v1/transfers").header("idempotency-key", "rent").json(&other).send();
        other.problem(422, "id_reused");
    }

    fn a_write_without_a_key_is_not_done(book: &TestBook) {
        let server = bank(book);
        server.post("/v1/transfers", RENT).problem(400, "key_missing");
        let twice = server.request("POST", "/v1/transfers").header("idempotency-key", "a").header("idempotency-key", "b");
        twice.json(RENT).send().problem(400, "request_invalid");
        let both = RENT.replacen('{', r#"{"key":"rent","#, 1);
        server.request("POST", "/v1/transfers").header("idempotency-key", "a").json(&both).send().problem(400, "request_invalid");
        assert_eq!(available(&server, "customers:alice"), "100.00");
    }

    fn a_database_that_stalls_keeps_no_answer_beyond_its_deadline(book: &TestBook) {
        let server = bank(book);
        let rent = || server.request("POST", "/v1/transfers").header("idempotency-key", "rent").json(RENT);
        let holder = Holder::of(book);
        rent().header("teller-deadline", "300ms").send().problem(504, "outcome_unknown");
        // The posting waits still, and others are served.
        server.get("/livez").is(200);
        rent().header("teller-deadline", "300ms").send().problem(504, "outcome_unknown");
        holder.release();
        assert!([200, 201].contains(&rent().send().status));
        assert!(rent().send().is(200).is_replayed());
        assert_eq!(available(&server, "customers:alice"), "70.00");
    }

    fn a_refusal_tells_its_fields_and_leaves_no_trace(book: &TestBook) {
        let server = bank(book);
        let much = RENT.replacen('{', r#"{"key":"rent","#, 1).replace("30.00", "1000.00");
        let refused = server.post("/v1/transfers", &much).problem(422, "insufficient_funds").json();
        assert_eq!((refused["available"].clone(), refused["retry"].clone()), (json!("100.00"), json!("never")));
        server.post("/v1/transfers", &much.replace("1000.00", "1.00")).is(201);
    }

    fn a_dry_run_is_judged_and_not_kept(book: &TestBook) {
        let server = bank(book);
        let body = RENT.replacen('{', r#"{"key":"rent","#, 1);
        let tried = server.post("/v1/transfers?dry_run=true", &body).is(200);
        assert_eq!((tried.json()["dry_run"].clone(), tried.json()["sequence"].clone()), (json!(true), json!(null)));
        assert!(!tried.is_replayed());
        assert_eq!(available(&server, "customers:alice"), "100.00");
        server.post("/v1/transfers", &body).is(201);
    }

    fn a_hold_is_captured_in_parts_and_released(book: &TestBook) {
        let server = bank(book);
        let body = r#"{"key":"order-7","from":"customers:alice","to":"customers:bob","amount":"25.00","expires_in":"7d"}"#;
        let held = server.post("/v1/holds", body).is(201).json();
        assert_eq!(held["kind"], "hold");
        assert_eq!(available(&server, "customers:alice"), "75.00");

        let captured = server.post("/v1/holds/order-7/captures", r#"{"key":"c1","amount":"10.00"}"#).is(201).json();
        assert_eq!(captured["transfers"][0]["amount"], "10.00");
        let sequence = held["sequence"].to_string();
        server.post(&format!("/v1/holds/@{sequence}/captures"), r#"{"key":"c2","amount":"5.00"}"#).is(201);
        server.post("/v1/holds/order-7/release", r#"{"key":"r1"}"#).is(201);
        assert_eq!(available(&server, "customers:alice"), "85.00");
        let shown = server.get("/v1/holds/order-7").is(200).json();
        assert_eq!((shown["state"].clone(), shown["transfers"].as_array().unwrap().len()), (json!("released"), 4));

        server.post("/v1/holds/order-8/release", r#"{"key":"r2"}"#).problem(404, "hold_unknown");
        server.post("/v1/holds/order-7/captures", r#"{"key":"c3"}"#).problem(422, "hold_not_open");
        let last = body.replace("order-7", "order-9");
        server.post("/v1/holds", &last).is(201);
        let both = server.post("/v1/holds/order-9/captures", r#"{"key":"c9","amount":"1.00","final":true}"#).is(201).json();
        assert_eq!(both["transfers"].as_array().unwrap().len(), 2);
    }

    fn transfers_and_journals_are_undone(book: &TestBook) {
        let server = bank(book);
        server.post("/v1/transfers", &RENT.replacen('{', r#"{"key":"rent","#, 1)).is(201);
        server.post("/v1/transfers/rent/reversals", r#"{"key":"back","amount":"10.00"}"#).is(201);
        server.post("/v1/transfers/rent/reversals", r#"{"key":"rest"}"#).is(201);
        server.post("/v1/transfers/rent/reversals", r#"{"key":"more"}"#).problem(409, "already_reversed");
        server.post("/v1/transfers/no-such/reversals", r#"{"key":"none"}"#).problem(404, "transfer_unknown");
        assert_eq!(available(&server, "customers:alice"), "100.00");

        let legs = format!(r#"{{"key":"payroll","legs":[{RENT},{RENT}]}}"#);
        let posted = server.post("/v1/journals", &legs).is(201).json();
        assert_eq!(posted["transfers"].as_array().unwrap().len(), 2);
        assert!(server.post("/v1/journals", &legs).is(200).is_replayed());
        assert_eq!(available(&server, "customers:alice"), "40.00");
        server.post("/v1/journals/payroll/reversal", r#"{"key":"no-payroll"}"#).is(201);
        assert_eq!(available(&server, "customers:alice"), "100.00");
        assert_eq!(server.get("/v1/journals/payroll").is(200).json()["journal_id"], posted["journal_id"]);
    }

    fn money_is_withdrawn_and_exchanged(book: &TestBook) {
        let server = bank(book);
        server.post("/v1/withdrawals", r#"{"key":"w1","account":"customers:alice","amount":"20.00"}"#).is(201);
        assert!(server.post("/v1/withdrawals", r#"{"key":"w1","account":"customers:alice","amount":"20.0"}"#).is(200).is_replayed());
        server.post("/v1/accounts", r#"{"account":"customers:alice-usd","currency":"USD"}"#).is(201);
        let exchange = r#"{"key":"x1","from":"customers:alice","to":"customers:alice-usd","amount":"10.00","rate":"1.10"}"#;
        let exchanged = server.post("/v1/exchanges", exchange).is(201).json();
        assert_eq!(exchanged["transfers"].as_array().unwrap().len(), 2);
        assert!(server.post("/v1/exchanges", exchange).is(200).is_replayed());
        assert_eq!(available(&server, "customers:alice"), "70.00");
        assert_eq!(available(&server, "customers:alice-usd"), "11.00");
    }

    fn a_batch_is_kept_as_its_policy_says(book: &TestBook) {
        let server = bank(book);
        let items = r#"[{"key":"b1","from":"customers:alice","to":"customers:bob","amount":"1.00"},
            {"key":"b2","from":"customers:bob","to":"customers:alice","amount":"500.00"},
            {"key":"b3","hold":{"from":"customers:alice","to":"customers:bob","amount":"5.00"}}]"#;
        let refused = server.post("/v1/batches?on_refusal=nothing", items).problem(422, "batch_refused").json();
        assert_eq!((refused["item"].clone(), refused["items"][1]["code"].clone()), (json!(2), json!("insufficient_funds")));
        assert_eq!(available(&server, "customers:alice"), "100.00");

        let done = server.post("/v1/batches", items).is(200).json();
        let outcomes: Vec<_> = done["items"].as_array().unwrap().iter().map(|item| item["outcome"].clone()).collect();
        assert_eq!(outcomes, ["done", "refused", "done"]);
        let lines = items.trim_matches(['[', ']']).replace("},", "}");
        let again = server.request("POST", "/v1/batches").body("application/x-ndjson", &lines).send().is(200).json();
        assert_eq!(again["items"][0]["outcome"], "replayed");
        assert_eq!(available(&server, "customers:alice"), "94.00");
    }

    fn what_a_key_does_is_done_in_its_name(book: &TestBook) {
        let server = bank(book);
        let body = r#"{"actor":"somebody","reason":"I say so"}"#;
        server.post("/v1/accounts/customers:bob/freeze", body).problem(400, "request_invalid");
        let nested = r#"[{"freeze":{"account":"customers:bob","actor":"somebody"}}]"#;
        server.post("/v1/batches", nested).problem(400, "request_invalid");
        let lines = server.request("POST", "/v1/batches").body("application/x-ndjson", nested.trim_matches(['[', ']']));
        lines.send().problem(400, "request_invalid");
        server.post("/v1/accounts/customers:bob/freeze", r#"{"reason":"order 7"}"#).is(200);
        let history = server.get("/v1/accounts/customers:bob/history").is(200).json();
        assert_eq!((history["items"][0]["actor"].clone(), history["items"][0]["reason"].clone()), (json!("admin"), json!("order 7")));
        // A client's own words may be about anybody.
        server.post("/v1/deposits", r#"{"key":"d","account":"customers:alice","amount":"1.00","metadata":{"actor":"x"}}"#).is(201);
    }

    fn money_that_comes_in_opens_the_cash_account_once_however_many_bring_it(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["customers:alice", "customers:bob"]);
        let deposit = |key: usize| format!(r#"{{"key":"d{key}","account":"customers:alice","amount":"1.00"}}"#);
        std::thread::scope(|threads| {
            for client in 0..8 {
                let (server, deposit) = (&server, &deposit);
                threads.spawn(move || {
                    for number in 0..5 {
                        server.post("/v1/deposits", &deposit(client * 5 + number)).is(201);
                    }
                });
            }
        });
        assert_eq!(available(&server, "cash:eur"), "40.00");
        // The first was posted by itself, and is repeated among others.
        for key in 0..40 {
            assert!(server.post("/v1/deposits", &deposit(key)).is(200).is_replayed());
        }
        let other = deposit(0).replace("1.00", "2.00");
        server.post("/v1/deposits", &other).problem(422, "id_reused");
        server.post("/v1/withdrawals", &deposit(0)).problem(422, "id_reused");
        let named = r#"{"key":"n","account":"customers:bob","amount":"1.00","cash":"vault:one"}"#;
        assert_eq!(server.post("/v1/deposits?dry_run=true", named).is(200).json()["debit_account"], "vault:one");
        server.get("/v1/accounts/vault:one").problem(404, "account_unknown");
        for status in [201, 200] {
            assert_eq!(server.post("/v1/deposits", named).is(status).json()["debit_account"], "vault:one");
        }
        server.post("/v1/withdrawals", r#"{"key":"w","account":"customers:bob","amount":"9.00"}"#).problem(422, "insufficient_funds");
        server.post("/v1/deposits", r#"{"key":"x","account":"customers:carol","amount":"1.00"}"#).problem(422, "account_unknown");
    }

    fn an_exchange_is_the_same_whether_it_opens_the_accounts_of_the_bank_or_not(book: &TestBook) {
        let server = bank(book);
        server.post("/v1/accounts", r#"{"account":"customers:alice:usd","currency":"USD"}"#).is(201);
        let exchange = |key: &str| format!(r#"{{"key":"{key}","from":"customers:alice","to":"customers:alice:usd","amount":"10.00","rate":"1.25","fee":"0.50"}}"#);
        let first = server.post("/v1/exchanges", &exchange("e1")).is(201).json();
        let second = server.post("/v1/exchanges", &exchange("e2")).is(201).json();
        let shape = |receipt: &serde_json::Value| {
            let legs = receipt["transfers"].as_array().unwrap().iter();
            legs.map(|leg| [&leg["debit_account"], &leg["credit_account"], &leg["amount"], &leg["metadata"]].map(ToString::to_string)).collect::<Vec<_>>()
        };
        assert_eq!(shape(&first), shape(&second));
        let again = server.post("/v1/exchanges", &exchange("e1")).is(200);
        assert!(again.is_replayed());
        assert_eq!(shape(&again.json()), shape(&first));
        server.post("/v1/exchanges", &exchange("e1").replace("1.25", "1.26")).problem(422, "id_reused");
        server.post("/v1/exchanges", &exchange("e3").replace("alice:usd", "bob")).problem(422, "currencies_alike");
        server.post("/v1/exchanges", &exchange("e4").replace("alice:usd", "carol")).problem(422, "account_unknown");
        assert_eq!(available(&server, "customers:alice:usd"), "25.00");
        assert_eq!(available(&server, "fees:eur"), "1.00");
    }
}

/// A server stays, so its posters prepare their statement, which is a transaction by itself, though each has a single connection.
#[test]
fn a_server_posts_by_one_statement_where_it_can() {
    let mut book = TestBook::on_postgres();
    book.url.push_str("&application_name=one_statement");
    let server = bank(&book);
    let send = |key: &str| server.request("POST", "/v1/transfers").header("idempotency-key", key).json(RENT).send();
    send("rent-1").is(201);
    send("rent-2").is(201);
    let sessions = "select query from pg_stat_activity where application_name = 'one_statement' and state = 'idle'";
    let last: Vec<String> = book.query_texts(sessions);
    assert!(last.iter().any(|query| query.starts_with("with changed")), "{last:#?}");
}
