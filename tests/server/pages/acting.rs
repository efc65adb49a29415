//! Forms that act: tried out first, done once, refused in words.

use serde_json::Value;

use super::bank;
use super::looking::words;
use crate::support::browser::{Browser, hidden};
use crate::support::http::{HttpAnswer, TestServer, make_key};
use crate::support::on_every_backend;

/// Fields with the step that the form's button adds.
pub fn with<'t>(fields: &[(&'t str, &'t str)], name: &'t str, value: &'t str) -> Vec<(&'t str, &'t str)> {
    fields.iter().copied().chain([(name, value)]).collect()
}

/// Opens a form that is done once. Each call confirms it.
pub fn confirming<'b>(
    browser: &'b Browser<'_>,
    target: &'b str,
    fields: &'b [(&'b str, &'b str)],
) -> impl Fn() -> HttpAnswer + 'b {
    let mark = hidden(&browser.page(target), "form");
    move || {
        let mut sent = fields.to_vec();
        sent.extend([("form", mark.as_str()), ("step", "confirm")]);
        browser.send(target, &sent)
    }
}

fn available(server: &TestServer, account: &str) -> String {
    let balance = server.get(&format!("/v1/accounts/{account}/balance")).is(200).json();
    balance["available"].as_str().unwrap().to_owned()
}

fn list(server: &TestServer, target: &str) -> Vec<Value> {
    server.get(target).is(200).json()["items"].as_array().unwrap().clone()
}

/// Fills a form with what it came with, checks it, and gives what it would come to.
fn checked(browser: &Browser<'_>, target: &str, fields: &[(&str, &str)]) -> String {
    words(&browser.send(target, fields).is(200).body)
}

