//! The numbers of the server, and what is shown of them.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use teller::Clock;
use teller::server::NewWebhook;

use crate::server::webhooks::{add, webhooks};
use crate::support::http::TestServer;
use crate::support::receiver::Receiver;
use crate::support::{TestBook, on_every_backend};

/// Where a line of the metrics begins so, waits until it is this number.
#[track_caller]
fn wait_for(server: &TestServer, line: &str, number: i64) {
    let begin = Instant::now();
    loop {
        let text = server.get("/metrics").is(200).body;
        if text.lines().any(|one| one == format!("{line} {number}")) {
            return;
        }
        assert!(begin.elapsed() < Duration::from_secs(30), "{line} {number} is not in:\n{text}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn put(server: &TestServer, body: &str) {
    server.request("PUT", "/v1/consumers/shop").json(body).send();
}

on_every_backend! {
    fn consumers_and_webhooks_tell_how_far_they_have_come(book: &TestBook) {
        let server = TestServer::on(book);
        let receiver = Receiver::new();
        let (id, _) = add(book, NewWebhook::new(&receiver.url));
        server.open_accounts(&["customers:alice", "customers:bob", "customers:carol"]);
        put(&server, "{}");
        wait_for(&server, r#"teller_consumer_lag_events{consumer="shop"}"#, 3);
        wait_for(&server, r#"teller_consumer_held{consumer="shop"}"#, 0);
        let page = server.get("/v1/events?consumer=shop&limit=2").is(200);
        let (lease, page) = (page.header("teller-lease-epoch").unwrap().to_owned(), page.json());
        wait_for(&server, r#"teller_consumer_held{consumer="shop"}"#, 1);
        put(&server, &format!(r#"{{"cursor":{},"epoch":{lease}}}"#, page["next_cursor"]));
        wait_for(&server, r#"teller_consumer_lag_events{consumer="shop"}"#, 1);

        wait_for(&server, &format!(r#"teller_webhook_delivered_total{{webhook="{id}"}}"#), 3);
        wait_for(&server, &format!(r#"teller_webhook_lag_events{{webhook="{id}"}}"#), 0);
        wait_for(&server, &format!(r#"teller_webhook_failed_events{{webhook="{id}"}}"#), 0);
        webhooks(book).pause(&id).unwrap();
        server.open_accounts(&["customers:dora"]);
        wait_for(&server, &format!(r#"teller_webhook_lag_events{{webhook="{id}"}}"#), 1);
        let text = server.get("/metrics").is(200).body;
        assert!(!text.contains("customers:") && !text.contains("127.0.0.1"), "no account and no URL is a label:\n{text}");
        server.request("DELETE", "/v1/consumers/shop").send().is(200);
        webhooks(book).remove(&id).unwrap();
        let text = server.get("/metrics").is(200).body;
        assert!(!text.contains("shop") && !text.contains(&id), "what is gone is not told of:\n{text}");
    }

    fn a_monitor_tells_whether_it_is_raised(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["customers:alice"]);
        server.post("/v1/monitors", r#"{"name":"low","account":"customers:alice","when":"posted < 1"}"#).is(201);
        wait_for(&server, r#"teller_monitor_raised{monitor="low"}"#, 1);
        server.post("/v1/deposits", r#"{"key":"d1","account":"customers:alice","amount":"1.00"}"#).is(201);
        wait_for(&server, r#"teller_monitor_raised{monitor="low"}"#, 0);
        server.request("DELETE", "/v1/monitors/low").send().is(200);
        assert!(!server.get("/metrics").is(200).body.contains("monitor=\"low\""));
    }

    fn failed_and_dead_events_are_counted(book: &TestBook) {
        let receiver = Receiver::that(|_, received| crate::support::receiver::Reaction::Answer(if received.sequence() == 1 { 500 } else { 200 }, ""));
        let (id, _) = add(book, NewWebhook { ordered: false, ..NewWebhook::new(&receiver.url) });
        let retries = vec![Duration::from_hours(1)];
        let server = TestServer::with(book, teller::server::ServerOptions { webhook_retries: retries, ..crate::support::http::options() });
        server.open_accounts(&["a", "b"]);
        wait_for(&server, &format!(r#"teller_webhook_failed_events{{webhook="{id}"}}"#), 1);
        wait_for(&server, &format!(r#"teller_webhook_delivered_total{{webhook="{id}"}}"#), 1);
        wait_for(&server, &format!(r#"teller_webhook_dead_events{{webhook="{id}"}}"#), 0);
        webhooks(book).resume(&id, &book.ledger()).unwrap();
        wait_for(&server, &format!(r#"teller_webhook_dead_events{{webhook="{id}"}}"#), 1);
    }
}

#[test]
fn the_dashboard_of_grafana_shows_numbers_that_there_are() {
    let book = TestBook::on_sqlite();
    let server = TestServer::on(&book);
    // So that each kind of number is there.
    let receiver = Receiver::new();
    webhooks(&book)
        .add(NewWebhook { allow_private: true, ..NewWebhook::new(&receiver.url) }, Clock::system().now())
        .unwrap();
    put(&server, "{}");
    server.open_accounts(&["a"]);
    server.post("/v1/monitors", r#"{"name":"low","account":"a","when":"posted < 1"}"#).is(201);
    server.post("/v1/deposits", r#"{"key":"d1","account":"a","amount":"1.00"}"#).is(201);
    let text = server.get("/metrics").is(200).body;
    let names = |text: &str| -> BTreeSet<String> {
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        words.filter(|word| word.starts_with("teller_")).map(str::to_owned).collect()
    };
    let told: BTreeSet<_> = text.lines().filter(|line| !line.starts_with('#')).flat_map(names).collect();
    let shown = names(include_str!("../../packaging/grafana.json"));
    let missing: Vec<_> = shown.difference(&told).collect();
    assert!(missing.is_empty() && shown.len() > 8, "{missing:?} is not in:\n{text}");
    let page = include_str!("../../docs/server.md");
    for name in told.iter().filter(|name| !name.ends_with("_sum") && !name.ends_with("_count")) {
        let name = name.trim_end_matches("_bucket");
        assert!(page.contains(name), "{name} is not in docs/server.md");
    }
}
