//! The events that pages listen to, by the session.

use super::bank;
use crate::support::browser::Browser;
use crate::support::http::make_key;
use crate::support::on_every_backend;

on_every_backend! {
    fn a_page_listens_to_events_by_its_session_and_uses_nothing_else_of_the_api(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let ask = |cookie: &str, method: &str, target: &str| server.request(method, target).without_key().header("cookie", cookie).send();
        let events = ask(browser.cookie(), "GET", "/v1/events?limit=3").is(200).json();
        assert_eq!(events["items"].as_array().unwrap().len(), 3);
        ask("", "GET", "/v1/events").problem(401, "unauthorized");
        ask(&browser.cookie()[..browser.cookie().len() - 2], "GET", "/v1/events").problem(401, "unauthorized");
        for (method, target) in [("GET", "/v1/accounts"), ("GET", "/v1/whoami"), ("POST", "/v1/transfers"), ("GET", "/metrics")] {
            ask(browser.cookie(), method, target).problem(401, "unauthorized");
        }
        // A key that is wrong is not made right by a session.
        let both = server.request("GET", "/v1/events").with_key("tlr_1_2").header("cookie", browser.cookie()).send();
        both.problem(401, "unauthorized");
        browser.send("/logout", &[]).is(303);
        ask(browser.cookie(), "GET", "/v1/events").problem(401, "unauthorized");
    }

    fn a_page_that_is_still_right_is_not_sent_again(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let page = browser.page("/transfers");
        let mark = page.split_once("data-mark=\"").unwrap().1.split("\">").next().unwrap().replace("&quot;", "\"");
        let again = || {
            let request = server.request("GET", "/transfers").without_key().header("cookie", browser.cookie());
            request.header("if-none-match", &mark).send()
        };
        assert_eq!((again().status, again().body.len()), (304, 0));
        server.post("/v1/deposits", r#"{"key":"d2","account":"customers:alice","amount":"1.00"}"#).is(201);
        assert!(again().is(200).body.contains("d2"));
    }

    fn only_pages_of_those_who_may_see_events_are_live(book: &TestBook) {
        let server = bank(book);
        let with_events = Browser::with_key(&server, &make_key(book, "live", &["accounts:read", "transfers:read", "events:read"]));
        let without = Browser::with_key(&server, &make_key(book, "still", &["accounts:read", "transfers:read"]));
        for target in ["/", "/accounts/customers:alice", "/transfers"] {
            assert!(with_events.page(target).contains("<body data-events"), "{target}");
            let page = without.page(target);
            assert!(!page.contains("data-events") && page.contains("data-live"), "{target}");
        }
        assert!(with_events.page("/accounts/customers:alice").contains("data-accounts=\"customers:alice\""));
        let answer = server.request("GET", "/v1/events").without_key().header("cookie", without.cookie()).send();
        answer.problem(403, "forbidden");
    }
}
