//! Which status a refusal has, and what every request must have and every answer has.

use teller::Clock;
use teller::server::{NewKey, Scope};

use crate::support::browser::encoded;
use crate::support::http::{TestServer, keys};
use crate::support::on_every_backend;

const UUID: &str = "01890000-0000-7000-8000-0000000000ff";

fn bank(book: &crate::support::TestBook) -> TestServer {
    let server = TestServer::on(book);
    server.open_accounts(&["caf\u{e9}", "alice", "bob"]);
    server.post("/v1/deposits", r#"{"key":"d1","account":"alice","amount":"10.00"}"#).is(201);
    server
}

on_every_backend! {
    fn what_the_path_names_and_is_not_there_is_404_with_its_code(book: &TestBook) {
        let server = bank(book);
        let upper = UUID.to_uppercase();
        let plain = UUID.replace('-', "");
        for (target, code) in [
            ("/v1/accounts/nobody", "account_unknown"),
            ("/v1/accounts/nobod%C3%A9", "account_unknown"),
            ("/v1/accounts/nobode%CC%81", "account_unknown"),
            ("/v1/accounts/nobody/balance", "account_unknown"),
            ("/v1/accounts/nobody/balance?at=2100", "account_unknown"),
            ("/v1/accounts/nobody/statement", "account_unknown"),
            ("/v1/accounts/nobody/statement?from=2020-01-01T00:00:00Z", "account_unknown"),
            ("/v1/accounts/nobody/history", "account_unknown"),
            ("/v1/accounts/nobody/holds", "account_unknown"),
            ("/v1/accounts/nobody/metadata", "account_unknown"),
            ("/v1/accounts/nobody/metadata/history", "account_unknown"),
            ("/v1/transfers/nope", "transfer_unknown"),
            ("/v1/transfers/@999", "sequence_unknown"),
            ("/v1/transfers/nope/metadata", "transfer_unknown"),
            ("/v1/holds/nope", "hold_unknown"),
            ("/v1/journals/nope", "journal_unknown"),
            ("/v1/journals/@999", "sequence_unknown"),
            ("/v1/schedules/nope", "schedule_unknown"),
            ("/v1/schedules/nop%C3%A9", "schedule_unknown"),
            ("/v1/jobs/nope", "job_unknown"),
            ("/v1/webhooks/nope", "webhook_unknown"),
        ] {
            server.get(target).problem(404, code);
        }
        for id in [UUID, &upper, &plain] {
            for (noun, code) in [("transfers", "transfer_unknown"), ("holds", "hold_unknown"), ("journals", "journal_unknown"), ("schedules", "schedule_unknown")] {
                server.get(&format!("/v1/{noun}/{id}")).problem(404, code);
            }
        }
        for (target, code) in [
            ("/v1/accounts/nobody/freeze", "account_unknown"),
            ("/v1/accounts/nobody/close", "account_unknown"),
            ("/v1/holds/nope/captures", "hold_unknown"),
            ("/v1/holds/nope/release", "hold_unknown"),
            ("/v1/transfers/nope/reversals", "transfer_unknown"),
            ("/v1/journals/nope/reversal", "journal_unknown"),
            ("/v1/schedules/nope/cancel", "schedule_unknown"),
            ("/v1/keys/nope/revoke", "key_unknown"),
            ("/v1/webhooks/nope/pause", "webhook_unknown"),
        ] {
            server.request("POST", target).header("Idempotency-Key", "k").send().problem(404, code);
        }
    }

    fn what_only_the_query_or_the_body_names_is_422(book: &TestBook) {
        let server = bank(book);
        server.get("/v1/accounts/alice/statement?counterparty=nobody").problem(422, "account_unknown");
        server.get("/v1/transfers?account=nobody").problem(422, "account_unknown");
        server.get("/v1/accounts?currency=XYZ").problem(422, "currency_unknown");
        server.post("/v1/transfers", r#"{"key":"t","from":"alice","to":"nobody","amount":"1.00"}"#).problem(422, "account_unknown");
        // The account is there; what is not is the place in its statement.
        server.get("/v1/accounts/alice/statement?cursor=2026-01-01T00:00:00Z/1").problem(422, "cursor_unknown");
    }

    fn an_empty_body_is_no_body_and_any_other_is_told(book: &TestBook) {
        let server = bank(book);
        for body in ["", "{}", " {\n} "] {
            server.request("GET", "/v1/whoami").json(body).send().is(200);
            server.request("POST", "/v1/schedules/run").json(body).send().is(200);
        }
        for body in ["[]", "null", r#"{"until":"2026-01-01"}"#, "x", r#"{"a":1}"#] {
            server.request("POST", "/v1/schedules/run").json(body).send().problem(400, "request_invalid");
        }
        server.request("POST", "/v1/schedules/run").json(&" ".repeat(10_000)).send().problem(413, "body_too_large");
    }

    fn a_body_that_was_compressed_is_refused_and_not_misread(book: &TestBook) {
        let server = bank(book);
        let body = r#"{"key":"t","from":"alice","to":"bob","amount":"1.00"}"#;
        let send = |encoding: &str| server.request("POST", "/v1/transfers").header("Content-Encoding", encoding).json(body).send();
        for encoding in ["gzip", "GZIP", "identity, br", "deflate", "zstd"] {
            send(encoding).problem(415, "media_type_unsupported");
        }
        server.request("POST", "/v1/batches").header("Content-Encoding", "gzip").json("[]").send().problem(415, "media_type_unsupported");
        send("identity").is(201);
    }

    fn a_request_has_one_host(book: &TestBook) {
        let server = bank(book);
        let key = &server.key;
        let ask = |version: &str, hosts: &str| {
            server.raw(format!("GET /v1/whoami HTTP/{version}\r\nconnection: close\r\n{hosts}authorization: Bearer {key}\r\n\r\n").as_bytes())
        };
        ask("1.1", "host: teller\r\n").is(200);
        ask("1.1", "host: [::1]:8080\r\n").is(200);
        ask("1.0", "").is(200);
        for hosts in ["", "host: a\r\nhost: a\r\n", "host: a\r\nhost: b\r\n", "host: a b\r\n", "host: a/b\r\n", "host: a, b\r\n"] {
            ask("1.1", hosts).problem(400, "request_invalid");
        }
        server.raw(b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n").problem(400, "request_invalid");
    }

    fn the_metrics_are_of_all_accounts(book: &TestBook) {
        let server = bank(book);
        for (name, scope) in [("watcher", Scope::Metrics), ("boss", Scope::Admin)] {
            let new = |prefix: &str, name: String| NewKey { prefix: prefix.into(), ..NewKey::new(name.parse().unwrap(), [scope]) };
            let narrow = keys(book).create(new("alice", format!("{name}-of-some")), Clock::system().now()).unwrap().text;
            let wide = keys(book).create(new("", name.to_owned()), Clock::system().now()).unwrap().text;
            server.request("GET", "/metrics").with_key(&narrow).send().problem(403, "forbidden");
            server.request("GET", "/metrics").with_key(&wide).send().is(200);
        }
    }

    fn every_answer_has_the_headers_that_keep_a_browser_safe(book: &TestBook) {
        let server = bank(book);
        for target in ["/docs", "/openapi.json", "/nothing", "/v1/nothing", "/v1/whoami", "/livez", "/readyz", "/metrics", "/v1/export", "/", "/login"] {
            for accept in ["text/html", "*/*"] {
                let answer = server.request("GET", target).header("accept", accept).send();
                let header = |name: &str| answer.header(name).unwrap_or_else(|| panic!("{target} has no {name}: {answer:?}"));
                assert_eq!((header("x-content-type-options"), header("x-frame-options")), ("nosniff", "DENY"), "{target}");
                assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{target}");
                header("referrer-policy");
                let policy = header("content-security-policy");
                assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{target}: {policy}");
            }
        }
        let answer = server.raw(b"POST /docs HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        assert_eq!((answer.status, answer.header("x-content-type-options")), (405, Some("nosniff")));
    }

    fn an_account_is_reached_by_a_name_that_cannot_stand_in_a_path(book: &TestBook) {
        let server = bank(book);
        for name in [".", "..", "a/../b", "-", "a:..", "../v1"] {
            server.post("/v1/accounts", &format!(r#"{{"account":"{name}","currency":"EUR"}}"#)).is(201);
            let query = encoded(&[("name", name)]);
            for page in ["", "/balance", "/statement", "/history", "/holds", "/metadata", "/metadata/history"] {
                server.get(&format!("/v1/accounts/-{page}?{query}")).is(200);
            }
            let shown = server.get(&format!("/v1/accounts/-?{query}")).is(200).json();
            assert_eq!(shown["account"], name);
            server.post(&format!("/v1/accounts/-/freeze?{query}"), r#"{"reason":"check"}"#).is(200);
            server.post(&format!("/v1/accounts/-/unfreeze?{query}&dry_run=true"), r#"{"reason":"check"}"#).is(200);
        }
        server.get("/v1/accounts/-?name=nobody").problem(404, "account_unknown");
        server.get("/v1/accounts/alice?name=alice").is(200);
        server.get("/v1/accounts/alice?name=bob").problem(400, "request_invalid");
        server.get("/v1/transfers/d1?name=bob").problem(400, "request_invalid");
    }
}
