//! Crossings of monitors, as webhooks send them.

use std::collections::BTreeSet;
use std::sync::Mutex;

use serde_json::json;

use teller::facts::NamePrefix;
use teller::ledger::{EventCursor, Mode, Watched};
use teller::server::{NewWebhook, WebhookKind};

use super::{add, deliveries, hasty, verify, wait_until, webhooks};
use crate::server::monitors::monitors;
use crate::server::programs::Serving;
use crate::support::http::TestServer;
use crate::support::receiver::{Reaction, Received, Receiver};
use crate::support::{Random, TestBook, check, on_every_backend, transfer};

fn account(name: &str) -> Watched {
    Watched::Account(name.parse().unwrap())
}

fn kinds(words: &str) -> Vec<WebhookKind> {
    words.split(' ').map(|word| word.parse().unwrap()).collect()
}

/// A bank with two monitors, neither of them raised.
fn bank(book: &TestBook) {
    check(
        book,
        "
        account cash            asset     EUR
        account customers:alice liability EUR
        account staff:bob       liability EUR
        deposit customers:alice 200   -> posted
        deposit staff:bob 200         -> posted
        ",
    );
    let (ledger, monitors) = (book.ledger(), monitors(book));
    monitors.add("alice", &account("customers:alice"), "posted < 100", &ledger).unwrap();
    let staff = Watched::Prefix { prefix: "staff:".to_owned(), currency: "EUR".parse().unwrap() };
    monitors.add("staff", &staff, "posted < 100", &ledger).unwrap();
}

/// Each of the monitors is raised and cleared, by the events 6 to 9.
fn cross(book: &TestBook) {
    check(
        book,
        "
        withdraw customers:alice 150  -> posted
        withdraw staff:bob 101        -> posted
        deposit customers:alice 150   -> posted
        deposit staff:bob 101         -> posted
        ",
    );
}

/// `monitor word number` of what has come.
fn told(received: &[Received]) -> Vec<String> {
    let line = |one: &Received| {
        let event = one.json();
        let word = event["type"].as_str().unwrap().strip_prefix("teller.monitor.").map(str::to_owned);
        word.map(|word| {
            format!("{} {word} {}", event["subject"].as_str().unwrap(), event["sequence"].as_str().unwrap())
        })
    };
    received.iter().filter_map(line).collect()
}

/// The event of the book behind which a crossing is.
fn cause(received: &Received) -> i64 {
    let cursor: EventCursor = received.json()["data"]["event"].as_str().unwrap().parse().unwrap();
    cursor.sequence.0
}

/// Events come in their order, and each crossing comes behind the event that caused it.
#[track_caller]
fn assert_behind_causes(requests: &[Received]) {
    let mut newest = 0;
    for one in requests {
        let event = one.json();
        assert_eq!(one.id(), event["id"].as_str().unwrap());
        if one.id().starts_with("monitor-") {
            assert!(cause(one) <= newest, "{event} comes behind its cause, and {newest} is the newest event");
            assert_eq!((&event["specversion"], &event["datacontenttype"]), (&json!("1.0"), &json!("application/json")));
            assert_eq!((&event["data"]["monitor"], &event["data"]["type"]), (&event["subject"], &event["type"]));
        } else {
            assert_eq!(one.sequence(), newest + 1, "events come in their order");
            newest += 1;
        }
    }
}

const ALL: [&str; 4] = ["alice raised 1", "staff raised 2", "alice cleared 3", "staff cleared 4"];

