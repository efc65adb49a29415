//! Webhooks: each event at least once, in order, signed, and only to whom it may be sent.

mod crossings;
mod kept;
mod kills;
mod rules;
mod unordered;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use standardwebhooks::Webhook;

use teller::Clock;
use teller::server::{NewWebhook, ServerOptions, Webhooks};
use teller::store::StoreOptions;

use crate::support::http::{TestServer, options};
use crate::support::receiver::{Reaction, Received, Receiver};
use crate::support::{TestBook, on_every_backend};

/// Longer than any server of a test takes.
const WAIT: Duration = Duration::from_mins(1);

/// The webhooks of a book, by its owner.
pub fn webhooks(book: &TestBook) -> Webhooks {
    Webhooks::of_book(&book.owner_url.parse().unwrap(), StoreOptions::default())
}

/// Adds a webhook that is told of all events; gives its id and its secret.
pub fn add(book: &TestBook, new: NewWebhook) -> (String, String) {
    let new = NewWebhook { allow_private: true, ..new };
    let made = webhooks(book).add(new, Clock::system().now()).unwrap();
    (made.id, made.secret)
}

/// Three attempts, at once, each as long as a busy machine needs.
fn hasty() -> ServerOptions {
    let webhook_retries = vec![Duration::from_millis(1); 2];
    ServerOptions { webhook_retries, webhook_time_max: WAIT, ..options() }
}

