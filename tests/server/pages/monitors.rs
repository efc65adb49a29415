//! Monitors on pages: added, seen, removed.

use super::acting::confirming;
use super::bank;
use super::looking::{until_shown, words};
use crate::support::browser::Browser;
use crate::support::http::make_key;
use crate::support::on_every_backend;

const PATH: &str = "/monitors/low";

on_every_backend! {
    fn a_monitor_is_added_judged_and_removed(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let fields = [("name", "low"), ("when", "available < 50.00"), ("account", "customers:alice")];
        let add = confirming(&browser, "/monitors/new", &fields);
        for word in ["now", "before"] {
            assert_eq!(add().is(303).header("location"), Some(format!("{PATH}?done={word}").as_str()));
        }
        assert!(browser.page(PATH).contains("href=\"/accounts/customers%3Aalice\""));
        server.post("/v1/withdrawals", r#"{"key":"w1","account":"customers:alice","amount":"60.00"}"#).is(201);
        until_shown(&browser, PATH, "teller.monitor.raised");
        let list = words(&browser.page("/monitors"));
        assert!(list.contains("low yes available < 50.00") || list.contains("low yes available &lt; 50.00"), "{list}");

        let wrong = confirming(&browser, "/monitors/new", &[("name", "wrong"), ("when", "soon"), ("account", "customers:alice")])();
        assert!(wrong.status == 400 && wrong.body.contains("value=\"soon\""), "{wrong:?}");
        let target = format!("{PATH}/remove");
        let remove = confirming(&browser, &target, &[]);
        for word in ["now", "before"] {
            assert_eq!(remove().is(303).header("location"), Some(format!("/monitors?done={word}").as_str()));
        }
        browser.get(PATH).is(404);
    }

    fn who_may_only_see_monitors_sees_no_buttons(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &make_key(book, "watcher", &["monitors:read"]));
        assert!(!browser.page("/monitors").contains("class=\"button\""));
        browser.get("/monitors/new").is(403);
        browser.send("/monitors/new", &[("name", "x"), ("form", "page-x"), ("step", "confirm")]).is(403);
        let other = Browser::with_key(&server, &make_key(book, "reader", &["book:read"]));
        other.get("/monitors").is(403);
    }
}
