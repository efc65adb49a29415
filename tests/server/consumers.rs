//! Consumers over HTTP: a lease by reading, an acknowledgement by its number.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use teller::Clock;
use teller::server::NewKey;

use crate::support::http::{HttpAnswer, TestServer, keys, make_key};
use crate::support::{TestBook, on_every_backend};

fn bank(book: &TestBook) -> TestServer {
    let server = TestServer::on(book);
    server.open_accounts(&["a", "b", "c", "d"]);
    server
}

fn put(server: &TestServer, name: &str, body: &str) -> HttpAnswer {
    server.request("PUT", &format!("/v1/consumers/{name}")).json(body).send()
}

fn ids(page: &HttpAnswer) -> Vec<String> {
    page.json()["items"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

fn epoch(answer: &HttpAnswer) -> i64 {
    answer.header("teller-lease-epoch").unwrap().parse().unwrap()
}

/// Waits until nobody reads as the consumer.
fn wait_until_free(server: &TestServer, name: &str) {
    let begin = Instant::now();
    while server.get(&format!("/v1/consumers/{name}")).is(200).json()["holder"] != Value::Null {
        assert!(begin.elapsed() < Duration::from_secs(20), "the lease is given back");
        std::thread::sleep(Duration::from_millis(20));
    }
}

on_every_backend! {
    fn a_consumer_reads_by_a_lease_and_goes_on_behind_what_it_acknowledged(book: &TestBook) {
        let server = bank(book);
        assert_eq!(put(&server, "shop", "{}").is(201).json()["cursor"], Value::Null);
        put(&server, "shop", r#"{"cursor":"latest"}"#).is(200);
        let first = server.get("/v1/events?consumer=shop&limit=2").is(200);
        let (read, lease) = (ids(&first), epoch(&first));
        assert_eq!(read.len(), 2);

        // Another client has to wait, and this one goes on by the number of its lease.
        let held = server.get("/v1/events?consumer=shop").problem(409, "consumer_held").json();
        assert_eq!((&held["consumer"], &held["holder"], &held["retry"]), (&"shop".into(), &"admin".into(), &"same_key".into()));
        let again = server.get(&format!("/v1/events?consumer=shop&limit=2&epoch={lease}")).is(200);
        assert_eq!(ids(&again), read, "what was not acknowledged is told again");
        let body = format!(r#"{{"cursor":"{}","epoch":{lease}}}"#, read[1]);
        let done = put(&server, "shop", &body).is(200).json();
        assert_eq!((&done["cursor"], &done["behind"]), (&read[1].as_str().into(), &2.into()));
        put(&server, "shop", &body).is(200);
        let back = format!(r#"{{"cursor":"{}","epoch":{lease}}}"#, read[0]);
        put(&server, "shop", &back).problem(409, "cursor_behind");
        put(&server, "shop", &format!(r#"{{"cursor":"3-0000000000000000","epoch":{lease}}}"#)).problem(409, "cursor_foreign");
        let rest = server.get(&format!("/v1/events?consumer=shop&epoch={lease}")).is(200);
        assert_eq!(ids(&rest).len(), 2);

        // Whoever moves it takes the lease away.
        server.post("/v1/consumers/shop/move", r#"{"to":"first"}"#).is(200);
        let next = ids(&rest)[1].clone();
        let late = put(&server, "shop", &format!(r#"{{"cursor":"{next}","epoch":{lease}}}"#)).problem(409, "lease_lost").json();
        assert_eq!(late["epoch"], lease);
        server.get(&format!("/v1/events?consumer=shop&epoch={lease}")).problem(409, "lease_lost");
        let anew = server.get("/v1/events?consumer=shop").is(200);
        assert_eq!((ids(&anew).len(), epoch(&anew)), (4, lease + 2));

        let list = server.get("/v1/consumers").is(200).json();
        assert_eq!((&list["items"][0]["name"], &list["items"][0]["holder"]), (&"shop".into(), &"admin".into()));
        assert_eq!(list["items"][0]["state"], "held");
        server.request("DELETE", "/v1/consumers/shop").send().is(200);
        server.get("/v1/consumers/shop").problem(404, "consumer_unknown");
        put(&server, "shop", &format!(r#"{{"cursor":"{next}","epoch":{lease}}}"#)).problem(404, "consumer_unknown");
        server.get("/v1/events?consumer=shop").problem(422, "consumer_unknown");
    }

    fn a_stream_holds_its_lease_as_long_as_it_lives(book: &TestBook) {
        let server = bank(book);
        put(&server, "shop", "{}").is(201);
        let mut connection = TcpStream::connect(server.address).unwrap();
        connection.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let head = format!(
            "GET /v1/events?consumer=shop&lease=1s HTTP/1.1\r\nhost: teller\r\nauthorization: Bearer {}\r\naccept: text/event-stream\r\n\r\n",
            server.key
        );
        connection.write_all(head.as_bytes()).unwrap();
        let mut lines = BufReader::new(connection).lines().map(Result::unwrap);
        let lease: i64 = lines.find_map(|line| line.strip_prefix("teller-lease-epoch: ").map(str::to_owned)).unwrap().parse().unwrap();
        let mut id = || lines.find_map(|line| line.strip_prefix("id: ").map(str::to_owned)).unwrap();
        let told = [id(), id(), id(), id()];
        let leased_until = || {
            let until = server.get("/v1/consumers/shop").is(200).json()["leased_until"].as_str().unwrap().to_owned();
            until.parse::<teller::facts::Instant>().unwrap().micros()
        };
        // Longer than the lease would last without being renewed.
        let (begin, first) = (Instant::now(), leased_until());
        while leased_until() < first + 1_000_000 {
            assert!(begin.elapsed() < Duration::from_secs(20), "it is renewed");
            std::thread::sleep(Duration::from_millis(20));
        }
        server.get("/v1/events?consumer=shop").problem(409, "consumer_held");
        put(&server, "shop", &format!(r#"{{"cursor":"{}","epoch":{lease},"lease":"1s"}}"#, told[2])).is(200);
        drop(lines);
        wait_until_free(&server, "shop");
        let rest = server.get("/v1/events?consumer=shop").is(200);
        assert_eq!(ids(&rest), [told[3].clone()]);
    }

    fn what_is_asked_of_consumers_must_make_sense(book: &TestBook) {
        let server = bank(book);
        put(&server, "a%20b", "{}").problem(400, "text_invalid");
        put(&server, "shop", r#"{"cursor":"nowhere"}"#).problem(400, "request_invalid");
        put(&server, "shop", r#"{"cursor":"1-0000000000000000"}"#).problem(409, "cursor_foreign");
        put(&server, "shop", r#"{"epoch":1}"#).problem(400, "request_invalid");
        put(&server, "shop", r#"{"cursor":"1-0000000000000000","epoch":"1"}"#).problem(400, "request_invalid");
        put(&server, "shop", r#"{"place":1}"#).problem(400, "request_invalid");
        let added = put(&server, "shop", "{}").is(201).json();
        for query in ["consumer=shop&after=latest", "epoch=1", "lease=9s", "consumer=shop&lease=1ms", "consumer=shop&epoch=x"] {
            server.get(&format!("/v1/events?{query}")).problem(400, "request_invalid");
        }
        server.post("/v1/consumers/shop/move", "{}").problem(400, "request_invalid");
        server.post("/v1/consumers/none/move", r#"{"to":"first"}"#).problem(404, "consumer_unknown");
        server.request("DELETE", "/v1/consumers/none").send().problem(404, "consumer_unknown");
        let now = server.get("/v1/consumers/shop").is(200).json();
        assert_eq!((&now["epoch"], &now["state"]), (&added["epoch"], &"free".into()), "what is refused takes no lease");
    }

    fn consumers_are_for_keys_that_read_all_events(book: &TestBook) {
        let server = bank(book);
        let reader = make_key(book, "reader", &["events:read"]);
        let writer = make_key(book, "writer", &["transfers:write"]);
        let mut new = NewKey::new("narrow".parse().unwrap(), ["events:read".parse().unwrap()]);
        new.prefix = "a".into();
        let narrow = keys(book).create(new, Clock::system().now()).unwrap().text;
        server.request("PUT", "/v1/consumers/shop").with_key(&reader).json("{}").send().is(201);
        for key in [&writer, &narrow] {
            server.request("GET", "/v1/consumers").with_key(key).send().problem(403, "forbidden");
            server.request("PUT", "/v1/consumers/shop").with_key(key).json("{}").send().problem(403, "forbidden");
            server.request("DELETE", "/v1/consumers/shop").with_key(key).send().problem(403, "forbidden");
            server.request("GET", "/v1/events?consumer=shop").with_key(key).send().problem(403, "forbidden");
        }
        let page = server.request("GET", "/v1/events?consumer=shop").with_key(&reader).send().is(200);
        assert_eq!(server.get("/v1/consumers/shop").is(200).json()["holder"], "reader");
        assert_eq!(ids(&page).len(), 4);
    }
}