/// Waits until a webhook is as it should be.
#[track_caller]
fn wait_until(book: &TestBook, id: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let begin = Instant::now();
    loop {
        let webhook = serde_json::to_value(webhooks(book).get(id).unwrap()).unwrap();
        if is_so(&webhook) {
            return webhook;
        }
        assert!(begin.elapsed() < WAIT, "{webhook}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn deliveries(book: &TestBook, id: &str) -> Vec<Value> {
    let (records, _) = webhooks(book).deliveries(id, 0, 100).unwrap();
    records.iter().map(|record| serde_json::to_value(record).unwrap()).collect()
}

fn sequences(received: &[Received]) -> Vec<i64> {
    received.iter().map(Received::sequence).collect()
}

/// What another implementation of the rules thinks of it.
fn verify(secret: &str, received: &Received) -> bool {
    let mut headers = http::HeaderMap::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        headers.insert(name, received.headers[name].parse().unwrap());
    }
    Webhook::new(secret).unwrap().verify(received.body.as_bytes(), &headers).is_ok()
}

on_every_backend! {
    fn every_event_arrives_once_in_order_and_signed(book: &TestBook) {
        let receiver = Receiver::new();
        let (id, secret) = add(book, NewWebhook::new(&receiver.url));
        let server = TestServer::with(book, hasty());
        server.open_accounts(&["customers:alice", "customers:bob"]);
        for number in 0..20 {
            let body = format!(r#"{{"key":"d{number}","account":"customers:alice","amount":"1.00"}}"#);
            server.post("/v1/deposits", &body).is(201);
        }
        let requests = receiver.wait_for(23);
        assert_eq!(sequences(&requests), (1..=23).collect::<Vec<_>>());
        for one in &requests {
            assert!(verify(&secret, one), "{one:?}");
            assert_eq!((one.id(), &one.headers["content-type"]), (one.json()["id"].as_str().unwrap(), &"application/cloudevents+json".to_owned()));
        }
        let (id_of_other, other) = add(book, NewWebhook::new("http://127.0.0.1:9/"));
        webhooks(book).pause(&id_of_other).unwrap();
        assert!(!verify(&other, &requests[0]), "another secret");
        let last = requests.last().unwrap().id().to_owned();
        let webhook = wait_until(book, &id, |webhook| webhook["delivered"] == 23);
        assert_eq!((&webhook["cursor"], &webhook["waiting"], &webhook["dead"]), (&json!(last), &json!(0), &json!(0)));
        assert_eq!(deliveries(book, &id), [json!(null); 0]);

        // What the program shows of an event is what was sent.
        let shown = book.run("events --format ndjson --limit 23").ends(0);
        let sent: Vec<_> = requests.iter().map(|one| one.body.as_str()).collect();
        assert_eq!(shown.stdout.lines().collect::<Vec<_>>(), sent);
    }

    fn a_server_goes_on_where_the_one_before_it_ended(book: &TestBook) {
        let receiver = Receiver::new();
        let (id, _) = add(book, NewWebhook::new(&receiver.url));
        let server = TestServer::with(book, hasty());
        server.open_accounts(&["a", "b"]);
        receiver.wait_for(2);
        server.stop().unwrap();
        assert_eq!(wait_until(book, &id, |_| true)["delivered"], 2, "noted at the end");
        book.run("account open c --currency EUR").ends(0);
        let again = TestServer::again(book, hasty());
        assert_eq!(sequences(&receiver.wait_for(3)), [1, 2, 3]);
        again.stop().unwrap();
    }

    fn two_servers_deliver_each_event_once_between_them(book: &TestBook) {
        let receivers = [Receiver::new(), Receiver::new(), Receiver::new()];
        let ids = receivers.each_ref().map(|receiver| add(book, NewWebhook::new(&receiver.url)).0);
        let server = TestServer::with(book, hasty());
        let other = TestServer::again(book, hasty());
        other.open_accounts(&["a", "b", "c", "d"]);
        for (receiver, id) in receivers.iter().zip(&ids) {
            assert_eq!(sequences(&receiver.wait_for(4)), [1, 2, 3, 4]);
            wait_until(book, id, |webhook| webhook["delivered"] == 4);
        }
        // What one of them held, the other takes over when it ends.
        server.stop().unwrap();
        other.open_accounts(&["e"]);
        for receiver in &receivers {
            assert_eq!(sequences(&receiver.wait_for(5)), [1, 2, 3, 4, 5]);
        }
    }

    fn the_head_of_an_ordered_webhook_holds_back_the_rest(book: &TestBook) {
        let receiver = Receiver::that(|number, _| Reaction::Answer(if number < 2 { 500 } else { 200 }, ""));
        let (id, _) = add(book, NewWebhook::new(&receiver.url));
        let server = TestServer::with(book, hasty());
        server.open_accounts(&["a", "b"]);
        assert_eq!(sequences(&receiver.wait_for(4)), [1, 1, 1, 2]);
        let one = &receiver.received()[..3];
        assert!(one.iter().all(|again| again.id() == one[0].id() && again.body == one[0].body), "the same event");
        wait_until(book, &id, |webhook| webhook["delivered"] == 2);
        let told = deliveries(book, &id);
        assert_eq!((told.len(), &told[0]["state"], &told[0]["attempts"]), (1, &json!("delivered"), &json!(3)));
    }

    fn an_unordered_webhook_goes_on_with_the_next_event(book: &TestBook) {
        let receiver = Receiver::that(|_, received| Reaction::Answer(if received.sequence() == 1 { 500 } else { 200 }, ""));
        let (id, _) = add(book, NewWebhook { ordered: false, ..NewWebhook::new(&receiver.url) });
        let server = TestServer::with(book, hasty());
        server.open_accounts(&["a", "b", "c"]);
        wait_until(book, &id, |webhook| webhook["delivered"] == 2 && webhook["dead"] == 1);
        let requests = receiver.received();
        let mut seen = sequences(&requests);
        seen.sort_unstable();
        assert_eq!(seen, [1, 1, 1, 2, 3]);
    }

    fn an_event_that_fails_for_good_is_kept_and_can_be_sent_again(book: &TestBook) {
        let receiver = Receiver::that(|number, _| Reaction::Answer(if number < 3 { 503 } else { 200 }, ""));
        let (id, _) = add(book, NewWebhook::new(&receiver.url));
        let server = TestServer::with(book, hasty());
        server.open_accounts(&["a", "b"]);
        wait_until(book, &id, |webhook| webhook["delivered"] == 1 && webhook["dead"] == 1);
        assert_eq!(sequences(&receiver.wait_for(4)), [1, 1, 1, 2]);
        let dead = &deliveries(book, &id)[0];
        assert_eq!((&dead["state"], &dead["attempts"], &dead["status"]), (&json!("dead"), &json!(3), &json!(503)));
        assert_eq!(dead["problem"], "the receiver answered 503");
        let target = format!("/v1/webhooks/{id}/replay");
        server.post(&target, r#"{"event":"9-0000000000000000"}"#).problem(400, "request_invalid");
        server.post(&target, r#"{"event":"1","dead":true}"#).problem(400, "request_invalid");
        server.post(&target, r#"{"dead":true}"#).is(200);
        assert_eq!(sequences(&receiver.wait_for(5))[4], 1);
        wait_until(book, &id, |webhook| webhook["delivered"] == 2 && webhook["dead"] == 0);
        server.post(&target, r#"{"after":"first"}"#).is(200);
        assert_eq!(sequences(&receiver.wait_for(7))[5..], [1, 2]);
    }
}
