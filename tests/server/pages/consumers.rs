//! Consumers of events on pages: seen, moved, removed.

use std::time::Duration;

use serde_json::Value;

use teller::server::{Consumers, EventStart};
use teller::store::StoreOptions;

use super::acting::confirming;
use super::bank;
use super::looking::words;
use crate::support::browser::Browser;
use crate::support::http::make_key;
use crate::support::on_every_backend;

const PATH: &str = "/consumers/accounting";

on_every_backend! {
    fn a_consumer_is_seen_moved_and_removed(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &make_key(book, "operator", &["events:read"]));
        assert!(words(&browser.page("/consumers")).contains("accounting"));
        let page = words(&browser.page(PATH));
        let behind = |page: &str| page.split("Behind ").nth(1).unwrap().split(' ').next().unwrap().parse::<i64>().unwrap();
        assert!(behind(&page) > 10, "{page}");

        let target = format!("{PATH}/move");
        assert!(words(&browser.page(&target)).contains("Name accounting"), "it says which one");
        let to = confirming(&browser, &target, &[("to", "latest")]);
        for word in ["now", "before"] {
            assert_eq!(to().is(303).header("location"), Some(format!("{PATH}?done={word}").as_str()));
        }
        assert_eq!(behind(&words(&browser.page(PATH))), 0);
        let foreign = confirming(&browser, &target, &[("to", "3-0a1b2c3d4e5f6071")])();
        assert!(foreign.status == 409 && foreign.body.contains("cursor_foreign"), "{foreign:?}");
        assert!(foreign.body.contains("value=\"3-0a1b2c3d4e5f6071\""), "{foreign:?}");

        // It has acknowledged an event that this book does not have, as after a restore to an earlier state.
        let (ledger, other) = (book.ledger(), book.another());
        other.run("account open elsewhere --currency EUR").ends(0);
        let newest = other.ledger().newest_event_cursor(Duration::ZERO).unwrap().unwrap();
        let consumers = Consumers::of_book(&book.owner_url.parse().unwrap(), StoreOptions::default());
        consumers.move_to("accounting", EventStart::First, &ledger).unwrap();
        let lease = consumers.take("accounting", "a reader", Duration::from_secs(30), &ledger).unwrap();
        consumers.acknowledge(&lease, newest, &other.ledger()).unwrap();
        for target in ["/consumers", PATH] {
            let page = words(&browser.page(target));
            assert!(page.contains("an event that this book does not have") && page.contains("foreign"), "{page}");
        }

        let target = format!("{PATH}/remove");
        let remove = confirming(&browser, &target, &[]);
        for word in ["now", "before"] {
            assert_eq!(remove().is(303).header("location"), Some(format!("/consumers?done={word}").as_str()));
        }
        browser.get(PATH).is(404);
        assert_eq!(server.get("/v1/consumers").is(200).json()["items"], Value::Array(Vec::new()));
    }

    fn a_key_without_the_events_sees_no_consumers(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &make_key(book, "reader", &["book:read", "webhooks:write"]));
        assert!(!browser.page("/").contains("href=\"/consumers\""));
        for target in ["/consumers", PATH, "/consumers/accounting/move", "/consumers/accounting/remove"] {
            browser.get(target).is(403);
        }
        browser.send("/consumers/accounting/remove", &[("form", "page-x"), ("step", "confirm")]).is(403);
        server.get("/v1/consumers/accounting").is(200);
    }
}
