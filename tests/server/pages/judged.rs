//! Forms whose work cannot be tried out: what they send is judged before it is confirmed, and the field that is refused is marked.

use super::bank;
use crate::support::browser::{Browser, hidden};
use crate::support::http::{TestServer, make_key};
use crate::support::on_every_backend;

const WEBHOOK: &str = "/webhooks/https%3A%2F%2Fhooks.example%2Fteller";

/// Sends the first step of a form with what no API would take: it is refused there, the field is marked, and everything typed is kept.
#[track_caller]
fn refused(browser: &Browser<'_>, target: &str, typed: &[(&str, &str)], field: &str) {
    let form = hidden(&browser.page(target), "form");
    let fields: Vec<_> = typed.iter().copied().chain([("form", form.as_str())]).collect();
    let answer = browser.send(target, &fields);
    assert!((400..500).contains(&answer.status), "{target} {typed:?}: {answer:?}");
    assert!(!answer.body.contains("Nothing is done yet"), "{target} {typed:?} is not to be confirmed");
    let mark = format!("id=\"why-{field}\"");
    assert!(answer.body.contains(&mark), "{target} {typed:?} marks {field}: {}", answer.body);
    assert_eq!(answer.body.matches("id=\"why-").count(), 1, "{target} {typed:?} marks one field: {}", answer.body);
    for (name, value) in typed {
        let value = value.replace('&', "&amp;").replace('<', "&lt;");
        let [typed, chosen] = [format!("name=\"{name}\" value=\"{value}\""), format!("value=\"{value}\" selected")];
        assert!(
            answer.body.contains(&typed) || answer.body.contains(&chosen),
            "{target} keeps {name}={value}: {}",
            answer.body
        );
    }
}

fn is_empty_of(server: &TestServer, path: &str, name: &str) -> bool {
    !server.get(path).is(200).body.contains(name)
}