on_every_backend! {
    fn a_transfer_is_tried_out_then_posted_once_however_often_it_is_confirmed(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &make_key(book, "clerk", &["transfers:write", "transfers:read", "accounts:read"]));
        server.post("/v1/accounts/customers:bob/unfreeze", "").is(200);
        let form = browser.page("/post?from=customers%3Aalice");
        assert!(form.contains("name=\"from\" value=\"customers:alice\""), "{form}");
        let key = hidden_key(&form);
        let fields = [("from", "customers:alice"), ("to", "customers:bob"), ("way", "transfer"), ("amount", "4.00"), ("description", "refund"), ("key", key.as_str())];
        let check = checked(&browser, "/post", &fields);
        assert!(check.contains("Nothing is done yet") && check.contains("transfer customers:alice customers:bob 4.00 EUR"), "{check}");
        assert!(check.contains("customers:alice 89.00 EUR 85.00 EUR 84.00 EUR 80.00 EUR"), "{check}");
        assert!(check.contains("customers:bob 11.00 EUR 15.00 EUR 11.00 EUR 15.00 EUR"), "{check}");
        assert_eq!(available(&server, "customers:bob"), "11.00", "nothing is done yet");

        let confirmed = with(&fields, "step", "confirm");
        let first = browser.send("/post", &confirmed).is(303).header("location").unwrap().to_owned();
        let second = browser.send("/post", &confirmed).is(303).header("location").unwrap().to_owned();
        assert_eq!(first.replace("done=now", "done=before"), second);
        assert_eq!(available(&server, "customers:bob"), "15.00");
        let shown = words(&browser.page(&first));
        assert!(shown.contains("Done.") && shown.contains("Actor clerk") && shown.contains("Description refund"), "{shown}");
        assert!(browser.page(&second).contains("nothing was done twice"));
        let other = [("from", "customers:alice"), ("to", "customers:bob"), ("amount", "5.00"), ("key", key.as_str())];
        assert!(browser.send("/post", &other).is(422).body.contains("id_reused"));
    }

    fn what_is_refused_leaves_the_form_as_it_was_filled(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let fields = [("from", "customers:alice"), ("to", "customers:bob"), ("amount", "4.00"), ("description", "<b>&"), ("key", "k-1")];
        for step in ["", "confirm"] {
            let answer = browser.send("/post", &with(&fields, "step", step)).is(422);
            assert!(answer.body.contains("account_frozen") && answer.body.contains("name=\"description\" value=\"&lt;b&gt;&amp;\""), "{answer:?}");
            assert!(answer.body.contains("name=\"key\" value=\"k-1\""), "{answer:?}");
        }
        let poor = [("from", "customers:alice"), ("to", "cash:eur"), ("amount", "1000000.00"), ("way", "transfer"), ("key", "k-2")];
        assert_eq!(browser.send("/post", &poor).status, 422);
        let bad = [("from", "customers:alice"), ("to", "nobody"), ("amount", "one"), ("key", "k-3")];
        assert_eq!(browser.send("/post", &bad).status, 400);
        let edited = browser.send("/post", &with(&fields, "step", "edit")).is(200);
        assert!(edited.body.contains("name=\"amount\" value=\"4.00\"") && edited.body.contains("Check it first"), "{edited:?}");
    }

    fn money_comes_in_and_goes_out_by_cash(book: &TestBook) {
        let server = TestServer::on(book);
        server.open_accounts(&["alice"]);
        let browser = Browser::with_key(&server, &server.key);
        let deposit = [("account", "alice"), ("way", "deposit"), ("amount", "50.00"), ("key", "in-1")];
        let check = checked(&browser, "/cash", &deposit);
        assert!(check.contains("transfer cash:eur alice 50.00 EUR") && check.contains("alice 0.00 EUR 50.00 EUR"), "{check}");
        assert_eq!(server.get("/v1/accounts/cash:eur").status, 404, "nothing is opened yet");
        let confirmed = with(&deposit, "step", "confirm");
        browser.send("/cash", &confirmed).is(303);
        browser.send("/cash", &confirmed).is(303);
        let withdraw = [("account", "alice"), ("way", "withdraw"), ("amount", "20.00"), ("key", "out-1"), ("step", "confirm")];
        browser.send("/cash", &withdraw).is(303);
        assert_eq!(available(&server, "alice"), "30.00");
    }

    fn a_hold_is_placed_captured_in_part_and_released(book: &TestBook) {
        let server = bank(book);
        server.post("/v1/accounts/customers:bob/unfreeze", "").is(200);
        let browser = Browser::with_key(&server, &server.key);
        let place = [("from", "customers:alice"), ("to", "customers:bob"), ("amount", "20.00"), ("expires_in", "1h"), ("key", "page-hold")];
        let check = checked(&browser, "/hold", &place);
        assert!(check.contains("customers:alice 89.00 EUR 89.00 EUR 84.00 EUR 64.00 EUR"), "{check}");
        browser.send("/hold", &with(&place, "step", "confirm")).is(303);
        assert_eq!(available(&server, "customers:alice"), "64.00");
        let hold = browser.page("/holds/page-hold");
        assert!(hold.contains(">Capture</a>") && hold.contains(">Release</a>"), "{hold}");
        let capture = [("amount", "8.00"), ("rest", "keep"), ("key", "page-capture")];
        let check = checked(&browser, "/holds/page-hold/capture", &capture);
        assert!(check.contains("customers:alice 89.00 EUR 81.00 EUR 64.00 EUR 64.00 EUR"), "{check}");
        browser.send("/holds/page-hold/capture", &with(&capture, "step", "confirm")).is(303);
        let release = [("key", "page-release"), ("step", "confirm")];
        browser.send("/holds/page-hold/release", &release).is(303);
        browser.send("/holds/page-hold/release", &release).is(303);
        assert_eq!(available(&server, "customers:alice"), "76.00");
        assert!(!browser.page("/holds/page-hold").contains(">Capture</a>"));
    }

    fn a_transfer_and_a_journal_are_reversed(book: &TestBook) {
        let server = bank(book);
        server.post("/v1/accounts/customers:bob/unfreeze", "").is(200);
        let browser = Browser::with_key(&server, &server.key);
        let page = browser.page("/transfers/t1");
        let target = page.split("href=\"").find(|link| link.contains(">Reverse<")).unwrap().split('"').next().unwrap().to_owned();
        let fields = [("amount", "4.00"), ("description", "wrong amount"), ("key", "undo-1")];
        let check = checked(&browser, &target, &fields);
        assert!(check.contains("reversal customers:bob customers:alice 4.00 EUR"), "{check}");
        let done = browser.send(&target, &with(&fields, "step", "confirm")).is(303);
        assert!(words(&browser.page(done.header("location").unwrap())).contains("What it undoes"));
        let journal = browser.send("/journals/j1/reverse", &[("key", "undo-2"), ("step", "confirm")]).is(303);
        assert!(journal.header("location").unwrap().starts_with("/journals/"), "{journal:?}");
        assert_eq!(available(&server, "customers:bob"), "6.00");
    }

    fn an_account_is_opened_limited_frozen_and_closed_and_a_double_click_changes_it_once(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let open = [("account", "customers:a/b c"), ("currency", "EUR"), ("type", "liability"), ("description", "new")];
        assert!(checked(&browser, "/open-account", &open).contains("Account customers:a/b c"));
        let opened = browser.send("/open-account", &with(&open, "step", "confirm")).is(303);
        assert_eq!(opened.header("location"), Some("/accounts/customers%3Aa%2Fb%20c?done=now"));
        browser.send("/open-account", &with(&open, "step", "confirm")).is(303);
        let path = |verb: &str| format!("/accounts/customers%3Aa%2Fb%20c/{verb}");
        let limits = [("min_balance", ""), ("per_day", "500.00"), ("reason", "contract")];
        let check = checked(&browser, &path("limits"), &limits);
        assert!(check.contains("Field Before After Per day none 500.00"), "{check}");
        for (verb, fields) in [
            ("limits", &limits[..]),
            ("freeze", &[("sides", "debits"), ("reason", "asked")]),
            ("unfreeze", &[("sides", "both"), ("reason", "asked")]),
            ("close", &[("reason", "moved away")]),
        ] {
            let confirmed = with(fields, "step", "confirm");
            browser.send(&path(verb), &confirmed).is(303);
            let second = browser.send(&path(verb), &confirmed).status;
            assert!([303, 422].contains(&second), "{verb}: {second}");
        }
        let history = list(&server, "/v1/accounts/customers:a%2Fb%20c/history");
        assert_eq!(history.len(), 4, "{history:?}");
        assert_eq!(history[0]["reason"], "moved away");
        let page = browser.page("/accounts/customers%3Aa%2Fb%20c");
        assert!(!page.contains("Freeze</a>") && page.contains("state closed"), "{page}");
    }

    fn periods_are_closed_and_schedules_cancelled(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let close = [("period", "2019"), ("action", "close"), ("reason", "audited")];
        if book.url == book.owner_url {
            assert!(checked(&browser, "/periods/change", &close).contains("Period 2019"));
            let confirmed = with(&close, "step", "confirm");
            browser.send("/periods/change", &confirmed).is(303);
            browser.send("/periods/change", &confirmed).is(303);
            assert_eq!(list(&server, "/v1/periods/history").len(), 2);
        }
        browser.send("/periods/change", &[("period", "soon"), ("action", "close"), ("reason", "x")]).is(400);
        let cancel = [("reason", "moved away")];
        assert!(checked(&browser, "/schedules/s1/cancel", &cancel).contains("State active cancelled"));
        browser.send("/schedules/s1/cancel", &with(&cancel, "step", "confirm")).is(303);
        assert!(!browser.page("/schedules/s1").contains("Cancel the schedule"));
    }

    fn a_key_without_the_scope_can_neither_see_nor_send_a_form(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &make_key(book, "reader", &["accounts:read", "transfers:read", "book:read", "schedules:read"]));
        for target in [
            "/post", "/cash", "/hold", "/holds/h1/capture", "/holds/h1/release", "/transfers/t1/reverse", "/journals/j1/reverse", "/open-account",
            "/accounts/customers:alice/freeze", "/accounts/customers:alice/unfreeze", "/accounts/customers:alice/close",
            "/accounts/customers:alice/limits", "/periods/change", "/schedules/s1/cancel",
        ] {
            browser.get(target).is(403);
            browser.send(target, &[("step", "confirm"), ("reason", "x"), ("key", "k"), ("period", "2018")]).is(403);
        }
        assert_eq!(list(&server, "/v1/accounts/customers:alice/history").len(), 0);
    }

    fn a_long_form_outlives_its_session_too_and_a_link_cannot_fill_one(book: &TestBook) {
        let server = bank(book);
        let mut browser = Browser::new(&server);
        let long = "\u{e9}{\"} ".repeat(3_000);
        let answer = browser.send("/proof/seals", &[("seal", &long)]).is(401);
        let kept = hidden(&answer.body, "kept");
        let answer = browser.log_in(&[("key", &server.key), ("next", "/proof/seals"), ("kept", &kept)]).is(200);
        assert_eq!(hidden(&answer.body, "seal"), long);
        let form = browser.send("/proof/seals", &[("seal", &long), ("step", "edit")]).is(200).body;
        assert!(form.contains(&long.replace('"', "&quot;")), "it is shown and not checked");
        let linked = Browser::new(&server).page("/login?next=%2Fpost&kept=amount%3D4.00");
        assert!(!linked.contains("name=\"kept\""), "{linked}");
        let without_fields = Browser::new(&server).send("/proof", &[]).is(401).body;
        assert!(!without_fields.contains("name=\"kept\""), "{without_fields}");
    }

    fn a_session_that_ends_in_the_middle_of_a_form_loses_nothing(book: &TestBook) {
        let server = bank(book);
        let mut browser = Browser::new(&server);
        let fields = [("from", "customers:alice"), ("to", "a&b=c"), ("amount", "4.00"), ("description", "two words"), ("key", "k-9"), ("step", "confirm")];
        let answer = browser.send("/post", &fields).is(401);
        assert!(answer.body.contains("What you wrote is kept"), "{answer:?}");
        let (next, kept) = (hidden(&answer.body, "next"), hidden(&answer.body, "kept"));
        assert_eq!(next, "/post", "nothing that was typed stands in an address");
        let wrong = browser.log_in(&[("key", "tlr_1_2"), ("next", &next), ("kept", &kept)]).is(401);
        assert_eq!(hidden(&wrong.body, "kept"), kept, "a wrong key loses nothing either");
        let answer = browser.log_in(&[("key", &server.key), ("next", &next), ("kept", &kept)]).is(200);
        assert!(answer.body.contains("data-go-on") && answer.body.contains("name=\"step\" value=\"edit\""), "{answer:?}");
        let filled: Vec<_> = fields[..5].iter().map(|(name, _)| (*name, hidden(&answer.body, name))).collect();
        let mut sent: Vec<_> = filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
        sent.push(("step", "edit"));
        let form = browser.send(&next, &sent).is(200).body;
        for (name, value) in &fields[..5] {
            assert!(form.contains(&format!("name=\"{name}\" value=\"{}\"", value.replace('&', "&amp;"))), "{name}: {form}");
        }
        assert!(form.contains("Check it first"), "nothing is confirmed by logging in");
    }
}

/// The key that a form came with.
fn hidden_key(form: &str) -> String {
    let key = hidden(form, "key");
    assert!(key.starts_with("page-") && key.len() == 29, "{key}");
    key
}
