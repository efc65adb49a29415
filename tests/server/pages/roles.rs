//! What a page shows depends on what the key may see.

use teller::Clock;
use teller::server::{NewKey, Scope};

use super::{TARGETS, bank};
use crate::support::browser::Browser;
use crate::support::http::{keys, make_key};
use crate::support::on_every_backend;

const READER: &[&str] = &["accounts:read", "transfers:read", "schedules:read", "book:read"];

on_every_backend! {
    fn a_reader_sees_no_buttons_but_those_that_look(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &make_key(book, "reader", READER));
        for target in TARGETS.iter().filter(|target| !["/keys", "/doctor", "/webhooks", "/consumers", "/monitors"].iter().any(|other| target.starts_with(other))) {
            let page = browser.page(target);
            for action in page.split("method=\"post\" action=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
                assert!(["/logout", "/proof", "/proof/seals", "/time-zone"].contains(&action), "{target} has a form for {action}");
            }
            for path in ["/post", "/hold\"", "/reverse", "/freeze", "/limits", "/close"] {
                assert!(!page.contains(&format!("href=\"{path}")) , "{target} leads to {path}");
            }
        }
        assert!(browser.get("/keys").is(403).body.contains("the key lacks the scope admin") || browser.get("/keys").body.contains("lacks the scope"));
    }

    fn what_a_key_may_not_see_is_neither_shown_nor_led_to(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &make_key(book, "support", &["accounts:read"]));
        let page = browser.page("/accounts/customers:alice");
        assert!(!page.contains("Open holds") && !page.contains("href=\"/transfers\""), "{page}");
        for target in ["/transfers", "/transfers/t1", "/holds", "/journals", "/reports/trial-balance", "/proof", "/keys", "/periods"] {
            let answer = browser.get(target).is(403);
            assert!(answer.body.contains("<h1>Not allowed</h1>") && answer.body.contains("Logged in as"), "{answer:?}");
        }
        browser.send("/proof", &[]).is(403);
    }

    fn a_key_for_some_accounts_sees_no_others(book: &TestBook) {
        let server = bank(book);
        let scopes = [Scope::AccountsRead, Scope::TransfersRead, Scope::BookRead];
        let new = NewKey { prefix: "customers:bob".into(), ..NewKey::new("bob".parse().unwrap(), scopes) };
        let key = keys(book).create(new, Clock::system().now()).unwrap().text;
        let browser = Browser::with_key(&server, &key);
        let page = browser.page("/accounts");
        assert!(page.contains("customers:bob:") && !page.contains("alice"), "{page}");
        browser.get("/accounts?prefix=customers:").is(303);
        browser.page("/accounts/customers:bob");
        let led_to = page.split("<nav").nth(1).unwrap().split("</nav>").next().unwrap().to_owned();
        for target in led_to.split("href=\"").skip(1).map(|link| link.split('"').next().unwrap()) {
            browser.get(target).is(200);
        }
        for target in ["/accounts/customers:alice", "/transfers/t1", "/reports/trial-balance", "/proof"] {
            browser.get(target).is(403);
        }
        assert!(!browser.page("/").contains("Totals"));
    }
}
