//! Keys on pages: made, shown once, rotated, revoked.

use teller::Clock;
use teller::server::Scope;

use super::acting::{confirming, with};
use super::looking::words;
use super::{TARGETS, bank};
use crate::support::browser::{Browser, hidden};
use crate::support::http::{keys, make_key};
use crate::support::on_every_backend;

/// The key that a page shows.
#[track_caller]
fn secret(page: &str) -> String {
    let value = page.split("value=\"").find(|value| value.starts_with("tlr_"));
    value.unwrap_or_else(|| panic!("no key in {page}")).split('"').next().unwrap().to_owned()
}

on_every_backend! {
    fn a_key_is_made_once_shown_once_and_works(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &server.key);
        let form = hidden(&browser.page("/keys/new"), "form");
        let fields = [("name", "auditor"), ("scopes", "accounts:read"), ("scopes", "book:read"), ("prefix", "customers:"), ("expires_in", "90d"), ("form", form.as_str())];
        let check = words(&browser.send("/keys/new", &fields).is(200).body);
        assert!(check.contains("Name auditor What it may do accounts:read, book:read"), "{check}");
        let confirmed = with(&fields, "step", "confirm");
        let [first, second] = [browser.send("/keys/new", &confirmed).is(200), browser.send("/keys/new", &confirmed).is(200)];
        assert_eq!((secret(&first.body), first.header("cache-control")), (secret(&second.body), Some("no-store")));
        let kept = keys(book).list().unwrap().into_iter().filter(|key| key.name.as_str() == "auditor").collect::<Vec<_>>();
        assert_eq!(kept.len(), 1, "a double click makes one");
        assert_eq!((&kept[0].scopes[..], kept[0].prefix.as_str()), (&[Scope::AccountsRead, Scope::BookRead][..], "customers:"));
        assert!(kept[0].expires_at.is_some());

        let key = secret(&first.body);
        assert!(Browser::with_key(&server, &key).page("/accounts").contains("customers:"));
        for target in TARGETS.iter().copied().chain([format!("/keys/{}", kept[0].id).as_str()]) {
            assert!(!browser.page(target).contains(&key), "{target}");
        }
        // Other content under the same mark is another key, and refused like any other.
        let other = browser.send("/keys/new", &with(&[("name", "auditor"), ("scopes", "metrics"), ("form", form.as_str())], "step", "confirm")).is(409);
        assert!(other.body.contains("key_exists"), "{other:?}");
        let none = browser.send("/keys/new", &with(&[("name", "useless"), ("form", form.as_str())], "step", "confirm")).is(400);
        assert!(none.body.contains("has no scope") && none.body.contains("name=\"name\" value=\"useless\""), "{none:?}");
        let unknown = [("name", "x"), ("scopes", "everything"), ("form", form.as_str()), ("step", "confirm")];
        browser.send("/keys/new", &unknown).is(400);
    }

    fn a_key_is_rotated_and_revoked_and_who_used_it_is_logged_out(book: &TestBook) {
        let server = bank(book);
        let old = make_key(book, "clerk", &["accounts:read"]);
        let clerk = Browser::with_key(&server, &old);
        let browser = Browser::with_key(&server, &server.key);
        let id = keys(book).list().unwrap().last().unwrap().id.clone();
        let page = browser.page(&format!("/keys/{id}"));
        assert!(page.contains("<h1>Key clerk</h1>") && page.contains(">Rotate</a>") && !page.contains("You are logged in with this key"), "{page}");
        let target = format!("/keys/{id}/rotate");
        let rotate = confirming(&browser, &target, &[("old_valid_for", "1h")]);
        let [first, second] = [rotate().is(200), rotate().is(200)];
        assert_eq!(secret(&first.body), secret(&second.body), "a double click rotates once");
        Browser::with_key(&server, &secret(&first.body)).page("/accounts");
        clerk.page("/accounts");

        let target = format!("/keys/{id}/revoke");
        assert!(words(&browser.page(&target)).contains("Name clerk"), "it says which one");
        let revoke = confirming(&browser, &target, &[]);
        for word in ["now", "before"] {
            assert_eq!(revoke().is(303).header("location"), Some(format!("/keys?done={word}").as_str()));
        }
        let begin = std::time::Instant::now();
        while clerk.get("/accounts").status != 303 {
            assert!(begin.elapsed() < std::time::Duration::from_secs(30), "the session goes on");
        }
        assert!(!browser.page(&format!("/keys/{id}")).contains(">Revoke</a>"), "it has ended");
        let valid = keys(book).list().unwrap().into_iter().filter(|key| key.name.as_str() == "clerk" && key.is_valid(Clock::system().now())).count();
        assert_eq!(valid, 1, "the new one goes on");
        browser.get("/keys/none").is(404);
    }

    fn keys_are_made_by_keys_alone_that_may_do_all(book: &TestBook) {
        let server = bank(book);
        let browser = Browser::with_key(&server, &make_key(book, "reader", &["book:read", "webhooks:write"]));
        let admin = keys(book).list().unwrap().first().unwrap().id.clone();
        for target in ["/keys".to_owned(), "/keys/new".to_owned(), format!("/keys/{admin}"), format!("/keys/{admin}/rotate"), format!("/keys/{admin}/revoke")] {
            browser.get(&target).is(403);
        }
        for target in ["/keys/new".to_owned(), format!("/keys/{admin}/rotate"), format!("/keys/{admin}/revoke")] {
            browser.send(&target, &[("name", "mine"), ("scopes", "admin"), ("form", "page-x"), ("step", "confirm")]).is(403);
        }
        assert_eq!(keys(book).list().unwrap().len(), 2);
    }
}