on_every_backend! {
    fn what_no_monitor_can_be_is_refused_before_it_is_confirmed(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let usual = [("name", "watch-it"), ("when", "available < 1.00"), ("account", "customers:alice")];
        let with = |name: &'static str, value: &'static str| usual.map(|(one, was)| if one == name { (one, value) } else { (one, was) });
        refused(&browser, "/monitors/new", &with("when", "soon"), "when");
        refused(&browser, "/monitors/new", &with("when", "available < 1.001"), "when");
        refused(&browser, "/monitors/new", &with("name", "no blanks"), "name");
        refused(&browser, "/monitors/new", &with("account", "customers:nobody"), "account");
        refused(&browser, "/monitors/new", &usual[..2], "account");
        refused(&browser, "/monitors/new", &[usual[0], usual[1], ("prefix", "customers:")], "currency");
        refused(&browser, "/monitors/new", &[usual[0], ("when", "due refused"), ("prefix", "customers:"), ("currency", "EUR")], "currency");
        assert!(is_empty_of(&server, "/v1/monitors", "watch-it"), "nothing was added");

        let form = hidden(&browser.page("/monitors/new"), "form");
        let fields = [usual[0], usual[1], usual[2], ("form", form.as_str())];
        assert!(browser.send("/monitors/new", &fields).is(200).body.contains("Nothing is done yet"));
        assert!(is_empty_of(&server, "/v1/monitors", "watch-it"), "judging adds nothing");
        browser.send("/monitors/new", &[&fields[..], &[("step", "confirm")]].concat()).is(303);
        refused(&browser, "/monitors/new", &usual, "name");
    }

    fn what_no_webhook_can_be_is_refused_before_it_is_confirmed(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let before = server.get("/v1/webhooks").is(200).json();
        refused(&browser, "/webhooks/new", &[("url", "not an address")], "url");
        refused(&browser, "/webhooks/new", &[("url", "http://127.0.0.1:9/")], "url");
        refused(&browser, "/webhooks/new", &[("url", "https://hooks.example/teller")], "url");
        refused(&browser, "/webhooks/new", &[("url", "https://other.example/"), ("after", "yesterday")], "after");
        let clerk = Browser::with_key(&server, &make_key(book, "hooks", &["webhooks:write", "webhooks:read"]));
        refused(&clerk, "/webhooks/new", &[("url", "http://127.0.0.1:9/"), ("network", "private")], "network");
        refused(&browser, &format!("{WEBHOOK}/rotate"), &[("old_valid_for", "soon")], "old_valid_for");
        refused(&browser, &format!("{WEBHOOK}/replay"), &[("what", "event"), ("event", "17-0a1b2c3d4e5f6071")], "event");
        refused(&browser, &format!("{WEBHOOK}/replay"), &[("what", "after"), ("event", "yesterday")], "event");
        assert_eq!(server.get("/v1/webhooks").is(200).json()["items"].as_array().map(Vec::len), before["items"].as_array().map(Vec::len));
    }

    fn what_no_key_or_consumer_can_be_is_refused_before_it_is_confirmed(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        refused(&browser, "/keys/new", &[("name", "auditor")], "scopes");
        refused(&browser, "/keys/new", &[("name", "admin"), ("scopes", "metrics")], "name");
        refused(&browser, "/keys/new", &[("name", "auditor"), ("scopes", "metrics"), ("expires_in", "soon")], "expires_in");
        refused(&browser, "/keys/admin/rotate", &[("old_valid_for", "soon")], "old_valid_for");
        refused(&browser, "/consumers/accounting/move", &[("to", "elsewhere")], "to");
        refused(&browser, "/consumers/accounting/move", &[("to", "3-0a1b2c3d4e5f6071")], "to");
        assert!(is_empty_of(&server, "/v1/keys", "auditor"), "nothing was made");
    }

    fn a_refused_posting_marks_the_field_that_names_the_account(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let fields = [("from", "customers:alice"), ("to", "customers:nobody"), ("amount", "1.00"), ("key", "k-9")];
        let answer = browser.send("/post", &fields).is(422);
        assert!(answer.body.contains("aria-describedby=\"why-to\"") && !answer.body.contains("why-from"), "{answer:?}");
        let capture = browser.page("/holds/h1/capture");
        assert!(capture.contains("Remaining") && capture.contains("customers:bob"), "a form says what it is about: {capture}");
    }

    fn a_form_takes_only_words_that_it_offers_and_each_field_once(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let cash = [("account", "customers:alice"), ("way", "zz"), ("amount", "1.00"), ("key", "k-zz")];
        for step in ["", "confirm"] {
            let answer = browser.send("/cash", &[&cash[..], &[("step", step)]].concat()).is(400);
            assert!(answer.body.contains("id=\"why-way\"") && answer.body.contains("value=\"customers:alice\""), "{}", answer.body);
        }
        let post = [("from", "customers:alice"), ("to", "customers:bob"), ("way", "withdraw"), ("amount", "1.00"), ("key", "k-y")];
        assert!(browser.send("/post", &post).is(400).body.contains("id=\"why-way\""));
        for (target, fields) in [
            ("/cash", &[("account", "customers:alice"), ("amount", "1.00"), ("amount", "2.00"), ("key", "k-2")][..]),
            ("/cash", &[("account", ""), ("account", "customers:alice"), ("amount", "2.00"), ("key", "k-2")]),
            ("/time-zone", &[("zone", "UTC"), ("zone", "+02:00")]),
            ("/keys/new", &[("name", "a"), ("name", "b"), ("scopes", "admin")]),
        ] {
            assert!(browser.send(target, fields).is(400).body.contains("twice"), "{target} {fields:?}");
        }
        server.get("/v1/transfers/k-zz").problem(404, "transfer_unknown");
        server.get("/v1/transfers/k-2").problem(404, "transfer_unknown");
    }

    fn a_refusal_that_begins_with_a_name_leaves_it_as_it_is(book: &TestBook) {
        let server = bank(book);
        server.open_accounts(&["alice", "bob"]);
        let browser = Browser::with_key(&server, &server.key);
        let fields = [("from", "customers:alice"), ("to", "customers:bob"), ("amount", "900000.00"), ("key", "k-1")];
        let refused = browser.send("/post", &fields).is(422).body;
        assert!(!refused.contains("Customers:alice"), "{refused}");
        assert!(refused.contains("customers:alice"), "{refused}");
    }

    fn a_page_that_is_not_there_says_where_to_begin(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        for target in ["/accounts/nobody", "/transfers/none", "/holds/none"] {
            assert!(browser.get(target).is(404).body.contains("Begin at <a href=\"/\">"), "{target}");
        }
    }
}
