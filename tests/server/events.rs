//! The feed over HTTP: pages, lines, and a stream that goes on.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;

use teller::Clock;
use teller::server::NewKey;

use crate::support::http::{TestServer, keys, make_key};
use crate::support::{TestBook, in_parallel, on_every_backend};

/// A client that follows the events.
struct Follower {
    lines: std::io::Lines<BufReader<TcpStream>>,
}

impl Follower {
    fn of(server: &TestServer, key: &str, target: &str, headers: &str) -> Self {
        let mut connection = TcpStream::connect(server.address).unwrap();
        connection.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let head = format!(
            "GET {target} HTTP/1.1\r\nhost: teller\r\nauthorization: Bearer {key}\r\naccept: text/event-stream\r\n{headers}\r\n"
        );
        connection.write_all(head.as_bytes()).unwrap();
        let mut lines = BufReader::new(connection).lines();
        assert!(lines.next().unwrap().unwrap().contains(" 200 "));
        Self { lines }
    }

    /// The id and the event that come next; `None` at the end of the stream.
    fn next(&mut self) -> Option<(String, Value)> {
        let mut id = None;
        loop {
            let line = self.lines.next()?.ok()?;
            if let Some(text) = line.strip_prefix("id: ") {
                id = Some(text.to_owned());
            } else if let Some(text) = line.strip_prefix("data: ") {
                return Some((id.unwrap(), serde_json::from_str(text).unwrap()));
            }
        }
    }
}

