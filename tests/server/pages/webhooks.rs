//! Webhooks on pages: seen, added, tested, paused, sent again, and forgotten.

use serde_json::Value;

use super::acting::{confirming, with};
use super::looking::{until_shown, words};
use super::{TARGETS, bank};
use crate::support::browser::{Browser, hidden};
use crate::support::http::{TestServer, make_key};
use crate::support::on_every_backend;
use crate::support::receiver::{Reaction, Receiver};

/// The webhook of [`bank`], by its URL.
const WEBHOOK: &str = "/v1/webhooks/https%3A%2F%2Fhooks.example%2Fteller";

fn webhook(server: &TestServer, name: &str) -> Value {
    server.get(&format!("/v1/webhooks/{name}")).is(200).json()
}

/// Adds one by the form, for a receiver on this machine; gives its path.
fn add(browser: &Browser<'_>, url: &str) -> String {
    let fields = [("url", url), ("network", "private"), ("after", "first")];
    let page = confirming(browser, "/webhooks/new", &fields)().is(200).body;
    page.split("href=\"").find(|link| link.starts_with("/webhooks/wh_")).unwrap().split('"').next().unwrap().to_owned()
}

on_every_backend! {
    fn a_webhook_is_added_once_and_its_secret_shown_without_an_address(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let form = hidden(&browser.page("/webhooks/new"), "form");
        let fields = [("url", "https://other.example/"), ("types", "hold.placed"), ("types", "hold.expired"), ("accounts", "customers:"), ("order", "unordered"), ("network", "public"), ("form", form.as_str())];
        let check = browser.send("/webhooks/new", &fields).is(200).body;
        let told = words(&check);
        assert!(told.contains("Nothing is done yet") && told.contains("Types of events hold.placed, hold.expired") && told.contains("When one fails the others go on"), "{told}");
        assert_eq!(check.matches("name=\"types\"").count(), 2, "both are sent on: {check}");
        assert_eq!(server.get("/v1/webhooks").json()["items"].as_array().unwrap().len(), 1, "nothing is done yet");

        let confirmed = with(&fields, "step", "confirm");
        let answers = [browser.send("/webhooks/new", &confirmed).is(200), browser.send("/webhooks/new", &confirmed).is(200)];
        let secrets = answers.each_ref().map(|answer| {
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            answer.body.split("value=\"").find(|value| value.starts_with("whsec_")).unwrap().split('"').next().unwrap().to_owned()
        });
        assert_eq!(secrets[0], secrets[1], "a double click shows what the first one made");
        let made = webhook(&server, "https%3A%2F%2Fother.example%2F");
        assert_eq!((&made["types"], &made["accounts"], &made["ordered"]), (&"hold.placed,hold.expired".into(), &"customers:".into(), &false.into()));
        let path = format!("/webhooks/{}", made["id"].as_str().unwrap());
        for target in TARGETS.iter().copied().chain([path.as_str()]) {
            assert!(!browser.page(target).contains(&secrets[0]), "{target}");
        }

        let again = hidden(&browser.page("/webhooks/new"), "form");
        let refused = browser.send("/webhooks/new", &with(&[("url", "https://other.example/"), ("form", again.as_str())], "step", "confirm")).is(409);
        assert!(refused.body.contains("webhook_exists") && refused.body.contains("value=\"https://other.example/\""), "{refused:?}");
        let private = [("url", "http://127.0.0.1:9/"), ("form", again.as_str()), ("step", "confirm")];
        browser.send("/webhooks/new", &private).is(400);
        let without_mark = browser.send("/webhooks/new", &[("url", "https://third.example/"), ("step", "confirm")]).is(400);
        assert!(without_mark.body.contains("lost its mark"), "{without_mark:?}");
    }

    fn a_webhook_is_tested_paused_resumed_and_removed(book: &TestBook) {
        let receiver = Receiver::new();
        let server = TestServer::on(book);
        let browser = Browser::with_key(&server, &server.key);
        let path = add(&browser, &receiver.url);
        let shown = || webhook(&server, path.rsplit('/').next().unwrap());
        let target = format!("{path}/test");
        let test = confirming(&browser, &target, &[]);
        for _ in 0..2 {
            let tested = words(&test().is(200).body);
            assert!(tested.contains("Taken : the receiver answered 204"), "{tested}");
        }
        assert_eq!(receiver.received().len(), 1, "a double click tests once");

        for (verb, state) in [("pause", "paused"), ("resume", "active")] {
            let target = format!("{path}/{verb}");
            assert!(browser.page(&target).contains(&receiver.url), "it says which one");
            let change = confirming(&browser, &target, &[]);
            for word in ["now", "before"] {
                assert_eq!(change().is(303).header("location"), Some(format!("{path}?done={word}").as_str()));
            }
            assert_eq!(shown()["state"], state);
        }
        assert!(words(&browser.page(&format!("{path}?done=now"))).contains("Done."));
        let target = format!("{path}/rotate");
        let page = confirming(&browser, &target, &[("old_valid_for", "2h")])().is(200).body;
        assert!(page.contains("value=\"whsec_"), "{page}");
        assert_ne!(shown()["old_secret_until"], Value::Null);
        let target = format!("{path}/remove");
        let remove = confirming(&browser, &target, &[]);
        for word in ["now", "before"] {
            assert_eq!(remove().is(303).header("location"), Some(format!("/webhooks?done={word}").as_str()));
        }
        browser.get(&path).is(404);
    }

    fn what_failed_for_good_is_shown_and_sent_again(book: &TestBook) {
        let receiver = Receiver::that(|number, _| Reaction::Answer(if number < 2 { 500 } else { 204 }, ""));
        let options = teller::server::ServerOptions { webhook_retries: Vec::new(), ..crate::support::http::options() };
        let server = TestServer::with(book, options);
        let browser = Browser::with_key(&server, &server.key);
        let path = add(&browser, &receiver.url);
        server.open_accounts(&["a", "b", "c"]);
        receiver.wait_for(3);
        let page = words(&until_shown(&browser, &path, ">2</dd>"));
        assert!(page.contains("account.opened dead 1"), "{page}");
        let list = words(&until_shown(&browser, "/webhooks", "data-label=\"Behind\">0</td>"));
        assert!(list.contains("active"), "{list}");
        let dead = browser.page(&format!("{path}?state=dead"));
        assert_eq!(dead.matches(">Send again</bdi>").count(), 2, "{dead}");
        assert!(words(&browser.page(&format!("{path}?state=waiting"))).contains("in the book's order: none."));
        browser.get(&format!("{path}?state=lost")).is(400);

        let link = dead.split("href=\"").find(|link| link.contains("what=event")).unwrap().split('"').next().unwrap().replace("&amp;", "&");
        let form = browser.page(&link);
        let event = form.split("name=\"event\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let target = format!("{path}/replay");
        confirming(&browser, &target, &[("what", "event"), ("event", &event)])().is(303);
        receiver.wait_for(4);
        confirming(&browser, &target, &[("what", "dead")])().is(303);
        receiver.wait_for(5);
        let unknown = confirming(&browser, &target, &[("what", "event"), ("event", "9-0a1b2c3d4e5f6071")])().is(400);
        assert!(unknown.body.contains("is not among the deliveries"), "{unknown:?}");
    }

    fn who_may_only_see_webhooks_sees_no_buttons(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &make_key(book, "watcher", &["webhooks:read"]));
        let id = webhook(&server, "https%3A%2F%2Fhooks.example%2Fteller")["id"].as_str().unwrap().to_owned();
        for target in ["/webhooks".to_owned(), format!("/webhooks/{id}")] {
            let page = browser.page(&target);
            assert!(!page.contains("class=\"button\"") && !page.contains("Send again"), "{page}");
        }
        for verb in ["rotate", "test", "pause", "resume", "replay", "remove"] {
            let target = format!("/webhooks/{id}/{verb}");
            browser.get(&target).is(403);
            browser.send(&target, &[("form", "page-x"), ("step", "confirm")]).is(403);
        }
        browser.get("/webhooks/new").is(403);
        let other = Browser::with_key(&server, &make_key(book, "reader", &["book:read"]));
        assert!(!other.page("/").contains("href=\"/webhooks\""));
        other.get("/webhooks").is(403);
        assert_eq!(server.get(WEBHOOK).is(200).json()["state"], "paused");
    }
}
