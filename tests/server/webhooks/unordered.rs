//! Webhooks for which the order does not matter: several events under way at once, and none lost.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use teller::server::{NewWebhook, ServerOptions};

use super::{WAIT, add, deliveries, hasty, sequences, wait_until};
use crate::support::http::TestServer;
use crate::support::on_every_backend;
use crate::support::receiver::{Reaction, Receiver};

/// How many events may be under way to one webhook.
const UNDER_WAY: usize = 16;

/// A door that is shut until it is opened.
#[derive(Default)]
struct Door(Mutex<bool>, Condvar);

impl Door {
    fn pass(&self) {
        let is_open = self.0.lock().unwrap();
        let (_open, time) = self.1.wait_timeout_while(is_open, WAIT, |is_open| !*is_open).unwrap();
        assert!(!time.timed_out(), "the door was not opened");
    }

    fn open(&self) {
        *self.0.lock().unwrap() = true;
        self.1.notify_all();
    }
}

fn unordered(url: &str) -> NewWebhook {
    NewWebhook { ordered: false, ..NewWebhook::new(url) }
}

fn names(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("a{number}")).collect()
}

fn open(server: &TestServer, count: usize) {
    server.open_accounts(&names(count).iter().map(String::as_str).collect::<Vec<_>>());
}

on_every_backend! {
    fn sixteen_events_are_under_way_at_once_and_no_more(book: &TestBook) {
        let (now, most, door) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default(), Arc::<Door>::default());
        let of_receiver = (Arc::clone(&now), Arc::clone(&most), Arc::clone(&door));
        let receiver = Receiver::that(move |_, _| {
            let (now, most, door) = &of_receiver;
            let under_way = now.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(under_way, Ordering::SeqCst);
            door.pass();
            now.fetch_sub(1, Ordering::SeqCst);
            Reaction::Answer(204, "")
        });
        let server = TestServer::with(book, hasty());
        open(&server, 40);
        let (id, _) = add(book, unordered(&receiver.url));
        receiver.wait_for(UNDER_WAY);
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!((receiver.received().len(), most.load(Ordering::SeqCst)), (UNDER_WAY, UNDER_WAY));
        door.open();
        wait_until(book, &id, |webhook| webhook["delivered"] == 40);
        assert_eq!(most.load(Ordering::SeqCst), UNDER_WAY);
        let seen: BTreeSet<_> = sequences(&receiver.received()).into_iter().collect();
        assert_eq!((seen.len(), receiver.received().len()), (40, 40), "each once");
    }

    fn what_is_not_answered_yet_is_not_moved_past(book: &TestBook) {
        let door = Arc::<Door>::default();
        let is_blocked = Arc::new(AtomicBool::new(true));
        let of_receiver = (Arc::clone(&door), Arc::clone(&is_blocked));
        let receiver = Receiver::that(move |_, received| {
            if received.sequence() == 3 && of_receiver.1.load(Ordering::SeqCst) {
                of_receiver.0.pass();
                return Reaction::Close;
            }
            Reaction::Answer(204, "")
        });
        let server = TestServer::with(book, hasty());
        open(&server, 10);
        let (id, _) = add(book, unordered(&receiver.url));
        // All are sent but the third is not answered.
        receiver.wait_for(10);
        let webhook = wait_until(book, &id, |webhook| webhook["delivered"] == 2);
        let cursor = webhook["cursor"].as_str().unwrap().to_owned();
        assert!(cursor.starts_with("2-"), "{cursor}");
        std::thread::sleep(Duration::from_millis(200));
        assert_eq!(wait_until(book, &id, |_| true)["cursor"], cursor.as_str());
        // The server ends; the next one begins behind what was answered.
        is_blocked.store(false, Ordering::SeqCst);
        let stopper = server.stopper();
        stopper.stop();
        door.open();
        server.stop().unwrap();
        let again = TestServer::again(book, hasty());
        let webhook = wait_until(book, &id, |webhook| {
            webhook["cursor"].as_str().is_some_and(|cursor| cursor.starts_with("10-")) && webhook["waiting"] == 0
        });
        assert_eq!(webhook["dead"], 0);
        let third = sequences(&receiver.received()).into_iter().filter(|sequence| *sequence == 3).count();
        assert!(third >= 2, "the third came again");
        again.stop().unwrap();
    }

    fn each_event_is_tried_again_by_itself(book: &TestBook) {
        let receiver = Receiver::that(|number, received| {
            let is_odd = received.sequence() % 2 == 1;
            Reaction::Answer(if is_odd && number < 60 { 503 } else { 204 }, "")
        });
        let options = ServerOptions { webhook_retries: vec![Duration::from_millis(1); 1_000], ..hasty() };
        let server = TestServer::with(book, options);
        open(&server, 20);
        let (id, _) = add(book, unordered(&receiver.url));
        wait_until(book, &id, |webhook| webhook["delivered"] == 20 && webhook["waiting"] == 0);
        let seen: BTreeSet<_> = sequences(&receiver.received()).into_iter().collect();
        assert_eq!(seen, (1..=20).collect());
        let told = deliveries(book, &id);
        assert!(told.len() == 10 && told.iter().all(|one| one["state"] == "delivered"), "{told:?}");
    }

    fn a_receiver_that_is_gone_is_left_alone_at_once(book: &TestBook) {
        let receiver = Receiver::that(|_, _| Reaction::Answer(410, ""));
        let server = TestServer::with(book, hasty());
        open(&server, 60);
        let (id, _) = add(book, unordered(&receiver.url));
        wait_until(book, &id, |webhook| webhook["state"] == "disabled");
        std::thread::sleep(Duration::from_millis(300));
        assert!(receiver.received().len() <= 2 * UNDER_WAY, "{}", receiver.received().len());
    }
}