fn transfer(server: &TestServer, key: &str) {
    let body = format!(r#"{{"key":"{key}","from":"customers:alice","to":"customers:bob","amount":"1.00"}}"#);
    server.post("/v1/transfers", &body).is(201);
}

fn bank(book: &TestBook) -> TestServer {
    let server = TestServer::on(book);
    server.open_accounts(&["customers:alice", "customers:bob", "other"]);
    server.post("/v1/deposits", r#"{"key":"d1","account":"customers:alice","amount":"50.00"}"#).is(201);
    server
}

on_every_backend! {
    fn a_page_of_events_and_where_to_go_on(book: &TestBook) {
        let server = bank(book);
        let page = server.get("/v1/events?limit=3").is(200).json();
        assert_eq!(page["items"].as_array().unwrap().len(), 3);
        assert_eq!((&page["items"][2]["subject"], &page["next_cursor"]), (&"other".into(), &page["items"][2]["id"]));
        let rest = server.get(&format!("/v1/events?after={}", page["next_cursor"].as_str().unwrap())).is(200).json();
        let types: Vec<_> = rest["items"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(types, ["teller.account.opened", "teller.transfer.posted"]);
        let newest = rest["next_cursor"].as_str().unwrap();
        let none = server.get(&format!("/v1/events?after={newest}")).is(200).json();
        assert_eq!((none["items"].as_array().unwrap().len(), none["next_cursor"].as_str()), (0, Some(newest)));

        let only = server.get("/v1/events?types=teller.transfer.posted&accounts=customers:").is(200).json();
        assert_eq!(only["items"].as_array().unwrap().len(), 1);
        let lines = server.request("GET", "/v1/events").header("accept", "application/x-ndjson").send().is(200);
        assert_eq!(lines.body.lines().count(), 5);
        assert_eq!(serde_json::from_str::<Value>(lines.body.lines().next().unwrap()).unwrap(), page["items"][0]);

        let asked_as = |form: &str, query: &str| server.request("GET", &format!("/v1/events?{query}")).header("accept", form).send();
        let lines = |query: &str| {
            let answer = asked_as("application/x-ndjson", query).is(200);
            let ids = answer.body.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].clone());
            ids.collect::<Vec<_>>()
        };
        let all = lines("");
        assert_eq!((lines("limit=2"), lines("limit=5000"), lines("limit=1&types=transfer.posted")), (all[..2].to_vec(), all.clone(), all[4..].to_vec()));
        for (form, query) in [
            ("application/x-ndjson", "limit=0"),
            ("application/x-ndjson", "wait=1"),
            ("text/event-stream", "limit=2"),
            ("text/event-stream", "wait=1"),
            ("application/json", "limit=5000"),
            ("application/json", "wait=61"),
            ("application/json", "types=nothing"),
            ("application/json", "after=17"),
        ] {
            let refused = asked_as(form, query).problem(400, "request_invalid").json();
            let name = query.split('=').next().unwrap();
            assert_eq!(refused["place"], format!("parameter {name}"), "{form} {query}");
            assert!(refused["detail"].as_str().unwrap().starts_with(&format!("parameter {name}: ")), "{refused}");
        }
        server.get("/v1/events?after=17").problem(400, "request_invalid");
        server.get("/v1/events?after=1-0000000000000000").problem(409, "cursor_foreign");
        let stream = server.request("GET", "/v1/events?after=99-0000000000000000").header("accept", "text/event-stream").send();
        stream.problem(409, "cursor_foreign");
    }

    fn a_client_that_waits_is_answered_when_something_happens(book: &TestBook) {
        let server = bank(book);
        let newest = server.get("/v1/events?after=latest").is(200).json()["next_cursor"].as_str().unwrap().to_owned();
        let target = format!("/v1/events?after={newest}&wait=30&types=hold.placed");
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| server.get(&target).is(200).json());
            transfer(&server, "t1");
            server.post("/v1/holds", r#"{"key":"h1","from":"customers:alice","to":"customers:bob","amount":"5.00"}"#).is(201);
            let page = waiting.join().unwrap();
            assert_eq!(page["items"].as_array().unwrap().len(), 1);
            assert_eq!((&page["items"][0]["data"]["key"], &page["next_cursor"]), (&"h1".into(), &page["items"][0]["id"]));
        });
    }

    fn a_stream_tells_each_event_once_and_goes_on_where_it_was_cut(book: &TestBook) {
        let server = bank(book);
        let mut follower = Follower::of(&server, &server.key, "/v1/events?types=transfer.posted", "");
        assert_eq!(follower.next().unwrap().1["data"]["key"], "d1");
        transfer(&server, "t1");
        let (last, event) = follower.next().unwrap();
        assert_eq!((&event["data"]["key"], event["id"].as_str()), (&"t1".into(), Some(last.as_str())));
        drop(follower);
        for number in 2..30 {
            transfer(&server, &format!("t{number}"));
        }
        let mut again = Follower::of(&server, &server.key, "/v1/events?types=transfer.posted", &format!("last-event-id: {last}\r\n"));
        for number in 2..30 {
            assert_eq!(again.next().unwrap().1["data"]["key"], format!("t{number}"));
        }
    }

    fn many_followers_are_told_the_same(book: &TestBook) {
        let server = bank(book);
        let told = in_parallel(12, |number| {
            if number < 4 {
                for index in 0..10 {
                    transfer(&server, &format!("{number} {index}"));
                }
                return None;
            }
            let mut follower = Follower::of(&server, &server.key, "/v1/events", "");
            Some((0..45).map(|_| follower.next().unwrap().0).collect::<Vec<_>>())
        });
        let told: Vec<_> = told.into_iter().flatten().collect();
        assert!(told.iter().all(|ids| *ids == told[0]));
        let sequence = |id: &String| id.split('-').next().unwrap().parse::<i64>().unwrap();
        assert!(told[0].is_sorted_by_key(sequence));
    }

    fn followers_are_sent_away_when_the_server_ends(book: &TestBook) {
        let server = bank(book);
        let mut follower = Follower::of(&server, &server.key.clone(), "/v1/events?after=latest", "");
        server.stop().unwrap();
        assert!(follower.next().is_none());
    }

    fn a_change_of_a_transfers_metadata_is_about_both_of_its_accounts(book: &TestBook) {
        let server = bank(book);
        server.open_accounts(&["shops:corner"]);
        server.post("/v1/transfers", r#"{"key":"sale","from":"customers:alice","to":"shops:corner","amount":"1.00"}"#).is(201);
        server.request("PATCH", "/v1/transfers/sale/metadata").json(r#"{"set":{"invoice":"7"}}"#).send().is(200);
        let of = |accounts: &str| {
            let page = server.get(&format!("/v1/events?types=transfer.metadata_changed&accounts={accounts}")).is(200).json();
            page["items"].as_array().unwrap().len()
        };
        assert_eq!(["customers:", "shops:", "shops:corner", "cash", "shops:other"].map(of), [1, 1, 1, 0, 0]);
        let shown = |accounts: &str| book.run(&format!("events --types transfer.metadata_changed --accounts {accounts} --format ndjson")).ends(0).stdout;
        assert_eq!(shown("shops:"), shown("customers:"));
        assert_eq!((shown("shops:").lines().count(), shown("cash").lines().count()), (1, 0));

        // A key for the credited account sees the change, and nothing of what the other account may do.
        let mut new = NewKey::new("shop".parse().unwrap(), ["events:read".parse().unwrap()]);
        new.prefix = "shops:".into();
        let shop = keys(book).create(new, Clock::system().now()).unwrap().text;
        let page = server.request("GET", "/v1/events?types=transfer.metadata_changed").with_key(&shop).send().is(200).json();
        let data = &page["items"][0]["data"];
        assert_eq!((&data["account"], &data["metadata_after"]["invoice"]), (&"customers:alice".into(), &"7".into()));
        for field in ["event", "version", "state_before", "state_after", "min_balance_before", "min_balance_after"] {
            assert_eq!(data[field], Value::Null, "{field}");
        }
    }

    // A refusal may be about either account, and tells what that one has.
    fn a_key_for_one_account_of_a_refused_due_sees_no_reason(book: &TestBook) {
        let server = bank(book);
        server.open_accounts(&["payroll"]);
        book.run("schedule add payroll customers:alice 5000 --once 2026-01-01").ends(0);
        book.run("schedule run");
        let reasons = |prefix: &str| {
            let mut new = NewKey::new(format!("for {prefix}").replace([':', ' '], "-").parse().unwrap(), ["events:read".parse().unwrap()]);
            new.prefix = prefix.into();
            let key = keys(book).create(new, Clock::system().now()).unwrap().text;
            let page = server.request("GET", "/v1/events?types=due.refused").with_key(&key).send().is(200).json();
            let data = &page["items"][0]["data"];
            (data["code"].clone(), data["message"].as_str().is_some_and(|message| message.contains("payroll has 0.00 EUR")))
        };
        assert_eq!(reasons("customers:"), (Value::Null, false));
        assert_eq!(reasons(""), ("insufficient_funds".into(), true));
    }

    fn a_key_reads_the_events_that_it_may_see(book: &TestBook) {
        let server = bank(book);
        let other = make_key(book, "writer", &["transfers:write"]);
        server.request("GET", "/v1/events").with_key(&other).send().problem(403, "forbidden");
        let mut new = NewKey::new("narrow".parse().unwrap(), ["events:read".parse().unwrap()]);
        new.prefix = "customers:".into();
        let narrow = keys(book).create(new, Clock::system().now()).unwrap().text;
        let read = |target: &str| server.request("GET", target).with_key(&narrow).send();
        let page = read("/v1/events").is(200).json();
        let subjects: Vec<_> = page["items"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(subjects, ["teller.account.opened", "teller.account.opened", "teller.transfer.posted"]);
        // What the other account of a transfer has is not theirs to see.
        let deposit = &page["items"][2]["data"];
        assert_eq!((&deposit["credit_balance"], &deposit["debit_account"]), (&"50.00".into(), &"cash:eur".into()));
        assert_eq!((&deposit["debit_balance"], &deposit["debit_version"]), (&Value::Null, &Value::Null));
        let lines = server.request("GET", "/v1/events").with_key(&narrow).header("accept", "application/x-ndjson").send().is(200);
        assert!(lines.body.contains("\"debit_balance\":null") && !lines.body.contains("\"debit_balance\":\"50.00\""));
        read("/v1/events?accounts=customers:b").is(200);
        read("/v1/events?accounts=oth").problem(403, "forbidden");
        read("/v1/events?accounts=").problem(403, "forbidden");
    }
}

/// A stream is open for long, so it ends with its key.
#[test]
fn a_stream_ends_when_its_key_is_revoked_though_something_happens_all_the_time() {
    let book = TestBook::on_sqlite();
    let server = bank(&book);
    let listener = make_key(&book, "listener", &["events:read"]);
    let mut follower = Follower::of(&server, &listener, "/v1/events?after=latest", "");
    keys(&book).revoke("listener", Clock::system().now()).unwrap();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut number = 0;
            while !is_over.load(Ordering::SeqCst) {
                server.open_accounts(&[&format!("new:{number}")]);
                number += 1;
                std::thread::sleep(Duration::from_millis(200));
            }
        });
        while follower.next().is_some() {}
        is_over.store(true, Ordering::SeqCst);
    });
}

/// A reader that never reads holds nobody up.
#[test]
fn a_follower_that_does_not_read_holds_nobody_up() {
    let book = TestBook::on_sqlite();
    let server = bank(&book);
    let _deaf: Vec<_> = (0..20).map(|_| Follower::of(&server, &server.key, "/v1/events", "")).collect();
    let mut follower = Follower::of(&server, &server.key, "/v1/events?after=latest", "");
    for number in 0..50 {
        transfer(&server, &format!("t{number}"));
    }
    for number in 0..50 {
        assert_eq!(follower.next().unwrap().1["data"]["key"], format!("t{number}"));
    }
}
