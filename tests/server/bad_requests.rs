//! What is no request, and what would starve the others.

use std::io::Write;
use std::net::TcpStream;

use crate::support::http::{TestServer, read};
use crate::support::on_every_backend;

on_every_backend! {
    fn a_nul_is_bad_input_wherever_it_stands(book: &TestBook) {
        let server = TestServer::on(book);
        for (path, body) in [
            ("/v1/monitors", r#"{"name": "m", "prefix": "a\u0000", "when": "due refused"}"#),
            ("/v1/webhooks", r#"{"url": "https://example.org/", "accounts": "a\u0000"}"#),
            ("/v1/accounts", r#"{"name": "a\u0000", "currency": "EUR"}"#),
            ("/v1/transfers", r#"{"key": "k\u0000", "from": "a", "to": "b", "amount": "1"}"#),
        ] {
            server.post(path, body).is(400);
        }
        for path in ["/v1/consumers/a%00", "/v1/events?consumer=a%00", "/v1/accounts/a%00", "/v1/accounts?prefix=a%00", "/v1/transfers?by=%00"] {
            server.get(path).is(400);
        }
    }

    fn a_key_is_read_in_one_way_only(book: &TestBook) {
        let server = TestServer::on(book);
        let send = |headers: &str| {
            let text = format!("GET /v1/whoami HTTP/1.1\r\nhost: teller\r\nconnection: close\r\n{headers}\r\n");
            server.raw(text.as_bytes())
        };
        let key = &server.key;
        send(&format!("authorization: Bearer {key}\r\n")).is(200);
        send(&format!("authorization: bearer {key}\r\n")).is(200);
        for headers in [
            format!("authorization: Bearer {key}\r\nauthorization: Bearer {key}\r\n"),
            format!("authorization: Basic {key}\r\n"),
            format!("authorization: {key}\r\n"),
            format!("authorization: Bearer {key}, Bearer {key}\r\n"),
        ] {
            send(&headers).problem(401, "unauthorized");
        }
    }

    fn batches_that_never_come_leave_room_for_everything_else(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["cash:a", "cash:b"]);
        let head = format!(
            "POST /v1/batches HTTP/1.1\r\nhost: teller\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n[",
            server.key,
            16 << 20
        );
        let slow: Vec<_> = (0..8)
            .map(|_| {
                let mut connection = std::net::TcpStream::connect(server.address).unwrap();
                std::io::Write::write_all(&mut connection, head.as_bytes()).unwrap();
                connection
            })
            .collect();
        let ask = || server.request("POST", "/v1/batches").header("Teller-Deadline", "100ms").json("[]").send();
        let begin = std::time::Instant::now();
        while ask().status != 503 {
            assert!(begin.elapsed().as_secs() < 25, "there is room for more than 128 MiB");
        }
        ask().problem(503, "server_busy");
        server.post("/v1/transfers", r#"{"key":"t","debit":"cash:a","credit":"cash:b","amount":"1.00"}"#).is(201);
        drop(slow);
        server.post("/v1/batches", "[]").is(200);
    }

    fn a_body_that_cannot_be_read_is_refused_with_its_place(book: &TestBook) {
        let server = TestServer::on(book);
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        for body in [
            "{",
            "[]",
            "7",
            "null",
            r#"{"key":"a","key":"b","from":"x","to":"y","amount":"1"}"#,
            r#"{"key":"a","from":"x","to":"y","amount":1.5}"#,
            r#"{"key":"a","from":"x","to":"y","amount":1}"#,
            r#"{"key":"a","from":"x","to":"y","amount":"1","colour":"red"}"#,
            r#"{"key":"a","hold":{"from":"x","to":"y","amount":"1"}}"#,
            &format!(r#"{{"key":"a","from":{deep},"to":"y","amount":"1"}}"#),
        ] {
            let answer = server.post("/v1/transfers", body);
            assert_eq!(answer.status, 400, "{body:.60}: {answer:?}");
            assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        }
        let long = "k".repeat(1 << 20);
        server.post("/v1/transfers", &format!(r#"{{"key":"{long}"}}"#)).problem(413, "body_too_large");
        let form = server.request("POST", "/v1/transfers").body("application/x-www-form-urlencoded", "from=a");
        form.send().problem(415, "media_type_unsupported");
        let bad_key = server.request("POST", "/v1/transfers").header("idempotency-key", &"k".repeat(2_000)).json("{}");
        assert_eq!(bad_key.send().status, 400);
    }

    fn a_body_that_cannot_be_read_names_the_field(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["a", "b"]);
        let webhook = server.post("/v1/webhooks", r#"{"url":"https://real.example/"}"#).is(201).json()["id"].clone();
        for (method, path, body, place) in [
            ("POST", "/v1/webhooks", r#"{"url":1}"#, "field url"),
            ("POST", "/v1/webhooks", r#"{"url":"https://a.example/","types":"x"}"#, "field types"),
            ("POST", "/v1/webhooks", r#"{"url":"https://a.example/","types":["hold.placed",2]}"#, "field types, item 2"),
            ("POST", "/v1/webhooks", r#"{"url":"https://a.example/","types":["x"]}"#, "field types, item 1"),
            ("POST", "/v1/webhooks", r#"{"url":"https://a.example/","unordered":"yes"}"#, "field unordered"),
            ("POST", "/v1/webhooks", r#"{"url":"https://a.example/","after":"x"}"#, "field after"),
            ("POST", "/v1/webhooks/w/replay", r#"{"after":"x"}"#, "field after"),
            ("POST", "/v1/webhooks/w/rotate", r#"{"old_valid_for":"x"}"#, "field old_valid_for"),
            ("POST", "/v1/keys", r#"{"name":"k","scopes":"admin"}"#, "field scopes"),
            ("POST", "/v1/keys", r#"{"name":"k","scopes":["all"]}"#, "field scopes, item 1"),
            ("POST", "/v1/keys", r#"{"name":"k","scopes":["admin"],"expires_in":"0s"}"#, "field expires_in"),
            ("POST", "/v1/balances/query", r#"{"accounts":["a",7]}"#, "field accounts, item 2"),
            ("POST", "/v1/balances/query", r#"{"accounts":["a",""]}"#, "field accounts, item 2"),
            ("POST", "/v1/monitors", r#"{"name":"m","when":"due refused","account":" a"}"#, "field account"),
            ("POST", "/v1/monitors", r#"{"name":"m","when":"posted < 1","prefix":"a","currency":"x"}"#, "field currency"),
            ("POST", "/v1/currencies", r#"{"currency":"XYZ","exponent":"2","name":"x"}"#, "field exponent"),
            ("PUT", "/v1/consumers/shop", r#"{"cursor":"x"}"#, "field cursor"),
            ("PUT", "/v1/consumers/shop", r#"{"cursor":"first","lease":"x"}"#, "field lease"),
            ("PUT", "/v1/consumers/shop", r#"{"epoch":"1"}"#, "field epoch"),
            ("POST", "/v1/consumers/shop/move", r#"{"to":"x"}"#, "field to"),
            ("POST", "/v1/transfers", r#"{"key":"t","from":"a","to":"b","amount":1}"#, "field amount"),
            ("POST", "/v1/holds", r#"{"key":"t","from":"a","to":"b","amount":"1","expires_in":"x"}"#, "field hold, field expires_in"),
            ("POST", "/v1/batches", r#"[{"key":"t","from":"a","to":"b","amount":"1","metadata":{"k":1}}]"#, "item 1, field metadata, field k"),
            ("PATCH", "/v1/accounts/a", r#"{"per_day":1}"#, "field limit, field per_day"),
        ] {
            let path = path.replace("/w/", &format!("/{}/", webhook.as_str().unwrap()));
            let refused = server.request(method, &path).json(body).send();
            assert_eq!(refused.status, 400, "{path} {body}: {refused:?}");
            let refused = refused.json();
            assert_eq!(refused["place"], place, "{path} {body}: {refused}");
            assert!(refused["detail"].as_str().unwrap().starts_with(&format!("{place}: ")), "{refused}");
        }
        let fraction = server.post("/v1/transfers", r#"{"key":"t","from":"a","to":"b","amount":1.5}"#).is(400).json();
        assert!(fraction["detail"].as_str().unwrap().contains("field amount: invalid type: floating point"), "{fraction}");
    }

    fn a_word_that_is_none_of_those_of_its_parameter_is_refused_with_all_of_them(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["a", "b"]);
        for (path, parameter, words) in [
            ("/v1/transfers?kind=HOLD", "kind", "transfer, hold, capture, release or reversal"),
            ("/v1/transfers?order=down", "order", "newest or oldest"),
            ("/v1/accounts?type=bank", "type", "asset, liability, equity, revenue or expense"),
            ("/v1/accounts?state=shut", "state", "open, frozen, debits_frozen, credits_frozen or closed"),
            ("/v1/holds?state=old", "state", "open, captured, released, expired or any"),
            ("/v1/accounts/a/statement?order=newest", "order", "recorded or effective"),
            ("/v1/reports/trial-balance?every=decade", "every", "day, week, month, quarter or year"),
            ("/v1/reports/balance-sheet?compare=next", "compare", "previous or year"),
            ("/v1/reports/trial-balance?zero=1", "zero", "true or false"),
        ] {
            let refused = server.get(path).is(400).json();
            assert_eq!(refused["place"], format!("parameter {parameter}"), "{path}");
            let detail = refused["detail"].as_str().unwrap();
            assert!(detail.ends_with(&format!("; write {words}")), "{path}: {detail}");
        }
        let policy = server.post("/v1/batches?on_refusal=ignore", "[]").problem(400, "request_invalid").json();
        assert!(policy["detail"].as_str().unwrap().ends_with("write carry-on, stop or nothing"), "{policy}");
        for (path, parameter) in [
            ("/v1/transfers?limit=0", "limit"),
            ("/v1/transfers?cursor=x", "cursor"),
            ("/v1/transfers?amount_min=x", "amount_min"),
            ("/v1/transfers?from=x", "from"),
            ("/v1/accounts/a/history?cursor=-1", "cursor"),
            ("/v1/balances?depth=x", "depth"),
            ("/v1/balances?time_zone=Mars", "time_zone"),
        ] {
            let place = server.get(path).is(400).json()["place"].clone();
            assert_eq!(place, format!("parameter {parameter}"), "{path}");
        }
    }

    fn a_read_that_is_late_is_told_that_nothing_was_written_whatever_it_reads(book: &TestBook) {
        let server = TestServer::on(book);
        let is_late = |method: &str, path: &str| {
            let answer = server.request(method, path).header("teller-deadline", "1us").json("{}").send();
            // What was late before may have all places still.
            match answer.json()["code"].as_str() {
                Some("deadline_passed" | "outcome_unknown") => Some(answer),
                _ => None,
            }
        };
        for path in [
            "/v1/accounts", "/v1/keys", "/v1/webhooks", "/v1/webhooks/w", "/v1/webhooks/w/deliveries", "/v1/monitors",
            "/v1/monitors/m", "/v1/consumers", "/v1/consumers/c", "/v1/reports/balance-sheet",
        ] {
            let late = (0..300).find_map(|_| is_late("GET", path)).unwrap_or_else(|| panic!("{path} is never late"));
            late.problem(503, "deadline_passed");
        }
        let late = (0..300).find_map(|_| is_late("POST", "/v1/keys")).unwrap();
        late.problem(504, "outcome_unknown");
    }

    fn what_has_no_place_is_told_so(book: &TestBook) {
        let server = TestServer::on(book);
        server.get("/v1/nothing").problem(404, "not_found");
        server.get("/v1").problem(404, "not_found");
        server.request("DELETE", "/v1/accounts").send().problem(405, "method_not_allowed");
        server.request("GET", "/v1/accounts").header("teller-deadline", "soon").send().problem(400, "request_invalid");
        server.request("GET", "/v1/accounts").header("teller-deadline", "5m").send().problem(400, "request_invalid");
        let own = server.request("GET", "/v1/nothing").header("x-request-id", "mine-7").send();
        assert_eq!(own.header("x-request-id"), Some("mine-7"));
        let odd = server.request("GET", "/v1/nothing").header("x-request-id", "a b<script>").send();
        assert_ne!(odd.header("x-request-id"), Some("a b<script>"));
    }

    fn what_is_no_http_gets_no_answer_of_the_book(book: &TestBook) {
        let server = TestServer::on(book);
        let key = &server.key;
        let head = format!("host: teller\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n");
        for (text, least) in [
            ("\r\n\r\n".to_owned(), 0),
            ("HELO teller\r\n\r\n".to_owned(), 0),
            (format!("POST /v1/transfers HTTP/1.1\r\n{head}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}}"), 400),
            (format!("POST /v1/transfers HTTP/1.1\r\n{head}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\nx\r\n"), 400),
            (format!("POST /v1/transfers HTTP/1.1\r\n{head}transfer-encoding: chunked\r\n\r\nzz\r\n{{}}\r\n0\r\n\r\n"), 400),
            (format!("GET /v1/accounts HTTP/1.1\r\nhost: teller\r\nx-long: {}\r\n\r\n", "x".repeat(100_000)), 400),
            (format!("GET /{} HTTP/1.1\r\nhost: teller\r\n\r\n", "x".repeat(100_000)), 400),
        ] {
            let answer = server.raw(text.as_bytes());
            let is_refusal = answer.status == 0 || (400..500).contains(&answer.status);
            assert!(is_refusal && (answer.status == 0 || answer.status >= least), "{text:.80}: {answer:?}");
        }
        server.get("/v1/accounts").is(200);
    }

    fn a_body_that_is_cut_posts_nothing(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["a", "b"]);
        let head = format!(
            "POST /v1/transfers HTTP/1.1\r\nhost: teller\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n",
            server.key
        );
        let body = r#"{"key":"t","debit":"a","credit":"b","amount":"1.00"}"#;
        let mut connection = TcpStream::connect(server.address).unwrap();
        write!(connection, "{head}content-length: {}\r\n\r\n{body}", body.len() + 1).unwrap();
        connection.shutdown(std::net::Shutdown::Write).unwrap();
        let answer = read(connection);
        assert!(answer.status == 400 || answer.status == 0, "{answer:?}");
        assert_eq!(server.get("/v1/transfers").is(200).json()["items"].as_array().unwrap().len(), 0);
    }

    fn slow_clients_do_not_keep_the_others_waiting(book: &TestBook) {
        let server = TestServer::on(book);
        let slow: Vec<_> = (0..200)
            .map(|index| {
                let mut connection = TcpStream::connect(server.address).unwrap();
                let part = if index % 2 == 0 { "POST /v1/tran" } else { "POST /v1/transfers HTTP/1.1\r\nhost: teller\r\ncontent-length: 100\r\n\r\n{" };
                connection.write_all(part.as_bytes()).unwrap();
                connection
            })
            .collect();
        for _ in 0..20 {
            server.get("/v1/accounts").is(200);
        }
        drop(slow);
    }
}