on_every_backend! {
    fn crossings_come_in_order_signed_and_behind_the_events_that_caused_them(book: &TestBook) {
        bank(book);
        let receiver = Receiver::new();
        let (id, secret) = add(book, NewWebhook::new(&receiver.url));
        let server = TestServer::with(book, hasty());
        cross(book);
        let requests = receiver.wait_for(9 + 4);
        assert_eq!(told(&requests), ALL);
        assert_behind_causes(&requests);
        assert!(requests.iter().all(|one| verify(&secret, one)));
        let webhook = wait_until(book, &id, |webhook| webhook["delivered"] == 13);
        assert_eq!(webhook["crossing"], 4);
        server.stop().unwrap();
    }

    fn crossings_wait_for_the_events_before_them_however_many_these_are(book: &TestBook) {
        bank(book);
        let receiver = Receiver::new();
        let (id, _) = add(book, NewWebhook::new(&receiver.url));
        webhooks(book).pause(&id).unwrap();
        let server = TestServer::with(book, hasty());
        // More than one page of events, so that the crossings are known while most of these are still to be sent.
        for number in 0..150 {
            let request = transfer(&format!("t{number}"), "staff:bob", "customers:alice", "0.01");
            book.ledger().post(request, Mode::Commit).unwrap();
        }
        cross(book);
        for name in ["alice", "staff"] {
            crate::server::monitors::wait_until_judged(&monitors(book), name, &book.ledger());
        }
        webhooks(book).resume(&id, &book.ledger()).unwrap();
        let requests = receiver.wait_for(5 + 150 + 4 + 4);
        assert_behind_causes(&requests);
        assert_eq!(told(&requests), ALL);
        server.stop().unwrap();
    }

    fn a_webhook_is_told_of_the_crossings_that_it_asked_for(book: &TestBook) {
        bank(book);
        let only = |words: &str, accounts: &str, receiver: &Receiver| {
            let accounts = NamePrefix::from(accounts);
            add(book, NewWebhook { kinds: kinds(words), accounts, ..NewWebhook::new(&receiver.url) }).0
        };
        let [both, raised, of_staff, events, of_customers] = std::array::from_fn(|_| Receiver::new());
        let of_both = only("monitor.raised teller.monitor.cleared", "", &both);
        only("monitor.raised", "", &raised);
        only("monitor.raised monitor.cleared", "staff:", &of_staff);
        let of_events = only("account.opened", "", &events);
        add(book, NewWebhook { accounts: "customers:alice:".into(), ..NewWebhook::new(&of_customers.url) });
        let server = TestServer::with(book, hasty());
        cross(book);
        assert_eq!(told(&both.wait_for(4)), ALL);
        assert_eq!(told(&raised.wait_for(2)), ALL[..2]);
        assert_eq!(told(&of_staff.wait_for(2)), [ALL[1], ALL[3]]);
        assert_eq!(events.wait_for(3).len(), 3);
        wait_until(book, &of_both, |webhook| webhook["delivered"] == 4);
        wait_until(book, &of_events, |webhook| webhook["delivered"] == 3);
        assert_eq!((both.received().len(), told(&events.received())), (4, vec![]));
        assert_eq!(of_customers.received().len(), 0, "the monitor is of an account above that prefix");
        server.stop().unwrap();
    }

    fn a_crossing_that_fails_is_sent_again_kept_and_replayed(book: &TestBook) {
        bank(book);
        // The first crossing fails three times, which is for good.
        let receiver = Receiver::that(|number, _| Reaction::Answer(if number < 3 { 500 } else { 200 }, ""));
        let (id, secret) = add(book, NewWebhook { kinds: kinds("monitor.raised monitor.cleared"), ..NewWebhook::new(&receiver.url) });
        let server = TestServer::with(book, hasty());
        cross(book);
        let requests = receiver.wait_for(6);
        assert_eq!(told(&requests), [ALL[0], ALL[0], ALL[0], ALL[1], ALL[2], ALL[3]]);
        assert!(requests[..3].iter().all(|one| one.id() == requests[0].id() && one.body == requests[0].body && verify(&secret, one)));
        wait_until(book, &id, |webhook| webhook["delivered"] == 3 && webhook["dead"] == 1);
        let kept = deliveries(book, &id);
        assert_eq!((kept.len(), &kept[0]["type"], &kept[0]["event"]), (1, &json!("teller.monitor.raised"), &json!(requests[0].id())));
        let target = format!("/v1/webhooks/{id}/replay");
        server.post(&target, &json!({"event": requests[0].id()}).to_string()).is(200);
        assert_eq!(told(&receiver.wait_for(7))[6..], [ALL[0]]);
        wait_until(book, &id, |webhook| webhook["delivered"] == 4);

        let third = requests[4].json()["data"]["event"].clone();
        let events = book.run("events --format ndjson --limit 7").ends(0);
        let seventh = serde_json::from_str::<serde_json::Value>(events.stdout.lines().last().unwrap()).unwrap()["id"].clone();
        assert!(third.as_str().unwrap().starts_with("8-") && seventh.as_str().unwrap().starts_with("7-"));
        server.post(&target, &json!({"after": seventh}).to_string()).is(200);
        assert_eq!(told(&receiver.wait_for(9))[7..], ALL[2..], "those that came behind the event");
        server.post(&target, r#"{"after":"first"}"#).is(200);
        assert_eq!(told(&receiver.wait_for(13))[9..], ALL);
        server.stop().unwrap();
    }

    fn an_unordered_webhook_gets_every_crossing(book: &TestBook) {
        bank(book);
        let seen = Mutex::new(BTreeSet::new());
        // Each fails at its first attempt.
        let receiver = Receiver::that(move |_, one| Reaction::Answer(if seen.lock().unwrap().insert(one.id().to_owned()) { 500 } else { 200 }, ""));
        let (id, _) = add(book, NewWebhook { ordered: false, ..NewWebhook::new(&receiver.url) });
        let server = TestServer::with(book, hasty());
        cross(book);
        wait_until(book, &id, |webhook| webhook["delivered"] == 13 && webhook["waiting"] == 0);
        let crossings: BTreeSet<_> = told(&receiver.received()).into_iter().collect();
        assert_eq!(crossings, ALL.map(str::to_owned).into());
        server.stop().unwrap();
    }

    fn a_monitor_that_is_removed_leaves_no_gap_to_wait_for(book: &TestBook) {
        bank(book);
        let receiver = Receiver::new();
        let (id, _) = add(book, NewWebhook { kinds: kinds("monitor.raised monitor.cleared"), ..NewWebhook::new(&receiver.url) });
        webhooks(book).pause(&id).unwrap();
        let server = TestServer::with(book, hasty());
        cross(book);
        for name in ["alice", "staff"] {
            crate::server::monitors::wait_until_judged(&monitors(book), name, &book.ledger());
        }
        monitors(book).remove("alice").unwrap();
        webhooks(book).resume(&id, &book.ledger()).unwrap();
        assert_eq!(told(&receiver.wait_for(2)), [ALL[1], ALL[3]]);
        check(book, "withdraw staff:bob 101 -> posted");
        assert_eq!(told(&receiver.wait_for(3))[2..], ["staff raised 5"]);
        server.stop().unwrap();
    }

    fn kills_of_servers_lose_no_crossing_and_no_order(book: &TestBook) {
        let ledger = book.ledger_of_today();
        for account in ["cash:a", "cash:b"] {
            book.run(&format!("account open {account} --currency EUR --overdraft 1000")).ends(0);
        }
        monitors(book).add("below", &account("cash:a"), "posted < 0", &ledger).unwrap();
        let receiver = Receiver::new();
        add(book, NewWebhook { kinds: kinds("monitor.raised monitor.cleared"), ..NewWebhook::new(&receiver.url) });
        let serve = || Serving::on(book, &["--lease-seconds", "1", "--no-clockwork", "--webhook-retries", "50ms,50ms,50ms,50ms"]);
        let (mut random, mut server) = (Random(3), serve());
        for round in 0..super::kills::kills() / 3 {
            for number in 0..10 {
                let (from, to) = if number % 2 == 0 { ("cash:a", "cash:b") } else { ("cash:b", "cash:a") };
                ledger.post(transfer(&format!("t{round}-{number}"), from, to, "1.00"), Mode::Commit).unwrap();
            }
            receiver.wait_for(usize::try_from(random.below(8)).unwrap() + round * 10 + 1);
            server.signal("KILL");
            server = serve();
        }
        let count = super::kills::kills() / 3 * 10;
        let last = format!("below cleared {count}");
        let begin = std::time::Instant::now();
        while told(&receiver.received()).last() != Some(&last) {
            assert!(begin.elapsed() < super::WAIT, "{:?}", told(&receiver.received()));
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let mut seen = BTreeSet::new();
        let first: Vec<_> = told(&receiver.received()).into_iter().filter(|one| seen.insert(one.clone())).collect();
        let word = |number: usize| if number % 2 == 1 { "raised" } else { "cleared" };
        let expected: Vec<_> = (1..=count).map(|number| format!("below {} {number}", word(number))).collect();
        assert_eq!(first, expected);
        drop(server);
    }
}
